"""When predictions have converged: predictions in, one verdict an epoch out.

Works on many networks side by side, epoch by epoch; knows no fits and no functions.

References
----------
Channing et al., ICPP 2023; Keller Rorabaugh et al., IEEE TPDS 2022, and its code for the rules of
2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

ThresholdKind = Literal["points", "percent", "by_accuracy"]
THRESHOLD_KINDS = ("points", "percent", "by_accuracy")

_MOST_PERCENT, _LEAST_PERCENT = 5.0, 0.1
_SLOPE = 1.9 / 85  # PENGUIN's line: 2 % of the median where that is 5, 0.1 % where it is 90
_AT_FIVE = 2.0


@dataclass(frozen=True)
class ConvergenceRule:
    """When the last few predictions agree closely enough.

    Attributes
    ----------
    predictions_needed : int
        How many of the last predictions must agree.
    threshold : float
        How far each may lie from their median.
    threshold_kind : {"points", "percent", "by_accuracy"}
        In percentage points; in percent of the median; or in percent of the median by PENGUIN's
        line, which falls from 5 % for the weakest networks to 0.1 % at 90 % accuracy
        (``threshold`` is then not used).
    lowest, highest : float
        Which predictions are possible, in percent.
    lowest_counts : bool
        Whether a prediction of exactly `lowest` is possible.
    all_in_range : bool
        Whether all of the last predictions must be possible, or the latest only.
    skip_failed : bool
        Whether an epoch without a fit is left out, or breaks the run of predictions.
    """

    predictions_needed: int
    threshold: float
    threshold_kind: ThresholdKind
    lowest: float
    highest: float
    lowest_counts: bool
    all_in_range: bool
    skip_failed: bool


def converged_after(rule: ConvergenceRule, predictions: Floats, clears: Flags) -> Flags:
    """Tell after which epochs the predictions have converged.

    Parameters
    ----------
    rule : ConvergenceRule
    predictions : array, shape (n networks, m epochs)
        In percent; not finite where there is none.
    clears : array of bool, shape (n, m)
        Predictions that are not kept and make those before them forgotten.

    Returns
    -------
    array of bool, shape (n, m)
        Each epoch on its own: a later one may say no again.

    Examples
    --------
    >>> import numpy as np
    >>> from vinarch.prediction import a4nn_2023
    >>> from vinarch.prediction.convergence import converged_after
    >>> predictions = np.array([[np.inf, 90.0, 91.0, 91.2, 91.4]])
    >>> converged_after(a4nn_2023.rule, predictions, np.zeros((1, 5), dtype=bool))
    array([[False, False, False, False,  True]])
    """
    networks, epochs = predictions.shape
    recent = np.full((networks, rule.predictions_needed), np.nan)
    verdicts = np.zeros((networks, epochs), dtype=bool)
    finite = np.isfinite(predictions)
    for epoch in range(epochs):
        latest = np.where(finite[:, epoch], predictions[:, epoch], np.nan)
        forget = clears[:, epoch] & finite[:, epoch]
        kept = finite[:, epoch] | (not rule.skip_failed)
        moved = np.concatenate([recent[:, 1:], latest[:, None]], axis=1)
        recent = np.where(kept[:, None], moved, recent)
        recent[forget] = np.nan
        verdicts[:, epoch] = kept & ~forget & _agree(rule, recent)
    return verdicts


def _agree(rule: ConvergenceRule, recent: Floats) -> Flags:
    """Tell of each row whether its predictions are all there, possible, and close together."""
    there = np.asarray(np.isfinite(recent).all(axis=1))
    recent = np.where(there[:, None], recent, 0.0)
    asked = recent if rule.all_in_range else recent[:, -1:]
    above: Flags = asked > rule.lowest
    if rule.lowest_counts:
        above |= asked == rule.lowest
    median = np.median(recent, axis=1, keepdims=True)
    reach = _reach(rule, median)
    close = np.asarray((recent <= median + reach) & (recent >= median - reach))
    possible = above & (asked <= rule.highest)
    return np.asarray(there & possible.all(axis=1) & close.all(axis=1))


def _reach(rule: ConvergenceRule, median: Floats) -> Floats:
    if rule.threshold_kind == "points":
        return np.full_like(median, rule.threshold)
    percent = rule.threshold
    if rule.threshold_kind == "by_accuracy":
        line = _AT_FIVE - _SLOPE * (median - 5.0)
        return median * np.clip(line, _LEAST_PERCENT, _MOST_PERCENT) / 100
    return median * percent / 100
