"""A network that one process holds: taken, let go, handed over, and what is recorded of it read.

Knows whose a network is and how far it is; what is logged of it, its subclass knows.
"""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import RecordingError
from vinarch.prediction import Prediction
from vinarch.recording.desk import desk_of
from vinarch.run_files import EpochEnded, Predicted

if TYPE_CHECKING:
    from typing import Self

    from vinarch.prediction import PredictionEngine
    from vinarch.recording.desk import Desk
    from vinarch.recording.recorder import Recorder
    from vinarch.run_files import NetworkStarted, RunDescription


class HeldNetwork:
    """A network of a run, which one process holds at a time.

    Parameters
    ----------
    recorder : Recorder
    started : NetworkStarted
        Its attempt.
    ended : bool
        Whether its training is over.
    """

    def __init__(self, recorder: Recorder, started: NetworkStarted, *, ended: bool) -> None:
        self._recorder = recorder
        self._started = started
        self._ended = ended
        self._token: object = None
        self._desk: Desk | None = None
        self._pid = -1
        self._epochs: list[EpochEnded] = []
        self._predictions: list[Prediction] = []
        self._verdict = False
        self._since: float | None = None
        self._loaded = False

    @property
    def number(self) -> int:
        """Return its number in the run."""
        return self._started.network

    @property
    def genome(self) -> str:
        """Return its genome as it was given."""
        return self._started.genome

    @property
    def run(self) -> RunDescription:
        """Return what all networks of its run have in common."""
        return self._recorder.description

    @property
    def finished(self) -> bool:
        """Tell whether its training is over, here or in an earlier process."""
        return self._ended

    @property
    def epochs_done(self) -> int:
        """Return how many epochs are recorded, those of earlier processes too."""
        self.hold()
        if not self._loaded:
            self._load(desk_of(self._recorder.folder).read_events(self._started))
        return len(self._epochs)

    def hold(self, *, new: bool = False) -> Self:
        """Hold the network in this process, and read what others recorded of it.

        Whatever is asked of the network does so where it must; a finished one is held by nobody.

        Parameters
        ----------
        new : bool, default False
            Whether nothing can be recorded of it yet.

        Raises
        ------
        RecordingError
            If another process holds it, or a later start in this one does.
        StoreError
            If the disk refuses.
        """
        if self._ended or self._is_held():
            return self
        if self._token is not None and self._pid == os.getpid():
            self._refuse("another start of it in this process")
        desk = desk_of(self._recorder.folder)
        token = object()
        if not desk.hold(self.number, token):
            self._refuse("another process, which is alive")
        self._desk, self._token, self._pid = desk, token, os.getpid()
        if not new:
            with desk.ledger() as ledger:
                entry = ledger.entries[self.number]
            self._ended = entry.ended is not None
            anew = entry.started.attempt != self._started.attempt
            if self._ended or anew:
                self.release()
            if anew:
                self._refuse("another start of it, which began anew")
        self._load([] if new else desk.read_events(self._started))
        self._since = time.perf_counter()
        return self

    def release(self) -> None:
        """Let go of the network unfinished, so that another process can go on with it."""
        if self._is_held() and self._desk is not None:
            self._desk.release(self.number, self._token)
        self._token = None

    def _is_held(self) -> bool:
        desk = self._desk
        return (
            desk is not None
            and self._pid == os.getpid()
            and self._token is not None
            and desk.holds(self.number, self._token)
        )

    def _at_desk(self) -> Desk:
        if self._desk is None:
            raise RecordingError(
                f"network {self.number}", "a network that is held", "one that is not", ""
            )
        return self._desk

    def _load(self, events: list[EpochEnded | Predicted]) -> None:
        self._loaded = True
        self._epochs = [one for one in events if isinstance(one, EpochEnded)]
        predicted = [one for one in events if isinstance(one, Predicted)]
        engine = self._recorder.engine
        self._predictions = []
        self._verdict = False
        if engine is None:
            return
        for epoch, one in zip(self._epochs, predicted, strict=False):
            if epoch.epoch != one.epoch:
                break
            self._predictions.append(_as_answered(engine, one))
            self._verdict = one.converged

    def _refuse(self, who: str) -> None:
        raise RecordingError(
            f"network {self.number}",
            "a network that nobody else trains",
            f"one that is held by {who}",
            "Train each network in one place: start it in the process that trains it, or pickle "
            "it to there.",
        )

    def __getstate__(self) -> dict[str, Any]:
        """Hand the network over to the process that reads the pickle."""
        self.release()
        return {
            "_recorder": self._recorder,
            "_started": self._started,
            "_ended": self._ended,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the network over; it is held when it is first used."""
        self.__init__(state["_recorder"], state["_started"], ended=state["_ended"])  # type: ignore[misc]

    def __repr__(self) -> str:
        """Say which network it is and how far it is."""
        how = "finished" if self._ended else f"{len(self._epochs)} epochs recorded"
        return f"<Network {self.number} of {self._recorder.description.name}: {how}>"


def _as_answered(engine: PredictionEngine, told: Predicted) -> Prediction:
    ok = math.isfinite(told.value_percent)
    parameters = np.array([told.parameters]) if told.parameters else None
    return Prediction(
        told.value_percent,
        told.parameters,
        (),
        ok=ok,
        reason="" if ok else "no_fit",
        method=engine.method,
        clears=parameters is not None and bool(engine.clearing(parameters)[0]),
    )
