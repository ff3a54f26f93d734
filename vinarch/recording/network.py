"""A network that is being trained: what the training loop says of it goes to the run's files.

Knows no framework: numbers in, one question answered, whether to stop.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError, RecordingError
from vinarch.recording.checking import check_epoch, check_last, next_epoch, warn_of_fractions
from vinarch.recording.desk import desk_of
from vinarch.recording.held_network import HeldNetwork
from vinarch.recording.results import results_of
from vinarch.recording.values import OF_NETWORKS, check_text, read_values
from vinarch.run_files import EpochEnded, NetworkEnded, Predicted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from vinarch.prediction import PredictionEngine
    from vinarch.recording.results import NetworkResults
    from vinarch.run_files import Value

_FITNESS = "val_accuracy_percent"
_TIME = "epoch_time_seconds"


class Network(HeldNetwork):
    """One training of one network; `vinarch.Recorder.start` gives it.

    As a context manager it finishes the network at the end of the block; after an error it leaves
    it unfinished, so that a later start of the genome goes on with it.
    One process holds it at a time: pickled, it is handed over to the process that reads it.

    Attributes
    ----------
    number : int
        Its number in the run, from 0 in the order of first starts.
    """

    def epochs(self) -> Iterator[int | float]:
        """Give the epochs that are left to train, until the budget is spent or it should stop.

        Of a resumed network these are the epochs after those that are recorded, of a finished one
        none.

        Raises
        ------
        ParameterError
            If the recorder has no `epoch_budget`.
        """
        run = self._recorder.description
        if run.last_record is None:
            raise ParameterError(
                "network.epochs()", "the recorder's epoch_budget", "none",
                "Pass Recorder(…, epoch_budget=25), or count epochs yourself.",
            )  # fmt: skip
        while not self.finished and not self.should_stop():
            epoch = next_epoch(run, self._epochs)
            if epoch > run.last_record:
                return
            before = len(self._epochs)
            yield int(epoch) if epoch == int(epoch) else epoch
            if len(self._epochs) == before and not self.finished:
                raise ParameterError(
                    "network.epochs()",
                    f"network.log({epoch:g}, …) before the next epoch",
                    "none",
                    "Log each epoch in the body of the loop.",
                )

    def log(self, epoch: float, **values: float | str | None) -> None:
        """Record an epoch; what this returned from is kept, even if the process is killed.

        Parameters
        ----------
        epoch : float
            The next epoch of the training.
        **values
            What was measured. ``val_accuracy`` (and ``train_``, ``test_``) is a fraction from
            0 to 1, ``val_accuracy_percent`` a percentage; ``val_loss`` may be NaN, and is then
            null in the table of histories and a measurement beside it.
            Any other name becomes a measurement of this epoch: numbers, or text; None is left out.
            ``epoch_time_seconds`` is taken by the clock if it is not given, from the start or the
            last epoch on, the engine's time left out; None leaves it unknown.

        Raises
        ------
        ParameterError
            If the epoch is not the next one, or a value cannot be.
        RecordingError
            If the network is finished, or another process trains it.
        StoreError
            If the disk refuses; nothing of the epoch is kept then.
        """
        now = time.perf_counter()
        known = self._is_held()
        self.hold()
        self._refuse_finished("network.log")
        check_epoch(self._recorder.description, self._epochs, epoch)
        read = read_values("network.log", values)
        for name in OF_NETWORKS:
            if name in read:
                raise ParameterError(
                    f"network.log({name}=…)", "values of the epoch", "one of the network",
                    f"Pass it to recorder.start(…, {name}=…) or network.finish({name}=…).",
                )  # fmt: skip
        if known and self._since is not None and _TIME not in values:
            read[_TIME] = max(now - self._since, 0.0)
        event = EpochEnded(
            network=self.number,
            attempt=self._started.attempt,
            epoch=float(epoch),
            time=time.time(),
            values=read,
        )
        self._at_desk().write(event)
        self._epochs.append(event)
        self._since = time.perf_counter()

    def should_stop(self) -> bool:
        """Ask the recorder's engine whether the training can end, and record what it predicts.

        Returns
        -------
        bool
            Whether the predictions have converged after the last epoch; always False where there
            is no engine or it may not end trainings.

        Raises
        ------
        RecordingError
            If another process trains the network.
        StoreError
            If the disk refuses.
        """
        engine = self._recorder.engine
        if engine is None or self.finished:
            return False
        self.hold()
        while len(self._predictions) < len(self._epochs):
            self._predict(engine, len(self._predictions) + 1)
        return self._verdict and self._recorder.description.early_termination

    def finish(self, **values: float | str | None) -> None:
        """Record that the training is over.

        Parameters
        ----------
        **values
            Values of the trained network, as in `log`; ``mflops`` and ``parameter_count`` too.
            Accuracies and losses are those of the network as it is after its last epoch; those of
            an earlier checkpoint need another name, like ``best_test_accuracy_percent``.

        Raises
        ------
        ParameterError
            If a value cannot be, or the last epoch has it already.
        RecordingError
            If the network is finished, or another process trains it.
        StoreError
            If the disk refuses; the network is unfinished then.
        """
        self._end("network.finish", values)
        warn_of_fractions(self.number, self._epochs)

    def fail(self, reason: str, **values: float | str | None) -> None:
        """Record that the training failed; its status is ``failed``.

        Parameters
        ----------
        reason : str
        **values
            As in `finish`.

        Raises
        ------
        ParameterError, RecordingError, StoreError
            As `finish`.
        """
        if not isinstance(reason, str) or not reason.strip():
            raise ParameterError("network.fail(reason)", "text", repr(reason), "Say what happened.")
        check_text("network.fail(reason)", reason)
        self._end("network.fail", values, reason)

    def results(self) -> NetworkResults:
        """Return what the record says of the network once its training is over.

        Returns
        -------
        NetworkResults
            Values of its last epoch and of the network, its fitness, its status, the epochs that
            it took and those that the engine saved.

        Raises
        ------
        RecordingError
            If it is not finished.
        StoreError
            If the record is damaged.

        Examples
        --------
        >>> import tempfile, vinarch
        >>> folder = tempfile.mkdtemp() + "/my-search"
        >>> recorder = vinarch.Recorder(folder, space="chain-layers", epoch_budget=2)
        >>> with recorder.start("c m c", mflops=0.25) as network:
        ...     for epoch in network.epochs():
        ...         network.log(epoch, val_accuracy=0.5 + 0.25 * epoch)
        >>> found = network.results()
        >>> found.status, found.fitness_percent, found.epochs_trained, found.values["mflops"]
        ('ok', 75.0, 2.0, 0.25)
        """
        desk = desk_of(self._recorder.folder)
        with desk.ledger() as ledger:
            entry = ledger.entries[self.number]
        if entry.ended is None:
            raise RecordingError(
                f"network.results(), network {self.number}",
                "a network whose training is over",
                "one that is not finished",
                "Call network.finish() or network.fail() first.",
            )
        return results_of(self._recorder.description, entry, desk.read_events(entry.started))

    def _end(self, where: str, values: dict[str, Any], reason: str | None = None) -> None:
        self.hold()
        self._refuse_finished(where)
        read = read_values(where, values)
        check_last(where, read, self._started.values, self._epochs)
        event = NetworkEnded(
            network=self.number,
            attempt=self._started.attempt,
            time=time.time(),
            failed=reason is not None,
            reason=reason,
            values=read,
        )
        desk = self._at_desk()
        # First the epochs: an end that outlives a power cut must not outlive them.
        desk.sync()
        with desk.ledger() as ledger:
            ledger.add(event)
        self._ended = True
        self.release()

    def _predict(self, engine: PredictionEngine, seen: int) -> None:
        started = time.perf_counter()
        fitness = [_number(one.values.get(_FITNESS)) for one in self._epochs[:seen]]
        epochs = [one.epoch for one in self._epochs[:seen]]
        found = engine.predict(epochs, fitness)
        predictions = [*self._predictions, found]
        losses = [_number(one.values.get("val_loss")) for one in self._epochs[:seen]]
        told = engine.loss_patience_epochs is not None
        verdict = engine.converged(predictions, epochs if told else None, losses if told else None)
        spent = time.perf_counter() - started
        self._at_desk().write(
            Predicted(
                network=self.number,
                attempt=self._started.attempt,
                epoch=epochs[-1],
                value_percent=found.value_percent,
                parameters=found.parameters,
                converged=verdict,
                engine_time_seconds=spent,
            )
        )
        self._predictions, self._verdict = predictions, verdict
        if self._since is not None:
            self._since += spent

    def _refuse_finished(self, where: str) -> None:
        if self._ended:
            raise RecordingError(
                f"{where}, network {self.number}",
                "a network that is being trained",
                "one that is finished",
                "Ask network.finished after recorder.start; to train the genome once more, start "
                "it with repeat=1.",
            )

    def __enter__(self) -> Self:
        """Return the network."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the network, or after an error leave it unfinished."""
        if kind is not None:
            self.release()
        elif not self.finished:
            self.finish()


def _number(value: Value | None) -> float:
    return math.nan if value is None else float(value)
