"""Intervals of means, medians, rank correlations and deviations: numbers in, bounds out.

NumPy and SciPy; no frames, no Dask.
Resampling is seeded and the values are sorted first, so that neither their order nor their
partitioning shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atanh, isfinite, sqrt, tanh
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    import numpy.typing as npt

CONFIDENCE = 0.95
"""The field's habit."""

RESAMPLES = 2_000
"""Bounds of 95 % then move by about a hundredth of their width from seed to seed."""

MOST_RESAMPLED = 5_000
"""Above so many values the limit that resampling tends to is as good, and does not take minutes."""

LEAST_SPREAD = 0.3
"""Least deviation of a resample, as a share of that of the values.

A resample that misses the one outlier among ten values has nearly no deviation of its own;
measured by it, bounds could lie a hundred standard errors away. With this they stay within eight,
and coverage falls by a percent at most (by seven for five values with a very heavy tail).
"""

FEWEST_AVERAGED = 4
"""Below, resamples differ too little for their spread to tell anything."""

FEWEST_RANKED = 2

FEWEST_CORRELATED = 4
"""Below, the interval of a rank correlation has no finite width."""

_SEED = 20230831
_PERFECT = 1 - 1e-12


@dataclass(frozen=True)
class Interval:
    """Lower and upper bound, in the unit of the values; NaN where they cannot be told."""

    low: float
    high: float


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation of paired values, with its interval."""

    value: float
    """NaN below `FEWEST_CORRELATED` pairs, or where one side is constant."""
    interval: Interval
    n: int
    """Pairs that both have a value."""


NOWHERE = Interval(float("nan"), float("nan"))


def check_confidence(where: str, value: Any) -> float:
    """Return a confidence level between 0 and 1, both excluded.

    Examples
    --------
    >>> check_confidence("statistics(confidence=…)", 95)
    Traceback (most recent call last):
    vinarch.errors.ParameterError: statistics(confidence=…): expected a number between 0 and 1,
    got 95. For 95 % pass 0.95.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not 0 < value < 1:
        raise ParameterError(where, "a number between 0 and 1", repr(value), "For 95 % pass 0.95.")
    return float(value)


def mean_interval(values: npt.ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Return the studentised bootstrap interval of the mean.

    `RESAMPLES` resamples, each scaled by its own standard error; above `MOST_RESAMPLED` values
    the normal interval, to which it tends. At 95 % it covered 92 to 96 % of 800 simulated means
    of 5 to 100 normal or exponential values, where BCa covers 81 % of the means of 5 exponential
    ones and 88 % of those of 10. Tails heavier than exponential are covered less: of 10
    log-normal values 92 % (sigma 1) and 85 % (sigma 1.5).

    Parameters
    ----------
    values : array-like, shape (n,)
        Finite or NaN; NaN is left out.
    confidence : float, default 0.95

    Returns
    -------
    Interval
        NaN for fewer than `FEWEST_AVERAGED` values; of no width where all are equal. It may reach
        beyond what a single value can be.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5.

    Examples
    --------
    >>> from vinarch.intervals import mean_interval
    >>> mean_interval([3.0, 3.0, 3.0, 3.0])
    Interval(low=3.0, high=3.0)
    """
    known = _known(values)
    n = len(known)
    if n < FEWEST_AVERAGED:
        return NOWHERE
    mean = float(known.mean())
    if known[0] == known[-1]:
        return Interval(mean, mean)
    error = float(known.std(ddof=1)) / sqrt(n)
    outside = (1 - confidence) / 2
    if n > MOST_RESAMPLED:
        high = _normal(confidence)
        low = -high
    else:
        low, high = np.quantile(_studentised(known), [outside, 1 - outside]).tolist()
    return Interval(mean - high * error, mean - low * error)


def median_interval(values: npt.ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Return the bootstrap interval of the median.

    Percentiles of `RESAMPLES` resamples; above `MOST_RESAMPLED` values the order statistics to
    which they tend. At 95 % it covered 94 to 96 % of simulated medians of 5 to 100 skewed values.

    Parameters
    ----------
    values : array-like, shape (n,)
        Finite or NaN; NaN is left out.
    confidence : float, default 0.95

    Returns
    -------
    Interval
        NaN for fewer than two values; of no width where all are equal.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993.

    Examples
    --------
    >>> from vinarch.intervals import median_interval
    >>> median_interval([3.0, 3.0, float("nan")])
    Interval(low=3.0, high=3.0)
    """
    known = _known(values)
    if len(known) > MOST_RESAMPLED:
        outside = (1 - confidence) / 2
        low, high = stats.binom.ppf([outside, 1 - outside], len(known), 0.5).astype(int)
        return Interval(float(known[max(low - 1, 0)]), float(known[min(high, len(known) - 1)]))
    if len(known) < FEWEST_RANKED:
        return NOWHERE
    if known[0] == known[-1]:
        return Interval(float(known[0]), float(known[0]))
    found = stats.bootstrap(
        (known,),
        np.median,
        n_resamples=RESAMPLES,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(_SEED),
        batch=_at_once(len(known)),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def rank_correlation(
    first: npt.ArrayLike, second: npt.ArrayLike, confidence: float = CONFIDENCE
) -> RankCorrelation:
    """Return Spearman's rank correlation with the interval of Bonett and Wright.

    Fisher's transformation with the standard error sqrt((1 + r²/2) / (n - 3)), which keeps its
    coverage for the ten pairs that two searches may share, where resampling does not.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        Paired values; a pair with a NaN is left out.
    confidence : float, default 0.95

    Returns
    -------
    RankCorrelation

    References
    ----------
    Bonett and Wright, Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations, Psychometrika 2000.

    Examples
    --------
    >>> from vinarch.intervals import rank_correlation
    >>> found = rank_correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    >>> round(found.value, 3), round(found.interval.low, 3), round(found.interval.high, 3)
    (0.8, -0.457, 0.991)
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    both = np.isfinite(one) & np.isfinite(other)
    one, other, n = one[both], other[both], int(both.sum())
    if n < FEWEST_CORRELATED or np.ptp(one) == 0 or np.ptp(other) == 0:
        return RankCorrelation(float("nan"), NOWHERE, n)
    value = float(stats.spearmanr(one, other).statistic)
    if abs(value) >= _PERFECT:
        # Fisher's transformation of 1 is infinite: the interval has no inner bound to give.
        return RankCorrelation(round(value), NOWHERE, n)
    half = _normal(confidence) * sqrt((1 + value**2 / 2) / (n - 3))
    return RankCorrelation(value, Interval(tanh(atanh(value) - half), tanh(atanh(value) + half)), n)


def deviation_interval(
    deviation: float, degrees_of_freedom: int, confidence: float = CONFIDENCE
) -> Interval:
    """Return the interval of a standard deviation; exact for normal values.

    Parameters
    ----------
    deviation : float
        Sample standard deviation, pooled or not.
    degrees_of_freedom : int
    confidence : float, default 0.95

    Returns
    -------
    Interval
        NaN without a degree of freedom.

    References
    ----------
    Casella and Berger, Statistical Inference, 2002, section 9.2.

    Examples
    --------
    >>> from vinarch.intervals import deviation_interval
    >>> found = deviation_interval(1.0, 10)
    >>> round(found.low, 3), round(found.high, 3)
    (0.699, 1.755)
    """
    if degrees_of_freedom < 1 or not isfinite(deviation):
        return NOWHERE
    outside = (1 - confidence) / 2
    high, low = stats.chi2.ppf([outside, 1 - outside], degrees_of_freedom)
    return Interval(
        deviation * sqrt(degrees_of_freedom / low), deviation * sqrt(degrees_of_freedom / high)
    )


def _known(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    return np.sort(numbers[~np.isnan(numbers)])


def _studentised(known: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how many of its own standard errors each resample's mean lies off."""
    random = np.random.default_rng(_SEED)
    n, left, found = len(known), RESAMPLES, []
    least = LEAST_SPREAD * known.std(ddof=1)
    while left:
        rows = min(left, _at_once(n))
        drawn = known[random.integers(0, n, (rows, n))]
        error = np.maximum(drawn.std(axis=1, ddof=1), least) / sqrt(n)
        found.append((drawn.mean(axis=1) - known.mean()) / error)
        left -= rows
    return np.concatenate(found)


def _at_once(n: int) -> int:
    """Return how many resamples of `n` values are held at a time: some ten MB."""
    return max(1, 2**20 // n)


@lru_cache
def _normal(confidence: float) -> float:
    return float(stats.norm.ppf((1 + confidence) / 2))
