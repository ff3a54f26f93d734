from __future__ import annotations

import pytest
from dataverse_server import Deposited, Reply, error_reply

from vinarch.fetching import Terms, check_live

TOP = "icpp_training_results"
TIMES = f"{TOP}/time_to_run.csv"
FILES = {
    f"{TOP}/1gpu/early_termination/1gpu_1e14_training_data.csv": b"architecture,epoch\n0,1\n",
    TIMES: b"hours,name\n1,x\n",
}


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    return dataverse


@pytest.fixture
def check(archive, dataverse, told):
    def check(archive=archive):
        return list(check_live(archive, Terms(dataverse_url=dataverse.url, progress=told)))

    return check


def source_of(deposit):
    return f"Dataverse: {deposit.url}"


def failed(checks):
    return [one.claim for one in checks if one.holds is False]


def test_what_holds_is_told_one_by_one(check, deposit, told):
    checks = check()
    assert failed(checks) == []
    assert [one.holds for one in checks] == [True] * len(checks)
    claims = " ".join(one.claim for one in checks)
    for word in ("lists version 9.0", "published last", "section 2 of the card", "resumed"):
        assert word in claims
    assert "7 bytes came again" in checks[-1].told or "8 bytes came again" in checks[-1].told
    assert told.said == []


@pytest.mark.parametrize(
    ("fault", "claim"),
    [
        ({"latest": (10, 1)}, "version 9.0 is the one that was published last"),
        ({"restricted": True}, "every table is public"),
        ({"checksum": None}, "every table has a checksum"),
        ({"originalFileName": None}, "every ingested table tells its original name"),
        ({"originalFileSize": None}, "every table has a size"),
        ({"path": f"{TOP}/2gpu/1gpu_1e14_training_data.csv"}, "every path tells its experiment"),
        ({"path": "letter.csv"}, "section 1 of the card (histories) names files of the deposit"),
    ],
)
def test_each_assumption_can_fail_alone(check, deposit, fault, claim):
    first = deposit.files[0]
    for key, value in fault.items():
        if key == "latest":
            deposit.latest = value
        elif key == "path":
            first.path = value
        elif key == "restricted":
            first.entry_changes[key] = value
        else:
            first.data_changes[key] = value
    assert claim in failed(check())


def test_a_wrong_checksum_fails_where_the_bytes_come(check, deposit):
    deposit.files[1].data_changes["checksum"] = {"type": "MD5", "value": "0" * 32}
    checks = check()
    (claim,) = failed(checks)
    assert claim == f"the smallest table comes with its size and checksum from {source_of(deposit)}"
    assert TIMES in checks[-1].told


def test_a_storage_without_ranges_is_seen(check, deposit, storage):
    whole = FILES[TIMES]
    storage.queue("/bucket/1", Reply(200, whole))
    checks = check()
    assert failed(checks) == [f"a download can be resumed from Dataverse: {deposit.url}"]
    assert checks[-1].told == "it began anew"


def test_a_server_that_refuses_ends_the_checks_of_it(check, deposit):
    deposit.queue("/versions/", error_reply(403, "no"))
    first, second = check()
    assert (first.holds, second.holds) == (False, None)
    assert 'saying "no"' in first.told


def test_companions_are_tried_too(check, deposit, with_companion, file_server):
    file_server.files = {f"/{path}": body for path, body in FILES.items()}
    checks = check(with_companion(file_server.url, FILES))
    assert failed(checks) == []
    assert checks[-1].claim == "a download can be resumed from companion: pinned place"
    file_server.files[f"/{TIMES}"] = b"hours,name\n2,x\n"
    (wrong,) = failed(check(with_companion(file_server.url, FILES)))
    assert wrong.startswith("the smallest table comes with its size and checksum from companion")
