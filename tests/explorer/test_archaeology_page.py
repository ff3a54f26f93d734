"""The archaeology page in a real browser, held to the published row and to the study."""

from __future__ import annotations

import io
import os
import signal

import pandas as pd
import pytest
from chromium import CHROMIUM
from explorer_tab import Tab

from vinarch import figures
from vinarch.summary import structure_cells, subsequence_points

EXPERIMENT = "1gpu_1e14_early_termination"
BITS = "10110110101010"
RUN = f"of={EXPERIMENT}&start=0&subsequence={BITS}"


TOLD = {
    "subsequence": "[1,0,1,1,0,1,1,0,1,0,1,0,1,0]",
    "length": "14 symbols",
    "start index": "0",
    "structures": "11, 29, 30, 43, 49",
    "count": "5 structures, 6 networks",
    "mean validation accuracy": "89.66 % over 135 epochs",
    "experiment": EXPERIMENT,
}


@pytest.fixture
def tapped(tab):
    """The page after a tap on the published point."""
    tab.open()
    tab.tap("subsequences", 14, 89.66)
    tab.says("row", "89.66")
    tab.ready()
    return tab


def test_a_tap_on_the_published_point_shows_its_row_its_structures_and_saves_them(
    tapped, real_commons
):
    facts = tapped.section("row")
    names, values = (facts.locator(tag).all_inner_texts() for tag in ("dt", "dd"))
    assert dict(zip(names, values, strict=True)) == TOLD
    cells = tapped.columns("structures", "position")
    expected = structure_cells(real_commons, EXPERIMENT, 0, BITS)
    assert list(dict.fromkeys(cells["structure"])) == ["11", "30", "29", "49", "43"]
    assert cells["position"] == expected["position"].tolist()
    assert [int(colour == "#fde725") for colour in cells["colour"]] == expected["symbol"].tolist()
    assert cells["y"] == sorted(cells["y"])
    outline = tapped.columns("structures", "left")
    left, right = outline["left"][0], outline["right"][0]
    assert [place for place in range(21) if left < cells["x"][place] < right] == list(range(14))
    assert tapped.columns("structures", "text")["text"][:10] == [
        *("11", "30", "29", "49", "43"),
        *("88.11", "89.34", "89.61", "90.55", "90.98"),
    ]
    check_saved(tapped, real_commons, expected)


def check_saved(tapped, commons, cells):
    """What is saved is what is shown, drawn as the study draws it."""

    def saved(label):
        with tapped.page.expect_download() as waiting:
            tapped.page.get_by_role("link", name=label).click()
        return waiting.value.path().read_bytes()

    drawn = figures.structures(cells, EXPERIMENT, 0, BITS, width="double")
    assert saved("Save Structures that hold it as SVG") == drawn.svg()
    assert saved("Save Structures that hold it as PNG") == drawn.png()
    written = pd.read_csv(io.BytesIO(saved("Save Structures that hold it as CSV")))
    assert written["structure"].tolist() == cells["structure"].tolist()
    points = subsequence_points(commons, EXPERIMENT, 0, BITS)
    drawn = figures.subsequences(points, width="double")
    assert saved("Save Matching subsequences as SVG") == drawn.svg()
    shown = tapped.columns("subsequences", "accuracy")
    written = pd.read_csv(io.BytesIO(saved("Save Matching subsequences as CSV")))
    assert sorted(written["mean_val_accuracy_percent"]) == sorted(shown["accuracy"])
    (row,) = pd.read_csv(io.BytesIO(saved("Save Chosen subsequence as CSV"))).itertuples()
    assert (row.subsequence, row.structures) == (TOLD["subsequence"], "11;29;30;43;49")


def test_the_link_reopens_the_same_state_in_a_tab_that_goes_its_own_way(tapped):
    query = tapped.query()
    assert query == f"archive=JS9FR6&experiment={EXPERIMENT}&{RUN}"
    other = Tab(tapped.page.context.new_page(), tapped.url).open(query)
    other.says("row", "89.66 %")
    assert other.query() == query
    other.page.get_by_role("button", name="Next row").click()
    other.section("row").get_by_text("89.66 %").wait_for(state="detached")
    assert tapped.query() == query != other.query()
    tapped.says("row", "89.66 %")
    assert other.faults == []


def test_the_way_back_of_the_browser_and_of_the_page_agree(tapped):
    tapped.page.get_by_role("button", name="Back", exact=True).click()
    tapped.section("row").get_by_text("Tap a point").wait_for()
    assert "subsequence" not in tapped.query()
    tapped.tap("subsequences", 14, 89.66)
    tapped.section("row").get_by_text("89.66").wait_for()
    tapped.page.go_back()
    tapped.section("row").get_by_text("Tap a point").wait_for()


def test_the_page_loads_what_it_needs_and_paints_before(tab):
    loaded = []
    tab.page.on("response", lambda answer: loaded.append(answer.url))
    tab.open("archive=JS9FR6")
    files = {url.partition("?")[0].rpartition("/")[2] for url in loaded}
    scripts = {
        "bokeh.min.js",
        "bokeh-widgets.min.js",
        "bokeh-tables.min.js",
        "explorer.js",
        "looks.js",
    }
    assert {name for name in files if name.endswith(".js")} == scripts
    painted, began = tab.page.evaluate(
        """() => {
            const [paint] = performance.getEntriesByName("first-contentful-paint");
            const joined = performance.getEntriesByName("joined")[0];
            return [paint.startTime, joined.startTime];
        }"""
    )
    assert painted < began


def test_a_browser_that_is_killed_at_work_loses_nothing_and_stops_nobody(tapped, explorer):
    query = tapped.query()
    other = tapped.page.context.browser
    doomed = other.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    gone = Tab(doomed.new_page(), explorer.url)
    every = "&".join(f"experiment={name}" for name in tapped_names(tapped))
    gone.page.goto(f"{explorer.url}?archive=JS9FR6&{every}&min_length=1&across=yes")
    gone.page.wait_for_selector("html[data-connected=yes]", timeout=30_000)
    (browser,) = [
        process["id"]
        for process in doomed.new_browser_cdp_session().send("SystemInfo.getProcessInfo")[
            "processInfo"
        ]
        if process["type"] == "browser"
    ]
    os.kill(browser, signal.SIGKILL)
    tapped.page.get_by_role("button", name="Next row").click()
    tapped.section("row").get_by_text("89.66 %").wait_for(state="detached")
    again = Tab(tapped.page.context.new_page(), explorer.url).open(query)
    again.says("row", "89.66 %")
    assert again.faults == []


def tapped_names(tab):
    """Return the experiments that are offered."""
    return (
        tab.page.locator("aside")
        .get_by_role("checkbox")
        .evaluate_all("boxes => boxes.map((box) => box.labels[0]?.textContent).filter(Boolean)")
    )


def test_a_box_lists_the_points_in_it(tab):
    tab.open()
    (left, top), (right, bottom) = (
        tab.at("subsequences", 13.5, 90.8),
        tab.at("subsequences", 20.4, 88.5),
    )
    tab.page.mouse.move(left, top)
    tab.page.mouse.down()
    tab.page.mouse.move((left + right) / 2, (top + bottom) / 2)
    tab.page.mouse.move(right, bottom)
    tab.page.mouse.up()
    tab.section("rows").get_by_text("in the box").wait_for()
    rows = tab.columns("rows", "subsequence")
    assert BITS in rows["subsequence"]
    assert all(13.5 <= length <= 20.4 for length in rows["length"])
    tab.page.get_by_role("button", name="Clear box").click()
    tab.section("rows").get_by_text("in all").wait_for()


def test_a_link_that_cannot_be_shown_says_so(tab):
    tab.open("archive=NONE&min_length=six&subsequence=%3Cimg%20src%3Dx%3E&page=..%2F..")
    tab.says("ALERT", "There is no archive 'NONE' here: JS9FR6 is shown.")
    tab.says("ALERT", "min_length is 'six', which is no whole number")
    tab.says("ALERT", "There is no page '../..'")
    assert tab.page.locator("main img").count() == 0


def test_a_subsequence_that_is_no_point_is_dropped_with_a_notice(tab):
    tab.open(f"archive=JS9FR6&experiment={EXPERIMENT}&of={EXPERIMENT}&start=0&subsequence=1111111")
    tab.says("ALERT", "1111111 at start 0 is no maximal run here")
    assert "subsequence" not in tab.query()


def test_no_experiment_says_what_to_do_next(tab):
    tab.open("archive=JS9FR6&experiment=")
    for name in ("subsequences", "structures", "row", "rows"):
        tab.says(name, "Choose one or more experiments on the left.")


def test_a_length_that_nothing_has_says_so_in_place_of_plot_and_table(tab):
    tab.open(f"archive=JS9FR6&experiment={EXPERIMENT}&min_length=21")
    tab.says("subsequences", "Lower the minimum length")
    tab.says("rows", "so there are no rows")
    assert tab.page.get_by_role("button", name="Next row").count() == 0
    assert tab.page.get_by_role("link", name="Save Rows").count() == 0
