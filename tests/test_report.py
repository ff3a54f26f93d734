import base64
import hashlib
import json
import math
import pickle
import re
import struct
import subprocess
import zlib
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from chromium import needed_chromium
from pypdf import PdfReader

from vinarch.errors import ParameterError
from vinarch.report import (
    Doi,
    Facts,
    FrameOutput,
    Items,
    Link,
    Listing,
    Look,
    Paragraph,
    Ref,
    Report,
    ReportFigure,
    ReportTable,
    Section,
    render_report,
    table_of,
)
from vinarch.report.columns import shown_columns
from vinarch.report.shown import heading

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
        self.tags, self.open, self.text, self.styles, self.scripts = [], [], [], [], []
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
        inside = self.open[-1:]
        place = {"style": self.styles, "script": self.scripts}
        place.get(inside[0] if inside else "", self.text).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def words(self):
        return " ".join("".join(self.text).split())


MATCHES = ReportTable(
    "matches",
    "Matches",
    ("subsequence", "count", "mean_val_accuracy_percent"),
    (("10110", 5, 89.65968), ("01101", 2, math.nan)),
    514,
    "Means over epochs.",
    Link("matches.csv", "tables/matches.csv"),
    ("matches.head(2)",),
    FrameOutput("as text", "<table></table>"),
)
SCATTER = ReportFigure(
    "scatter",
    "Scatter",
    "Four points.",
    make_png(1004, 60),
    (Link("one column, PDF", "figures/a b.pdf"),),
    ("draw(commons)",),
)


@pytest.fixture
def report():
    return Report(
        title="Toy report",
        byline="Made by hand.",
        vinarch_version="9.8.7",
        abstract=(Paragraph(("In short: ", Ref("scatter"), ".")),),
        preamble=("import vinarch", 'commons = vinarch.fetch("TOY123")'),
        sections=(
            Section(
                "found",
                "What was found",
                (
                    Paragraph(("See ", Ref("scatter"), ", ", Ref("matches"), ", ", Ref("cite"))),
                    SCATTER,
                    ReportFigure("wide", "Wide", "Two points.", make_png(2102, 60)),
                    MATCHES,
                    Items(("One thing.", "Another.")),
                ),
            ),
            Section(
                "cite",
                "How to cite",
                (
                    Facts((("Version", "2.0"), ("Mean", 89.65968), ("None", None))),
                    Paragraph(("Toy makers. ", Doi("10.1234/TOY"), Link("all", "b.csv"))),
                    Listing(("@data{toy,", "  year = {2024}", "}"), "bibtex"),
                ),
            ),
        ),
    )


@pytest.fixture
def page(report):
    return Page(render_report(report))


def with_table(report, table):
    return replace(report, abstract=(), sections=(Section("one", "One", (table,)),))


def plain_table(header, rows, **words):
    return ReportTable("plain", "Plain", header, rows, len(rows), **words)


def test_page_is_whole_html_with_language_and_title(report, page):
    assert render_report(report).startswith("<!DOCTYPE html>")
    assert page.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in page.all("meta")
    assert any(meta.get("name") == "viewport" for meta in page.all("meta"))
    assert page.words.startswith("Toy report Toy report Made by hand. In short: Figure 1.")


def test_nothing_is_loaded_from_anywhere(page):
    for tag, attributes in page.tags:
        assert tag not in {"iframe", "object", "embed", "form", "base"}
        for name in LOADING & set(attributes):
            assert attributes[name].startswith("data:image/png;base64,")
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        if tag == "link":
            assert attributes["href"].startswith("data:")
    for style in page.styles:
        assert "url(" not in style
        assert "@import" not in style


def test_the_policy_lets_only_the_own_style_and_script_in(page):
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind, (text,) in (("style", page.styles), ("script", page.scripts)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


def test_outside_links_lead_to_the_doi_only(page):
    outside = {
        a["href"] for a in page.all("a") if not a["href"].startswith("#") and ":" in a["href"]
    }
    assert outside == {"https://doi.org/10.1234/TOY"}


def test_anchors_lead_to_an_id_that_is_there_once(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    labels = {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a}
    assert anchors | labels <= set(ids)
    assert {"figure-scatter", "table-matches", "section-cite", "preamble"} <= anchors


def test_figures_tables_and_sections_are_numbered_in_order(report, page):
    assert report.labels == {
        "found": "Section 1",
        "cite": "Section 2",
        "scatter": "Figure 1",
        "wide": "Figure 2",
        "matches": "Table 1",
    }
    assert "See Figure 1, Table 1, Section 2" in page.words
    assert "Figure 2. Wide. Two points." in page.words
    assert "1 What was found" in page.words


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
    assert [picture["class"] for picture in (scatter, wide)] == ["single", "double"]


def test_files_are_linked_by_quoted_relative_paths(page):
    hrefs = [a["href"] for a in page.all("a")]
    assert {"figures/a%20b.pdf", "tables/matches.csv", "b.csv"} <= set(hrefs)


def test_tables_have_captions_and_column_heads_and_scroll_in_their_own_box(page):
    assert [table["class"] for table in page.all("table")] == ["sortable"]
    assert [th["title"] for th in page.all("th")] == list(MATCHES.header)
    assert [th.get("class") for th in page.all("th")] == [None, "number", "number"]
    (box,) = [div for div in page.all("div") if div.get("class") == "scroll"]
    assert (box["tabindex"], box["role"]) == ("0", "region")
    assert "Table 1. Matches (the first 2 of 514 rows). Means over epochs." in page.words


def test_values_are_written_for_readers(page):
    assert "subsequencecountmean val accuracy (%) 10110589.66 011012n/a" in page.words
    assert "Version2.0 Mean89.66 Nonen/a" in page.words
    assert "One thing. Another." in page.words


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 2500.0), ["1", "2,500"]),
        ((0.5, 0.0538), ["0.500", "0.054"]),
        ((99.987, 5.0), ["99.99", "5.00"]),
        ((12345.0, math.nan), ["12,345", "n/a"]),
        ((True, None), ["yes", "n/a"]),
        ((5, 41621), ["5", "41,621"]),
        ((math.inf, 0.25), ["inf", "0.250"]),
    ],
)
def test_numbers_of_a_column_have_the_same_decimals(values, expected):
    table = plain_table(("a",), tuple((value,) for value in values))
    (column,) = shown_columns(table)
    assert [cell.text for cell in column.cells] == expected


def interval_table(*rows):
    looks = (("mean", Look("mean (95 %)", ends=("low", "high"))), ("kind", Look(words=KINDS)))
    return plain_table(("kind", "mean", "low", "high"), rows, looks=looks)


KINDS = ((None, "all of them"), ("a_b", "a or b"))


def test_an_interval_stands_in_the_cell_of_its_estimate_and_words_for_codes(report):
    rows = ((None, 0.6375, 0.1, 0.88), ("a_b", 0.5, math.nan, 0.75), ("c", math.nan, None, None))
    kind, mean = shown_columns(interval_table(*rows))
    assert (mean.head, mean.name, mean.numeric, kind.numeric) == (
        "mean (95 %)",
        "mean",
        True,
        False,
    )
    assert [cell.text for cell in mean.cells] == ["0.64 (0.10 to 0.88)", "0.50", "n/a"]
    assert [cell.text for cell in kind.cells] == ["all of them", "a or b", "c"]
    html = render_report(with_table(report, interval_table(*rows)))
    assert '<td class="number" data-value="0.6375">0.64 (0.10 to 0.88)</td>' in html
    assert "<td>all of them</td>" in html
    assert 'title="low"' not in html


def test_a_look_of_no_column_is_refused(report):
    table = plain_table(("a",), ((1,),), looks=(("a", Look(ends=("low", "high"))),))
    with pytest.raises(ParameterError, match="columns of its header: a, got high, low"):
        render_report(with_table(report, table))


@pytest.mark.parametrize(("rows", "kept"), [(14, True), (15, False)])
def test_short_tables_stay_on_one_printed_page(report, rows, kept):
    html = render_report(with_table(report, plain_table(("a",), ((1,),) * rows)))
    assert ('<figure class="table short"' in html) == kept


def test_a_paragraph_can_lead_with_what_it_is_about(report):
    html = render_report(with_table(report, Paragraph(("Some words.",), SCRIPT)))
    assert "<p><strong>&lt;script&gt;alert(1)&lt;/script&gt;.</strong> Some words.</p>" in html


def test_heads_stand_over_their_numbers(report):
    table = plain_table(("a", "b", "c", "d"), (("x", None, True, None), ("y", None, False, 1)))
    heads = Page(render_report(with_table(report, table))).all("th")
    assert [head.get("class") for head in heads] == [None, "number", None, "number"]


def test_a_table_without_rows_is_shown(report):
    page = Page(render_report(with_table(report, plain_table(("a", "b"), ()))))
    assert "Table 1. Plain (0 rows)." in page.words


def test_a_text_breaks_after_its_separators_only(report):
    table = plain_table(("held_by",), (("28;31;37;",), ("a_b",)))
    html = render_report(with_table(report, table))
    assert "<td>28;<wbr>31;<wbr>37;</td>" in html
    assert "<td>a_<wbr>b</td>" in html


def test_heads_name_units_in_brackets():
    assert heading("spread_points") == "spread (points)"
    assert heading("median_mflops") == "median MFLOPs"


def test_code_keeps_its_lines_and_waits_folded(report, page):
    html = render_report(report)
    assert "@data{toy,\n  year = {2024}\n}" in html
    assert len(page.all("details")) == 3
    assert not any("open" in details for details in page.all("details"))
    assert 'import vinarch\ncommons = vinarch.fetch("TOY123")' in unescape(html)
    assert "draw(commons)" in html
    assert "matches.head(2)" in html


def test_every_text_is_escaped():
    table = ReportTable(
        "t", SCRIPT, (SCRIPT,), ((SCRIPT,),), 2, SCRIPT, Link(SCRIPT, 'a"><script>.csv'), (SCRIPT,),
        FrameOutput(SCRIPT, SCRIPT),
    )  # fmt: skip
    figure = ReportFigure(
        "f", '"' + SCRIPT, SCRIPT, make_png(8, 8), (Link(SCRIPT, "x'y.png"),), (SCRIPT,)
    )
    blocks = (
        Paragraph((SCRIPT, Doi('10.1/"><script>'), Link(SCRIPT, "a.csv"))),
        Items((SCRIPT,)),
        Facts(((SCRIPT, SCRIPT),)),
        Listing((SCRIPT,), "python"),
        figure,
        table,
    )
    hostile = Report(
        SCRIPT, SCRIPT, SCRIPT, (Paragraph((SCRIPT,)),), (SCRIPT,), (Section("s", SCRIPT, blocks),)
    )
    html = render_report(hostile)
    assert html.count("<script") == 1
    assert html.count("&lt;script&gt;") > 20
    page = Page(html)
    assert page.all("img")[0]["alt"] == f'"{SCRIPT}: {SCRIPT}'
    assert "a%22%3E%3Cscript%3E.csv" in [a["href"] for a in page.all("a")]


def test_parts_that_are_empty_leave_nothing(report):
    bare = replace(report, abstract=(), preamble=(), sections=(Section("one", "One", ()),))
    page = Page(render_report(bare))
    assert not page.all("details") + page.all("figure")
    assert not any(div.get("class") == "abstract" for div in page.all("div"))


def test_page_narrows_and_prints(page):
    (style,) = page.styles
    assert re.search(r"@media \(max-width: \d+rem\)", style)
    printed = style[style.index("@media print") :]
    for rule in ("size: A4", "nav, details", "table-header-group", "break-inside: avoid"):
        assert rule in printed


def test_equal_reports_give_equal_pages(report):
    assert render_report(report) == render_report(pickle.loads(pickle.dumps(report)))


@pytest.mark.parametrize(
    "path",
    ["", "/etc/a.csv", "https://data.example/a.csv", "//host/a", "javascript:alert(1)", "\\\\h"],
)
@pytest.mark.parametrize("where", ["table", "figure", "paragraph"])
def test_link_that_leads_elsewhere_is_refused(report, path, where):
    link = Link("all rows", path)
    block = {
        "table": replace(MATCHES, link=link),
        "figure": replace(SCATTER, links=(link,)),
        "paragraph": Paragraph((link,)),
    }[where]
    with pytest.raises(ParameterError, match="link 'all rows': expected a path relative") as caught:
        render_report(with_table(report, block))
    assert repr(path) in str(caught.value)


def test_picture_that_is_no_png_is_refused(report):
    figure = ReportFigure("odd", "Odd", "A word.", b"GIF89a")
    with pytest.raises(
        ParameterError, match="figure 'Odd': expected the bytes of a PNG image, got 6"
    ):
        render_report(with_table(report, figure))


def test_row_that_does_not_fit_its_header_is_refused(report):
    with pytest.raises(
        ParameterError, match=r"'Plain', row 1: expected 2 values \(a, b\), got 1 val"
    ):
        render_report(with_table(report, plain_table(("a", "b"), ((1, 2), (1,)))))


def test_lines_without_their_output_are_refused(report):
    table = plain_table(("a",), ((1,),), python=("a",))
    with pytest.raises(ParameterError, match=r"'Plain': expected the output of its lines"):
        render_report(with_table(report, table))


def test_a_mention_that_leads_nowhere_is_refused(report):
    with pytest.raises(ParameterError, match="section, figure or table: one, got 'network'"):
        render_report(with_table(report, Paragraph((Ref("network"),))))


@pytest.mark.parametrize(("key", "got"), [("one", "'one' 2 times"), ("a b", "'a b'")])
def test_a_key_must_be_a_plain_name_and_stand_once(report, key, got):
    with pytest.raises(ParameterError, match=f"each once, got {got}"):
        render_report(with_table(report, replace(MATCHES, key=key)))


def test_page_of_five_megabytes_is_refused(report):
    table = plain_table(("a",), (("x" * 5_000_000,),))
    with pytest.raises(ParameterError, match="below 5,000,000 bytes, got 5,0"):
        render_report(with_table(report, table))


def test_a_frame_becomes_plain_values_and_what_a_notebook_shows():
    frame = pd.DataFrame(
        {
            "name": pd.Series(["a", None], dtype="string"),
            "count": pd.Series([3, None], dtype="Int64"),
            "share": [np.nan, 0.25],
            "early": pd.Series([True, None], dtype="boolean"),
        }
    )
    table = table_of("t", "T", frame, python=("frame",))
    assert table.rows == (("a", 3, None, True), (None, None, 0.25, None))
    assert [type(value) for value in table.rows[0]] == [str, int, type(None), bool]
    assert table.total_rows == 2
    with pd.option_context("display.max_columns", 2, "display.precision", 1, "display.width", 20):
        assert table_of("t", "T", frame, python=("frame",)) == table
    assert table.output.text == repr(frame)
    assert "<table border" in table.output.html


CLICKS = """
<script>
const column = (n) => [...document.querySelectorAll("tbody tr")]
  .map((row) => row.cells[n].textContent);
const head = (n) => document.querySelectorAll("th")[n];
const seen = [column(0)];
for (const n of [1, 1, 1, 2, 0, 0]) {
  head(n).querySelector("[role=button]").click();
  seen.push([head(n).getAttribute("aria-sort"), ...column(0)]);
}
for (const key of ["Enter", " ", "a"]) {
  const pressed = new KeyboardEvent("keydown", { key, cancelable: true });
  head(0).querySelector("[role=button]").dispatchEvent(pressed);
  seen.push([key, pressed.defaultPrevented, head(0).getAttribute("aria-sort")]);
}
seen.push([...document.querySelectorAll("th")].map((th) => th.getAttribute("aria-sort")));
document.title = JSON.stringify(seen);
</script>
"""


def dump(html, folder, action="--dump-dom"):
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    command = [
        needed_chromium(), "--headless", "--no-sandbox", "--disable-gpu",
        "--disable-background-networking", f"--user-data-dir={folder / 'profile'}",
        action, path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_a_browser_sorts_by_value_missing_last_and_equal_ones_in_their_order(report, tmp_path):
    rows = (("b", 10.004, "x"), ("a", math.nan, "x"), ("d", -2.5, "y"), ("c", 10.001, "x"))
    table = plain_table(("name", "value", "group"), rows)
    html = render_report(with_table(report, table))
    # The page's own policy would stop the clicks, since they are a script of another digest.
    open_page = re.sub(r"<meta http-equiv[^>]*>", "", html).replace("</body>", CLICKS + "</body>")
    title = re.search("<title>(.*)</title>", dump(open_page, tmp_path))[1]
    assert json.loads(unescape(title)) == [
        ["b", "a", "d", "c"],
        ["ascending", "d", "c", "b", "a"],
        ["descending", "b", "c", "d", "a"],
        ["none", "b", "a", "d", "c"],
        ["ascending", "b", "a", "c", "d"],
        ["ascending", "a", "b", "c", "d"],
        ["descending", "d", "c", "b", "a"],
        ["Enter", True, "none"],
        [" ", True, "ascending"],
        ["a", False, "ascending"],
        ["ascending", "none", "none"],
    ]


def test_a_browser_runs_the_own_script_under_the_policy_and_no_other(report, tmp_path):
    html = render_report(report)
    dom = dump(html.replace("</body>", CLICKS + "</body>"), tmp_path)
    assert len(re.findall('<span role="button" tabindex="0">', dom)) == 3
    assert "<title>Toy report</title>" in dom


def test_a_printed_table_repeats_its_heads_and_shows_no_code(report, tmp_path):
    table = replace(MATCHES, header=("long_head",), rows=tuple((str(n),) for n in range(200)))
    html = render_report(with_table(report, table))
    dump(html, tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}")
    pages = [page.extract_text() for page in PdfReader(tmp_path / "page.pdf").pages]
    assert len(pages) > 2
    assert all("long head" in text for text in pages)
    assert not any("matches.head" in text or "Python" in text for text in pages)
