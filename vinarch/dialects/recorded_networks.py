"""What a recorded run tells of one network: its events in; rows, measurements and lineage out.

Reads no file; which attempt counts is settled before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vinarch.dialects.records import RecordLists
from vinarch.errors import DialectError, GenomeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.genome import SearchSpace
    from vinarch.run_files import EpochEnded, NetworkEnded, NetworkStarted, Predicted, Value

_SPLITS = ("train", "val", "test")
_OF_EPOCHS = (
    *(f"{split}_{what}" for split in _SPLITS for what in ("accuracy_percent", "loss")),
    "epoch_time_seconds",
    "training_time_seconds",
)
_OF_NETWORKS = ("mflops", "parameter_count")
_OF_THE_TRAINED = ("val_accuracy_percent", "test_accuracy_percent")
_UNITS = {"_percent": "%", "_seconds": "s", "_kwh": "kWh", "_bytes": "B"}


@dataclass(frozen=True)
class Place:
    """Where an event stands."""

    path: str
    line: int

    def columns(self) -> dict[str, Any]:
        """Return the columns that say so."""
        return {"source_file": self.path, "source_row": self.line - 1, "line": self.line}


@dataclass
class ToldNetwork:
    """What the files tell of one network: events of its latest attempt, each with its place."""

    started: NetworkStarted
    place: Place
    first_time: float
    """When its first attempt started."""
    ended: NetworkEnded | None = None
    ended_place: Place | None = None
    epochs: list[tuple[Place, EpochEnded]] = field(default_factory=list)
    predictions: dict[float, Predicted] = field(default_factory=dict)

    def records(self, space: SearchSpace, began: float) -> RecordLists:
        """Return what is known of the network.

        Parameters
        ----------
        space : SearchSpace
        began : float
            When the first network of the run was started, Unix time in seconds.
        """
        found = RecordLists()
        number = self.started.network
        who: dict[str, Any] = {
            "architecture": number,
            "native_id": str(number),
            "repeat": self.started.repeat,
        }
        try:
            genome = space.parse(self.started.genome)
        except GenomeError as error:
            whose = {**self.place.columns(), **who, "genome": self.started.genome}
            found.refuse(DialectError(error.where, error.expected, error.got, ""), whose)
            return found
        who["flat"] = genome.flat
        ended: Mapping[str, Value] = {} if self.ended is None else self.ended.values
        measured = {name: value for name, value in ended.items() if name not in _OF_NETWORKS}
        network = {
            **self.place.columns(),
            **who,
            "seed": self.started.seed,
            "generation": self.started.generation,
            "search_order": number,
            "status": self._status(),
            "genome": self.started.genome,
        }
        for name in _OF_NETWORKS:
            network[name] = ended.get(name, self.started.values.get(name))
        epochs = sorted(self.epochs, key=lambda pair: pair[1].epoch)
        histories = [self._history_row(place, event, who) for place, event in epochs]
        if histories:
            # What `finish` is told is of the network after its last epoch.
            histories[-1] |= _taken(measured, _OF_EPOCHS)
        else:
            trained = _taken(measured, _OF_THE_TRAINED)
            network |= {f"last_{name}": value for name, value in trained.items()}
        found.rows += [network, *histories]
        for place, event in epochs:
            values = dict(event.values)
            _ = _taken(values, _OF_EPOCHS)
            found.measurements += _measurements(place, number, values, event.epoch)
        found.measurements += self._of_the_training(measured, began)
        found.lineage += [
            {
                **self.place.columns(),
                "child": str(number),
                "parent": str(parent),
                "parent_number": place,
                "operator": self.started.operator,
            }
            for place, parent in enumerate(self.started.parents, start=1)
        ]
        return found

    def _status(self) -> str | None:
        if self.ended is None:
            return "incomplete"
        return "failed" if self.ended.failed else None

    def _history_row(self, place: Place, event: EpochEnded, who: dict[str, Any]) -> dict[str, Any]:
        row = {**place.columns(), **who, "epoch": event.epoch}
        row |= _taken(dict(event.values), _OF_EPOCHS)
        said = self.predictions.get(event.epoch)
        if said is not None:
            finite = math.isfinite(said.value_percent)
            row |= {
                "prediction_percent": said.value_percent if finite else None,
                "prediction_is_inf": not finite,
                "converged": said.converged,
                "engine_time_seconds": said.engine_time_seconds,
                "fit_parameters": list(said.parameters) or None,
            }
        return row

    def _of_the_training(self, measured: dict[str, Value], began: float) -> list[dict[str, Any]]:
        at_start = {n: value for n, value in self.started.values.items() if n not in _OF_NETWORKS}
        at_start["started_after_seconds"] = self.first_time - began
        found = _measurements(self.place, self.started.network, at_start, None)
        if self.ended is not None and self.ended_place is not None:
            at_end = {**measured, "finished_after_seconds": self.ended.time - began}
            if self.ended.reason is not None:
                at_end["failure"] = self.ended.reason
            found += _measurements(self.ended_place, self.started.network, at_end, None)
        return found


def _taken(values: dict[str, Value], names: tuple[str, ...]) -> dict[str, float]:
    """Take the numbers that have a column; one that is not finite stays, as a text."""
    chosen = [name for name in names if not isinstance(values.get(name, ""), str)]
    return {name: float(values.pop(name)) for name in chosen}


def _measurements(
    place: Place, network: int, values: Mapping[str, Value], epoch: float | None
) -> list[dict[str, Any]]:
    return [
        {
            "source_file": place.path,
            "source_row": place.line - 1,
            "native_id": str(network),
            "measure": name,
            "split": next((split for split in _SPLITS if name.startswith(f"{split}_")), None),
            "epoch": epoch,
            "value": None if isinstance(value, str) else value,
            "text": value if isinstance(value, str) else None,
            "unit": next((unit for end, unit in _UNITS.items() if name.endswith(end)), ""),
            "source_name": name,
        }
        for name, value in values.items()
    ]
