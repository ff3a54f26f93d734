"""Turn a user's frame into a table of plain columns, and remember what its rows are called.

pandas, Polars or Arrow in; an Arrow table that Parquet holds without loss, and row labels, out.
Knows nothing of networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from vinarch.dialects.plain_columns import plain_column
from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHERE = "ingest(frame)"


@dataclass(frozen=True)
class OwnFrame:
    """A frame's table, and the labels of its rows for messages."""

    table: pa.Table
    labels: Sequence[Any]


def read_frame(frame: Any) -> OwnFrame:
    """Read a frame.

    Parameters
    ----------
    frame : pandas.DataFrame, pyarrow.Table or another that gives an Arrow stream
        A named index of pandas counts as columns; one without a name only labels the rows.

    Returns
    -------
    OwnFrame

    Raises
    ------
    ParameterError
        If it is no frame, has no row, or two columns of one name.

    Examples
    --------
    >>> import pandas as pd
    >>> read_frame(pd.DataFrame({"acc": [90, None]}, index=["a", "b"])).table["acc"].to_pylist()
    [90.0, None]
    """
    if isinstance(frame, pd.DataFrame):
        labels: Sequence[Any] = list(frame.index)
        named = frame.reset_index() if None not in frame.index.names else frame
        names = [str(name) for name in named.columns]
        columns = [_of_pandas(named.iloc[:, place], name) for place, name in enumerate(names)]
    else:
        table = _arrow_table(frame)
        labels = range(len(table))
        names = table.column_names
        columns = [plain_column(column) for column in table.columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ParameterError(
            _WHERE,
            "each column once",
            ", ".join(map(repr, repeated)) + " twice",
            "Rename or drop one of them.",
        )
    if not labels:
        raise ParameterError(_WHERE, "at least one row", "none", "Pass a frame with rows.")
    return OwnFrame(pa.table(dict(zip(names, columns, strict=True))), labels)


def _of_pandas(series: pd.Series[Any], name: str) -> pa.Array:
    if series.dtype == object:
        missing = series.isna()
        return plain_column(
            [None if gone else value for value, gone in zip(series, missing, strict=True)]
        )
    try:
        return plain_column(pa.Array.from_pandas(series))
    except pa.ArrowNotImplementedError as error:
        raise ParameterError(
            f"{_WHERE}, column {name}",
            "numbers, texts, truth values or dates",
            f"values of the type {series.dtype}",
            "Convert or drop the column.",
        ) from error


def _arrow_table(frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "__arrow_c_stream__") and hasattr(frame, "columns"):
        return pa.table(frame)
    lazy = " A lazy frame must be computed first." if hasattr(frame, "compute") else ""
    raise ParameterError(
        _WHERE,
        "a DataFrame of pandas or Polars, or an Arrow table",
        type(frame).__name__,
        f"Make one of it: pandas.DataFrame(…).{lazy}",
    )
