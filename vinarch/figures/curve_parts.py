"""The parts of learning curves: unbroken pieces, the rows of the band, the early ends.

The frame that is drawn in, rows of it out; nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MOST_SPARSE = 6
"""With more epochs than these an axis of regular ticks serves as well."""

BAND_COLUMNS = ("quantile_25_percent", "median_percent", "quantile_75_percent")


def unbroken(rows: pd.DataFrame, epochs: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the pieces of one network's curve, broken where it lacks an epoch that others have.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``epoch, val_accuracy_percent``, by epoch.
    epochs : ndarray of float
        All epochs of the experiment, ascending.

    Returns
    -------
    list of ndarray of float, shape (k, 2)
    """
    points = rows[["epoch", "val_accuracy_percent"]].to_numpy(dtype=float)
    places = np.searchsorted(epochs, points[:, 0])
    return np.split(points, np.flatnonzero(np.diff(places) > 1) + 1)


def sparse_epochs(drawn: pd.DataFrame) -> tuple[float, ...]:
    """Return the epochs where only a few far apart were recorded, else none."""
    epochs = np.sort(drawn["epoch"].unique().astype(float))
    if len(epochs) > MOST_SPARSE or np.diff(epochs).max(initial=0) <= 1:
        return ()
    return tuple(epochs.tolist())


def epoch_words(epoch: float) -> str:
    """Write an epoch: halves with a decimal, whole ones without."""
    return f"{float(epoch):g}"


def band_rows(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return median and quartiles, one row an epoch that has them."""
    columns = ["epoch", "networks_training", *BAND_COLUMNS]
    band = drawn[columns].drop_duplicates("epoch").sort_values("epoch", ignore_index=True)
    return band[band["median_percent"].notna()]


def early_ends(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the last row of each network whose training was ended early."""
    last = drawn.groupby(["archive", "experiment", "architecture"], sort=True).tail(1)
    return last[(last["status"] == "early_stopped").fillna(value=False)]
