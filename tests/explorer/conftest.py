"""The explorer as it runs, and a real browser before it."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from chromium import needed_chromium
from explorer_tab import Tab


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium; the test skips where there is none, or fails if VINARCH_TEST_BROWSER=1."""
    executable = needed_chromium()
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def explorer(real_commons):
    """The explorer of JS9FR6 on a free port."""
    import vinarch

    opened = vinarch.explore(real_commons, port=0, open_browser=False)
    yield opened
    opened.stop()


@pytest.fixture
def server_faults():
    """Warnings and errors that the server logged."""
    records = []

    class Keep(logging.Handler):
        def emit(self, record):
            records.append(record.getMessage())

    handler = Keep(logging.WARNING)
    names = ("bokeh", "tornado", "vinarch", "asyncio")
    for name in names:
        logging.getLogger(name).addHandler(handler)
    yield records
    for name in names:
        logging.getLogger(name).removeHandler(handler)


@pytest.fixture
def tab(browser, explorer, server_faults):
    """A fresh tab; at the end nothing may have gone wrong in it or in the server."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    opened = Tab(context.new_page(), explorer.url)
    yield opened
    context.close()
    assert Counter(opened.faults) == Counter()
    assert server_faults == []
