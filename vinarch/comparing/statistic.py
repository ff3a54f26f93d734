"""The middle of a few searches, with an interval where there are enough of them.

Numbers in, numbers out; every missing interval says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from vinarch.intervals import (
    FEWEST_AVERAGED,
    FEWEST_RANKED,
    NOWHERE,
    Interval,
    mean_interval,
    median_interval,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

StatisticName = Literal["mean", "median"]


@dataclass(frozen=True)
class Middle:
    """Mean or median of the values of some searches."""

    value: float
    interval: Interval
    told: str
    """What the interval is, or why there is none."""


@dataclass(frozen=True)
class _Statistic:
    of: Callable[[npt.NDArray[np.float64]], float]
    interval: Callable[[npt.NDArray[np.float64], float], Interval]
    fewest: int


STATISTICS: dict[str, _Statistic] = {
    "mean": _Statistic(lambda values: float(values.mean()), mean_interval, FEWEST_AVERAGED),
    "median": _Statistic(lambda values: float(np.median(values)), median_interval, FEWEST_RANKED),
}


def middle_of(
    values: npt.NDArray[np.float64], statistic: StatisticName, confidence: float
) -> Middle:
    """Return mean or median with its bootstrap interval; NaN where a value is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> middle_of(np.array([90.0, 92.0]), "mean", 0.95)
    Middle(value=91.0, interval=Interval(low=nan, high=nan),
    told='none: 2 searches, a mean needs 4')
    """
    one = STATISTICS[statistic]
    n = len(values)
    # Sorted, so that not even the last digit shows in which order the searches came.
    known = np.sort(values)
    if np.isnan(values).any() or not n:
        return Middle(float("nan"), NOWHERE, "none: not all searches have a value")
    if n < one.fewest:
        few = "1 search" if n == 1 else f"{n} searches"
        needs = "" if n == 1 else f", a {statistic} needs {one.fewest}"
        return Middle(one.of(known), NOWHERE, f"none: {few}{needs}")
    told = f"{100 * confidence:g} % bootstrap of {n} searches"
    return Middle(one.of(known), one.interval(known, confidence), told)
