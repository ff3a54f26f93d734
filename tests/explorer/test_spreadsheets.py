"""Saved tables: nothing of them is a formula, and every text comes back."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.explorer.spreadsheets import csv_bytes
from vinarch.explorer.views import SLOTS

STARTS = "=+-@\t\r"


def read(content):
    """Return the texts of a saved table, as its docstring says."""
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    return frame.map(lambda text: re.sub(r"^'('*[=+\-@\t\r])", r"\1", text))


def test_texts_get_an_apostrophe_and_numbers_none():
    frame = pd.DataFrame(
        {
            "experiment": ["=HYPERLINK(1)", "-1", "one", "'quoted'", "'=x"],
            "points": [-1.5, np.nan, 2.0, -0.0, 1e300],
            "count": pd.array([-1, None, 3, 4, 5], dtype="Int64"),
            "known": [True, False, True, True, False],
        }
    )
    assert csv_bytes(frame).decode().splitlines() == [
        "experiment,points,count,known",
        "'=HYPERLINK(1),-1.5,-1,True",
        "'-1,,,False",
        "one,2.0,3,True",
        "'quoted',-0.0,4,True",
        "''=x,1e+300,5,False",
    ]


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_every_kind_of_text_column_is_looked_through(dtype):
    frame = pd.DataFrame({"name": pd.Series(["=1", "b", "=1"], dtype=dtype)})
    before = frame.copy()
    assert csv_bytes(frame) == b"name\r\n'=1\r\nb\r\n'=1\r\n"
    pd.testing.assert_frame_equal(frame, before)


def test_a_name_that_is_no_text_and_two_columns_of_one_name_are_written():
    frame = pd.DataFrame([["=1", 2], ["a", -3]], columns=["=x", "=x"])
    assert csv_bytes(frame) == b"'=x,'=x\r\n'=1,2\r\na,-3\r\n"


TEXTS = st.text(st.sampled_from("'=+-@\t\r\n\",a1 "), min_size=1, max_size=6)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_cell_is_a_formula_and_every_text_comes_back(texts):
    content = csv_bytes(pd.DataFrame({"name": texts, "number": -1}))
    cells = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)["name"]
    assert not any(cell[0] in STARTS for cell in cells)
    assert read(content)["name"].tolist() == texts


def test_every_view_saves_its_table():
    assert all("csv" in slot.saves for slot in SLOTS)
