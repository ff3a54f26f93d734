"""What other tools see of a commons, and when."""

from __future__ import annotations

import subprocess
import sys
import time

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest
from tables import TOY_FILES, ingest_files, toy_archive

from vinarch.commons import open_commons
from vinarch.errors import ParameterError
from vinarch.schema import STORED_TABLES

READERS = {
    "pyarrow": lambda path: ds.dataset(path, partitioning="hive").to_table().to_pydict(),
    "polars": lambda path: pl.scan_parquet(path).collect().to_dict(as_series=False),
    "duckdb": lambda path: duckdb.sql(f"FROM '{path}/**/*.parquet'").to_arrow_table().to_pydict(),
}


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "one", TOY_FILES)
    ingest_files(folder / "commons", folder / "two", TOY_FILES, archive=toy_archive("AND"))
    return folder / "commons"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("table", STORED_TABLES, ids=lambda table: table.name)
def test_any_reader_finds_every_table_with_its_columns(toy_root, table, reader):
    """Also of a table without rows, as lineage is here."""
    commons = open_commons(toy_root)
    found = READERS[reader](commons.path(table.name))
    assert set(found) == set(table.names)
    expected = table.arrow_table({}, 0) if table.name in {"lineage", "measurements"} else None
    rows = len(getattr(commons, table.name))
    assert len(found["archive"]) == rows
    assert (expected is None) == (rows > 0) or table.name == "rejects"
    if rows:
        assert sorted(set(found["archive"])) == ["AND", "TOY"]


@pytest.mark.parametrize("reader", READERS)
def test_the_values_are_those_of_the_lazy_table(toy_root, reader):
    commons = open_commons(toy_root)
    found = READERS[reader](commons.path("histories"))
    names = ["archive", "experiment", "architecture", "epoch", "val_accuracy_percent"]
    told = sorted(zip(*(found[name] for name in names), strict=True))
    expected = commons.histories[names].compute().itertuples(index=False, name=None)
    assert told == sorted(expected)


def test_an_archive_can_be_pushed_down(toy_root):
    path = open_commons(toy_root).path("architectures")
    assert pl.scan_parquet(path).filter(pl.col("archive") == "TOY").collect().height == 7
    rows = ds.dataset(path, partitioning="hive").to_table(filter=ds.field("archive") == "TOY")
    assert rows.num_rows == 7
    query = f"FROM '{path}/**/*.parquet' WHERE archive = 'TOY'"
    assert len(duckdb.sql(query).fetchall()) == 7


def test_a_table_that_there_is_not(toy_root):
    with pytest.raises(ParameterError, match="Did you mean 'histories'"):
        open_commons(toy_root).path("history")


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from tables import TOY_FILES, ingest_files, toy_archive
ingest_files(Path({root!r}), Path({files!r}), TOY_FILES, archive=toy_archive({name!r}))
"""


def test_readers_see_the_old_or_the_new(tmp_path):
    """Other processes publish while readers have the folder open and open it again."""
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "one", TOY_FILES)
    first = open_commons(root)
    held = ds.dataset(first.path("histories"), partitioning="hive")
    scan = pl.scan_parquet(first.path("histories"))
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW h AS FROM '{first.path('histories')}/**/*.parquet'")
    program = PROGRAM.format(
        tests=str(__file__.rsplit("/", 1)[0]), root=str(root), files=str(tmp_path / "b"), name="AND"
    )
    writer = subprocess.Popen([sys.executable, "-c", program])
    counts = set()
    while writer.poll() is None:
        now = open_commons(root)
        counts.add((len(now.histories), int(now.experiment_index["history_row_count"].sum())))
        assert held.count_rows() == 12
        time.sleep(0.05)
    assert writer.returncode == 0
    # The old one or the new one, never a part.
    assert counts <= {(12, 12), (24, 24)}
    assert (12, 12) in counts
    after = open_commons(root)
    assert len(after.histories) == 24
    assert after.path("histories") != first.path("histories")
    assert held.to_table().num_rows == 12
    assert scan.collect().height == 12
    assert connection.sql("SELECT count(*) FROM h").fetchall() == [(12,)]
    assert len(first.histories) == 12
    assert first.sql("SELECT count(*) AS c FROM histories")["c"].tolist() == [12]
