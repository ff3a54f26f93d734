from __future__ import annotations

import json
from dataclasses import replace

import pytest

from vinarch.fetching.receipts import RECEIPT_NAME, read_receipt, recorded_checksums, write_receipt
from vinarch.provenance import Asked, FetchedFile, Provenance

RECORD = Provenance(
    archive="JS9FR6",
    doi="10.7910/DVN/JS9FR6",
    version="9.0",
    source="mirror: /m",
    fetched_at="2026-11-20T10:00:00Z",
    asked=(Asked("mirror: /m", "gave the files"),),
    files=(FetchedFile("a/x.csv", 3, "00"), FetchedFile("b.csv", 1, "11")),
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.csv").write_bytes(b"123")
    (tmp_path / "b.csv").write_bytes(b"1")
    write_receipt(RECORD, tmp_path)
    return tmp_path


@pytest.fixture
def read(folder, archive, told):
    def read(mirror=None):
        return read_receipt(archive, folder, mirror, told.say), told.said

    return read


def test_a_receipt_that_fits_counts(read, folder):
    assert read() == (RECORD, [])
    assert read("mirror: /m") == (RECORD, [])
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b.csv", RECEIPT_NAME]


def test_no_receipt_or_a_new_mirror_is_no_news(read, folder):
    assert read("mirror: /new") == (None, [])
    (folder / RECEIPT_NAME).unlink()
    assert read() == (None, [])


def test_a_path_below_a_file_holds_no_receipt(archive, told, folder):
    assert read_receipt(archive, folder / "b.csv" / "x", None, told.say) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"{}",
        b'{"archive": "JS9FR6"}',
        RECORD.to_json().replace('"size_bytes"', '"size"').encode(),
        RECORD.to_json().replace('"size_bytes": 3', '"size_bytes": "3"').encode(),
        RECORD.to_json().replace('"a/x.csv"', "7").encode(),
    ],
)
def test_a_damaged_receipt_is_told_and_does_not_count(read, folder, text):
    (folder / RECEIPT_NAME).write_bytes(text)
    provenance, said = read()
    assert provenance is None
    assert len(said) == 1
    assert said[0].startswith(f"The receipt {folder / RECEIPT_NAME} does not count: ")
    assert said[0].endswith("The sources are asked anew.")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": "8.0"}, "it speaks of JS9FR6 8.0, not of JS9FR6 9.0"),
        ({"archive": "ZXTCGF"}, "it speaks of ZXTCGF 9.0, not of JS9FR6 9.0"),
        ({"files": ()}, "it lists no file"),
        ({"files": (FetchedFile("../x", 3, "00"),)}, "it lists '../x'"),
        ({"files": (FetchedFile("c.csv", 3, "00"),)}, "c.csv is missing"),
        ({"files": (FetchedFile("a", 3, "00"),)}, "a is missing"),
        ({"files": (FetchedFile("a/x.csv", 4, "00"),)}, "a/x.csv has 3 bytes, not 4"),
    ],
)
def test_a_receipt_that_does_not_fit_says_why(read, folder, change, fault):
    write_receipt(replace(RECORD, **change), folder)
    provenance, said = read()
    assert provenance is None
    assert f"does not count: {fault}. The" in said[0]


def test_a_receipt_is_written_whole_or_not_at_all(folder):
    (folder / RECEIPT_NAME).unlink()
    (folder / RECEIPT_NAME / "x").mkdir(parents=True)  # a folder in the way
    with pytest.raises(OSError, match="directory"):
        write_receipt(RECORD, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b.csv", RECEIPT_NAME]


def test_the_receipt_is_the_provenances_json(folder):
    assert json.loads((folder / RECEIPT_NAME).read_text())["files"][0]["path"] == "a/x.csv"


def test_a_receipt_tells_what_a_source_gave_even_where_a_file_is_damaged(archive, folder):
    (folder / "b.csv").write_bytes(b"damaged")
    assert recorded_checksums(archive, folder, "mirror: /m") == {"a/x.csv": "00", "b.csv": "11"}
    assert recorded_checksums(archive, folder, "mirror: /n") == {}
    assert recorded_checksums(replace(archive, version="8.0"), folder, "mirror: /m") == {}
    assert recorded_checksums(archive, folder / "nowhere", "mirror: /m") == {}
    (folder / RECEIPT_NAME).write_bytes(b"\xff{")
    assert recorded_checksums(archive, folder, "mirror: /m") == {}
