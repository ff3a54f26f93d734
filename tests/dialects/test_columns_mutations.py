"""Damaged tables give records, rejects or one clear error; never a wrong number silently."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects.columns import read_records
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import CardError, DialectError
from vinarch.genome import search_space

SPACE = search_space("nas-bench-201")
MAPPING = {
    "architecture": "arch",
    "genome": "cellstr",
    "last_val_accuracy_percent": "cifar100-val",
    "last_test_accuracy_percent": "cifar100-test",
    "ignore": ["cifar10-test", "cifar10-val"],
}
ROWS = 12


@pytest.fixture(scope="module")
def source(archives):
    """The beginning of a real table: header and some rows, as bytes."""
    with (archives / "mini-NASBench201" / "mini_nb201_12epochs.csv").open("rb") as file:
        return b"".join(file.readline() for _ in range(ROWS + 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


def outcome_of(folder, data, path="t.csv"):
    local = folder / "table"
    local.write_bytes(data)
    try:
        return read_records([SourceFile(path, local)], Reading(SPACE, MAPPING))
    except (DialectError, CardError) as error:
        return error


def slots_of(error):
    return (error.where, error.expected, error.got, error.next_step)


def check_rows(records, source):
    """Every row that was read says what some row of the source says, and each other why not."""
    known = {
        (int(row["arch"]), row["cellstr"], float(row["cifar100-val"]), float(row["cifar100-test"]))
        for row in csv.DictReader(io.StringIO(source.decode()))
    }
    for row in records.rows.to_pylist():
        if row["expected"] is None:
            found = (
                row["architecture"],
                row["genome"],
                row["last_val_accuracy_percent"],
                row["last_test_accuracy_percent"],
            )
            assert found in known
        else:
            assert row["got"]


@settings(max_examples=40)
@given(data=st.data())
def test_a_cut_table(source, folder, data):
    found = outcome_of(folder, source[: data.draw(st.integers(0, len(source)))])
    if isinstance(found, Exception):
        assert all(slots_of(found))
    else:
        check_rows(found, source)


@settings(max_examples=30)
@given(end=st.sampled_from(["\r\n", "\r", "\n"]), mark=st.booleans(), utf16=st.booleans())
def test_other_line_ends_and_encodings(source, folder, end, mark, utf16):
    text = source.decode().replace("\n", end)
    data = text.encode("utf-16") if utf16 else (b"\xef\xbb\xbf" * mark) + text.encode()
    found = outcome_of(folder, data)
    assert isinstance(found, DialectError) == utf16
    if not utf16:
        check_rows(found, source)
        assert found.rows["expected"].null_count == ROWS


@settings(max_examples=40)
@given(order=st.permutations(range(8)))
def test_columns_in_another_order(source, folder, order):
    rows = list(csv.reader(io.StringIO(source.decode())))
    text = "".join(",".join(row[place] for place in order) + "\n" for row in rows)
    found = outcome_of(folder, text.encode())
    check_rows(found, source)
    assert found.rows["expected"].null_count == ROWS


@settings(max_examples=60)
@given(
    row=st.integers(1, ROWS),
    column=st.sampled_from([0, 1, 4, 5]),
    cell=st.sampled_from(
        ["", "nan", "inf", "-inf", "1e400", "-1", "9" * 40, "0x10", "1_0", "True", "|none~0|", "é",
         "12,5", '"', "[1]", "1 2", "None", "-0.0001", "100.0001"]
    ),
)  # fmt: skip
def test_a_cell_of_the_wrong_kind_refuses_its_row_and_no_other(source, folder, row, column, cell):
    lines = [line.split(",") for line in source.decode().splitlines()]
    lines[row][column] = cell
    found = outcome_of(folder, "".join(",".join(line) + "\n" for line in lines).encode())
    if isinstance(found, Exception):
        assert cell == '"'
        return
    rows = found.rows.to_pylist()
    if cell == '"' and len(rows) != ROWS:
        # An open quote swallows the rows up to the next one: they are one refused row.
        assert rows[-1]["expected"]
        return
    refused = [place for place, one in enumerate(rows, start=1) if one["expected"]]
    # An accuracy that is not there is no fault.
    assert refused == ([] if cell == "" and column > 1 else [row])


@settings(max_examples=40)
@given(position=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_byte_that_changed(source, folder, position, byte):
    place = min(int(position * len(source)), len(source) - 1)
    damaged = source[:place] + bytes([byte]) + source[place + 1 :]
    found = outcome_of(folder, damaged)
    if isinstance(found, Exception):
        return
    for row in found.rows.to_pylist():
        if row["expected"] is None:
            for name in ("last_val_accuracy_percent", "last_test_accuracy_percent"):
                assert row[name] is None or 0 <= row[name] <= 100
            # What was read is what now stands in the file.
            assert row["genome"].encode() in damaged


@settings(max_examples=40)
@given(data=st.data())
def test_cut_json_lines(source, folder, data):
    lines = "".join(
        json.dumps({key: row[key] if key == "cellstr" else json.loads(row[key]) for key in row})
        + "\n"
        for row in csv.DictReader(io.StringIO(source.decode()))
    ).encode()
    whole = outcome_of(folder, lines, "t.jsonl")
    check_rows(whole, source)
    found = outcome_of(folder, lines[: data.draw(st.integers(0, len(lines)))], "t.jsonl")
    if not isinstance(found, Exception):
        check_rows(found, source)


def test_cut_parquet(source, folder, tmp_path):
    import pandas as pd

    local = tmp_path / "t.parquet"
    pd.read_csv(io.BytesIO(source)).to_parquet(local)
    data = local.read_bytes()
    check_rows(outcome_of(folder, data, "t.parquet"), source)
    for share in (0.1, 0.5, 0.9, 0.999):
        found = outcome_of(folder, data[: math.floor(len(data) * share)], "t.parquet")
        assert isinstance(found, DialectError)
