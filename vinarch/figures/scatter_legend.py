"""How the points of the scatter look, and the legend above it.

The area and colour of a point and the legend's samples come from one record, so that they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from vinarch.figures.ground import toned
from vinarch.figures.key_row import Key, draw_keys, legend_points, lift_title
from vinarch.figures.scatter_density import DENSITY_CLASSES, classes_of
from vinarch.figures.sheet import EDGE_MM, Sheet, mm, text_mm
from vinarch.figures.theme import INK, ONE, SMALL_PT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

EDGE_PT = 0.35
RIM = "#3a4a68"

DOT_PT = 4.0
"""Diameter of the dot on the chosen point, whatever its count."""

SIZES_TITLE = "structures that hold it:"
DENSITY_TITLE = "points on a spot:"

_LEGEND_MM = 5.0
_DENSITY_MM = 3.6
_DENSITY_PT = 6.0
_RING_ROOM_MM = 4.0
_MOST_LEGEND_SIZES = 3
_RING_PT = 8.0


@dataclass(frozen=True)
class PointLook:
    """How a point looks: its area is a straight line over its count."""

    at_zero: float
    at_highest: float
    highest: int

    def area(self, count: float) -> float:
        """Return the area in square points."""
        return self.at_zero + (self.at_highest - self.at_zero) * count / self.highest


def draw_legend(
    sheet: Sheet,
    top: float,
    drawn: pd.DataFrame,
    chosen: pd.DataFrame,
    look: PointLook,
    *,
    keys: Sequence[Key] = (),
) -> float:
    """Draw the sizes, the chosen row, and what colours mean; return where the legend ends.

    Colours tell the keys of experiments where there are any, else how many points coincide.
    """
    height = max(_LEGEND_MM, mm(look.at_highest**0.5) + 1)
    middle, bottom = top + height / 2, top + height
    end = _draw_sizes(sheet, middle, drawn, look)
    if not keys and end + 3 + _density_mm(drawn) <= sheet.width - EDGE_MM:
        end = _draw_density(sheet, end + 3, middle, drawn)
    elif not keys:
        middle = bottom + _DENSITY_MM / 2
        end = _draw_density(sheet, EDGE_MM, middle, drawn)
        bottom += _DENSITY_MM
    if len(chosen):
        bottom = _draw_chosen(sheet, (end + 4, middle, bottom), chosen_label(chosen))
    if keys:
        return draw_keys(sheet, (EDGE_MM, bottom), keys, sheet.width - 2 * EDGE_MM)
    return bottom + (1 if len(chosen) else 0.5)


def _draw_chosen(sheet: Sheet, place: tuple[float, float, float], label: str) -> float:
    """Draw the ring and its words where there is room, else a row below; return where it ends."""
    left, middle, bottom = place
    if left + _RING_ROOM_MM + text_mm(label, SMALL_PT) > sheet.width - EDGE_MM:
        left, middle, bottom = EDGE_MM, bottom + _RING_ROOM_MM / 2, bottom + _RING_ROOM_MM
    for marker in _chosen_markers():
        _place(sheet, left + 1.5, middle, marker)
    sheet.text(left + _RING_ROOM_MM, middle, label, va="center", fontsize=SMALL_PT)
    return bottom


def add_axes_legend(axes: Axes, drawn: pd.DataFrame, chosen: pd.DataFrame, look: PointLook) -> None:
    """Put matplotlib's own legend above axes that belong to somebody's figure, in two lines."""
    rim = toned(axes, RIM)
    blank = (Line2D([], [], linestyle="none"), "")
    sizes = [
        (_marker(look.area(count) ** 0.5, "none", rim=rim), str(count))
        for count in legend_counts(drawn)
    ]
    colours = [
        (_marker(_DENSITY_PT, one.colour, rim=rim), one.label)
        for one in classes_of(drawn["density"])
    ]
    if len(chosen):
        sizes.append((_marker(_DENSITY_PT, ONE, 0.8, toned(axes, INK)), "chosen"))
    lines = ((blank[0], SIZES_TITLE), *sizes), ((blank[0], DENSITY_TITLE), *colours)
    # A legend fills column after column.
    keys = [key for column in zip_longest(*lines, fillvalue=blank) for key in column]
    axes.legend(
        [handle for handle, _ in keys],
        [label for _, label in keys],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(keys) // 2,
        borderaxespad=0.3,
        columnspacing=0.8,
        handlelength=1.2,
        handletextpad=0.4,
        frameon=False,
        fontsize=legend_points(),
    )
    lift_title(axes, 2)


def chosen_label(chosen: pd.DataFrame) -> str:
    """Say the chosen row, or in how many experiments it is one."""
    row = chosen.iloc[0]
    told = f"chosen: start {int(row['start'])}, length {int(row['length'])}"
    if len(chosen) > 1:
        return f"{told}, in {len(chosen)} experiments"
    accuracy = float(row["mean_val_accuracy_percent"])
    return f"{told}, {int(row['count'])} structures, {accuracy:.2f} %"


def size_keys(
    drawn: pd.DataFrame, chosen: pd.DataFrame, look: PointLook, rim: str, ink: str
) -> list[Key]:
    """Return the sizes and the chosen row as entries of a plain legend."""
    plain = {"linestyle": "none", "marker": "o", "markeredgewidth": EDGE_PT}
    keys = [
        Key(
            f"{count} structures",
            {
                **plain,
                "markersize": look.area(count) ** 0.5,
                "markerfacecolor": "none",
                "markeredgecolor": rim,
            },
        )
        for count in legend_counts(drawn)
    ]
    if len(chosen):
        mark = {"markersize": _DENSITY_PT, "markerfacecolor": ONE, "markeredgecolor": ink}
        keys.append(Key("chosen", {**plain, **mark, "markeredgewidth": 0.8}))
    return keys


def legend_counts(drawn: pd.DataFrame) -> list[int]:
    """Return the lowest, a middle and the highest count, each once."""
    present = sorted({int(count) for count in drawn["count"]})
    if len(present) <= _MOST_LEGEND_SIZES:
        return present
    middle = (present[0] + present[-1]) / 2
    return [present[0], min(present[1:-1], key=lambda count: abs(count - middle)), present[-1]]


def _draw_sizes(sheet: Sheet, middle: float, drawn: pd.DataFrame, look: PointLook) -> float:
    sheet.text(EDGE_MM, middle, SIZES_TITLE, va="center", fontsize=SMALL_PT)
    left = EDGE_MM + text_mm(SIZES_TITLE, SMALL_PT) + 1
    for count in legend_counts(drawn):
        diameter = look.area(count) ** 0.5
        marker = _marker(diameter, DENSITY_CLASSES[0].colour)
        _place(sheet, left + mm(diameter) / 2 + 0.5, middle, marker)
        left += mm(diameter) + 1.2
        sheet.text(left, middle, str(count), va="center", fontsize=SMALL_PT)
        left += text_mm(str(count), SMALL_PT) + 2.2
    return left


def _density_mm(drawn: pd.DataFrame) -> float:
    labels = [one.label for one in classes_of(drawn["density"])]
    keys = sum(text_mm(label, SMALL_PT) + mm(_DENSITY_PT) + 3.4 for label in labels)
    return text_mm(DENSITY_TITLE, SMALL_PT) + 1 + keys


def _draw_density(sheet: Sheet, left: float, middle: float, drawn: pd.DataFrame) -> float:
    sheet.text(left, middle, DENSITY_TITLE, va="center", fontsize=SMALL_PT)
    left += text_mm(DENSITY_TITLE, SMALL_PT) + 1
    for one in classes_of(drawn["density"]):
        _place(sheet, left + mm(_DENSITY_PT) / 2 + 0.5, middle, _marker(_DENSITY_PT, one.colour))
        left += mm(_DENSITY_PT) + 1.2
        sheet.text(left, middle, one.label, va="center", fontsize=SMALL_PT)
        left += text_mm(one.label, SMALL_PT) + 2.2
    return left


def _chosen_markers() -> tuple[Line2D, Line2D]:
    return _marker(_RING_PT, "none", 0.8, INK), _marker(DOT_PT, ONE, 0.8, INK)


def _marker(diameter: float, face: str, line: float = EDGE_PT, rim: str = RIM) -> Line2D:
    return Line2D(
        [0],
        [0],
        linestyle="none",
        marker="o",
        markersize=diameter,
        markerfacecolor=face,
        markeredgecolor=rim,
        markeredgewidth=line,
    )


def _place(sheet: Sheet, left: float, top: float, marker: Line2D) -> None:
    x, y = sheet.place(left, top)
    marker.set_data([x], [y])
    sheet.figure.add_artist(marker)
