"""The script of the tutorial's screenshots: its links are the page's own, its pictures whole."""

from __future__ import annotations

import importlib.util
import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vinarch.explorer.answers import known_of
from vinarch.explorer.state import from_query, to_query

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "screenshots.py"


@pytest.fixture(scope="module")
def screenshots():
    pytest.importorskip("playwright", reason="the script drives a browser")
    spec = importlib.util.spec_from_file_location("screenshots", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_itself_would_copy_each_link(screenshots, real_commons):
    known = known_of(real_commons)
    links = {shot.link for shot in screenshots.SHOTS}
    links |= {shot.tap.link for shot in screenshots.SHOTS if shot.tap is not None}
    for link in links:
        settled = from_query(link, known)
        assert settled.notices == ()
        assert to_query(settled.state) == link


def test_a_tap_leads_to_the_picture_of_its_link(screenshots, tab):
    (chosen,) = (shot for shot in screenshots.SHOTS if shot.name == "chosen")
    picture = Image.open(io.BytesIO(screenshots.take(chosen, tab)))
    assert picture.size == (1280, 800)
    colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    yellow = np.abs(np.array(list(colours)) - [253, 231, 37]).max(axis=1)
    assert yellow.min() <= screenshots.VISIBLE, "the cells are not there"
    astray = replace(chosen, tap=None, link=f"{chosen.link}&min_length=5")
    with pytest.raises(RuntimeError, match="the page's link is archive=JS9FR6"):
        screenshots.take(astray, tab)


def test_a_view_that_the_window_cuts_is_not_taken(screenshots, tab):
    (start, *_) = screenshots.SHOTS
    with pytest.raises(RuntimeError, match="the window at"):
        screenshots.take(replace(start, views=("subsequences", "rows")), tab)


def test_a_picture_keeps_its_colours_where_a_palette_would_show(screenshots):
    spread = np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for pixels, mode in ((spread, "RGB"), (spread // 128 * 255, "P")):
        raw = io.BytesIO()
        Image.fromarray(pixels).save(raw, "PNG")
        picture = Image.open(io.BytesIO(screenshots.smaller(raw.getvalue())))
        assert picture.mode == mode
        assert np.array_equal(np.asarray(picture.convert("RGB")), pixels)
