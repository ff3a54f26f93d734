"""Ask the tables of a commons in SQL: DuckDB in this process, reading Parquet, writing nothing.

Views and a query in, a pandas frame out.
The only module that knows DuckDB, which comes with the extra ``vinarch[sql]``; it is loaded when
a query is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.errors import ParameterError
from vinarch.schema import STORED_TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

_WHERE = "sql"
_OWN = "inside"
"""Schema of what the views are made of, so that SHOW TABLES tells the views only."""
_NETWORKS = f"{_OWN}.networks"
_EXPERIMENTS = f"{_OWN}.experiments"
_SETTINGS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # What does not fit into memory is refused instead of spilled beside the user's script.
    "temp_directory": "",
}
"""Nothing is downloaded and nothing written; which files can be read is set with the views."""


_ANSWER_BYTES = 2**30
"""Most bytes of an answer: a join without its condition must not fill the memory."""
_BATCH_ROWS = 2**16


@dataclass(frozen=True, eq=False)
class View:
    """A table as a query sees it: rows at hand, or Parquet files and which of their rows."""

    table: Table
    rows: pa.Table | None = None
    files: tuple[str, ...] = ()
    some_experiments: bool = False
    """Whether the files hold rows of experiments that are not wanted."""
    key: str = ""
    """Column that numbers the networks, if only some networks are wanted; empty for all."""


def run_query(
    query: str,
    parameters: Mapping[str, Any],
    views: Sequence[View],
    experiments: pa.Table,
    networks: pa.Table | None,
) -> pd.DataFrame:
    """Run one query that only reads.

    Parameters
    ----------
    query : str
        One ``SELECT`` (or ``WITH``, ``FROM``, ``DESCRIBE``, ``SUMMARIZE``, ``SHOW TABLES``);
        ``$name`` stands for a parameter.
    parameters : mapping of str to value
    views : sequence of View
    experiments : pyarrow.Table
        ``archive, experiment``: the experiments wanted.
    networks : pyarrow.Table or None
        ``archive, experiment, architecture``: the networks wanted, None for all.

    Returns
    -------
    pandas.DataFrame
        A column that bears the name and the type of a declared one has its dtype.

    Raises
    ------
    ParameterError
        If the query cannot be run, is no query or more than one, its answer is too large for a
        frame, or DuckDB is not installed.
    """
    duckdb = _duckdb()
    if not isinstance(query, str):
        raise _refused(views, repr(query)[:60])
    try:
        statements = duckdb.extract_statements(query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise _refused(views, _told(statements))
        with duckdb.connect(":memory:", config=_SETTINGS) as connection:
            files = ", ".join(_quoted(file) for view in views for file in view.files)
            connection.execute(f"SET allowed_paths = [{files}]")
            connection.execute("SET enable_external_access = false")
            connection.execute(f"CREATE SCHEMA {_OWN}")
            _keep_rows(connection, _EXPERIMENTS, experiments)
            if networks is not None:
                _keep_rows(connection, _NETWORKS, networks)
            for view in views:
                _make_view(connection, view)
            connection.execute("SET lock_configuration = true")
            # The text itself, since a statement object runs but once.
            answer = connection.sql(query, params=dict(parameters) or None)
            return as_declared(_bounded(answer.to_arrow_reader(_BATCH_ROWS)))
    except duckdb.Error as error:
        raise _refused(views, _first_lines(error)) from error


def _bounded(batches: pa.RecordBatchReader) -> pa.Table:
    """Read an answer, and give up when it has become too large."""
    kept, rows, size = [], 0, 0
    for batch in batches:
        kept.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if size > _ANSWER_BYTES:
            raise ParameterError(
                _WHERE,
                f"an answer of at most {_ANSWER_BYTES / 2**20:,.0f} MiB",
                f"more, after {rows:,} rows",
                "Aggregate, add a LIMIT, or give a join its condition; whole tables are read "
                "lazily: commons.histories.",
            )
    return pa.Table.from_batches(kept, batches.schema)


def as_declared(table: pa.Table) -> pd.DataFrame:
    """Turn what a query gave into a frame, with the declared dtypes where columns are ours.

    A number without missing values that is declared as one that may miss keeps the declared
    dtype; a declared one that misses values all the same, as after an outer join, gets the dtype
    that can.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_declared(pa.table({"gpus": [1], "networks": [2]})).dtypes.to_dict()
    {'gpus': Int64Dtype(), 'networks': dtype('int64')}
    """
    names = table.column_names
    # The rows of one table have its dtypes; what several gave has those of the first that has it.
    homes = [one for one in STORED_TABLES if set(names) <= set(one.names)][:1] or STORED_TABLES
    series = [
        _series(name, column, homes) for name, column in zip(names, table.columns, strict=True)
    ]
    frame = pd.DataFrame(dict(enumerate(series)))
    frame.columns = pd.Index(names)
    return frame


def _series(name: str, column: pa.ChunkedArray, homes: Sequence[Table]) -> pd.Series:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_decimal(column.type):
        # DuckDB sums whole numbers to wider ones than pandas has.
        whole = column.type.scale == 0 and _fits(column)
        column = column.cast(pa.int64() if whole else pa.float64())
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    declared = [
        found.pandas_dtype
        for table in homes
        for found in table.columns
        if (found.name, found.type) == (name, column.type)
    ]
    dtype: Any = declared[0] if declared else _usual(column.type)
    if column.null_count:
        dtype = {"int64": "Int64", "bool": "boolean"}.get(str(dtype), dtype)
    if dtype is None:
        plain: pd.Series = column.to_pandas()
        return plain
    if str(dtype) in {"float64", "int64", "bool"}:
        typed: pd.Series = pd.Series(column.to_numpy(), dtype=dtype)
        return typed
    arrow: pd.Series = pd.Series(column.combine_chunks(), dtype=pd.ArrowDtype(column.type))
    return arrow.astype(dtype)


def _usual(kind: pa.DataType) -> Any:
    if pa.types.is_string(kind):
        return pd.StringDtype("pyarrow")
    if pa.types.is_floating(kind):
        return "float64"
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind):
        return "int64"
    return pd.ArrowDtype(kind) if pa.types.is_nested(kind) else None


def _fits(column: pa.ChunkedArray) -> bool:
    ends = pc.min_max(column).as_py()
    return all(end is None or -(2**63) <= end < 2**63 for end in ends.values())


def _make_view(connection: Any, view: View) -> None:
    # Only declared names and quoted paths come into the text.
    name = view.table.name
    columns = ", ".join(f'"{column}"' for column in view.table.names)
    rows = view.rows
    if rows is None and not view.files:
        rows = view.table.arrow().empty_table()
    if rows is None:
        source = _parquet(view)
    else:
        source = f'{_OWN}."rows of {name}"'
        _keep_rows(connection, source, rows)
    connection.execute(f'CREATE VIEW "{name}" AS SELECT {columns} FROM {source}')  # noqa: S608


def _keep_rows(connection: Any, name: str, rows: pa.Table) -> None:
    connection.register("given", rows)
    connection.execute(f"CREATE TABLE {name} AS FROM given")
    connection.unregister("given")


def _parquet(view: View) -> str:
    files = ", ".join(map(_quoted, view.files))
    # A name such as 2023 would otherwise become a number.
    hive = "hive_partitioning = true, hive_types = {'archive': VARCHAR}"
    wanted = []
    if view.some_experiments:
        wanted.append(f"(archive, experiment) IN (FROM {_EXPERIMENTS})")
    if view.key:
        wanted.append(f'(archive, experiment, "{view.key}") IN (FROM {_NETWORKS})')
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    return f"read_parquet([{files}], {hive}){where}"


def _duckdb() -> ModuleType:
    try:
        import duckdb  # noqa: PLC0415 - an extra that only this function needs
    except ImportError as error:
        raise ParameterError(
            _WHERE,
            "DuckDB, which runs the query",
            "no such package",
            'Install it: pip install "vinarch[sql]".',
        ) from error
    return duckdb


def _refused(views: Sequence[View], got: str) -> ParameterError:
    names = ", ".join(view.table.name for view in views)
    return ParameterError(
        _WHERE,
        f"one query that reads the tables {names}",
        got,
        "DESCRIBE with the name of a table lists its columns.",
    )


def _told(statements: Sequence[Any]) -> str:
    words = [statement.type.name.replace("_", " ") for statement in statements]
    return f"{len(words)} statements" if len(words) != 1 else f"a statement of the kind {words[0]}"


def _first_lines(error: Exception) -> str:
    """Return DuckDB's own message, without its picture of the place in the query."""
    text = str(error).split("\n\nLINE ")[0]
    return " ".join(part.strip() for part in text.splitlines() if part.strip()).rstrip(".")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
