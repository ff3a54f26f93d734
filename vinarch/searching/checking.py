"""Check a strategy's settings that are no whole numbers: a number in, it or an error out."""

from __future__ import annotations

from typing import Any

from vinarch.errors import ParameterError


def check_number(where: str, value: Any, low: float, high: float, meaning: str) -> float:
    """Return a number between two bounds, both included.

    Raises
    ------
    ParameterError
        If it is none, or lies outside.

    Examples
    --------
    >>> check_number("NSGA2(crossover=…)", 1.5, 0, 1, "share of pairs that are crossed")
    Traceback (most recent call last):
    vinarch.errors.ParameterError: NSGA2(crossover=…): expected a number from 0 to 1 (share of
    pairs that are crossed), got 1.5. Pass one in this range.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ParameterError(
            where,
            f"a number from {low:g} to {high:g} ({meaning})",
            repr(value),
            "Pass one in this range.",
        )
    return float(value)
