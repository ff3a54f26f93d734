"""Ingest rate beside plain `pyarrow.csv.read_csv` of the same files, in one run, in turn.

Run by hand: VINARCH_TEST_ARCHIVES=… python benchmarks/ingest.py
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import pyarrow.csv as pacsv

from vinarch.catalog import find_archive
from vinarch.dialects.a4nn_csv import read_records
from vinarch.dialects.rows import Reading
from vinarch.genome import MacroSpace
from vinarch.ingestion import SourceFile, ingest
from vinarch.progress import LogProgress
from vinarch.provenance import FetchedFile, Provenance, sha256_of

REPEATS = 7


def main() -> None:
    folder = Path(os.environ["VINARCH_TEST_ARCHIVES"]) / "JS9FR6"
    archive = find_archive("JS9FR6")
    files = [
        SourceFile(path.relative_to(folder).as_posix(), path)
        for path in sorted(folder.rglob("*.csv"))
    ]
    tables = [file for file in files if archive.role_of(file.path) == "histories"]
    space = MacroSpace.from_name(archive.search_space)
    megabytes = sum(file.local.stat().st_size for file in tables) / 1e6
    options = pacsv.ParseOptions(newlines_in_values=True)

    def whole() -> None:
        with tempfile.TemporaryDirectory() as root:
            known = tuple(
                FetchedFile(f.path, f.local.stat().st_size, sha256_of(f.local)) for f in files
            )
            source = Provenance(archive.name, archive.doi, archive.version, "disk", "", (), known)
            ingest(archive, files, source, Path(root), progress=LogProgress())

    jobs = {
        "pyarrow.csv.read_csv": lambda: [
            pacsv.read_csv(file.local, parse_options=options) for file in tables
        ],
        "dialect (one thread)": lambda: read_records(tables, Reading(space)),
        "ingest (parse, assemble, write, fsync)": whole,
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(REPEATS):
        for name, job in jobs.items():
            begin = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - begin)
    base = statistics.median(times["pyarrow.csv.read_csv"])
    for name, taken in times.items():
        median = statistics.median(taken)
        rate = megabytes / median
        print(f"{name:<40} {median * 1e3:7.1f} ms  {rate:7.1f} MB/s  {median / base:5.1f} times")


if __name__ == "__main__":
    main()
