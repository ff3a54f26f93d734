"""Frames as tables of a report: a frame in, plain values and a notebook's view of it out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_list_like

from vinarch.report.records import FrameOutput, ReportTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.report.records import Link, Look, Value

_MOST_LISTED = 8
"""Numbers that a cell of the page lists; the full table lists them all."""

# What pandas shows in a fresh kernel, whatever this process has set or whichever terminal it has.
_FRESH: tuple[Any, ...] = (
    "display.chop_threshold", None,
    "display.colheader_justify", "right",
    "display.expand_frame_repr", True,
    "display.float_format", None,
    "display.html.border", 1,
    "display.html.use_mathjax", True,
    "display.large_repr", "truncate",
    "display.max_columns", 20,
    "display.max_colwidth", 50,
    "display.max_rows", 60,
    "display.max_seq_items", 100,
    "display.min_rows", 10,
    "display.multi_sparse", True,
    "display.notebook_repr_html", True,
    "display.precision", 6,
    "display.show_dimensions", "truncate",
    "display.unicode.east_asian_width", False,
    "display.width", 80,
)  # fmt: skip


def table_of(  # noqa: PLR0913 - all but three are passed by name
    key: str,
    title: str,
    frame: pd.DataFrame,
    *,
    python: Sequence[str],
    total_rows: int | None = None,
    note: str = "",
    link: Link | None = None,
    looks: Mapping[str, Look] | None = None,
) -> ReportTable:
    """Make a table of a frame.

    Parameters
    ----------
    key, title : str
    frame : pandas.DataFrame
        The rows to show; a cell may be a list of numbers.
    python : sequence of str
        Lines that make exactly this frame.
    total_rows : int, optional
        Rows of the full table, where `frame` is the first of them.
    note : str
        What a reader of the columns must know.
    link : Link, optional
        The full table.
    looks : mapping of str to Look, optional
        How columns look on the page.

    Returns
    -------
    ReportTable

    Examples
    --------
    >>> import pandas as pd
    >>> held = pd.DataFrame({"count": [2, 9], "structures": [[4, 7], list(range(9))]})
    >>> table_of("held", "Held", held, python=("held",)).rows
    ((2, '4, 7'), (9, '9 structures'))
    """
    columns = [[_plain(value, str(name)) for value in frame[name]] for name in frame.columns]
    return ReportTable(
        key,
        title,
        tuple(map(str, frame.columns)),
        tuple(zip(*columns, strict=True)),
        len(frame) if total_rows is None else total_rows,
        note,
        link,
        tuple(python),
        frame_output(frame),
        tuple((looks or {}).items()),
    )


def frame_output(frame: pd.DataFrame) -> FrameOutput:
    """Return what a notebook shows of a frame that ends a cell."""
    with pd.option_context(*_FRESH):
        # The name is pandas' own contract with notebooks.
        html = frame._repr_html_()  # type: ignore[operator]
        return FrameOutput(repr(frame), str(html))


def _plain(value: Any, column: str) -> Value:
    if is_list_like(value):
        numbers = list(value)
        if len(numbers) > _MOST_LISTED:
            return f"{len(numbers)} {column}"
        return ", ".join(map(str, numbers))
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    plain: Value = value.item() if hasattr(value, "item") else value
    return plain
