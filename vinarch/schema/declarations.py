"""What a declared column and a declared table are, and the forms they take elsewhere.

Declarations in; Arrow schemas, Dask's meta and frames of the declared dtypes out.
Knows no table in particular, no paths, no Dask and no archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from vinarch.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Column:
    """One column: what it is called, what it holds, in which unit, and what it means."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False

    @property
    def pandas_dtype(self) -> Any:
        """Return the dtype that the column has in a pandas or Dask frame.

        Missing numbers are NaN, missing integers and booleans are ``pd.NA``.
        """
        if pa.types.is_string(self.type):
            return pd.StringDtype("pyarrow")
        if pa.types.is_floating(self.type):
            return "float64"
        if pa.types.is_boolean(self.type):
            return "boolean" if self.nullable else "bool"
        if pa.types.is_integer(self.type):
            return "Int64" if self.nullable else "int64"
        return pd.ArrowDtype(self.type)


@dataclass(frozen=True)
class Table:
    """A table of the commons, or one that vinarch computes from it.

    Examples
    --------
    >>> from vinarch import schema
    >>> schema.HISTORIES.names[:4]
    ('archive', 'experiment', 'architecture', 'epoch')
    >>> schema.HISTORIES.column("val_accuracy_percent").unit
    '%'
    """

    name: str
    meaning: str
    sort_key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return one column's declaration."""
        return {column.name: column for column in self.columns}[name]

    def arrow(self) -> pa.Schema:
        """Return the Arrow schema."""
        return pa.schema(
            [pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns],
        )

    def empty(self) -> pd.DataFrame:
        """Return the frame without rows: what Dask calls meta."""
        return pd.DataFrame(
            {c.name: pd.Series([], dtype=c.pandas_dtype) for c in self.columns},
        )

    def arrow_table(self, columns: Mapping[str, Any], rows: int) -> pa.Table:
        """Build an Arrow table of this schema; a column that is not given is null.

        Parameters
        ----------
        columns : mapping of str to array
            Arrow arrays or sequences of length `rows`.
        rows : int
            Number of rows.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        StoreError
            If a column that must not be null is missing or holds a null.
        """
        arrays = []
        for column in self.columns:
            given = columns.get(column.name)
            if given is None:
                array = pa.nulls(rows, column.type)
            elif isinstance(given, (pa.Array, pa.ChunkedArray)):
                array = given.cast(column.type)
            else:
                array = pa.array(given, type=column.type)
            if array.null_count and not column.nullable:
                raise StoreError(
                    f"table {self.name}, column {column.name}",
                    "no nulls",
                    f"{array.null_count} nulls in {rows} rows",
                    "This is a fault in the dialect that made the table.",
                )
            arrays.append(array)
        return pa.Table.from_arrays(arrays, schema=self.arrow())

    def frame(self, table: pa.Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Turn an Arrow table of this schema into a frame with the declared dtypes.

        Parameters
        ----------
        table : pyarrow.Table
            A table that holds at least the columns asked for.
        columns : sequence of str, optional
            Which columns, in order; all by default.

        Returns
        -------
        pandas.DataFrame
        """
        chosen = self.names if columns is None else tuple(columns)
        return pd.DataFrame({name: self._series(table.column(name), name) for name in chosen})

    def _series(self, array: pa.ChunkedArray, name: str) -> pd.Series:
        dtype = self.column(name).pandas_dtype
        arrow = array.combine_chunks()
        if dtype in {"float64", "int64", "bool"}:
            plain: pd.Series = pd.Series(arrow.to_numpy(zero_copy_only=False), dtype=dtype)
            return plain
        # NumPy has no missing integers or booleans, so these go by pandas' Arrow arrays.
        nullable: pd.Series = pd.Series(arrow, dtype=pd.ArrowDtype(arrow.type)).astype(dtype)
        return nullable
