"""Gather what a dialect reads record by record: plain rows in, the tables of `rows` out.

For sources of a few thousand records; dialects of large tables build Arrow columns at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vinarch.dialects.rows import LINEAGE_ROWS, MEASUREMENT_ROWS, SOURCE_ROWS, Records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.errors import DialectError

_UNIT = re.compile(r"(.*?)\s*\(([^()]+)\)")

_IN_NAMES = {"s": "seconds", "B": "bytes"}
"""Units that the end of a name spells out."""


@dataclass
class RecordLists:
    """Rows of the schemas in `vinarch.dialects.rows`, a dict each."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    measurements: list[dict[str, Any]] = field(default_factory=list)
    lineage: list[dict[str, Any]] = field(default_factory=list)

    def add(self, more: RecordLists) -> None:
        """Put the rows of a record that could be read whole below the others."""
        self.rows += more.rows
        self.measurements += more.measurements
        self.lineage += more.lineage

    def refuse(self, error: DialectError, known: Mapping[str, Any]) -> None:
        """Add a refused row for a record that could not be read.

        Parameters
        ----------
        error : DialectError
            Its place inside the record, what was expected and what came.
        known : mapping
            What is known of the row: source file, row and line, and whose it is.
        """
        slots = {"expected": f"{error.where}: {error.expected}", "got": error.got}
        self.rows.append({**known, **slots, "genome_refused": True})

    def records(self, configurations: Mapping[str, str] | None = None) -> Records:
        """Return the tables."""
        rows = [{"genome_refused": False, **row} for row in self.rows]
        return Records(
            pa.Table.from_pylist(rows, SOURCE_ROWS),
            pa.Table.from_pylist(self.measurements, MEASUREMENT_ROWS),
            pa.Table.from_pylist(self.lineage, LINEAGE_ROWS),
            configurations or {},
        )


def measurement(
    path: str, name: str, value: float | str, units: Mapping[str, str]
) -> dict[str, Any]:
    """Return a measurement of a value that a source calls by a name.

    Parameters
    ----------
    path : str
        Path to the value in the source, which it keeps as its source name.
    name : str
        What the source calls it, with the unit in parentheses if it tells one.
    value : float or str
    units : mapping of str to str
        Units of the names that do not tell theirs.

    Returns
    -------
    dict
        Columns measure, value, text, unit and source_name.

    Examples
    --------
    >>> told = measurement("results.energy (kWh)", "energy (kWh)", 0.5, {})
    >>> told["measure"], told["value"], told["unit"]
    ('energy_kwh', 0.5, 'kWh')
    >>> measurement("total_time", "total_time", 9.0, {"total_time": "s"})["measure"]
    'total_time_seconds'
    """
    found = _UNIT.fullmatch(name)
    bare, unit = found.groups() if found else (name, units.get(name, ""))
    words = f"{bare} {_IN_NAMES.get(unit, unit)}".lower()
    return {
        "measure": re.sub(r"[^0-9a-z]+", "_", words).strip("_"),
        "value": None if isinstance(value, str) else value,
        "text": value if isinstance(value, str) else None,
        "unit": unit,
        "source_name": path,
    }
