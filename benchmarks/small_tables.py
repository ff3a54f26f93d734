"""Reading many small tables, one a network, beside only opening and reading them, in turn.

Writes tables of random values in the layout of PENGUIN's deposit into a temporary folder, then
reads them in batches by the dialect and, for comparison, byte by byte.

Run by hand: python benchmarks/small_tables.py [tables]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from vinarch.dialects.penguin_columns import COLUMNS, CURVE
from vinarch.dialects.penguin_txt import read_records
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.genome import search_space

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = 72_900
BATCH = 2_048
REPEATS = 3
ROWS = (25, 80)


def table_text(rng: random.Random, name: str) -> tuple[str, int]:
    layers = rng.randint(1, 5)

    def listed(low: int, high: int) -> str:
        return "-".join(str(rng.randint(low, high)) for _ in range(layers))

    first = [
        *(name, str(rng.getrandbits(32)), "True", "False", "CIFAR100", str(rng.randint(8, 256))),
        *("CrossEntropyLoss", "SGD", repr(rng.random()), repr(rng.random()), "0"),
        *(repr(rng.random() / 50), listed(1, 7), repr(rng.random()), listed(1, 32), listed(1, 20)),
        *(listed(0, 9), listed(1, 10), listed(1, 9), listed(0, 4), listed(16, 400)),
        *(repr(rng.random()), "", f"{rng.randint(64, 400)}-100"),
    ]
    rows = rng.randint(*ROWS)
    lines = [" ".join(COLUMNS)]
    for row in range(rows):
        curve = [repr((row + 1) / 2), *(repr(5 * rng.random()) for _ in range(2))]
        cells = [*curve, repr(100 * rng.random())]
        lines.append(" ".join([*cells, *(first if row == 0 else [""] * len(first))]))
    assert len(cells) == len(CURVE)
    return "\n".join([*lines, ""]), rows


def report(jobs: dict[str, Callable[[], None]]) -> None:
    walls: dict[str, list[float]] = {name: [] for name in jobs}
    processor: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(REPEATS):
        for name, job in jobs.items():
            begin, busy = time.perf_counter(), time.process_time()
            job()
            walls[name].append(time.perf_counter() - begin)
            processor[name].append(time.process_time() - busy)
    # Processor time is shown too, since other work on the machine stretches the wall time.
    for kind, times in (("wall time", walls), ("processor time", processor)):
        medians = {name: statistics.median(taken) for name, taken in times.items()}
        base = medians["only open and read"]
        for name, median in medians.items():
            print(f"{kind:<16}{name:<20} {median:6.2f} s  {median / base:5.2f} times")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TABLES
    rng = random.Random(4)
    reading = Reading(search_space("penguin-layers"))
    with tempfile.TemporaryDirectory() as folder:
        files, rows, size = [], 0, 0
        for number in range(count):
            name = f"2021_02_15_{number:06d}"
            text, more = table_text(rng, name)
            local = Path(folder, f"{name}.txt")
            local.write_text(text)
            files.append(SourceFile(f"data/models/{name}.txt", local))
            rows, size = rows + more, size + len(text)
        batches = [files[start : start + BATCH] for start in range(0, count, BATCH)]
        print(f"{count} tables, {rows} rows, {size / 1e6:.0f} MB, batches of {BATCH}")

        def only_open_and_read() -> None:
            for file in files:
                file.local.read_bytes()

        def by_the_dialect() -> None:
            found = 0
            for batch in batches:
                records = read_records(batch, reading)
                found += len(records.rows)
                assert records.rows["expected"].null_count == len(records.rows)
            assert found == rows

        report({"only open and read": only_open_and_read, "dialect": by_the_dialect})


if __name__ == "__main__":
    main()
