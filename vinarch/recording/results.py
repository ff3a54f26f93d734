"""What the record says of networks that are trained: events in, values, status and fitness out.

Read from the run's files, the only truth there is of a network; nothing is trained, written or
judged.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vinarch.recording.appending import disk_errors
from vinarch.recording.desk import desk_of
from vinarch.run_files import (
    EVENTS,
    EpochEnded,
    EventError,
    Predicted,
    event_of,
    read_description,
    whole_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from vinarch.recording.ledger import Entry
    from vinarch.run_files import NetworkStarted, RunDescription, Value

Status = Literal["ok", "early_stopped", "incomplete", "failed", "not_trained"]
"""As in the column `status` of the architectures."""

_ACCURACY = "val_accuracy_percent"
_OF_THE_TRAINED = (_ACCURACY, "test_accuracy_percent")


@dataclass(frozen=True, kw_only=True)
class NetworkResults:
    """What is recorded of a network whose training is over.

    Attributes
    ----------
    network : int
        Its number in the run.
    status : {"ok", "early_stopped", "incomplete", "failed", "not_trained"}
        As the commons of the run says it.
    values : mapping of str to number or text
        Of its start, of its last epoch and of its end; a loss that is not finite is a text.
    fitness_percent : float or None
        The prediction where the engine may end trainings and converged, else the validation
        accuracy of the last epoch; None where there is none.
    epochs_trained, epochs_saved : float
        Epochs up to the last one that is recorded, and those of the budget that the engine spared.
    reason : str or None
        Why it failed.

    References
    ----------
    Channing et al., ICPP 2023, whose published analysis takes the fitness so (Figures 6a and 6b).
    """

    network: int
    status: Status
    values: Mapping[str, Value]
    fitness_percent: float | None
    epochs_trained: float
    epochs_saved: float
    reason: str | None = None

    @property
    def failed(self) -> bool:
        """Tell whether the training failed."""
        return self.status == "failed"


@dataclass(frozen=True, kw_only=True)
class RecordedNetwork:
    """A network of a run's files.

    Attributes
    ----------
    network, repeat : int
    sequence : str
        Flattened genome; with `repeat` it tells the network from all others of the run.
    results : NetworkResults or None
        None while it is not finished.
    """

    network: int
    sequence: str
    repeat: int
    results: NetworkResults | None


@dataclass(frozen=True)
class _Told:
    epochs: list[EpochEnded] = field(default_factory=list)
    predictions: list[Predicted] = field(default_factory=list)


def results_of(
    run: RunDescription, entry: Entry, events: Sequence[EpochEnded | Predicted]
) -> NetworkResults:
    """Return the results of a network that is finished.

    Parameters
    ----------
    run : RunDescription
    entry : Entry
        Its latest start, and its end.
    events : sequence of EpochEnded and Predicted
        Those of its latest attempt.
    """
    ended = entry.ended
    failed = ended is not None and ended.failed
    epochs = sorted((e for e in events if isinstance(e, EpochEnded)), key=lambda e: e.epoch)
    predictions = sorted((e for e in events if isinstance(e, Predicted)), key=lambda e: e.epoch)
    last = epochs[-1].values if epochs else {}
    values = {**entry.started.values, **last, **({} if ended is None else ended.values)}
    trained = _epochs_trained(run, epochs, values)
    may_end = run.early_termination
    converged = [one for one in predictions if may_end and one.converged]
    stopped = bool(converged) and bool(epochs) and predictions[-1].converged
    accuracy = values.get(_ACCURACY)
    fitness = converged[0].value_percent if converged else accuracy
    status: Status = "failed" if failed else _status(run, epochs, values, trained, stopped=stopped)
    spared = status == "early_stopped" and run.epoch_budget is not None
    return NetworkResults(
        network=entry.started.network,
        status=status,
        values=values,
        fitness_percent=None if fitness is None else float(fitness),
        epochs_trained=trained,
        epochs_saved=(run.epoch_budget or 0.0) - trained if spared else 0.0,
        reason=None if ended is None else ended.reason,
    )


def read_networks(folder: Path) -> tuple[RecordedNetwork, ...]:
    """Return the networks of a run in the order of their numbers, each file read once.

    Parameters
    ----------
    folder : Path
        Of the run, absolute.

    Raises
    ------
    StoreError
        If the run is damaged, or the disk refuses.
    """
    run = read_description(folder)
    with desk_of(folder).ledger() as ledger:
        entries = list(ledger.entries)
    told: dict[tuple[int, int], _Told] = defaultdict(_Told)
    for event in _events(folder):
        mine = told[event.network, event.attempt]
        if isinstance(event, EpochEnded):
            mine.epochs.append(event)
        else:
            mine.predictions.append(event)
    return tuple(
        RecordedNetwork(
            network=entry.started.network,
            sequence=entry.started.sequence,
            repeat=entry.started.repeat,
            results=None if entry.ended is None else _results(run, entry, told),
        )
        for entry in entries
    )


def _results(
    run: RunDescription, entry: Entry, told: Mapping[tuple[int, int], _Told]
) -> NetworkResults:
    mine = told.get(_attempt(entry.started), _Told())
    return results_of(run, entry, [*mine.epochs, *mine.predictions])


def _attempt(started: NetworkStarted) -> tuple[int, int]:
    return started.network, started.attempt


def _events(folder: Path) -> Iterable[EpochEnded | Predicted]:
    with disk_errors(folder / EVENTS):
        for path in sorted((folder / EVENTS).glob("*.jsonl")):
            for _, line in whole_lines(path.read_bytes()):
                # A damaged line is told when the run is opened.
                with contextlib.suppress(EventError, ValueError):
                    event = event_of(json.loads(line))
                    if isinstance(event, (EpochEnded, Predicted)):
                        yield event


def _epochs_trained(
    run: RunDescription, epochs: Sequence[EpochEnded], values: Mapping[str, Value]
) -> float:
    if epochs:
        return epochs[-1].epoch - run.first_epoch + 1
    return run.epoch_budget or 0.0 if _valued(values) else 0.0


def _valued(values: Mapping[str, Value]) -> bool:
    return any(isinstance(values.get(name), (int, float)) for name in _OF_THE_TRAINED)


def _status(
    run: RunDescription,
    epochs: Sequence[EpochEnded],
    values: Mapping[str, Value],
    trained: float,
    *,
    stopped: bool,
) -> Status:
    if not epochs and not _valued(values):
        return "not_trained"
    if run.epoch_budget is None or trained >= run.epoch_budget:
        return "ok"
    return "early_stopped" if stopped else "incomplete"
