from __future__ import annotations

import hashlib
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.fetching import intake as module
from vinarch.fetching.intake import Intake
from vinarch.fetching.offers import ALGORITHMS

BODY = random.Random(7).randbytes(20_000)


@pytest.fixture(scope="module", autouse=True)
def _soon_aside():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ASIDE_FROM_BYTES", 10_000)
        yield


def oracle(body):
    return {name: hashlib.new(name, body).hexdigest() for name in ALGORITHMS.values()}


@given(
    cuts=st.lists(st.integers(0, len(BODY)), max_size=6),
    held=st.integers(0, len(BODY)),
)
def test_hashes_are_those_of_the_whole_however_it_came(tmp_path_factory, cuts, held):
    path = tmp_path_factory.getbasetemp() / "intake"
    path.write_bytes(BODY[:held])
    places = sorted({held, len(BODY), *(cut for cut in cuts if cut > held)})
    with path.open("r+b") as file, Intake(file, ALGORITHMS.values()) as intake:
        assert intake.tell() == held
        for start, stop in pairwise(places):
            intake.write(BODY[start:stop])
        assert intake.tell() == len(BODY)
        assert intake.digests() == oracle(BODY)
    assert path.read_bytes() == BODY


def test_a_restart_forgets_what_was_there(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(BODY)
    with path.open("r+b") as file, Intake(file, ALGORITHMS.values()) as intake:
        with pytest.raises(ValueError, match="only the start, not 7"):
            intake.seek(7)
        intake.seek(0)
        intake.truncate()
        assert intake.tell() == 0
        intake.write(b"new")
        assert intake.digests() == oracle(b"new")
    assert path.read_bytes() == b"new"
