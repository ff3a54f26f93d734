"""Refuse fractions where a mapping says percent: records and their mapping in, or one error out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.columns_targets import SHARES
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from vinarch.dialects.columns_mapping import ColumnMapping
    from vinarch.dialects.rows import Records

_PERCENT = next(iter(SHARES))
_ACCURACY = "accuracy_percent"


def refuse_fractions(records: Records, mapping: ColumnMapping, path: str) -> None:
    """Refuse a column of percentages of which none is above 1.

    Parameters
    ----------
    records : Records
        All rows that were read together: a single network may well be no better than chance.
    mapping : ColumnMapping
    path : str
        The file, or the first of several.

    Raises
    ------
    DialectError
        If a column of accuracies in percent lies between 0 and 1 and is not zero throughout.
    """
    for source in mapping.sources:
        if source.target.endswith(_ACCURACY) and not source.at_most_one:
            values = records.rows[source.target]
            _check(values, source.unit, source.columns[0], source.target, path)
    for entry in mapping.measurements:
        if entry.measure.endswith(_ACCURACY):
            mine = pc.equal(records.measurements["source_name"], entry.column)
            values = records.measurements.filter(mine)["value"]
            _check(values, entry.unit, entry.column, entry.measure, path)


def _check(values: pa.ChunkedArray, unit: str, column: str, target: str, path: str) -> None:
    bounds = pc.min_max(values).as_py()
    low, high = bounds["min"], bounds["max"]
    if (unit or _PERCENT) != _PERCENT or high is None or low < 0 or not 0 < high <= 1:
        return
    raise DialectError(
        f"{path}, column {column}",
        "percentages, some of them above 1",
        f"{len(values) - values.null_count} numbers from {low:g} to {high:g}",
        f'If they are fractions, map {target} to column = "{column}" with unit = "fraction"; '
        "if all are percentages of at most 1, with at_most_one = true.",
    )
