"""Where experiments lie beside each other: rows of who holds a subsequence in, columns out.

The accuracy axis is that of the figure for print, so that page and print agree. No models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.figures.accuracy_scale import to_axis
from vinarch.figures.holder_plot import scale_of
from vinarch.figures.holder_words import told_counts
from vinarch.figures.theme import SERIES

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from vinarch.figures.accuracy_scale import AccuracyScale

HOLDS = SERIES[1]
_APART, _NAMED = 0.14, 0.36
"""Of a row's height: holders lie above the middle, all networks below, a long name on top."""

_WIDE_PIXELS, _TICK_PIXELS = 560, 48
"""Usual width of the axis, and of the room that a tick's label takes."""

_ROOM = 0.28
"""Room for words right of the axis, in its widths."""

_VALUES = ("mean", "mean_low", "mean_high", "own_mean", "own_mean_low", "own_mean_high")
_NAMES = (
    "experiment", *_VALUES, *(f"{name}_at" for name in _VALUES), "upper", "lower", "named",
    "structures", "networks", "trained", "told", "fill", "matched", "left", "right",
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """The axis of accuracies: its scale, and its ends and ticks as places on the screen."""

    scale: AccuracyScale
    low: float
    high: float
    right: float
    ticks: dict[float, str]
    """Label by place."""

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Ground:
        """Return the axis that holds all values of rows."""
        scale = scale_of(rows)
        low, high = _places(scale, [scale.low, scale.high])
        ticks = scale.ticks(_WIDE_PIXELS, _TICK_PIXELS)
        labels = dict(
            zip(map(float, _places(scale, ticks)), map("{:g}".format, ticks), strict=True)
        )
        return cls(scale, float(low), float(high), float(high + _ROOM * (high - low)), labels)

    def place(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return where accuracies in percent lie on the axis."""
        return _places(self.scale, np.minimum(np.asarray(values, dtype=float), 100.0))


def _places(scale: AccuracyScale, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    percent = np.asarray(values, dtype=np.float64)
    return to_axis(percent) if scale.finer else percent


def row_columns(rows: pd.DataFrame | None = None, ground: Ground | None = None) -> dict[str, Any]:
    """Return the columns of the source, a row an experiment; without rows they are empty.

    Values in percent have the names of the frame, their places on the axis end in ``_at``.
    """
    if rows is None or ground is None or rows.empty:
        return {name: [] for name in _NAMES}
    values = {name: rows[name].to_numpy(dtype=float, na_value=np.nan) for name in _VALUES}
    names = rows["experiment"].astype(str).tolist()
    return {
        "experiment": names,
        **values,
        **{f"{name}_at": ground.place(percent) for name, percent in values.items()},
        "upper": [(name, _APART) for name in names],
        "lower": [(name, -_APART) for name in names],
        "named": [(name, _NAMED) for name in names],
        "structures": rows["structure_count"].tolist(),
        "networks": rows["network_count"].tolist(),
        "trained": rows["own_network_count"].tolist(),
        "told": [told_counts(row) for row in rows.itertuples()],
        "fill": [HOLDS if matched else "white" for matched in rows["matched"]],
        "matched": rows["matched"].tolist(),
        "left": [ground.low] * len(names),
        "right": [ground.right] * len(names),
    }
