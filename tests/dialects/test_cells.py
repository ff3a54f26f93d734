from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tables import REFUSED, naive_boolean, naive_float, naive_integer, naive_list

from vinarch.dialects.cells import read_booleans, read_float_lists, read_floats, read_integers


def read_with(reader, cells):
    values, refused = reader(pa.array(cells, pa.string()))
    assert len(values) == len(refused) == len(cells)
    got = []
    for value, bad in zip(values.to_pylist(), refused, strict=True):
        assert not bad or value is None
        got.append(REFUSED if bad else value)
    return got


def same(one, other):
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


NUMBERS = st.one_of(
    st.floats(width=64).map(str),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(
        ["inf", "-inf", "nan", "NaN", "", " ", "1.", ".5", "+1", "1e5", "0x10", "51.0"]
    ),
)
JUNK = st.text(alphabet='0123456789.eE+-infa[], \n\t"xTrueFals', max_size=12)
BOOLEANS = st.sampled_from(["True", "False", "TRUE", "false", " True ", "1", "0", "yes", ""])
LISTS = st.builds(
    lambda numbers, gap, left, right: left + gap.join(numbers) + right,
    st.lists(NUMBERS, max_size=6),
    st.sampled_from([" ", "  ", "\n ", ", ", ",", " ,\n"]),
    st.sampled_from(["[", "[ ", "", "[["]),
    st.sampled_from(["]", " ]", "", "]]", "]\n"]),
)


@given(st.lists(NUMBERS | JUNK, max_size=20))
def test_floats_against_plain_python(cells):
    assert all(map(same, read_with(read_floats, cells), map(naive_float, cells)))


@given(st.lists(NUMBERS | JUNK, max_size=20))
def test_integers_against_plain_python(cells):
    assert all(map(same, read_with(read_integers, cells), map(naive_integer, cells)))


@given(st.lists(BOOLEANS | JUNK, max_size=20))
def test_booleans_against_plain_python(cells):
    assert all(map(same, read_with(read_booleans, cells), map(naive_boolean, cells)))


@given(st.lists(LISTS | NUMBERS | JUNK, max_size=20))
@example(["[1. 2.", "1. 2.]", "1. 2.", "[1, 2,]", "[1,,2]", "[1 2, 3]", "[[1 2]]", "[]", "[ ]"])
def test_lists_against_plain_python(cells):
    assert all(map(same, read_with(read_float_lists, cells), map(naive_list, cells)))


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("[90.75  1.5  0.25]", [90.75, 1.5, 0.25]),
        ("[70.5 75.25\n 80. 81.125\n 82.5]", [70.5, 75.25, 80.0, 81.125, 82.5]),
        ("[70.5\r\n 75.25]", [70.5, 75.25]),
        ("[inf, inf, inf]", [math.inf] * 3),
        ("inf", [math.inf]),
        ("", None),
    ],
)
def test_arrays_as_the_deposit_prints_them(cell, values):
    assert read_with(read_float_lists, [cell]) == [values]


@pytest.mark.parametrize(
    "cell", ["[70.5 75.25", "70.5 75.25]", "70.5 75.25", "[1. ... 9.]", "[1 x]"]
)
def test_an_array_that_lost_a_bracket_or_numbers_is_refused(cell):
    assert read_with(read_float_lists, [cell]) == [REFUSED]


@pytest.mark.parametrize("bad", [{0}, {999}, {0, 499, 500, 999}, set(range(1000)), set()])
def test_refused_cells_are_found_wherever_they_stand(bad):
    cells = ["x" if place in bad else str(place / 8) for place in range(1000)]
    got = read_with(read_floats, cells)
    assert got == [REFUSED if place in bad else place / 8 for place in range(1000)]


@pytest.mark.parametrize("reader", [read_floats, read_integers, read_booleans, read_float_lists])
def test_no_cells_give_no_values(reader):
    assert read_with(reader, []) == []
