"""How the points of the scatter look, and the legend above it.

The area of a point and the legend's samples come from one record, so that they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D

from vinarch.figures.sheet import EDGE_MM, Sheet, mm, text_mm
from vinarch.figures.theme import INK, ONE, POINT, SMALL_PT

if TYPE_CHECKING:
    import pandas as pd

FACE_ALPHA = 0.18
EDGE_ALPHA = 0.55
EDGE_PT = 0.4

DOT_PT = 4.0
"""Diameter of the dot on the chosen point, whatever its count."""

_LEGEND_MM = 5.0
_RING_ROOM_MM = 4.0
_MOST_LEGEND_SIZES = 3


@dataclass(frozen=True)
class PointLook:
    """How a point looks: its area is a straight line over its count."""

    at_zero: float
    at_highest: float
    highest: int
    fade: float

    def area(self, count: float) -> float:
        """Return the area in square points."""
        return self.at_zero + (self.at_highest - self.at_zero) * count / self.highest

    @property
    def face(self) -> tuple[float, float, float, float]:
        """Return the colour of the inside."""
        return to_rgba(POINT, FACE_ALPHA * self.fade)

    @property
    def edge(self) -> tuple[float, float, float, float]:
        """Return the colour of the rim."""
        return to_rgba(POINT, EDGE_ALPHA * self.fade)


def draw_legend(
    sheet: Sheet, top: float, drawn: pd.DataFrame, chosen: pd.DataFrame, look: PointLook
) -> float:
    """Draw the sizes, and the chosen row beside or below them; return where the legend ends."""
    height = max(_LEGEND_MM, mm(look.at_highest**0.5) + 1)
    middle = top + height / 2
    end = _draw_sizes(sheet, middle, drawn, look)
    if chosen.empty:
        return top + height
    row = chosen.iloc[0]
    label = (
        f"chosen: start {int(row['start'])}, length {int(row['length'])}, "
        f"{int(row['count'])} structures, {float(row['mean_val_accuracy_percent']):.2f} %"
    )
    left = end + 4
    bottom = top + height
    if left + _RING_ROOM_MM + text_mm(label, SMALL_PT) > sheet.width - EDGE_MM:
        left, middle, bottom = EDGE_MM, bottom + _RING_ROOM_MM / 2, bottom + _RING_ROOM_MM
    _legend_marker(sheet, left + 1.5, middle, 8.0, ("none", INK, 0.8))
    _legend_marker(sheet, left + 1.5, middle, DOT_PT, (ONE, INK, 0.8))
    sheet.text(left + _RING_ROOM_MM, middle, label, va="center", fontsize=SMALL_PT)
    return bottom + 1


def _legend_counts(drawn: pd.DataFrame) -> list[int]:
    """Return the lowest, a middle and the highest count, each once."""
    present = sorted({int(count) for count in drawn["count"]})
    if len(present) <= _MOST_LEGEND_SIZES:
        return present
    middle = (present[0] + present[-1]) / 2
    return [present[0], min(present[1:-1], key=lambda count: abs(count - middle)), present[-1]]


def _draw_sizes(sheet: Sheet, middle: float, drawn: pd.DataFrame, look: PointLook) -> float:
    title = "structures that hold it:"
    sheet.text(EDGE_MM, middle, title, va="center", fontsize=SMALL_PT)
    left = EDGE_MM + text_mm(title, SMALL_PT) + 1
    for count in _legend_counts(drawn):
        diameter = look.area(count) ** 0.5
        colours = (look.face, look.edge, EDGE_PT)
        _legend_marker(sheet, left + mm(diameter) / 2 + 0.5, middle, diameter, colours)
        left += mm(diameter) + 1.2
        sheet.text(left, middle, str(count), va="center", fontsize=SMALL_PT)
        left += text_mm(str(count), SMALL_PT) + 2.2
    return left


def _legend_marker(
    sheet: Sheet, left: float, top: float, diameter: float, look: tuple[Any, Any, float]
) -> None:
    face, edge, edge_width = look
    x, y = sheet.place(left, top)
    sheet.figure.add_artist(
        Line2D(
            [x],
            [y],
            linestyle="none",
            marker="o",
            markersize=diameter,
            markerfacecolor=face,
            markeredgecolor=edge,
            markeredgewidth=edge_width,
        )
    )
