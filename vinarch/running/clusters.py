"""Train networks on the workers of a Dask cluster: trainings in, what became of each out.

The trainer goes to each worker once, and to those that start later or anew, since a plugin carries
it. A task whose worker dies is given to another worker by the scheduler.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import signal
from typing import TYPE_CHECKING, Any

import dask
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vinarch.recording import NetworkResults
    from vinarch.running.trainings import Outcome, Trainer, Training


_COMES_BACK = "1 hour"
"""A worker that died is started anew, which may take a while on a busy machine; Dask would give it
up after 15 seconds, and a search without workers would wait for ever."""


class _Carrier(WorkerPlugin):  # type: ignore[misc]  # distributed ships no types
    """Keeps the trainer on a worker."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer


class _Undisturbed(WorkerPlugin):  # type: ignore[misc]
    """Lets the search alone hear an interruption from the keyboard, which all its processes get."""

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask passes it
        # Only a main thread can; in another one the signal does not arrive.
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)


class OnCluster:
    """Trains networks on the workers of a client.

    Parameters
    ----------
    client : distributed.Client
    trainer : Trainer
    """

    def __init__(self, client: Any, trainer: Trainer) -> None:
        self._client = client
        self._name = f"vinarch-run-{secrets.token_hex(8)}"
        self._client.register_plugin(_Carrier(trainer), name=self._name)

    @property
    def workers(self) -> int:
        """Return how many threads the workers have, at least one."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def train_all(self, trainings: Iterable[Training]) -> Iterator[Outcome]:
        """Train networks, as many at a time as there are threads, and one more in waiting."""
        waiting = iter(trainings)
        under_way: dict[str, tuple[Training, Any]] = {}
        done = as_completed(loop=self._client.loop)
        try:
            while True:
                for training in _at_most(waiting, self.workers + 1 - len(under_way)):
                    future = self._submit(training)
                    under_way[future.key] = training, future
                    done.add(future)
                if not under_way:
                    return
                future = next(done)
                training, _ = under_way.pop(future.key)
                yield training, _outcome(future)
        finally:
            self._client.cancel([future for _, future in under_way.values()])

    def close(self) -> None:
        """Take the trainer from the workers."""
        # Whatever the cluster says, there is nothing left to do.
        with contextlib.suppress(Exception):
            self._client.unregister_worker_plugin(self._name)

    def _submit(self, training: Training) -> Any:
        key = f"train-network-{training.network}-{secrets.token_hex(4)}"
        return self._client.submit(train_here, self._name, training, key=key, pure=False)


def train_here(name: str, training: Training) -> NetworkResults:
    """Train a network in the worker that this is called in."""
    carrier: _Carrier = get_worker().plugins[name]
    return carrier.trainer.train(training)


@contextlib.contextmanager
def client_of(given: Any, workers: int) -> Iterator[Any]:
    """Give a client: the one given, one of a scheduler's address, or one of processes started here.

    Raises
    ------
    ParameterError
        If no scheduler answers at the address, or something else was given.
    """
    if isinstance(given, Client):
        yield given
    elif given is None:
        with (
            dask.config.set({"distributed.deploy.lost-worker-timeout": _COMES_BACK}),
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                # Some free port: None would take 8787, and complain where that is in use.
                dashboard_address="127.0.0.1:0",
                # Workers that are slow to end, or started anew, are no news.
                silence_logs=logging.ERROR,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            client.register_plugin(_Undisturbed(), name="vinarch-undisturbed")
            yield client
    else:
        try:
            client = Client(given, timeout="10s", set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ParameterError(
                "run(client=…)",
                "a distributed.Client or the address of a running Dask scheduler",
                f"{given!r} ({error})",
                "`dask scheduler` starts one and prints its address.",
            ) from error
        with client:
            yield client


def _at_most(waiting: Iterator[Training], count: int) -> Iterator[Training]:
    for _ in range(count):
        training = next(waiting, None)
        if training is None:
            return
        yield training


def _outcome(future: Any) -> NetworkResults | BaseException:
    if future.status == "finished":
        found: NetworkResults = future.result()
        return found
    error = future.exception()
    return error if isinstance(error, BaseException) else RuntimeError(f"it was {future.status}")
