"""Small multiples: panels of one size in rows and columns, each under its own lines of text.

Lines of text a panel in, boxes in millimetres out, then axes with their labels shared.
Knows no frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from vinarch.figures.drawing import figure_of
from vinarch.figures.sheet import EDGE_MM, MM_PER_INCH, Box, Sheet, line_mm, text_mm, wrapped
from vinarch.figures.theme import SMALL_PT, Width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

MOST_PANELS = 12
"""More would be too small to read at the width of a column."""

_COLUMNS: dict[str, dict[int, int]] = {
    "single": {1: 1, 2: 2, 3: 3, 4: 2},
    "double": {1: 1, 2: 2, 3: 3, 4: 4, 5: 3, 6: 3, 9: 3},
}
_MOST_COLUMNS = {"single": 3, "double": 4}
_BETWEEN_MM = 2.2
_TICKS_MM = 3.8
_TITLE_GAP_MM = 0.7
_HEIGHT_MM = {"single": {1: 61.0, 2: 34.0, 3: 25.0}, "double": {1: 76.0, 2: 60.0, 3: 40.0, 4: 34.0}}


@dataclass(frozen=True)
class PanelPlan:
    """How many columns the panels stand in, and how wide and high each is in millimetres."""

    count: int
    columns: int
    left: float
    width: float
    height: float
    y_lines: tuple[str, ...]

    @classmethod
    def fitted(cls, count: int, y: str, page_mm: float, page: Width) -> PanelPlan:
        """Fit panels into the room right of the y axis's label and tick labels."""
        columns = _COLUMNS[page].get(count, _MOST_COLUMNS[page])
        height = _HEIGHT_MM[page][columns]
        lines = wrapped(y, ceil(count / columns) * height, SMALL_PT)
        left = EDGE_MM + len(lines) * line_mm(SMALL_PT) + text_mm("99.95", SMALL_PT) + 2.0
        room = page_mm - left - _RIGHT_MM - (columns - 1) * _BETWEEN_MM
        return cls(count, columns, left, room / columns, height, lines)

    def boxes(self, top: float, titles: Sequence[Sequence[str]]) -> list[Box]:
        """Return the panels' boxes below their titles, from a height on."""
        boxes = []
        for first in range(0, self.count, self.columns):
            row = titles[first : first + self.columns]
            top += max(map(len, row)) * line_mm(SMALL_PT) + _TITLE_GAP_MM
            boxes += [
                Box(self.left + place * (self.width + _BETWEEN_MM), top, self.width, self.height)
                for place in range(len(row))
            ]
            # The panel above an empty place at the end has labels of its own below it, and the
            # titles of the next row never stand there.
            top += self.height + 1.6
        return boxes

    def is_lowest(self, place: int) -> bool:
        """Tell whether no panel stands below."""
        return place + self.columns >= self.count

    def is_first(self, place: int) -> bool:
        """Tell whether the panel begins its row."""
        return place % self.columns == 0


_RIGHT_MM = EDGE_MM + 1.0
"""White right of the last panel."""

_LABEL_GAP_MM = 0.4
"""White between the labels of two panels, at least."""


def sheet_height(boxes: Sequence[Box]) -> float:
    """Return the height of a sheet that ends with the ticks and the label of the x axis."""
    lowest = max(box.top + box.height for box in boxes)
    return lowest + _TICKS_MM + line_mm(SMALL_PT) + EDGE_MM


def draw_panels(sheet: Sheet, boxes: Sequence[Box], titles: Sequence[Sequence[str]]) -> list[Axes]:
    """Add the axes of all panels, and write the lines above each."""
    every = []
    for box, lines in zip(boxes, titles, strict=True):
        top = box.top - _TITLE_GAP_MM - len(lines) * line_mm(SMALL_PT)
        for number, line in enumerate(lines):
            sheet.text(box.left, top + number * line_mm(SMALL_PT), line, fontsize=SMALL_PT)
        every.append(sheet.axes(box))
    return every


def share_labels(axes: Sequence[Axes], plan: PanelPlan) -> None:
    """Keep tick labels at the left and below only; call it when the ticks are set."""
    for place, one in enumerate(axes):
        one.tick_params(labelleft=plan.is_first(place), labelbottom=plan.is_lowest(place), pad=1.5)
        if plan.is_lowest(place):
            alone = plan.is_first(place + 1) or place + 1 == plan.count
            _keep_apart(one, None if alone else _BETWEEN_MM)


def _keep_apart(axes: Axes, between: float | None) -> None:
    """Leave out the label of the last tick where it would run into the first of the next panel.

    Without a next panel, where it would leave the sheet.

    All panels have the same ticks, so the panel itself tells where the next one has its first.
    """
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    labels = axes.xaxis.get_major_formatter().format_ticks(ticks)
    wide = axes.bbox.width / figure_of(axes).dpi * MM_PER_INCH
    if len(ticks) > 1:
        after = (high - ticks[-1]) / (high - low) * wide
        before = (ticks[0] - low) / (high - low) * wide
        first, last = (text_mm(labels[at], SMALL_PT) / 2 for at in (0, -1))
        gap = after + _RIGHT_MM - last
        if between is not None:
            gap = after + between + before - first - last - _LABEL_GAP_MM
        labels[-1] = "" if gap < 0 else labels[-1]
    axes.set_xticks(ticks, labels=labels)


def label_axes(sheet: Sheet, plan: PanelPlan, boxes: Sequence[Box], x: str) -> None:
    """Write what the shared axes show, once for all panels."""
    left = min(box.left for box in boxes)
    right = max(box.left + box.width for box in boxes)
    top, bottom = boxes[0].top, max(box.top + box.height for box in boxes)
    low = sheet.height - EDGE_MM - line_mm(SMALL_PT)
    sheet.text((left + right) / 2, low, x, ha="center", fontsize=SMALL_PT)
    sheet.text(
        EDGE_MM,
        (top + bottom) / 2,
        "\n".join(plan.y_lines),
        va="center",
        multialignment="center",
        rotation=90,
        fontsize=SMALL_PT,
    )
