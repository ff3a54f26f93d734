from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects.columns_card import read_mapping
from vinarch.dialects.columns_mapping import ColumnSource, MeasurementSource, complete_mapping
from vinarch.dialects.columns_targets import TARGETS
from vinarch.errors import CardError

BEST = {"measure": "m", "column": "c"}


def test_a_mapping_by_hand():
    mapping = read_mapping(
        {
            "genome": {"columns": ["a", "b"], "join": "+"},
            "val_accuracy_percent": {"column": "acc", "unit": "fraction", "null": [-1, "NA"]},
            "status": {"column": "s", "words": {"done": "ok"}},
            "null": "none",
            "ignore": ["x"],
            "separator": ";",
            "measurements": [{"measure": "energy_kwh", "column": "e", "unit": "kWh", "n": 3}],
        }
    )
    assert mapping.sources == (
        ColumnSource("status", ("s",), words=(("done", "ok"),)),
        ColumnSource("genome", ("a", "b"), "+"),
        ColumnSource("val_accuracy_percent", ("acc",), unit="fraction", null=("-1", "NA")),
    )
    assert mapping.measurements == (MeasurementSource("energy_kwh", "e", "kWh", n=3),)
    assert (mapping.null, mapping.ignore, mapping.separator) == (("none",), ("x",), ";")
    assert mapping.named_columns == ("s", "a", "b", "acc", "e", "x")


MISTAKES = [
    ({"val_acc_percent": "a"}, "[tables.columns]", "Did you mean 'val_accuracy_percent'?"),
    ({"genome": 5}, "[tables.columns] genome", "expected a source column, or a table"),
    ({"genome": {"colunm": "a"}}, "[tables.columns] genome", "Did you mean 'column'?"),
    ({"genome": {"join": "-"}}, "[tables.columns] genome", "either `column` or `columns`"),
    ({"genome": {"column": "a", "columns": ["b"]}}, "[tables.columns] genome", "either"),
    ({"genome": {"columns": []}}, "[tables.columns] genome", "at least one column"),
    ({"genome": {"column": True}}, "[tables.columns] genome", "text, or a list of texts"),
    ({"seed": {"column": "a", "at_most_one": 1}}, "[tables.columns] seed at_most_one", "got 1"),
    ({"measurements": [BEST | {"device": 3}]}, "[tables.columns] measurements, entry 1 device",
     "expected text"),
    ({"seed": {"columns": ["a", "b"]}}, "[tables.columns] seed", "Only text can be joined"),
    ({"genome": {"column": "a", "unit": "percent"}}, "[tables.columns] genome unit", "none"),
    ({"mflops": {"column": "a", "unit": "percent"}}, "[tables.columns] mflops unit",
     "expected one of M, plain, k, G"),
    ({"test_accuracy_percent": {"column": "a", "unit": "fractions"}},
     "[tables.columns] test_accuracy_percent unit", "Did you mean 'fraction'?"),
    ({"seed": {"column": "a", "null_means": "dead"}}, "[tables.columns] seed null_means", "failed"),
    ({"status": {"column": "a", "words": {"x": "fail"}}}, "[tables.columns] status words 'x'",
     "Did you mean 'failed'?"),
    ({"status": {"column": "a", "words": ["x"]}}, "[tables.columns] status words", "a table"),
    ({"seed": {"column": "a", "words": {"x": "ok"}}}, "[tables.columns] seed words", "status only"),
    ({"separator": "::"}, "[tables.columns] separator", "one character"),
    ({"ignore": {"a": 1}}, "[tables.columns] ignore", "text, or a list of texts"),
    ({"measurements": BEST}, "[tables.columns] measurements", "a list of tables"),
    ({"measurements": ["a"]}, "[tables.columns] measurements, entry 1", "a table"),
    ({"measurements": [BEST, {"column": "c"}]}, "[tables.columns] measurements, entry 2",
     "the key `measure`"),
    ({"measurements": [BEST | {"n": 0}]}, "[tables.columns] measurements, entry 1 n", "from 1"),
    ({"measurements": [BEST | {"split": "dev"}]}, "[tables.columns] measurements, entry 1 split",
     "train, val or test"),
    ({"measurements": [{"measure": "x_seconds", "column": "c", "unit": "days"}]},
     "[tables.columns] measurements, entry 1 unit", "one of s, ms, min, h"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "where", "part"), MISTAKES)
def test_a_mistake_is_told_with_its_place(raw, where, part):
    with pytest.raises(CardError) as caught:
        read_mapping(raw)
    assert caught.value.where == where
    assert part in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["column", "columns", "unit", "null", "words", "n"])
                      | st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
keys = st.sampled_from([*TARGETS, "null", "ignore", "measurements", "separator"]) | st.text(
    max_size=3
)


@settings(max_examples=150)
@given(st.dictionaries(keys, values, max_size=4))
def test_any_mapping_is_read_or_refused_clearly(raw):
    try:
        mapping = read_mapping(raw)
    except CardError as error:
        told = error
    else:
        assert mapping.targets <= set(TARGETS)
        return
    assert told.where.startswith("[tables.columns]")
    assert told.expected
    assert told.got


def settle(raw, *columns):
    return complete_mapping(read_mapping(raw), columns, "t.csv")


def test_what_is_not_named_goes_by_its_own_name():
    mapping = settle({"genome": "g", "ignore": ["x"]}, "g", "epoch", "x", "seed", "watts")
    assert {source.target: source.columns for source in mapping.sources} == {
        "seed": ("seed",), "genome": ("g",), "epoch": ("epoch",),
    }  # fmt: skip
    assert mapping.measurements == (MeasurementSource("watts", "watts"),)


def test_a_column_named_for_something_else_does_not_fill_its_own():
    mapping = settle({"genome": "g", "epoch_budget": "epoch"}, "g", "epoch", "seed")
    assert mapping.targets == {"genome", "epoch_budget", "seed"}
    taken = settle({"genome": "g", "seed": "random"}, "g", "random", "seed")
    assert taken.measurements == (MeasurementSource("seed", "seed"),)


@pytest.mark.parametrize(
    ("raw", "columns", "part"),
    [
        ({}, ("layers",), "genome: expected the column that holds the genomes"),
        ({"genome": "g", "parent_1": "p"}, ("g", "p"), "native_id: expected the names that parent"),
        ({"genome": "g", "val_accuracy_percent": "a", "last_val_accuracy_percent": "b"},
         ("g", "a", "b"), "expected a column `epoch`"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_settled(raw, columns, part):
    with pytest.raises(CardError, match=part):
        settle(raw, *columns)
