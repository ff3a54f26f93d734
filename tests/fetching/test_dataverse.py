from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import replace

import pytest
from dataverse_server import SECRET, Deposited, Reply, error_reply, json_reply

from vinarch.errors import RefusedError
from vinarch.fetching import dataverse as module
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.web import client_name

FOLDER = "icpp_training_results"
CSV = b"architecture,epoch\n0,1\n0,2\n"


@pytest.fixture
def source(dataverse, session, archive):
    return DataverseSource(f"{dataverse.url}/", archive.doi, session)


def bytes_of(source, offer):
    target, steps = io.BytesIO(), []
    source.deliver(offer, target, steps.append)
    return target.getvalue()


def test_pages_are_asked_until_the_total(dataverse, source, archive, monkeypatch):
    monkeypatch.setattr(module, "PAGE_FILES", 2)
    dataverse.files = [Deposited(f"{FOLDER}/{n}/training_data.csv", b"x" * n) for n in range(5)]
    offers = source.list_files(archive)
    assert [offer.size_bytes for offer in offers] == [0, 1, 2, 3, 4]
    assert [(seen.query["limit"], seen.query["offset"]) for seen in dataverse.seen] == [
        ("2", "0"),
        ("2", "2"),
        ("2", "4"),
    ]


def test_equal_names_in_two_folders_stay_two_files(dataverse, source, archive):
    dataverse.files = [
        Deposited(f"{FOLDER}/1gpu/training_data.csv", b"one"),
        Deposited(f"{FOLDER}/4gpu/training_data.csv", b"four"),
    ]
    offers = source.list_files(archive)
    assert [bytes_of(source, offer) for offer in offers] == [b"one", b"four"]


def test_an_ingested_table_is_taken_as_it_was_uploaded(dataverse, source, archive):
    dataverse.files = [Deposited(f"{FOLDER}/a_training_data.csv", CSV, ingested=True)]
    (offer,) = source.list_files(archive)
    assert (offer.path, offer.size_bytes) == (f"{FOLDER}/a_training_data.csv", len(CSV))
    assert offer.checksum.value == hashlib.md5(CSV).hexdigest()
    assert bytes_of(source, offer) == CSV
    assert dataverse.seen[-1].query == {"format": "original"}
    assert {seen.headers["User-Agent"] for seen in dataverse.seen} == {client_name()}


@pytest.mark.parametrize("kind", ["text/csv", "text/tsv"])
def test_older_servers_tell_neither_name_nor_size_of_the_original(dataverse, source, archive, kind):
    older = {
        "tabularData": None,
        "originalFileName": None,
        "originalFileSize": None,
        "originalFileFormat": kind,
        "checksum": None,
        "md5": hashlib.md5(CSV).hexdigest().upper(),
    }
    dataverse.files = [
        Deposited(f"{FOLDER}/a_training_data_.csv", CSV, ingested=True, data_changes=older)
    ]
    suffix = "." + kind.partition("/")[2]
    if suffix == ".tsv":
        with pytest.raises(RefusedError, match=r"1 files, none .* \(.*/a_training_data_\.tsv\)"):
            source.list_files(archive)
        return
    (offer,) = source.list_files(archive)
    assert (offer.path, offer.size_bytes) == (f"{FOLDER}/a_training_data_.csv", None)
    assert offer.checksum.value == hashlib.md5(CSV).hexdigest()
    assert bytes_of(source, offer) == CSV


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-1", "SHA-256", "SHA-512"])
def test_every_kind_of_checksum_is_read(dataverse, source, archive, algorithm):
    dataverse.files = [Deposited(f"{FOLDER}/a_training_data.csv", CSV, algorithm=algorithm)]
    (offer,) = source.list_files(archive)
    name = algorithm.replace("-", "").lower()
    assert (offer.checksum.algorithm, offer.checksum.value) == (
        name,
        hashlib.new(name, CSV).hexdigest(),
    )


def test_a_listing_without_tables_says_how_many_files_and_shows_some(dataverse, source, archive):
    dataverse.files = [Deposited(f"models/{n}.z01", b"x") for n in range(4)]
    with pytest.raises(
        RefusedError,
        match=r"got 4 files, none of them a table that the data card names "
        r"\(models/0\.z01, models/1\.z01, models/2\.z01, …\)\. "
        r"Download .*https://doi\.org/10\.7910/DVN/JS9FR6, keep .* and set VINARCH_MIRROR",
    ) as caught:
        source.list_files(archive)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_restricted_tables_are_listed_as_closed(dataverse, source, archive):
    dataverse.files = [
        Deposited(f"{FOLDER}/a_training_data.csv", CSV),
        Deposited(f"{FOLDER}/b_training_data.csv", CSV, entry_changes={"restricted": True}),
        Deposited("models/c.z01", CSV, entry_changes={"restricted": True}),
    ]
    given, closed = source.list_files(archive)
    assert given.closed is None
    assert (closed.path, closed.closed.reason) == (f"{FOLDER}/b_training_data.csv", "restricted")
    dataverse.token = "1234-abcd"
    with_token = replace(source, token=dataverse.token)
    assert [file.closed for file in with_token.list_files(archive)] == [None, None]


@pytest.mark.parametrize(
    ("label", "folder", "fault"),
    [
        ("a_training_data.csv", f"{FOLDER}/../..", "an empty part"),
        ("..\\a_training_data.csv", FOLDER, "a backslash"),
        ("a\0_training_data.csv", FOLDER, "cannot be printed"),
    ],
)
def test_paths_that_leave_the_folder_are_refused(dataverse, source, archive, label, folder, fault):
    changes = {"label": label, "directoryLabel": folder}
    dataverse.files = [Deposited("x", CSV, entry_changes=changes)]
    with pytest.raises(RefusedError, match=f"expected paths inside the archive, got .*{fault}"):
        source.list_files(archive)


def test_an_absolute_folder_is_refused(dataverse, source, archive):
    dataverse.files = [Deposited(f"/{FOLDER}/a_training_data.csv", CSV)]
    with pytest.raises(RefusedError, match="which has an absolute path"):
        source.list_files(archive)


def test_a_path_listed_twice_is_refused(dataverse, source, archive):
    dataverse.files = [Deposited(f"{FOLDER}/a_training_data.csv", CSV)] * 2
    with pytest.raises(RefusedError, match=r"each path once in its list, got 'icpp.*' twice"):
        source.list_files(archive)


ENTRY = Deposited(f"{FOLDER}/a_training_data.csv", CSV).entry(1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), "an answer that is no JSON"),
        (json_reply([1]), "JSON that is no Dataverse answer"),
        (json_reply({"status": "OK"}), "JSON that is no list of files"),
        (json_reply({"status": "OK", "data": [], "totalCount": "9"}), "no list of files"),
        (error_reply(200, "In maintenance."), "status 'ERROR', saying \"In maintenance.\""),
        (json_reply({"status": "OK", "data": [1]}), "cannot be read .TypeError"),
        (json_reply({"status": "OK", "data": [{"label": "x"}]}), "KeyError: 'dataFile'"),
        (
            json_reply({"status": "OK", "data": [ENTRY | {"dataFile": {"id": 1}}]}),
            "KeyError: 'filesize'",
        ),
        (
            json_reply(
                {
                    "status": "OK",
                    "data": [
                        ENTRY
                        | {"dataFile": ENTRY["dataFile"] | {"checksum": {"type": "X", "value": ""}}}
                    ],
                }
            ),
            "a checksum of the type 'X'; known are MD5, SHA-1, SHA-256, SHA-512",
        ),
        (
            json_reply({"status": "OK", "data": [], "totalCount": 3}),
            "expected 3 files in its list, got an empty page 1 after 0 files",
        ),
        (error_reply(404, "No such version."), 'status 404: .*, saying "No such version."'),
        (error_reply(401, "Not you."), 'status 401: it asks for a login, saying "Not you."'),
        (Reply(403), "status 403: it forbids the file, or our client name"),
    ],
)
def test_odd_listings_are_refused_in_one_sentence(dataverse, source, archive, reply, reason):
    dataverse.queue("/files", reply)
    with pytest.raises(RefusedError, match=reason):
        source.list_files(archive)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_server_that_cannot_page_is_read_once(dataverse, source, archive, monkeypatch, count):
    monkeypatch.setattr(module, "PAGE_FILES", 2)
    entries = [ENTRY | {"label": f"{n}_training_data.csv"} for n in range(count)]
    dataverse.queue("/files", json_reply({"status": "OK", "data": entries}))
    if count == 2:  # a full page: only the next one, which is empty, shows the end
        dataverse.queue("/files", json_reply({"status": "OK", "data": []}))
    assert len(source.list_files(archive)) == count


def test_a_signed_url_that_drops_is_asked_for_anew_and_not_counted(
    dataverse, storage, source, archive
):
    body = b"0123456789" * 30_000
    dataverse.files = [Deposited(f"{FOLDER}/a_training_data.csv", body)]
    (offer,) = source.list_files(archive)
    storage.queue("/bucket/", Reply(200, body, cut_after=200_000))
    assert bytes_of(source, offer) == body
    asked = [seen for seen in dataverse.seen if "/access/" in seen.path]
    assert [seen.query for seen in asked] == [
        {"format": "original"},
        {"format": "original", "gbrecs": "true"},
    ]
    assert dataverse.downloads_counted == 1
    assert storage.paths() == ["/bucket/0", "/bucket/1"]
    assert storage.seen[1].headers["Range"] == "bytes=200000-"


def test_a_guestbook_refuses_with_the_servers_words(dataverse, source, archive):
    dataverse.files = [Deposited(f"{FOLDER}/a_training_data.csv", CSV)]
    (offer,) = source.list_files(archive)
    message = "You may not download this file without the required Guestbook response."
    dataverse.queue("/access/", error_reply(400, message))
    with pytest.raises(RefusedError, match=f'status 400, saying "{message}"'):
        bytes_of(source, offer)


def test_an_expired_signature_is_refused_and_not_quoted(dataverse, storage, source, archive):
    dataverse.files = [Deposited(f"{FOLDER}/a_training_data.csv", CSV)]
    (offer,) = source.list_files(archive)
    storage.queue("/bucket/", Reply(403, b"<Error>expired</Error>"))
    with pytest.raises(RefusedError, match="status 403") as caught:
        bytes_of(source, offer)
    assert SECRET not in str(caught.value)


def test_a_user_name_in_the_url_is_not_told(session, archive):
    source = DataverseSource("https://me:word@dataverse.example/", archive.doi, session)
    assert source.name == "Dataverse: https://dataverse.example"
