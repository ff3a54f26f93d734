from __future__ import annotations

import pickle

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tables import TOY_FILES, ingest_files

from vinarch.commons import open_commons
from vinarch.errors import StoreError
from vinarch.schema import (
    ARCHITECTURES,
    ATTRIBUTES,
    EXPERIMENTS,
    HISTORIES,
    LINEAGE,
    MEASUREMENTS,
    REJECTS,
    RESULT_TABLES,
    STORED_TABLES,
    Table,
)

TABLES = (*STORED_TABLES, *RESULT_TABLES)
BY_NAME = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
A_VALUE = {
    "string": "x",
    "int64": 3,
    "double": 1.5,
    "bool": True,
    "binary": b"\x01",
    "list<item: double>": [1.5, 2.5],
    "list<item: int64>": [1, 2],
    "list<item: struct<path: string, size_bytes: int64, sha256: string>>": [
        {"path": "a.csv", "size_bytes": 3, "sha256": "ab"}
    ],
}


def example(table, *, nulls):
    """One full row, and one with a null wherever that is allowed."""
    full = {column.name: A_VALUE[str(column.type)] for column in table.columns}
    bare = {c.name: None if c.nullable else full[c.name] for c in table.columns}
    return pa.Table.from_pylist([full, bare] if nulls else [full, full], schema=table.arrow())


@BY_NAME
def test_every_column_is_declared_once_with_its_meaning(table):
    assert len(set(table.names)) == len(table.names)
    assert all(column.meaning.endswith(".") for column in table.columns)
    assert set(table.sort_key) <= set(table.names)
    units = {"_percent": "%", "_seconds": "s"}
    for column in table.columns:
        for suffix, unit in units.items():
            if column.name.endswith(suffix):
                assert column.unit == unit


def test_attributes_are_nullable_columns_of_experiments():
    assert all(EXPERIMENTS.column(name).nullable for name in ATTRIBUTES)


@BY_NAME
@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize("rows", [slice(0, 2), slice(0, 0)])
def test_a_frame_has_the_dtypes_of_meta_whatever_it_holds(table, nulls, rows):
    given = example(table, nulls=nulls)[rows]
    frame = table.frame(given)
    pd.testing.assert_series_equal(frame.dtypes, table.empty().dtypes)
    assert len(frame) == given.num_rows
    back = pa.Table.from_pandas(frame, schema=table.arrow(), preserve_index=False)
    assert back.to_pylist() == given.to_pylist()


@BY_NAME
def test_a_frame_holds_the_columns_asked_for_in_order(table):
    names = [*reversed(table.names)][:2]
    frame = table.frame(example(table, nulls=True), names)
    assert list(frame.columns) == names
    pd.testing.assert_series_equal(frame.dtypes, table.empty()[names].dtypes)


@BY_NAME
def test_columns_that_are_not_given_are_null_where_that_is_allowed(table):
    required = {c.name: [A_VALUE[str(c.type)]] for c in table.columns if not c.nullable}
    made = table.arrow_table(required, 1)
    assert made.schema == table.arrow()
    assert {name for name in table.names if made[name].null_count} == {
        column.name for column in table.columns if column.nullable
    }


@pytest.mark.parametrize("given", [None, [1.5, None, None], pa.array([1.5, None, None])])
def test_a_null_where_none_is_allowed_is_an_error(given):
    columns = {c.name: [A_VALUE[str(c.type)]] * 3 for c in HISTORIES.columns}
    columns["epoch"] = given
    with pytest.raises(StoreError) as caught:
        HISTORIES.arrow_table(columns, 3)
    message = (
        f"table histories, column epoch: expected no nulls, "
        f"got {3 if given is None else 2} nulls in 3 rows. "
        "This is a fault in the dialect that made the table."
    )
    assert str(caught.value) == message
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    """A commons of the toy tables, with one row rejected."""
    folder = tmp_path_factory.mktemp("toy")
    files = {path: text.replace("81.5,", "8l.5,", 1) for path, text in TOY_FILES.items()}
    ingest_files(folder / "commons", folder / "files", files)
    return folder / "commons"


@pytest.mark.parametrize("table", STORED_TABLES, ids=lambda table: table.name)
def test_files_hold_exactly_the_declared_columns(toy_root, table):
    paths = sorted(toy_root.glob(f"snapshots/*/{table.name}/archive=TOY/*.parquet"))
    # The toy tells no measurements and no lineage: their one part has the columns only.
    assert paths
    stored = table.arrow().remove(table.arrow().get_field_index("archive"))
    for path in paths:
        schema = pq.read_schema(path)
        assert schema.remove_metadata() == stored
        assert schema.metadata == {
            b"vinarch_format_version": b"2",
            b"vinarch_table": table.name.encode(),
        }
        rows = pq.ParquetFile(path).read().to_pylist()
        assert bool(rows) == (table not in {MEASUREMENTS, LINEAGE})
        key = [name for name in table.sort_key if name != "archive"]
        assert rows == sorted(rows, key=lambda row: [row[name] for name in key])


@pytest.mark.parametrize("table", [EXPERIMENTS, ARCHITECTURES, HISTORIES, REJECTS])
def test_partitions_have_the_dtypes_of_meta(toy_root, table: Table):
    lazy = getattr(open_commons(toy_root), table.name)
    # Dask writes strings with the other missing value, whatever meta says.
    declared = table.empty().astype({c.name: "string" for c in table.columns if c.type == "string"})
    pd.testing.assert_frame_equal(lazy._meta, declared)
    for part in range(lazy.npartitions):
        frame = lazy.partitions[part].compute()
        assert len(frame)
        pd.testing.assert_series_equal(frame.dtypes, lazy.dtypes)
    for name in table.names:
        assert lazy[name].compute().dtype == lazy[name].dtype == declared[name].dtype
