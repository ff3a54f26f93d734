"""That an interrupted fetch ends at once, and that one that crawls is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from dataverse_server import Deposited, Loopback, Reply

from vinarch.errors import RefusedError
from vinarch.fetching import fetch_archive, pace, web

TOP = "icpp_training_results"
NEW = os.urandom(3 * 2**20)

CHILD = """
import signal, sys
from pathlib import Path
from dataclasses import replace
from vinarch.catalog import find_archive
from vinarch.fetching import fetch_archive
# A test run in the background of a shell hands on that Ctrl-C is not heard.
signal.signal(signal.SIGINT, signal.default_int_handler)
archive = replace(find_archive("JS9FR6"), companions=())
try:
    fetch_archive(archive, Path(sys.argv[1]), dataverse_url=sys.argv[2])
except KeyboardInterrupt:
    sys.exit(42)
"""


@pytest.fixture
def stalled(dataverse, storage):
    """Have three files that never come to their end."""
    dataverse.files = [Deposited(f"{TOP}/1gpu/{letter}_training_data.csv", NEW) for letter in "abc"]
    hold = threading.Event()
    yield dataverse, hold
    hold.set()


@pytest.mark.parametrize("stall", ["body", "answer", "patience"])
def test_ctrl_c_ends_a_fetch_whose_server_stalls(stalled, storage, home, stall):
    dataverse, hold = stalled
    if stall == "body":
        storage.queue("/bucket/", *[Reply(200, NEW, hold=hold)] * 3)
    elif stall == "answer":
        storage.latency_seconds = 5
    else:
        dataverse.queue("/access/", *[Reply(429, headers={"Retry-After": "60"})] * 3)
    seen = dataverse.seen if stall == "patience" else storage.seen
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(home), dataverse.url], env=clean)
    try:
        end = time.monotonic() + 20
        while sum("files" not in one.path for one in seen) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.2)
        assert child.poll() is None
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait(4) == 42
        assert time.monotonic() - begun < 3
    finally:
        child.kill()
        child.wait()
    if stall == "body":  # what came is not lost
        assert list(home.rglob("*.part"))


class Dripping(Loopback):
    """Sends a byte now and then; `body_of` says of what."""

    def answer(self, seen):
        return Reply(200, b"{" * 400, {"Content-Type": "application/json"}, drip_seconds=0.02)


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(pace, "LOWEST_SPEED_SECONDS", 0.3)


@pytest.mark.usefixtures("hasty")
def test_a_server_that_crawls_is_left_for_the_next(
    archive, home, dataverse, storage, told, with_companion, file_server
):
    path = f"{TOP}/1gpu/a_training_data.csv"
    dataverse.files = [Deposited(path, NEW)]
    storage.queue("/bucket/", *[Reply(200, NEW[:4000], drip_seconds=0.02)] * 9)
    file_server.files = {f"/{path}": NEW}
    archive = with_companion(f"{file_server.url}/", {path: NEW})
    begun = time.monotonic()
    holding = fetch_archive(archive, home, dataverse_url=dataverse.url, progress=told)
    holding.undo()
    assert time.monotonic() - begun < 5
    assert holding.provenance.source == "companion: pinned place"
    assert "slower than 1,000 bytes a second" in told.said[-1]


@pytest.mark.usefixtures("hasty")
def test_a_list_that_crawls_is_left_too(session):
    with Dripping() as server, pytest.raises(RefusedError, match="slower than 1,000 bytes"):
        web.get_json(session, web.Question(f"{server.url}/x", "somewhere", "x", "Do this."))


@pytest.mark.usefixtures("hasty")
def test_a_slow_server_that_keeps_above_the_lowest_speed_is_borne(
    archive, home, dataverse, storage, told, monkeypatch
):
    monkeypatch.setattr(pace, "LOWEST_SPEED_BYTES", 10)
    path = f"{TOP}/1gpu/a_training_data.csv"
    dataverse.files = [Deposited(path, NEW[:50])]
    storage.queue("/bucket/", Reply(200, NEW[:50], drip_seconds=0.02))
    holding = fetch_archive(archive, home, dataverse_url=dataverse.url, progress=told).confirm()
    assert (holding.folder / path).read_bytes() == NEW[:50]
    assert dataverse.downloads_counted == 1
