"""An axis of accuracies that can be read up to 100 %: limits, scale and ticks.

Accuracies in, an axis set up; nothing is hidden, the limits hold every value.
Knows no frame and no figure in particular.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib import rcParams
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from vinarch.figures.sheet import MM_PER_INCH, line_mm, mm, text_mm

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

EVEN_WITHIN = 0.1
"""Down to so many points below 100 % the finer scale is even; 100 % itself thus has a place."""

FINER_ABOVE = 4.0
"""The scale is finer towards 100 % where the largest error is so many times the smallest."""

SCALE_WORDS = "The scale of accuracy is finer towards 100 %."

_MARGIN = 0.04
"""White beyond the outermost values, in shares of their distance on the axis."""

_LEAST_MARGIN_POINTS = 0.05

_TICKS = (
    *(100.0, 90.0, 99.0, 50.0, 99.9, 0.0, 95.0, 98.0, 80.0, 99.5, 70.0, 99.8, 60.0, 97.0),
    *(40.0, 20.0, 30.0, 10.0, 96.0, 99.95, 85.0, 92.0, 94.0, 75.0, 65.0, 99.2, 98.5),
)
"""Where the finer scale may have a tick, the most telling first."""


@dataclass(frozen=True)
class AccuracyScale:
    """The limits of an accuracy axis in percent, and whether it is finer towards 100 %."""

    low: float
    high: float
    finer: bool

    @classmethod
    def fitted(cls, accuracies: npt.ArrayLike) -> AccuracyScale:
        """Fit the scale to values, all of which it shows.

        Parameters
        ----------
        accuracies : array-like of float
            In percent; at least one is no NaN.

        Examples
        --------
        >>> from vinarch.figures.accuracy_scale import AccuracyScale
        >>> AccuracyScale.fitted([59.1, 98.5, 100.0]).finer
        True
        >>> AccuracyScale.fitted([59.1, 71.2]).finer
        False
        """
        values = np.asarray(accuracies, dtype=float)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        finer = 100 - low > max(FINER_ABOVE * (100 - high), EVEN_WITHIN)
        if not finer:
            margin = max(_MARGIN * (high - low), _LEAST_MARGIN_POINTS)
            return cls(low - margin, high + margin, finer)
        ends = to_axis(np.array([low, high]))
        margin = _MARGIN * (ends[1] - ends[0])
        outer = to_percent(ends + np.array([-margin, margin]))
        return cls(float(outer[0]), float(outer[1]), finer)

    def set_on(self, axes: Axes, which: Literal["x", "y"]) -> None:
        """Set scale, limits and ticks of one axis; it keeps its length in millimetres."""
        length = _length_mm(axes, which)
        size = FontProperties(
            size=rcParams["xtick.labelsize"] if which == "x" else rcParams["ytick.labelsize"]
        ).get_size_in_points()
        wide = text_mm("99.95", size) + mm(size / 3)
        ticks = self.ticks(length, line_mm(size) if which == "y" else wide)
        labels = [f"{tick:g}" for tick in ticks]
        if self.finer:
            set_scale = axes.set_xscale if which == "x" else axes.set_yscale
            set_scale("function", functions=(to_axis, to_percent))
        set_limits = axes.set_xlim if which == "x" else axes.set_ylim
        set_limits(self.low, self.high)
        axis = axes.xaxis if which == "x" else axes.yaxis
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter(FixedFormatter(labels))
        axis.set_minor_locator(NullLocator())

    def ticks(self, length_mm: float, room_mm: float) -> list[float]:
        """Return where the ticks stand on an axis of a length, each with room for its label."""
        top = min(self.high, 100.0)
        if not self.finer:
            most = int(np.clip(length_mm / (2 * room_mm), 2, 8))
            even = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10])
            found = even.tick_values(self.low, self.high)
            return [float(tick) for tick in found if max(self.low, 0) <= tick <= top]
        ends = to_axis(np.array([self.low, self.high]))
        per_mm = (ends[1] - ends[0]) / length_mm
        kept: list[float] = []
        for tick in _TICKS:
            place = to_axis(np.array([tick, *kept]))
            near = np.abs(place[1:] - place[0]) < 1.15 * room_mm * per_mm
            if self.low <= tick <= top and not near.any():
                kept.append(tick)
        return sorted(kept)


def set_x_range(axes: Axes, low: float, high: float, most: int, *, whole: bool = False) -> None:
    """Set limits and ticks of an even x axis; no tick stands beyond the limits."""
    steps = [1, 2, 5, 10]
    locator = MaxNLocator(nbins=most, integer=whole, steps=steps, min_n_ticks=1)
    axes.set_xlim(low, high)
    axes.set_xticks([tick for tick in locator.tick_values(low, high) if low <= tick <= high])


def to_axis(percent: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn accuracies into places on the finer scale: minus the area sine of the error."""
    place: npt.NDArray[np.float64] = -np.arcsinh(
        (100 - np.asarray(percent, dtype=float)) / EVEN_WITHIN
    )
    return place


def to_percent(place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn places on the finer scale back into accuracies."""
    percent: npt.NDArray[np.float64] = 100 + EVEN_WITHIN * np.sinh(np.asarray(place, dtype=float))
    return percent


def _length_mm(axes: Axes, which: str) -> float:
    box = axes.get_window_extent()
    # get_window_extent is in pixels, whatever the renderer.
    pixels = box.width if which == "x" else box.height
    return max(pixels / axes.figure.dpi * MM_PER_INCH, 1.0)
