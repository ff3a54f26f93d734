"""Time the recorder: one log beside a bare os.write of as many bytes, medians over many calls.

Run as ``python benchmarks/recorder.py``; needs no archive.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import vinarch
from vinarch.recording import Recorder

LOGS = 2_000
NETWORKS = 20
VALUES = {"val_accuracy": 0.931, "train_accuracy": 0.95, "val_loss": 0.2, "train_loss": 0.1}


def median_ms(call, count):
    spent = []
    for number in range(count):
        started = time.perf_counter()
        call(number)
        spent.append(time.perf_counter() - started)
    return 1000 * statistics.median(spent), 1000 * sorted(spent)[int(0.99 * count)]


def main():
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder, "run"), space="nsga-net-macro-3x4")
        network = recorder.start("[[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,0]]")
        log, slow = median_ms(lambda epoch: network.log(epoch, **VALUES), LOGS)
        (events,) = Path(folder, "run", "events").iterdir()
        line = events.read_bytes().splitlines(keepends=True)[-1]
        bare = os.open(Path(folder, "bare"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        write, slow_write = median_ms(lambda _: os.write(bare, line), LOGS)
        os.close(bare)
        print(f"log:       {log:.4f} ms median, {slow:.4f} ms 99th percentile")
        print(f"os.write:  {write:.4f} ms median, {slow_write:.4f} ms 99th percentile, "
              f"the same {len(line)} bytes")  # fmt: skip

        def whole(number):
            recorder.start(recorder.space.from_flat(f"{number:021b}")).finish(val_accuracy=0.5)

        both, _ = median_ms(lambda number: whole(number + 1), NETWORKS)
        print(f"start and finish of a network, both synced: {both:.2f} ms median")
        read = vinarch.open  # loads what it needs
        started = time.perf_counter()
        read(recorder.folder)
        first = time.perf_counter() - started
        started = time.perf_counter()
        read(recorder.folder)
        again = time.perf_counter() - started
        print(f"opening {LOGS:,} epochs: {first:.2f} s, {again:.3f} s where nothing is new")


if __name__ == "__main__":
    main()
