"""Say in plain sentences how far trainings of one structure lie apart, and why.

Experiments and the tables of noise and of replicated structures in, sentences out.
Each sentence names its measure; none tells a test that was not made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.reproducing.repeats import ALL, FULL_BUDGET
from vinarch.reproducing.replicates import same_data_comparisons
from vinarch.reproducing.searches import LAST
from vinarch.reproducing.wording import counted, decimal, level, were

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.reproducing.searches import Experiment


def noise_sentences(
    experiments: Sequence[Experiment], noise: pd.DataFrame, confidence: float
) -> list[str]:
    """Say how far trainings of one structure within one experiment lie apart.

    Parameters
    ----------
    experiments : sequence of Experiment
        All of them.
    noise : DataFrame
        Of the schema `vinarch.schema.TRAINING_NOISE`.
    confidence : float

    Returns
    -------
    list of str
    """
    everything = _across(noise, ALL, LAST)
    if not everything.structure_count:
        return [
            (
                "No experiment trained a structure twice with known accuracies, so the noise of "
                "training cannot be estimated."
            )
        ]
    said = [
        f"{_within(everything)}.",
        _apart(everything, "Two such trainings"),
        _deviation(everything, confidence),
        *_farthest(experiments),
    ]
    full = _across(noise, FULL_BUDGET, LAST)
    if full.network_count == everything.network_count:
        said.append("All these trainings went through the whole budget.")
    elif full.structure_count:
        said += [
            f"{_within(full)} for the whole budget.",
            _apart(full, "Two trainings for the whole budget"),
            _deviation(full, confidence),
        ]
    else:
        said.append(
            "No experiment trained a structure twice for the whole budget, so noise cannot be told "
            "apart from what ending a training early does."
        )
    told = noise[noise["structure_count"] > 0].dropna(subset=["experiment"])
    keys = set(zip(told["archive"], told["experiment"], strict=True))
    data = {e.task_data for e in experiments if (e.archive, e.name) in keys} - {None}
    pooled = f", and experiments on {len(data):,} kinds of task data are pooled here"
    said.append(
        "The interval of a standard deviation is exact only for normal noise of one size"
        f"{pooled if len(data) > 1 else ''}."
    )
    return said


def budget_sentences(
    experiments: Sequence[Experiment], structures: pd.DataFrame, noise: pd.DataFrame
) -> list[str]:
    """Say what the lengths of trainings do, and compare equal lengths with the noise.

    Parameters
    ----------
    experiments : sequence of Experiment
        All of them.
    structures, noise : DataFrame
        Of the schemas `vinarch.schema.REPLICATED_STRUCTURES` and `vinarch.schema.TRAINING_NOISE`.

    Returns
    -------
    list of str
    """
    statuses = pd.concat([experiment.networks["status"] for experiment in experiments])
    ended, broken = int((statuses == "early_stopped").sum()), int((statuses == "incomplete").sum())
    both = same_data_comparisons(structures)
    said = []
    if ended:
        said.append(
            f"Of {counted(len(statuses), 'training')} {ended:,} {were(ended)} ended early: the "
            "last accuracy is then that of an earlier epoch, and the best that of fewer epochs."
        )
    if broken:
        said.append(
            f"Of {counted(len(statuses), 'training')} {broken:,} "
            f"{'has' if broken == 1 else 'have'} an incomplete history and cannot be compared at "
            "the whole budget."
        )
    said += [*_shortened(both), *_equal_lengths(experiments, both, noise)]
    if len(experiments) > 1:
        said.append(
            "The mean accuracy over epochs is not compared between experiments: it follows the "
            "number of epochs trained."
        )
    return said


def _across(noise: pd.DataFrame, training: str, measure: str) -> pd.Series:
    """Return the row across experiments."""
    return noise[
        noise["experiment"].isna() & (noise["training"] == training) & (noise["measure"] == measure)
    ].iloc[0]


def _within(row: pd.Series) -> str:
    number = int(row["structure_count"])
    # A number that begins a sentence reads as the decimals of the one before.
    cases = "In one case" if number == 1 else f"In {number:,} cases"
    return (
        f"{cases} a structure was trained more than once within one experiment "
        f"({int(row['network_count']):,} trainings)"
    )


def _apart(row: pd.Series, who: str) -> str:
    return (
        f"{who} of a structure in one experiment differ by "
        f"{decimal(row['mean_absolute_difference_points'])} points in last accuracy on average."
    )


def _deviation(row: pd.Series, confidence: float) -> str:
    low, high = decimal(row["standard_deviation_low"]), decimal(row["standard_deviation_high"])
    return (
        f"Their pooled standard deviation is {decimal(row['standard_deviation_points'])} points "
        f"({level(confidence)} interval {low} to {high}, "
        f"{counted(int(row['degrees_of_freedom']), 'degree')} of freedom)."
    )


def _farthest(experiments: Sequence[Experiment]) -> list[str]:
    """Say what lies behind the greatest difference, where the lengths of the trainings differ."""
    found: list[tuple[float, int, int]] = []
    for experiment in experiments:
        known = experiment.networks[experiment.networks[LAST].notna()]
        repeated = known[known["network"].duplicated(keep=False)]
        for _, repeats in repeated.groupby("network", sort=True):
            ordered = repeats.sort_values(LAST, kind="stable")
            epochs = ordered["epochs_trained"].iloc[[0, -1]].astype(int).tolist()
            apart = float(ordered[LAST].iloc[-1] - ordered[LAST].iloc[0])
            found.append((apart, min(epochs), max(epochs)))
    apart, short, long = max(found, key=lambda entry: entry[0])
    if short == long:
        return []
    return [
        (
            f"The greatest of these differences, {decimal(apart)} points, is between a training of "
            f"{counted(long, 'epoch')} and one of {short:,}."
        )
    ]


def _shortened(both: pd.DataFrame) -> list[str]:
    one_full = both[both["full_a"] != both["full_b"]]
    if one_full.empty:
        return []
    longer = one_full["last_a"].where(one_full["full_a"], one_full["last_b"])
    shorter = one_full["last_b"].where(one_full["full_a"], one_full["last_a"])
    gap = (shorter - longer).mean()
    return [
        (
            "Where only one of two experiments on the same task data trained a structure for the "
            f"whole budget, the other's last accuracy is {decimal(abs(gap))} points "
            f"{'lower' if gap < 0 else 'higher'} on average "
            f"({_comparisons(one_full)})."
        )
    ]


def _equal_lengths(
    experiments: Sequence[Experiment], both: pd.DataFrame, noise: pd.DataFrame
) -> list[str]:
    """Say how trainings for the whole budget agree between experiments, and within one."""
    full = both[both["full_a"] & both["full_b"]]
    if full.empty:
        return []
    said = [
        (
            "Where two experiments on the same task data both trained a structure for the whole "
            f"budget, its last accuracy differs by "
            f"{decimal((full['last_b'] - full['last_a']).abs().mean())} points on average "
            f"({_comparisons(full)})."
        )
    ]
    within = _across(noise, FULL_BUDGET, LAST)
    if within.structure_count:
        repeated = set().union(*(_repeated(experiment) for experiment in experiments))
        both_ways = repeated & {*full["structure_id"]}
        said.append(
            "Between such trainings within one experiment it is "
            f"{decimal(within['mean_absolute_difference_points'])} points "
            f"({counted(int(within['structure_count']), 'repeated structure')}, "
            f"{len(both_ways) or 'none'} of them among the former): a rough comparison, no test."
        )
    return said


def _comparisons(both: pd.DataFrame) -> str:
    structures = counted(both["structure_id"].nunique(), "structure")
    return f"{counted(len(both), 'comparison')} of {structures}"


def _repeated(experiment: Experiment) -> set[str]:
    """Return the structures with two or more trainings for the whole budget."""
    networks = experiment.networks
    full = networks[networks["full_budget"] & networks[LAST].notna()]
    again = full["network"].duplicated(keep=False)
    return {*full["structure_id"][again]}
