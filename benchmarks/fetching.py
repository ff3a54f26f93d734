"""The fetch layer beside plain tools, each a ratio of medians measured in turn in one run.

One large file from loopback, written and hashed, beside `curl … | tee FILE | md5sum`; a warm fetch
of verified files beside `os.scandir` plus `stat` of them; many small files by four workers beside
one, where every answer takes 20 ms longer. The servers are those of the tests, in a process of
their own.

Run by hand: python benchmarks/fetching.py [folder to work in]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/fetching"))

from dataverse_server import Dataverse, Deposited, Storage

from vinarch.catalog import find_archive
from vinarch.fetching import fetch_archive
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.gathering import Room, gather
from vinarch.fetching.parts import Parts
from vinarch.fetching.stamps import Stamps
from vinarch.fetching.web import web_session
from vinarch.progress import LogProgress

ARCHIVE = replace(find_archive("JS9FR6"), companions=())
FOLDER = "icpp_training_results"
LARGE_BYTES = 10**9
SMALL_FILES = 200
SMALL_BYTES = 100_000
LATENCY_SECONDS = 0.02
WARM_FILES = 10_000
REPEATS = 3


def serve(files: int, size: int, latency: float) -> None:
    with Storage() as storage, Dataverse(storage) as dataverse:
        body = os.urandom(size)
        dataverse.files = [Deposited(f"{FOLDER}/{n}_training_data.csv", body) for n in range(files)]
        dataverse.latency_seconds = storage.latency_seconds = latency
        print(dataverse.url, flush=True)
        sys.stdin.read()


@contextmanager
def serving(files: int, size: int, latency: float = 0.0):
    command = [sys.executable, __file__, "serve", str(files), str(size), str(latency)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def in_turn(jobs, repeats=REPEATS) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            begin = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - begin)
    for name, taken in times.items():
        print(f"  {name:<34}", " ".join(f"{one:8.3f}" for one in taken), "s")
    return {name: statistics.median(taken) for name, taken in times.items()}


def taken_by(source, folder: Path) -> None:
    room = Room(
        folder / "held", folder / "staged", Parts(folder / "parts"), Stamps(folder / "stamps")
    )
    gather(source, source.list_files(ARCHIVE), room, LogProgress())
    shutil.rmtree(folder)


def large(work: Path) -> None:
    print(f"one file of {LARGE_BYTES / 1e6:.0f} MB, written and hashed")
    with serving(1, LARGE_BYTES) as url, web_session() as session:
        source = DataverseSource(url, ARCHIVE.doi, session)
        # Listing makes the server hash its file: not a part of the transfer.
        (offer,) = source.list_files(ARCHIVE)
        pipe = f"curl -sL '{offer.location}?format=original' | tee '{work}/x' | md5sum"

        def ours() -> None:
            folder = work / "ours"
            room = Room(folder / "h", folder / "s", Parts(folder / "p"), Stamps(folder / "t"))
            gather(source, [offer], room, LogProgress())

        def tools() -> None:
            done = subprocess.run(pipe, shell=True, check=True, capture_output=True, text=True)
            assert done.stdout.split()[0] == offer.checksum.value
            os.sync()  # as we do

        def clean() -> None:
            shutil.rmtree(work / "ours", ignore_errors=True)
            (work / "x").unlink(missing_ok=True)

        medians = in_turn({
            "curl | tee | md5sum, sync": lambda: (clean(), tools()),
            "vinarch (MD5 and SHA-256, sync)": lambda: (clean(), ours()),
        })  # fmt: skip
        clean()
    tools_s, ours_s = medians.values()
    for name, taken in medians.items():
        print(f"  {name:<34} {LARGE_BYTES / 1e6 / taken:8.0f} MB/s")
    print(f"  ratio {tools_s / ours_s:.2f} (at least 0.8)")


def warm(work: Path) -> None:
    print(f"warm fetch of {WARM_FILES} verified files")
    mirror, home = work / "mirror", work / "home"
    for number in range(WARM_FILES):
        path = mirror / ARCHIVE.name / FOLDER / f"{number % 100}" / f"{number}_training_data.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    fetch_archive(ARCHIVE, home, mirror=mirror).confirm()
    held = home / "downloads" / ARCHIVE.name / ARCHIVE.version

    def scan() -> None:
        found, folders = 0, [str(held)]
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        folders.append(entry.path)
                    else:
                        entry.stat()
                        found += 1
        assert found == WARM_FILES + 1

    medians = in_turn({
        "os.scandir and stat": scan,
        "vinarch, warm": lambda: fetch_archive(ARCHIVE, home, mirror=mirror),
    }, repeats=9)  # fmt: skip
    scan_s, ours_s = medians.values()
    print(f"  ratio {ours_s / scan_s:.1f} (at most 5)")


def small(work: Path) -> None:
    print(f"{SMALL_FILES} files of {SMALL_BYTES} bytes, {LATENCY_SECONDS * 1e3:.0f} ms latency")
    with serving(SMALL_FILES, SMALL_BYTES, LATENCY_SECONDS) as url, web_session() as session:
        four = DataverseSource(url, ARCHIVE.doi, session)
        medians = in_turn({
            "1 worker": lambda: taken_by(replace(four, at_once=1), work / "one"),
            f"{four.at_once} workers": lambda: taken_by(four, work / "four"),
        })  # fmt: skip
    one_s, four_s = medians.values()
    print(f"  ratio {one_s / four_s:.2f} (at least 2.5)")


def main() -> None:
    place = sys.argv[1] if len(sys.argv) > 1 else None
    for job in (small, warm, large):
        with tempfile.TemporaryDirectory(dir=place) as work:
            job(Path(work))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    else:
        main()
