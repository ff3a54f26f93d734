"""Eight processes record one run, and any of them may be killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import run_writers
from run_writers import EPOCHS, GENOMES

import vinarch

if TYPE_CHECKING:
    from pathlib import Path

PROCESSES = 8
KILLS = 20


def noted(folder: Path) -> dict[tuple[int, float], float]:
    """What log() returned from: value by network and epoch; the last note may be cut."""
    found = {}
    for path in folder.iterdir():
        for line in path.read_bytes().split(b"\n")[:-1]:
            number, epoch, value = line.split()
            key = int(number), float(epoch)
            assert key not in found, "an epoch was logged twice"
            found[key] = float(value)
    return found


def stored(commons) -> dict[tuple[int, float], float]:
    histories = commons.histories.compute()
    keys = list(zip(histories["architecture"], histories["epoch"], strict=True))
    assert len(keys) == len(set(keys))
    return dict(zip(keys, histories["val_accuracy_percent"], strict=True))


def test_eight_writers_and_twenty_kills_lose_nothing_and_double_nothing(
    folder, tmp_path, processes
):
    vinarch.Recorder(folder, space="chain-layers", epoch_budget=EPOCHS)
    enough = tmp_path / "enough"
    notes = tmp_path / "notes"
    notes.mkdir()
    chance = random.Random(20)
    writers, started = [], 0

    def begin():
        nonlocal started
        said = str(notes / str(started))
        writer = processes.Process(
            target=run_writers.train_all, args=(folder, said, enough, started)
        )
        writer.start()
        writers.append(writer)
        started += 1

    try:
        for _ in range(PROCESSES):
            begin()
        while not noted(notes):
            time.sleep(0.01)
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.01, 0.06))
            alive = [writer for writer in writers if writer.is_alive()]
            assert len(alive) == PROCESSES
            victim = chance.choice(alive)
            os.kill(victim.pid, signal.SIGKILL)
            victim.join()
            begin()
            if kill == KILLS // 2:
                before = noted(notes)
                assert before.items() <= stored(vinarch.open(folder)).items()
        enough.touch()
        for writer in writers:
            writer.join(60)
    finally:
        for writer in writers:
            writer.kill()
            writer.join()
    killed = [writer for writer in writers if writer.exitcode == -signal.SIGKILL]
    assert [writer.exitcode for writer in writers if writer not in killed] == [0] * PROCESSES
    commons = vinarch.open(folder)
    found, logged = stored(commons), noted(notes)
    assert logged.items() <= found.items(), "something that was logged is lost"
    # What was written but not returned from: at most one line a kill.
    assert len(found) - len(logged) <= KILLS
    architectures = commons.architectures.compute()
    trained = architectures.groupby("repeat")["genome"].agg(sorted).tolist()
    assert trained == [sorted(GENOMES)] * len(trained)
    assert architectures["architecture"].tolist() == list(range(len(architectures)))
    assert set(architectures["status"]) == {"ok"}
    assert set(architectures["history_row_count"]) == {EPOCHS}
    assert commons.rejected_row_count == 0
    assert len(list((folder / "events").iterdir())) > PROCESSES
