import json
import pickle
from dataclasses import replace

import nbformat
import pytest
from nbclient import NotebookClient
from study_findings import findings_of, structures_figure

from vinarch.errors import ParameterError
from vinarch.notebook import render_notebook
from vinarch.report import (
    Doi,
    Facts,
    FrameOutput,
    Items,
    Link,
    Listing,
    Paragraph,
    Ref,
    Report,
    ReportFigure,
    ReportTable,
    Section,
)
from vinarch.study_page import study_report

PNG = b"\x89PNG\r\n\x1a\n" + bytes(7) + b"\x0dIHDR" + bytes(3) + b"\x08" + bytes(3) + b"\x08"
DRAWN = ReportFigure(
    "drawn", "Drawn", "A word.", PNG, (Link("PDF", "figures/a b.pdf"),), ("draw(commons)",)
)
MADE = ReportTable(
    "made", "Made", ("a", "b"), ((1, "x"),), 9, "A note.", Link("all", "all.csv"),
    ("t", "t.head(1)"), FrameOutput("as text", "<table>as html</table>"),
)  # fmt: skip
GIVEN = ReportTable("given", "Given", ("name", "size_bytes"), (("a|b", 41621), ("c", None)), 2)


def toy(*blocks):
    section = Section("one", "One", blocks)
    return Report("Toy", "by hand", "9.8.7", (), ('commons = "toy"',), (section,))


def cells_of(report):
    return nbformat.reads(render_notebook(report), as_version=4).cells


def text_of(*blocks):
    """Return what the Markdown cells of a section say."""
    cells = [cell.source for cell in cells_of(toy(*blocks))[2:] if cell.cell_type == "markdown"]
    return "\n\n".join(cells).removeprefix("## 1 One\n\n")


def test_it_is_a_valid_notebook_that_says_its_kernel():
    text = render_notebook(toy(DRAWN, MADE, GIVEN))
    node = nbformat.reads(text, as_version=4)
    nbformat.validate(node)
    assert (node.nbformat, node.nbformat_minor) == (4, 5)
    assert node.metadata["kernelspec"]["name"] == "python3"
    assert text.endswith("}\n")


def test_cells_stand_in_order_with_ids_and_counts_by_place():
    cells = cells_of(toy(Paragraph(("See ", Ref("made"), ".")), DRAWN, MADE, Items(("Last.",))))
    assert [cell.id for cell in cells] == [f"cell-{place:03d}" for place in range(len(cells))]
    assert [cell.cell_type for cell in cells] == [
        "markdown", "code", "markdown", "code", "markdown", "code", "markdown",
    ]  # fmt: skip
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [cell.source for cell in code] == ['commons = "toy"', "draw(commons)", "t\nt.head(1)"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert [output.execution_count for cell in code for output in cell.outputs] == [2, 3]


def test_a_figure_and_a_table_carry_their_output():
    _, _, _, drawn, _, made = cells_of(toy(DRAWN, MADE))
    (output,) = drawn.outputs
    assert output.output_type == "execute_result"
    assert output.data["image/png"].startswith("iVBORw0KGgo")
    assert output.data["text/plain"] == "Drawing: A word."
    assert made.outputs[0].data == {
        "text/html": "<table>as html</table>",
        "text/plain": "as text",
    }


def test_captions_are_numbered_and_link_the_files():
    text = text_of(DRAWN, MADE)
    assert "**Figure 1. Drawn.** A word.\n\nFiles: [PDF](<figures/a%20b.pdf>)" in text
    assert "**Table 1. Made** (the first 1 of 9 rows). A note." in text
    assert "Full table: [all](<all.csv>)" in text


def test_a_table_that_no_lines_make_is_written_out():
    assert text_of(GIVEN).endswith(
        "| name | size bytes |\n| --- | --- |\n| a\\|b | 41,621 |\n| c | n/a |"
    )


def test_a_picture_that_no_lines_make_is_shown():
    assert "![Drawn](data:image/png;base64,iVBORw0KGgo" in text_of(replace(DRAWN, python=()))


def test_a_paragraph_can_lead_with_what_it_is_about():
    assert text_of(Paragraph(("1. one",), "A_b")) == r"**A\_b.** 1. one"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b *c* `d` [e](f) ~g~ |", r"a\_b \*c\* \`d\` \[e\](f) \~g\~ \|"),
        ("<b> & $x$", "&lt;b&gt; &amp; &#36;x&#36;"),
        ("one\n\n# two", r"one \# two"),
        ("- one", r"\- one"),
        ("12. one", r"12\. one"),
        ("12.5 points", "12.5 points"),
        ("=== one", r"\=== one"),
        ("a \\ b", r"a \\ b"),
        ("![x](http://host/a.png)", r"\!\[x\](http://host/a.png)"),
    ],
)
def test_no_text_is_taken_for_markup(text, expected):
    assert text_of(Paragraph((text,))) == expected
    assert text_of(Items((text,))) == f"- {expected}"


def test_links_and_mentions_are_links():
    pieces = ("See ", Ref("one"), ", ", Link("all", "a>.csv"), ": ", Doi("10.1/a b"))
    assert text_of(Paragraph(pieces)) == (
        "See Section 1, [all](<a%3E.csv>): <https://doi.org/10.1/a%20b>"
    )


def test_a_listing_cannot_end_its_own_fence():
    text = text_of(Listing(("```", "# title"), "python"), Facts((("a_b", 0.5),)))
    assert text == "````python\n```\n# title\n````\n\n- **a\\_b**: 0.50"


def test_equal_reports_give_equal_bytes():
    report = toy(DRAWN, MADE, GIVEN)
    assert render_notebook(pickle.loads(pickle.dumps(report))) == render_notebook(report)


def test_a_report_that_contradicts_itself_or_is_too_large_is_refused():
    with pytest.raises(ParameterError, match="got 'nowhere'"):
        render_notebook(toy(Paragraph((Ref("nowhere"),))))
    with pytest.raises(ParameterError, match="below 5,000,000 bytes"):
        render_notebook(toy(replace(MADE, output=FrameOutput("x" * 5_000_000, ""))))


@pytest.fixture(scope="module")
def real_notebook(real_commons):
    """The notebook of three experiments of JS9FR6, two of them on the same data."""
    names = ["1gpu_1e14_early_termination", "1gpu_1e15_early_termination"]
    some = real_commons.select(experiment=[*names, "4gpu_1e14_early_termination"])
    found = findings_of(some)
    return render_notebook(study_report(some, found, [structures_figure(some, found.chosen)]))


def test_running_it_gives_what_it_shows(
    real_notebook, fetched_home, archives, monkeypatch, tmp_path
):
    monkeypatch.setenv("VINARCH_HOME", str(fetched_home))
    monkeypatch.setenv("VINARCH_MIRROR", str(archives))
    node = nbformat.reads(real_notebook, as_version=4)
    shown = [cell.outputs for cell in node.cells if cell.cell_type == "code"]
    for cell in node.cells:
        if cell.cell_type == "code":
            cell["outputs"] = []
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(node, timeout=60, kernel_name="python3", resources=resources).execute()
    run = [cell.outputs for cell in node.cells if cell.cell_type == "code"]
    results = [[one for one in outputs if one.output_type != "stream"] for outputs in run]
    tables = [(one[0].data, two[0].data) for one, two in zip(shown, results, strict=True) if one]
    assert len(tables) > 8
    pictures = 0
    for before, after in tables:
        if "image/png" in before:
            pictures += 1
            assert before["image/png"].strip() == after["image/png"].strip()
        else:
            assert dict(before) == dict(after)
    assert pictures == 1
    assert json.loads(real_notebook)["cells"][1]["source"][0] == "import vinarch\n"
