from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace

import pytest
from dataverse_server import Dataverse, FileServer, Storage

from vinarch.catalog import Companion, ListedFile, find_archive
from vinarch.fetching import patience, web


@dataclass
class Told:
    """A progress that remembers."""

    said: list = field(default_factory=list)
    bars: list = field(default_factory=list)
    finished: int = 0
    files: list = field(default_factory=list)
    """Each file's name, size, bytes at its start, bytes that came, and whether it ended."""

    def say(self, message):
        self.said.append(message)

    def start(self, label, total, unit):
        self.bars.append([label, total, unit, 0])

    def advance(self, amount):
        assert amount >= 0
        self.bars[-1][3] += amount

    def finish(self):
        self.finished += 1

    def start_file(self, name, total, done):
        self.files.append([name, total, done, 0, False])

    def advance_file(self, name, amount):
        (file,) = (file for file in self.files if file[0] == name and not file[4])
        file[3] += amount

    def finish_file(self, name):
        (file,) = (file for file in self.files if file[0] == name and not file[4])
        file[4] = True


@pytest.fixture(autouse=True)
def _quick_and_alone(monkeypatch):
    """Wait shortly, and let no proxy or setting of this machine interfere."""
    monkeypatch.setattr(patience, "WAITS_SECONDS", (0.01, 0.01, 0.01))
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("VINARCH_"):
            monkeypatch.delenv(name)


@pytest.fixture
def archive():
    """JS9FR6 without companions."""
    return replace(find_archive("JS9FR6"), companions=())


@pytest.fixture
def with_companion(archive):
    """Give the archive a companion that lists these files."""

    def build(url, files):
        listed = tuple(
            ListedFile(path, len(body), hashlib.sha256(body).hexdigest())
            for path, body in files.items()
        )
        return replace(archive, companions=(Companion("pinned place", url, "c0ffee", listed),))

    return build


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def storage():
    with Storage() as server:
        yield server


@pytest.fixture
def dataverse(storage):
    with Dataverse(storage) as server:
        yield server


@pytest.fixture
def file_server():
    with FileServer() as server:
        yield server


@pytest.fixture
def session():
    with web.web_session() as session:
        yield session


@pytest.fixture
def make_mirror(tmp_path):
    """Write a folder mirror of JS9FR6."""

    def make(files, name="mirror"):
        top = tmp_path / name
        (top / "JS9FR6").mkdir(parents=True, exist_ok=True)
        for path, body in files.items():
            target = top / "JS9FR6" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        return top

    return make
