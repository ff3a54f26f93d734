from __future__ import annotations

import hashlib
import os
import shutil
import stat
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import Mock

import pooch
import pytest

from vinarch.errors import ChecksumError, RefusedError, StoreError
from vinarch.fetching.gathering import Room, gather, is_held
from vinarch.fetching.offers import ALGORITHMS, Checksum, OfferedFile
from vinarch.fetching.parts import Parts
from vinarch.fetching.staging import exchange, open_new
from vinarch.fetching.stamps import Stamps
from vinarch.progress import LogProgress


@dataclass
class Shelf:
    """A source in memory, which counts what it delivers."""

    bodies: dict
    name: str = "shelf"
    at_once: int = 1
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
        rest = body[target.tell() :]
        target.write(rest)
        advance(len(rest))


@pytest.fixture
def room(tmp_path):
    return Room(
        tmp_path / "held",
        tmp_path / "staged",
        Parts(tmp_path / "parts"),
        Stamps(tmp_path / "stamps.jsonl"),
    )


@pytest.fixture
def previous(tmp_path):
    return tmp_path / "previous"


@pytest.fixture(autouse=True)
def _begin(told):
    told.start("all", 0, "B")


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


@pytest.mark.parametrize("links", [True, False])
def test_held_files_are_shared_or_copied_and_stay(room, told, monkeypatch, links):
    folder, staging = room.folder, room.staging
    put(folder, {"a/b": b"right"})
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", Mock(side_effect=PermissionError))
    shelf = Shelf({"a/b": b"right"})
    gather(shelf, shelf.offers(), room, told)
    assert tree(folder) == tree(staging) == {"a/b": b"right"}
    assert (folder / "a/b").samefile(staging / "a/b") == links
    assert shelf.delivered == []


def test_what_is_known_to_be_right_is_not_asked_for(room, told):
    folder, staging = room.folder, room.staging
    put(folder, {"a": b"right", "b": b"wrong"})
    put(staging, {"c": b"right", "d": b"wrong", "tmpleft": b"from a killed run"})
    shelf = Shelf(dict.fromkeys("abcd", b"right"))
    gather(shelf, shelf.offers(), room, told)
    assert shelf.delivered == ["b", "d"]
    assert told.bars[0][3] == 20
    assert tree(staging) == dict.fromkeys("abcd", b"right")
    assert tree(folder) == {"a": b"right", "b": b"wrong"}


def test_a_file_without_checksum_is_always_asked_for(room, told):
    folder, staging = room.folder, room.staging
    put(folder, {"a": b"12345"})
    put(staging, {"a": b"54321"})
    shelf = Shelf({"a": b"right"})
    gather(shelf, [OfferedFile("a", 5, None, "")], room, told)
    assert shelf.delivered == ["a"]
    assert tree(staging) == {"a": b"right"}


def test_a_failure_keeps_whole_files_and_leaves_no_litter(room, told):
    staging = room.staging
    shelf = Shelf({"a": b"1", "b": b"2"})
    offers = shelf.offers()
    shelf.bodies["b"] = RefusedError("shelf", "b", "nothing", "")
    with pytest.raises(RefusedError):
        gather(shelf, offers, room, told)
    assert tree(staging) == {"a": b"1"}


def test_wrong_bytes_do_not_stay(room, told):
    staging = room.staging
    shelf = Shelf({"a": b"1"})
    offers = shelf.offers()
    shelf.bodies["a"] = b"2"
    with pytest.raises(ChecksumError, match=r"a from shelf: expected md5 .* over 1 bytes"):
        gather(shelf, offers, room, told)
    assert tree(staging) == {}


def test_pooch_stays_quiet_and_its_logger_as_it_was(room, told, caplog):
    logger = pooch.get_logger()
    level = logger.level
    shelf = Shelf({"a": b"1"})
    logger.addHandler(caplog.handler)
    try:
        gather(shelf, shelf.offers(), room, told)
    finally:
        logger.removeHandler(caplog.handler)
    assert caplog.records == []
    assert logger.level == level


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o644)])
def test_files_are_readable_as_the_umask_allows(room, told, previous, umask, mode):
    folder, staging = room.folder, room.staging
    shelf = Shelf({"a": b"1"})
    before = os.umask(umask)
    try:
        gather(shelf, shelf.offers(), room, told)
        exchange(folder, staging, previous)
        with open_new(folder / "receipt") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "a").stat().st_mode) == mode
    assert stat.S_IMODE((folder / "receipt").stat().st_mode) == mode


def test_files_gather_apart_and_then_take_the_folders_place(room, told, previous):
    folder, staging = room.folder, room.staging
    put(folder, {"old/x.csv": b"old", "a": b"was a file", "b/c.csv": b"was a folder"})
    shelf = Shelf({"a/b.csv": b"1", "b": b"22"})
    gather(shelf, shelf.offers(), room, told)
    assert tree(folder) == {"old/x.csv": b"old", "a": b"was a file", "b/c.csv": b"was a folder"}
    assert tree(staging) == {"a/b.csv": b"1", "b": b"22"}
    exchange(folder, staging, previous)
    assert tree(folder) == {"a/b.csv": b"1", "b": b"22"}
    assert not (folder / "old").exists()
    assert not staging.exists()
    assert not previous.exists()
    assert told.bars[0][3] == 3


def test_without_a_checksum_nothing_is_known_to_be_held(room):
    put(room.folder, {"x.csv": b"12345"})
    assert not is_held(room.folder / "x.csv", OfferedFile("x.csv", 5, None, ""), room.stamps)


def test_a_link_is_not_held(room):
    put(room.folder, {"x.csv": b"12345"})
    (room.folder / "link.csv").symlink_to("x.csv")
    (offer,) = Shelf({"x.csv": b"12345"}).offers()
    assert is_held(room.folder / "x.csv", offer, room.stamps)
    assert not is_held(room.folder / "link.csv", offer, room.stamps)


@pytest.mark.parametrize("algorithm", ALGORITHMS.values())
def test_what_is_held_is_known_by_every_published_algorithm(room, algorithm):
    put(room.folder, {"x.csv": b"12345"})
    right = hashlib.new(algorithm, b"12345").hexdigest()
    for value, held in ((right, True), ("0" * len(right), False)):
        offer = OfferedFile("x.csv", 5, Checksum(algorithm, value), "")
        assert is_held(room.folder / "x.csv", offer, room.stamps) == held


@dataclass
class Counter(Shelf):
    """A shelf that hands out four at once and waits for company."""

    at_once: int = 4
    meeting: threading.Barrier = field(default_factory=lambda: threading.Barrier(4, timeout=10))

    def deliver(self, file, target, advance):
        self.meeting.wait()
        super().deliver(file, target, advance)


def test_four_come_at_once(room, told):
    shelf = Counter({f"deep/{n}/x": b"%d" % n for n in range(8)})
    gather(shelf, shelf.offers(), room, told)
    assert tree(room.staging) == dict(sorted(shelf.bodies.items()))
    assert told.bars[0][3] == 8
    assert sorted(told.files) == [[f"deep/{n}/x", 1, 0, 1, True] for n in range(8)]


@pytest.mark.parametrize("first", ["a", "b", "c", "d"])
def test_of_several_errors_one_that_is_no_refusal_is_told(room, told, first):
    shelf = Counter(dict.fromkeys("abcd", b"1"))
    offers = shelf.offers()
    for path in "abcd":
        shelf.bodies[path] = RefusedError("shelf", path, "nothing", "")
    shelf.bodies[first] = b"2"
    with pytest.raises(ChecksumError, match=f"{first} from shelf"):
        gather(shelf, offers, room, told)


def test_files_that_need_more_room_than_there_is_are_not_asked_for(room, told):
    free = shutil.disk_usage(room.staging.parent).free
    shelf = Shelf({"a": b"1"})
    offers = [replace(shelf.offers()[0], size_bytes=free * 2)]
    with pytest.raises(StoreError, match=rf"room for {free * 2:,} bytes in 1 files, got [\d,]+ by"):
        gather(shelf, offers, room, told)
    assert shelf.delivered == []
    assert tree(room.folder.parent) == {}


def test_a_progress_that_hears_of_no_single_files_will_do(room):
    shelf = Shelf({"a": b"1"})
    gather(shelf, shelf.offers(), room, LogProgress())
    assert tree(room.staging) == {"a": b"1"}
