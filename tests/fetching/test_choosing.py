from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.catalog import find_archive
from vinarch.errors import ParameterError
from vinarch.fetching.choosing import Selection, missing_of, other_files, selection_of
from vinarch.provenance import FetchedFile, Provenance

ARCHIVE = find_archive("JS9FR6")
ONE = "icpp_training_results/1gpu_training_data.csv"
FOUR = "icpp_training_results/4gpu_training_data.csv"
MODEL = "models/1gpu/a.z01"
PATHS = [ONE, FOUR, MODEL]


@pytest.mark.parametrize(
    ("include", "exclude", "tables", "others"),
    [
        ((), (), {ONE, FOUR}, set()),
        ((), ("*4gpu*",), {ONE}, set()),
        (("*1gpu*",), (), {ONE}, {MODEL}),
        (("models/",), (), {ONE, FOUR}, {MODEL}),
        (("*",), (), {ONE, FOUR}, {MODEL}),
        (("*",), ("*.z0?",), {ONE, FOUR}, set()),
    ],
)
def test_globs_take_the_place_of_the_tables_and_a_commons_gets_some(
    include, exclude, tables, others
):
    selection = selection_of(include, exclude)
    assert selection.tables_of(ARCHIVE, PATHS) == tables
    wanted = other_files(ARCHIVE, selection)
    assert {path for path in PATHS if wanted.role_of(path)} == others


def test_leaving_out_every_table_is_refused():
    with pytest.raises(ParameterError, match="leave at least one of the 2 tables of JS9FR6, got"):
        selection_of(None, "icpp*").tables_of(ARCHIVE, PATHS)


@pytest.mark.parametrize("given", ["", " ", 7, [""], [7], b"*"])
def test_a_glob_that_is_no_text_is_refused(given):
    with pytest.raises(ParameterError, match="include: expected a glob or several"):
        selection_of(given, None)


def test_a_receipt_lacks_only_what_was_left_out_and_is_wanted():
    receipt = Provenance(
        "JS9FR6", "10.1/x", "9.0", "s", "t", (), (FetchedFile(ONE, 1, ""),), (FOUR,)
    )
    assert missing_of(receipt, ARCHIVE, Selection()) == (FOUR,)
    assert missing_of(receipt, ARCHIVE, Selection(exclude=("*4gpu*",))) == ()
    assert missing_of(receipt, ARCHIVE, Selection(include=("*1gpu*",))) == ()
    assert missing_of(receipt, ARCHIVE, Selection(include=("models/*",))) == (FOUR,)
    assert missing_of(replace(receipt, left_out=()), ARCHIVE, Selection()) == ()
    assert Provenance.from_json(receipt.to_json()) == receipt


@given(st.lists(st.sampled_from(["*", "*1gpu*", "models/*", "*.csv"]), max_size=3))
def test_what_is_taken_is_never_what_is_left_out(globs):
    selection = Selection(include=("*",), exclude=tuple(globs))
    left = Selection(include=tuple(globs))
    for path in PATHS:
        assert selection.takes(ARCHIVE, path) != (bool(globs) and left.takes(ARCHIVE, path))
