from __future__ import annotations

import hashlib
import io
import pickle

import pytest

from vinarch.errors import RefusedError
from vinarch.fetching.companion import CompanionSource

ONE = "icpp_training_results/1gpu/a b_training_data.csv"


@pytest.fixture
def offers_of(with_companion, session, file_server):
    def offers_of(files):
        archive = with_companion(f"{file_server.url}/pinned/", files)
        source = CompanionSource(archive.companions[0], session)
        return source, archive

    return offers_of


def test_the_card_lists_and_the_url_delivers(offers_of, file_server):
    source, archive = offers_of({ONE: b"1,2", "readme.txt": b"x"})
    (offer,) = source.list_files(archive)
    assert file_server.seen == []
    assert (offer.path, offer.size_bytes) == (ONE, 3)
    assert offer.checksum.value == hashlib.sha256(b"1,2").hexdigest()
    file_server.files[f"/pinned/{ONE}"] = b"1,2"
    target = io.BytesIO()
    source.deliver(offer, target, lambda _: None)
    assert target.getvalue() == b"1,2"
    assert source.name == "companion: pinned place"


def test_a_card_without_tables_refuses(offers_of):
    source, archive = offers_of({"readme.txt": b"x"})
    with pytest.raises(RefusedError, match="expected tables of JS9FR6, got none in the data card"):
        source.list_files(archive)


def test_a_missing_file_refuses(offers_of):
    source, archive = offers_of({ONE: b"1,2"})
    (offer,) = source.list_files(archive)
    with pytest.raises(RefusedError, match=r"companion: pinned place: .* status 404") as caught:
        source.deliver(offer, io.BytesIO(), lambda _: None)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
