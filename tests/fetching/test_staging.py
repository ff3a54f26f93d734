from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import Mock

import pooch
import pytest

from vinarch.errors import ChecksumError, RefusedError
from vinarch.fetching.offers import Checksum, OfferedFile
from vinarch.fetching.staging import exchange, gather, mend_exchange, open_new, prune


@dataclass
class Shelf:
    """A source in memory, which counts what it delivers."""

    bodies: dict
    name: str = "shelf"
    delivered: list = field(default_factory=list)

    def list_files(self, archive):
        raise NotImplementedError

    def offers(self):
        return [
            OfferedFile(path, len(body), Checksum("md5", hashlib.md5(body).hexdigest()), path)
            for path, body in sorted(self.bodies.items())
        ]

    def deliver(self, file, target, advance):
        self.delivered.append(file.path)
        body = self.bodies[file.path]
        if isinstance(body, Exception):
            target.write(b"half")
            raise body
        target.write(body)
        advance(len(body))


@pytest.fixture
def places(tmp_path):
    return tmp_path / "held", tmp_path / "staged"


@pytest.fixture
def previous(tmp_path):
    return tmp_path / "previous"


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def put(folder, files):
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)


def test_files_gather_apart_and_then_take_the_folders_place(places, previous):
    folder, staging = places
    put(folder, {"old/x.csv": b"old", "a": b"was a file", "b/c.csv": b"was a folder"})
    shelf = Shelf({"a/b.csv": b"1", "b": b"22"})
    steps = []
    gather(shelf, shelf.offers(), folder, staging, steps.append)
    assert tree(folder) == {"old/x.csv": b"old", "a": b"was a file", "b/c.csv": b"was a folder"}
    assert tree(staging) == {"a/b.csv": b"1", "b": b"22"}
    exchange(folder, staging, previous)
    assert tree(folder) == {"a/b.csv": b"1", "b": b"22"}
    assert not (folder / "old").exists()
    assert not staging.exists()
    assert not previous.exists()
    assert sum(steps) == 3


def test_a_first_exchange_needs_no_folder(places, previous):
    folder, staging = places
    put(staging, {"a": b"1"})
    exchange(folder, staging, previous)
    assert tree(folder) == {"a": b"1"}
    assert not previous.exists()


def test_an_exchange_without_new_files_changes_nothing(places, previous):
    folder, staging = places
    put(folder, {"a": b"1"})
    with pytest.raises(FileNotFoundError):
        exchange(folder, staging, previous)
    assert tree(folder) == {"a": b"1"}
    assert not previous.exists()


def test_a_half_exchange_is_mended(places, previous):
    folder, _ = places
    mend_exchange(folder, previous)
    assert not folder.exists()
    put(previous, {"a": b"1"})
    mend_exchange(folder, previous)
    assert tree(folder) == {"a": b"1"}
    put(previous, {"a": b"0"})
    mend_exchange(folder, previous)
    assert tree(folder) == {"a": b"1"}
    assert not previous.exists()


@pytest.mark.parametrize("links", [True, False])
def test_held_files_are_shared_or_copied_and_stay(places, monkeypatch, links):
    folder, staging = places
    put(folder, {"a/b": b"right"})
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", Mock(side_effect=PermissionError))
    shelf = Shelf({"a/b": b"right"})
    gather(shelf, shelf.offers(), folder, staging, lambda _: None)
    assert tree(folder) == tree(staging) == {"a/b": b"right"}
    assert (folder / "a/b").samefile(staging / "a/b") == links
    assert shelf.delivered == []


def test_what_is_known_to_be_right_is_not_asked_for(places):
    folder, staging = places
    put(folder, {"a": b"right", "b": b"wrong"})
    put(staging, {"c": b"right", "d": b"wrong", "tmpleft": b"from a killed run"})
    shelf = Shelf(dict.fromkeys("abcd", b"right"))
    steps = []
    gather(shelf, shelf.offers(), folder, staging, steps.append)
    assert shelf.delivered == ["b", "d"]
    assert sum(steps) == 20
    assert tree(staging) == dict.fromkeys("abcd", b"right")
    assert tree(folder) == {"a": b"right", "b": b"wrong"}


def test_a_file_without_checksum_is_always_asked_for(places):
    folder, staging = places
    put(folder, {"a": b"12345"})
    put(staging, {"a": b"54321"})
    shelf = Shelf({"a": b"right"})
    gather(shelf, [OfferedFile("a", 5, None, "")], folder, staging, lambda _: None)
    assert shelf.delivered == ["a"]
    assert tree(staging) == {"a": b"right"}


def test_a_failure_keeps_whole_files_and_leaves_no_litter(places):
    folder, staging = places
    shelf = Shelf({"a": b"1", "b": b"2"})
    offers = shelf.offers()
    shelf.bodies["b"] = RefusedError("shelf", "b", "nothing", "")
    with pytest.raises(RefusedError):
        gather(shelf, offers, folder, staging, lambda _: None)
    assert tree(staging) == {"a": b"1"}


def test_wrong_bytes_do_not_stay(places):
    folder, staging = places
    shelf = Shelf({"a": b"1"})
    offers = shelf.offers()
    shelf.bodies["a"] = b"2"
    with pytest.raises(ChecksumError, match=r"a from shelf: expected md5 .* over 1 bytes"):
        gather(shelf, offers, folder, staging, lambda _: None)
    assert tree(staging) == {}


def test_pruning_removes_links_and_not_what_they_lead_to(places, tmp_path):
    folder, _ = places
    put(tmp_path / "else", {"x.csv": b"mine"})
    put(folder, {"kept": b"1"})
    (folder / "link").symlink_to(tmp_path / "else")
    prune(folder, {"kept"})
    assert tree(folder) == {"kept": b"1"}
    prune(folder, ())
    assert not folder.exists()
    assert tree(tmp_path / "else") == {"x.csv": b"mine"}


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o644)])
def test_files_are_readable_as_the_umask_allows(places, previous, umask, mode):
    folder, staging = places
    shelf = Shelf({"a": b"1"})
    before = os.umask(umask)
    try:
        gather(shelf, shelf.offers(), folder, staging, lambda _: None)
        exchange(folder, staging, previous)
        with open_new(folder / "receipt") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "a").stat().st_mode) == mode
    assert stat.S_IMODE((folder / "receipt").stat().st_mode) == mode


def test_pooch_stays_quiet_and_its_logger_as_it_was(places, caplog):
    folder, staging = places
    logger = pooch.get_logger()
    level = logger.level
    shelf = Shelf({"a": b"1"})
    logger.addHandler(caplog.handler)
    try:
        gather(shelf, shelf.offers(), folder, staging, lambda _: None)
    finally:
        logger.removeHandler(caplog.handler)
    assert caplog.records == []
    assert logger.level == level
