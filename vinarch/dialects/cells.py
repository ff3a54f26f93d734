"""Read columns of text as numbers, booleans and lists of numbers, cell by cell only where refused.

Arrow casts the whole column; where it refuses, the column is halved until the refused cells stand
alone, so that a fault costs a few more casts and not a pass in Python.
Text arrays in; values, with null for what was refused, and the refused positions out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Reader = Callable[[pa.Array], pa.Array]

# One number; numbers in brackets with blanks between them (NumPy); the same with commas (Python).
_LIST = r"^(?:[^\s\[\],]+|\[[^\[\],]*\]|\[\s*[^\s\[\],]+(?:\s*,\s*[^\s\[\],]+)*\s*\])$"


def read_floats(text: pa.Array) -> tuple[pa.Array, Mask]:
    """Read decimal numbers; an empty cell is null, ``nan`` and ``inf`` are what they say.

    Parameters
    ----------
    text : pyarrow.Array of string, length n

    Returns
    -------
    values : pyarrow.Array of double, length n
    refused : ndarray of bool, shape (n,)

    Examples
    --------
    >>> import pyarrow as pa
    >>> values, refused = read_floats(pa.array(["1.5", "", "x", "inf"]))
    >>> values.to_pylist(), refused.tolist()
    ([1.5, None, None, inf], [False, False, True, False])
    """
    return _read(_cells(text), lambda array: pc.cast(array, pa.float64()))


def read_integers(text: pa.Array) -> tuple[pa.Array, Mask]:
    """Read whole numbers in decimal digits; an empty cell is null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> values, refused = read_integers(pa.array(["51", "51.0", "0x33", ""]))
    >>> values.to_pylist(), refused.tolist()
    ([51, None, None, None], [False, True, True, False])
    """
    cells = _cells(text)
    # Arrow also takes hexadecimal, which no archive means.
    decimal = pc.match_substring_regex(cells, r"^-?[0-9]+$")
    values, refused = _read(
        pc.if_else(decimal, cells, pa.scalar(None, pa.string())),
        lambda array: pc.cast(array, pa.int64()),
    )
    return values, refused | _true(pc.invert(decimal))


def read_booleans(text: pa.Array) -> tuple[pa.Array, Mask]:
    """Read ``True`` and ``False`` in any case; an empty cell is null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> values, refused = read_booleans(pa.array(["True", "false", "1"]))
    >>> values.to_pylist(), refused.tolist()
    ([True, False, None], [False, False, True])
    """
    cells = pc.utf8_lower(_cells(text))
    known = pc.is_in(cells, value_set=pa.array(["true", "false"]))
    values = pc.if_else(known, pc.equal(cells, "true"), pa.scalar(None, pa.bool_()))
    return values, _true(pc.and_(pc.is_valid(cells), pc.invert(known)))


def read_float_lists(text: pa.Array) -> tuple[pa.Array, Mask]:
    r"""Read arrays as NumPy or Python prints them, over several lines too; an empty one is null.

    A bare number is a list of one: the archives print ``inf`` where no curve was fitted.
    An array without its closing bracket is refused, since numbers may be missing.

    Examples
    --------
    >>> import pyarrow as pa
    >>> values, refused = read_float_lists(pa.array(["[1. 2.5\n 3. ]", "inf", "[1. x]"]))
    >>> values.to_pylist(), refused.tolist()
    ([[1.0, 2.5, 3.0], [inf], None], [False, False, True])
    """
    cells = _cells(text)
    whole = pc.match_substring_regex(cells, _LIST)
    bare = pc.replace_substring_regex(cells, r"[\[\],\s]+", " ")
    values, refused = _read(
        _cells(pc.if_else(whole, bare, pa.scalar(None, pa.string()))),
        lambda array: pc.cast(pc.utf8_split_whitespace(array), pa.list_(pa.float64())),
    )
    return values, refused | _true(pc.invert(whole))


def _cells(text: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _read(cells: pa.Array, reader: Reader) -> tuple[pa.Array, Mask]:
    refused = np.zeros(len(cells), dtype=bool)
    try:
        return reader(cells), refused
    except pa.ArrowInvalid:
        refused[_refused_positions(cells, reader, 0)] = True
    null: Any = pa.scalar(None, cells.type)
    return reader(pc.if_else(pa.array(refused), null, cells)), refused


def _refused_positions(cells: pa.Array, reader: Reader, first: int) -> list[int]:
    try:
        reader(cells)
    except pa.ArrowInvalid:
        if len(cells) == 1:
            return [first]
        half = len(cells) // 2
        return [
            *_refused_positions(cells[:half], reader, first),
            *_refused_positions(cells[half:], reader, first + half),
        ]
    return []


def _true(mask: pa.Array) -> Mask:
    result: Mask = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
    return result
