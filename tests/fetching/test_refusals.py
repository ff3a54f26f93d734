"""What is quoted of a server's words, and that no answer, however odd, ends otherwise."""

from __future__ import annotations

import json

import pytest
from dataverse_server import Deposited, Reply, error_reply, json_reply

from vinarch.errors import FetchError, RefusedError
from vinarch.fetching import fetch_archive, web
from vinarch.fetching.dataverse import DataverseSource

TOKEN = "11111111-2222-3333-4444-555555555555"
ONE = "icpp_training_results/1gpu/a_training_data.csv"
BODY = b"architecture,epoch\n0,1\n"
DEEP = b"[" * 200_000
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def ask(session, file_server):
    def ask():
        question = web.Question(f"{file_server.url}/x", "somewhere", "x", "Do this.")
        return web.get_json(session, question)

    return ask


@pytest.fixture
def refused(archive, home, dataverse, told):
    """Fetch with a token from a Dataverse that refuses, and return all that is told of it."""
    dataverse.files = [Deposited(ONE, BODY)]

    def refused():
        with pytest.raises(FetchError) as caught:
            fetch_archive(
                archive,
                home,
                dataverse_url=dataverse.url,
                dataverse_token=TOKEN,
                progress=told,
            )
        return str(caught.value) + repr(caught.value) + repr(told)

    return refused


@pytest.mark.parametrize(
    "reply",
    [
        error_reply(401, f"Bad api key '{TOKEN}'"),
        error_reply(400, f"{'x' * 180} {TOKEN}"),
        error_reply(403, f"no {TOKEN.upper()} at https://h/x?key={TOKEN}&Signature=z"),
        json_reply({"status": "ERROR", "message": f"not with {TOKEN}"}),
        json_reply({"status": TOKEN}),
        Reply(200, b"x", {"Content-Type": f"text/{TOKEN}"}),
    ],
)
def test_a_token_that_a_server_echoes_is_not_quoted(dataverse, refused, reply):
    dataverse.token = TOKEN
    dataverse.queue("/versions/", reply)
    text = refused().lower()
    assert TOKEN[:8] not in text
    assert "signature=" not in text
    assert "…" in text


def test_queries_of_addresses_in_a_servers_message_are_cut(ask, file_server):
    file_server.queue("/x", error_reply(403, "see https://s3.example/b/f?X-Amz-Sig=abc&d=e there"))
    with pytest.raises(RefusedError) as caught:
        ask()
    assert 'saying "see https://s3.example/b/f?… there"' in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, DEEP, JSON), "no JSON"),
        (Reply(200, b"9" * 5000, JSON), "no JSON"),
        (Reply(403, b'{"message": ' + DEEP, JSON), "status 403"),
        (Reply(403, b'{"message": ' + b"9" * 5000, JSON), "status 403"),
    ],
)
def test_json_that_no_parser_takes_is_a_refusal(ask, file_server, reply, words):
    file_server.queue("/x", reply)
    with pytest.raises(RefusedError, match=words):
        ask()


@pytest.mark.parametrize(
    "place",
    [
        "http://[::1",
        "http://h:99999/",
        "http://h:x/",
        "http://h/\xff\xfe",
        "http:///x",
        "http://a..b/",
    ],
)
def test_a_redirect_to_no_address_leads_to_the_next_source(
    archive, home, dataverse, told, with_companion, file_server, place
):
    dataverse.files = [Deposited(ONE, BODY)]
    dataverse.queue("/access/", *[Reply(303, b"", {"Location": place})] * 5)
    file_server.files = {f"/{ONE}": BODY}
    archive = with_companion(f"{file_server.url}/", {ONE: BODY})
    holding = fetch_archive(archive, home, dataverse_url=dataverse.url, progress=told)
    assert holding.provenance.source == "companion: pinned place"
    holding.undo()


@pytest.mark.parametrize(
    "proxy", ["not a url", "http://127.0.0.1:99999", "http://:80", "http://[::1"]
)
def test_a_proxy_that_is_no_address_is_called_so(ask, monkeypatch, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(RefusedError, match=r"a proxy setting .*http_proxy"):
        ask()


def test_a_proxy_that_wants_a_login_says_how(ask, file_server):
    file_server.queue("/x", Reply(407))
    with pytest.raises(RefusedError, match=r"status 407: the proxy asks for a login, as in https_"):
        ask()


def test_a_message_of_half_a_character_can_be_written_down(ask, file_server):
    body = json.dumps({"message": "no \ud800 here"}).encode()
    file_server.queue("/x", Reply(403, body, JSON))
    with pytest.raises(RefusedError) as caught:
        ask()
    assert 'saying "no ? here"' in str(caught.value).encode().decode()


def test_a_list_with_half_a_character_is_refused_before_it_is_kept(
    archive, session, dataverse, tmp_path
):
    kept = tmp_path / "list.json"
    source = DataverseSource(dataverse.url, archive.doi, session, kept=kept)
    for changes in ({"contentType": "text/\udcff"}, {"filesize": float("inf")}):
        dataverse.files = [Deposited(ONE, BODY, data_changes=changes)]
        with pytest.raises(RefusedError, match="a file entry that cannot be read"):
            source.fetch_manifest(archive)
    dataverse.files = [
        Deposited(ONE, BODY, ingested=True, data_changes={"originalFileName": "\ud800"})
    ]
    with pytest.raises(RefusedError, match="a file entry that cannot be read"):
        source.fetch_manifest(archive)
    assert not kept.exists()
