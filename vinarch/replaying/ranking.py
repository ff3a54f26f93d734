"""Whether a ranking by fitness finds the truly best: two arrays in, one row a k out.

NumPy and SciPy; no frames, no engine.

References
----------
Kendall, A new measure of rank correlation, Biometrika 1938 (tau-b: with ties).
Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from vinarch.intervals import NOWHERE, RESAMPLES, Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

FEWEST_RANKED = 4
"""Below, a rank correlation tells nothing."""

MOST_RESAMPLED = 2_000
"""Above so many networks the pairs of a resample would fill the memory: no interval is given."""

_SEED = 20230831


def ranking(
    fitness: Floats, truth: Floats, top_k: Sequence[int], confidence: float
) -> list[dict[str, Any]]:
    """Compare a ranking by fitness with the true one.

    Parameters
    ----------
    fitness, truth : array, shape (n,)
        Finite. Where fitness is equal, the earlier network ranks first.
    top_k : sequence of int
        Those above n are left out.
    confidence : float

    Returns
    -------
    list of dict
        One a k: Kendall's tau-b (the same in each), regret, overlap, and their intervals.

    Examples
    --------
    The best network is only second by fitness:

    >>> import numpy as np
    >>> row, = ranking(np.array([9.0, 8, 7, 6]), np.array([7.0, 9, 6, 5]), [1], 0.95)
    >>> row["regret_points"], round(row["kendall"], 3)
    (2.0, 0.667)
    """
    n = len(fitness)
    varied = n >= FEWEST_RANKED and np.ptp(fitness) > 0 and np.ptp(truth) > 0
    tau = float(stats.kendalltau(fitness, truth).statistic) if varied else float("nan")
    drawn = _resamples(n)
    spread = _percentiles(_taus(fitness, truth, drawn), confidence) if varied else NOWHERE
    rows = []
    for k in (k for k in top_k if k <= n):
        regret = float(_regrets(fitness, truth, np.arange(n)[None, :], k)[0])
        interval = _percentiles(_regrets(fitness, truth, drawn, k), confidence)
        best = set(np.argsort(-truth, kind="stable")[:k].tolist())
        found = set(np.argsort(-fitness, kind="stable")[:k].tolist())
        rows.append(
            {
                "n": n,
                "kendall": tau,
                "kendall_low": spread.low,
                "kendall_high": spread.high,
                "top_k": k,
                "regret_points": regret,
                "regret_low": interval.low,
                "regret_high": interval.high,
                "top_overlap": len(best & found) / k,
            }
        )
    return rows


def _resamples(n: int) -> Whole:
    """Return which networks each resample draws, in order, so that ties go as in the sample."""
    if n < FEWEST_RANKED or n > MOST_RESAMPLED:
        return np.zeros((0, n), dtype=np.int64)
    return np.sort(np.random.default_rng(_SEED).integers(0, n, (RESAMPLES, n)), axis=1)


def _taus(fitness: Floats, truth: Floats, drawn: Whole) -> Floats:
    """Return tau-b of each resample, by how often it drew each network."""
    n = len(fitness)
    if not len(drawn):
        return np.zeros(0)
    weight = np.zeros((len(drawn), n))
    np.add.at(weight, (np.arange(len(drawn))[:, None], drawn), 1.0)
    by_fitness = np.sign(fitness[:, None] - fitness)
    by_truth = np.sign(truth[:, None] - truth)

    def pairs(matrix: Floats) -> Floats:
        return np.asarray(((weight @ matrix) * weight).sum(axis=1))

    with np.errstate(all="ignore"):
        untied = np.sqrt(pairs(by_fitness**2) * pairs(by_truth**2))
        return pairs(by_fitness * by_truth) / untied


def _regrets(fitness: Floats, truth: Floats, drawn: Whole, k: int) -> Floats:
    order = np.argsort(-fitness[drawn], axis=1, kind="stable")[:, :k]
    taken = np.take_along_axis(truth[drawn], order, axis=1)
    return np.asarray(
        truth[drawn].max(axis=1, initial=-np.inf) - taken.max(axis=1, initial=-np.inf)
    )


def _percentiles(values: Floats, confidence: float) -> Interval:
    known = values[np.isfinite(values)]
    if not len(known):
        return NOWHERE
    outside = (1 - confidence) / 2
    low, high = np.quantile(known, [outside, 1 - outside]).tolist()
    return Interval(low, high)
