"""Time of `import vinarch` beside `import dask.dataframe`, each in fresh processes, in turn.

Run by hand: python benchmarks/imports.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys

REPEATS = 9
CODE = "import time; begin = time.perf_counter(); import {name}; print(time.perf_counter() - begin)"


def seconds(name: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(name=name)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    names = ("vinarch", "dask.dataframe")
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(REPEATS):
        for name in names:
            times[name].append(seconds(name))
    small, large = (statistics.median(times[name]) for name in names)
    print(f"import vinarch {small * 1e3:.1f} ms, import dask.dataframe {large * 1e3:.1f} ms")
    print(f"ratio {small / large:.4f} (at most 0.25); medians of {REPEATS}")


if __name__ == "__main__":
    main()
