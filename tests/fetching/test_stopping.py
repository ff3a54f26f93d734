"""That an interrupted fetch ends at once, and that one that crawls is left."""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress

import pytest
from dataverse_server import Deposited, Reply

from vinarch.errors import RefusedError
from vinarch.fetching import (
    Pace,
    Terms,
    Wish,
    fetch_archive,
    fetch_other_files,
    selection_of,
    web,
)
from vinarch.fetching.keeping import Places
from vinarch.fetching.neighbours import seated
from vinarch.fetching.pace import pieces_of
from vinarch.requesting import terms_from_environment

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


WAITING_CHILD = """
import signal, sys
from pathlib import Path
from dataclasses import replace
from vinarch.catalog import find_archive
from vinarch.fetching import Terms, Wish, fetch_other_files, selection_of
signal.signal(signal.SIGINT, signal.default_int_handler)
archive = replace(find_archive("JS9FR6"), companions=())
terms = Terms(dataverse_url=sys.argv[2], wish=Wish(selection_of("models/*", None)))
try:
    fetch_other_files(archive, Path(sys.argv[1]), terms)
except KeyboardInterrupt:
    sys.exit(42)
"""


@pytest.mark.parametrize("files", [1, 3])
def test_ctrl_c_ends_a_fetch_that_waits_for_another_process(dataverse, home, archive, told, files):
    bodies = {f"models/{letter}.zip": letter.encode() for letter in "abcdef"}
    dataverse.files = [Deposited(path, body) for path, body in bodies.items()]
    with ExitStack() as held:
        seat = held.enter_context(seated(Places(home, archive), told))
        for path in list(bodies)[:files]:
            assert held.enter_context(seat.turn(path))
        child = subprocess.Popen(
            [sys.executable, "-c", WAITING_CHILD, str(home), dataverse.url],
            env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            end = time.monotonic() + 20
            while dataverse.downloads_counted < 6 - files and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(0.5)
            assert child.poll() is None
            begun = time.monotonic()
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=10)
            assert child.returncode == 42
            assert time.monotonic() - begun < 2
            assert f"Another process is bringing {files} of these files; waiting for it." in said
        finally:
            child.kill()
            child.communicate()
    # What it brought meanwhile is there, and nothing is in the way of the next.
    terms = Terms(dataverse_url=dataverse.url, wish=Wish(selection_of("models/*", None)))
    assert len(fetch_other_files(archive, home, terms)) == 6
    assert dataverse.downloads_counted == 6


HASTY = Pace(over_seconds=0.3, headers_seconds=0.3)


def test_a_server_that_crawls_is_left_for_the_next(
    archive, home, dataverse, storage, told, with_companion, file_server
):
    path = f"{TOP}/1gpu/a_training_data.csv"
    dataverse.files = [Deposited(path, NEW)]
    storage.queue("/bucket/", *[Reply(200, NEW[:4000], drip_seconds=0.02)] * 9)
    file_server.files = {f"/{path}": NEW}
    archive = with_companion(f"{file_server.url}/", {path: NEW})
    begun = time.monotonic()
    holding = fetch_archive(archive, home, dataverse_url=dataverse.url, progress=told, pace=HASTY)
    holding.undo()
    assert time.monotonic() - begun < 5
    assert holding.provenance.source == "companion: pinned place"
    assert "slower than 1,000 bytes a second" in told.said[-1]


class Dripping:
    """Answers each question with some bytes at once, and others one by one."""

    def __init__(self, at_once, one_by_one):
        outer = self
        self.asked = 0

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while self.rfile.readline().strip():
                    pass
                outer.asked += 1
                with suppress(OSError):  # the client hangs up
                    self.wfile.write(at_once)
                    for byte in one_by_one:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.02)

        socketserver.ThreadingTCPServer.daemon_threads = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LONG = b"{" * 1000
SLOW = "slower than 1,000 bytes a second"
CRAWLS = {
    "headers": (b"", HEAD + b"X-Long: " + LONG, "headers that had no end"),
    "end of headers": (HEAD, b"X: y\r\n" * 200, "headers that had no end"),
    "body": (HEAD + b"Content-Length: 1000\r\n\r\n", LONG, SLOW),
    "packed body": (HEAD + b"Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b\b\x08" + LONG, SLOW),
    "chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 1000, SLOW),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", LONG, SLOW),
    "error": (b"HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\n", LONG, SLOW),
    "redirect": (b"HTTP/1.1 303 x\r\nLocation: /\r\nContent-Length: 1000\r\n\r\n", LONG, SLOW),
    "go on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50, "headers that had no end"),
}


@pytest.mark.parametrize("part", CRAWLS)
def test_whatever_part_of_an_answer_crawls_the_server_is_left(part):
    at_once, one_by_one, said = CRAWLS[part]
    begun = time.monotonic()
    with (
        Dripping(at_once, one_by_one) as server,
        web.web_session(pace=HASTY) as session,
        pytest.raises(RefusedError, match=rf"{said}.*\(tried 2 times\)"),
    ):
        web.get_json(session, web.Question(f"{server.url}/x", "somewhere", "x", "Do this."))
    assert server.asked == 2
    assert time.monotonic() - begun < 3


def test_a_proxy_that_crawls_is_left_too(monkeypatch):
    with Dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 200) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with (
            web.web_session(pace=HASTY) as session,
            pytest.raises(RefusedError, match="headers that had no end"),
        ):
            web.get_json(session, web.Question("https://d.example/x", "somewhere", "x", "Do."))


@pytest.mark.parametrize("lowest", [10, 0])
def test_a_slow_server_that_keeps_above_the_lowest_speed_is_borne(
    archive, home, dataverse, storage, told, lowest
):
    path = f"{TOP}/1gpu/a_training_data.csv"
    dataverse.files = [Deposited(path, NEW[:50])]
    storage.queue("/bucket/", Reply(200, NEW[:50], drip_seconds=0.02))
    pace = Pace(lowest, 0.3)
    holding = fetch_archive(
        archive, home, dataverse_url=dataverse.url, progress=told, pace=pace
    ).confirm()
    assert (holding.folder / path).read_bytes() == NEW[:50]
    assert dataverse.downloads_counted == 1


def test_the_time_that_we_take_ourselves_is_not_the_servers(file_server):
    whole = NEW * 4
    file_server.files = {"/x": whole}
    with web.web_session(pace=Pace(10**9, 0.3, 0.3)) as session:
        question = web.Question(f"{file_server.url}/x", "somewhere", "x", "Do this.")
        with web.answering(session, question) as answer:
            pieces = pieces_of(answer)
            body = next(pieces)
            time.sleep(0.5)
            body += b"".join(pieces)
    assert body == whole


def test_the_environment_sets_the_lowest_speed(monkeypatch):
    monkeypatch.setenv("VINARCH_LOWEST_SPEED", "50")
    _, terms = terms_from_environment()
    assert terms.pace == Pace(lowest_bytes=50)
