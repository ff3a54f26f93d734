"""The difference of two groups' means: an interval by the bootstrap, a p value by permutation.

Arrays of numbers in, a record out; what is missing is said. Resampling is seeded, and values are
sorted first where they are not paired, so that their order does not show.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from vinarch.intervals import (
    FEWEST_AVERAGED,
    LEAST_SPREAD,
    NOWHERE,
    RESAMPLES,
    Interval,
    mean_interval,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FEWEST_PERMUTED = 3
"""Below, no arrangement of the labels is rare enough to tell anything."""

PERMUTATIONS = 9_999
"""Up to so many all are taken."""

_SEED = 20230831


@dataclass(frozen=True)
class Contrast:
    """How far the mean of a second group lies above that of a first."""

    difference: float
    interval: Interval
    p_value: float
    n_a: int
    n_b: int
    told: str
    """What the interval is, or why there is none."""


def paired_contrast(first: Floats, second: Floats, confidence: float) -> Contrast:
    """Compare values that belong together in pairs, shape (n,) both.

    Examples
    --------
    >>> import numpy as np
    >>> found = paired_contrast(np.array([90.0, 91.0, 92.0]), np.array([91.0, 93.0, 95.0]), 0.95)
    >>> found.difference, found.p_value, found.told
    (2.0, 0.25, 'none: 3 pairs, 4 needed')
    """
    differences = np.sort(second - first)
    n = len(differences)
    if not n:
        return _nothing(0, 0, "none: no pair is in both groups")
    if np.isnan(differences).any():
        known = int(np.isfinite(differences).sum())
        return _nothing(known, known, f"none: {known} of {n} pairs are known")
    mean = float(differences.mean())
    p_value = _p_value((differences,), "samples") if n >= FEWEST_PERMUTED else nan
    if n < FEWEST_AVERAGED:
        pairs = "1 pair" if n == 1 else f"{n} pairs"
        return Contrast(mean, NOWHERE, p_value, n, n, f"none: {pairs}, {FEWEST_AVERAGED} needed")
    told = f"{100 * confidence:g} % bootstrap of {n} pairs"
    return Contrast(mean, mean_interval(differences, confidence), p_value, n, n, told)


def independent_contrast(first: Floats, second: Floats, confidence: float) -> Contrast:
    """Compare two groups of values, shapes (n,) and (m,).

    The bootstrap is studentised: resamples of both groups, each difference of means scaled by
    its own standard error, as `vinarch.intervals.mean_interval` does for one.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, sections 12.5 and 16.2.

    Examples
    --------
    >>> import numpy as np
    >>> found = independent_contrast(np.array([90.0, 91.0]), np.array([93.0, 94.0, 95.0]), 0.95)
    >>> found.difference, found.told
    (3.5, 'none: 2 and 3 searches, 4 of each needed')
    """
    one, other = np.sort(first), np.sort(second)
    n, m = len(one), len(other)
    known = int(np.isfinite(one).sum()), int(np.isfinite(other).sum())
    if known != (n, m) or not n or not m:
        return _nothing(*known, f"none: {known[0]} of {n} and {known[1]} of {m} are known")
    mean = float(other.mean() - one.mean())
    enough = min(n, m) >= FEWEST_PERMUTED
    p_value = _p_value((one, other), "independent") if enough else nan
    if min(n, m) < FEWEST_AVERAGED:
        told = f"none: {n} and {m} searches, {FEWEST_AVERAGED} of each needed"
        return Contrast(mean, NOWHERE, p_value, n, m, told)
    told = f"{100 * confidence:g} % bootstrap of {n} and {m} searches"
    return Contrast(mean, _difference_interval(one, other, confidence), p_value, n, m, told)


def _nothing(n: int, m: int, told: str) -> Contrast:
    return Contrast(nan, NOWHERE, nan, n, m, told)


def _difference_interval(one: Floats, other: Floats, confidence: float) -> Interval:
    mean = float(other.mean() - one.mean())
    error = _error(one.std(ddof=1), len(one), other.std(ddof=1), len(other))
    if error == 0:
        return Interval(mean, mean)
    random = np.random.default_rng(_SEED)
    drawn = [side[random.integers(0, len(side), (RESAMPLES, len(side)))] for side in (one, other)]
    # A resample that misses a side's one outlier has nearly no deviation of its own.
    spread = [
        np.maximum(rows.std(axis=1, ddof=1), LEAST_SPREAD * side.std(ddof=1))
        for rows, side in zip(drawn, (one, other), strict=True)
    ]
    errors = _error(spread[0], len(one), spread[1], len(other))
    off = (drawn[1].mean(axis=1) - drawn[0].mean(axis=1) - mean) / errors
    outside = (1 - confidence) / 2
    low, high = np.quantile(off, [outside, 1 - outside]).tolist()
    return Interval(mean - high * error, mean - low * error)


def _error(one: Any, n: int, other: Any, m: int) -> Any:
    return np.sqrt((one / sqrt(n)) ** 2 + (other / sqrt(m)) ** 2)


def _p_value(samples: tuple[Floats, ...], kind: str) -> float:
    def mean(values: Floats, axis: int = -1) -> Any:
        return values.mean(axis=axis)

    def apart(one: Floats, other: Floats, axis: int = -1) -> Any:
        return other.mean(axis=axis) - one.mean(axis=axis)

    found = stats.permutation_test(
        samples,
        mean if kind == "samples" else apart,
        permutation_type=kind,
        vectorized=True,
        n_resamples=PERMUTATIONS,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue)
