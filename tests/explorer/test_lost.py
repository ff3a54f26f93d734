"""What a page does whose server is gone, and comes back."""

from __future__ import annotations

import http.server
import re
import threading
import time
from itertools import pairwise

import pytest
from explorer_tab import WAIT, Tab

import vinarch

RUN = "of=1gpu_1e14_early_termination&start=0&subsequence=10110110101010"


def restarted(commons, opened, **settings):
    port = int(re.search(r":(\d+)/", opened.url)[1])
    return vinarch.explore(commons, port=port, open_browser=False, **settings)


def left(page, commons):
    """Return a tab that shows a subsequence, its query, and the explorer that it just lost."""
    first = vinarch.explore(commons, port=0, open_browser=False)
    try:
        tab = Tab(page, first.url).open(RUN)
        return tab, tab.query(), first
    finally:
        first.stop()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    yield context.new_page()
    context.close()


def test_a_page_says_that_its_server_is_gone_and_opens_again_where_it_was(page, real_commons):
    first = vinarch.explore(real_commons, port=0, open_browser=False)
    tab = Tab(page, first.url)
    try:
        tab.open(RUN)
        before = tab.query()
        page.evaluate("document.body.dataset.old = 'yes'")
    finally:
        first.stop()
    page.get_by_role("status").get_by_text("The explorer does not answer").wait_for(timeout=WAIT)
    again = restarted(real_commons, first)
    try:
        page.wait_for_selector("body:not([data-old])", timeout=WAIT)
        page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
        tab.ready()
        assert tab.query() == before
        tab.says("row", "89.66")
        with page.expect_download() as saved:
            tab.section("row").get_by_role("link", name="CSV").click()
        assert "1,0,1,1,0,1,1,0,1,0,1,0,1,0" in saved.value.path().read_text()
    finally:
        again.stop()


def test_a_server_with_the_same_token_knows_its_readers(page, real_commons):
    first = vinarch.explore(real_commons, port=0, token="a" * 20, open_browser=False)
    try:
        page.goto(first.url)
        page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    finally:
        first.stop()
    page.get_by_role("status").get_by_text("The explorer does not answer").wait_for(timeout=WAIT)
    again = restarted(real_commons, first, token="a" * 20)
    try:
        page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    finally:
        again.stop()


def test_another_program_on_the_port_is_no_explorer(page, real_commons):
    asked = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            """Say nothing."""

    tab, before, first = left(page, real_commons)
    port = int(re.search(r":(\d+)/", first.url)[1])
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        end = time.monotonic() + 20
        while len(asked) < 2 and time.monotonic() < end:
            page.wait_for_timeout(100)
        other.shutdown()
    assert set(asked) == {"/page/explorer.js"}
    again = restarted(real_commons, first)
    try:
        tab.says("row", "89.66")
        assert tab.query() == before
    finally:
        again.stop()


def test_a_server_with_another_token_asks_for_its_link(page, real_commons, server_faults):
    first = vinarch.explore(real_commons, port=0, token="a" * 20, open_browser=False)
    try:
        Tab(page, first.url).page.goto(first.url)
        page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    finally:
        first.stop()
    again = restarted(real_commons, first, token="b" * 20)
    try:
        words = "open the link that it printed"
        page.get_by_role("status").get_by_text(words).wait_for(timeout=WAIT)
        assert server_faults == [], "a page that asks again and again is no news"
    finally:
        again.stop()


def test_another_explorer_on_the_port_does_not_take_the_selection(page, real_commons):
    tab, before, first = left(page, real_commons)
    other = restarted(vinarch.fetch("digits"), first)
    try:
        page.get_by_role("status").get_by_text("Ready: digits").wait_for(timeout=WAIT)
        page.get_by_role("alert").get_by_text("JS9FR6").wait_for(timeout=WAIT)
        assert tab.query() == before
    finally:
        other.stop()
    again = restarted(real_commons, first)
    try:
        tab.says("row", "89.66")
        assert tab.query() == before
    finally:
        again.stop()


def test_a_page_that_cannot_load_its_scripts_opens_again_when_it_can(page, explorer):
    page.route("**/bokeh-widgets.min.js*", lambda route: route.abort())
    page.goto(explorer.url)
    page.get_by_role("status").get_by_text("The explorer does not answer").wait_for(timeout=WAIT)
    page.unroute("**/bokeh-widgets.min.js*")
    page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)


def test_a_page_that_opens_in_vain_again_and_again_waits_longer(page, explorer):
    opened = []
    page.on("domcontentloaded", lambda _: opened.append(time.monotonic()))
    page.route("**/bokeh-widgets.min.js*", lambda route: route.abort())
    page.goto(explorer.url)
    end = time.monotonic() + 40
    while len(opened) < 4 and time.monotonic() < end:
        page.wait_for_timeout(100)
    pauses = [later - sooner for sooner, later in pairwise(opened[:4])]
    assert pauses[1] > pauses[0] + 1
    assert pauses[2] > pauses[1] + 2
    page.unroute("**/bokeh-widgets.min.js*")
    page.goto(explorer.url)
    page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    assert page.evaluate("history.state") is None


def test_the_tab_of_a_page_leads_to_what_is_chosen(tab):
    tab.open(RUN)
    before = tab.query()
    tab.page.get_by_role("link", name="Archaeology").click()
    tab.page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    tab.ready()
    assert tab.query() == before
    tab.says("row", "89.66")
