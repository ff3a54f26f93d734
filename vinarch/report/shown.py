"""How values are written for readers: records in, text out; neither HTML nor Markdown."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING
from urllib.parse import quote

from vinarch.report.checks import PNG_HEAD_BYTES, PNG_SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.report.records import Link, ReportFigure, ReportTable, Value

MISSING = "n/a"

PIXELS_PER_CSS_PIXEL = 2
"""A picture of 300 dots per inch is shown at about one and a half times its printed size."""

_UNITS = {"percent": "(%)", "points": "(points)", "seconds": "(s)", "mflops": "MFLOPs"}


def shown(value: Value, decimals: int = 2) -> str:
    """Write a value: integers whole, other numbers to some decimals.

    Examples
    --------
    >>> [shown(value) for value in (5, 41621, 89.6597, None, True, "10110")]
    ['5', '41,621', '89.66', 'n/a', 'yes', '10110']
    """
    if value is None or is_missing(value):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return f"{value:,.{decimals if isinstance(value, float) else 0}f}"


def is_missing(value: Value) -> bool:
    """Tell whether there is no value."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def is_number(value: Value) -> bool:
    """Tell whether a value is a number that is known; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124


def decimals_of(column: Sequence[Value]) -> int:
    """Return three decimals for shares and correlations, none for whole numbers, else two."""
    known = [v for v in column if isinstance(v, float) and math.isfinite(v)]
    if all(value.is_integer() for value in known):
        return 0
    return 3 if all(abs(value) <= 1 for value in known) else 2


def heading(name: str) -> str:
    """Write a column's name as the head of a column, its unit in brackets.

    Examples
    --------
    >>> heading("mean_val_accuracy_percent")
    'mean val accuracy (%)'
    >>> heading("wall_time_seconds")
    'wall time (s)'
    """
    return " ".join(_UNITS.get(word, word) for word in name.split("_"))


def size_note(table: ReportTable) -> str:
    """Tell how many rows there are, and how many of them are shown."""
    if len(table.rows) < table.total_rows:
        return f"the first {len(table.rows):,} of {table.total_rows:,} rows"
    return f"{table.total_rows:,} {'row' if table.total_rows == 1 else 'rows'}"


def relative_url(link: Link) -> str:
    """Return the URL of a file beside the report."""
    return quote(link.path)


def doi_url(doi: str) -> str:
    """Return where a DOI resolves."""
    return "https://doi.org/" + quote(doi)


def css_size(figure: ReportFigure) -> tuple[int, int]:
    """Return the width and height to show a picture at, from the head of its PNG."""
    start = len(PNG_SIGNATURE) + 8
    width, height = struct.unpack(">II", figure.png[start:PNG_HEAD_BYTES])
    return width // PIXELS_PER_CSS_PIXEL, height // PIXELS_PER_CSS_PIXEL
