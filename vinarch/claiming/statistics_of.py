"""The statistics that claims are recomputed with, by name: tables of a commons in, a number out.

A statistic's positional parameters name the tables that it reads, confined to the experiments of
the claim and in their order; its keyword parameters stand in the claim.
What cannot be computed is a `SelectionError` that says what is missing.
Knows no papers, no published values, no lazy tables.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

import pandas as pd

from vinarch.errors import SelectionError
from vinarch.fronts import non_dominated
from vinarch.replaying.recorded import first_convergences, with_fitness

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE_NAMES = ("experiments", "networks", "epochs", "matches")
"""What a statistic can read: rows of `experiments`, `architectures`, `histories`, `matches`."""

NETWORK_COLUMNS = (
    *("archive", "experiment", "architecture"),
    *("mflops", "epochs_trained", "last_val_accuracy_percent"),
)
"""Columns of the networks that the statistics need."""

EPOCH_COLUMNS = (
    *("archive", "experiment", "architecture", "epoch"),
    *("prediction_percent", "converged"),
)
"""Columns of the epochs that the statistics need."""

_SECONDS_PER_HOUR = 3600
_NEXT_STEP = "Check the claim in catalog/papers; the commons shows what there is."


def share_of_epochs_saved(experiments: pd.DataFrame, networks: pd.DataFrame) -> float:
    """Return how much of the epoch budget of all networks was not trained, in percent."""
    budget = _known(experiments["epoch_budget"].iloc[0], "an epoch budget")
    trained = float(networks["epochs_trained"].sum())
    return 100 * (1 - trained / (budget * len(networks)))


def share_converged(networks: pd.DataFrame, epochs: pd.DataFrame) -> float:
    """Return the share of networks whose prediction converged after some epoch, in percent."""
    return 100 * len(first_convergences(epochs)) / len(networks)


def median_epoch_of_convergence(epochs: pd.DataFrame) -> float:
    """Return the median of the epochs after which predictions first converged."""
    found = first_convergences(epochs)
    if found.empty:
        raise SelectionError("networks", "one that converged", "none", _NEXT_STEP)
    return float(found["epoch"].median())


def network_epoch_of_convergence(epochs: pd.DataFrame, *, architecture: int) -> float:
    """Return the epoch after which the prediction of one network first converged."""
    found = first_convergences(epochs)
    return _only(found[found["architecture"] == architecture], "epoch", f"network {architecture}")


def prediction_at_epoch(epochs: pd.DataFrame, *, architecture: int, epoch: int) -> float:
    """Return the recorded prediction of one network after one epoch, in percent."""
    rows = epochs[(epochs["architecture"] == architecture) & (epochs["epoch"] == epoch)]
    return _only(rows, "prediction_percent", f"network {architecture}, epoch {epoch}")


def last_accuracy(networks: pd.DataFrame, *, architecture: int) -> float:
    """Return the validation accuracy of one network after its last epoch, in percent."""
    rows = networks[networks["architecture"] == architecture]
    return _only(rows, "last_val_accuracy_percent", f"network {architecture}")


def last_accuracy_of_fittest(
    experiments: pd.DataFrame, networks: pd.DataFrame, epochs: pd.DataFrame
) -> float:
    """Return the last accuracy of the network of highest fitness, in percent.

    Of several such networks the one that the source numbers lowest.
    """
    known = with_fitness(networks, epochs, experiments).dropna(subset=["fitness_percent"])
    if known.empty:
        raise SelectionError("networks", "one whose fitness is known", "none", _NEXT_STEP)
    ranked = known.sort_values(["fitness_percent", "architecture"], ascending=[False, True])
    return _known(ranked["last_val_accuracy_percent"].iloc[0], "its last accuracy")


def pareto_front_size(
    experiments: pd.DataFrame, networks: pd.DataFrame, epochs: pd.DataFrame
) -> float:
    """Return how many networks are on the Pareto front of high fitness and few MFLOPs."""
    points = with_fitness(networks, epochs, experiments)[["fitness_percent", "mflops"]]
    return float(non_dominated(points.to_numpy("float64"), ["maximise", "minimise"]).sum())


def wall_hours(experiments: pd.DataFrame) -> float:
    """Return the wall time of a search, in hours."""
    seconds = _known(experiments["wall_time_seconds"].iloc[0], "a wall time")
    return seconds / _SECONDS_PER_HOUR


def ratio_of_wall_times(experiments: pd.DataFrame) -> float:
    """Return the wall time of the first search, divided by that of the second."""
    first, second = (_known(time, "a wall time") for time in experiments["wall_time_seconds"])
    return first / second


def matched_start(matches: pd.DataFrame, *, subsequence: str) -> float:
    """Return the start index of the one matching subsequence of these symbols."""
    return _only(matches[matches["subsequence"] == subsequence], "start", subsequence)


def matched_length(matches: pd.DataFrame, *, start: int, subsequence: str) -> float:
    """Return the length of a matching subsequence, in symbols."""
    return _only(*_matched(matches, start, subsequence, "length"))


def matched_structure_count(matches: pd.DataFrame, *, start: int, subsequence: str) -> float:
    """Return how many structures hold a matching subsequence."""
    return _only(*_matched(matches, start, subsequence, "count"))


def matched_mean_accuracy(matches: pd.DataFrame, *, start: int, subsequence: str) -> float:
    """Return the mean accuracy over all epochs of the networks that hold a match, in percent."""
    return _only(*_matched(matches, start, subsequence, "mean_val_accuracy_percent"))


def listed_structures_matched(
    matches: pd.DataFrame, *, start: int, subsequence: str, structures: list[int]
) -> float:
    """Return how many of the listed structures hold a matching subsequence."""
    rows, _, where = _matched(matches, start, subsequence, "structures")
    _check_one(rows, where)
    return float(len({*structures} & {*rows["structures"].iloc[0]}))


@dataclass(frozen=True)
class Statistic:
    """A function from tables to one number, with what a reader needs to know of it.

    Attributes
    ----------
    function : callable
        Takes the tables that it names, and keyword parameters.
    unit : str
        Unit of the number.
    meaning : str
        What it computes, in words.
    experiment_count : int
        How many experiments it takes.
    """

    function: Callable[..., float]
    unit: str
    meaning: str
    experiment_count: int = 1

    @property
    def name(self) -> str:
        """Return the name that claims call it by."""
        return self.function.__name__

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that it reads.

        Examples
        --------
        >>> STATISTICS_BY_NAME["share_converged"].tables
        ('networks', 'epochs')
        """
        return tuple(n for n in inspect.signature(self.function).parameters if n in TABLE_NAMES)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the type of each parameter that a claim must give.

        Examples
        --------
        >>> STATISTICS_BY_NAME["prediction_at_epoch"].parameters
        {'architecture': <class 'int'>, 'epoch': <class 'int'>}
        """
        hints = get_type_hints(self.function)
        return {n: hints[n] for n in hints if n not in {*TABLE_NAMES, "return"}}


_FITNESS = (
    "where the engine ended trainings, a network's fitness is its prediction where it first "
    "converged, else its last accuracy"
)

STATISTICS_BY_NAME = {
    statistic.name: statistic
    for statistic in (
        Statistic(
            share_of_epochs_saved,
            "%",
            "1 - epochs trained / (networks * epoch budget)",
        ),
        Statistic(
            share_converged,
            "%",
            "networks whose prediction converged after some epoch, as a share of all",
        ),
        Statistic(
            median_epoch_of_convergence,
            "epochs",
            "median over the networks that converged of the epoch, from 0, after which they "
            "first did",
        ),
        Statistic(
            network_epoch_of_convergence,
            "epochs",
            "epoch, from 0, after which the network's prediction first converged",
        ),
        Statistic(prediction_at_epoch, "%", "recorded prediction after the epoch"),
        Statistic(last_accuracy, "%", "validation accuracy after the network's last epoch"),
        Statistic(
            last_accuracy_of_fittest,
            "%",
            "last validation accuracy of the network of highest fitness, of equals the first; "
            + _FITNESS,
        ),
        Statistic(
            pareto_front_size,
            "networks",
            "networks that no other beats in fitness and MFLOPs; " + _FITNESS,
        ),
        Statistic(wall_hours, "h", "wall time of the search"),
        Statistic(
            ratio_of_wall_times,
            "times",
            "wall time of the first search / wall time of the second",
            experiment_count=2,
        ),
        Statistic(matched_start, "symbols", "start index of the matching subsequence"),
        Statistic(matched_length, "symbols", "length of the matching subsequence"),
        Statistic(
            matched_structure_count, "structures", "structures that hold the matching subsequence"
        ),
        Statistic(
            matched_mean_accuracy,
            "%",
            "mean validation accuracy over all epochs of all networks of the structures that "
            "hold the matching subsequence",
        ),
        Statistic(
            listed_structures_matched,
            "structures",
            "those of the listed structures that hold the matching subsequence",
        ),
    )
}
"""Every statistic that a claim can name."""


def _matched(
    matches: pd.DataFrame, start: int, subsequence: str, column: str
) -> tuple[pd.DataFrame, str, str]:
    rows = matches[(matches["start"] == start) & (matches["subsequence"] == subsequence)]
    return rows, column, f"{subsequence} at start index {start}"


def _only(rows: pd.DataFrame, column: str, where: str) -> float:
    _check_one(rows, where)
    return _known(rows[column].iloc[0], f"{column} of {where}")


def _check_one(rows: pd.DataFrame, where: str) -> None:
    if len(rows) != 1:
        raise SelectionError(where, "one row", str(len(rows) or "none"), _NEXT_STEP)


def _known(value: Any, what: str) -> float:
    if pd.isna(value):
        raise SelectionError("commons", what, "none on record", _NEXT_STEP)
    return float(value)
