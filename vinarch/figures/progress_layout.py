"""Rows and columns of panels: each row has its own y axis, each column its own x axis.

Words and callbacks in, a figure out; knows no frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.figures.key_row import Key, draw_keys, key_height
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, evenly, line_mm, text_mm
from vinarch.figures.theme import SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BETWEEN_MM = 3.0
_ROWS_APART_MM = 3.4
"""So that the lowest tick label of a panel and the highest of the one below do not touch."""
_TICKS_MM = 3.8
_HEIGHT_MM = {"single": {1: 48.0, 2: 34.0, 3: 27.0}, "double": {1: 62.0, 2: 52.0, 3: 46.0}}
_RIGHT_MM = EDGE_MM + 2.5
"""White right of the last panel: half of the label of a tick at its very end."""


@dataclass(frozen=True)
class PanelGrid:
    """What a figure says, and what draws the panel of a row and a column."""

    title: str
    below: str
    keys: tuple[Key, ...]
    x: tuple[str, ...]
    """Label of each column."""
    y: tuple[str, ...]
    """Label of each row."""
    draw: Callable[[Axes, int, int], None]

    def figure(self, width: Width) -> Figure:
        """Draw the figure."""
        page = width_mm(width)
        with theme():
            heading = Heading.fitted(self.title, self.below, page)
            top, room = heading.height + 0.5, page - 2 * EDGE_MM
            height = _HEIGHT_MM[width][len(self.x)]
            y_lines = [evenly(text, height, SMALL_PT) for text in self.y]
            left = EDGE_MM + max(map(len, y_lines)) * line_mm(SMALL_PT)
            left += text_mm("99.95", SMALL_PT) + 2.0
            wide = (page - left - _RIGHT_MM - (len(self.x) - 1) * _BETWEEN_MM) / len(self.x)
            x_lines = [evenly(text, wide, SMALL_PT) for text in self.x]
            first = top + key_height(self.keys, room) + 1.0
            boxes = [
                [
                    Box(
                        left + column * (wide + _BETWEEN_MM),
                        first + row * (height + _ROWS_APART_MM),
                        wide,
                        height,
                    )
                    for column in range(len(self.x))
                ]
                for row in range(len(self.y))
            ]
            lowest = boxes[-1][0].top + height + _TICKS_MM
            sheet = Sheet.new(page, lowest + max(map(len, x_lines)) * line_mm(SMALL_PT) + EDGE_MM)
            heading.write(sheet)
            draw_keys(sheet, (EDGE_MM, top), self.keys, room)
            self._panels(sheet, boxes)
            _label(sheet, boxes, x_lines, y_lines, lowest)
        return sheet.figure

    def _panels(self, sheet: Sheet, boxes: Sequence[Sequence[Box]]) -> None:
        for row, line in enumerate(boxes):
            for column, box in enumerate(line):
                axes = sheet.axes(box)
                self.draw(axes, row, column)
                axes.tick_params(labelleft=column == 0, labelbottom=row == len(boxes) - 1, pad=1.5)


def _label(
    sheet: Sheet,
    boxes: Sequence[Sequence[Box]],
    x_lines: Sequence[Sequence[str]],
    y_lines: Sequence[Sequence[str]],
    lowest: float,
) -> None:
    for box, lines in zip(boxes[-1], x_lines, strict=True):
        middle = box.left + box.width / 2
        for number, line in enumerate(lines):
            top = lowest + number * line_mm(SMALL_PT)
            sheet.text(middle, top, line, ha="center", fontsize=SMALL_PT)
    for row, lines in zip(boxes, y_lines, strict=True):
        middle = row[0].top + row[0].height / 2
        look = {"va": "center", "multialignment": "center", "rotation": 90}
        sheet.text(EDGE_MM, middle, "\n".join(lines), fontsize=SMALL_PT, **look)
