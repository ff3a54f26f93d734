from __future__ import annotations

import hashlib
import json
import shutil
import uuid
import zipfile
from pathlib import Path

import fsspec
import pytest
from dataverse_server import Deposited

from vinarch.errors import ChecksumError, MirrorError, ParameterError
from vinarch.fetching import fetch_archive
from vinarch.fetching.fsspec_mirror import FsspecMirror
from vinarch.fetching.mirror import FolderMirror, UrlMirror
from vinarch.fetching.mirrors import mirror_texts, open_mirrors

ONE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"
TIMES = "icpp_training_results/time_to_run.csv"
FILES = {ONE: b"architecture,epoch\n0,1\n", TIMES: b"h\n1\n"}
COMMIT = "95ffb47652f61281c68a5fc257f048d81df0b8ae"


@pytest.fixture
def memory():
    """The address of a mirror in memory, with the files in it."""
    top = f"/{uuid.uuid4().hex}"
    storage = fsspec.filesystem("memory")
    for path, body in FILES.items():
        storage.pipe(f"{top}/JS9FR6/{path}", body)
    yield f"memory:/{top}"
    storage.rm(top, recursive=True)


@pytest.fixture
def fetch(archive, home, dataverse, told):
    def fetch(mirror, **options):
        options = {"dataverse_url": dataverse.url} | options
        return fetch_archive(archive, home, mirror=mirror, progress=told, **options).confirm()

    return fetch


def contents(holding):
    return {file.path: holding.path_of(file).read_bytes() for file in holding.provenance.files}


@pytest.mark.parametrize(
    ("named", "texts"),
    [
        (None, ()),
        ("/a", ("/a",)),
        ("/a; http://h:80/b ;;s3://c/d", ("/a", "http://h:80/b", "s3://c/d")),
        (["/a;b", Path("/c")], ("/a;b", Path("/c"))),
        (" ", (" ",)),
    ],
)
def test_several_mirrors_are_separated_by_semicolons(named, texts):
    assert mirror_texts(named) == texts


@pytest.mark.parametrize("named", [7, [7], [""], [], b"/a", b"", ["/a", None]])
def test_what_is_no_mirror_is_refused(named):
    with pytest.raises(ParameterError, match="a folder or a URL, as text or as a path"):
        mirror_texts(named)


def test_each_kind_of_address_gets_its_source(session, tmp_path):
    page = f"https://github.com/owner/name/tree/{COMMIT}/mirror"
    texts = [tmp_path, f"file://{tmp_path}", "https://h/m", "memory://m", page]
    found = open_mirrors(texts, session, {})
    # The first two mean the same folder.
    assert [type(source) for source in found] == [FolderMirror, UrlMirror, FsspecMirror, UrlMirror]
    assert found[-1].url == f"https://raw.githubusercontent.com/owner/name/{COMMIT}/mirror"


def test_a_branch_is_no_pinned_mirror(session):
    with pytest.raises(MirrorError, match=r"a whole commit in it \(40 hexadecimal digits\), got"):
        open_mirrors("https://github.com/owner/name/tree/main", session, {})


def test_a_driver_that_is_not_there_is_named(fetch):
    with pytest.raises(MirrorError, match="driver that fsspec needs for it to be installed, got"):
        fetch("s3://bucket/mirror")


def test_a_storage_gives_the_files_and_needs_no_manifest(fetch, memory, dataverse):
    holding = fetch(memory)
    assert contents(holding) == FILES
    assert holding.provenance.source == f"mirror: {memory}"
    assert dataverse.seen == []


@pytest.mark.parametrize("chain", ["zip::", "zip://::"])
def test_a_zip_is_a_storage_too(fetch, tmp_path, chain):
    with zipfile.ZipFile(tmp_path / "mirror.zip", "w") as packed:
        for path, body in FILES.items():
            packed.writestr(f"JS9FR6/{path}", body)
    assert contents(fetch(f"{chain}file://{tmp_path}/mirror.zip")) == FILES


def test_mirrors_are_asked_in_order_and_those_behind_the_giver_are_not(
    fetch, memory, make_mirror, tmp_path, dataverse, told
):
    empty = tmp_path / "empty"
    empty.mkdir()
    folder = make_mirror({ONE: b"another"})
    holding = fetch([empty, memory, folder])
    assert [asked.source for asked in holding.provenance.asked] == [
        f"mirror: {empty}",
        f"mirror: {memory}",
    ]
    assert contents(holding) == FILES
    assert f"mirror: {empty} refused: no folder JS9FR6 in it. Trying mirror: {memory}." in told.said
    # The same question is answered by the receipt, another one is not.
    assert fetch([empty, memory, folder]) == holding
    assert fetch(None) == holding
    with pytest.raises(MirrorError, match="at least the 2 tables"):
        fetch([folder, memory])
    assert dataverse.seen == []


def test_a_storage_must_give_the_published_bytes_where_they_are_known(
    fetch, dataverse, memory, home
):
    dataverse.files = [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    shutil.rmtree(fetch(None).folder)  # the deposit's list stays
    storage = fsspec.filesystem("memory")
    storage.pipe(f"{memory.removeprefix('memory:/')}/JS9FR6/{ONE}", b"architecture,epoch\n0,2\n")
    with pytest.raises(ChecksumError, match=f"{ONE} from mirror: memory:"):
        fetch(memory)
    assert contents(fetch(None)) == FILES


def test_what_nobody_published_is_recorded_when_it_first_comes(fetch, memory, told):
    fetch(memory)
    assert any("publishes no SHA-256 of 2 of 2 tables" in said for said in told.said)
    storage = fsspec.filesystem("memory")
    storage.pipe(f"{memory.removeprefix('memory:/')}/JS9FR6/{ONE}", b"architecture,epoch\n0,2\n")
    with pytest.raises(ChecksumError, match="as it was when it was first fetched"):
        fetch(memory, refresh=True)


def test_a_pinned_commit_is_asked_by_its_manifest(fetch, file_server, session, monkeypatch):
    """The address that GitHub serves is this machine's here; all else is as it is."""
    from vinarch.fetching import mirrors

    raw = mirrors._raw_address
    monkeypatch.setattr(
        mirrors,
        "_raw_address",
        lambda *given: raw(*given).replace("https://raw.githubusercontent.com", file_server.url),
    )
    entries = [
        {"path": path, "size_bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for path, body in FILES.items()
    ]
    manifest = {"archive": "JS9FR6", "version": "9.0", "files": entries}
    top = f"/owner/name/{COMMIT}/JS9FR6"
    file_server.files = {f"{top}/{path}": body for path, body in FILES.items()}
    file_server.files[f"{top}/manifest.json"] = json.dumps(manifest).encode()
    assert contents(fetch(f"https://github.com/owner/name/tree/{COMMIT}")) == FILES
