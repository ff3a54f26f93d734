"""The tables of a study's page: frames in, the rows to show and the lines that make them out.

The lines beside a table make its rows, column by column and to the last digit; a test runs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.distance import NAMES, UNITS
from vinarch.report import ReportTable, table_of
from vinarch.study_page.lines import literal
from vinarch.study_page.looks import SCOPES, looks_of
from vinarch.study_words import has_histories

if TYPE_CHECKING:
    from vinarch.study_page.findings import Findings

_SHOWN_ROWS = 20
_SHOWN_PAIRS = 36
"""Pairs of nine experiments: a page holds them all."""

LAST = "last_val_accuracy_percent"
_BEST = "best_val_accuracy_percent"

_EXPERIMENTS = (
    "experiment", "status", "gpus", "beam", "early_termination", "architecture_count",
    "structure_count", "history_row_count", "rejected_row_count", "wall_time_seconds",
)  # fmt: skip

_COST = (
    ("networks", "network_count", "epochs_trained"),
    ("structures", "structure_count", "epochs_trained"),
    ("epochs", "total", "epochs_trained"),
    ("epochs_a_network", "mean", "epochs_trained"),
    ("median_mflops", "median", "mflops"),
    ("lowest_mflops", "minimum", "mflops"),
    ("highest_mflops", "maximum", "mflops"),
    ("wall_time_seconds", "total", "wall_time_seconds"),
)
"""Column of the page, column of the statistics, measure."""

_ACCURACY = (
    ("last_mean", "mean", LAST),
    ("last_low", "mean_low", LAST),
    ("last_high", "mean_high", LAST),
    ("last_median", "median", LAST),
    ("best_mean", "mean", _BEST),
    ("best_low", "mean_low", _BEST),
    ("best_high", "mean_high", _BEST),
    ("highest", "maximum", _BEST),
)

_MATCHES = (
    "experiment", "subsequence", "length", "start", "count", "mean_val_accuracy_percent",
    "structures",
)  # fmt: skip

_ACROSS = (
    "subsequence", "length", "start", "count", "network_count", "experiment_count",
    "mean_val_accuracy_percent",
)  # fmt: skip

_PAIR = ("experiment_a", "experiment_b")

_AGREEMENT = (
    *_PAIR, "n", "full_budget_count", "mean_absolute_difference_points",
    "mean_absolute_difference_low", "mean_absolute_difference_high", "spearman", "spearman_low",
    "spearman_high",
)  # fmt: skip

_OVERLAP = (
    *_PAIR, "shared_start_length", "shared_structure_count", "structure_jaccard",
    "shared_subsequence_count", "subsequence_jaccard", "chance_subsequence_jaccard",
)  # fmt: skip

_NOISE = (
    "experiment", "training", "structure_count", "network_count",
    "mean_absolute_difference_points", "standard_deviation_points", "standard_deviation_low",
    "standard_deviation_high",
)  # fmt: skip


def experiments_table(index: pd.DataFrame) -> ReportTable:
    """Return the table of experiments."""
    return table_of(
        "experiments",
        "The experiments of the archive",
        index[list(_EXPERIMENTS)],
        python=_chosen_columns("commons.experiment_index", _EXPERIMENTS),
        note="An architecture is one trained network, a structure a genome. Beam in "
        "photons/µm²/pulse.",
        looks=looks_of(_EXPERIMENTS),
    )


def cost_table(found: Findings, statistics: pd.DataFrame) -> ReportTable:
    """Return the table of what was trained and what it cost."""
    frame, lines = _wide(statistics, _COST)
    return table_of(
        "training",
        "What each experiment trained, and its cost",
        frame,
        python=lines,
        note="MFLOPs of one forward pass, over the networks."
        if "median_mflops" in frame.columns
        else "",
        link=found.link("statistics.csv"),
    )


def accuracy_table(found: Findings, statistics: pd.DataFrame) -> ReportTable | None:
    """Return the table of last and best validation accuracies; None where neither is known."""
    if not set(statistics["measure"]) & {LAST, _BEST}:
        return None
    frame, lines = _wide(statistics, _ACCURACY)
    return table_of(
        "accuracy",
        "Validation accuracy of the networks of each experiment, in percent",
        frame,
        python=lines,
        note=_measures_note(statistics)
        + f"A mean stands with its {100 * found.confidence:g} % bootstrap interval, low to "
        "high, which takes the networks as drawn independently.",
        link=found.link("statistics.csv"),
        looks=looks_of(frame.columns),
    )


def _measures_note(statistics: pd.DataFrame) -> str:
    if not has_histories(statistics):
        return "Last: of the trained network. "
    return (
        "Last: of the last epoch trained. Best: of the best epoch; highest is the best of all "
        "networks. "
    )


def _wide(
    statistics: pd.DataFrame, columns: tuple[tuple[str, str, str], ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    trained = statistics[statistics["network_count"] > 0]
    known = set(trained["measure"])
    columns = tuple(one for one in columns if one[-1] in known)
    # `pivot_table` would average where `pivot` refuses: there is one value a place.
    wide = trained.pivot(index="experiment", columns="measure")  # noqa: PD010
    chosen = wide[[(column, measure) for _, column, measure in columns]]
    named = chosen.set_axis([name for name, _, _ in columns], axis=1).reset_index()
    lines = (
        'trained = statistics[statistics["network_count"] > 0]',
        'wide = trained.pivot(index="experiment", columns="measure")',
        "columns = {",
        *(f"    {literal(name)}: ({literal(of)}, {literal(m)})," for name, of, m in columns),
        "}",
        "wide[list(columns.values())].set_axis(list(columns), axis=1).reset_index()",
    )
    return named, lines


def matches_table(found: Findings) -> ReportTable:
    """Return the matching subsequences that most structures of an experiment share."""
    ranked = found.matches.sort_values(["count", "length"], ascending=False, kind="stable")
    return table_of(
        "matches",
        "Matching subsequences that most structures of an experiment share",
        ranked[list(_MATCHES)].head(_SHOWN_ROWS),
        total_rows=len(ranked),
        python=(
            'ranked = matches.sort_values(["count", "length"], ascending=False, kind="stable")',
            *_chosen_columns("ranked", _MATCHES, f".head({_SHOWN_ROWS})"),
        ),
        note="The accuracy is the mean over all epochs, as in VINARCH's own table: it follows the "
        "length of the histories, so it does not compare experiments."
        if has_histories(found.statistics)
        else "The accuracy is the mean over the trained networks.",
        link=found.link("subsequences.csv"),
        looks=looks_of(_MATCHES),
    )


def across_table(found: Findings) -> ReportTable:
    """Return the matching subsequences across experiments, those of most experiments first."""
    order = ["experiment_count", "count", "length"]
    ranked = found.across.sort_values(order, ascending=False, kind="stable")
    return table_of(
        "across",
        "Matching subsequences across all experiments, those of most experiments first",
        ranked[list(_ACROSS)].head(_SHOWN_ROWS),
        total_rows=len(ranked),
        python=(
            f"order = {literal(order)}",
            'ranked = across.sort_values(order, ascending=False, kind="stable")',
            *_chosen_columns("ranked", _ACROSS, f".head({_SHOWN_ROWS})"),
        ),
        note=(
            "The accuracy is the mean over all epochs, of all task data together: it follows the "
            "length of the histories and is no measure to compare by. "
            if has_histories(found.statistics)
            else "The accuracy is the mean over the trained networks, of all task data together. "
        )
        + "Structures of a start that experiments share are counted.",
        looks=looks_of(_ACROSS),
    )


def distances_table(found: Findings) -> ReportTable:
    """Return the overview of the distances within each experiment."""
    pair_count = int(found.distances["pairs"].sum())
    return table_of(
        "distances",
        "Distances between the structures of an experiment: "
        f"{NAMES[found.metric]} in {UNITS[found.metric]}",
        found.distances,
        python=(
            f"pairs = vinarch.distances(commons, metric={literal(found.metric)}).compute()",
            'by_experiment = pairs.groupby("experiment")["distance"]',
            "by_experiment.agg(",
            '    pairs="size", lowest_distance="min", mean_distance="mean", highest_distance="max"',
            ").reset_index()",
        ),
        link=found.link("distances.parquet", f"distances.parquet, all {pair_count:,} pairs"),
    )


def agreement_table(
    found: Findings, pairs: pd.DataFrame, relation: str, scope: str
) -> ReportTable | None:
    """Return how well accuracies agree in the pairs of one relation, None where there are none."""
    where = {"measure": LAST, "relation": relation, "scope": scope}
    title = {
        "replication": "Last validation accuracies of two experiments on the same task data",
        "transfer": "Last validation accuracies of two experiments on different task data",
        "unknown": "Last validation accuracies of two experiments of unknown task data",
    }[relation]
    return _pairs_table(
        found,
        pairs,
        f"{relation}_{scope}",
        f"{title}, {SCOPES[scope]}",
        where,
        _AGREEMENT,
        "n structures are compared: those with a last validation accuracy in both experiments; "
        "whole budget: so many of them were trained for it in both. "
        "The mean absolute difference is in percentage points. Estimates stand with their "
        f"{100 * found.confidence:g} % interval, low to high, which covers less where one or two "
        "trainings that were cut make most of a mean.",
    )


def overlap_table(found: Findings, pairs: pd.DataFrame) -> ReportTable | None:
    """Return what each two experiments share, None where there are no two."""
    scope = "without_shared_start"
    return _pairs_table(
        found,
        pairs,
        "overlap",
        f"What two experiments have in common, {SCOPES[scope]}",
        {"measure": LAST, "scope": scope},
        _OVERLAP,
        "Jaccard: what both have as a share of what either has. By chance: after the symbols at "
        "each position were dealt anew among the structures of each experiment.",
    )


def _pairs_table(
    found: Findings,
    pairs: pd.DataFrame,
    key: str,
    title: str,
    where: dict[str, str],
    columns: tuple[str, ...],
    note: str,
) -> ReportTable | None:
    mine = pairs[(pairs[list(where)] == pd.Series(where)).all(axis=1)]
    if mine.empty:
        return None
    conditions = [f"(pairs[{literal(c)}] == {literal(value)})" for c, value in where.items()]
    return table_of(
        key,
        title,
        mine[list(columns)].head(_SHOWN_PAIRS),
        total_rows=len(mine),
        python=(
            "pairs = reproduced.pairs",
            "mine = pairs[",
            *(f"    {'& ' if place else ''}{text}" for place, text in enumerate(conditions)),
            "]",
            *_chosen_columns("mine", columns, f".head({_SHOWN_PAIRS})"),
        ),
        note=note,
        link=found.link("reproducibility.csv"),
        looks=looks_of(columns),
    )


def noise_table(found: Findings, noise: pd.DataFrame) -> ReportTable | None:
    """Return how far trainings of one genome lie apart, None where none was trained twice."""
    mine = noise[(noise["measure"] == LAST) & (noise["structure_count"] > 0)]
    if mine.empty:
        return None
    return table_of(
        "noise",
        "Last validation accuracy of structures trained more than once within an experiment",
        mine[list(_NOISE)].reset_index(drop=True),
        python=(
            "noise = reproduced.noise",
            f'mine = noise[(noise["measure"] == {literal(LAST)}) & (noise["structure_count"] > 0)]',
            *_chosen_columns("mine", _NOISE, ".reset_index(drop=True)"),
        ),
        note="The rows of all experiments have no name in Python. Whole budget only (full_budget): "
        "of networks trained for the whole budget. In percentage points, the standard deviation "
        f"with its {100 * found.confidence:g} % interval, low to high.",
        link=found.link("training_noise.csv"),
        looks=looks_of(_NOISE),
    )


def _chosen_columns(frame: str, columns: tuple[str, ...], then: str = "") -> tuple[str, ...]:
    return (f"{frame}[", "    [", *(f"        {literal(c)}," for c in columns), "    ]", f"]{then}")
