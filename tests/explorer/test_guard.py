"""Who may ask the server, and what nobody can ask of it."""

from __future__ import annotations

import http.server
import re
import socket
import threading

import pytest
import requests

import vinarch
from vinarch.errors import ParameterError
from vinarch.explorer.guard import ancestors_of, check_address, hosts_of, policy_of
from vinarch.explorer.server import free_port

TOKEN = "a secret of the test"
WAYS = ("http", "https")


@pytest.fixture(scope="module")
def locked(real_commons):
    opened = vinarch.explore(real_commons, port=0, token=TOKEN, open_browser=False)
    yield opened
    opened.stop()


def root(explorer):
    return re.match("http://[^/]+", explorer.url)[0]


def key_of(page):
    return re.search("save/([A-Za-z0-9_-]{32})/", page.text)[1]


def test_without_the_token_nothing_is_told(locked, server_faults):
    for path in ("/", "/?archive=JS9FR6", "/page/explorer.js", "/autoload.js", "/metadata"):
        answer = requests.get(root(locked) + path, timeout=20)
        assert answer.status_code == (404 if path == "/autoload.js" else 403), path
        assert "JS9FR6" not in answer.text.replace("archive=JS9FR6", "")
    wrong = requests.get(root(locked) + "/enter?token=wrong", timeout=20)
    assert wrong.status_code == 403
    server_faults.clear()


def test_the_token_comes_once_and_is_then_a_cookie(locked):
    assert locked.url.endswith("/enter?token=a+secret+of+the+test")
    reader = requests.Session()
    first = reader.get(f"{locked.url}&archive=JS9FR6&next=//evil.example", allow_redirects=False)
    assert first.status_code == 302
    assert first.headers["Location"] == "/?archive=JS9FR6"
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie.replace("+", " ")
    page = reader.get(root(locked) + first.headers["Location"], timeout=20)
    assert page.status_code == 200
    assert TOKEN not in page.text
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_two_explorers_of_one_host_do_not_shut_out_each_others_readers(locked, real_commons):
    other = vinarch.explore(real_commons, port=0, token="another secret of it", open_browser=False)
    reader = requests.Session()
    try:
        for explorer in (locked, other):
            assert reader.get(explorer.url, timeout=20).status_code == 200
        for explorer in (locked, other):
            assert reader.get(root(explorer), timeout=20).status_code == 200
    finally:
        other.stop()


def test_another_host_is_refused(explorer, server_faults):
    for host in ("evil.example", "evil.example:80", "127.0.0.1:1"):
        answer = requests.get(explorer.url, headers={"Host": host}, timeout=20)
        assert answer.status_code == 403, host
    server_faults.clear()


@pytest.mark.parametrize(
    "path",
    [
        "save/{key}/structures.pdf",
        "save/{key}/none.csv",
        "save/{key}/..%2F..%2Fetc%2Fpasswd.csv",
        "save/{key}/structures.svg",
        "save/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/subsequences.csv",
        "page/..%2Fserver.py",
        "page/explorer.html",
        "static/..%2F..%2Fsettings.py",
    ],
)
def test_no_file_and_no_session_of_others_can_be_asked_for(explorer, path, server_faults):
    page = requests.get(explorer.url, timeout=20)
    answer = requests.get(explorer.url + path.format(key=key_of(page)), timeout=20)
    assert answer.status_code in {403, 404}
    assert "root:" not in answer.text
    assert "import" not in answer.text
    server_faults.clear()


def test_a_page_of_another_origin_gets_nothing_to_embed(explorer, server_faults):
    before = explorer._serving.session_count
    address = f"{explorer.url}autoload.js?bokeh-autoload-element=x"
    answer = requests.get(address, headers={"Origin": "http://evil.example"}, timeout=20)
    assert answer.status_code == 404
    assert explorer._serving.session_count == before
    server_faults.clear()


def test_a_session_saves_its_own_view(explorer):
    page = requests.get(explorer.url, timeout=20)
    assert page.headers["Cache-Control"] == "no-store"
    answer = requests.get(f"{explorer.url}save/{key_of(page)}/subsequences.csv", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="vinarch-subsequences.csv"'
    )
    assert answer.text.startswith("experiment,subsequence,length,start,structures,count,")
    assert len(answer.text.splitlines()) == 515


def test_an_address_for_others_needs_an_origin_and_has_a_token():
    with pytest.raises(
        ParameterError, match=r"expected the host by which browsers reach 0\.0\.0\.0"
    ):
        check_address("0.0.0.0", (), None)
    assert len(check_address("0.0.0.0", ("lab.example.org",), None)) == 32
    assert check_address("127.0.0.1", (), None) is None
    with pytest.raises(ParameterError, match="expected at least 16 characters, got 5"):
        check_address("127.0.0.1", (), "short")


def test_an_origin_is_a_host():
    assert hosts_of(["lab.example.org:80"], "0.0.0.0", 5006) == ["lab.example.org:80"]
    for wrong in ("*", "", "*.example.org", "https://"):
        with pytest.raises(ParameterError, match="expected HOST or HOST:PORT"):
            hosts_of([wrong], "0.0.0.0", 5006)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"port": "x"}, r"explore\(port=…\): expected a whole number from 0 to 65535"),
        ({"port": 1.5}, "got 1.5"),
        ({"port": -1}, "got -1"),
        ({"token": 5}, r"explore\(token=…\): expected text, got int"),
        ({"allow_origin": None}, r"explore\(allow_origin=…\): expected text, got NoneType"),
        ({"allow_origin": [5]}, "got int"),
        ({"allow_origin": 5}, "got int"),
        ({"link": "http://[x/?experiment=1"}, "link: expected a link copied"),
    ],
)
def test_careless_settings_are_refused(real_commons, settings, words):
    with pytest.raises(ParameterError, match=words):
        vinarch.explore(real_commons, open_browser=False, **{"port": 0} | settings)


def test_a_port_that_is_taken_is_told(real_commons):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ParameterError, match=f"a free port, got 127.0.0.1:{port}"):
            vinarch.explore(real_commons, port=port, open_browser=False)
    with pytest.raises(ParameterError, match="a free port"):
        free_port("203.0.113.7", 0)


def test_what_is_no_commons_is_refused():
    with pytest.raises(ParameterError, match="expected a Commons, got list"):
        vinarch.explore([1, 2], open_browser=False)


def test_the_page_may_load_run_and_speak_to_its_own_host_only(explorer):
    host = root(explorer).removeprefix("http://")
    page = requests.get(explorer.url, timeout=20)
    policy = dict(
        part.partition(" ")[::2] for part in page.headers["Content-Security-Policy"].split("; ")
    )
    loopback = [f"{way}://{name}:*" for name in ("127.0.0.1", "localhost") for way in WAYS]
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(["'self'", *loopback, "vscode-webview:", "vscode-file:"]),
    }
    assert "<script>" not in page.text
    assert re.findall("<script[^>]*src=", page.text) == ["<script defer src="] * 2
    saved = requests.get(f"{explorer.url}save/{key_of(page)}/subsequences.svg", timeout=60)
    assert saved.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_frames_are_those_of_the_hosts_that_the_server_has():
    others = ancestors_of(hosts_of(["lab.example.org"], "0.0.0.0", 5006))
    assert "http://lab.example.org:* https://lab.example.org:* " in others
    assert "127.0.0.1" not in others
    alone = ancestors_of(hosts_of([], "::1", 5006))
    assert "http://localhost:* " in alone
    # A source of a policy has no form for it; a browser would complain of the rest.
    assert "::1" not in alone + policy_of("[::1]:5006", alone)


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_script_that_an_archive_brought_in_would_not_run(page, explorer):
    page.goto(explorer.url)
    page.wait_for_selector("html[data-connected=yes]")
    page.evaluate(
        """() => {
            window.refused = [];
            addEventListener("securitypolicyviolation", (event) => {
              window.refused.push(event.effectiveDirective);
              document.documentElement.dataset.refused = window.refused.length;
            });
            const main = document.querySelector("main");
            main.insertAdjacentHTML("beforeend", `<img src="save/" onerror="window.broken = 1">`);
            const script = document.createElement("script");
            script.textContent = "window.broken = 2";
            main.append(script);
            const foreign = document.createElement("script");
            foreign.src = "https://evil.example/broken.js";
            main.append(foreign);
            setTimeout("window.broken = 3");
            fetch("https://evil.example/").catch(() => {});
        }"""
    )
    # Playwright's own wait for a function would be refused too.
    page.wait_for_selector("html[data-refused='5']")
    assert sorted(page.evaluate("window.refused")) == [
        *("connect-src", "script-src", "script-src-attr", "script-src-elem", "script-src-elem"),
    ]
    assert page.evaluate("window.broken") is None


@pytest.fixture
def notebook(explorer):
    """The address of a page on another port that shows the explorer in a frame."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(explorer._repr_html_().encode())

        def log_message(self, *words):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_notebook_shows_the_page_and_another_site_does_not(page, notebook):
    refused = []
    page.on(
        "console",
        lambda message: message.type in {"error", "warning"} and refused.append(message.text),
    )
    page.goto(notebook)
    page.frame_locator("iframe").locator("html[data-connected=yes]").wait_for(timeout=30_000)
    assert refused == []
    # Another name of this machine, since browsers keep sites of the internet from it anyway.
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(notebook.replace("localhost", "evil.localhost"))
    assert page.frame_locator("iframe").locator("section").count() == 0
