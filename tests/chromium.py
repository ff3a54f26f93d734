"""Where the browser of the tests is."""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)


def needed_chromium():
    """Return where it is; without it the test skips, or fails if VINARCH_TEST_BROWSER=1."""
    if CHROMIUM is None:
        words = "no Chromium is installed: apt-get install chromium"
        (pytest.fail if os.environ.get("VINARCH_TEST_BROWSER") == "1" else pytest.skip)(words)
    return CHROMIUM
