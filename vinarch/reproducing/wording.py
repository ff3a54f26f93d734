"""Put numbers into words: counts with their noun, spans of values, points and shares.

Numbers in, pieces of sentences out; knows nothing of what they count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def counted(number: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "pair"), counted(1200, "structure")
    ('1 pair', '1,200 structures')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)


def whole(value: float) -> str:
    """Return a whole number."""
    return f"{int(value):,}"


def decimal(value: float) -> str:
    """Return a number with the two decimals that points and correlations are told with."""
    # Rounding may leave a zero with a sign.
    return f"{round(float(value), 2) + 0.0:.2f}"


def share(value: float) -> str:
    """Return a share as a percentage.

    Examples
    --------
    >>> share(0.0538)
    '5.4 %'
    """
    return f"{100 * float(value):.1f} %"


def span(values: Iterable[float], shown: Callable[[float], str]) -> str:
    """Return the lowest and highest of some values; one where they read the same.

    Examples
    --------
    >>> span([3.489, 0.312], decimal), span([0.501, 0.499], decimal)
    ('0.31 to 3.49', '0.50')
    """
    known = [float(value) for value in values if not np.isnan(value)]
    low, high = shown(min(known)), shown(max(known))
    return low if low == high else f"{low} to {high}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b"], "or")
    ('a', 'a, b and c', 'a or b')
    """
    if len(names) < 2:  # noqa: PLR2004 - two names are the fewest that need a joining word
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def level(confidence: float) -> str:
    """Return the level of an interval.

    Examples
    --------
    >>> level(0.95)
    '95 %'
    """
    return f"{100 * confidence:g} %"


def were(number: int) -> str:
    """Return the verb that a count takes."""
    return "was" if number == 1 else "were"
