from __future__ import annotations

import functools
import gzip
import io
import json
import tarfile

import pytest
from dialects.mutations import mutations, possible
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects import evovis_folder
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import DialectError
from vinarch.genome import search_space

MOTHER, FATHER, CHILD = "mad_owl", "sad_eel", "new_ant"
CHROMOSOME = '[{"layer": "C_2D", "filters": 16},\n {"layer": "GAP_2D"}]'
OTHER = '[{"layer": "Rescaling"}, {"layer": "D"}]'


def results(**values):
    known = {"memory_footprint_h5": 83, "val_acc": 0.75, "inference_time": 0.5, "fitness": 0.75}
    return json.dumps(known | {"error": False} | values)


FAILED = '{"memory_footprint_h5": 99, "fitness": -10001.0, "error": true}'
LINE = (
    f'Generation: 1,"Parent_1: ({MOTHER}, 6)","Parent_2: ({FATHER}, 5)",New_Individual: {CHILD}\n'
)
RUN = {
    f"Generation_1/{MOTHER}/chromosome.json": CHROMOSOME,
    f"Generation_1/{MOTHER}/results.json": results(),
    f"Generation_1/{FATHER}/chromosome.json": OTHER,
    f"Generation_1/{FATHER}/results.json": FAILED,
    f"Generation_2/{CHILD}/chromosome.json": CHROMOSOME,
    f"Generation_2/{CHILD}/results.json": results(val_acc=0.5),
    "crossover_parents.csv": LINE,
    "config.json": '{"a":  1}',
}


def pack(files, folder="run/"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            data = text if isinstance(text, bytes) else text.encode()
            info = tarfile.TarInfo(folder + name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evovis")

    def read_files(files):
        sources = []
        for path, text in files.items():
            local = folder / path.replace("/", "_")
            local.write_bytes(text if isinstance(text, bytes) else text.encode())
            sources.append(SourceFile(path, local))
        return evovis_folder.read_records(sources, Reading(search_space("evovis-layers")))

    return read_files


def refusals(records):
    rows = records.rows.to_pylist()
    return [
        (row["source_file"], row["line"], row["expected"], row["got"])
        for row in rows
        if row["expected"]
    ]


def test_three_networks_one_of_them_failed_one_of_them_a_child(read):
    records = read(RUN)
    names = ("native_id", "generation", "flat", "status", "last_val_accuracy_percent", "epoch")
    rows = records.rows.to_pylist()
    assert [tuple(row[name] for name in names) for row in rows] == [
        (MOTHER, 1, "Cg", None, 75.0, None),
        (FATHER, 1, "SF", "failed", None, None),
        (CHILD, 2, "Cg", None, 50.0, None),
    ]
    assert rows[0]["genome"] == CHROMOSOME
    told = [
        (one["native_id"], one["measure"], one["value"], one["text"], one["unit"])
        for one in records.measurements.to_pylist()
    ]
    assert told[:5] == [
        (MOTHER, "memory_footprint_h5_bytes", 83, None, "B"),
        (MOTHER, "inference_time_ms", 0.5, None, "ms"),
        (MOTHER, "fitness", 0.75, None, ""),
        (FATHER, "memory_footprint_h5_bytes", 99, None, "B"),
        # A sentinel is no fitness.
        (FATHER, "fitness", None, "-10001.0", ""),
    ]
    names = ("child", "parent", "parent_number", "operator", "cut", "line")
    assert [tuple(row[name] for name in names) for row in records.lineage.to_pylist()] == [
        (CHILD, MOTHER, 1, "crossover", 6, 1),
        (CHILD, FATHER, 2, "crossover", 5, 1),
    ]
    assert records.configurations == {"config.json": '{"a":  1}'}


def test_the_packed_run_gives_the_same(read):
    plain, packed = read(RUN), read({"run.tar.gz": pack(RUN)})
    without = ["source_file"]
    for name in ("rows", "measurements", "lineage"):
        assert getattr(packed, name).drop(without).equals(getattr(plain, name).drop(without))
    assert packed.configurations == plain.configurations
    assert packed.rows["source_file"][0].as_py() == (
        f"run.tar.gz/run/Generation_1/{MOTHER}/results.json"
    )


def test_what_evovis_computed_itself_is_left_out(read):
    more = {"Generation_1/sequences.fasta": ">x", ".DS_Store": "\0"}
    assert read(RUN | more) == read(RUN)


def test_the_search_space_is_configuration_too(read):
    records = read(RUN | {"search_space.json": '{ "gene_pool": {}}'})
    assert records.configurations == {
        "config.json": '{"a":  1}',
        "search_space.json": '{ "gene_pool": {}}',
    }


RESULTS = f"Generation_1/{MOTHER}/results.json"
GENES = f"Generation_1/{MOTHER}/chromosome.json"


@pytest.mark.parametrize(
    ("path", "text", "expected", "got"),
    [
        (RESULTS, results(val_acc=1.5), "val_acc: a number from 0 to 1", "1.5"),
        (RESULTS, results(error=0), "error: true or false", "0"),
        (RESULTS, results(more=None), "more: a number or a text", "None"),
        (RESULTS, "[]", "the file: a JSON object", "[]"),
        (RESULTS, results().replace("0.5", "Infinity"), "results.json: finite numbers", "Infinity"),
        (RESULTS, None, "results.json: one beside the other file", "none"),
        (GENES, None, "chromosome.json: one beside the other file", "none"),
        (GENES, b"\xff", "chromosome.json: text in UTF-8", "byte 0xff at offset 0"),
        (GENES, '[{"layer": "X"}]', "chromosome.json: layers: names or characters of ", "'X'"),
    ],
)
def test_a_network_that_cannot_be_read_is_refused_alone(read, path, text, expected, got):
    files = RUN | {path: text}
    records = read({name: body for name, body in files.items() if body is not None})
    ((_, line, found, came),) = refusals(records)
    assert (line, came) == (1, got)
    assert found.startswith(expected)
    assert set(records.measurements["native_id"].to_pylist()) == {FATHER, CHILD}


@pytest.mark.parametrize(
    ("text", "expected", "got"),
    [
        ("x\n", "the line: Generation: <n>", "'x'"),
        (LINE.replace("6", "six"), "the line: Generation: <n>", None),
        (LINE.replace("1,", "2,", 1), "the line: a child born in generation 3", f"{CHILD} of 2"),
    ],
)
def test_a_line_of_parents_that_cannot_be_read_is_refused_alone(read, text, expected, got):
    records = read(RUN | {"crossover_parents.csv": LINE + text})
    ((path, line, found, came),) = refusals(records)
    assert (path, line) == ("crossover_parents.csv", 2)
    assert found.startswith(expected)
    assert got is None or came == got
    assert len(records.lineage) == 2


def test_a_file_that_is_none_of_a_run_stops_it(read):
    with pytest.raises(DialectError, match=r"^x\.json: expected Generation_<n>/<network>/"):
        read(RUN | {"x.json": "{}"})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pack(RUN)[:-20], r"run\.tar\.gz: expected a file packed by gzip"),
        (gzip.compress(b"x" * 600, mtime=0), r"run\.tar\.gz: expected a whole tar archive"),
    ],
    # The packed bytes tell when they were made, and no name of a test may.
    ids=["cut", "no tar"],
)
def test_a_packed_run_that_is_not_whole_stops_it(read, data, message):
    with pytest.raises(DialectError, match=message):
        read({"run.tar.gz": data})


@functools.cache
def part_of_run(archives):
    (path,) = (archives / "EvoVis").iterdir()
    with tarfile.open(path) as packed:
        published = {
            member.name.partition("/")[2]: packed.extractfile(member).read()
            for member in packed
            if member.isfile()
        }
    kept = ("Generation_1/a", "Generation_2/b", "crossover", "config")
    return {name: data for name, data in published.items() if name.startswith(kept)}


@pytest.mark.archives
@settings(max_examples=60)
@given(mutation=mutations(), place=st.integers(0, 10**6))
def test_mutated_runs_give_rows_or_refusals_or_one_error(archives, mutation, place, read):
    name, change = mutation
    run = part_of_run(archives)
    genuine = read(run)
    path = sorted(run)[place % len(run)]
    try:
        records = read(run | {path: change(run[path])})
    except DialectError:
        assert name not in {"CRLF", "BOM"}
        return
    assert possible(records)
    assert len(records.rows) >= len(genuine.rows)
    if name in {"CRLF", "BOM"} and not path.endswith("chromosome.json"):
        assert records.rows.equals(genuine.rows)
        assert records.lineage.equals(genuine.lineage)
