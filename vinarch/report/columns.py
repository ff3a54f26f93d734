"""How a table's columns look on a page: a table of a report in, heads and written cells out.

Joins an estimate with the ends of its interval; knows neither HTML nor Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.report.records import Look
from vinarch.report.shown import decimals_of, heading, is_missing, is_number, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.report.records import ReportTable, Value

_MOST_DECIMALS = 2
"""Decimals of an interval's ends: more would claim what no bootstrap gives."""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell."""

    text: str
    value: Value
    """What the cell is sorted by."""


@dataclass(frozen=True)
class ShownColumn:
    """A column of the page."""

    name: str
    """As in Python."""
    head: str
    numeric: bool
    """Whether it holds numbers, or nothing but missing values."""
    cells: tuple[Cell, ...]


def shown_columns(table: ReportTable) -> tuple[ShownColumn, ...]:
    """Write a table's columns, all numbers of a column to the same decimals.

    Parameters
    ----------
    table : ReportTable

    Returns
    -------
    tuple of ShownColumn
        Without those that stand in the cells of another one.

    Examples
    --------
    >>> from vinarch.report import Look, ReportTable
    >>> looks = (("mean", Look("mean (95 %)", ends=("low", "high"))),)
    >>> rows = ((1.5, 1.25, 2.0), (3.0, None, None))
    >>> table = ReportTable("t", "T", ("mean", "low", "high"), rows, 2, looks=looks)
    >>> [(column.head, [cell.text for cell in column.cells]) for column in shown_columns(table)]
    [('mean (95 %)', ['1.50 (1.25 to 2.00)', '3.00'])]
    """
    looks = dict(table.looks)
    # Not zip(*rows), which forgets the columns of a table without rows.
    columns = {name: [row[place] for row in table.rows] for place, name in enumerate(table.header)}
    joined = {end for look in looks.values() for end in look.ends}
    return tuple(
        ShownColumn(
            name,
            looks.get(name, Look()).head or heading(name),
            any(map(is_number, column)) or (bool(column) and all(map(is_missing, column))),
            _cells(column, looks.get(name, Look()), columns),
        )
        for name, column in columns.items()
        if name not in joined
    )


def _cells(
    column: Sequence[Value], look: Look, columns: dict[str, list[Value]]
) -> tuple[Cell, ...]:
    words = dict(look.words)
    ends = [columns[name] for name in look.ends]
    decimals = decimals_of([*column, *(value for end in ends for value in end)])
    if ends:
        decimals = min(decimals, _MOST_DECIMALS)
    cells = []
    for place, value in enumerate(column):
        known = None if is_missing(value) else value
        if known in words:
            cells.append(Cell(words[known], words[known]))
            continue
        text = shown(value, decimals)
        bounds = [end[place] for end in ends]
        if bounds and not any(map(is_missing, [value, *bounds])):
            text += f" ({' to '.join(shown(bound, decimals) for bound in bounds)})"
        cells.append(Cell(text, value))
    return tuple(cells)
