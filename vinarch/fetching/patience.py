"""Try again where that may help: an attempt in, its result or its last refusal out.

Waits grow from try to try and are drawn by lot around their length, so that many who were turned
away together do not come back together.
A server that says when to come back is obeyed. Knows no web.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from vinarch.fetching.refusals import PassingError, SlowError, settled

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

WAITS_SECONDS = (1.0, 4.0, 16.0)
"""Between the first try and the second, and so on: one try more than there are waits."""

JITTER = (0.5, 1.5)
"""A wait is drawn between these multiples of its length."""

LONGEST_WAIT_SECONDS = 120.0
"""All waits for one answer together; a server that asks for more patience counts as refusing."""


def patiently(
    attempt: Callable[[], T],
    reached: Callable[[], int] = lambda: 0,
    pause: Callable[[float], object] | None = None,
) -> T:
    """Try until it works or patience ends.

    Parameters
    ----------
    attempt : callable
        Raises `PassingError` where another try is worth while.
    reached : callable, optional
        Tells how far the attempts came. One that came further than all before it begins the
        waits anew, so that a long transfer may drop often, as long as it does not crawl.
    pause : callable, optional
        Waits for some seconds; `time.sleep` if not given.

    Raises
    ------
    RefusedError
        The last refusal, with the number of tries.
    """
    furthest, tries, waited = reached(), 0, 0.0
    while True:
        try:
            return attempt()
        except PassingError as error:
            refusal = error
        if reached() > furthest and not isinstance(refusal, SlowError):
            furthest, tries, waited = reached(), 0, 0.0
        tries += 1
        if tries > _most_retries(refusal):
            raise settled(refusal, f"{refusal.got} (tried {tries} times)")
        wait = refusal.retry_after_seconds
        if wait is None:
            wait = WAITS_SECONDS[tries - 1] * random.uniform(*JITTER)  # noqa: S311 - no secret
        waited += wait
        if waited > LONGEST_WAIT_SECONDS:
            raise settled(refusal, f"{refusal.got}; it asks to come back in {wait:.0f} seconds")
        (pause or time.sleep)(wait)


def _most_retries(refusal: PassingError) -> int:
    most = len(WAITS_SECONDS)
    return most if refusal.most_retries is None else min(most, refusal.most_retries)
