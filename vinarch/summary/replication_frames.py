"""The frames behind the figures of reproducibility: paired accuracies and the overlap matrix.

The tables of a reproducibility study in, small tidy frames out.
No Dask, no drawing, no files.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from vinarch.errors import SelectionError
from vinarch.intervals import CONFIDENCE, rank_correlation
from vinarch.parameters import check_choice
from vinarch.summary.search_frames import MEASURE_COLUMNS, Measure

Overlap = Literal["subsequences", "structures"]

OVERLAPS: dict[str, tuple[str, str]] = {
    "subsequences": ("subsequence_jaccard", "shared_subsequence_count"),
    "structures": ("structure_jaccard", "shared_structure_count"),
}
_SIDES = ["archive_a", "experiment_a", "archive_b", "experiment_b"]


def default_pair(pairs: pd.DataFrame, measure: Measure = "last") -> tuple[str, str]:
    """Choose the pair of experiments to show: of replications the one of most shared structures.

    Parameters
    ----------
    pairs : DataFrame
        Of the schema `vinarch.schema.EXPERIMENT_PAIRS`.
    measure : {"last", "best"}

    Returns
    -------
    tuple of str
        Of equal ones the first by name; without a replication the one of most shared structures.

    Raises
    ------
    SelectionError
        If no pair has a structure in common.
    """
    rows = _rows(pairs, measure)
    rows = rows.assign(other=rows["relation"] != "replication")[rows["n"] > 0]
    if rows.empty:
        raise SelectionError(
            "paired accuracies",
            "two experiments that trained a structure in common",
            f"none in {len(pairs)} rows of pairs",
            "Add an experiment or an archive to the commons.",
        )
    ranked = rows.sort_values(["other", "n", *_SIDES], ascending=[True, False, *[True] * 4])
    best = ranked.iloc[0]
    return str(best["experiment_a"]), str(best["experiment_b"])


def paired_points(
    structures: pd.DataFrame,
    pairs: pd.DataFrame,
    starts: pd.DataFrame,
    chosen: tuple[str, str],
    measure: Measure = "last",
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Return the structures that two experiments trained, with their accuracies in both.

    Parameters
    ----------
    structures, pairs, starts : DataFrame
        Of the schemas `REPLICATED_STRUCTURES`, `EXPERIMENT_PAIRS` and `SHARED_STARTS` of
        `vinarch.schema`.
    chosen : tuple of str
        Names of the two experiments: the first is A.
    measure : {"last", "best"}
    confidence : float, default 0.95
        Level of the intervals in `pairs`.

    Returns
    -------
    DataFrame
        One row a structure whose accuracy is known in both, by key: ``experiment_a,
        experiment_b, structure_id, measure, accuracy_a_percent, accuracy_b_percent,
        in_shared_start`` (of these two), ``full_budget`` (all its networks in both), and, equal
        in all rows, ``relation`` of the pair, ``mean_absolute_difference_points``, and
        ``spearman`` with its interval ``spearman_low, spearman_high`` at ``confidence``.

    Raises
    ------
    SelectionError
        If the two are no pair, or have no structure in common.
    ParameterError
        If there is no such measure.
    """
    rows = _rows(pairs, measure)
    straight = (rows["experiment_a"] == chosen[0]) & (rows["experiment_b"] == chosen[1])
    turned = (rows["experiment_a"] == chosen[1]) & (rows["experiment_b"] == chosen[0])
    found = rows[straight | turned]
    if len(found) != 1:
        raise SelectionError(
            "paired accuracies",
            "two different experiments, each of one archive",
            f"{chosen[0]} and {chosen[1]}, which are {len(found)} of {len(rows)} pairs",
            "The column `experiment` of the reproducibility's structures has their names.",
        )
    pair = found.iloc[0]
    sides = [_side(structures, pair, side, measure) for side in "ab"]
    if pair["experiment_a"] != chosen[0]:
        sides.reverse()
    both = sides[0].add_suffix("_a").join(sides[1].add_suffix("_b"), how="inner").sort_index()
    both = both[both["accuracy_a"].notna() & both["accuracy_b"].notna()]
    if both.empty:
        raise SelectionError(
            "paired accuracies",
            f"a structure that both {chosen[0]} and {chosen[1]} trained",
            "none",
            "`commons.experiment_index` lists the experiments.",
        )
    first = starts[
        (starts["archive"] == pair["archive_a"])
        & (starts["experiment"] == pair["experiment_a"])
        & (starts["position"] < pair["shared_start_length"])
    ]
    accuracies = both[["accuracy_a", "accuracy_b"]].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "experiment_a": chosen[0],
            "experiment_b": chosen[1],
            "structure_id": both.index.astype(object),
            "measure": MEASURE_COLUMNS[measure],
            "accuracy_a_percent": accuracies[:, 0],
            "accuracy_b_percent": accuracies[:, 1],
            "in_shared_start": both.index.isin(first["structure_id"]),
            "full_budget": (both["full_a"] & both["full_b"]).to_numpy(dtype=bool),
            "relation": str(pair["relation"]),
            "mean_absolute_difference_points": float(pair["mean_absolute_difference_points"]),
            "spearman": float(pair["spearman"]),
            "spearman_low": float(pair["spearman_low"]),
            "spearman_high": float(pair["spearman_high"]),
            "confidence": confidence,
        }
    )


def with_agreement(points: pd.DataFrame) -> pd.DataFrame:
    """Return paired accuracies of two experiments with their agreement made anew from these rows.

    The columns ``mean_absolute_difference_points, spearman, spearman_low, spearman_high``, the
    interval at the level in ``confidence``, are those that `paired_points` gives for all rows.
    """
    one = points["accuracy_a_percent"].to_numpy(dtype=float)
    other = points["accuracy_b_percent"].to_numpy(dtype=float)
    ranks = rank_correlation(one, other, float(points["confidence"].iloc[0]))
    return points.assign(
        mean_absolute_difference_points=float(np.abs(other - one).mean()),
        spearman=ranks.value,
        spearman_low=ranks.interval.low,
        spearman_high=ranks.interval.high,
    )


def overlap_cells(pairs: pd.DataFrame, of: Overlap = "subsequences") -> pd.DataFrame:
    """Return how much every two experiments overlap, with and without their shared start.

    Parameters
    ----------
    pairs : DataFrame
        Of the schema `vinarch.schema.EXPERIMENT_PAIRS`.
    of : {"subsequences", "structures"}

    Returns
    -------
    DataFrame
        One row a pair and scope: ``archive_a, experiment_a, archive_b, experiment_b, scope, of,
        shared_count, jaccard, chance_jaccard`` (NaN for structures).

    Raises
    ------
    ParameterError
        If there is no such overlap.
    """
    share, count = OVERLAPS[check_choice("argument of", of, list(OVERLAPS))]
    # The overlap does not hang on the measure of accuracy.
    rows = pairs.drop_duplicates([*_SIDES, "scope"]).sort_values([*_SIDES, "scope"])
    chance = rows["chance_subsequence_jaccard"] if of == "subsequences" else float("nan")
    return (
        rows[[*_SIDES, "scope"]]
        .assign(of=of, shared_count=rows[count], jaccard=rows[share], chance_jaccard=chance)
        .reset_index(drop=True)
    )


def _rows(pairs: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    name = MEASURE_COLUMNS[check_choice("argument measure", measure, list(MEASURE_COLUMNS))]
    return pairs[(pairs["scope"] == "all") & (pairs["measure"] == name)]


def _side(structures: pd.DataFrame, pair: pd.Series, side: str, measure: Measure) -> pd.DataFrame:
    rows = structures[
        (structures["archive"] == pair[f"archive_{side}"])
        & (structures["experiment"] == pair[f"experiment_{side}"])
    ].set_index("structure_id")
    return pd.DataFrame(
        {
            "accuracy": rows[MEASURE_COLUMNS[measure]],
            "full": rows["full_budget_count"] == rows["network_count"],
        }
    )
