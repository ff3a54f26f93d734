"""One training of a search: a candidate in, its results out, wherever it is called.

Takes the network from the record and gives it back there, so that a training may be done twice by
mistake, moved, or killed, and is one training all the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from vinarch.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vinarch.recording import Network, NetworkResults, Recorder
    from vinarch.running.evaluators import Evaluator
    from vinarch.searching import Candidate

_ASK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True)
class Training:
    """A network that is to be trained.

    Attributes
    ----------
    candidate : Candidate
    network : int
        Its number in the run.
    seed : int
        Of the training.
    """

    candidate: Candidate
    network: int
    seed: int


@dataclass(frozen=True)
class Trainer:
    """All that a process needs to train networks of a search; it is pickled once for each.

    Attributes
    ----------
    recorder : Recorder
    evaluator : Evaluator
    fails : bool
        Whether an error in a training makes the network a failed one, instead of being raised.
    """

    recorder: Recorder
    evaluator: Evaluator
    fails: bool

    def train(self, training: Training) -> NetworkResults:
        """Train a network, and return what is recorded of it.

        One that is finished is not trained again, and one that was interrupted goes on or starts
        over, as the evaluator can.
        """
        candidate = training.candidate
        network = patiently(lambda: self.start(candidate))
        with network:
            if not network.finished:
                self._train(network, candidate, training.seed)
        return network.results()

    def start(self, candidate: Candidate, **told: Any) -> Network:
        """Start a candidate's network, or go on with it."""
        resumes = bool(getattr(self.evaluator, "resumes", False))
        return self.recorder.start(
            candidate.genome, repeat=candidate.repeat, resume=resumes, **told
        )

    def fail(self, training: Training, error: BaseException) -> NetworkResults:
        """Record that a training failed."""
        network = patiently(lambda: self.start(training.candidate))
        if not network.finished:
            network.fail(_reason(error))
        return network.results()

    def _train(self, network: Network, candidate: Candidate, seed: int) -> None:
        try:
            self.evaluator.train(network, candidate, seed)
        except Exception as error:
            # An error of the record itself, such as a full disk, cannot be recorded there.
            if not self.fails or network.finished:
                raise
            network.fail(_reason(error))


Outcome = tuple[Training, "NetworkResults | BaseException"]


class Place(Protocol):
    """Where networks are trained."""

    def train_all(self, trainings: Iterable[Training]) -> Iterator[Outcome]:
        """Train networks and give what became of each, in any order.

        The next training is only asked for once there is room for it.
        """

    @property
    def workers(self) -> int:
        """Return how many networks are trained at a time."""


class ThisProcess:
    """Trains networks here, one after the other.

    Parameters
    ----------
    trainer : Trainer
    """

    workers = 1

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def train_all(self, trainings: Iterable[Training]) -> Iterator[Outcome]:
        """Train networks in order."""
        for training in trainings:
            try:
                found = self._trainer.train(training)
            except Exception as error:  # noqa: BLE001 - whoever asked for it decides
                yield training, error
            else:
                yield training, found


def patiently(start: Callable[[], Network], waits: Callable[[str], None] | None = None) -> Network:
    """Start a network, waiting while another process trains it.

    Workers of a search that was killed may live on for a moment, or, on a cluster of one's own,
    until their training is over.

    Parameters
    ----------
    start : callable
    waits : callable, optional
        Told once why, if there is a wait.
    """
    told = False
    while True:
        try:
            return start()
        except RecordingError as error:
            if waits is not None and not told:
                waits(f"{error.where} is {error.got}; waiting for it")
            told = True
        time.sleep(_ASK_AGAIN_SECONDS)


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    told = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return told.replace("\0", "").encode("utf-8", "replace").decode()
