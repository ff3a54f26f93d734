from __future__ import annotations

import hashlib
import pickle

import pytest

from vinarch.errors import ChecksumError
from vinarch.fetching.offers import (
    ALGORITHMS,
    Checksum,
    OfferedFile,
    fault_of_path,
    is_held,
    repeated_path,
    verify,
)

BODY = b"a,b\n1,2\n"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/etc/passwd", "absolute"),
        ("../x.csv", "empty part"),
        ("a/../../x.csv", "empty part"),
        ("a/./x.csv", "empty part"),
        ("a//x.csv", "empty part"),
        ("a/", "empty part"),
        ("", "empty part"),
        ("a\\..\\x.csv", "backslash"),
        ("a/x\0.csv", "cannot be printed"),
        ("a/x\n.csv", "cannot be printed"),
        ("a/\ud800.csv", "cannot be printed"),
        ("C:/x.csv", "drive letter"),
    ],
)
def test_paths_that_could_leave_the_folder_have_a_fault(path, fault):
    assert fault in fault_of_path(path)


@pytest.mark.parametrize("path", ["x.csv", "a/b/x.csv", "a/..b/x..csv", "a b/ü.csv", "a/12:30.csv"])
def test_plain_paths_have_none(path):
    assert fault_of_path(path) is None


def test_the_first_repeated_path_is_found():
    assert repeated_path(["a", "b", "b", "a"]) == "b"
    assert repeated_path(["a", "b"]) is None


@pytest.mark.parametrize("algorithm", ALGORITHMS.values())
def test_every_published_algorithm_is_verified(tmp_path, algorithm):
    path = tmp_path / "x.csv"
    path.write_bytes(BODY)
    right = Checksum(algorithm, hashlib.new(algorithm, BODY).hexdigest())
    offer = OfferedFile("x.csv", 8, right, "")
    verify(path, offer, "mirror: m")
    assert is_held(path, offer)
    wrong = OfferedFile("x.csv", 8, Checksum(algorithm, "0" * len(right.value)), "")
    assert not is_held(path, wrong)
    with pytest.raises(ChecksumError, match=f"x.csv from mirror: m: expected {algorithm} 0000"):
        verify(path, wrong, "mirror: m")


def test_a_wrong_size_is_told_with_both_sizes(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(BODY)
    with pytest.raises(ChecksumError, match="expected 9 bytes, got 8 bytes"):
        verify(path, OfferedFile("x.csv", 9, None, ""), "mirror: m")


def test_a_right_size_with_a_wrong_hash_from_dataverse_names_the_known_fault(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(BODY)
    offer = OfferedFile("x.csv", 8, Checksum("md5", "0" * 32), "")
    with pytest.raises(ChecksumError, match=r"over 8 bytes\. .*IQSS/dataverse#9501") as caught:
        verify(path, offer, "Dataverse: https://d.example")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(ChecksumError) as plain:
        verify(path, offer, "mirror: m")
    assert "9501" not in str(plain.value)


def test_without_a_checksum_nothing_is_known_to_be_held(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(BODY)
    assert not is_held(path, OfferedFile("x.csv", 8, None, ""))


def test_a_link_is_not_held(tmp_path):
    (tmp_path / "x.csv").write_bytes(BODY)
    (tmp_path / "link.csv").symlink_to("x.csv")
    offer = OfferedFile("x.csv", 8, Checksum("md5", hashlib.md5(BODY).hexdigest()), "")
    assert is_held(tmp_path / "x.csv", offer)
    assert not is_held(tmp_path / "link.csv", offer)
