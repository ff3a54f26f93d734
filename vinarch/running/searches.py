"""Run a search: settings in, a commons of its networks out.

The strategy is asked, networks are started in its order, trained in any, and told in its order;
what is told is read from the record.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import filelock

from vinarch.errors import ParameterError, RecordingError, SearchError
from vinarch.parameters import check_whole
from vinarch.progress import LOGGER, LogProgress
from vinarch.run_commons import open_run
from vinarch.running.asked import asked_of, costs_of
from vinarch.running.planning import plan
from vinarch.running.seeds import training_seed
from vinarch.running.states import SearchProgress, SearchState
from vinarch.running.trainings import ThisProcess, Trainer, Training, patiently
from vinarch.running.values import objective_values
from vinarch.searching import Result

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from vinarch.commons import Commons
    from vinarch.progress import Progress
    from vinarch.recording import NetworkResults
    from vinarch.running.config import SearchConfig
    from vinarch.running.evaluators import Evaluator
    from vinarch.running.planning import Plan
    from vinarch.running.trainings import Outcome, Place
    from vinarch.searching import Candidate, Strategy

_LOCK = ".running"

Identity = tuple[str, int]
"""Flattened genome and repeat: what two networks of a run never share."""


def run(
    config: str | os.PathLike[str] | Mapping[str, Any] | SearchConfig,
    *,
    strategy: Strategy | None = None,
    evaluator: Evaluator | None = None,
    client: Any = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Commons:
    """Run a search, or go on with one.

    Every network is recorded with its epochs, its parents and its seed, and the run is a folder
    that opens as a commons, also while the search goes on. A search that was interrupted, however
    it was, is gone on with by calling this again: networks that are finished are read from the
    record, and the others are trained; the same networks come out as without the interruption,
    if the trainings repeat.

    Parameters
    ----------
    config : path-like, mapping or SearchConfig
        A TOML file or what would stand in it; see `vinarch.running.SearchConfig`.
    strategy : Strategy, optional
        Instead of the one that the settings name: anything with ``ask()`` and ``tell(results)``.
        It must be new, since a search that goes on asks it from the start.
    evaluator : Evaluator, optional
        Instead of the one that the settings name: anything with ``costs(genome)`` and
        ``train(network, candidate, seed)``.
    client : distributed.Client or str, optional
        Train on the workers of this Dask cluster, or of the scheduler at this address; they must
        see the run's folder under the same path.
    workers : int, optional
        Processes of this machine that train; the settings' by default. 1 trains in this process.
    progress : Progress, optional
        Listens; by default each generation is logged.

    Returns
    -------
    Commons
        Of this run.

    Raises
    ------
    ParameterError
        If a setting cannot be, or is not that of the run that is in the folder.
    MissingLibraryError
        If a part needs a library that is not installed; nothing is written then.
    RecordingError
        If another process runs this search now.
    SearchError
        If trainings raised errors; the other networks of the generation are recorded.
    StoreError
        If the folder cannot be written, or holds something else.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> class Lengths:
    ...     '''Says that a longer list is better, and by how much.'''
    ...
    ...     def costs(self, genome):
    ...         return {"mflops": 0.1 * len(genome.symbols)}
    ...
    ...     def train(self, network, candidate, seed):
    ...         for epoch in network.epochs():
    ...             network.log(epoch, val_accuracy=0.1 * len(candidate.genome.symbols))
    >>> commons = vinarch.run(
    ...     {
    ...         "folder": tempfile.mkdtemp() + "/lengths",
    ...         "space": "chain-layers",
    ...         "strategy": {"name": "random", "networks": 10},
    ...         "epoch_budget": 2,
    ...     },
    ...     evaluator=Lengths(),
    ... )
    >>> commons
    Commons of 1 archive (lengths ...): 1 experiment, 10 architectures, 20 history rows, ...
    """
    if workers is not None:
        check_whole("run(workers=…)", workers, 1, None, "processes")
    told = progress or LogProgress()
    search = Search(plan(config, strategy=strategy, evaluator=evaluator), told)
    search.go(client, workers)
    return open_run(search.plan.folder, told)


class Search:
    """A search that is run.

    Parameters
    ----------
    plan : Plan
    progress : Progress
    """

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self.plan = plan
        self.state = SearchState(networks=plan.networks)
        self._progress = progress
        self._networks: dict[int, int] = {}
        self._known: dict[Identity, NetworkResults] = {}
        self._counted: set[int] = set()
        self._recorded = {(one.sequence, one.repeat) for one in plan.recorded}

    def go(self, client: Any = None, workers: int | None = None) -> None:
        """Run it to its end."""
        config = self.plan.config
        recorder = self.plan.open_recorder()
        trainer = Trainer(recorder, self.plan.evaluator, config.on_error == "fail")
        self._known = {
            (one.sequence, one.repeat): one.results
            for one in self.plan.recorded
            if one.results is not None
        }
        count = config.workers if workers is None else workers
        with self._alone(), _place(trainer, client, count) as place:
            self._progress.start("networks", self.plan.networks or 0, "networks")
            try:
                candidates = self.plan.first
                while candidates:
                    self.plan.strategy.tell(self._generation(candidates, trainer, place))
                    LOGGER.info("%s: %s", self.plan.folder.name, self.state)
                    candidates = asked_of(self.plan.strategy, self.plan.space)
            finally:
                self._progress.finish()

    def _generation(
        self, candidates: Sequence[Candidate], trainer: Trainer, place: Place
    ) -> list[Result]:
        """Train the candidates of a generation, and return what came of each, in their order."""
        failures: list[Outcome] = []
        for training, found in place.train_all(self._started(candidates, trainer)):
            if not isinstance(found, BaseException):
                self._take(training.candidate, found)
            elif trainer.fails:
                self._take(training.candidate, trainer.fail(training, found))
            else:
                failures.append((training, found))
        if failures:
            raise self._failure(failures)
        return [self._result(candidate) for candidate in candidates]

    def _started(self, candidates: Sequence[Candidate], trainer: Trainer) -> Iterator[Training]:
        """Start the networks of candidates in order, and give those that are to be trained."""
        begun: set[Identity] = set()
        for candidate in candidates:
            identity = _identity(candidate)
            self._tell(self.state.asking(candidate.generation))
            seed = training_seed(self.plan.config.seed, candidate.number)
            if candidate.number in self._networks:
                raise ParameterError(
                    f"candidate {candidate.number}", "a number of its own", "one that was given",
                    "A strategy counts what it asks for from 0.",
                )  # fmt: skip
            if identity in begun:
                # A strategy may ask for one training twice at once.
                continue
            begun.add(identity)
            known = self._known.get(identity)
            if known is not None and known.network in self._counted:
                self._networks[candidate.number] = known.network
                self._count(known)
                continue
            number = self._start(candidate, seed, trainer)
            self._networks[candidate.number] = number
            if known is None:
                yield Training(candidate, number, seed)
            else:
                self._count(known)

    def _start(self, candidate: Candidate, seed: int, trainer: Trainer) -> int:
        """Start a network, or find it as it was started before, and let go of it."""
        known = _identity(candidate) in self._recorded
        costs = {} if known else costs_of(trainer.evaluator, candidate.genome)
        network = patiently(
            lambda: trainer.start(
                candidate,
                parents=[self._parent(candidate, number) for number in candidate.parents],
                operator=candidate.operator,
                generation=candidate.generation,
                seed=seed,
                **costs,
            ),
            self._progress.say,
        )
        network.release()
        return network.number

    def _parent(self, candidate: Candidate, number: int) -> int:
        found = self._networks.get(number)
        if found is None:
            raise ParameterError(
                f"candidate {candidate.number}, parents", "candidates that were asked for before",
                f"{number}", "A strategy names parents by their candidates' numbers.",
            )  # fmt: skip
        return found

    def _take(self, candidate: Candidate, found: NetworkResults) -> None:
        self._known[_identity(candidate)] = found
        self._count(found)

    def _count(self, found: NetworkResults) -> None:
        new = found.network not in self._counted
        self._counted.add(found.network)
        self._tell(self.state.with_results(found, new=new))
        self._progress.advance(1)

    def _result(self, candidate: Candidate) -> Result:
        found = self._known[_identity(candidate)]
        if candidate.number not in self._networks:
            self._networks[candidate.number] = found.network
            self._count(found)
        return Result(candidate, objective_values(self.plan.config.objectives, found))

    def _tell(self, state: SearchState) -> None:
        self.state = state
        if isinstance(self._progress, SearchProgress):
            self._progress.tell(state)

    def _failure(self, failures: Sequence[Outcome]) -> SearchError:
        training, error = min(failures, key=lambda one: one[0].network)
        genome = self.plan.space.print_genome(training.candidate.genome)
        others = len(failures) - 1
        more = f" (and errors in {others:,} other{'s' * (others != 1)})" if others else ""
        found = SearchError(
            f"{self.plan.folder}, network {training.network}, genome {genome}",
            "a training without an error",
            f"{type(error).__name__}: {error}{more}",
            "All other networks of the generation are recorded. Mend it and run the search again, "
            'or let such networks fail with on_error = "fail".',
        )
        found.__cause__ = error if isinstance(error, BaseException) else None
        return found

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse a search that another process runs."""
        try:
            with filelock.FileLock(self.plan.folder / _LOCK, timeout=0):
                yield
        except filelock.Timeout as error:
            raise RecordingError(
                str(self.plan.folder),
                "a search that nobody runs",
                "one that another process runs now",
                "Wait for it, or name another folder.",
            ) from error


@contextlib.contextmanager
def _place(trainer: Trainer, client: Any, workers: int) -> Iterator[Place]:
    if client is None and workers == 1:
        yield ThisProcess(trainer)
        return
    from vinarch.running.clusters import OnCluster, client_of  # noqa: PLC0415 - only where asked for

    with client_of(client, workers) as connected:
        place = OnCluster(connected, trainer)
        try:
            yield place
        finally:
            place.close()


def _identity(candidate: Candidate) -> Identity:
    return candidate.genome.flat, candidate.repeat
