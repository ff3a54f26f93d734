"""A folder from a browser with only what was missing here."""

from __future__ import annotations

import pytest
from dataverse_server import Deposited, Reply

from vinarch.errors import FetchError, MirrorError
from vinarch.fetching import Terms, Wish, fetch_archive, plan_archive
from vinarch.provenance import Asked

ONE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"
TWO = "icpp_training_results/4gpu/1gpu_1e14_training_data.csv"
TIMES = "icpp_training_results/time_to_run.csv"
FILES = {ONE: b"architecture,epoch\n0,1\n", TWO: b"architecture,epoch\n7,1\n", TIMES: b"h\n1\n"}


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    return dataverse


@pytest.fixture
def downloads(tmp_path):
    """A folder with one table, under the name that a browser gives it."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    (folder / "1gpu_1e14_training_data (1).csv").write_bytes(FILES[TWO])
    return folder


@pytest.fixture
def fetch(archive, home, dataverse, told):
    def fetch(folder=None, *, archive=archive, **options):
        return fetch_archive(
            archive,
            home,
            dataverse_url=dataverse.url,
            wish=Wish(from_folder=folder),
            progress=told,
            **options,
        ).confirm()

    return fetch


def contents(holding):
    return {file.path: holding.path_of(file).read_bytes() for file in holding.provenance.files}


@pytest.mark.parametrize("fault", ["missing", "cut", "other bytes"])
def test_one_table_that_is_lost_is_taken_from_the_folder(
    fetch, deposit, downloads, fault, archive, home
):
    lost = fetch().folder / TWO
    if fault == "missing":
        lost.unlink()
    else:
        lost.write_bytes(FILES[TWO][:-1] if fault == "cut" else FILES[TWO][::-1])
    counted = deposit.downloads_counted
    terms = Terms(dataverse_url=deposit.url, wish=Wish(from_folder=downloads))
    plan = plan_archive(archive, home, terms)
    assert [(file.path, file.is_here) for file in plan.files] == [
        (ONE, True), (TWO, False), (TIMES, True),
    ]  # fmt: skip
    holding = fetch(downloads)
    assert contents(holding) == FILES
    assert holding.provenance.asked == (
        Asked("what was here", "gave 2 of 3 files, verified"),
        Asked(f"mirror: {downloads}", "gave the files"),
    )
    assert deposit.downloads_counted == counted
    # Nobody is asked from then on.
    asked = len(deposit.seen)
    assert fetch() == holding
    assert len(deposit.seen) == asked


def test_what_an_ended_fetch_left_is_completed(fetch, deposit, downloads):
    deposit.queue("/access/datafile/101", Reply(403))
    with pytest.raises(FetchError):
        fetch()
    while deposit.downloads_counted < 2:  # the others may have been stopped by the refusal
        deposit.queue("/access/datafile/101", Reply(403))
        with pytest.raises(FetchError):
            fetch()
    assert contents(fetch(downloads)) == FILES
    assert deposit.downloads_counted == 2


def test_files_of_a_mirror_without_published_checksums_are_known_by_the_receipt(
    fetch, make_mirror, downloads, dataverse
):
    dataverse.queue("/versions/", *[Reply(404)] * 9)
    (fetch(mirror=make_mirror(FILES)).folder / TIMES).unlink()
    (downloads / "time_to_run.csv").write_bytes(FILES[TIMES])
    (downloads / "1gpu_1e14_training_data (1).csv").unlink()
    (downloads / "icpp_training_results").mkdir()
    (downloads / "time_to_run.csv").rename(downloads / TIMES)
    assert contents(fetch(downloads)) == FILES


@pytest.mark.parametrize("missing", [True, False])
def test_a_table_that_is_damaged_here_and_not_in_the_folder_is_named(
    fetch, deposit, downloads, missing
):
    folder = fetch().folder
    if missing:
        (folder / TWO).unlink()
    (folder / ONE).write_bytes(FILES[ONE][::-1])
    with pytest.raises(MirrorError, match=f"got 1 neither here nor in it: {ONE}. Nothing is ch"):
        fetch(downloads)
    assert (folder / ONE).read_bytes() == FILES[ONE][::-1]
    assert contents(fetch()) == FILES


def test_a_folder_with_none_of_it_is_an_error_all_the_same(fetch, deposit, tmp_path):
    before = contents(fetch())
    (tmp_path / "empty").mkdir()
    with pytest.raises(MirrorError):
        fetch(tmp_path / "empty")
    assert contents(fetch()) == before


def test_a_refresh_takes_the_folder_alone(fetch, deposit, downloads):
    fetch()
    assert contents(fetch(downloads, refresh=True)) == {TWO: FILES[TWO]}
