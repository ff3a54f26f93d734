"""Search over a table: networks that were trained before are replayed instead of being trained.

A commons in; each network that a search asks for is logged as it is recorded there, epoch by
epoch, so that the search is recorded like any other, and the engine can end its trainings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.access import fetch
from vinarch.access import open as open_any
from vinarch.commons import Commons
from vinarch.errors import ParameterError
from vinarch.parameters import check_whole

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.genome import Genome
    from vinarch.recording import Network
    from vinarch.searching import Candidate

_SPLITS = ("train", "val", "test")
_CURVES = (
    *(f"{split}_{what}" for split in _SPLITS for what in ("accuracy_percent", "loss")),
    "epoch_time_seconds",
    "training_time_seconds",
)
_TIME = "epoch_time_seconds"
_COSTS = ("mflops", "parameter_count")
_TRAINED = {
    "last_val_accuracy_percent": "val_accuracy_percent",
    "last_test_accuracy_percent": "test_accuracy_percent",
}
_LENT = "lent"
"""The status of a network that was not trained: another one's fitness was taken for it."""

_SHOWN = 12


@dataclass(frozen=True)
class _Recorded:
    """A training in the table; rows from `start` to `stop` are its history."""

    architecture: int
    failed: bool
    costs: dict[str, float]
    trained: dict[str, float]
    start: int
    stop: int


class TableEvaluator:
    """Replays recorded trainings instead of training.

    Each epoch is logged with the accuracies, losses and times that are recorded of it; a network
    whose training failed there fails here. A history that was cut there ends there, too, and so
    does one of which an epoch is missing.

    Parameters
    ----------
    table : str, path-like or Commons
        An archive's name or DOI, which is fetched; a commons' or a recorded run's folder; or a
        commons.
    experiment : str, optional
        Whose trainings count; may be left out where there is one only.
    repeat : int, default 0
        Which training of a genome counts, where the experiment has several: 0 is the first, in
        the order of repeats and then of architectures. A candidate's own repeat comes on top.

    Raises
    ------
    ParameterError
        If there is no such experiment, or it must be said which.
    VinarchError
        As `vinarch.fetch` and `vinarch.open`.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.running import TableEvaluator
    >>> table = TableEvaluator("JS9FR6", experiment="1gpu_1e15_no_early_termination")
    >>> table
    <TableEvaluator of 1gpu_1e15_no_early_termination in JS9FR6: 100 trainings of 96 genomes>
    >>> from vinarch.genome import search_space
    >>> table.costs(search_space("nsga-net-macro-3x4").from_flat("1" * 21))
    Traceback (most recent call last):
    vinarch.errors.ParameterError: genome [[1, 1, 1, 1, 1, 1, 1], ...: expected one of the
    96 genomes of 1gpu_1e15_no_early_termination in JS9FR6, got none of them. ...
    """

    resumes = True

    def __init__(
        self,
        table: str | os.PathLike[str] | Commons,
        *,
        experiment: str | None = None,
        repeat: int = 0,
    ) -> None:
        self.repeat = check_whole("TableEvaluator(repeat=…)", repeat, 0, None, "trainings before")
        commons = _commons_of(table)
        chosen = _experiment_of(commons, experiment)
        self.experiment = str(chosen["experiment"])
        self.archive = str(chosen["archive"])
        self.search_space = str(chosen["search_space"])
        self.task_data = _text(chosen["task_data"])
        self.protocol = f"replayed from {self.experiment} in {self.archive}"
        self.first_epoch = _number(chosen["first_epoch"]) or 0.0
        self.epoch_step = _number(chosen["epoch_step"])
        self.epoch_budget = _number(chosen["epoch_budget"])
        mine = commons.select(archive=self.archive, experiment=self.experiment)
        histories = mine.histories[["architecture", "epoch", *_CURVES]].compute()
        histories = histories.sort_values(["architecture", "epoch"])
        self._curves: npt.NDArray[np.float64] = histories[["epoch", *_CURVES]].to_numpy(np.float64)
        columns = ["architecture", "sequence", "repeat", "status", *_COSTS, *_TRAINED]
        architectures = mine.architectures[columns].compute()
        self._trainings = _trainings(architectures, histories["architecture"].to_numpy())

    def costs(self, genome: Genome) -> dict[str, float]:
        """Return the recorded costs of a genome: ``mflops`` and ``parameter_count``, if any.

        Raises
        ------
        ParameterError
            If the table has no training of the genome.
        """
        return dict(self._find(genome, 0).costs)

    def train(self, network: Network, candidate: Candidate, seed: int) -> None:  # noqa: ARG002 - a table has no chance
        """Log what is recorded of a candidate's genome.

        Raises
        ------
        ParameterError
            If the table has no such training of it.
        """
        found = self._find(candidate.genome, candidate.repeat)
        self._replay(network, found)
        if found.failed:
            network.fail(f"architecture {found.architecture} failed in {self.experiment}")
        elif not network.finished:
            network.finish(**({} if found.stop > found.start else found.trained))

    def _replay(self, network: Network, found: _Recorded) -> None:
        """Log the rows that are left, as far as the run's budget goes and its engine lets them."""
        first, last = network.run.first_record, network.run.last_record
        rows = self._curves[found.start : found.stop]
        rows = _without_gaps(rows[rows[:, 0] >= first], network.run.epoch_step)
        for row in rows[network.epochs_done :]:
            if network.should_stop() or (last is not None and row[0] > last):
                return
            known = {
                name: float(value)
                for name, value in zip(_CURVES, row[1:], strict=True)
                if not np.isnan(value)
            }
            # None where the time is not recorded: the clock would time the replay.
            network.log(float(row[0]), **{_TIME: None, **known})
        network.should_stop()

    def _find(self, genome: Genome, repeat: int) -> _Recorded:
        known = self._trainings.get(genome.flat, ())
        if genome.space.name == self.search_space and self.repeat + repeat < len(known):
            return known[self.repeat + repeat]
        text = f"genome {genome.space.print_genome(genome)}"
        place = f"{self.experiment} in {self.archive}"
        if not known:
            raise ParameterError(
                f"{text}, of {genome.space.name}",
                f"one of the {len(self._trainings):,} genomes of {place}",
                "none of them",
                "Search a space of which the table has every network, or ask only for those that "
                "it has.",
            )
        raise ParameterError(
            text,
            f"{self.repeat + repeat + 1:,} trainings or more in {place}",
            f"{len(known):,}",
            "Ask for fewer repeats.",
        )

    def __repr__(self) -> str:
        """Say what the table is."""
        count = sum(map(len, self._trainings.values()))
        return (
            f"<TableEvaluator of {self.experiment} in {self.archive}: {count:,} trainings of "
            f"{len(self._trainings):,} genomes>"
        )


def _commons_of(table: Any) -> Commons:
    if isinstance(table, Commons):
        return table
    if isinstance(table, (str, os.PathLike)) and str(table).strip():
        folder = Path(table).expanduser()
        if isinstance(table, os.PathLike) or folder.is_dir():
            return open_any(folder)
        return fetch(str(table))
    raise ParameterError(
        "TableEvaluator(table)",
        "an archive's name, a folder of a commons or of a run, or a Commons",
        repr(table)[:60],
        "Name one.",
    )


def _experiment_of(commons: Commons, experiment: Any) -> pd.Series:
    index = commons.experiment_index
    trained = index[index["architecture_count"] > 0]
    names = trained["experiment"].tolist()
    found = trained if experiment is None else trained[trained["experiment"] == experiment]
    if len(found) == 1:
        return found.iloc[0]
    told = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    raise ParameterError(
        "TableEvaluator(experiment=…)",
        f"an experiment with networks: {told}" if names else "an experiment with networks",
        "none" if experiment is None else repr(experiment),
        "Name one of them; of several archives select one first."
        if names
        else "Choose another table.",
    )


def _trainings(
    architectures: pd.DataFrame, of_rows: npt.NDArray[np.int64]
) -> dict[str, tuple[_Recorded, ...]]:
    """Return the trainings of each flattened genome, in the order of repeats."""
    mine = architectures[architectures["status"] != _LENT]
    mine = mine.sort_values(["repeat", "architecture"], na_position="first")
    starts = np.searchsorted(of_rows, mine["architecture"].to_numpy(), side="left")
    stops = np.searchsorted(of_rows, mine["architecture"].to_numpy(), side="right")
    found: dict[str, list[_Recorded]] = {}
    rows = mine.to_dict("records")
    for row, start, stop in zip(rows, starts.tolist(), stops.tolist(), strict=True):
        trained = {name: row[column] for column, name in _TRAINED.items()}
        found.setdefault(row["sequence"], []).append(
            _Recorded(
                architecture=int(row["architecture"]),
                failed=row["status"] == "failed",
                costs=_known({name: row[name] for name in _COSTS}),
                trained=_known(trained),
                start=start,
                stop=stop,
            )
        )
    return {flat: tuple(some) for flat, some in found.items()}


def _without_gaps(rows: npt.NDArray[np.float64], step: float | None) -> npt.NDArray[np.float64]:
    """Return the rows of a history up to where an epoch is missing."""
    if step is None or len(rows) == 0:
        return rows
    gaps = np.flatnonzero(~np.isclose(np.diff(rows[:, 0]), step))
    return rows[: gaps[0] + 1] if len(gaps) else rows


def _known(values: dict[str, Any]) -> dict[str, float]:
    found = {name: _number(value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
