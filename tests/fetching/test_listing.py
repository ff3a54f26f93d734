from __future__ import annotations

import pytest
from dataverse_server import Deposited

from vinarch.errors import FetchError
from vinarch.fetching import fetch_archive
from vinarch.fetching.listing import ListingError, check_paths

TOP = "icpp_training_results"
NAME = f"{TOP}/1gpu_training_data.csv"


def test_a_path_that_is_a_file_and_a_folder_is_refused_in_any_order():
    for paths in (["a", "a/b"], ["x/y/z", "x"], ["x/y/z", "q", "x/y"]):
        with pytest.raises(ListingError) as caught:
            check_paths(paths)
        assert caught.value.expected == "each path to be a file or a folder"
    check_paths(["a", "ab/c", "a.b", "b/a"])


def test_a_name_that_no_disk_takes_is_refused():
    check_paths(["x" * 255, f"{'y' * 255}/x"])
    for path in ("x" * 256, f"a/{'é' * 128}", f"{'x' * 256}/y"):
        with pytest.raises(ListingError) as caught:
            check_paths([path])
        assert caught.value.got.endswith("a name of more than 255 bytes")


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ([NAME, f"{NAME}/b_training_data.csv"], "as both"),
        ([f"{TOP}/{'x' * 250}_training_data.csv"], "a name of more than 255 bytes"),
    ],
)
def test_such_a_list_is_not_blamed_on_the_disk(archive, home, dataverse, told, paths, words):
    dataverse.files = [Deposited(path, b"x") for path in paths]
    with pytest.raises(FetchError, match=words) as caught:
        fetch_archive(archive, home, dataverse_url=dataverse.url, progress=told)
    assert "disk" not in str(caught.value)
