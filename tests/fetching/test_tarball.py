from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import tarfile
from contextlib import ExitStack
from dataclasses import replace

import pytest
from dataverse_server import Reply

from vinarch.catalog import Companion, ListedFile
from vinarch.errors import ChecksumError, FetchError, RefusedError
from vinarch.fetching import fetch_archive, tarball
from vinarch.fetching.sitting import Sitting
from vinarch.fetching.tarball import TarballSource

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOP = f"repository-{COMMIT}"
ONE = "icpp_training_results/1gpu/a b_training_data.csv"
TWO = "icpp_training_results/4gpu/c_training_data.csv"
FILES = {ONE: b"1,2\n", TWO: b"3,4\n" * 40_000}


def member(name, body=b"", **changes):
    info = tarfile.TarInfo(name)
    info.size = len(body)
    for key, value in changes.items():
        setattr(info, key, value)
    return info, body


def packed(members, commit=COMMIT):
    """Pack members as `git archive` does: its commit stands in a global header."""
    raw = io.BytesIO()
    headers = {"comment": commit} if commit else {}
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as tar:
        for info, body in members:
            tar.addfile(info, io.BytesIO(body))
    return gzip.compress(raw.getvalue(), mtime=0)


def repository(files, folder="data"):
    """Pack files below a folder, and what else a repository holds."""
    members = [
        member(TOP, type=tarfile.DIRTYPE),
        member(f"{TOP}/README.md", b"read me"),
        member(f"{TOP}/odd\\name\x1b", b"git allows it"),
        member(f"{TOP}/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member(f"{TOP}/{ONE}", b"of another folder"),
    ]
    members += [member(f"{TOP}/{folder}/{path}", body) for path, body in files.items()]
    return packed(members)


@pytest.fixture
def make(archive, session, file_server, tmp_path, told):
    """Serve a tarball and return the source that asks for it."""
    with ExitStack() as rooms:

        def make(body, listed=(), folder="data"):
            url = f"{file_server.url}/{COMMIT}"
            file_server.files[f"/{COMMIT}"] = body
            companion = Companion("the lab", url, COMMIT, listed, "github-tarball", folder)
            sitting = rooms.enter_context(Sitting())
            return TarballSource(companion, session, tmp_path, rooms, told, sitting)

        yield make


def listing(files):
    return tuple(
        ListedFile(path, len(body), hashlib.sha256(body).hexdigest())
        for path, body in files.items()
    )


def bodies(source, offers):
    given = {}
    for offer in offers:
        target = io.BytesIO()
        source.deliver(offer, target, lambda _: None)
        given[offer.path] = target.getvalue()
    return given


def test_the_tables_below_the_folder_are_read_and_nothing_else(make, archive, tmp_path, told):
    source = make(repository(FILES | {"notes.txt": b"x"}), listing({ONE: FILES[ONE]}))
    offers = source.list_files(archive)
    assert [offer.path for offer in offers] == sorted(FILES)
    assert [offer.size_bytes for offer in offers] == [4, 160_000]
    assert offers[0].checksum.value == hashlib.sha256(FILES[ONE]).hexdigest()
    assert offers[1].checksum is None
    assert bodies(source, reversed(offers)) == FILES
    # Not a name of the tarball's is on the disk.
    assert list(tmp_path.iterdir()) == []
    assert told.finished == 1
    assert told.bars[0][3] > 0


def test_without_a_folder_paths_count_from_the_top(make, archive):
    source = make(packed([member(f"{TOP}/{ONE}", b"x")]), folder="")
    assert bodies(source, source.list_files(archive)) == {ONE: b"x"}


def test_a_tarball_that_does_not_tell_its_commit_is_taken(make, archive):
    source = make(packed([member(f"{TOP}/data/{ONE}", b"x")], commit=""))
    assert len(source.list_files(archive)) == 1


def test_a_download_that_drops_goes_on(make, archive, file_server):
    files = {ONE: os.urandom(300_000)}
    body = repository(files)
    source = make(body)
    file_server.queue(COMMIT, Reply(200, body, cut_after=150_000))
    assert bodies(source, source.list_files(archive)) == files
    assert file_server.seen[1].headers["Range"] == "bytes=150000-"


GOOD = member(f"{TOP}/data/{ONE}", b"x")
NAME = f"{TOP}/data/{TWO}"
EVIL = {
    "absolute": (member(f"/{TOP}/data/{TWO}"), "whose path leads out"),
    "above": (member(f"{TOP}/data/../../../{TWO}"), "whose path leads out"),
    "top above": (member(f"../{TWO}"), "whose path leads out"),
    "empty part": (member(f"{TOP}/data/icpp_training_results//x_training_data.csv"), "empty part"),
    "unprintable": (member(f"{NAME[:-4]}\x1b[2J.csv"), "cannot be printed"),
    "symlink": (member(NAME, type=tarfile.SYMTYPE, linkname="/etc/passwd"), "no plain file"),
    "hard link": (member(NAME, type=tarfile.LNKTYPE, linkname=GOOD[0].name), "no plain file"),
    "device": (member(NAME, type=tarfile.CHRTYPE), "no plain file"),
    "pipe": (member(NAME, type=tarfile.FIFOTYPE), "no plain file"),
    "twice": (GOOD, "twice"),
}


@pytest.mark.parametrize("evil", EVIL)
def test_an_evil_member_refuses_the_tarball(make, archive, evil):
    added, reason = EVIL[evil]
    with pytest.raises(RefusedError, match=f"companion: the lab: .*{reason}") as caught:
        make(packed([GOOD, added])).list_files(archive)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def with_header(**fields):
    """Pack one member whose header tells another size than it has."""
    info, body = member(NAME, b"x" * 512)
    raw = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    for (start, stop), value in fields["changes"].items():
        raw[start:stop] = value
    raw[148:156] = b"        "
    raw[148:156] = f"{sum(raw[:512]):06o}\0 ".encode()
    return gzip.compress(bytes(raw) + body + bytes(1024), mtime=0)


SIZE, KIND = (124, 136), (156, 157)
NEGATIVE = {SIZE: b"\xff" * 11 + b"\x80"}
HUGE = {SIZE: b"77777777777\0"}
HUGE_NAME = {SIZE: b"77777777777\0", KIND: b"L"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (NEGATIVE, "a member of -128 bytes"),
        (HUGE, "no whole tarball"),
        (HUGE_NAME, "a header of 8589934592 bytes"),
    ],
)
def test_a_header_that_lies_refuses_the_tarball(make, archive, changes, reason):
    with pytest.raises(RefusedError, match=reason):
        make(with_header(changes=changes)).list_files(archive)


def test_bombs_are_refused(make, archive, monkeypatch):
    body = packed([member(f"{TOP}/zeros", bytes(30_000_000)), GOOD])
    assert len(body) < 100_000
    assert len(make(body).list_files(archive)) == 1
    monkeypatch.setattr(tarball, "MOST_UNPACKED_BYTES", 20_000_000)
    with pytest.raises(RefusedError, match="more than 20000000 bytes unpacked"):
        make(body).list_files(archive)
    monkeypatch.setattr(tarball, "MOST_PACKED_BYTES", 20_000)
    with pytest.raises(RefusedError, match="more than 20000 bytes"):
        make(body).list_files(archive)


def test_a_crowd_of_members_is_refused(make, archive, monkeypatch):
    monkeypatch.setattr(tarball, "MOST_MEMBERS", 4)
    with pytest.raises(RefusedError, match="more than 4 members"):
        make(repository(FILES)).list_files(archive)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_tarball_is_refused(make, archive, part):
    body = repository({ONE: os.urandom(50_000)})
    with pytest.raises(RefusedError, match="no whole tarball"):
        make(body[: int(len(body) * part)]).list_files(archive)


@pytest.mark.parametrize("place", [0.3, 0.6])
def test_a_flipped_bit_is_refused(make, archive, place):
    body = bytearray(repository({ONE: os.urandom(50_000)}))
    body[int(len(body) * place)] ^= 1
    with pytest.raises(RefusedError, match="no whole tarball"):
        make(bytes(body)).list_files(archive)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"busy", "no whole tarball"),
        (gzip.compress(b"<html>" * 200, mtime=0), "no whole tarball"),
        (b"<html>busy</html>", r"a web page \(HTML\) in place of the file"),
        (b"", "an empty answer"),
    ],
)
def test_what_is_no_tarball_is_refused(make, archive, body, reason):
    with pytest.raises(RefusedError, match=reason):
        make(body).list_files(archive)


def test_the_tarball_of_another_commit_is_refused(make, archive):
    with pytest.raises(RefusedError, match="got one of the commit 'fedcba'"):
        make(packed([GOOD], commit="fedcba")).list_files(archive)


def test_a_tarball_without_tables_or_listed_files_is_refused(make, archive):
    with pytest.raises(RefusedError, match="none of the tables that the data card names"):
        make(repository({"notes.txt": b"x"})).list_files(archive)
    with pytest.raises(RefusedError, match=f"one without 1 of 2 listed files: {TWO}"):
        make(repository({ONE: b"x"}), listing(FILES)).list_files(archive)


def test_a_server_that_refuses_is_told(make, archive, file_server):
    source = make(b"")
    file_server.files.clear()
    with pytest.raises(RefusedError, match="its tarball, got status 404"):
        source.list_files(archive)


@pytest.fixture
def fetch(archive, home, told, make):
    """Fetch an archive without a DOI from a tarball that is served."""

    def fetch(body, listed=(), **options):
        companion = make(body, listed).companion
        card = replace(archive, doi="", url=companion.url, companions=(companion,))
        return fetch_archive(card, home, progress=told, **options).confirm()

    return fetch


def test_one_download_gives_the_archive_and_records_what_no_one_published(
    fetch, file_server, told, home
):
    holding = fetch(repository(FILES), listing({ONE: FILES[ONE]}))
    assert {f.path: holding.path_of(f).read_bytes() for f in holding.provenance.files} == FILES
    assert [(a.source, a.outcome) for a in holding.provenance.asked] == [
        ("Dataverse", "not asked: the archive has no DOI"),
        ("companion: the lab", "gave the files"),
    ]
    assert told.said == [
        (
            "companion: the lab publishes no SHA-256 of 1 of 2 tables "
            f"({TWO}); what came is recorded, and what it gives later is held against it."
        )
    ]
    assert file_server.paths() == [f"/{COMMIT}"]
    assert sorted(path.name for path in (home / "downloads").iterdir()) == ["JS9FR6", "JS9FR6.lock"]
    fetch(b"", refresh=False)
    assert file_server.paths() == [f"/{COMMIT}"]
    fetch(repository(FILES), refresh=True)
    assert len(told.said) == 1


def test_what_was_recorded_is_verified_later(fetch, told):
    held = fetch(repository(FILES))
    with pytest.raises(ChecksumError, match="as it was when it was first fetched") as caught:
        fetch(repository(FILES | {TWO: b"5,6\n"}), refresh=True)
    assert caught.value.where == f"{TWO} from companion: the lab"
    assert str(held.folder) in caught.value.next_step
    assert held.path_of(held.provenance.files[1]).read_bytes() == FILES[TWO]


def test_a_member_with_another_checksum_than_listed_stops_the_run(fetch):
    with pytest.raises(ChecksumError, match="from companion: the lab: expected sha256"):
        fetch(repository(FILES), listing({ONE: b"2,2\n"}))
    with pytest.raises(ChecksumError, match="expected 3 bytes"):
        fetch(repository(FILES), listing({ONE: b"2,2"}))


def test_an_evil_tarball_leaves_what_was_there(fetch, home):
    held = fetch(repository(FILES))
    with pytest.raises(FetchError, match=r"\[companion: the lab\] a member .* no plain file"):
        fetch(packed([GOOD, EVIL["symlink"][0]]), refresh=True)
    assert held.path_of(held.provenance.files[0]).read_bytes() == FILES[ONE]
    assert (home / "downloads/JS9FR6/9.0/provenance.json").is_file()
