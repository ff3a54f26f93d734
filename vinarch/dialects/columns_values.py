"""Read the cells of one source column as what vinarch's column holds, in its unit.

A plain column in; values with null for what was refused, and which cells were, out.
Knows no table, no mapping and no other column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.cells import Mask, read_booleans, read_float_lists, read_floats, read_integers
from vinarch.dialects.plain_columns import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.dialects.columns_targets import Target, Unit

_MOST_WHOLE = 2**53
"""The largest whole number up to which every float that looks whole is one."""

_NO_NUMBER = r"^[+-]?0[0-9]"
"""Leading zeros say that the digits are a name."""


@dataclass(frozen=True)
class Cells:
    """What the cells of a column say.

    Attributes
    ----------
    values : pyarrow.Array, length n
        Null where a cell is empty, refused, or says that there is no value.
    refused : ndarray of bool, shape (n,)
    declared_missing : ndarray of bool, shape (n,)
        Cells that are one of the words for no value; not the empty ones.
    """

    values: pa.Array
    refused: Mask
    declared_missing: Mask


def read_cells(column: pa.Array, target: Target, unit: Unit, null: Sequence[str]) -> Cells:
    """Read a column.

    Parameters
    ----------
    column : pyarrow.Array
        Strings, int64, double or bool.
    target : Target
        What it is to become.
    unit : Unit
        How the source's numbers become vinarch's.
    null : sequence of str
        Words and numbers that say that there is no value.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from vinarch.dialects.columns_targets import TARGETS
    >>> target = TARGETS["val_accuracy_percent"]
    >>> column = pa.array(["0.5", "-1", "x", ""])
    >>> cells = read_cells(column, target, target.units["fraction"], ["-1"])
    >>> cells.values.to_pylist(), cells.refused.tolist(), cells.declared_missing.tolist()
    ([50.0, None, None, None], [False, False, True, False], [False, True, False, False])
    """
    column, missing = _without(column, null)
    counted = target.kind == "whole" and unit.factor != 1
    values, refused = _READERS["float" if counted else target.kind](column)
    if target.kind in {"float", "whole"}:
        values, missing = _without_numbers(values, missing, null)
        if counted:
            # A thousandfold or millionfold is rounded to the count that it stands for.
            values, odd = _whole_floats(pc.round(_scaled(values, unit)))
            refused |= odd
        elif target.kind == "float":
            values = _scaled(values, unit)
        if target.name != "prediction_percent":
            values, outside = _bounded(values, target.low, target.high)
            refused |= outside
    refused &= ~missing
    if target.required:
        refused |= pc.is_null(values).to_numpy(zero_copy_only=False)
    return Cells(values, refused, missing)


def read_free_cells(
    column: pa.Array, unit: Unit, null: Sequence[str], files: npt.NDArray[np.int64]
) -> tuple[pa.Array, pa.Array]:
    """Read a column of which nothing is known: numbers if all its cells are numbers, else text.

    Digits that a float would not hold, with leading zeros or beyond 2⁵³, make the column text;
    so do words among numbers. What is no finite number stays text in a column of numbers.

    Parameters
    ----------
    column, unit, null
        As for `read_cells`.
    files : ndarray of int64, shape (n,)
        Number of each row's file: each file's cells are looked at by themselves, so that it does
        not matter which files are read together.

    Returns
    -------
    value : pyarrow.Array of double, length n
    text : pyarrow.Array of string, length n
        At most one of the two is there.

    Examples
    --------
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> from vinarch.dialects.columns_targets import Unit
    >>> column = pa.array(["1", "2.5", "nan", "", "007", "12"])
    >>> value, text = read_free_cells(column, Unit(), [], np.array([0, 0, 0, 0, 1, 1]))
    >>> value.to_pylist(), text.to_pylist()
    ([1.0, 2.5, None, None, None, None], [None, None, 'nan', None, '007', '12'])
    """
    column, _ = _without(column, null)
    values, wordy = _read_floats(column)
    values, missing = _without_numbers(values, _none(column), null)
    column = _blanked(column, missing)
    if pa.types.is_string(column.type):
        wordy |= _true(pc.match_substring_regex(pc.utf8_trim_whitespace(column), _NO_NUMBER))
    huge = _true(pc.greater_equal(pc.abs(values), float(_MOST_WHOLE)))
    wordy |= huge & _are_digits(column) & ~missing
    wordy = (np.bincount(files, weights=wordy) > 0)[files]
    number = _true(pc.is_finite(values)) & ~wordy
    return _scaled(_blanked(values, ~number), unit), _blanked(as_text(column), number)


def _read_floats(column: pa.Array) -> tuple[pa.Array, Mask]:
    if pa.types.is_string(column.type):
        return read_floats(column)
    if pa.types.is_boolean(column.type):
        return _all_refused(column, pa.float64())
    return pc.cast(column, pa.float64(), safe=False), _none(column)


def _read_wholes(column: pa.Array) -> tuple[pa.Array, Mask]:
    """Read whole numbers; 3.0 is one, since pandas writes so where others are missing."""
    if pa.types.is_integer(column.type):
        return column, _none(column)
    if pa.types.is_boolean(column.type):
        return _all_refused(column, pa.int64())
    if pa.types.is_string(column.type):
        bare = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), r"\.0*$", "")
        # A bare full stop is no number.
        return read_integers(pc.if_else(pc.equal(bare, ""), column, bare))
    return _whole_floats(column)


def _whole_floats(values: pa.Array) -> tuple[pa.Array, Mask]:
    whole = pc.and_(
        pc.equal(values, pc.round(values)), pc.less_equal(pc.abs(values), float(_MOST_WHOLE))
    )
    refused = _true(pc.invert(whole))
    return pc.cast(_blanked(values, refused), pa.int64()), refused


def _read_texts(column: pa.Array) -> tuple[pa.Array, Mask]:
    return as_text(column), _none(column)


def _read_booleans(column: pa.Array) -> tuple[pa.Array, Mask]:
    if pa.types.is_boolean(column.type):
        return column, _none(column)
    if pa.types.is_string(column.type):
        return read_booleans(column)
    return _all_refused(column, pa.bool_())


def _read_lists(column: pa.Array) -> tuple[pa.Array, Mask]:
    return read_float_lists(as_text(column))


_READERS: dict[str, Callable[[pa.Array], tuple[pa.Array, Mask]]] = {
    "float": _read_floats,
    "whole": _read_wholes,
    "text": _read_texts,
    "boolean": _read_booleans,
    "list": _read_lists,
}


def _without(column: pa.Array, null: Sequence[str]) -> tuple[pa.Array, Mask]:
    """Blank the empty cells and those that are a word for no value."""
    missing = _none(column)
    if null and not pa.types.is_floating(column.type):
        text = pc.utf8_trim_whitespace(as_text(column))
        missing = _true(pc.is_in(text, value_set=pa.array(list(null), pa.string())))
    empty = _none(column)
    if pa.types.is_string(column.type):
        empty = _true(pc.equal(pc.utf8_trim_whitespace(column), ""))
    return _blanked(column, missing | empty), missing


def _without_numbers(values: pa.Array, missing: Mask, null: Sequence[str]) -> tuple[pa.Array, Mask]:
    """Blank the numbers that say that there is no value, however they are printed."""
    numbers, _ = read_floats(pa.array(list(null), pa.string()))
    wanted = numbers.drop_null()
    if not len(wanted):
        return values, missing
    found = _true(pc.is_in(pc.cast(values, pa.float64(), safe=False), value_set=wanted))
    return _blanked(values, found), missing | found


def _bounded(values: pa.Array, low: float, high: float) -> tuple[pa.Array, Mask]:
    # NaN compares false, so that it is refused too.
    inside = pc.and_(
        pc.greater_equal(values, _bound(values, low)), pc.less_equal(values, _bound(values, high))
    )
    if pa.types.is_floating(values.type):
        inside = pc.and_(inside, pc.is_finite(values))
    refused = _true(pc.invert(inside))
    return _blanked(values, refused), refused


def _bound(values: pa.Array, bound: float) -> pa.Scalar:
    if not pa.types.is_integer(values.type):
        return pa.scalar(bound, pa.float64())
    limits = np.iinfo(np.int64)
    whole = limits.min if bound == -np.inf else limits.max if bound == np.inf else int(bound)
    return pa.scalar(whole, pa.int64())


def _scaled(values: pa.Array, unit: Unit) -> pa.Array:
    scaled = values if unit.factor == 1 else pc.multiply(values, float(unit.factor))
    return scaled if unit.divisor == 1 else pc.divide(scaled, float(unit.divisor))


def _are_digits(column: pa.Array) -> Mask:
    if not pa.types.is_string(column.type):
        return np.full(len(column), bool(pa.types.is_integer(column.type)))
    return _true(pc.match_substring_regex(column, r"^\s*[+-]?[0-9]+\s*$"))


def _blanked(values: pa.Array, where: Mask) -> pa.Array:
    if not where.any():
        return values
    null: Any = pa.scalar(None, values.type)
    return pc.if_else(pa.array(where), null, values)


def _all_refused(column: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Mask]:
    return pa.nulls(len(column), kind), _true(pc.is_valid(column))


def _none(column: pa.Array) -> Mask:
    return np.zeros(len(column), dtype=bool)


def _true(mask: pa.Array) -> npt.NDArray[np.bool_]:
    result: Mask = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
    return result
