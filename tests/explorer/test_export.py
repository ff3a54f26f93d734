"""The saved page in a real browser, from a file and without a network, held to the study."""

from __future__ import annotations

import os
import shlex
import stat
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import ClassVar
from urllib.parse import urlencode

import numpy as np
import pytest
from click.testing import CliRunner
from explorer_tab import WAIT, Tab

import vinarch
from vinarch.cli import commands
from vinarch.errors import ParameterError, SelectionError, StoreError
from vinarch.explorer.answers import Desk, known_of
from vinarch.explorer.saving import SavedPage, write_page
from vinarch.explorer.saving.facts import Fact, facts_of
from vinarch.explorer.saving.marks import mark_engine, mark_points
from vinarch.explorer.saving.pages import text_of
from vinarch.explorer.saving.shown import Shown, views_of
from vinarch.explorer.state import from_query
from vinarch.explorer.views.thinning import MOST_MARKS
from vinarch.figures.accuracy_scale import to_axis
from vinarch.summary import structure_cells, structure_distances

EXPERIMENT = "1gpu_1e14_early_termination"
BITS = "10110110101010"
LINK = f"?archive=JS9FR6&experiment={EXPERIMENT}&of={EXPERIMENT}&start=0&subsequence={BITS}"
TOLD = {
    "subsequence": "[1,0,1,1,0,1,1,0,1,0,1,0,1,0]",
    "length": "14 symbols",
    "start index": "0",
    "structures": "11, 29, 30, 43, 49",
    "count": "5 structures, 6 networks",
    "mean validation accuracy": "89.66 % over 135 epochs",
    "experiment": EXPERIMENT,
}
SECTIONS = [
    *("subsequences", "rows", "row", "structures", "distances", "network", "curves", "engine"),
    "beside",
]


class SavedTab(Tab):
    """A tab on a file, with no network; a request that leaves the file is a fault."""

    def __init__(self, page, path):
        super().__init__(page, path.as_uri())
        page.on("request", self._asked)
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))

    def _asked(self, request):
        if request.url != self.url and not request.url.startswith(("data:", "blob:")):
            self.faults.append(f"asked for {request.url}")

    def open(self):
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-drawn=yes]", timeout=WAIT)
        return self

    def marked(self, name, column):
        """Return a column of the marks of a view, which the page's script fills."""
        return self.page.evaluate(
            """([name, column]) => {
                const { links } = JSON.parse(document.getElementById("data").textContent);
                const { data } = Bokeh.documents[0].get_model_by_id(links[name].mark);
                return Array.from(data.get ? data.get(column) : data[column]);
            }""",
            [name, column],
        )

    def rows(self):
        """Return the selected rows of the table."""
        return self.page.evaluate(
            """() => {
                const { links } = JSON.parse(document.getElementById("data").textContent);
                return Bokeh.documents[0].get_model_by_id(links.points.rows).selected.indices;
            }"""
        )

    def status(self, text):
        self.page.get_by_role("status").get_by_text(text).wait_for(timeout=WAIT)


@pytest.fixture
def open_saved(browser):
    """Open files, each in a tab of a browser without a network; at the end nothing went wrong."""
    contexts, tabs = [], []

    def open_file(path):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
        contexts.append(context)
        tabs.append(SavedTab(context.new_page(), path))
        return tabs[-1].open()

    yield open_file
    for context in contexts:
        context.close()
    assert [Counter(tab.faults) for tab in tabs] == [Counter()] * len(tabs)


@pytest.fixture(scope="module")
def published(real_commons, tmp_path_factory):
    """The page of the published row."""
    return vinarch.save_explorer(real_commons, tmp_path_factory.mktemp("saved") / "talk.html", LINK)


def test_the_page_shows_the_published_row_and_the_numbers_of_the_study(
    published, open_saved, real_commons
):
    tab = open_saved(published)
    assert tab.page.locator("section").count() == len(SECTIONS)
    assert all(tab.section(name).is_visible() for name in SECTIONS)
    facts = tab.section("row")
    names, values = (facts.locator(tag).all_inner_texts() for tag in ("dt", "dd"))
    assert dict(zip(names, values, strict=True)) == TOLD
    cells = tab.columns("structures", "position")
    expected = structure_cells(real_commons, EXPERIMENT, 0, BITS)
    assert list(dict.fromkeys(cells["structure"])) == ["11", "30", "29", "49", "43"]
    assert [int(colour == "#fde725") for colour in cells["colour"]] == expected["symbol"].tolist()
    pairs = structure_distances(real_commons, EXPERIMENT, 0, BITS)
    image = tab.columns("distances", "image")
    side = image["side"][0]
    numbers = np.array(image["structure_a"][0]).reshape(side, side)[:, 0]
    square = pairs.pivot_table(index="structure_a", columns="structure_b", values="distance")
    shown = np.array(image["image"][0]).reshape(side, side)
    assert shown.tolist() == square.loc[numbers, numbers].to_numpy().tolist()
    (saved,) = tab.columns("engine", "epochs_saved")["epochs_saved"]
    mine = vinarch.replay_summary(vinarch.replay(real_commons.select(experiment=EXPERIMENT)))
    assert saved == mine["epochs_saved"].iloc[0]
    for words in ("10.7910/DVN/JS9FR6", "9.0", f"by vinarch {vinarch.__version__}", "Channing, G."):
        assert tab.page.locator("aside").get_by_text(words).count(), words
    assert tab.section("engine").get_by_text("C_min: records before the first fit").is_visible()
    assert tab.page.get_by_role("slider").count() == 0


def test_a_structure_chosen_in_one_view_is_marked_in_all_others(published, open_saved):
    tab = open_saved(published)
    tab.tap("structures", 3, 2.5)
    tab.status("Marked: structure 29 (mean 89.61 %)")
    assert tab.marked("cells", "y") == [2.5]
    numbers = np.array(tab.columns("distances", "image")["structure_a"][0]).reshape(5, 5)[:, 0]
    at = numbers.tolist().index(29)
    assert tab.marked("map", "top") == [at, 0]
    assert tab.marked("map", "left") == [0, at]
    curves = tab.columns("curves", "architecture")
    mine = {n for n, s in zip(curves["architecture"], curves["structure"], strict=True) if s == 29}
    assert len(tab.marked("curves", "xs")) == len(mine) > 0
    network = tab.section("network")
    assert network.get_by_role("combobox").evaluate("list => list.selectedOptions[0].text") == (
        "29: 89.61 %"
    )
    network.get_by_text("The network of structure 29 of the experiment").wait_for()
    assert tab.section("engine").locator("tr.marked").inner_text().startswith(f"▸ {EXPERIMENT}"[2:])
    assert EXPERIMENT in tab.marked("beside", "experiment")
    tab.page.keyboard.press("Escape")
    tab.status("Tap a structure")
    assert tab.marked("cells", "y") == tab.marked("curves", "xs") == tab.marked("map", "top") == []
    assert tab.section("engine").locator("tr.marked").count() == 0
    network.get_by_text("The network of structure 43 of the experiment").wait_for()


def test_the_other_views_choose_too_and_empty_ground_clears(published, open_saved):
    tab = open_saved(published)
    tab.section("network").get_by_role("combobox").select_option(label="30: 89.34 %")
    tab.status("Marked: structure 30")
    assert tab.marked("cells", "y") == [1.5]
    tab.tap("distances", 4.5, 0.5)
    tab.status("Marked: structures 43 (mean 90.98 %) and 29 (mean 89.61 %)")
    assert tab.marked("cells", "y") == [2.5, 4.5]
    points = tab.columns("curves", "architecture")
    tab.tap("curves", points["epoch"][-1], points["value"][-1])
    tab.status(f"Marked: structure {points['structure'][-1]} ")
    tab.section("engine").get_by_text(EXPERIMENT).click()
    tab.status(f"Marked: experiment {EXPERIMENT}, which has 5 structures of those shown")
    assert tab.marked("cells", "y") == [0.5, 1.5, 2.5, 3.5, 4.5]
    tab.section("beside").scroll_into_view_if_needed()
    tab.page.mouse.click(*tab.at("beside", float(to_axis(96)), "1gpu_1e15_no_early_termination"))
    tab.status("Marked: experiment 1gpu_1e15_no_early_termination, which has 1 structure of those")
    assert len(tab.marked("cells", "y")) == 1
    tab.tap("structures", 3, -1.2)
    tab.status("Tap a structure")


def test_a_point_of_the_scatter_and_its_row_choose_each_other(published, open_saved):
    tab = open_saved(published)
    rows = tab.columns("rows", "mean_val_accuracy_percent")
    (saved,) = tab.rows()
    assert (rows["subsequence"][saved], rows["start"][saved]) == (BITS, 0)
    longest = int(np.argmax(rows["length"]))
    at = (rows["length"][longest], rows["mean_val_accuracy_percent"][longest])
    tab.tap("subsequences", *at)
    tab.status(f"Marked: {rows['subsequence'][longest]} at start")
    assert tab.rows() == [longest]
    tab.section("rows").get_by_text(rows["subsequence"][longest], exact=True).wait_for()
    assert tab.marked("points", "length"), tab.marked("points", "accuracy") == tuple(
        [v] for v in at
    )
    tab.page.get_by_role("button", name="Previous row").click()
    assert tab.rows() == [longest - 1]
    assert tab.marked("points", "length") == [rows["length"][longest - 1]]
    (left, top), (right, bottom) = (
        tab.at("subsequences", *p) for p in ((13.5, 90.8), (20.4, 88.5))
    )
    tab.page.mouse.move(left, top)
    tab.page.mouse.down()
    tab.page.mouse.move((left + right) / 2, (top + bottom) / 2)
    tab.page.mouse.move(right, bottom)
    tab.page.mouse.up()
    pairs = zip(rows["length"], rows["mean_val_accuracy_percent"], strict=True)
    inside = [i for i, (n, a) in enumerate(pairs) if 13.5 <= n <= 20.4 and 88.5 <= a <= 90.8]
    tab.status(f"Marked: {len(inside)} rows")
    assert tab.rows() == inside
    tab.page.keyboard.press("Escape")
    assert tab.rows() == [saved]
    assert tab.marked("points", "length") == []


def test_hovering_tells_what_it_tells_in_the_live_page(published, open_saved):
    tab = open_saved(published)
    tab.section("structures").scroll_into_view_if_needed()
    told = tab.page.locator(".bk-tooltip-row-value")
    tab.page.mouse.move(*tab.at("structures", 3.5, 2.5))
    told.get_by_text("29", exact=True).wait_for()
    tab.page.mouse.move(*tab.at("subsequences", 14, 89.66), steps=3)
    told.get_by_text(BITS, exact=True).wait_for()


def test_the_next_row_is_reached_by_keys(published, open_saved):
    tab = open_saved(published)
    (saved,) = tab.rows()
    tab.page.get_by_role("button", name="Next row").focus()
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Enter")
    assert tab.rows() == [saved + 2]


def test_all_experiments_matched_from_one_symbol_on(explorer, real_commons, open_saved, tmp_path):
    names = [name for _, name in real_commons.trained_experiments()]
    link = "&".join((*(f"experiment={name}" for name in names), "min_length=1"))
    path = explorer.save(tmp_path / "all.html", link)
    tab = open_saved(path)
    drawn = tab.columns("subsequences", "here")
    count = len(tab.columns("rows", "subsequence")["subsequence"])
    assert sum(drawn["here"]) == count > MOST_MARKS > len(drawn["here"])
    told = f"{len(drawn['here']):,} marks stand for {count:,} points"
    assert tab.section("subsequences").get_by_text(told).is_visible()
    assert tab.page.locator("section#structures, section#row").count() == 0
    tab.section("engine").get_by_text(names[3]).click()
    tab.status(f"Marked: experiment {names[3]}")


def test_matched_together_a_row_and_its_point_choose_each_other(explorer, open_saved, tmp_path):
    pair = f"experiment={EXPERIMENT}&experiment=1gpu_1e14_no_early_termination"
    link = f"{pair}&across=yes&start=0&subsequence={BITS}"
    tab = open_saved(explorer.save(tmp_path / "pair.html", link))
    rows = tab.columns("rows", "mean_val_accuracy_percent")
    longest = int(np.argmax(rows["length"]))
    at = (rows["length"][longest], rows["mean_val_accuracy_percent"][longest])
    tab.tap("subsequences", *at)
    tab.status("all together")
    assert tab.rows() == [longest]
    tab.tap("structures", 3, 0.5)
    tab.status("Marked: structure 1 ")


def test_texts_of_archives_and_links_are_no_markup(real_commons, open_saved, tmp_path):
    evil = '</script><img src=x onerror="window.broken=1"><!--<script>'
    known = known_of(real_commons)
    asked = from_query(urlencode({"experiment": [EXPERIMENT, evil]}, doseq=True), known)
    shown = views_of(Desk(real_commons), known, asked)
    kinds = {each.slot.name: each for each in shown.views}
    assert any(evil[:9] in notice for notice in shown.notices)
    named = [
        replace(kinds[name], answer=kinds[name].answer.assign(experiment=evil))
        for name in ("subsequences", "rows", "engine")
    ]
    state = replace(shown.state, experiments=(evil,))
    for each in named:
        each.view.show(each.answer, state)
    views = [each.view for each in named]
    links = {
        "points": mark_points(*views[:2]), "engine": mark_engine(views[2]), "structures": [],
        "holders": {evil: [evil]},
    }  # fmt: skip
    facts = [Fact(evil, evil, f'https://doi.org/"{evil}'), *facts_of(state, real_commons)]
    page = text_of(Shown(state, shown.notices, tuple(named)), links, facts)
    assert evil not in page
    path = tmp_path / "evil.html"
    path.write_text(page, encoding="utf-8")
    tab = open_saved(path)
    tab.section("engine").get_by_text(evil).click()
    tab.status(f"Marked: experiment {evil}")
    rows = tab.columns("rows", "mean_val_accuracy_percent")
    at = (rows["length"][0], rows["mean_val_accuracy_percent"][0])
    tab.page.mouse.move(*tab.at("subsequences", *at), steps=3)
    tab.page.locator(".bk-tooltip-row-value").get_by_text(evil, exact=True).first.wait_for()
    assert tab.page.locator("img[src=x]").count() == 0
    assert tab.page.evaluate("window.broken") is None


def test_only_the_scripts_of_the_page_run(published, open_saved, tmp_path):
    changed = published.read_text("utf-8").replace(
        "</main>", "<svg onload='window.broken=1'></svg><script>window.broken=1</script></main>"
    )
    path = tmp_path / "changed.html"
    path.write_text(changed, encoding="utf-8")
    tab = open_saved(path)
    faults, tab.faults[:] = tab.faults[:], []
    assert tab.page.evaluate("window.broken") is None
    assert len(faults) == 2
    assert all("Content Security Policy" in fault for fault in faults)


def test_nothing_is_loaded_from_anywhere(published):
    class Addresses(HTMLParser):
        found: ClassVar = []

        def handle_starttag(self, tag, attrs):
            self.found += [(tag, name) for name, _ in attrs if name in LOADING]
            self.found += [
                (tag, "style") for name, text in attrs if name == "style" and "url" in text
            ]

    Addresses().feed(published.read_text("utf-8"))
    assert set(Addresses.found) == {("a", "href")}


LOADING = {"src", "href", "srcset", "action", "data", "poster", "background", "xlink:href"}


def test_the_live_page_saves_what_it_shows(tab, open_saved, tmp_path):
    tab.open(LINK.removeprefix("?") + "&metric=hamming")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("link", name="Save page").click()
    assert waiting.value.suggested_filename == "vinarch-page.html"
    path = tmp_path / "page.html"
    waiting.value.save_as(path)
    saved = open_saved(path)
    assert saved.section("distances").get_by_text("Hamming").count()
    for view, column in (("subsequences", "accuracy"), ("structures", "flat"), ("beside", "x")):
        assert saved.columns(view, column) == tab.columns(view, column)
    assert tab.section("row").get_by_text("89.66").is_visible()


def test_the_page_tells_how_it_is_reopened(published, open_saved, explorer, real_commons):
    tab = open_saved(published)
    told = tab.page.locator("aside dd").last.inner_text()
    archive, option, link = shlex.split(told)[2:]
    assert (archive, option) == ("JS9FR6", "--link")
    opened = vinarch.explore(real_commons, port=0, open_browser=False, link=link)
    opened.stop()
    assert opened.url.endswith(LINK)
    again = explorer.save(published.with_name("again.html"), opened.url)
    assert TOLD["subsequence"] in again.read_text("utf-8")


def test_what_of_a_link_cannot_be_shown_is_told(explorer, open_saved, tmp_path):
    link = f"?experiment=none&experiment={EXPERIMENT}"
    with pytest.warns(UserWarning, match="has no experiment 'none'") as told:
        path = explorer.save(tmp_path / "a.html", link)
    assert len(told) == 1
    assert open_saved(path).page.get_by_role("note").get_by_text("'none'").is_visible()


def test_a_page_that_would_show_nothing_is_refused(real_commons, tmp_path):
    with pytest.raises(SelectionError, match="expected a chosen experiment, got none"):
        vinarch.save_explorer(real_commons, tmp_path / "a.html", "?experiment=")
    with pytest.raises(SelectionError, match="has no experiment 'none' that can be shown"):
        vinarch.save_explorer(real_commons, tmp_path / "a.html", "?experiment=none")
    untrained = real_commons.select(status="no_histories")
    with pytest.raises(SelectionError, match="holds no trained networks"):
        vinarch.save_explorer(untrained, tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_left(real_commons, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="expected a file that a page can be written to"):
        write_page(SavedPage("", ()), tmp_path / "file" / "a.html")
    with pytest.raises(StoreError, match=r"got a folder\. Name a file in it"):
        vinarch.save_explorer(real_commons, tmp_path)
    for wrong in ("", None, 3):
        with pytest.raises(StoreError, match="expected the path of a file"):
            vinarch.save_explorer(real_commons, wrong)
    with pytest.raises(StoreError, match="expected a user's home folder after ~"):
        vinarch.save_explorer(real_commons, "~nobody-of-that-name/a.html")
    with pytest.raises(ParameterError, match="link: expected a link copied"):
        vinarch.save_explorer(real_commons, tmp_path / "a.html", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_there_keeps_its_mode_and_a_link_to_it_stays(real_commons, tmp_path):
    private, link = tmp_path / "private.html", tmp_path / "link.html"
    private.write_text("old")
    private.chmod(0o600)
    link.symlink_to(private)
    written = vinarch.save_explorer(real_commons, link, f"experiment={EXPERIMENT}")
    assert written == private.resolve()
    assert link.is_symlink()
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert private.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_what_is_no_file_is_not_replaced(real_commons, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StoreError, match="expected the path of a file, got a device or a pipe"):
        vinarch.save_explorer(real_commons, pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    for path in ("a\0.html", "\ud800.html"):
        with pytest.raises(StoreError, match="expected the path of a file"):
            vinarch.save_explorer(real_commons, path)


@pytest.mark.parametrize("link", ["http://[x/?experiment=1", "?experiment=\udcff"])
def test_a_link_that_is_no_address_is_told(real_commons, tmp_path, link):
    with pytest.raises((ParameterError, SelectionError)) as refused:
        vinarch.save_explorer(real_commons, tmp_path / "a.html", link)
    assert "expected" in str(refused.value)


def test_the_command_saves_and_serves_nothing(fetched_home, tmp_path):
    target = tmp_path / "talk.html"
    words = ["explore", str(fetched_home / "commons"), "--save", str(target), "--link"]
    done = CliRunner().invoke(commands, [*words, LINK + "&min_length=six"])
    assert (done.exit_code, done.stdout) == (0, f"open {target}\n")
    assert "min_length is 'six', which is no whole number" in done.stderr
    assert TOLD["subsequence"] in target.read_text("utf-8")
    done = CliRunner().invoke(commands, [*words[:2], "--save", str(tmp_path)])
    assert done.exit_code == 1
    assert "expected the path of a file, got a folder" in done.stderr
