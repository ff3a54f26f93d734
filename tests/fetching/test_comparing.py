"""Archives of several forms, without a DOI, or without published checksums."""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import replace

import pytest

from vinarch.catalog import Companion, ListedFile, TableFiles
from vinarch.errors import CardError, ChecksumError, FetchError, MirrorError
from vinarch.fetching import fetch_archive
from vinarch.provenance import Asked

PARTS = {f"generation_{number}/net.json": b"%d" % number for number in range(5)}
PACKED = {"run.tar.gz": b"packed"}
URL = "https://example.org/c0ffee"


@pytest.fixture
def card(archive):
    """An archive without a DOI that is published as parts, and packed elsewhere."""
    tables = (TableFiles("histories", ("generation_*/net.json", "run.tar.gz")),)
    return replace(archive, doi="", url=URL, tables=tables, companions=())


@pytest.fixture
def fetch(home, told):
    def fetch(card, mirror=None, **options):
        return fetch_archive(card, home, mirror=mirror, progress=told, **options).confirm()

    return fetch


def companion(file_server, files, *, with_checksums=True):
    file_server.files = {f"/{path}": body for path, body in files.items()}
    listed = tuple(
        ListedFile(path, len(body), hashlib.sha256(body).hexdigest())
        if with_checksums
        else ListedFile(path)
        for path, body in files.items()
    )
    return Companion("the lab", file_server.url, "", listed)


def paths(holding):
    return [file.path for file in holding.provenance.files]


def test_a_packed_form_is_not_fewer_than_the_published_one(fetch, card, make_mirror, file_server):
    card = replace(card, companions=(companion(file_server, PARTS),))
    assert paths(fetch(card)) == sorted(PARTS)
    mirror = make_mirror(PACKED)
    assert paths(fetch(card, mirror)) == ["run.tar.gz"]
    assert paths(fetch(card, make_mirror(PARTS, "parts"))) == sorted(PARTS)


def test_fewer_files_of_the_same_form_are_refused(fetch, card, make_mirror):
    assert len(paths(fetch(card, make_mirror(PARTS)))) == 5
    three = dict(list(PARTS.items())[:3])
    with pytest.raises(MirrorError, match=r"at least the 5 tables .*, got 3 of 5"):
        fetch(card, make_mirror(three, "three"))


def test_a_packed_form_is_not_held_against_the_list_of_parts(
    fetch, card, make_mirror, file_server, told
):
    card = replace(card, companions=(companion(file_server, PARTS),))
    fetch(card, make_mirror(PACKED))
    assert told.said == []


def test_of_many_differences_a_few_are_named(fetch, card, make_mirror, file_server, told):
    card = replace(card, companions=(companion(file_server, PARTS),))
    fetch(card, make_mirror({"generation_9/net.json": b"9", "generation_0/net.json": b"0"}))
    gone = ", ".join(f"generation_{number}/net.json" for number in (1, 2, 3))
    assert told.said[1].endswith(f" lacks {gone} and 1 more.")
    assert told.said[2].endswith(" also gave, unlisted, generation_9/net.json.")


def test_without_a_doi_dataverse_is_not_asked_and_that_is_recorded(
    fetch, card, dataverse, file_server, tmp_path
):
    (tmp_path / "empty").mkdir()
    card = replace(card, companions=(companion(file_server, PARTS),))
    holding = fetch(card, tmp_path / "empty", dataverse_url=dataverse.url)
    assert dataverse.seen == []
    assert holding.provenance.doi == ""
    assert holding.provenance.asked == (
        Asked(f"mirror: {tmp_path / 'empty'}", "no folder JS9FR6 in it"),
        Asked("Dataverse", "not asked: the archive has no DOI"),
        Asked("companion: the lab", "gave the files"),
    )


def test_without_any_source_the_error_says_so(fetch, card):
    with pytest.raises(FetchError, match=r"got \[Dataverse\] not asked: the archive has no DOI\."):
        fetch(card)


def test_files_without_checksums_are_recorded_told_and_verified_later(
    fetch, card, file_server, told
):
    card = replace(card, companions=(companion(file_server, PARTS, with_checksums=False),))
    held = fetch(card)
    assert told.said == [
        (
            "companion: the lab publishes no SHA-256 of 5 of 5 tables (generation_0/net.json, "
            "generation_1/net.json, generation_2/net.json and 2 more); what came is recorded, and "
            "what it gives later is held against it."
        )
    ]
    assert fetch(card, refresh=True).provenance.files == held.provenance.files
    assert len(told.said) == 1
    file_server.files["/generation_3/net.json"] = b"4"
    with pytest.raises(ChecksumError, match="as it was when it was first fetched") as caught:
        fetch(card, refresh=True)
    assert caught.value.where == "generation_3/net.json from companion: the lab"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert fetch(card).provenance.files == held.provenance.files


def test_what_a_mirror_gave_is_no_companions_promise(fetch, card, make_mirror, file_server):
    card = replace(card, companions=(companion(file_server, PARTS, with_checksums=False),))
    fetch(card, make_mirror(dict.fromkeys(PARTS, b"mended")))
    assert fetch(card, refresh=True).provenance.source == "companion: the lab"


def test_a_damaged_file_is_mended_from_what_was_recorded(fetch, card, file_server):
    card = replace(card, companions=(companion(file_server, PARTS, with_checksums=False),))
    held = fetch(card)
    held.path_of(held.provenance.files[0]).write_bytes(b"damaged")
    assert fetch(card).provenance.files == held.provenance.files


def test_a_pickle_is_never_loaded_and_the_error_says_what_to_do(fetch, card, tmp_path, make_mirror):
    card = replace(
        card,
        preparation="Load it elsewhere and write run.csv.\n",
        tables=(TableFiles("histories", ("run.csv",)),),
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(FetchError) as caught:
        fetch(card, tmp_path / "empty")
    assert str(caught.value) == (
        "archive JS9FR6 9.0: expected JS9FR6/run.csv, its tables in a form that vinarch loads, got "
        f"[mirror: {tmp_path / 'empty'}] no folder JS9FR6 in it; "
        "[Dataverse] not asked: the archive has no DOI. "
        f"What is published ({URL}) has another form, such as a pickle, which vinarch never loads. "
        "How the tables are made from it: Load it elsewhere and write run.csv. "
        "Put them into a folder as FOLDER/JS9FR6/run.csv and name it by VINARCH_MIRROR=FOLDER or "
        "--mirror FOLDER; see docs/how-to/get-the-data.md."
    )
    assert paths(fetch(card, make_mirror({"run.csv": b"x"}))) == ["run.csv"]


def test_a_published_form_that_is_down_needs_no_preparation(fetch, card, file_server):
    lab = companion(file_server, PARTS)
    file_server.files.clear()
    with pytest.raises(FetchError, match=r"its tables from one of 2 sources, .* Try again later"):
        fetch(replace(card, companions=(lab,), preparation="Pack them."))


def test_a_path_of_a_card_that_leads_out_is_refused(fetch, card, file_server):
    files = {"generation_1/../../net.json": b"x"}
    card = replace(
        card,
        companions=(companion(file_server, files),),
        tables=(TableFiles("histories", ("*",)),),
    )
    with pytest.raises(CardError, match=r"paths inside the archive, got 'generation_1/\.\./"):
        fetch(card)


@pytest.mark.parametrize(("count", "syncs"), [(3, 6), (2805, 3)])
def test_of_many_small_files_none_waits_for_the_disk_alone(
    fetch, card, make_mirror, monkeypatch, count, syncs
):
    files = {f"generation_{n}/{n % 256:02x}/net.json": b"{%d}" % n for n in range(count)}
    mirror = make_mirror(files)
    seen = []
    for name in ("fsync", "sync"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, n=name, r=real: (seen.append(n), r(*a))[1])
    assert len(paths(fetch(card, mirror))) == count
    # The receipt, and the folders of the receipt and of the archive; then each file or the disk.
    assert seen.count("fsync") == syncs
    assert seen.count("sync") == (count > 64)
