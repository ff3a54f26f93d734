"""What a condition is made of, and the Arrow expression that it becomes.

Frozen nodes in, `pyarrow.compute.Expression` out. A row is kept where the expression is true;
as in SQL, a comparison with a missing value is neither true nor false, and `not` keeps it so.
No text is read here.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Kind = Literal["number", "text", "truth", "mixed"]
"""What a column holds, as far as comparing goes; `mixed`: a setting whose values differ in kind."""

Value = str | int | float | bool

_TYPES = {"number": pa.float64(), "text": pa.string(), "truth": pa.bool_(), "mixed": pa.string()}

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def kind_of_value(value: Any) -> Kind:
    """Return the kind of one plain value."""
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number"


def kind_of_values(values: Iterable[Any]) -> Kind:
    """Return the kind that all values share; missing ones do not count.

    Examples
    --------
    >>> kind_of_values([1, 2.5, None]), kind_of_values(["a", 1])
    ('number', 'mixed')
    """
    kinds = {kind_of_value(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def kind_of_type(kind: pa.DataType) -> Kind | None:
    """Return the kind of an Arrow type, None if its values cannot be compared."""
    if pa.types.is_boolean(kind):
        return "truth"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    return "text" if pa.types.is_string(kind) else None


@dataclass(frozen=True)
class Named:
    """The value of a column."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Given:
    """A value that the text gives."""

    value: Value


@dataclass(frozen=True)
class Compared:
    """Two operands compared by one of `COMPARISONS`."""

    sign: str
    left: Named | Given
    right: Named | Given


@dataclass(frozen=True)
class Missing:
    """Whether a column has no value."""

    column: Named


@dataclass(frozen=True)
class Holds:
    """Whether a column of truth values is true."""

    column: Named


@dataclass(frozen=True)
class Not:
    """The opposite of a part; where that is unknown, so is this."""

    part: Node


@dataclass(frozen=True)
class Every:
    """Whether all parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Some:
    """Whether any part holds."""

    parts: tuple[Node, ...]


Node = Compared | Missing | Holds | Not | Every | Some


@dataclass(frozen=True)
class Condition:
    """A condition that was read from text.

    Examples
    --------
    >>> from vinarch.conditions import parse_condition
    >>> condition = parse_condition("mflops < 500 or gpus == 4", {"mflops": "number"} | {"gpus":
    ...     "number"})
    >>> condition.columns
    ('gpus', 'mflops')
    >>> condition.expression({"gpus": 1})
    <pyarrow.compute.Expression ((mflops < 500) or (1 == 4))>
    """

    text: str
    tree: Node

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns that it asks for, sorted."""
        return tuple(sorted(_names(self.tree)))

    def expression(self, known: Mapping[str, Any]) -> pc.Expression:
        """Return the condition as Arrow understands it.

        Parameters
        ----------
        known : mapping of str to value
            Columns that have one value in all rows looked at, None where that is missing; the
            others are columns of the table.
        """
        return _expression(self.tree, known)


def _names(node: Node | Named | Given) -> set[str]:
    if isinstance(node, Named):
        return {node.name}
    if isinstance(node, Given):
        return set()
    if isinstance(node, Compared):
        return _names(node.left) | _names(node.right)
    if isinstance(node, (Missing, Holds)):
        return _names(node.column)
    if isinstance(node, Not):
        return _names(node.part)
    return set().union(*map(_names, node.parts))


def _expression(node: Node, known: Mapping[str, Any]) -> pc.Expression:
    if isinstance(node, Compared):
        return _comparison(node, known)
    if isinstance(node, Missing):
        return _operand(node.column, known).is_null()
    if isinstance(node, Holds):
        return _operand(node.column, known)
    if isinstance(node, Not):
        return ~_expression(node.part, known)
    join = operator.and_ if isinstance(node, Every) else operator.or_
    return _joined([_expression(part, known) for part in node.parts], join)


def _joined(parts: Sequence[pc.Expression], join: Callable[[Any, Any], Any]) -> pc.Expression:
    # By halves: a list of a thousand values must not make a tree a thousand deep.
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return join(_joined(parts[:half], join), _joined(parts[half:], join))


def _comparison(node: Compared, known: Mapping[str, Any]) -> pc.Expression:
    kinds = [_kind(side, known) for side in (node.left, node.right)]
    if kinds[0] != kinds[1]:
        # Only a setting of mixed kinds comes here: what cannot be compared is not known.
        return pc.scalar(pa.scalar(None, pa.bool_()))
    sides = (node.left, node.right)
    reading = _as_double if kinds[0] == "number" and _mixes_numbers(sides, known) else _operand
    left, right = (reading(side, known) for side in sides)
    return COMPARISONS[node.sign](left, right)


def _mixes_numbers(sides: Sequence[Named | Given], known: Mapping[str, Any]) -> bool:
    """Tell whether a comparison may be one of a whole number with one that is none."""
    given = [
        side.value if isinstance(side, Given) else known[side.name]
        for side in sides
        if isinstance(side, Given) or side.name in known
    ]
    return not given or any(isinstance(value, float) or _is_huge(value) for value in given)


def _is_huge(value: Any) -> bool:
    """Tell whether a whole number is beyond those that a double holds each, 2**53."""
    return isinstance(value, int) and abs(value) > 2**53


def _as_double(side: Named | Given, known: Mapping[str, Any]) -> pc.Expression:
    # Arrow takes 1e6 for a number of 32 bits, and refuses to compare the whole numbers beyond
    # 16,777,216 with it: parameters and seeds.
    return _operand(side, known).cast(pa.float64(), safe=False)


def _kind(side: Named | Given, known: Mapping[str, Any]) -> Kind:
    if isinstance(side, Given):
        return kind_of_value(side.value)
    value = known.get(side.name)
    return side.kind if value is None else kind_of_value(value)


def _operand(side: Named | Given, known: Mapping[str, Any]) -> pc.Expression:
    if isinstance(side, Given):
        return pc.scalar(float(side.value) if _is_huge(side.value) else side.value)
    if side.name not in known:
        return pc.field(side.name)
    value = known[side.name]
    return pc.scalar(pa.scalar(None, _TYPES[side.kind]) if value is None else value)
