from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest
from tables import TOY_FILES, ingest_files, toy_archive

from vinarch.asking.shown import Held, html_of, text_of
from vinarch.commons import open_commons
from vinarch.schema import ARCHIVES, EXPERIMENTS


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "one", TOY_FILES)
    ingest_files(folder / "commons", folder / "two", TOY_FILES, archive=toy_archive("AND"))
    return open_commons(folder / "commons")


class Reading(HTMLParser):
    """The words of a page, and which elements are left open."""

    def __init__(self, text):
        super().__init__()
        self.words, self.open, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_one_archive_is_one_line(both):
    assert repr(both.select(archive="AND")) == (
        "Commons of 1 archive (AND 9.0): 4 experiments (1 without histories), "
        "7 architectures, 12 history rows"
    )


def test_several_archives_have_a_line_each(both):
    assert repr(both) == (
        "Commons of 2 archives: 8 experiments (2 without histories), 14 architectures, "
        "24 history rows\n"
        "  AND 9.0: 4 experiments (1 without histories), 7 architectures, 12 history rows\n"
        "  TOY 9.0: 4 experiments (1 without histories), 7 architectures, 12 history rows"
    )
    assert repr(both.select(status="ok", gpus=4)) == (
        "Commons of 2 archives: 2 experiments, 6 architectures, 8 history rows\n"
        "  AND 9.0: 1 experiment, 3 architectures, 4 history rows\n"
        "  TOY 9.0: 1 experiment, 3 architectures, 4 history rows"
    )


def test_a_commit_is_shortened_as_people_write_it():
    assert Held("EvoVis", "ab" * 20).name == "EvoVis abababab"
    assert Held("EvoVis", "2025-01").name == "EvoVis 2025-01"
    assert text_of(EXPERIMENTS.empty(), [Held("A", "1")]).startswith("Commons of 1 archive (A 1): ")


def test_the_notebook_tells_archives_experiments_and_citation(both):
    page = Reading(both._repr_html_())
    assert page.open == []
    words = " ".join(page.words)
    assert "Commons of 2 archives" in words
    assert "https://doi.org/10.7910/DVN/JS9FR6" in page.links
    assert "8 experiments" in words
    assert "4gpu_1e16_early_termination" in words
    assert "Cite AND as: " in words
    assert "Apache-2.0 with LLVM exceptions" in words
    low = Reading(both.select("mflops < 400", archive="TOY")._repr_html_())
    assert "Cite AND" not in " ".join(low.words)
    assert "2 experiments, 2 architectures, 4 history rows" in " ".join(low.words)


def test_what_an_archive_says_cannot_become_markup():
    evil = "<script>alert('x')</script>\"&"
    index = pd.DataFrame([dict.fromkeys(EXPERIMENTS.names, 0) | {
        "archive": evil, "experiment": evil, "status": evil, "search_space": evil}])  # fmt: skip
    archives = pd.DataFrame([dict.fromkeys(ARCHIVES.names, evil) | {"doi": None}])
    for url in ("javascript:alert(1)", 'https://x/"><script>', None):
        page = html_of(index, [Held(evil, "1")], archives.assign(url=url))
        assert "<script" not in page
        assert not any(str(link).startswith("javascript") for link in Reading(page).links)
        assert evil in " ".join(Reading(page).words)


def test_many_experiments_are_counted_not_listed(both):
    index = pd.concat([both.experiment_index] * 5, ignore_index=True)
    archives = both.archives.compute()
    words = " ".join(
        Reading(html_of(index, [Held("AND", "9.0"), Held("TOY", "9.0")], archives)).words
    )
    assert "and 10 experiments more" in words


def test_an_empty_commons_can_be_shown(both):
    from vinarch.commons import from_snapshot

    empty = from_snapshot(both.snapshot, both.experiment_index.iloc[:0])
    assert repr(empty).startswith("Commons of 0 archives (none): 0 experiments")
    assert Reading(empty._repr_html_()).open == []


def test_only_numbers_are_kept_in_one_line_so_that_long_names_can_wrap(both):
    style = both._repr_html_().partition("<style>")[2].partition("</style>")[0]
    unbroken = [rule.partition("{")[0] for rule in style.split("}") if "nowrap" in rule]
    assert unbroken == [".vinarch-commons .n"]
