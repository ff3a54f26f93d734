from __future__ import annotations

import gzip
import json

import pytest
from dialects.mutations import mutations, possible
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects import ec_nas_json
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import DialectError
from vinarch.genome import search_space

HASH = "001a6fcc8b38cbc515be788a86bdc804"
GRAPH = "[[[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], [-1, 2, 2, -2]]"
RESULTS = {
    "trainable_params": 1756298,
    "total_time": 154.5,
    "total_energy (kWh)": 0.0187,
    "avg_power_usages:": {
        "cpu": {
            "avg_power_usages (W)": [[54.25, 69.5]],
            "avg_energy_usages (J)": [[8384.5, 10673.75]],
            "devices": ["cpu:0", " cpu:1"],
        }
    },
    "evaluation_results": [
        {
            "epochs": float(epoch),
            "training_time": 18.0 * epoch,
            "training_steps": 156 * epoch,
            "train_accuracy": 0.25,
            "validation_accuracy": 0.125 * (epoch + 1),
            "test_accuracy": 0.5,
            "start_emission": "2022-05-28 13:57:33",
        }
        for epoch in (0, 1, 4)
    ],
}
PUBLISHED = f"energy/4V9E/4_epochs/00/{HASH}/repeat_2/results.json"


def line(results=RESULTS, **others):
    known = {"space": "4V9E", "module_hash": HASH, "repeat": 2, "results": results}
    return json.dumps(known | others) + "\n"


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ec-nas")

    def write(path, data):
        local = folder / path.replace("/", "_")
        data = data if isinstance(data, bytes) else data.encode()
        local.write_bytes(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)
        return SourceFile(path, local)

    def read_files(files, graphs=f'{{"{HASH}": {GRAPH}}}'):
        side = (write("graphs/generated_graphs_4V9E.json", graphs),)
        sources = [write(path, data) for path, data in files.items()]
        reading = Reading(search_space("nas-bench-101"), {}, side)
        return ec_nas_json.read_records(sources, reading)

    return read_files


def refusals(records):
    rows = records.rows.to_pylist()
    return [(row["line"], row["expected"], row["got"]) for row in rows if row["expected"]]


def test_one_training(read):
    records = read({"results_4V9E_4epochs.jsonl.gz": line()})
    assert not refusals(records)
    rows = records.rows.to_pylist()
    assert [row["epoch"] for row in rows] == [0, 1, 4]
    assert [row["val_accuracy_percent"] for row in rows] == [12.5, 25.0, 62.5]
    assert [row["training_time_seconds"] for row in rows] == [0, 18, 72]
    first = rows[0]
    assert (first["native_id"], first["repeat"], first["parameter_count"]) == (HASH, 2, 1756298)
    assert (first["genome"], first["flat"]) == (GRAPH, "m1m11001")
    told = {
        (one["measure"], one["epoch"], one["device"]): (one["value"], one["text"], one["unit"])
        for one in records.measurements.to_pylist()
    }
    assert told == {
        ("total_time_seconds", None, None): (154.5, None, "s"),
        ("total_energy_kwh", None, None): (0.0187, None, "kWh"),
        ("avg_power_usages_w", None, "cpu:0"): (54.25, None, "W"),
        ("avg_power_usages_w", None, " cpu:1"): (69.5, None, "W"),
        ("avg_energy_usages_j", None, "cpu:0"): (8384.5, None, "J"),
        ("avg_energy_usages_j", None, " cpu:1"): (10673.75, None, "J"),
        **{("training_steps", e, None): (156 * e, None, "") for e in (0.0, 1.0, 4.0)},
        **{("start_emission", e, None): (None, "2022-05-28 13:57:33", "") for e in (0.0, 1.0, 4.0)},
    }


def test_the_published_layout_gives_the_same(read):
    packed, published = read({"x.jsonl": line()}), read({PUBLISHED: json.dumps(RESULTS)})
    without = ["source_file"]
    assert published.rows.drop(without).equals(packed.rows.drop(without))
    assert published.measurements.drop(without).equals(packed.measurements.drop(without))
    assert set(published.rows["source_file"].to_pylist()) == {PUBLISHED}


def changed(**values):
    return line(RESULTS | values)


@pytest.mark.parametrize(
    ("text", "expected", "got"),
    [
        (line().replace("0.25", "NaN", 1), "results: finite numbers", "NaN"),
        (line().replace("0.25", "1e999", 1), "results: numbers that a double holds", "'1e999'"),
        (line()[:100], "results: JSON", None),
        (line(extra=1), "the file: only space, module_hash, repeat, results", "another, 'extra'"),
        (line(repeat="2"), "repeat: a whole number from 0", "'2'"),
        (line(repeat=True), "repeat: a whole number from 0", "True"),
        (changed(trainable_params=2**63), "trainable_params: a whole number from 0", str(2**63)),
        (changed(model_hash="x"), f"model_hash: the module hash, {HASH}", "'x'"),
        (changed(total_time=None), "total_time: a number or a text", "None"),
        (changed(total_time=[]), "total_time: a number or a text", "[]"),
        (changed(evaluation_results=[]), "evaluation_results: a list of JSON objects", "[]"),
        (
            line().replace('"validation_accuracy": 0.25', '"validation_accuracy": 25'),
            "evaluation_results[1].validation_accuracy: a number from 0 to 1",
            "25",
        ),
        (
            line().replace('"cpu:0", ', ""),
            "avg_power_usages:.cpu.avg_power_usages (W): lists of 1 values",
            "[[54.25, 69.5]]",
        ),
        (
            line(module_hash="y"),
            "module_hash: the cell of y in generated_graphs_4V9E.json",
            "none",
        ),
        (
            line().replace('"repeat"', '"space"'),
            "results: each key once",
            "'space' twice",
        ),
    ],
)
def test_a_training_that_cannot_be_read_is_refused_alone(read, text, expected, got):
    records = read({"x.jsonl": line(repeat=1) + text.removesuffix("\n") + "\n"})
    ((number, found, came),) = refusals(records)
    assert (number, found) == (2, expected)
    assert got is None or came == got
    assert len(records.rows) == 4
    assert set(records.measurements["repeat"].to_pylist()) == {1}


def test_a_cell_of_another_hash_is_refused(read):
    other = GRAPH.replace("2, 2", "0, 2")
    ((_, expected, got),) = refusals(read({"x.jsonl": line()}, f'{{"{HASH}": {other}}}'))
    assert expected.startswith("module hash: the cell's own, ")
    assert got == repr(HASH)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"x.jsonl": ""}, "x.jsonl: expected JSON lines, got an empty file"),
        ({"x.txt": "{}"}, "x.txt: expected …/<space>/4_epochs/<xx>/<module hash>/repeat_<k>"),
    ],
)
def test_files_of_something_else_stop_the_run(read, files, message):
    with pytest.raises(DialectError, match="^" + message.replace("…", ".")):
        read(files)


def test_a_cut_packed_file_stops_the_run(tmp_path, read):
    local = tmp_path / "x.gz"
    local.write_bytes(gzip.compress(line().encode())[:-9])
    with pytest.raises(DialectError, match=r"x\.jsonl\.gz: expected a file packed by gzip"):
        ec_nas_json.read_records(
            [SourceFile("x.jsonl.gz", local)], Reading(search_space("nas-bench-101"))
        )


@pytest.mark.archives
@settings(max_examples=60)
@given(mutation=mutations(), packed=st.booleans(), graphs=st.booleans())
def test_mutated_results_give_rows_or_refusals_or_one_error(
    archives, mutation, packed, graphs, read
):
    name, change = mutation
    folder = archives / "EC-NAS-Bench"
    lines = gzip.decompress((folder / "results_4V9E_4epochs.jsonl.gz").read_bytes())
    few = b"".join(lines.splitlines(keepends=True)[:3])
    known = {HASH: json.loads((folder / "generated_graphs_4V9E.json").read_text())[HASH]}
    cells = json.dumps(known).encode()
    if packed:
        path, data = "x.jsonl", few
    else:
        path, data = PUBLISHED, json.dumps(json.loads(few.splitlines()[0])["results"]).encode()
    try:
        genuine = read({path: data}, cells)
        records = read({path: data}, change(cells)) if graphs else read({path: change(data)}, cells)
    except DialectError:
        assert name not in {"CRLF", "BOM"}
    else:
        assert possible(records)
        if name in {"CRLF", "BOM"}:
            assert records.rows.equals(genuine.rows)
            assert records.measurements.equals(genuine.measurements)
