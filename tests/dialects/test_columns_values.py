from __future__ import annotations

import math
import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects.columns_targets import TARGETS, Unit
from vinarch.dialects.columns_values import read_cells, read_free_cells

cells = st.none() | st.sampled_from(
    ["", " ", "-1", "-1.0", "NA", "0", "1", "100", "100.5", "50.25", " 7 ", "1e2", "nan", "inf",
     "x", "1,5", "0x10", "True", "9" * 30, "3.0", "3.", ".", "-0", "1.5e-3"]
) | st.floats().map(repr) | st.integers(-200, 200).map(str)  # fmt: skip
units = st.sampled_from(["percent", "fraction"])


def accuracy_of(cell, factor, null):
    """Read one accuracy the slow way: the value, whether it is refused, whether it is declared."""
    text = (cell or "").strip()
    if text in null:
        return None, False, True
    if not text:
        return None, False, False
    try:
        number = float(text) if re.fullmatch(r"[-+.\deE]+|-?nan|-?inf", text) else None
    except ValueError:
        number = None
    if number is None:
        return None, True, False
    if number in {float(word) for word in null if re.fullmatch(r"[-+.\deE]+", word)}:
        return None, False, True
    value = number * factor
    if math.isfinite(value) and 0 <= value <= 100:
        return value, False, False
    return None, True, False


@settings(max_examples=150)
@given(st.lists(cells, min_size=1, max_size=6), units, st.sampled_from([(), ("-1", "NA")]))
def test_accuracies_are_read_as_one_by_one(texts, unit, null):
    target = TARGETS["val_accuracy_percent"]
    found = read_cells(pa.array(texts, pa.string()), target, target.units[unit], null)
    expected = [accuracy_of(cell, target.units[unit].factor, null) for cell in texts]
    assert found.values.to_pylist() == [value for value, _, _ in expected]
    assert found.refused.tolist() == [refused for _, refused, _ in expected]
    assert found.declared_missing.tolist() == [declared for _, _, declared in expected]


@settings(max_examples=60)
@given(st.lists(st.floats() | st.none(), min_size=1, max_size=5), units)
def test_floats_are_read_as_the_text_of_them(numbers, unit):
    target = TARGETS["test_accuracy_percent"]
    typed = read_cells(pa.array(numbers, pa.float64()), target, target.units[unit], ["-1"])
    texts = pa.array([None if number is None else repr(number) for number in numbers], pa.string())
    as_text = read_cells(texts, target, target.units[unit], ["-1"])
    assert typed.values.to_pylist() == as_text.values.to_pylist()
    assert typed.refused.tolist() == as_text.refused.tolist()


@pytest.mark.parametrize(
    ("target", "unit", "cell", "value"),
    [
        ("parameter_count", "M", "1.073466", 1_073_466),
        ("parameter_count", "k", "0.0004", 0),
        ("parameter_count", "plain", "12.0", 12),
        ("mflops", "plain", "117880000", 117.88),
        ("mflops", "G", "0.5", 500.0),
        ("epoch_time_seconds", "ms", "1500", 1.5),
        ("epoch_time_seconds", "h", "0.5", 1800.0),
        ("seed", None, "-7", -7),
        ("seed", None, str(2**63 - 1), 2**63 - 1),
        ("prediction_percent", "fraction", "1.1188", 111.88),
        ("fit_parameters", None, "[1, 2.5]", [1.0, 2.5]),
    ],
)
def test_units_by_hand(target, unit, cell, value):
    declared = TARGETS[target]
    found = read_cells(pa.array([cell]), declared, declared.units[unit] if unit else Unit(), [])
    assert found.values.to_pylist() == [pytest.approx(value, rel=1e-15)]
    assert not found.refused.any()


@pytest.mark.parametrize(
    ("target", "cell"),
    [("seed", str(2**63)), ("seed", "1.5"), ("parameter_count", "-1"), ("seed", "."),
     ("mflops", "1e300"), ("fit_parameters", "[1, 2"), ("repeat", "1e3")],
)  # fmt: skip
def test_what_cannot_be_is_refused(target, cell):
    assert read_cells(pa.array([cell]), TARGETS[target], Unit(), []).refused.tolist() == [True]


def test_a_sentinel_of_a_scaled_count_is_of_the_source():
    target = TARGETS["parameter_count"]
    found = read_cells(pa.array([-1.0, 2.0]), target, target.units["M"], ["-1"])
    assert found.values.to_pylist() == [None, 2_000_000]
    assert found.declared_missing.tolist() == [True, False]


@given(st.lists(cells, min_size=1, max_size=5), st.lists(cells, min_size=1, max_size=5))
def test_a_free_column_does_not_look_at_other_files(first, second):
    both = read_free_cells(
        pa.array(first + second, pa.string()),
        Unit(),
        [],
        np.repeat([0, 1], [len(first), len(second)]),
    )
    alone = [
        read_free_cells(pa.array(one, pa.string()), Unit(), [], np.zeros(len(one), dtype=int))
        for one in (first, second)
    ]
    for place in (0, 1):
        assert both[place].to_pylist() == alone[0][place].to_pylist() + alone[1][place].to_pylist()


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1", "2.5"], [1.0, 2.5]),
        (["1", "x"], [None, None]),
        (["1", "07"], [None, None]),
        (["1", str(2**53 + 1)], [None, None]),
        (["1", "1e300"], [1.0, 1e300]),
        (["1", "0.5", "nan"], [1.0, 0.5, None]),
        (["True", "False"], [None, None]),
    ],
)
def test_a_word_makes_the_whole_column_text(texts, values):
    value, text = read_free_cells(pa.array(texts), Unit(), [], np.zeros(len(texts), dtype=int))
    assert value.to_pylist() == values
    assert text.to_pylist() == [
        cell if number is None else None for cell, number in zip(texts, values, strict=True)
    ]


@given(st.lists(cells, min_size=1, max_size=6))
def test_a_free_column_loses_nothing(texts):
    value, text = read_free_cells(
        pa.array(texts, pa.string()), Unit(), [], np.zeros(len(texts), dtype=int)
    )
    for cell, number, word in zip(texts, value.to_pylist(), text.to_pylist(), strict=True):
        if not (cell or "").strip():
            assert (number, word) == (None, None)
        elif word is None:
            assert float(cell) == number
        else:
            assert (word, number) == (cell, None)
