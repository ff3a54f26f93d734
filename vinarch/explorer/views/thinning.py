"""Which of many points a screen can show: points in, the marks that differ on the screen out.

Measured without a graphics card (docs/explanation/decisions.md): a canvas redraws 5,000 marks in
0.1 s and 100,000 in 1.2 s, WebGL takes five times as long there. Points whose places on the screen
are the same are therefore one mark, which tells how many it stands for; taps and boxes count on
all points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]

MOST_MARKS = 5_000
"""Up to so many points are drawn one by one."""

STEPS = 240
"""Places of the accuracy axis that are told apart: one and a half pixels each."""


def thin(points: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """Return the marks of the points within a range of accuracies.

    Parameters
    ----------
    points : DataFrame
        Columns ``length, count, mean_val_accuracy_percent, group``, index 0 … n-1; those without
        an accuracy cannot be placed.
    low, high : float
        Range of accuracies on the screen, in percent.

    Returns
    -------
    DataFrame
        The rows of `points` that are marks, large ones first so that small ones lie on top, with
        ``here``: how many points the mark stands for, itself included. Of points at one place the
        one of most structures is the mark.
    """
    accuracy = points["mean_val_accuracy_percent"].to_numpy(dtype=np.float64, na_value=np.nan)
    margin = (high - low) * _MARGIN
    shown = points[(accuracy >= low - margin) & (accuracy <= high + margin)]
    ordered = shown.sort_values(["count", "length"], ascending=[False, True], kind="stable")
    if len(ordered) <= MOST_MARKS:
        return ordered.assign(here=1)
    step = max((high - low) / STEPS, np.finfo(float).tiny)
    place = np.floor((ordered["mean_val_accuracy_percent"].to_numpy(dtype=float) - low) / step)
    key = pd.MultiIndex.from_arrays(
        [ordered["group"].to_numpy(), ordered["length"].to_numpy(), place]
    )
    codes, _ = pd.factorize(key)
    here = np.bincount(codes)
    marks = ordered[~pd.Series(codes).duplicated().to_numpy()]
    return marks.assign(here=here)


_MARGIN = 0.25
"""What lies a little outside is drawn too, so that a short pan shows no gap."""


def nearest(
    points: pd.DataFrame, at: tuple[float, float], pixels: tuple[float, float], reach: float
) -> int | None:
    """Return the place of the point nearest to a tap, None where none is within reach.

    Parameters
    ----------
    points : DataFrame
        Columns ``length, count, mean_val_accuracy_percent``.
    at : tuple of float
        Length and accuracy that were tapped.
    pixels : tuple of float
        Pixels of one unit of each.
    reach : float
        Pixels that a tap may miss by.

    Returns
    -------
    int or None
        Of points equally near the one of fewest structures, which lies on top, and of these the
        first.
    """
    across = (points["length"].to_numpy(dtype=float) - at[0]) * pixels[0]
    accuracy = points["mean_val_accuracy_percent"].to_numpy(dtype=float, na_value=np.nan)
    away = np.hypot(across, (accuracy - at[1]) * pixels[1])
    away = np.where(np.isnan(away), np.inf, away)
    if not len(away) or away.min() > reach:
        return None
    order: Places = np.lexsort((points["count"].to_numpy(), away))
    return int(order[0])
