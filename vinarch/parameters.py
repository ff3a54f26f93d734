"""Check the arguments of public functions: a value in, the value or a `ParameterError` out.

One place, so that each refusal names the argument, what it can be, what came and what to do.
"""

from __future__ import annotations

import difflib
import operator
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_choice(where: str, value: Any, choices: Sequence[str | None]) -> Any:
    """Return a value that must be one of a few.

    Examples
    --------
    >>> check_choice("match(by=…)", "experiments", ["experiment", None])
    Traceback (most recent call last):
    vinarch.errors.ParameterError: match(by=…): expected 'experiment' or None, got 'experiments'.
    Did you mean 'experiment'?
    """
    if value is None or isinstance(value, str):
        for choice in choices:
            if choice == value:
                return value
    near = difflib.get_close_matches(str(value), [c for c in choices if c is not None], n=1)
    shown = [repr(choice) for choice in choices]
    raise ParameterError(
        where,
        " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown),
        repr(value),
        f"Did you mean {near[0]!r}?" if near else f"Pass one of these {len(shown)}.",
    )


def check_truth(where: str, value: Any) -> bool:
    """Return a value that must be True or False; NumPy's count as such.

    Examples
    --------
    >>> check_truth("match(within_phase=…)", "no")
    Traceback (most recent call last):
    vinarch.errors.ParameterError: match(within_phase=…): expected True or False, got 'no'.
    A text is true whatever it says.
    """
    # Those of NumPy have that name too; it need not be loaded to tell.
    if type(value).__name__ == "bool":
        return bool(value)
    hint = "A text is true whatever it says." if isinstance(value, str) else "Pass one of the two."
    raise ParameterError(where, "True or False", repr(value), hint)


def check_whole(where: str, value: Any, low: int, high: int | None, meaning: str) -> int:
    """Return a whole number between two bounds, both included; NumPy's count as such.

    Without an upper bound `high` is None.

    Examples
    --------
    >>> check_whole("match(min_length=…)", 22, 1, 21, "symbols")
    Traceback (most recent call last):
    vinarch.errors.ParameterError: match(min_length=…): expected a whole number from 1 to 21
    (symbols), got 22. Pass one in this range.
    """
    try:
        # True is a whole number to Python, but nobody means it as a length.
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < low or (high is not None and number > high):
        wanted = f"from {low}" if high is None else f"from {low} to {high}"
        raise ParameterError(
            where,
            f"a whole number {wanted} ({meaning})",
            repr(value),
            "Pass one in this range.",
        )
    return number
