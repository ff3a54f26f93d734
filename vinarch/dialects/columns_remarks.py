"""Make rows of measurements and of lineage from a table whose rows are read.

A table, its read rows and its mapping in; Arrow tables out. Refused rows tell of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.columns_values import read_free_cells
from vinarch.dialects.rows import LINEAGE_ROWS, MEASUREMENT_ROWS, table_of

if TYPE_CHECKING:
    from vinarch.dialects.columns_mapping import ColumnMapping, MeasurementSource
    from vinarch.dialects.columns_rows import ReadRows
    from vinarch.dialects.source_tables import SourceTable

_PARENTS = (1, 2)


def measurement_rows(table: SourceTable, rows: ReadRows, mapping: ColumnMapping) -> pa.Table:
    """Return a row for each cell that the mapping makes a measurement.

    Returns
    -------
    pyarrow.Table
        Of the schema `vinarch.dialects.rows.MEASUREMENT_ROWS`; empty cells give no row.
    """
    parts = [_of_column(table, rows, entry, mapping.null) for entry in mapping.measurements]
    return pa.concat_tables([MEASUREMENT_ROWS.empty_table(), *parts])


def lineage_rows(table: SourceTable, rows: ReadRows) -> pa.Table:
    """Return a row for each child and parent, once for each child.

    Returns
    -------
    pyarrow.Table
        Of the schema `vinarch.dialects.rows.LINEAGE_ROWS`.
    """
    parts = [LINEAGE_ROWS.empty_table()]
    for number in _PARENTS:
        parents = rows.columns.get(f"parent_{number}")
        if parents is None:
            continue
        children = rows.columns["native_id"]
        first = rows.good & pc.is_valid(parents).to_numpy(zero_copy_only=False)
        pairs = pa.table({"child": children, "parent": parents}).to_pandas()[first]
        first[first] = ~pairs.duplicated().to_numpy()
        cut = rows.columns.get(f"cut_{number}", pa.nulls(len(table), pa.int64()))
        operator = rows.columns.get("operator", pa.nulls(len(table), pa.string()))
        columns: dict[str, Any] = {
            "source_file": table.row_paths,
            "source_row": pa.array(table.source_rows),
            "line": pa.array(table.lines),
            "child": children,
            "parent": parents,
            "operator": operator,
            "cut": cut,
        }
        parts.append(_chosen(LINEAGE_ROWS, columns, first, parent_number=number))
    return pa.concat_tables(parts)


def _of_column(
    table: SourceTable,
    rows: ReadRows,
    entry: MeasurementSource,
    null: tuple[str, ...],
) -> pa.Table:
    unit, stored = entry.conversion
    value, text = read_free_cells(
        table.columns[entry.column], unit, (*null, *entry.null), table.files
    )
    told = pc.or_(pc.is_valid(value), pc.is_valid(text)).to_numpy(zero_copy_only=False)
    columns = {
        "source_file": table.row_paths,
        "source_row": pa.array(table.source_rows),
        "native_id": rows.columns["native_id"],
        "value": value,
        "text": text,
    }
    for name in ("repeat", "epoch"):
        if name in rows.columns:
            columns[name] = rows.columns[name]
    return _chosen(
        MEASUREMENT_ROWS,
        columns,
        told & rows.good,
        measure=entry.measure,
        split=entry.split,
        statistic=entry.statistic,
        n=entry.n,
        device=entry.device,
        unit=stored,
        source_name=entry.column,
    )


def _chosen(
    schema: pa.Schema,
    columns: dict[str, Any],
    where: np.ndarray[Any, np.dtype[np.bool_]],
    **constants: Any,
) -> pa.Table:
    """Keep some rows, and say of each the same further things."""
    places = pa.array(np.flatnonzero(where))
    kept = {name: column.take(places) for name, column in columns.items()}
    for name, value in constants.items():
        kept[name] = pa.repeat(pa.scalar(value, schema.field(name).type), len(places))
    return table_of(schema, kept, len(places))
