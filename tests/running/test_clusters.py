"""A search on worker processes gives what it gives in this process, whoever dies."""

from __future__ import annotations

import os

import dask
import pytest
from distributed import Client
from toy_search import Grow, Listed, Toy

from vinarch.errors import ParameterError, SearchError
from vinarch.genome import search_space
from vinarch.running import run
from vinarch.searching import Candidate

SPACE = search_space("chain-layers")


def notes_of(path):
    """Number, genome, epochs recorded before, process of each training begun."""
    lines = (line.split() for line in path.read_text().splitlines())
    return [(int(one), flat, int(done), int(pid)) for one, flat, done, pid in lines]


def test_two_processes_train_what_one_does_though_one_is_killed(settings, tmp_path, same, whole):
    # "k" kills the worker that trains it first.
    notes = tmp_path / "notes"
    strategy = Grow(SPACE)
    toy = {"name": "toy_search:Toy", "seconds": 0.01, "notes": str(notes), "dies": ["k"]}
    commons = run(settings | {"evaluator": toy, "workers": 2}, strategy=strategy)
    same(commons, whole())
    begun = notes_of(notes)
    assert os.getpid() not in {pid for *_, pid in begun}
    assert len({pid for *_, pid in begun}) > 1
    of_the_killed = [(done, pid) for _, flat, done, pid in begun if flat == "k"]
    # It started over, since it keeps no checkpoints: nothing of before counts.
    assert [done for done, _ in of_the_killed] == [0, 0]
    assert len({pid for _, pid in of_the_killed}) == 2
    assert len(begun) == len(commons.architectures) + 1


def test_a_client_is_used_and_left_as_it_was(settings, tmp_path, cluster, same, whole):
    strategy = Grow(SPACE)
    notes = tmp_path / "notes"
    toy = {"name": "toy_search:Toy", "notes": str(notes)}
    commons = run(settings | {"evaluator": toy}, strategy=strategy, client=cluster)
    same(commons, whole())
    workers = set(cluster.run(os.getpid).values())
    assert {pid for *_, pid in notes_of(notes)} <= workers
    assert cluster.submit(len, "left").result() == 4
    plugins = cluster.run(lambda dask_worker: list(dask_worker.plugins))
    assert not any(name.startswith("vinarch-run") for one in plugins.values() for name in one)


def test_an_address_will_do_and_errors_come_back(settings, cluster):
    address = cluster.scheduler.address
    asked = [Candidate(number, SPACE.from_flat(flat), 0) for number, flat in enumerate("cmk")]
    with pytest.raises(SearchError, match=r"network 1, .*got ValueError: no luck with m"):
        run(settings, strategy=Listed(asked), evaluator=Toy(raises=("m",)), client=address)
    assert isinstance(Client.current(), Client)


def test_a_network_whose_workers_die_fails_alone(settings, tmp_path):
    asked = [Candidate(number, SPACE.from_flat(flat), 0) for number, flat in enumerate("cmk")]
    toy = Toy(dies=("m",), notes=str(tmp_path / "notes"))
    # As if more workers had died of it than Dask allows.
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        found = run(
            settings | {"on_error": "fail", "workers": 2}, strategy=Listed(asked), evaluator=toy
        )
    assert found.architectures.compute()["status"].tolist() == ["ok", "failed", "ok"]
    measured = found.measurements.compute()
    (reason,) = measured[measured["measure"] == "failure"]["text"]
    assert reason.startswith("KilledWorker: ")


def test_nobody_at_an_address_is_told(settings, monkeypatch, folder):
    with pytest.raises(ParameterError, match=r"run\(client=…\): expected a distributed.Client"):
        run(settings, client="tcp://127.0.0.1:1")
    assert run(settings).architectures.compute()["status"].tolist() == ["ok"] * 12
