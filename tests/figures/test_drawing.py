import pickle
import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from PIL import Image
from pypdf import PdfReader

from vinarch.errors import ParameterError, StoreError
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.drawing import check_columns
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.scatter_plot import draw_subsequences


@pytest.fixture
def drawers(points, make_cells, make_pairs):
    cells, pairs = make_cells(4), make_pairs([0, 1, 2])
    return {
        "scatter": lambda: draw_subsequences(points, experiment="toy"),
        "cells": lambda: draw_structures(cells, experiment="toy", start=1, length=2),
        "map": lambda: draw_distance_map(pairs, experiment="toy", metric="euclidean"),
    }


NAMES = pytest.mark.parametrize("name", ["scatter", "cells", "map"])


@NAMES
def test_equal_drawings_give_equal_bytes(drawers, name, tmp_path):
    first = drawers[name]().save(tmp_path / "first")
    drawing = drawers[name]()
    second = drawing.save(tmp_path / "second")
    again = drawing.save(tmp_path / "again")
    contents = [[path.read_bytes() for path in paths] for paths in (first, second, again)]
    assert contents[0] == contents[1] == contents[2]


@NAMES
def test_pdf_embeds_its_fonts_and_has_the_width_of_the_column(drawers, name, tmp_path):
    (path,) = drawers[name]().save(tmp_path / "figure", ["pdf"])
    page = PdfReader(BytesIO(path.read_bytes())).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(85, abs=0.05)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = inner["/FontDescriptor"].get_object()
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


@NAMES
def test_png_has_300_dots_per_inch(drawers, name):
    png = drawers[name]().png()
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == pytest.approx(85 / 25.4 * 300, abs=1)


def test_notebooks_show_the_png(drawers):
    drawing = drawers["map"]()
    assert drawing._repr_png_() == drawing.png()


def test_no_date_and_no_version_in_the_files(drawers, tmp_path):
    png, pdf, svg = drawers["scatter"]().save(tmp_path / "figure")
    assert b"CreationDate" not in pdf.read_bytes()
    assert b"dc:date" not in svg.read_bytes()
    assert b"Software" not in png.read_bytes()


def test_the_files_carry_the_caption(drawers, tmp_path):
    drawing = next(iter(drawers.values()))()
    png, pdf, svg = drawing.save(tmp_path / "stem")
    assert Image.open(png).text["Description"] == drawing.caption
    assert PdfReader(pdf).metadata.subject == drawing.caption
    (told,) = ET.parse(svg).iter("{http://purl.org/dc/elements/1.1/}description")
    assert told.text == drawing.caption


def test_what_no_xml_can_hold_breaks_no_file(drawers):
    drawing = replace(drawers["scatter"](), caption="of a\x00b<c>&\x1b")
    (told,) = ET.fromstring(drawing.svg()).iter("{http://purl.org/dc/elements/1.1/}description")
    lost = "\N{REPLACEMENT CHARACTER}"
    assert told.text == f"of a{lost}b<c>&{lost}"


def test_save_makes_the_folder_and_keeps_dots_in_the_name(drawers, tmp_path):
    paths = drawers["map"]().save(tmp_path / "new" / "map.v1", ["svg", "png"])
    assert [path.name for path in paths] == ["map.v1.svg", "map.v1.png"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "map.v1.png",
        "map.v1.svg",
    ]


def test_unknown_format_writes_nothing(drawers, tmp_path):
    with pytest.raises(ParameterError, match=r"'png', 'pdf', 'svg', got 'gif'"):
        drawers["map"]().save(tmp_path / "figure", ["png", "gif"])
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_is_named(drawers, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(
        StoreError, match=re.escape(str(tmp_path / "file" / "figure.png"))
    ) as caught:
        drawers["map"]().save(tmp_path / "file" / "figure", ["png"])
    assert "folder that figures can be written to" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_failed_replacement_leaves_no_part(drawers, tmp_path):
    (tmp_path / "figure.png").mkdir()
    with pytest.raises(StoreError, match=r"figure\.png"):
        drawers["map"]().save(tmp_path / "figure", ["png"])
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]


def test_missing_column_is_named_beside_those_that_came():
    with pytest.raises(
        ParameterError, match=r"here: expected the columns a, b, got no b among a, c\."
    ):
        check_columns(pd.DataFrame({"a": [1], "c": [2]}), ("a", "b"), "here")


def test_frame_without_rows_is_refused():
    with pytest.raises(ParameterError, match="here: expected at least one row, got 0 rows"):
        check_columns(pd.DataFrame({"a": []}), ("a",), "here")
