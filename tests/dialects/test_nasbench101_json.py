from __future__ import annotations

import json

import pytest
from dialects.mutations import mutations, possible
from hypothesis import given, settings

from vinarch.dialects import nasbench101_json
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import DialectError
from vinarch.genome import search_space

HASH = "001a6fcc8b38cbc515be788a86bdc804"
OPERATIONS = ["input", "maxpool3x3", "maxpool3x3", "output"]
CELL = {
    "module_adjacency": [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]],
    "module_operations": OPERATIONS,
}


def training(start):
    return {
        f"{part}_{name}": (start + place + number) / 32
        for place, part in enumerate(("halfway", "final"))
        for number, name in enumerate(
            ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
        )
    }


RECORD = CELL | {
    "trainable_parameters": 9,
    "computed_metrics": {"108": [training(1), training(9)]},
}


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    local = tmp_path_factory.mktemp("nb101") / "records.json"

    def read_value(value):
        data = value if isinstance(value, bytes) else json.dumps(value, indent=1).encode()
        local.write_bytes(data)
        return nasbench101_json.read_records(
            [SourceFile("records.json", local)], Reading(search_space("nas-bench-101"))
        )

    return read_value


def test_two_trainings_of_a_cell(read):
    records = read({HASH: RECORD})
    rows = records.rows.to_pylist()
    assert [(row["repeat"], row["epoch"], row["epoch_budget"]) for row in rows] == [
        (1, 54, 108),
        (1, 108, 108),
        (2, 54, 108),
        (2, 108, 108),
    ]
    assert [row["train_accuracy_percent"] for row in rows] == [6.25, 9.375, 31.25, 34.375]
    assert [row["test_accuracy_percent"] for row in rows] == [12.5, 15.625, 37.5, 40.625]
    assert [row["training_time_seconds"] for row in rows] == [1 / 32, 2 / 32, 9 / 32, 10 / 32]
    assert {(row["native_id"], row["parameter_count"], row["flat"]) for row in rows} == {
        (HASH, 9, "m1m11001")
    }
    assert json.loads(rows[0]["genome"]) == CELL
    assert len(records.measurements) == 0


@pytest.mark.parametrize(
    ("change", "expected", "got"),
    [
        ({"extra": 1}, "the file: only module_adjacency, module_operations, ", "another, 'extra'"),
        ({"trainable_parameters": -1}, "trainable_parameters: a whole number from 0", "-1"),
        ({"computed_metrics": {"x": []}}, "computed_metrics: trainings by their epochs", "'x'"),
        (
            {"computed_metrics": {"108": [training(1) | {"final_test_accuracy": 1.5}]}},
            "computed_metrics.108[0].final_test_accuracy: a number from 0 to 1",
            "1.5",
        ),
        (
            {"module_operations": ["input", "maxpool3x3", "conv1x1-bn-relu", "output"]},
            "module hash: the cell's own, ",
            repr(HASH),
        ),
        ({"module_operations": ["input", "?", "?", "output"]}, "", None),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused(read, change, expected, got):
    (row,) = read({HASH: RECORD | change}).rows.to_pylist()
    assert row["expected"].startswith(expected)
    assert got is None or row["got"] == got
    assert (row["line"], row["native_id"], row["genome_refused"]) == (2, HASH, True)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"{", "records.json: expected JSON, got Expecting property name"),
        ({}, "records.json: expected records by module hash, got none"),
        ([1], r"records.json: expected a JSON object, got \[1\]"),
        (
            {HASH: RECORD | {"computed_metrics": {"4": [training(1)], "108": [training(1)]}}},
            "records.json: expected trainings of one epoch budget, got 4, 108. Split the file.",
        ),
    ],
)
def test_what_is_no_file_of_records_stops_the_run(read, value, message):
    with pytest.raises(DialectError, match="^" + message):
        read(value)


@pytest.mark.archives
@settings(max_examples=60)
@given(mutation=mutations())
def test_mutated_records_give_rows_or_refusals_or_one_error(archives, mutation, read):
    name, change = mutation
    (path,) = (archives / "NASBench101-records").iterdir()
    few = dict(list(json.loads(path.read_text()).items())[:3])
    data = json.dumps(few, indent=1).encode()
    try:
        records = read(change(data))
    except DialectError:
        assert name not in {"CRLF", "BOM"}
    else:
        assert possible(records)
        if name in {"CRLF", "BOM"}:
            assert records.rows.equals(read(data).rows)
