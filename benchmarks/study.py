"""Wall time and peak memory of `vinarch study JS9FR6`, in fresh processes.

Once with nothing fetched, then with the commons there.
Run by hand: VINARCH_TEST_ARCHIVES=… python benchmarks/study.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 5
CODE = (
    "import resource, sys; from vinarch.cli import commands; "
    "commands(sys.argv[1:], standalone_mode=False); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def study(home: Path, out: Path) -> tuple[float, float]:
    mirror = os.environ["VINARCH_TEST_ARCHIVES"]
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CODE, "study", "JS9FR6", "--out", str(out)],
        env=os.environ | {"VINARCH_HOME": str(home), "VINARCH_MIRROR": str(Path(mirror).resolve())},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - begin, int(done.stdout.split()[-1]) / 1024


def main() -> None:
    fresh, again = [], []
    with tempfile.TemporaryDirectory() as name:
        for number in range(REPEATS):
            home = Path(name) / f"home{number}"
            fresh.append(study(home, Path(name) / f"out{number}"))
            again.append(study(home, Path(name) / f"out{number}"))
    for word, runs in (("fetch, ingest and study", fresh), ("study only", again)):
        seconds, mebibytes = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{word:<24} {seconds:6.2f} s, peak {mebibytes:6.0f} MiB (medians of {REPEATS})")


if __name__ == "__main__":
    main()
