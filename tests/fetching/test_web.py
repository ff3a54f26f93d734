from __future__ import annotations

import pickle
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version

import pytest
import requests
from dataverse_server import SECRET, Reply, error_reply, json_reply

from vinarch.errors import RefusedError
from vinarch.fetching import patience, web
from vinarch.fetching.refusals import NotFoundError, PassingError, Question
from vinarch.fetching.web import client_name, get_json


@pytest.fixture
def ask(session, file_server):
    def ask(url=None):
        target = url or f"{file_server.url}/x.json"
        return get_json(session, Question(target, "somewhere", "a list", "Do this."))

    return ask


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_we_say_who_we_are(ask, file_server):
    file_server.files["/x.json"] = b'{"a": 1}'
    assert ask() == {"a": 1}
    assert file_server.seen[0].headers["User-Agent"] == client_name()
    assert client_name().startswith(f"vinarch/{version('vinarch')}")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(401), "status 401: it asks for a login"),
        (Reply(403), "status 403: it forbids the file, or our client name"),
        (Reply(418), "status 418"),
        (Reply(409), "status 409"),
        (Reply(204), "status 204"),
        (
            error_reply(400, "You may not download this\n file without the Guestbook response."),
            'status 400, saying "You may not download this file without the Guestbook response."',
        ),
        (Reply(202, b"", {"x-amzn-waf-action": "challenge"}), "status 202: .*AWS WAF"),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), r"is no JSON \(text/html\)"),
        (Reply(302, b"", {"Location": "ftp://elsewhere/x"}), "an address that is no http.s. URL"),
    ],
)
def test_final_refusals_are_worded_and_not_asked_again(ask, file_server, reply, reason):
    file_server.queue("x.json", reply)
    with pytest.raises(
        RefusedError, match=f"^somewhere: expected a list, got .*{reason}"
    ) as caught:
        ask()
    assert len(file_server.seen) == 1
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_404_is_told_apart(ask, file_server):
    with pytest.raises(NotFoundError, match="status 404: it does not have this"):
        ask()
    assert len(file_server.seen) == 1


def test_a_long_message_is_cut(ask, file_server):
    file_server.queue("x.json", error_reply(400, "word " * 1000))
    with pytest.raises(RefusedError) as caught:
        ask()
    message = str(caught.value).partition('"')[2].partition('"')[0]
    assert (len(message), message[-1]) == (200, "…")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_statuses_are_asked_again(ask, file_server, status):
    file_server.queue("x.json", Reply(status), Reply(status), json_reply([1]))
    assert ask() == [1]
    assert len(file_server.seen) == 3


def test_patience_ends_after_four_tries(ask, file_server):
    file_server.queue("x.json", *[Reply(503)] * 9)
    with pytest.raises(
        RefusedError, match=r"status 503: the service is down or busy \(tried 4 times\)"
    ) as caught:
        ask()
    assert len(file_server.seen) == 4
    assert not isinstance(caught.value, PassingError)


def test_retry_after_is_honoured(ask, file_server):
    file_server.queue("x.json", Reply(429, b"", {"Retry-After": "1"}), json_reply([1]))
    start = time.monotonic()
    assert ask() == [1]
    assert time.monotonic() - start >= 1.0


def test_retry_after_may_be_a_date(ask, file_server):
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    file_server.queue("x.json", Reply(503, b"", {"Retry-After": soon}), json_reply([1]))
    start = time.monotonic()
    assert ask() == [1]
    assert time.monotonic() - start >= 0.9


def test_a_retry_after_that_makes_no_sense_is_ignored(ask, file_server):
    file_server.queue("x.json", Reply(503, b"", {"Retry-After": "later"}), json_reply([1]))
    assert ask() == [1]


def test_a_server_that_wants_an_hour_refuses(ask, file_server):
    file_server.queue("x.json", Reply(429, b"", {"Retry-After": "3600"}))
    with pytest.raises(RefusedError, match="asks to come back in 3600 seconds"):
        ask()
    assert len(file_server.seen) == 1


def test_a_refused_connection_is_tried_twice(ask):
    port = free_port()
    with pytest.raises(
        RefusedError,
        match=rf"no connection to 127.0.0.1:{port}: Connection refused \(tried 2 times\)",
    ):
        ask(f"http://127.0.0.1:{port}/x.json")


def test_an_unknown_host_is_final(ask):
    with pytest.raises(RefusedError, match=r"the host name of host\.invalid is unknown"):
        ask("http://host.invalid/x.json")


def test_a_url_that_is_none_is_refused(ask):
    with pytest.raises(RefusedError, match=r"got an address that is no http.s. URL"):
        ask("http://[::1/x.json")


def test_plain_http_behind_https_is_refused(ask, file_server):
    with pytest.raises(RefusedError, match=r"no trustworthy TLS connection to 127\.0\.0\.1"):
        ask(file_server.url.replace("http:", "https:") + "/x.json")


def test_silence_is_asked_again_and_then_refused(ask, file_server, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", (0.2, 0.2))
    monkeypatch.setattr(patience, "WAITS_SECONDS", (0.01,))
    held = [Reply(200, b"[1]", hold=threading.Event()) for _ in range(2)]
    file_server.queue("x.json", *held)
    with pytest.raises(RefusedError, match=r"no answer from .* in time \(tried 2 times\)"):
        ask()


def test_a_dropped_answer_is_asked_again(ask, file_server):
    file_server.queue("x.json", Reply(200, b"[1, 2]", cut_after=3), json_reply([1, 2]))
    assert ask() == [1, 2]


def test_a_missing_ca_bundle_is_no_disk_error(ask, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(RefusedError, match=r"no way to ask 127.0.0.1:1: .*CA certificate bundle"):
        ask("https://127.0.0.1:1/x.json")


def test_a_signed_url_is_never_quoted(ask, file_server):
    port = free_port()
    signed = f"http://127.0.0.1:{port}/bucket/1?{SECRET}"
    file_server.queue("x.json", *[Reply(303, b"", {"Location": signed})] * 2)
    with pytest.raises(RefusedError, match=f"no connection to 127.0.0.1:{port}") as caught:
        ask()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_requests_own_name_would_be_refused(dataverse):
    with requests.get(f"{dataverse.url}/api", timeout=5) as answer:
        assert answer.status_code == 403
