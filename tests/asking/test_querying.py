from __future__ import annotations

import builtins
import pickle
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tables import TOY_FILES, ingest_files, state_of, toy_archive

from vinarch.asking.querying import as_declared
from vinarch.commons import open_commons
from vinarch.errors import ParameterError
from vinarch.schema import STORED_TABLES

E14, E15, E16 = (
    "1gpu_1e14_early_termination",
    "1gpu_1e15_no_early_termination",
    "4gpu_1e16_early_termination",
)
TABLES = "archives, experiments, architectures, histories, measurements, lineage, rejects"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("it's a toy")
    ingest_files(folder / "commons", folder / "one", TOY_FILES)
    ingest_files(folder / "commons", folder / "two", TOY_FILES, archive=toy_archive("2023"))
    return open_commons(folder / "commons")


@pytest.fixture(scope="module")
def toys(both):
    return both.select(archive="TOY")


def test_a_question_by_hand(both):
    found = both.sql(
        "SELECT archive, beam, count(*) AS networks, max(mflops) AS highest "
        "FROM architectures JOIN experiments USING (archive, experiment) "
        "WHERE gpus = $gpus GROUP BY ALL ORDER BY ALL",
        gpus=1,
    )
    assert found.to_numpy().tolist() == [
        ["2023", "1e14", 2, 893.3721],
        ["2023", "1e15", 2, 893.3721],
        ["TOY", "1e14", 2, 893.3721],
        ["TOY", "1e15", 2, 893.3721],
    ]


@pytest.mark.parametrize("table", STORED_TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize(
    "select",
    [
        lambda c: c,
        lambda c: c.select(archive="TOY"),
        lambda c: c.select(archive="2023", gpus=4),
        lambda c: c.select("mflops < 700"),
        lambda c: c.select("mflops < 700", archive="TOY", beam=["1e14", "1e16"]),
    ],
    ids=["all", "archive", "experiments", "condition", "all of it"],
)
def test_every_table_is_that_of_the_selection(both, table, select):
    low = select(both)
    key = ", ".join(table.sort_key)
    found = low.sql(f"SELECT * FROM {table.name} ORDER BY {key}")
    lazy = getattr(low, table.name).compute()
    expected = lazy.sort_values(list(table.sort_key), ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)


def test_a_file_of_several_experiments_is_confined_too(both, tmp_path):
    """Another program may have put all experiments into one file."""
    root = shutil.copytree(both.snapshot.root, tmp_path / "commons")
    folder = root / both.snapshot.folder.relative_to(both.snapshot.root) / "histories/archive=TOY"
    parts = sorted(folder.glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(part, partitioning=None) for part in parts])
    for part in parts:
        part.unlink()
    pq.write_table(rows, folder / "all.parquet")
    low = open_commons(root).select(archive="TOY", gpus=4)
    assert low.sql("SELECT DISTINCT experiment FROM histories")["experiment"].tolist() == [E16]
    assert len(low.histories) == 4


def test_parameters_are_values_never_text(toys):
    assert toys.sql("SELECT $text AS text", text="'; DROP VIEW histories; --")["text"].tolist() == [
        "'; DROP VIEW histories; --"
    ]
    found = toys.sql("FROM experiments WHERE beam IN $beams", beams=["1e14", "1e16"])
    assert found["experiment"].tolist() == [E14, E16]


def test_tables_and_columns_can_be_looked_up(toys):
    assert toys.sql("SHOW TABLES")["name"].tolist() == sorted(TABLES.split(", "))
    described = toys.sql("DESCRIBE lineage")
    assert described["column_name"].tolist()[:3] == ["archive", "experiment", "child"]


@pytest.mark.parametrize(
    ("query", "got"),
    [
        ("", "0 statements"),
        ("SELECT 1; SELECT 2", "2 statements"),
        (3, "3"),
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("SELECT nope FROM histories", 'Referenced column "nope" not found'),
        ("SELECT * FROM nope", "Table with name nope does not exist!"),
        ("SELECT $beam", "Values were not provided for the following parameters: beam"),
        ("SELECT 'a'::INTEGER", "Could not convert string 'a' to INT32"),
        ("DROP VIEW histories", "a statement of the kind DROP"),
        ("CREATE TABLE x AS SELECT 1", "a statement of the kind CREATE"),
        ("SET threads = 1", "a statement of the kind SET"),
        ("PRAGMA database_list", "a statement of the kind PRAGMA"),
        ("INSTALL httpfs", "a statement of the kind LOAD"),
        ("ATTACH 'x.db'", "a statement of the kind ATTACH"),
        ("COPY histories TO 'x.csv'", "a statement of the kind COPY"),
        ("EXPLAIN ANALYZE INSERT INTO histories VALUES (1)", "a statement of the kind EXPLAIN"),
        ("WITH x AS (INSERT INTO histories VALUES (1) RETURNING *) FROM x", "Error"),
        ("SELECT * FROM read_csv('/etc/passwd')", "file system operations are disabled"),
        ("SELECT * FROM '/etc/passwd'", "Table with name /etc/passwd does not exist!"),
        ("SELECT * FROM glob('/*')", "file system operations are disabled"),
        ("SELECT * FROM read_text('https://example.org/')", "Error"),
    ],
)
def test_what_is_no_reading_query_is_refused(toys, query, got, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = state_of(toys.snapshot.root)
    with pytest.raises(ParameterError) as caught:
        toys.sql(query)
    message = str(caught.value)
    assert message.startswith(f"sql: expected one query that reads the tables {TABLES}, got ")
    assert got in message
    assert message.endswith(" DESCRIBE with the name of a table lists its columns.")
    assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert state_of(toys.snapshot.root) == before
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_parameter_is_refused(toys):
    with pytest.raises(ParameterError, match="Expected 0, got 1"):
        toys.sql("SELECT 1", gpus=1)
    with pytest.raises(ParameterError, match="Unable to transform python value"):
        toys.sql("SELECT $x", x=object())


def test_an_answer_too_large_for_a_frame_is_refused(toys, monkeypatch):
    monkeypatch.setattr("vinarch.asking.querying._ANSWER_BYTES", 10_000_000)
    with pytest.raises(ParameterError) as caught:
        toys.sql("SELECT a.range FROM range(1000000) AS a, range(1000000)")
    message = str(caught.value)
    assert message.startswith("sql: expected an answer of at most 10 MiB, got more, after 1,")
    assert "LIMIT" in message
    assert len(toys.sql("SELECT * FROM range(1000000)")) == 1_000_000


def test_the_files_that_can_be_read_cannot_be_overwritten(toys):
    """A file of the commons may be read by DuckDB, so only the kind of statement guards it."""
    path = next(iter(toys.path("histories").rglob("*.parquet")))
    before = state_of(toys.snapshot.root)
    for query in (
        f"COPY (SELECT 1) TO '{str(path).replace(chr(39), chr(39) * 2)}'",
        f"FROM (COPY (SELECT 1) TO '{path.name}')",
        "SELECT * FROM query('DROP VIEW histories')",
    ):
        with pytest.raises(ParameterError):
            toys.sql(query)
    assert state_of(toys.snapshot.root) == before


def test_without_duckdb_the_message_says_what_to_install(toys, monkeypatch):
    whole = builtins.__import__

    def without(name, *arguments, **keywords):
        if name == "duckdb":
            raise ImportError(name)
        return whole(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ParameterError) as caught:
        toys.sql("SELECT 1")
    assert str(caught.value) == (
        "sql: expected DuckDB, which runs the query, got no such package. "
        'Install it: pip install "vinarch[sql]".'
    )


def test_columns_that_are_not_ours_have_usual_dtypes(toys):
    found = toys.sql(
        "SELECT sum(architecture) AS total, avg(mflops) AS average, 0.5 AS half, NULL AS nothing, "
        "true AS yes, DATE '2026-01-02' AS day, 'a'::ENUM('a') AS letter, count(*) AS c, "
        "sum(architecture * 9e18::HUGEINT) AS huge FROM architectures"
    )
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == {
        "total": "int64",
        "average": "float64",
        "half": "float64",
        "nothing": "string",
        "yes": "bool",
        "day": "object",
        "letter": "string",
        "c": "int64",
        "huge": "float64",
    }
    assert found["total"].tolist() == [7 + 51 + 2 + 51 + 0 + 1 + 3]
    assert found["huge"].tolist() == [115 * 9e18]


def test_a_missing_value_in_a_column_that_has_none_is_one(toys):
    found = toys.sql(
        "SELECT a.architecture, h.source_row FROM architectures a LEFT JOIN histories h "
        "ON h.architecture = a.architecture AND h.epoch = 1 AND h.experiment = a.experiment "
        "WHERE a.architecture = 0"
    )
    assert found["source_row"].tolist() == [pd.NA]
    assert str(found["source_row"].dtype) == "Int64"
    assert str(found["architecture"].dtype) == "int64"


def test_two_columns_of_one_name_stay_two():
    table = pa.Table.from_arrays([pa.array([1]), pa.array(["a"])], names=["x", "x"])
    found = as_declared(table)
    assert list(found.columns) == ["x", "x"]
    assert found.iloc[0].tolist() == [1, "a"]
    assert list(as_declared(pa.table({"x": pa.array([], pa.int32())})).columns) == ["x"]


@pytest.mark.archives
def test_the_published_counts_in_sql(real_commons):
    found = real_commons.sql(
        "SELECT beam, early_termination, count(DISTINCT structure_id) AS structures "
        "FROM architectures JOIN experiments USING (archive, experiment) "
        "WHERE gpus = 1 GROUP BY ALL ORDER BY ALL"
    )
    assert found["structures"].tolist() == [97, 97, 96, 98, 97, 96]
    assert real_commons.sql("SELECT count(*) AS c FROM histories")["c"].tolist() == [18_290]
