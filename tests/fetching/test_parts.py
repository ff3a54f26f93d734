from __future__ import annotations

import os
import stat
from dataclasses import replace

import pytest

from vinarch.fetching.offers import Checksum, OfferedFile
from vinarch.fetching.parts import Parts

OFFER = OfferedFile("a/x.csv", 5 * 2**20, Checksum("md5", "00"), "https://u:secret@d.example/7?k=v")


@pytest.fixture
def parts(tmp_path):
    return Parts(tmp_path / "parts")


@pytest.fixture
def begun(parts):
    with parts.filling(OFFER) as file:
        file.write(b"half")
    return parts


def test_a_part_waits_for_the_same_offer(begun):
    assert begun.begun(OFFER) == 4
    with begun.filling(OFFER) as file:
        assert file.read() == b"half"
    assert Parts(begun.folder).begun(OFFER) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"size_bytes": 6 * 2**20},
        {"size_bytes": 3},
        {"checksum": Checksum("md5", "01")},
        {"checksum": Checksum("sha1", "00")},
        {"location": "https://d.example/8"},
        {"path": "a/y.csv"},
    ],
)
def test_another_offer_does_not_go_on_with_it(begun, change):
    other = replace(OFFER, **change)
    assert begun.begun(other) == 0
    with begun.filling(other) as file:
        assert file.read() == b""
        file.write(b"z")
    assert begun.begun(other) == 1


def test_what_is_kept_is_long_and_has_a_checksum(parts):
    assert parts.is_kept(OFFER)
    assert parts.is_kept(replace(OFFER, size_bytes=None))
    assert not parts.is_kept(replace(OFFER, checksum=None))
    assert not parts.is_kept(replace(OFFER, size_bytes=0))
    assert not parts.is_kept(replace(OFFER, size_bytes=2**20))


def test_a_part_of_nothing_is_no_part(parts):
    with parts.filling(OFFER):
        pass
    assert parts.found() == ()
    parts.prune(())
    assert not parts.folder.exists()


def test_whole_parts_get_their_name_and_leave_nothing(begun, tmp_path):
    begun.take(OFFER, tmp_path / "x.csv")
    begun.prune(())
    assert (tmp_path / "x.csv").read_bytes() == b"half"
    assert not begun.folder.exists()


def test_stale_parts_are_listed_and_pruned(begun):
    other = replace(OFFER, path="a.part/b")
    with begun.filling(other) as file:
        file.write(b"123")
    assert sorted((part.path, part.size_bytes) for part in begun.found()) == [
        ("a.part/b", 3),
        ("a/x.csv", 4),
    ]
    begun.prune({"a/x.csv"})
    assert [part.path for part in begun.found()] == ["a/x.csv"]
    assert begun.begun(OFFER) == 4


def test_a_sidecar_that_cannot_be_read_is_none(begun):
    (part,) = begun.found()
    part.local.with_suffix(".json").write_text("[]")
    assert begun.begun(OFFER) == 0
    assert begun.found()[0].path == ""


def test_sidecars_hold_no_secret(begun):
    text = "".join(path.read_text() for path in begun.folder.glob("*.json"))
    assert "secret" not in text
    assert "k=v" not in text


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_part_is_readable_as_the_umask_allows(parts, umask, mode):
    before = os.umask(umask)
    try:
        with parts.filling(OFFER) as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(parts.found()[0].local.stat().st_mode) == mode
