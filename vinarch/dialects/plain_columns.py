"""Columns of four plain types: text, whole numbers, floats, booleans.

Any Arrow column or list of Python values in; an Arrow array of one of the four out.
What is none of them becomes text as Python or JSON prints it, so that nothing is lost.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence


def plain_column(values: pa.Array | pa.ChunkedArray | Sequence[Any]) -> pa.Array:
    """Return a column as strings, int64, double or bool.

    Parameters
    ----------
    values : pyarrow.Array, pyarrow.ChunkedArray or sequence
        A sequence holds Python values; None where there is none.

    Returns
    -------
    pyarrow.Array

    Examples
    --------
    >>> import pyarrow as pa
    >>> plain_column([1, 2]).type, plain_column([1, 2.5, "x", [True]]).to_pylist()
    (DataType(int64), ['1', '2.5', 'x', '[true]'])
    >>> plain_column(pa.array([7], pa.uint8())).type
    DataType(int64)
    """
    if not isinstance(values, (pa.Array, pa.ChunkedArray)):
        return _of_python(values)
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    return _of_arrow(array)


def as_text(array: pa.Array) -> pa.Array:
    """Return a plain column as text, as Python prints its values.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_text(pa.array([1.0, None, 1e-7])).to_pylist(), as_text(pa.array([True])).to_pylist()
    (['1.0', None, '1e-07'], ['True'])
    """
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_integer(array.type):
        return pc.cast(array, pa.string())
    return pa.array(
        [None if cell is None else repr(cell) for cell in array.to_pylist()], pa.string()
    )


def _of_arrow(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _of_arrow(array.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_boolean(kind):
        return array
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return pc.cast(array, pa.string())
    if pa.types.is_integer(kind):
        # Beyond int64 a number stays as its digits.
        fits = not pa.types.is_uint64(kind) or (pc.max(array).as_py() or 0) < 2**63
        return pc.cast(array, pa.int64() if fits else pa.string())
    if pa.types.is_floating(kind):
        return pc.cast(array, pa.float64())
    return _of_python(array.to_pylist())


def _of_python(values: Sequence[Any]) -> pa.Array:
    types = {type(value) for value in values} - {type(None)}
    for kind, arrow in ((bool, pa.bool_()), (int, pa.int64()), (float, pa.float64())):
        if types == {kind}:
            try:
                return pa.array(values, arrow)
            except OverflowError:
                break
    return pa.array([None if value is None else _printed(value) for value in values], pa.string())


def _printed(value: Any) -> str:
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str) else str(value)
