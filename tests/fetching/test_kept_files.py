from __future__ import annotations

import os
from dataclasses import replace

import pytest
from dataverse_server import Deposited, Reply

from vinarch.errors import FetchError, StoreError
from vinarch.fetching import (
    Selection,
    Terms,
    Wish,
    damages,
    fetch_archive,
    fetch_other_files,
    kept_versions,
    leftovers,
    remove_leftover,
)
from vinarch.fetching.asking import refresh_list
from vinarch.fetching.offers import Checksum, OfferedFile
from vinarch.fetching.order import OfflineError
from vinarch.fetching.parts import Parts

ONE = "icpp_training_results/1gpu/a_training_data.csv"
BODY = b"architecture,epoch\n0,1\n"
OTHER = "models/a.zip"


@pytest.fixture
def fetch(archive, home, dataverse, told):
    dataverse.files = [Deposited(ONE, BODY), Deposited(OTHER, b"model")]

    def fetch(**options):
        options = {"dataverse_url": dataverse.url, "progress": told} | options
        return fetch_archive(archive, home, **options).confirm()

    return fetch


def change_unseen(path):
    """Put other bytes of the same number into a file, and its time back."""
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def found(home):
    return [damage.path for version in kept_versions(home) for damage in damages(version)]


@pytest.mark.parametrize("refresh", [False, True])
def test_what_the_check_found_damaged_comes_anew(fetch, home, refresh):
    table = fetch().folder / ONE
    change_unseen(table)
    if not refresh:  # that one doubts what is here, even if nobody looked
        assert found(home) == [ONE]
    fetch(refresh=refresh)
    assert table.read_bytes() == BODY
    assert found(home) == []


@pytest.mark.parametrize("refresh", [False, True])
def test_so_does_a_file_that_is_no_table(fetch, archive, home, dataverse, told, refresh):
    fetch()
    wish = Wish(selection=Selection(include=("models/",)))
    terms = Terms(dataverse_url=dataverse.url, wish=wish, progress=told, refresh=refresh)
    fetch_other_files(archive, home, terms)
    (other,) = home.rglob("a.zip")
    change_unseen(other)
    if not refresh:
        assert found(home) == [OTHER]
    fetch_other_files(archive, home, terms)
    assert other.read_bytes() == b"model"
    assert found(home) == []


def test_what_a_killed_refresh_left_is_pruned_beside_a_receipt_that_stands(fetch, home, archive):
    folder = fetch().folder
    for name in (".9.0.incoming", ".9.0.parts"):
        (folder.parent / name).mkdir()
        (folder.parent / name / "x.part").write_bytes(b"half")
    for leftover in leftovers(home, (archive,)):
        assert remove_leftover(home, leftover)
    assert not list(folder.parent.glob(".9.0.*"))
    assert (folder / ONE).read_bytes() == BODY


def test_a_link_in_the_place_of_a_hidden_folder_goes_and_its_target_stays(
    fetch, home, archive, tmp_path
):
    parent = fetch().folder.parent
    precious = tmp_path / "precious"
    precious.mkdir()
    for name in ("a.part", "b.json", "c.txt"):
        (precious / name).write_bytes(b"mine")
    for name in (".9.0.incoming", ".9.0.parts"):
        (parent / name).symlink_to(precious)
    fetch(refresh=True)
    assert sorted(path.name for path in precious.iterdir()) == ["a.part", "b.json", "c.txt"]
    assert (parent / "9.0" / ONE).read_bytes() == BODY
    assert not (parent / "9.0").is_symlink()


def test_so_it_is_in_the_place_of_the_folders_of_other_files(
    fetch, home, archive, dataverse, told, tmp_path
):
    parent = fetch().folder.parent
    precious = tmp_path / "precious"
    precious.mkdir()
    dataverse.files += [Deposited("models/large.zip", bytes(3 * 2**20))]
    for name in ("parts", "locks", "incoming"):
        (parent / f".9.0.others.{name}").symlink_to(precious)
    terms = Terms(
        dataverse_url=dataverse.url, wish=Wish(Selection(("models/",))), progress=told, refresh=True
    )
    # Comes half, so that a part stays.
    dataverse.queue("/access/datafile/102", Reply(303, b"", {"Location": f"{dataverse.url}/cut"}))
    dataverse.queue("/cut", Reply(200, bytes(3 * 2**20), cut_after=2 * 2**20))
    dataverse.queue("/access/datafile/102", Reply(403))
    with pytest.raises(FetchError, match="status 403"):
        fetch_other_files(archive, home, terms)
    assert list(precious.iterdir()) == []
    (part,) = (parent / ".9.0.others.parts").glob("*.part")
    assert part.stat().st_size == 2 * 2**20
    fetch_other_files(archive, home, terms)
    assert list(precious.iterdir()) == []
    assert (parent / "9.0.others/models/large.zip").stat().st_size == 3 * 2**20
    assert not list(parent.glob(".9.0.others.*"))


def test_a_link_in_the_place_of_a_part_is_not_written_through(tmp_path):
    parts = Parts(tmp_path / "parts")
    offer = OfferedFile("a.zip", 3 * 2**20, Checksum("md5", "00"), "https://d.example/7")
    with parts.filling(offer) as part:
        part.write(b"half")
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    (local,) = (tmp_path / "parts").glob("*.part")
    local.unlink()
    local.symlink_to(precious)
    assert parts.begun(offer) == 0
    with parts.filling(offer) as part:
        part.write(b"half")
    assert precious.read_bytes() == b"mine"
    assert parts.begun(offer) == 4


def test_a_table_that_is_called_as_our_receipt_is_refused(archive, home, dataverse, told):
    table = replace(archive.tables[0], globs=("provenance.json",))
    archive = replace(archive, tables=(*archive.tables, table))
    assert archive.role_of("provenance.json") is not None
    dataverse.files = [Deposited(ONE, BODY), Deposited("provenance.json", b"{}")]
    with pytest.raises(FetchError, match="as our receipt is"):
        fetch_archive(archive, home, dataverse_url=dataverse.url, progress=told)


def test_a_list_is_not_asked_for_offline(archive, home, dataverse):
    terms = Terms(dataverse_url=dataverse.url, wish=Wish(offline=True))
    with pytest.raises(OfflineError, match="Unset VINARCH_OFFLINE"):
        refresh_list(archive, home, terms)
    assert dataverse.seen == []


def test_a_damaged_file_is_named_where_this_disk_lets_nobody_lock(fetch, home, told):
    folder = fetch().folder
    (folder / ONE).write_bytes(b"short")
    lock = home / "downloads/JS9FR6.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()  # what root cannot open either
    with pytest.raises(StoreError):
        fetch()
    assert f"{ONE} has 5 bytes" in told.said[-1]


def test_one_restricted_file_hides_no_other(fetch, archive, home, dataverse, told):
    fetch()
    closed = Deposited("models/closed.zip", b"c", entry_changes={"restricted": True})
    dataverse.files += [closed]
    wish = Wish(selection=Selection(include=("models/",)))
    terms = Terms(dataverse_url=dataverse.url, wish=wish, progress=told, refresh=True)
    with pytest.raises(FetchError, match=r"1 from nobody: models/closed.zip.*restricted"):
        fetch_other_files(archive, home, terms)
    (other,) = home.rglob("a.zip")
    assert other.read_bytes() == b"model"
