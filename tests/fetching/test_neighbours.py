"""Real processes that bring files of one archive here at the same time."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest
from dataverse_server import Deposited, Reply
from filelock import FileLock

from vinarch.fetching import (
    Terms,
    Wish,
    fetch_other_files,
    leftovers,
    remove_leftover,
    selection_of,
)
from vinarch.fetching.keeping import Places
from vinarch.fetching.neighbours import is_in_use, locks_of, seated
from vinarch.fetching.other_record import OtherFile, OtherRecord

MODELS = {
    f"models/{gpus}gpu/{n}.zip": f"{gpus} {n}".encode() * 50 for gpus in (1, 4) for n in range(6)
}
TABLE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"

CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from vinarch.catalog import find_archive
from vinarch.fetching import Terms, Wish, fetch_other_files, selection_of
archive = replace(find_archive("JS9FR6"), companions=())
terms = Terms(dataverse_url=sys.argv[2], wish=Wish(selection_of(sys.argv[3:], None)))
found = fetch_other_files(archive, Path(sys.argv[1]), terms)
print(len(found))
"""

UNCHECKED_CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from vinarch.catalog import Companion, ListedFile, find_archive
from vinarch.fetching import Terms, Wish, fetch_other_files, selection_of
listed = tuple(ListedFile(path, None, None) for path in sys.argv[3].split())
place = Companion("the lab", sys.argv[2], "", listed)
archive = replace(find_archive("JS9FR6"), doi="", companions=(place,))
terms = Terms(wish=Wish(selection_of(sys.argv[5:], None)), refresh=sys.argv[4] == "anew")
print(len(fetch_other_files(archive, Path(sys.argv[1]), terms)))
"""


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited(path, body) for path, body in MODELS.items()]
    dataverse.files.append(Deposited(TABLE, b"architecture,epoch\n0,1\n", ingested=True))
    return dataverse


@pytest.fixture
def run():
    """Begin a process, and end it at the latest with the test."""
    children = []

    def run(*command):
        children.append(
            subprocess.Popen([sys.executable, "-c", *command], stdout=subprocess.PIPE, text=True)
        )
        return children[-1]

    yield run
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture
def start(run, home, deposit):
    return lambda *globs: run(CHILD, str(home), deposit.url, *globs)


@pytest.fixture
def start_unchecked(run, home, file_server):
    """Fetch from a place of whose files nobody publishes a size or checksum."""
    file_server.files = {f"/{path}": body for path, body in MODELS.items()}
    paths = " ".join(MODELS)

    def start(*globs, anew=False):
        mode = "anew" if anew else "as it is"
        return run(UNCHECKED_CHILD, str(home), file_server.url, paths, mode, *globs)

    return start


def wait_until(condition, *children):
    for _ in range(2000):
        if condition():
            return
        assert all(child.poll() is None for child in children), "a child ended too early"
        threading.Event().wait(0.01)
    pytest.fail("waited 20 seconds in vain")


def slow(deposit, path, hold):
    """Let a file's download stop half-way until told to go on."""
    number = deposit.first_id + list(MODELS).index(path)
    deposit.queue(
        f"/access/datafile/{number}", Reply(303, b"", {"Location": f"{deposit.url}/slow"})
    )
    deposit.queue("/slow", Reply(200, MODELS[path], hold=hold))


def downloads(deposit):
    return Counter(int(path[-3:]) for path in deposit.paths() if "/access/" in path)


def kept(home):
    folder = home / "downloads/JS9FR6/9.0.others"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def recorded(home):
    text = (home / "downloads/JS9FR6/9.0.others.json").read_text()
    return [file["path"] for file in json.loads(text)["files"]]


def litter(home):
    return [path.name for path in (home / "downloads/JS9FR6").iterdir() if path.name[0] == "."]


def test_two_processes_with_other_files_both_go_on(start, deposit, home):
    hold = threading.Event()
    slow(deposit, "models/1gpu/0.zip", hold)
    first = start("models/1gpu/*")
    wait_until(lambda: "/slow" in deposit.paths(), first)
    second = start("models/4gpu/*")
    assert second.communicate(timeout=60) == ("6\n", None)  # while the first stands still
    assert first.poll() is None
    assert {path for path in recorded(home) if "4gpu" in path} == {p for p in MODELS if "4gpu" in p}
    hold.set()
    assert first.communicate(timeout=60) == ("6\n", None)
    assert kept(home) == MODELS
    assert recorded(home) == sorted(MODELS)
    assert set(downloads(deposit).values()) == {1}
    assert litter(home) == []


def test_of_a_file_that_both_want_there_is_one_download(start, deposit, home):
    hold = threading.Event()
    slow(deposit, "models/1gpu/0.zip", hold)
    first = start("models/1gpu/*")
    wait_until(lambda: "/slow" in deposit.paths(), first)
    second = start("models/*")
    # All but the one that the first is at come by the second.
    wait_until(lambda: len(kept(home)) == len(MODELS) - 1, first, second)
    hold.set()
    assert second.communicate(timeout=60) == (f"{len(MODELS)}\n", None)
    assert first.communicate(timeout=60) == ("6\n", None)
    assert kept(home) == MODELS
    assert recorded(home) == sorted(MODELS)
    assert downloads(deposit) == dict.fromkeys(range(100, 112), 1)
    assert litter(home) == []


def test_four_processes_make_one_download_of_each_file(start, deposit, home):
    deposit.latency_seconds = 0.005
    children = [
        start("models/*"),
        start("*gpu/*"),
        start("*.zip"),
        start("models/4gpu/*", "*1gpu*"),
    ]
    for child in children:
        assert child.communicate(timeout=60) == (f"{len(MODELS)}\n", None)
    assert kept(home) == MODELS
    assert downloads(deposit) == dict.fromkeys(range(100, 112), 1)
    assert litter(home) == []


def test_a_killed_process_frees_its_files_and_its_part_is_gone_on_with(
    start, deposit, storage, home
):
    path = "models/1gpu/0.zip"
    body = random.Random(8).randbytes(3 * 2**20)
    deposit.files[0].original = body
    deposit.queue("/access/datafile/100", Reply(303, b"", {"Location": f"{deposit.url}/slow"}))
    deposit.queue("/slow", Reply(200, body, hold=threading.Event()))
    first = start(path)
    parts = home / "downloads/JS9FR6/.9.0.others.parts"
    wait_until(lambda: any(p.stat().st_size for p in parts.glob("*.part")), first)
    second = start("models/*")
    wait_until(lambda: len(kept(home)) == len(MODELS) - 1, first, second)
    assert second.poll() is None  # it waits for the one
    begun = max(p.stat().st_size for p in parts.glob("*.part"))
    os.kill(first.pid, signal.SIGKILL)
    assert second.communicate(timeout=60) == (f"{len(MODELS)}\n", None)
    assert kept(home) == {**MODELS, path: body}
    assert [seen.headers.get("Range") for seen in storage.seen if "Range" in seen.headers] == [
        f"bytes={begun}-"
    ]
    assert litter(home) == []


def test_what_is_in_use_is_not_pruned(home, archive, told):
    places = Places(home, archive)
    with seated(places, told) as seat:
        assert seat.number == 0
        with seated(places, told) as other:
            assert other.number == 1
        (home / "downloads/JS9FR6/.9.0.others.parts").mkdir()
        found = leftovers(home, (archive,))
        assert not any(remove_leftover(home, one) for one in found)
        assert is_in_use(locks_of(places))
    assert leftovers(home, (archive,)) == []


def test_locks_that_a_killed_process_left_are_pruned(home, archive, told):
    places = Places(home, archive)
    folder = locks_of(places)
    folder.mkdir(parents=True)
    with FileLock(folder / "seat-0.lock"):
        pass
    (found,) = leftovers(home, (archive,))
    assert remove_leftover(home, found)
    assert not folder.exists()


def test_parts_of_other_files_stay(deposit, home, archive, told):
    folder = home / "downloads/JS9FR6/.9.0.others.parts"
    folder.mkdir(parents=True)
    (folder / "of-another.part").write_bytes(b"half")
    terms = Terms(
        dataverse_url=deposit.url, wish=Wish(selection_of("models/4gpu/*", None)), progress=told
    )
    fetch_other_files(archive, home, terms)
    assert (folder / "of-another.part").read_bytes() == b"half"


def test_what_another_process_records_meanwhile_stays_recorded(start, home, archive):
    locks = locks_of(Places(home, archive))
    locks.mkdir(parents=True)
    with FileLock(locks / "record.lock"):
        child = start("models/1gpu/*")
        wait_until(lambda: len(kept(home)) == 6, child)
        threading.Event().wait(0.5)
        assert not (home / "downloads/JS9FR6/9.0.others.json").exists()
        other = OtherFile("models/9gpu/9.zip", 1, "0" * 64, "another process")
        OtherRecord((other,)).write(home / "downloads/JS9FR6/9.0")
    assert child.communicate(timeout=60) == ("6\n", None)
    assert recorded(home) == sorted([*(p for p in MODELS if "1gpu" in p), other.path])


@pytest.mark.parametrize("anew", [False, True])
def test_a_file_without_a_checksum_that_another_process_brings_is_taken_as_it_came(
    start_unchecked, file_server, home, anew
):
    first_path, hold = next(iter(MODELS)), threading.Event()
    file_server.queue(first_path, Reply(200, MODELS[first_path], hold=hold))
    first = start_unchecked("models/1gpu/*")
    wait_until(lambda: f"/{first_path}" in file_server.paths(), first)
    wait_until(lambda: len(kept(home)) == 5, first)
    second = start_unchecked("models/*", anew=anew)
    wait_until(lambda: len(file_server.seen) == len(MODELS) + 5 * anew, first, second)
    hold.set()
    assert second.communicate(timeout=60) == (f"{len(MODELS)}\n", None)
    assert first.communicate(timeout=60) == ("6\n", None)
    # Who asks anew doubts what was here when it began, and not what came since.
    doubted = [path for path in MODELS if anew and "1gpu" in path and path != first_path]
    assert Counter(file_server.paths()) == {f"/{path}": 1 + (path in doubted) for path in MODELS}
    assert kept(home) == MODELS
    record = json.loads((home / "downloads/JS9FR6/9.0.others.json").read_text())["files"]
    assert {file["path"]: file["sha256"] for file in record} == {
        path: hashlib.sha256(body).hexdigest() for path, body in MODELS.items()
    }
    assert litter(home) == []


def test_four_processes_make_one_download_of_each_file_without_a_checksum(
    start_unchecked, file_server, home
):
    file_server.latency_seconds = 0.01
    globs = (["models/1gpu/*", "*4gpu*"], ["*gpu/*"], ["*.zip"], ["models/4gpu/*", "*1gpu*"])
    children = [start_unchecked(*some) for some in globs]
    for child in children:
        assert child.communicate(timeout=60) == (f"{len(MODELS)}\n", None)
    assert Counter(file_server.paths()) == {f"/{path}": 1 for path in MODELS}
    assert kept(home) == MODELS
    assert litter(home) == []


def test_what_came_without_a_checksum_comes_no_second_time_for_wider_globs(
    start_unchecked, file_server, home
):
    for globs in (["models/1gpu/*"], ["*.zip"], ["models/1gpu/0*"]):
        assert start_unchecked(*globs).wait(60) == 0
    assert Counter(file_server.paths()) == {f"/{path}": 1 for path in MODELS}
    # Who asks anew gets it anew.
    assert start_unchecked("models/*", anew=True).wait(60) == 0
    assert Counter(file_server.paths()) == {f"/{path}": 2 for path in MODELS}
    assert kept(home) == MODELS


def test_what_came_without_a_checksum_before_a_kill_is_not_taken_for_whole(
    start_unchecked, file_server, home
):
    first_path = next(iter(MODELS))
    file_server.queue(first_path, Reply(200, MODELS[first_path], hold=threading.Event()))
    first = start_unchecked(first_path)
    wait_until(lambda: f"/{first_path}" in file_server.paths(), first)
    first.kill()
    first.wait()
    assert start_unchecked("*.zip").wait(60) == 0
    assert kept(home) == MODELS
