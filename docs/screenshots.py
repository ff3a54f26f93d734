"""Take the screenshots of the tutorial of the explorer anew, in Chromium.

`SHOTS` in, PNG files out. What a picture shows is a link of the page, so that a reader can open it.

Run ``python docs/screenshots.py`` where the archive was fetched, or with ``VINARCH_MIRROR`` set;
names of pictures as arguments take these only. Then look at every one.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
# How a tab of the page is opened, waited for and tapped is known there.
sys.path.append(str(HERE.parent / "tests"))

import numpy as np  # noqa: E402 - below the line above, as what is found through it
from chromium import CHROMIUM  # noqa: E402
from explorer_tab import WAIT, Tab  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

import vinarch  # noqa: E402

FOLDER = HERE / "tutorials" / "explore-in-the-browser"
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
WINDOW = {"width": 1280, "height": 800}
MARGIN = 6
"""Pixels around views that are cut out of the window."""

STEADY = 700
"""Milliseconds for which nothing changes before a picture is taken."""

MOST_COLOURS = 256
VISIBLE = 12
"""By so much, of 255, a palette may change a channel of a pixel."""

LOW, HIGH = "1gpu_1e14_early_termination", "1gpu_1e15_no_early_termination"
SUBSEQUENCE = "10110110101010"


@dataclass(frozen=True)
class Tap:
    """A tap at data coordinates of a view, on the page that a link opens."""

    link: str
    view: str
    x: float
    y: float


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the link of what it shows, and which views of the window.

    Without views it is the whole window. With a tap the page is led to the link by it.
    """

    name: str
    link: str
    views: tuple[str, ...] = ()
    tap: Tap | None = None
    saved: bool = False


def link_of(*experiments: str, **chosen: str) -> str:
    """Return the link of experiments of JS9FR6, with what else is chosen in the order given."""
    pairs = [("archive", "JS9FR6"), *(("experiment", name) for name in experiments)]
    return urlencode([*pairs, *chosen.items()])


RUN = {"of": LOW, "start": "0", "subsequence": SUBSEQUENCE}
START, CHOSEN = link_of(LOW), link_of(LOW, **RUN)

SHOTS = (
    Shot("start", START),
    Shot("chosen", CHOSEN, tap=Tap(START, "subsequences", 14, 89.66)),
    Shot("structures", CHOSEN, ("structures",)),
    Shot("distances", CHOSEN, ("distances",)),
    Shot(
        "network",
        link_of(LOW, **RUN, structure=f"{SUBSEQUENCE}0000011"),
        ("network",),
        Tap(CHOSEN, "structures", 3.5, 0.5),
    ),
    Shot("beside", CHOSEN, ("beside",)),
    Shot(
        "together",
        link_of(LOW, HIGH, across="yes", start="0", subsequence=SUBSEQUENCE),
        tap=Tap(link_of(LOW, HIGH, across="yes"), "subsequences", 14, 91.05),
    ),
    Shot("curves", link_of(HIGH, network=f"38@{HIGH}"), ("curves",)),
    Shot("engine", link_of(HIGH, threshold="1.0", network=f"38@{HIGH}"), ("engine",)),
    Shot("saved", CHOSEN, saved=True),
)
"""In the order of the tutorial."""


class SavedTab(Tab):
    """A tab on a page that was saved."""

    def open(self):
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-drawn=yes]", timeout=WAIT)
        return self


def take(shot: Shot, tab: Tab) -> bytes:
    """Return a picture of what a tab shows, as PNG.

    Raises
    ------
    RuntimeError
        If the page shows something other than the link says, or a view does not fit the window.
    """
    if shot.saved:
        tab.open()
    else:
        tab.open(shot.link if shot.tap is None else shot.tap.link)
        if shot.tap is not None:
            tab.tap(shot.tap.view, shot.tap.x, shot.tap.y)
            tab.page.wait_for_function("asked => location.search === asked", arg=f"?{shot.link}")
        settle(tab)
        if tab.query() != shot.link:
            raise RuntimeError(f"{shot.name}: the page's link is {tab.query()}, not {shot.link}")
    # Away from what a tap left under the mouse, and from the focus.
    tab.page.mouse.move(2, WINDOW["height"] - 2)
    tab.page.evaluate(
        """first => {
            document.activeElement.blur();
            const main = document.getElementById("main");
            const top = (place) => place.getBoundingClientRect().top;
            const view = document.getElementById(first);
            main.scrollTop = view ? top(view) - top(main) + main.scrollTop - 8 : 0;
        }""",
        shot.views[0] if shot.views else "",
    )
    tab.page.wait_for_timeout(STEADY)
    if tab.faults:
        raise RuntimeError(f"{shot.name}: {tab.faults}")
    return smaller(tab.page.screenshot(clip=clip_of(shot, tab) if shot.views else None))


def settle(tab: Tab) -> None:
    """Wait until nothing has been on its way for a while: a tap is heard a moment later.

    Raises
    ------
    RuntimeError
        If views stay marked as old.
    """
    ready = tab.page.get_by_role("status").get_by_text("Ready")
    old = tab.page.locator("section:has(.waiting)")
    for _ in range(WAIT // STEADY):
        tab.ready()
        tab.page.wait_for_timeout(STEADY)
        if ready.count() and not old.count():
            return
    names = ", ".join(section.get_attribute("id") for section in old.all())
    raise RuntimeError(f"the views of {names} stay marked as old")


def clip_of(shot: Shot, tab: Tab) -> dict[str, float]:
    """Return the part of the window with the views of a picture."""
    boxes = [tab.section(name).bounding_box() for name in shot.views]
    left, top = (min(box[side] for box in boxes) - MARGIN for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
    foot = tab.page.get_by_role("status").bounding_box()["y"]
    if bottom > foot:
        raise RuntimeError(f"{shot.name}: ends at {bottom:.0f} pixels, the window at {foot:.0f}")
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def smaller(picture: bytes) -> bytes:
    """Return a picture with a palette where that changes nothing that is seen, and packed."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
    flat = image.quantize(MOST_COLOURS, method=method, dither=dither)
    changed = np.asarray(flat.convert("RGB"), dtype=int) - np.asarray(image, dtype=int)
    packed = io.BytesIO()
    chosen = flat if np.abs(changed).max() <= VISIBLE else image
    chosen.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all."""
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    commons = vinarch.fetch("JS9FR6")
    explorer = vinarch.explore(commons, port=0, open_browser=False)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for shot in shots:
            page = browser.new_context(viewport=WINDOW, device_scale_factor=1).new_page()
            if shot.saved:
                file = vinarch.save_explorer(commons, Path(folder) / "page.html", shot.link)
                tab = SavedTab(page, file.as_uri())
            else:
                tab = Tab(page, explorer.url)
            target = FOLDER / f"{shot.name}.png"
            target.write_bytes(take(shot, tab))
            told = f"{target.relative_to(HERE.parent)}: {target.stat().st_size / 1000:.0f} kB"
            print(told)  # noqa: T201 - how far a script is
            page.context.close()
        browser.close()
    explorer.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
