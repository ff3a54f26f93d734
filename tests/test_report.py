import math
import pickle
import re
import struct
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from vinarch.errors import ParameterError
from vinarch.provenance import Asked, FetchedFile, Provenance
from vinarch.report import Link, Report, ReportFigure, ReportTable, render_report

SCRIPT = "<script>alert(1)</script>"
LOADING = {"src", "srcset", "data", "poster", "background", "action"}
VOID = {"meta", "link", "img", "br", "hr", "input", "wbr"}


def make_png(width, height):
    """Return a grey PNG image, built by hand."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Page(HTMLParser):
    """What a page holds; a tag that is closed out of turn is an error."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text, self.styles = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        (self.styles if self.open[-1:] == ["style"] else self.text).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


@pytest.fixture
def report():
    provenance = Provenance(
        archive="TOY123",
        doi="10.1234/TOY/TOY123",
        version="2.0",
        source="mirror: a shelf",
        fetched_at="2024-05-06T07:08:09Z",
        asked=(
            Asked("Dataverse: https://data.example", "refused the files (403)"),
            Asked("mirror: a shelf", "gave the files"),
        ),
        files=(FetchedFile("runs/a.csv", 1234567, "ab" * 32), FetchedFile("b.csv", 8, "cd" * 32)),
    )
    return Report(
        title="Toy report",
        vinarch_version="9.8.7",
        citation_text="Toy makers (2024). Toy data.",
        citation_bibtex="@data{toy,\n  year = {2024}\n}",
        archive="TOY123",
        doi="10.1234/TOY/TOY123",
        version="2.0",
        licence="CC0-1.0",
        provenance=provenance,
        experiments=ReportTable("Experiments known", ("experiment", "early"), (("one", True),), 1),
        rows_read=12345,
        rows_rejected=3,
        selected=(("subsequence", "10110"), ("mean validation accuracy (%)", 89.65968)),
        figures=(
            ReportFigure(
                "Scatter",
                "Four points.",
                make_png(1004, 60),
                (Link("one column, PDF", "figures/a b.pdf"),),
            ),
            ReportFigure("Wide", "Two points.", make_png(2102, 60)),
        ),
        tables=(
            ReportTable(
                "Matches",
                ("subsequence", "count", "accuracy (%)"),
                (("10110", 5, 89.65968), ("01101", 2, math.nan)),
                514,
                Link("matches.csv", "tables/matches.csv"),
            ),
        ),
        python=("import vinarch", 'vinarch.fetch("TOY123")'),
        rejects=Link("rejects.csv", "tables/rejects.csv"),
    )


@pytest.fixture
def page(report):
    return Page(render_report(report))


def test_page_is_whole_html_with_language_and_title(report, page):
    assert render_report(report).startswith("<!DOCTYPE html>")
    assert page.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in page.all("meta")
    assert any(meta.get("name") == "viewport" for meta in page.all("meta"))
    assert "Toy report" in page.words


def test_nothing_is_loaded_from_anywhere(page):
    for tag, attributes in page.tags:
        assert tag not in {"script", "iframe", "object", "embed", "form", "base"}
        for name in LOADING & set(attributes):
            assert attributes[name].startswith("data:image/png;base64,")
        assert not any(name.startswith("on") for name in attributes)
        if tag == "link":
            assert attributes["href"].startswith("data:")
    for style in page.styles:
        assert "url(" not in style
        assert "@import" not in style


def test_outside_links_lead_to_the_doi_only(page):
    outside = {
        a["href"] for a in page.all("a") if not a["href"].startswith("#") and ":" in a["href"]
    }
    assert outside == {"https://doi.org/10.1234/TOY/TOY123"}


def test_anchors_lead_to_an_id_that_is_there_once(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    labels = {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a}
    assert anchors | labels <= set(ids)


def test_headings_step_down_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_pictures_travel_inside_with_size_and_alternative(page):
    scatter, wide = page.all("img")
    assert (scatter["width"], scatter["height"]) == ("502", "30")
    assert scatter["alt"] == "Scatter: Four points."
    assert wide["width"] == "1051"
    assert [figure["class"] for figure in page.all("figure")] == ["narrow", "wide"]


def test_files_are_linked_by_quoted_relative_paths(page):
    hrefs = [a["href"] for a in page.all("a")]
    assert {"figures/a%20b.pdf", "tables/matches.csv", "tables/rejects.csv"} <= set(hrefs)


def test_tables_have_captions_and_column_heads_and_scroll_in_their_own_box(page):
    assert len(page.all("caption")) == len(page.all("table")) == 4
    assert all(th == {"scope": "col"} for th in page.all("th"))
    boxes = [div for div in page.all("div") if div.get("class") == "scroll"]
    assert len(boxes) == 4
    assert all(box["tabindex"] == "0" and box["role"] == "region" for box in boxes)


def test_cut_table_says_so(page):
    assert "Matches (the first 2 of 514 rows)" in page.words
    assert "Experiments known (1 row)" in page.words


def test_values_are_written_for_readers(page):
    assert "10110 5 89.66 01101 2 n/a" in page.words
    assert "one yes" in page.words
    assert "12,345 rows read, 3 rejected." in page.words


def test_a_list_breaks_after_its_separators_only(report):
    table = ReportTable("Lists", ("held_by",), (("28;31;37;" * 5,), ("8, 9",)), 2)
    html = render_report(replace(report, tables=(table,), selected=(("bits", "[1,0]"),)))
    assert "<wbr>28;<wbr>31;<wbr>37;</td>" in html
    assert "<td>8, 9</td>" in html
    assert '<th scope="col">held_<wbr>by</th>' in html
    assert "<dd>[1,<wbr>0]</dd>" in html
    assert "overflow-wrap: anywhere" not in re.search(r"td\.text {[^}]*}", html)[0]


def test_provenance_is_complete(report, page):
    for words in (
        "10.1234/TOY/TOY123",
        "Version 2.0",
        "CC0-1.0",
        "Source mirror: a shelf",
        "2024-05-06T07:08:09Z",
        "Dataverse: https://data.example refused the files (403)",
        "mirror: a shelf gave the files",
        "runs/a.csv 1,234,567 " + "ab" * 32,
        "b.csv 8 " + "cd" * 32,
        report.provenance.fingerprint,
        "vinarch 9.8.7",
        "Toy makers (2024). Toy data.",
        'import vinarch vinarch.fetch("TOY123")',
    ):
        assert words in page.words


def test_code_keeps_its_lines(report):
    assert "@data{toy,\n  year = {2024}\n}" in render_report(report)


def test_every_text_is_escaped(report):
    provenance = replace(
        report.provenance,
        archive=SCRIPT,
        source=SCRIPT,
        version=SCRIPT,
        fetched_at=SCRIPT,
        doi='10.1/"><script>',
        asked=(Asked(SCRIPT, SCRIPT),),
        files=(FetchedFile(SCRIPT, 1, SCRIPT),),
    )
    table = ReportTable(SCRIPT, (SCRIPT,), ((SCRIPT,),), 2, Link(SCRIPT, 'a"><script>.csv'))
    hostile = Report(
        title=SCRIPT,
        vinarch_version=SCRIPT,
        citation_text=SCRIPT,
        citation_bibtex=SCRIPT,
        archive=SCRIPT,
        doi='10.1/"><script>',
        version=SCRIPT,
        licence=SCRIPT,
        provenance=provenance,
        experiments=table,
        rows_read=1,
        rows_rejected=0,
        selected=((SCRIPT, SCRIPT),),
        figures=(ReportFigure('"' + SCRIPT, SCRIPT, make_png(8, 8), (Link(SCRIPT, "x'y.png"),)),),
        tables=(table,),
        python=(SCRIPT,),
    )
    html = render_report(hostile)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 20
    page = Page(html)
    assert page.all("img")[0]["alt"] == f'"{SCRIPT}: {SCRIPT}'
    assert "a%22%3E%3Cscript%3E.csv" in [a["href"] for a in page.all("a")]


def test_parts_that_are_empty_leave_no_heading(report):
    bare = replace(report, selected=(), figures=(), tables=(), python=(), rejects=None)
    page = Page(render_report(bare))
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert not ids & {"selected", "figures", "tables", "reproduce"}
    assert {"experiments", "provenance", "cite"} <= ids
    anchors = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    assert anchors <= ids


def test_page_narrows_and_prints(page):
    (style,) = page.styles
    assert "@media print" in style
    assert re.search(r"@media \(max-width: \d+rem\)", style)


def test_equal_reports_give_equal_pages(report):
    assert render_report(report) == render_report(pickle.loads(pickle.dumps(report)))


@pytest.mark.parametrize(
    "path",
    ["", "/etc/a.csv", "https://data.example/a.csv", "//host/a", "javascript:alert(1)", "\\\\h"],
)
def test_link_that_leads_elsewhere_is_refused(report, path):
    table = replace(report.tables[0], link=Link("all rows", path))
    with pytest.raises(ParameterError, match="link 'all rows': expected a path relative") as caught:
        render_report(replace(report, tables=(table,)))
    assert repr(path) in str(caught.value)


def test_picture_that_is_no_png_is_refused(report):
    figure = ReportFigure("Odd", "A word.", b"GIF89a")
    with pytest.raises(
        ParameterError, match="figure 'Odd': expected the bytes of a PNG image, got 6"
    ):
        render_report(replace(report, figures=(figure,)))


def test_row_that_does_not_fit_its_header_is_refused(report):
    table = ReportTable("Odd", ("a", "b"), ((1, 2), (1,)), 2)
    with pytest.raises(
        ParameterError, match=r"'Odd', row 1: expected 2 values \(a, b\), got 1 val"
    ):
        render_report(replace(report, tables=(table,)))


def test_page_of_five_megabytes_is_refused(report):
    table = ReportTable("Long", ("a",), (("x" * 5_000_000,),), 1)
    with pytest.raises(ParameterError, match="below 5,000,000 bytes, got 5,0"):
        render_report(replace(report, tables=(table,)))
