"""Matcher against the pairwise oracle, at 100 and 1,000 random structures of 21 symbols.

Run by hand: python benchmarks/matcher.py
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import naive

from vinarch.genome import symbol_matrix
from vinarch.subsequence import shared_windows

REPEATS = 7


def grouped(genomes: list[str]) -> dict:
    return {
        (w.start_in_genome, genomes[group[0]][w.start_in_genome :][: w.length]): group
        for w in shared_windows(symbol_matrix(genomes))
        for group in w.groups()
    }


def main() -> None:
    rng = np.random.default_rng(21)
    for count in (100, 1000):
        symbols = np.unique(rng.integers(0, 2, (count * 2, 21), dtype=np.uint8), axis=0)
        chosen = rng.permutation(symbols)[:count]
        genomes = ["".join(map(str, row)) for row in chosen]
        times, kernel = [], []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            windows = list(shared_windows(chosen))
            kernel.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            fast = grouped(genomes)
            times.append(time.perf_counter() - begin)
        assert sum(len(window.offsets) - 1 for window in windows) == len(fast)
        begin = time.perf_counter()
        slow = naive.shared(genomes)
        oracle = time.perf_counter() - begin
        assert {row: sorted(group.tolist()) for row, group in fast.items()} == slow
        median, alone = statistics.median(times), statistics.median(kernel)
        print(
            f"{count:>5} structures: grouped {median * 1e3:8.1f} ms (median of {REPEATS}), "
            f"pairwise {oracle * 1e3:10.1f} ms (once), ratio {oracle / median:8.0f}; "
            f"{len(fast):,} rows, equal; kernel alone, groups as arrays: "
            f"{alone * 1e3:.1f} ms, ratio {oracle / alone:.0f}"
        )


if __name__ == "__main__":
    main()
