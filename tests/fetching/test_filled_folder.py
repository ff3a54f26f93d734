from __future__ import annotations

import pytest
from dataverse_server import Deposited, error_reply

from vinarch.errors import MirrorError, ParameterError
from vinarch.fetching import Wish, fetch_archive
from vinarch.fetching.filled_folder import folder_named

ONE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"
TWO = "icpp_training_results/4gpu/1gpu_1e14_training_data.csv"
TIMES = "icpp_training_results/time_to_run.csv"
FILES = {ONE: b"architecture,epoch\n0,1\n", TWO: b"architecture,epoch\n7,1\n", TIMES: b"h\n1\n"}
NAME = "1gpu_1e14_training_data"


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited("models/1gpu/a.z01", b"big")]
    dataverse.files += [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    return dataverse


@pytest.fixture
def filled(tmp_path):
    """Make a folder of what a browser leaves."""

    def fill(files):
        for path, body in files.items():
            target = tmp_path / "Downloads" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        return tmp_path / "Downloads"

    return fill


@pytest.fixture
def take(archive, home, dataverse, told):
    def take(folder, *, archive=archive, offline=False, **options):
        return fetch_archive(
            archive,
            home,
            dataverse_url=dataverse.url,
            wish=Wish(from_folder=folder, offline=offline),
            progress=told,
            **options,
        ).confirm()

    return take


def contents(holding):
    return {file.path: holding.path_of(file).read_bytes() for file in holding.provenance.files}


def test_a_flat_folder_with_names_twice_is_told_apart_by_its_bytes(take, filled, deposit, told):
    folder = filled(
        {f"{NAME}.csv": FILES[TWO], f"{NAME} (1).csv": FILES[ONE], "time_to_run.tab": FILES[TIMES]}
    )
    holding = take(folder)
    assert contents(holding) == FILES
    assert holding.provenance.source == f"mirror: {folder}"
    assert told.said == []
    # The list was asked for, and no file.
    assert [path for path in deposit.paths() if "datafile" in path] == []


def test_each_file_that_is_not_taken_is_told_with_the_reason(take, filled, deposit, told):
    table = deposit.files[1].archival()
    folder = filled(
        FILES
        | {
            f"{NAME}.tab": table,
            f"again/{NAME} (2).csv": FILES[ONE],
            "dataverse_files.zip": b"PK",
            "time_to_run.csv.crdownload": b"h",
            "time_to_run (1).csv": b"H\n1\n",
            "other/time_to_run.csv": b"h\n1\n2\n",
            "letter.pdf": b"%PDF",
            ".hidden": b"",
        }
    )
    assert contents(take(folder)) == FILES
    reasons = dict(said.split(f" in {folder} is not taken: ") for said in told.said)
    assert reasons == {
        f"{NAME}.tab": "it is not the original of the table, but what Dataverse made of it; choose "
        "Original File Format where the page offers Download.",
        f"{ONE}": f"again/{NAME} (2).csv has the same bytes.",
        "dataverse_files.zip": "a zip that is no published file; unpack it, and fetch again.",
        "time_to_run.csv.crdownload": "a download that the browser has not finished.",
        "time_to_run (1).csv": f"its bytes are not those of {TIMES}, though there are as many.",
        "other/time_to_run.csv": f"it has 6 bytes, and {TIMES} has 4.",
        "letter.pdf": "no file of JS9FR6 9.0 has its bytes or its name.",
    }


def test_a_deposit_that_refuses_leaves_the_data_card_to_verify_by(
    take, filled, dataverse, with_companion, told
):
    dataverse.queue("/versions/", error_reply(403, "no"))
    folder = filled({"a.csv": FILES[ONE], "b.csv": FILES[TWO], "c.csv": FILES[TIMES]})
    holding = take(folder, archive=with_companion("http://127.0.0.1:9/", FILES))
    assert contents(holding) == FILES
    assert any("The folder is held against the data card." in said for said in told.said)


def test_where_nothing_is_known_names_count_and_that_is_told(take, filled, told):
    assert contents(take(filled(FILES), offline=True)) == FILES
    assert any("taken by their names, unverified" in said for said in told.said)


def test_a_folder_without_any_of_it_is_an_error(take, filled, deposit, told, home):
    with pytest.raises(MirrorError, match=r"files of JS9FR6 9\.0, got none among 1 files\."):
        take(filled({"letter.pdf": b"%PDF"}))
    assert len(told.said) == 1
    assert not (home / "downloads/JS9FR6/9.0").exists()


def test_of_fewer_than_are_here_already_the_rest_stays(take, filled, deposit):
    held = take(filled(FILES))
    (held.folder.parents[3] / "Downloads" / TIMES).unlink()
    assert contents(take(held.folder.parents[3] / "Downloads")) == FILES


@pytest.mark.parametrize("name", ["none", "file"])
def test_what_is_no_folder_is_refused(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(ParameterError, match="from_folder: expected a folder with files that a"):
        folder_named(tmp_path / name)
