from __future__ import annotations

import hashlib
import json
import os

import pytest

from vinarch.fetching.stamps import FIRST_LINE, Stamps

BODY = b"architecture,epoch\n"
SHA256 = hashlib.sha256(BODY).hexdigest()
MD5 = hashlib.md5(BODY).hexdigest()


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "files/a/x.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    return path


@pytest.fixture
def stamps(tmp_path):
    return Stamps.read(tmp_path / "stamps.jsonl")


@pytest.fixture
def reads(monkeypatch):
    """Count the times that a file is read to be hashed."""
    counted = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *a: counted.append(1) or digest(*a))
    return counted


def test_a_file_is_read_once_and_then_known_to_every_process(stamps, table, reads):
    assert stamps.hash_of("a/x.csv", table, "sha256") == SHA256
    assert stamps.hash_of("a/x.csv", table, "sha256") == SHA256
    again = Stamps.read(stamps.path)
    assert again.hash_of("a/x.csv", table, "sha256") == SHA256
    assert len(reads) == 1
    assert again.hash_of("a/x.csv", table, "md5") == MD5
    assert len(reads) == 2
    assert Stamps.read(stamps.path).hashes_of("a/x.csv", table.stat()) == {
        "sha256": SHA256,
        "md5": MD5,
    }


def test_a_file_that_changed_by_a_nanosecond_is_read_again(stamps, table, reads):
    stamps.hash_of("a/x.csv", table, "sha256")
    time = table.stat().st_mtime_ns
    table.write_bytes(BODY.swapcase())
    os.utime(table, ns=(time + 1, time + 1))
    assert stamps.hashes_of("a/x.csv", table.stat()) == {}
    assert stamps.hash_of("a/x.csv", table, "sha256") != SHA256
    assert len(reads) == 2


def test_only_some_files_are_kept(stamps, table, tmp_path):
    for name in ("a/x.csv", "a/y.csv"):
        stamps.hash_of(name, table, "sha256")
    stamps.keep([tmp_path / "nowhere", tmp_path / "files"], ["a/x.csv", "gone.csv"])
    lines = stamps.path.read_text().splitlines()
    status = table.stat()
    assert lines[0] == FIRST_LINE
    assert [json.loads(line) for line in lines[1:]] == [
        ["a/x.csv", len(BODY), status.st_mtime_ns, {"sha256": SHA256}]
    ]


@pytest.mark.parametrize("rest", ["", "{", "[1, 2]", '["x", "1", 2, {}]', "\0", '["x", 1, 2, {}'])
def test_a_line_that_cannot_be_read_hides_no_other(stamps, table, rest, reads):
    stamps.hash_of("a/x.csv", table, "sha256")
    with stamps.path.open("a") as file:
        file.write(f"{rest}\n")
    assert Stamps.read(stamps.path).hash_of("a/x.csv", table, "sha256") == SHA256
    assert len(reads) == 1


@pytest.mark.parametrize("text", [b"", b"\xff", b'["vinarch stamps", 2]\n["a/x.csv"]\n'])
def test_a_file_in_another_form_holds_no_stamps(stamps, table, text):
    stamps.path.write_bytes(text)
    assert Stamps.read(stamps.path).hashes_of("a/x.csv", table.stat()) == {}


def test_without_stamps_there_is_no_file(stamps, table, tmp_path):
    stamps.hash_of("a/x.csv", table, "sha256")
    table.unlink()
    stamps.keep([tmp_path / "files"], stamps.names())
    assert not stamps.path.exists()
    stamps.keep([tmp_path / "files"], [])


def test_where_nothing_can_be_written_files_are_hashed_all_the_same(tmp_path, table):
    (tmp_path / "file").touch()
    stamps = Stamps.read(tmp_path / "file/stamps.jsonl")
    assert stamps.hash_of("a/x.csv", table, "sha256") == SHA256
    stamps.keep([tmp_path / "files"], ["a/x.csv"])
