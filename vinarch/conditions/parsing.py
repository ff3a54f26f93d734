"""Read a condition from text: comparisons of columns, joined by `and`, `or` and `not`.

Text and the columns that there are in, a tree of `vinarch.conditions.trees` out.
Python's own parser reads the text, and nothing of it is ever run: what is not in the small
grammar is refused by name.
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

from vinarch.conditions.trees import (
    Compared,
    Condition,
    Every,
    Given,
    Holds,
    Kind,
    Missing,
    Named,
    Node,
    Not,
    Some,
    kind_of_value,
)
from vinarch.errors import ParameterError, SelectionError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 20_000
"""Characters of a condition; Python's parser has no bound of its own but the stack."""

_SIGNS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_WORDS = {"true": True, "false": False}
_NOTHING = ("null", "None")
_INT64 = 2**63
_FORM = "comparisons of columns joined by `and`, `or`, `not`"
_EXAMPLE = "For example \"mflops < 500 and status == 'ok'\"."


def parse_condition(text: str, columns: Mapping[str, Kind], where: str = "select") -> Condition:
    """Read a condition.

    Parameters
    ----------
    text : str
        Comparisons (``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, chained as in
        ``300 < mflops <= 500``) of columns with numbers, quoted texts, ``True`` and ``False`` or
        other columns; ``in`` and ``not in`` with a list; ``is null`` and ``is not null``; a
        column of truth values by itself; ``and``, ``or``, ``not`` (or ``&``, ``|``, ``~``) and
        parentheses.
    columns : mapping of str to Kind
        What may be named, and what it holds.
    where : str
        The place to name in errors.

    Returns
    -------
    Condition

    Raises
    ------
    ParameterError
        If the text has another form, or compares a number with a text.
    SelectionError
        If there is no such column.

    Examples
    --------
    >>> from vinarch.conditions import parse_condition
    >>> parse_condition("mflops < 500", {"mflops": "number"}).tree
    Compared(sign='<', left=Named(name='mflops', kind='number'), right=Given(value=500))
    >>> parse_condition("mflop < 500", {"mflops": "number"})
    Traceback (most recent call last):
    vinarch.errors.SelectionError: select: expected a column of `architectures` or `experiments`,
    got 'mflop'. Did you mean mflops?
    """
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        shown = repr(text)[:60] if not isinstance(text, str) else f"{len(text)} characters"
        raise ParameterError(where, f"a condition of 1 to {LONGEST:,} characters", shown, _EXAMPLE)
    try:
        with warnings.catch_warnings():
            # Python warns of odd escapes and of `is` with a literal: both are refused below.
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
        return Condition(text.strip(), _Reading(columns, where).condition(tree.body))
    except SyntaxError:
        raise ParameterError(where, _FORM, _short(repr(text)), _syntax_step(text)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(where, _FORM, _short(repr(text)), "Write it simpler.") from None


class _Reading:
    """One text being read."""

    def __init__(self, columns: Mapping[str, Kind], where: str) -> None:
        self.columns = columns
        self.where = where

    def condition(self, node: ast.expr) -> Node:
        if isinstance(node, ast.BoolOp):
            parts = tuple(map(self.condition, node.values))
            return Every(parts) if isinstance(node.op, ast.And) else Some(parts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            parts = (self.condition(node.left), self.condition(node.right))
            return Every(parts) if isinstance(node.op, ast.BitAnd) else Some(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
            return Not(self.condition(node.operand))
        if isinstance(node, ast.Compare):
            return self.comparisons(node)
        if isinstance(node, ast.Name) and node.id not in _WORDS:
            column = self.column(node)
            if column.kind != "truth":
                raise self.refused(
                    f"a comparison of {column.name}, which holds no truth values", node
                )
            return Holds(column)
        raise self.refused(_FORM, node)

    def comparisons(self, node: ast.Compare) -> Node:
        sides = [node.left, *node.comparators]
        parts = [
            self.comparison(left, sign, right)
            for left, sign, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def comparison(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Node:
        turn = Not if isinstance(sign, (ast.IsNot, ast.NotIn)) else partial(_same)
        if isinstance(sign, (ast.Is, ast.IsNot)):
            if not _is_nothing(right):
                raise self.refused("`is null` or `is not null`", right)
            return turn(Missing(self.column(left)))
        if isinstance(sign, (ast.In, ast.NotIn)):
            if not isinstance(right, (ast.List, ast.Tuple, ast.Set)) or not right.elts:
                raise self.refused("a list of values after `in`, such as ['ok', 'failed']", right)
            return turn(Some(tuple(self.compared("==", left, value) for value in right.elts)))
        return self.compared(_SIGNS[type(sign)], left, right)

    def compared(self, sign: str, left: ast.expr, right: ast.expr) -> Node:
        sides = self.operand(left), self.operand(right)
        named = [side for side in sides if isinstance(side, Named)]
        if not named:
            raise self.refused("a column on one side of each comparison", left)
        kinds = {s.kind if isinstance(s, Named) else kind_of_value(s.value) for s in sides}
        if len(kinds - {"mixed"}) > 1:
            other = right if isinstance(sides[0], Named) else left
            raise self.refused(f"a {_KIND_WORDS[named[0].kind]} to compare {named[0].name} with",
                               other)  # fmt: skip
        if kinds <= {"truth"} and sign not in {"==", "!="}:
            raise self.refused(f"== or != for {named[0].name}, which is true or false", left)
        return Compared(sign, *sides)

    def operand(self, node: ast.expr) -> Named | Given:
        if _is_nothing(node) and getattr(node, "id", None) not in self.columns:
            raise self.refused("`is null` or `is not null` where a value is missing", node)
        if isinstance(node, ast.Name):
            if node.id in _WORDS and node.id not in self.columns:
                return Given(_WORDS[node.id])
            return self.column(node)
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            node = node.operand
            if not (isinstance(node, ast.Constant) and kind_of_value(node.value) == "number"):
                raise self.refused("a number after the sign", node)
        value = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(value, (str, int, float)):
            raise self.refused("a column, a number, a quoted text, True or False", node)
        if isinstance(value, (bool, str)):
            return Given(value)
        if isinstance(value, int) and not -_INT64 <= sign * value < _INT64:
            raise self.refused("a number of at most 64 bits", node)
        return Given(sign * value)

    def column(self, node: ast.expr) -> Named:
        if not isinstance(node, ast.Name):
            raise self.refused("the name of a column", node)
        name = node.id
        if name not in self.columns:
            near = difflib.get_close_matches(name.lower(), self.columns, n=1)
            raise SelectionError(
                self.where,
                "a column of `architectures` or `experiments`",
                repr(name),
                f"Did you mean {near[0]}?"
                if near
                else "A text needs quotes: 'ok'; "
                "`commons.architectures.columns` and `commons.experiments.columns` list the rest.",
            )
        return Named(name, self.columns[name])

    def refused(self, expected: str, node: ast.expr) -> ParameterError:
        joined = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr))
        step = "Put parentheses around comparisons that & or | joins." if joined else _EXAMPLE
        return ParameterError(self.where, expected, f"`{_short(ast.unparse(node))}`", step)


_KIND_WORDS = {"number": "number", "text": "quoted text", "truth": "truth value", "mixed": "value"}


def _same(node: Any) -> Any:
    return node


def _is_nothing(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Name) and node.id in _NOTHING
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - a line of a terminal


def _syntax_step(text: str) -> str:
    if re.search(r"(?<![<>=!])=(?!=)", text):
        return "Compare with == instead of =."
    if re.search(r"\b(AND|OR|NOT|IN|IS|NULL)\b", text):
        return "Write and, or, not, in, is, null in small letters."
    return _EXAMPLE
