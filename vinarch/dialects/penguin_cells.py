"""Find the cells of many tables at once, by where their blanks and line ends stand.

Joined rows in, numbers and texts out, or None where a row is not of the usual form.
The bytes are not copied: they become an Arrow array of strings in which what stands between two
cells is a null.
Knows neither columns nor files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

CURVE_CELLS: Final = 4
"""Cells that every row of a table fills; only its first row fills others too."""

_ITEMS: Final = 2 * CURVE_CELLS
_EVERY_OTHER: Final = b"\x55"
"""Bits of the items of a row: the cells are there, what stands between them is null."""

_WORD: Final = 8
_WORD_OF_BLANKS: Final = np.frombuffer(b" " * _WORD, np.uint64)[0]
_BLANK, _LINE_END = ord(" "), ord("\n")

_MOST_BYTES: Final = 2**31 - 1
"""Arrow's strings count their bytes in 32 bits."""


@dataclass(frozen=True)
class Curves:
    """The numbers of rows, shape (n, 4), and where each row ends, shape (n,)."""

    numbers: npt.NDArray[np.float64]
    line_ends: npt.NDArray[np.int64]


def read_curves(rows: bytes, blank_cells: int) -> Curves | None:
    r"""Read rows whose first four cells are numbers and whose other cells are empty.

    Parameters
    ----------
    rows : bytes
        A line end after each.
    blank_cells : int
        How many empty cells follow, a multiple of eight.

    Returns
    -------
    Curves or None
        None if a row is not so, or has more than one blank between two cells.

    Examples
    --------
    >>> read_curves(b"1.0 2 3 4        \n1.5 6 7 8        \n", blank_cells=8).numbers.tolist()
    [[1.0, 2.0, 3.0, 4.0], [1.5, 6.0, 7.0, 8.0]]
    >>> read_curves(b"1.0 2 3        \n", blank_cells=8) is None
    True
    """
    if not rows:
        return Curves(np.empty((0, CURVE_CELLS)), np.empty(0, np.int64))
    buffer = np.frombuffer(rows, np.uint8)
    separators = buffer <= _BLANK
    runs = np.flatnonzero(separators[1:] > separators[:-1]) + 1
    count = len(runs) // CURVE_CELLS
    # So many separators in all, each found at its place below: none stands anywhere else.
    if (
        len(runs) != count * CURVE_CELLS
        or np.count_nonzero(separators) != count * (CURVE_CELLS + blank_cells)
        or len(rows) > _MOST_BYTES
        or not rows.isascii()
    ):
        return None
    ends = runs.reshape(count, CURVE_CELLS)
    line_ends = ends[:, -1] + blank_cells
    if line_ends[-1] != len(rows) - 1:
        return None
    words = np.ndarray((len(rows) - _WORD + 1,), np.uint64, rows, strides=(1,))
    usual = (
        (buffer[line_ends] == _LINE_END).all()
        and (buffer[ends[:, :-1]] == _BLANK).all()
        and all(
            (words[ends[:, -1] + done] == _WORD_OF_BLANKS).all()
            for done in range(0, blank_cells, _WORD)
        )
    )
    if not usual:
        return None
    offsets = np.empty(count * _ITEMS + 1, np.int32)
    of_row = offsets[:-1].reshape(count, _ITEMS)
    of_row[0, 0] = 0
    of_row[1:, 0] = line_ends[:-1] + 1
    of_row[:, 1::2] = ends
    of_row[:, 2::2] = ends[:, :-1] + 1
    offsets[-1] = len(rows)
    items = _strings(rows, offsets, pa.py_buffer(_EVERY_OTHER * count))
    try:
        numbers = np.frombuffer(items.cast(pa.float64()).buffers()[1], np.float64)
    except pa.ArrowInvalid:
        return None
    return Curves(numbers[: count * _ITEMS].reshape(count, _ITEMS)[:, ::2], line_ends)


def read_texts(rows: bytes, cells: int) -> list[pa.Array] | None:
    r"""Read rows of so many cells as texts.

    Returns
    -------
    list of pyarrow.Array of string, or None
        One a column; None if a row has another number of cells, or holds more than plain text.

    Examples
    --------
    >>> [column.to_pylist() for column in read_texts(b"a  b\nc d e\n", 3)]
    [['a', 'c'], ['', 'd'], ['b', 'e']]
    """
    buffer = np.frombuffer(rows, np.uint8)
    separators = np.flatnonzero(buffer <= _BLANK)
    if len(separators) % cells or len(rows) > _MOST_BYTES or not rows.isascii():
        return None
    ends = separators.reshape(-1, cells)
    if not (buffer[ends[:, -1]] == _LINE_END).all() or not (buffer[ends[:, :-1]] == _BLANK).all():
        return None
    offsets = np.empty((len(ends), 2 * cells), np.int32)
    offsets[0, 0] = 0
    offsets[1:, 0] = ends[:-1, -1] + 1
    offsets[:, 1::2] = ends
    offsets[:, 2::2] = ends[:, :-1] + 1
    items = _strings(rows, np.append(offsets.ravel(), np.int32(len(rows))), None)
    row = np.arange(len(ends)) * 2 * cells
    return [items.take(pa.array(row + 2 * column)) for column in range(cells)]


def _strings(rows: bytes, offsets: npt.NDArray[np.int32], valid: pa.Buffer | None) -> pa.Array:
    buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(rows)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)
