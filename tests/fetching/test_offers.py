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
    hold_against,
    repeated_path,
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


def digests(offer):
    return {} if offer.checksum is None else {offer.checksum.algorithm: _hash(offer)}


def _hash(offer):
    return hashlib.new(offer.checksum.algorithm, BODY).hexdigest()


@pytest.mark.parametrize("algorithm", ALGORITHMS.values())
def test_every_published_algorithm_is_verified(algorithm):
    right = Checksum(algorithm, hashlib.new(algorithm, BODY).hexdigest())
    offer = OfferedFile("x.csv", 8, right, "")
    hold_against(offer, "mirror: m", 8, digests(offer))
    wrong = OfferedFile("x.csv", 8, Checksum(algorithm, "0" * len(right.value)), "")
    with pytest.raises(ChecksumError, match=f"x.csv from mirror: m: expected {algorithm} 0000"):
        hold_against(wrong, "mirror: m", 8, digests(wrong))


def test_a_wrong_size_is_told_with_both_sizes():
    with pytest.raises(ChecksumError, match="expected 9 bytes, got 8 bytes"):
        hold_against(OfferedFile("x.csv", 9, None, ""), "mirror: m", 8, {})


def test_a_right_size_with_a_wrong_hash_from_dataverse_names_the_known_fault():
    offer = OfferedFile("x.csv", 8, Checksum("md5", "0" * 32), "")
    with pytest.raises(ChecksumError, match=r"over 8 bytes\. .*IQSS/dataverse#9501") as caught:
        hold_against(offer, "Dataverse: https://d.example", 8, digests(offer))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(ChecksumError) as plain:
        hold_against(offer, "mirror: m", 8, digests(offer))
    assert "9501" not in str(plain.value)
