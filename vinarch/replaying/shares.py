"""What an engine saves and at what error, in one row of numbers: arrays of networks in, a dict out.

NumPy and intervals; no frames, no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.intervals import mean_interval

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def shares(
    full: npt.NDArray[np.bool_],
    convergence_epoch: Floats,
    error: Floats,
    saved: Floats,
    trained: Floats,
    confidence: float,
) -> dict[str, Any]:
    """Summarise networks: the columns that the summary and the sweep share.

    Parameters
    ----------
    full : array of bool, shape (n,)
        Whether a network was trained to the end.
    convergence_epoch, error, saved, trained : array, shape (n,)
        NaN where there is none.
    confidence : float

    Returns
    -------
    dict
    """
    n, converged = len(full), np.isfinite(convergence_epoch)
    known = np.sort(np.abs(error[np.isfinite(error)]))
    interval = mean_interval(known, confidence)
    took = trained[full].sum()
    return {
        "network_count": n,
        "full_count": int(full.sum()),
        "converged_count": int(converged.sum()),
        "converged_share": converged.mean() if n else np.nan,
        "convergence_epoch": _mean(convergence_epoch[converged]),
        "epochs_saved": saved[full].sum() if full.any() else np.nan,
        "epochs_saved_share": saved[full].sum() / took if took > 0 else np.nan,
        "mean_absolute_error_points": _mean(known),
        "mean_absolute_error_low": interval.low,
        "mean_absolute_error_high": interval.high,
        "mean_error_points": _mean(error[np.isfinite(error)]),
    }


def _mean(values: Floats) -> float:
    # Sorted, so that not even the last digit shows in which order the rows came.
    return float(np.sort(values).mean()) if len(values) else float("nan")
