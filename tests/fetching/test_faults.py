"""Every fault of a Dataverse: what happens, and that what was on disk before is still whole."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from types import SimpleNamespace

import pytest
from dataverse_server import SECRET, Deposited, Loopback, Reply, error_reply

import vinarch
from vinarch.errors import ChecksumError, FetchError, VinarchError
from vinarch.fetching import fetch_archive, patience, streaming, web
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.refusals import (
    ChallengeError,
    EmptyAnswerError,
    ForbiddenError,
    GuestbookError,
    LoginError,
    NotFoundError,
    PageError,
    TooManyRequestsError,
)

FOLDER = "icpp_training_results"
ONE = f"{FOLDER}/1gpu/a_training_data.csv"
OLD = {ONE: b"architecture,epoch\n0,1\n"}
NEW = os.urandom(3 * 2**20)
TOKEN = "11111111-2222-3333-4444-555555555555"
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"\n<!DOCTYPE html><html><body>One moment please</body></html>"
GUESTBOOK = "You may not download this file without the required Guestbook response."
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited(ONE, NEW)]
    return dataverse


@pytest.fixture
def fetch(archive, home, dataverse, told):
    def fetch(*, archive=archive, **options):
        options = {"dataverse_url": dataverse.url} | options
        return fetch_archive(archive, home, progress=told, **options).confirm()

    return fetch


@pytest.fixture
def held(archive, home, make_mirror):
    """Have older files, and return what tells whether they are all there as they were."""
    holding = fetch_archive(archive, home, mirror=make_mirror(OLD)).confirm()

    def held():
        again = fetch_archive(archive, home)  # asks nobody
        return again == holding and new_bytes(again) == OLD[ONE]

    return held


@pytest.fixture
def source(dataverse, session, archive):
    return DataverseSource(dataverse.url, archive.doi, session)


FINAL = {
    "challenge 202": (Reply(202, b"", {"x-amzn-waf-action": "challenge"}), ChallengeError, "WAF"),
    "challenge 200": (Reply(200, b"", {"x-amzn-waf-action": "captcha"}), ChallengeError, "WAF"),
    "page": (Reply(200, PAGE, HTML), PageError, "a web page .HTML. in place of the file"),
    "page, said to be CSV": (Reply(200, PAGE, CSV), PageError, "a web page .HTML."),
    "empty": (Reply(200, b""), EmptyAnswerError, "got an empty answer"),
    "empty, no length": (Reply(200, b"", chunked_length=True), EmptyAnswerError, "an empty answer"),
    "token": (error_reply(401, "Bad API key"), LoginError, "Set VINARCH_DATAVERSE_TOKEN"),
    "forbidden": (Reply(403), ForbiddenError, "ask there for access"),
    "guestbook": (error_reply(400, GUESTBOOK), GuestbookError, "answer what it asks, such as a gu"),
    "gone": (error_reply(404, "Not found."), NotFoundError, "whether this version was withdrawn"),
}


@pytest.mark.parametrize("fault", FINAL)
def test_an_answer_that_is_not_the_file_is_an_error_of_its_own(deposit, source, archive, fault):
    reply, kind, words = FINAL[fault]
    (offer,) = source.list_files(archive)
    deposit.queue("/access/", reply)
    target = Untouched()
    with pytest.raises(kind, match=words) as caught:
        source.deliver(offer, target, target.write)
    assert type(caught.value) is kind
    assert sum("/access/" in path for path in deposit.paths()) == 1  # no loop


class Untouched:
    """A target that must not be written to."""

    def tell(self):
        return 0

    def write(self, block):
        pytest.fail("something was written")

    seek = truncate = write


@pytest.mark.parametrize("fault", FINAL)
def test_a_fault_of_the_continuation_leaves_the_part(deposit, storage, fetch, held, home, fault):
    storage.queue("/bucket/", Reply(200, NEW, cut_after=2**20 + 1))
    deposit.queue("/access/", Reply(303, b"", {"Location": storage.sign(NEW)}), FINAL[fault][0])
    with pytest.raises(FetchError):
        fetch(refresh=True)
    assert held()
    (part,) = parts_of(home)
    assert part.read_bytes() == NEW[: 2**20 + 1]
    assert new_bytes(fetch(refresh=True)) == NEW


@pytest.mark.parametrize("fault", FINAL)
def test_after_a_final_fault_the_old_files_stand_and_the_next_source_is_asked(
    deposit, fetch, held, told, with_companion, file_server, fault
):
    reply = FINAL[fault][0]
    deposit.queue("/access/", reply)
    with pytest.raises(FetchError) as caught:
        fetch(refresh=True)
    assert type(caught.value) is FetchError
    assert held()
    file_server.files = {f"/{path}": body for path, body in OLD.items()}
    deposit.queue("/access/", reply)
    fetch(refresh=True, archive=with_companion(f"{file_server.url}/", OLD))
    assert told.said[-1].endswith("Trying companion: pinned place.")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 507])
@pytest.mark.parametrize("server", ["dataverse", "storage"])
def test_trouble_that_passes_is_waited_for(deposit, storage, fetch, held, status, server):
    where, part = (deposit, "/access/") if server == "dataverse" else (storage, "/bucket/")
    where.queue(part, Reply(status), Reply(status))
    holding = fetch(refresh=True)
    assert holding.path_of(holding.provenance.files[0]).read_bytes() == NEW


def test_a_rate_limit_that_does_not_pass_says_so(deposit, source, archive, fetch, held):
    (offer,) = source.list_files(archive)
    deposit.queue("/access/", *[Reply(429)] * 4)
    with pytest.raises(TooManyRequestsError, match=r"tried 4 times.*counts questions by the hour"):
        source.deliver(offer, Untouched(), print)
    deposit.queue("/access/", *[Reply(429)] * 4)
    with pytest.raises(FetchError, match="counts questions by the hour"):
        fetch(refresh=True)
    assert held()


def test_a_stalled_answer_is_left_and_gone_on_with(deposit, storage, fetch, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", (0.5, 0.5))
    storage.queue("/bucket/", Reply(200, NEW, hold=threading.Event()))
    holding = fetch()
    assert holding.path_of(holding.provenance.files[0]).read_bytes() == NEW
    assert storage.seen[1].headers["Range"] == f"bytes={len(NEW) // 2}-"


def test_an_expired_signature_is_no_reason_to_sign_anew_forever(deposit, storage, fetch, held):
    storage.lifetime_seconds = -1
    with pytest.raises(FetchError, match="status 403") as caught:
        fetch(refresh=True)
    assert SECRET not in str(caught.value)
    assert held()


def test_wrong_bytes_stop_the_run_and_stay_nowhere(deposit, fetch, held, home):
    deposit.files[0].data_changes = {"checksum": {"type": "MD5", "value": "0" * 32}}
    with pytest.raises(ChecksumError, match=r"#9501.*Ask again with --refresh"):
        fetch(refresh=True)
    assert held()
    assert not list(home.glob("downloads/JS9FR6/.9.0.*/**/*.*"))


def test_no_head_is_ever_sent(deposit, storage, fetch):
    fetch()
    assert not [path for path in deposit.paths() + storage.paths() if path.startswith("HEAD")]


def parts_of(home):
    return list(home.glob("downloads/JS9FR6/.9.0.parts/*.part"))


@pytest.fixture
def half(deposit, storage, fetch, home):
    """Leave a part of the file behind, and return its size."""
    storage.queue("/bucket/", Reply(200, NEW, cut_after=2**20 + 7))
    deposit.queue("/access/", Reply(303, b"", {"Location": storage.sign(NEW)}), Reply(403))
    with pytest.raises(FetchError):
        fetch()
    (part,) = parts_of(home)
    assert part.stat().st_size == 2**20 + 7
    deposit.seen.clear()
    storage.seen.clear()
    return 2**20 + 7


def new_bytes(holding):
    return holding.path_of(holding.provenance.files[0]).read_bytes()


def test_a_part_is_gone_on_with_and_counts_as_no_download(deposit, storage, fetch, half, home):
    deposit.downloads_counted = 0
    assert new_bytes(fetch()) == NEW
    assert [seen.headers.get("Range") for seen in storage.seen] == [f"bytes={half}-"]
    assert deposit.downloads_counted == 0
    assert not (home / "downloads/JS9FR6/.9.0.parts").exists()


def test_a_server_that_ignores_the_range_begins_anew(storage, fetch, half):
    storage.queue("/bucket/", Reply(200, NEW))
    assert new_bytes(fetch()) == NEW


def test_another_piece_is_not_glued_to_a_part(storage, fetch, half):
    for span in (f"bytes 7-{len(NEW) - 1}/{len(NEW)}", f"bytes {half}-99/100", ""):
        headers = {"Content-Range": span} if span else {}
        storage.queue("/bucket/", Reply(206, NEW[7:], headers))
    assert new_bytes(fetch()) == NEW


def test_a_range_that_the_server_does_not_know_discards_the_part(storage, fetch, half):
    storage.queue("/bucket/", Reply(416))
    assert new_bytes(fetch()) == NEW
    assert [seen.headers.get("Range") for seen in storage.seen] == [f"bytes={half}-", None]


@pytest.mark.parametrize("damage", ["bytes", "too long", "sidecar", "other file"])
def test_a_part_that_is_not_what_it_seems_is_replaced(deposit, storage, fetch, half, home, damage):
    (part,) = parts_of(home)
    if damage == "bytes":
        part.write_bytes(bytes(half))
    elif damage == "too long":
        part.write_bytes(NEW + b"more")
    elif damage == "sidecar":
        part.with_suffix(".json").write_text("{")
    else:
        deposit.files[0].original = NEW[::-1]
    assert new_bytes(fetch(refresh=damage == "other file")) == deposit.files[0].original


def test_a_whole_part_is_only_verified(storage, fetch, half, home):
    (part,) = parts_of(home)
    part.write_bytes(NEW)
    assert new_bytes(fetch()) == NEW
    assert storage.seen == []


def test_fifty_megabytes_cut_at_every_tenth_arrive_once(dataverse, storage, fetch):
    body = random.Random(8).randbytes(50_000_000)
    dataverse.files = [Deposited(ONE, body)]
    storage.cut_every = 5_000_000
    assert new_bytes(fetch()) == body
    assert len(storage.seen) == 10
    assert storage.body_bytes < 1.15 * len(body)
    assert dataverse.downloads_counted == 1
    # A fresh address for each attempt, and each signed anew.
    assert len({*storage.paths()}) == 10


def test_several_files_are_on_their_way_at_once_and_no_more_than_four(dataverse, storage, fetch):
    dataverse.files = [Deposited(f"{FOLDER}/{n}_training_data.csv", b"%d" % n) for n in range(24)]
    going, most, lock = 0, 0, threading.Lock()
    answer = storage.answer

    def counted(seen):
        nonlocal going, most
        with lock:
            going += 1
            most = max(most, going)
        time.sleep(0.03)
        with lock:
            going -= 1
        return answer(seen)

    storage.answer = counted
    assert len(fetch().provenance.files) == 24
    assert 2 <= most <= 4


def test_one_file_that_fails_ends_the_others_and_keeps_their_parts(dataverse, storage, fetch, home):
    two = f"{FOLDER}/b_training_data.csv"
    dataverse.files = [Deposited(ONE, NEW), Deposited(two, NEW[::-1])]
    gate = threading.Event()
    dataverse.queue("/access/datafile/100", Reply(303, b"", {"Location": f"{storage.url}/slow"}))
    storage.queue("/slow", Reply(200, NEW, hold=gate))
    dataverse.queue("/access/datafile/101", Reply(303, b"", {"Location": f"{storage.url}/wait"}))
    storage.queue("/wait", Reply(403, b"x" * 10))
    timer = threading.Timer(1.0, gate.set)
    timer.start()
    with pytest.raises(FetchError, match="status 403"):
        fetch()
    timer.join()
    (part,) = parts_of(home)
    assert 2**20 <= part.stat().st_size < len(NEW)


def test_the_token_goes_to_dataverse_and_not_to_the_storage(
    deposit, storage, fetch, home, told, caplog
):
    deposit.files[0].entry_changes = {"restricted": True}
    deposit.token = TOKEN
    with caplog.at_level(logging.DEBUG):
        holding = fetch(dataverse_token=TOKEN)
    assert new_bytes(holding) == NEW
    assert {seen.headers.get("X-Dataverse-key") for seen in deposit.seen} == {TOKEN}
    assert {seen.headers.get("X-Dataverse-key") for seen in storage.seen} == {None}
    assert storage.seen
    assert "GET /bucket/" in caplog.text  # the log was heard
    texts = [caplog.text, repr(told), repr(holding)]
    texts += [path.read_text() for path in home.rglob("*.json*")]
    assert len(texts) == 6
    for text in texts:
        assert TOKEN not in text
        assert SECRET not in text


def test_the_token_of_the_environment_reaches_dataverse(deposit, storage, home, monkeypatch):
    deposit.files[0].entry_changes = {"restricted": True}
    deposit.token = TOKEN
    monkeypatch.setenv("VINARCH_HOME", str(home))
    monkeypatch.setenv("VINARCH_DATAVERSE_URL", deposit.url)
    monkeypatch.setenv("VINARCH_DATAVERSE_TOKEN", TOKEN)
    with pytest.raises(VinarchError):  # random bytes are no table
        vinarch.fetch("JS9FR6")
    assert len(storage.seen) == 1
    assert {seen.headers.get("X-Dataverse-key") for seen in deposit.seen} == {TOKEN}


def test_without_a_token_a_restricted_table_says_how_to_get_one(deposit, source, archive, fetch):
    deposit.files[0].entry_changes = {"restricted": True}
    (closed,) = source.list_files(archive)
    assert "VINARCH_DATAVERSE_TOKEN" in closed.closed.next_step
    deposit.files[0].entry_changes = {}
    assert new_bytes(fetch()) == NEW  # a list that refuses is not kept to


def test_a_token_that_is_wrong_is_not_quoted(deposit, fetch, told, held, caplog):
    deposit.token = "another"
    with caplog.at_level(logging.DEBUG), pytest.raises(FetchError) as caught:
        fetch(dataverse_token=TOKEN, refresh=True)
    assert "status 401" in str(caught.value)
    assert "Check VINARCH_DATAVERSE_TOKEN" in str(caught.value)
    assert TOKEN not in str(caught.value) + repr(caught.value) + caplog.text + repr(told)
    assert held()


def test_the_log_hides_queries_only_while_we_fetch(session):
    logger = logging.getLogger("urllib3.connectionpool")
    assert logger.filters
    session.close()
    assert not logger.filters


class Proxy(Loopback):
    def answer(self, seen):
        return Reply(200, b'{"through": "the proxy"}', {"Content-Type": "application/json"})


def test_a_proxy_of_the_environment_is_used(session, monkeypatch):
    with Proxy() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        question = web.Question("http://dataverse.invalid/x", "somewhere", "x", "Do this.")
        assert web.get_json(session, question) == {"through": "the proxy"}
        assert len(proxy.seen) == 1


def test_waits_grow_and_are_drawn_by_lot(deposit, source, archive, monkeypatch):
    waits = []
    monkeypatch.setattr(patience, "WAITS_SECONDS", (1.0, 4.0, 16.0))
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=waits.append))
    for _ in range(20):
        deposit.queue("/files", *[Reply(503)] * 3)
        source.fetch_manifest(archive)
    rounds = [waits[start : start + 3] for start in range(0, 60, 3)]
    for low, high, column in zip((0.5, 2, 8), (1.5, 6, 24), zip(*rounds, strict=True), strict=True):
        assert low <= min(column) < max(column) <= high
        assert len({*column}) == 20


def test_blocks_are_a_mebibyte_or_more():
    assert streaming.BLOCK_BYTES >= 2**20
