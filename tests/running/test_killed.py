"""A search whose process is killed at any moment goes on to what it would have been."""

from __future__ import annotations

import os
import random
import signal
import time

import toy_search

import vinarch
from vinarch.recording import read_networks
from vinarch.running import run

KILLS = 5


def lines_of(folder):
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("events/*.jsonl"))


def kill_in_the_middle(process, folder, more):
    """Kill a process once it has logged some more epochs."""
    enough = lines_of(folder) + more
    deadline = time.monotonic() + 200
    while lines_of(folder) < enough:
        assert process.is_alive(), process.exitcode
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def test_five_kills_leave_the_search_that_it_would_have_been(
    settings, folder, processes, same, whole
):
    settings["evaluator"] = {"name": "toy_search:Toy", "seconds": 0.01}
    chance = random.Random(5)
    for _ in range(KILLS):
        search = processes.Process(target=toy_search.run_search, args=(settings, 1))
        search.start()
        kill_in_the_middle(search, folder, chance.randint(1, 9))
    networks = read_networks(folder)
    assert 0 < len(networks) < 12
    commons = run(settings)
    same(commons, whole(evaluator=settings["evaluator"]))
    assert commons.rejected_row_count == 0


def test_workers_of_a_killed_search_die_and_their_networks_go_on(
    settings, folder, processes, same, whole, tmp_path
):
    notes = tmp_path / "notes"
    toy = {"name": "toy_search:Toy", "seconds": 0.05, "resumes": True, "notes": str(notes)}
    settings["evaluator"] = toy
    search = processes.Process(target=toy_search.run_search, args=(settings, 2))
    search.start()
    kill_in_the_middle(search, folder, 7)
    # In this process: whatever the workers still hold is waited for.
    same(run(settings), whole(evaluator=toy | {"notes": ""}))
    done = [int(line.split()[2]) for line in notes.read_text().splitlines()]
    assert any(done), "no network went on after its recorded epochs"
    assert vinarch.open(folder).architectures.compute()["genome"].is_unique
