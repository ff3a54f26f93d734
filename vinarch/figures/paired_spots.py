"""Spots of a plot of paired accuracies where marks hide each other: how many of each lie there.

The rows drawn and their axes enter, words with a leader leave; the marks stay where they are.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

import numpy as np

from vinarch.figures.ground import toned
from vinarch.figures.sheet import MM_PER_INCH, POINTS_PER_INCH, text_mm
from vinarch.figures.theme import INK

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

GLYPHS = {
    (True, True): "\N{WHITE CIRCLE}",
    (True, False): "\N{WHITE UP-POINTING TRIANGLE}",
    (False, True): "\N{BLACK CIRCLE}",
    (False, False): "\N{BLACK UP-POINTING TRIANGLE}",
}
"""By shared start and full budget: how a mark is written in a line of text."""

FEWEST_COUNTED = 2
_CROWD = 40
"""With more marks than these only spots of a twentieth of them are counted, three at least."""

_NEAR = 0.75
"""Marks nearer than this share of their diameter hide each other."""

_LEADERS_PT = (18.0, 24.0, 32.0, 42.0, 55.0, 70.0, 90.0)
_DIRECTIONS = 16
_CLEAR_PT = 4.0


def count_spots(axes: Axes, drawn: pd.DataFrame, area: float, size: float) -> None:
    """Write at each such spot how many marks of each kind lie there, clear of line and marks."""
    accuracies = drawn[["accuracy_a_percent", "accuracy_b_percent"]].to_numpy(dtype=float)
    pixels = axes.transData.transform(accuracies)
    per_pt = axes.figure.dpi / POINTS_PER_INCH
    half = (area**0.5 / 2 + _CLEAR_PT) * per_pt
    taken = [(x - half, y - half, x + half, y + half) for x, y in pixels]
    for here in _spots(pixels, _NEAR * area**0.5 * per_pt):
        words = _counts(drawn[here])
        spot = pixels[here].mean(axis=0)
        wide = text_mm(words, size) / MM_PER_INCH * POINTS_PER_INCH * per_pt
        for away in _places(per_pt):
            middle = spot + away
            box = _around(middle, wide / 2 + per_pt, 0.65 * size * per_pt)
            if _inside(axes, box) and not any(_touch(box, other) for other in taken):
                break
        else:
            continue
        taken.append(box)
        x, y = axes.transData.inverted().transform(spot)
        axes.annotate(
            words,
            (float(x), float(y)),
            xytext=tuple((middle - spot) / per_pt),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=size,
            color=toned(axes, INK),
            arrowprops={
                "arrowstyle": "-",
                "color": toned(axes, INK),
                "linewidth": 0.4,
                "shrinkA": 0.5,
                "shrinkB": area**0.5 / 2,
            },
        )


def _spots(pixels: NDArray[np.float64], near: float) -> Iterator[NDArray[np.bool_]]:
    count = len(pixels)
    fewest = FEWEST_COUNTED if count <= _CROWD else max(3, count / 20)
    left = np.ones(count, dtype=bool)
    # From the top right on, where accuracies crowd.
    for place in np.lexsort((pixels[:, 0], pixels[:, 1]))[::-1]:
        here = left & (np.abs(pixels - pixels[place]) <= near).all(axis=1)
        if left[place] and here.sum() >= fewest:
            left &= ~here
            yield here


def _counts(rows: pd.DataFrame) -> str:
    found = rows[["in_shared_start", "full_budget"]].astype(bool).value_counts().to_dict()
    return "  ".join(f"{found[kind]} {glyph}" for kind, glyph in GLYPHS.items() if kind in found)


def _places(per_pt: float) -> Iterator[NDArray[np.float64]]:
    for length in _LEADERS_PT:
        for step in range(_DIRECTIONS):
            # Down to the left first: accuracies crowd at the top right.
            angle = 1.25 * pi + (step + 1) // 2 * (-1) ** step * 2 * pi / _DIRECTIONS
            yield length * per_pt * np.array([cos(angle), sin(angle)])


_Box = tuple[float, float, float, float]


def _around(middle: NDArray[np.float64], half_wide: float, half_high: float) -> _Box:
    x, y = float(middle[0]), float(middle[1])
    return x - half_wide, y - half_high, x + half_wide, y + half_high


def _inside(axes: Axes, box: _Box) -> bool:
    """Tell whether a box is within the axes, on one side of the line of equality."""
    edge = axes.bbox
    if box[0] < edge.x0 or box[1] < edge.y0 or box[2] > edge.x1 or box[3] > edge.y1:
        return False
    above, below = box[1] - edge.y0 > box[2] - edge.x0, box[3] - edge.y0 < box[0] - edge.x0
    return bool(above or below)


def _touch(one: _Box, other: _Box) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 0 and high > 0
