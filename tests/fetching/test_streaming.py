from __future__ import annotations

import io
import pickle

import pytest
from dataverse_server import Reply

from vinarch.errors import ChecksumError, RefusedError
from vinarch.fetching.offers import OfferedFile
from vinarch.fetching.refusals import Question
from vinarch.fetching.streaming import stream

BODY = bytes(range(251)) * 1200  # 301,200 bytes


@pytest.fixture
def take(session, file_server):
    def take(size=301_200, again=None):
        offer = OfferedFile("x.csv", size, None, f"{file_server.url}/x.csv")
        question = Question(offer.location, "somewhere", "x.csv", "Do this.")
        target, steps = io.BytesIO(), []
        stream(session, question, offer, target, steps.append, question_again=again)
        assert all(step > 0 for step in steps)
        return target.getvalue(), sum(steps)

    return take


@pytest.fixture(autouse=True)
def _serve(file_server):
    file_server.files["/x.csv"] = BODY


def test_bytes_arrive_as_published(take, file_server):
    assert take() == (BODY, len(BODY))
    assert file_server.seen[0].headers["Accept-Encoding"] == "identity"
    assert "Range" not in file_server.seen[0].headers


def test_an_unknown_size_is_taken_as_it_comes(take):
    assert take(size=None) == (BODY, len(BODY))


def test_an_empty_file_arrives(take, file_server):
    file_server.files["/x.csv"] = b""
    assert take(size=0) == (b"", 0)


@pytest.mark.parametrize("chunked_length", [False, True])
def test_a_dropped_transfer_goes_on_where_it_stopped(take, file_server, chunked_length):
    cut = Reply(200, BODY, cut_after=200_000, chunked_length=chunked_length)
    file_server.queue("x.csv", cut)
    assert take() == (BODY, len(BODY))
    assert [seen.headers.get("Range") for seen in file_server.seen] == [None, "bytes=200000-"]


def test_a_server_that_knows_no_ranges_starts_anew_and_bytes_count_once(take, file_server):
    file_server.queue("x.csv", Reply(200, BODY, cut_after=200_000), Reply(200, BODY))
    assert take() == (BODY, len(BODY))


def test_another_piece_than_asked_for_is_not_glued_in(take, file_server):
    odd = Reply(206, BODY[7:], {"Content-Range": f"bytes 7-{len(BODY) - 1}/{len(BODY)}"})
    file_server.queue("x.csv", Reply(200, BODY, cut_after=200_000), odd)
    assert take() == (BODY, len(BODY))
    assert len(file_server.seen) == 3
    assert "Range" not in file_server.seen[2].headers


def test_the_second_question_differs_once_the_server_has_answered(take, file_server):
    again = Question(f"{file_server.url}/x.csv?again=1", "somewhere", "x.csv", "Do this.")
    file_server.queue("x.csv", Reply(503), Reply(200, BODY, cut_after=200_000))
    assert take(again=again) == (BODY, len(BODY))
    assert [seen.query for seen in file_server.seen] == [{}, {}, {"again": "1"}]


@pytest.mark.parametrize("chunked_length", [False, True])
def test_more_bytes_than_offered_are_not_taken(take, file_server, chunked_length):
    file_server.queue("x.csv", Reply(200, BODY + b"more", chunked_length=chunked_length))
    with pytest.raises(
        ChecksumError, match=r"x\.csv from somewhere: expected 301200 bytes, got 301204 bytes"
    ) as caught:
        take()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert len(file_server.seen) == 1


def test_fewer_bytes_than_offered_in_a_whole_answer_are_wrong(take, file_server):
    with pytest.raises(ChecksumError, match="expected 301300 bytes, got 301200 bytes"):
        take(size=301_300)
    assert len(file_server.seen) == 1


def test_a_range_that_is_unknown_starts_anew_once_and_then_tells_the_size(take, file_server):
    file_server.queue("x.csv", Reply(200, BODY, chunked_length=True), Reply(416))
    assert take() == (BODY, len(BODY))
    file_server.seen.clear()
    file_server.queued = [
        ("x.csv", reply) for reply in [Reply(200, BODY, chunked_length=True), Reply(416)] * 2
    ]
    with pytest.raises(ChecksumError, match="expected 301300 bytes, got no more than 301200 bytes"):
        take(size=301_300)


def test_a_transfer_that_keeps_dropping_is_refused(take, file_server):
    file_server.queue("x.csv", *[Reply(200, BODY, cut_after=70_000)] * 9)
    with pytest.raises(RefusedError, match=r"the connection to .* dropped \(tried 4 times\)"):
        take()
    assert len(file_server.seen) == 4


def test_a_challenge_in_place_of_the_file_is_refused(take, file_server):
    file_server.queue("x.csv", Reply(202, b"", {"x-amzn-waf-action": "challenge"}))
    with pytest.raises(RefusedError, match="status 202: its firewall"):
        take()
