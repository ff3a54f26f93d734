from __future__ import annotations

from dataclasses import replace

import pytest
from dataverse_server import Deposited, error_reply

from vinarch.errors import RefusedError
from vinarch.fetching import dataverse as module
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.manifest import Manifest, compare_manifests, missing_files

FOLDER = "icpp_training_results"
CSV = b"architecture,epoch\n0,1\n"
TABLE = f"{FOLDER}/a_training_data.csv"


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [
        Deposited("models/1gpu/a.z01", b"big", data_changes={"contentType": "application/zip"}),
        Deposited(TABLE, CSV, ingested=True, algorithm="SHA-512"),
    ]
    return dataverse


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "downloads/9.0.manifest.json"


@pytest.fixture
def open_source(deposit, session, archive, kept):
    def open_source(**changes):
        source = DataverseSource(deposit.url, archive.doi, session, kept=kept)
        return replace(source, **changes)

    return open_source


def test_a_manifest_holds_every_file_of_the_version(open_source, archive, deposit, kept):
    manifest = open_source().fetch_manifest(archive)
    assert (manifest.archive, manifest.version, manifest.source) == (
        "JS9FR6",
        "9.0",
        f"Dataverse: {deposit.url}",
    )
    table, model = manifest.files
    assert (table.path, table.id, table.shown_name) == (TABLE, 101, "a_training_data.tab")
    assert (table.original_name, table.original_size_bytes) == ("a_training_data.csv", len(CSV))
    assert (table.size_bytes, table.download_bytes) == (4, len(CSV))
    assert (table.checksum.algorithm, table.ingested) == ("sha512", True)
    assert (model.path, model.id, model.size_bytes) == ("models/1gpu/a.z01", 100, 3)
    assert (model.content_type, model.original_name) == ("application/zip", None)
    assert Manifest.from_json(kept.read_text()) == manifest


def test_the_list_is_asked_for_once(open_source, archive, deposit, monkeypatch):
    monkeypatch.setattr(module, "PAGE_FILES", 1)
    first = open_source().list_files(archive)
    assert len(deposit.seen) == 2
    assert open_source().list_files(archive) == first
    assert len(deposit.seen) == 2
    assert open_source(refresh=True).list_files(archive) == first
    assert len(deposit.seen) == 4


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": 2}', "version", "place", "path", "sum"])
def test_a_kept_list_that_does_not_fit_is_asked_for_anew(
    open_source, archive, deposit, kept, damage
):
    first = open_source().list_files(archive)
    text = kept.read_text()
    changed = {
        "version": text.replace('"version": "9.0"', '"version": "8.0"'),
        "place": text.replace(deposit.url, "https://elsewhere.example"),
        "path": text.replace(TABLE, f"{FOLDER}/../../a_training_data.csv"),
        "sum": text.replace('"sha512"', '"crc32"'),
    }.get(damage, damage)
    assert changed != text
    kept.write_text(changed)
    assert open_source().list_files(archive) == first
    assert len(deposit.seen) == 2
    assert Manifest.from_json(kept.read_text()).files == Manifest.from_json(text).files


def test_a_list_of_another_server_is_not_believed_here(open_source, archive, deposit, kept):
    open_source().list_files(archive)
    with pytest.raises(RefusedError, match="no connection"):
        open_source(url="http://127.0.0.1:1").list_files(archive)


def test_differences_and_missing_files_are_told_by_path(open_source, archive, deposit):
    before = open_source().fetch_manifest(archive)
    assert not compare_manifests(before, before)
    deposit.files[1].original = CSV + b"0,2\n"
    deposit.files.append(Deposited("notes.txt", b"new"))
    del deposit.files[0]
    differences = compare_manifests(before, open_source().fetch_manifest(archive))
    assert differences
    assert (differences.added, differences.removed, differences.changed) == (
        ("notes.txt",),
        ("models/1gpu/a.z01",),
        (TABLE,),
    )
    assert [file.path for file in missing_files(before, {TABLE})] == ["models/1gpu/a.z01"]


def test_the_latest_version_is_asked_for_by_name(open_source, deposit):
    deposit.latest = (10, 1)
    assert open_source().latest_version() == "10.1"
    deposit.queue(":latest-published", error_reply(404, "Gone."))
    with pytest.raises(RefusedError, match="status 404"):
        open_source().latest_version()
