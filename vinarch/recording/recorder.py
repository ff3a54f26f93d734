"""Record a run: a folder in, networks to log to out."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from vinarch.errors import ParameterError
from vinarch.genome import Genome, SearchSpace, search_space
from vinarch.parameters import check_whole
from vinarch.recording.desk import desk_of
from vinarch.recording.engines import engine_of
from vinarch.recording.ledger import refuse_other
from vinarch.recording.network import Network
from vinarch.recording.run_folder import absolute_folder, start_run
from vinarch.recording.settings import About, describe, refuse_changes
from vinarch.recording.values import check_text, read_values
from vinarch.run_files import NetworkStarted, is_run, read_description

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from vinarch.prediction import PredictionEngine


class Recorder:
    """Record the networks of a search in a folder, from any training loop and any process.

    What `Network.log` returned from is kept, even if the process is killed then; a power cut may
    lose the last seconds of epochs, but no network that was started or finished.
    The folder opens as a commons while it is written: ``vinarch.open("runs/my-search")``.
    A recorder can be pickled, so that Dask workers record into the same run.

    Parameters
    ----------
    folder : path-like
        Of the run; made if it is not there. A run that is there already is gone on with, and
        arguments that differ from those that it was started with are refused.
    space : str or SearchSpace
        The search space of the genomes, ``"nsga-net-macro-3x4"``; may be left out of a run that is
        there.
    **about
        ``epoch_budget``: epochs that a network is trained for.
        ``engine``: a `vinarch.prediction.PredictionEngine`, or ``"a4nn_2023"`` or
        ``"penguin_2022"``, which are moved to the run's epochs; needs an `epoch_budget`.
        ``early_termination=False`` lets the engine predict but end no training.
        ``first_epoch`` (default 0): the number of the end of the first epoch.
        ``epoch_step`` (default 1): epochs from one log to the next, None where only some are
        logged.
        ``name``: of archive and experiment in the commons; the folder's name by default.
        ``strategy``, ``task_data``, ``hardware``, ``protocol``: text.
        ``objectives``: like ``["max val_accuracy_percent", "min mflops"]``.
        ``attributes``: further settings to select by, like ``{"seed": 1}``.
        ``configuration``: the search's own, of what JSON holds.

    Raises
    ------
    ParameterError
        If an argument cannot be, or is not that of the run that is there.
    GenomeError
        If there is no such search space.
    StoreError
        If the folder cannot be written, holds something else, or a damaged run.
    NewerFormatError
        If a newer vinarch wrote the run.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> folder = tempfile.mkdtemp() + "/my-search"
    >>> recorder = vinarch.Recorder(folder, space="chain-layers", epoch_budget=3)
    >>> for genome in ["c m c", "c c k"]:
    ...     with recorder.start(genome) as network:
    ...         for epoch in network.epochs():
    ...             network.log(epoch, val_accuracy=0.5 + 0.1 * epoch)
    >>> vinarch.open(folder)
    Commons of 1 archive (my-search ...): 1 experiment, 2 architectures, 6 history rows,
    4 measurements
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        space: str | SearchSpace | None = None,
        **about: Unpack[About],
    ) -> None:
        self.folder = absolute_folder(folder)
        if is_run(self.folder):
            self.description = read_description(self.folder)
            refuse_changes(self.description, space, about)
        else:
            self.description = start_run(self.folder, describe(self.folder, space, about))
            # Another process may have started it a moment ago.
            refuse_changes(self.description, space, about)
        given: Any = about.get("engine")
        self.space = search_space(self.description.search_space)
        self._engine = engine_of(self.description.engine)
        if self._engine is None and not isinstance(given, str):
            self._engine = given

    @property
    def engine(self) -> PredictionEngine | None:
        """Return the prediction engine, None if there is none.

        Raises
        ------
        ParameterError
            If its function is one of somebody's own, and was not given here.
        """
        if self._engine is None and self.description.engine is not None:
            raise ParameterError(
                "Recorder(engine=…)",
                f"the run's own function {self.description.engine['function']!r}",
                "none",
                "Pass the engine that the run was started with.",
            )
        return self._engine

    def start(
        self,
        genome: str | Genome | Sequence[Any],
        *,
        parents: Sequence[int | Network] = (),
        operator: str | None = None,
        generation: int | None = None,
        seed: int | None = None,
        repeat: int = 0,
        resume: bool = True,
        **values: float | str | None,
    ) -> Network:
        """Start the training of a network, or go on with it.

        A genome is trained once: one that is finished is given back so (`Network.finished`), and
        one whose process died is gone on with, under its number and after its recorded epochs
        (`Network.epochs_done`). A search that is run again so finds what it had done.

        Parameters
        ----------
        genome : str, Genome or nested lists
            As the search space prints it.
        parents : sequence of int or Network, optional
            Networks of this run that it was made from, or their numbers.
        operator : str, optional
            How it was made, like ``"crossover"``.
        generation, seed : int, optional
        repeat : int, default 0
            Which training of the genome, if it is trained more than once.
        resume : bool, default True
            Whether an unfinished network goes on after its recorded epochs; else it starts over,
            for loops that keep no checkpoints. Epochs of before do not count then.
        **values
            ``mflops`` and ``parameter_count``; any other is a measurement.

        Returns
        -------
        Network

        Raises
        ------
        GenomeError
            If the genome is none of the search space.
        ParameterError
            If a parent is not known, a value cannot be, or something else was recorded of the
            network.
        RecordingError
            If another process trains it now.
        StoreError
            If the disk refuses.
        """
        read = self._read_genome(genome)
        text = genome if isinstance(genome, str) else self.space.print_genome(read)
        wanted = NetworkStarted(
            network=0,
            attempt=0,
            genome=text,
            sequence=read.flat,
            repeat=check_whole("recorder.start(repeat=…)", repeat, 0, None, "trainings before"),
            time=time.time(),
            generation=_whole_or_none("generation", generation, 0),
            seed=_whole_or_none("seed", seed, None),
            operator=_text_or_none(operator),
            parents=tuple(map(self._number, parents)),
            values=read_values("recorder.start", values),
        )
        desk = desk_of(self.folder)
        with desk.ledger() as ledger:
            number = ledger.numbers.get((wanted.sequence, wanted.repeat))
            self._check_parents(wanted, len(ledger.entries), number)
            if number is None:
                started = replace(wanted, network=len(ledger.entries))
                ledger.add(started)
                return Network(self, started, ended=False).hold(new=True)
            entry = ledger.entries[number]
            refuse_other(entry, wanted)
            network = Network(self, entry.started, ended=entry.ended is not None)
            if network.finished or resume or not network.hold().epochs_done:
                return network.hold()
            again = replace(entry.started, attempt=entry.started.attempt + 1, time=wanted.time)
            ledger.add(again)
            network.release()
            return Network(self, again, ended=False).hold(new=True)

    def _read_genome(self, genome: Any) -> Genome:
        if isinstance(genome, Genome):
            return (
                self.space.from_flat(genome.flat)
                if genome.space == self.space
                else (self.space.parse(genome.space.print_genome(genome)))
            )
        if isinstance(genome, (list, tuple, np.ndarray)):
            return self.space.parse(json.dumps(genome, default=_plain))
        if isinstance(genome, str):
            return self.space.parse(genome)
        raise ParameterError(
            "recorder.start(genome)",
            "a genome as text, as nested lists or as a Genome",
            repr(genome)[:60],
            "Pass it as the search space prints it.",
        )

    def _number(self, parent: Any) -> int:
        if isinstance(parent, Network):
            return parent.number
        return check_whole("recorder.start(parents=…)", parent, 0, None, "numbers of networks")

    def _check_parents(self, wanted: NetworkStarted, known: int, mine: int | None) -> None:
        for parent in wanted.parents:
            if parent >= known or parent == mine:
                raise ParameterError(
                    "recorder.start(parents=…)",
                    f"networks of this run, from 0 to {known - 1}" if known else "none yet",
                    "the network itself" if parent == mine else str(parent),
                    "Start the parents first, and pass network.number.",
                )

    def __getstate__(self) -> dict[str, Any]:
        """Keep what another process needs."""
        return {"folder": self.folder, "description": self.description, "engine": self._engine}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Record into the same run."""
        self.folder = state["folder"]
        self.description = state["description"]
        self._engine = state["engine"]
        self.space = search_space(self.description.search_space)

    def __repr__(self) -> str:
        """Say which run it records."""
        return f"<Recorder of {self.description.name} ({self.space.name}) in {self.folder}>"


def _whole_or_none(name: str, value: Any, low: int | None) -> int | None:
    if value is None:
        return None
    least = -(2**63) if low is None else low
    return check_whole(f"recorder.start({name}=…)", value, least, 2**63 - 1, name)


def _text_or_none(operator: Any) -> str | None:
    if operator is None:
        return None
    if isinstance(operator, str) and operator.strip():
        return check_text("recorder.start(operator=…)", operator)
    raise ParameterError("recorder.start(operator=…)", "text", repr(operator), "Leave it out.")


def _plain(value: Any) -> Any:
    return value.tolist()
