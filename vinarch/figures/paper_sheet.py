"""A figure of panels that share their axes, laid out in millimetres: words and callbacks in.

Draws heading, key, panels and shared labels; what stands in a panel a callback draws.
Knows no frame and no paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError
from vinarch.figures.key_row import Key, draw_keys, draw_legend_on, key_height, label_on
from vinarch.figures.panels import (
    PanelPlan,
    draw_panels,
    label_axes,
    share_labels,
    sheet_height,
)
from vinarch.figures.sheet import EDGE_MM, Heading, Sheet, line_mm, text_mm, wrapped
from vinarch.figures.theme import SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BETWEEN_MM = 2.2
_RIGHT_MM = EDGE_MM + 1.0


@dataclass(frozen=True)
class PaperPanel:
    """One panel: the lines above it, and what draws it, told whether the axes are the caller's."""

    lines: tuple[str, ...]
    draw: Callable[[Axes], None]


@dataclass(frozen=True)
class PaperSheet:
    """What a figure of panels says, and how it is laid out."""

    title: str
    below: str
    x: str
    y: str
    keys: tuple[Key, ...]
    panels: tuple[PaperPanel, ...]
    columns: int
    height: float
    """Of a panel, in millimetres."""
    y_labels: tuple[str, ...] = ("99.95",)
    """Texts as wide as the tick labels of the y axis."""

    def figure(self, width: Width) -> Figure:
        """Draw a figure of its own."""
        page_mm = width_mm(width)
        with theme():
            plan = self._plan(page_mm)
            heading = Heading.fitted(self.title, self.below, page_mm)
            top, room = heading.height + 0.5, page_mm - 2 * EDGE_MM
            titles = [
                [part for line in panel.lines for part in wrapped(line, plan.width, SMALL_PT)]
                for panel in self.panels
            ]
            boxes = plan.boxes(top + key_height(self.keys, room), titles)
            sheet = Sheet.new(page_mm, sheet_height(boxes))
            heading.write(sheet)
            draw_keys(sheet, (EDGE_MM, top), self.keys, room)
            axes = draw_panels(sheet, boxes, titles)
            for one, panel in zip(axes, self.panels, strict=True):
                panel.draw(one)
                one.set(xlabel="", ylabel="")
            share_labels(axes, plan)
            label_axes(sheet, plan, boxes, self.x)
        return sheet.figure

    def draw_on(self, ax: Axes, where: str) -> None:
        """Draw on axes of the caller's.

        Raises
        ------
        ParameterError
            If there are several panels.
        """
        if len(self.panels) > 1:
            raise ParameterError(
                f"{where} with ax",
                "one panel, which fits on one axes",
                f"{len(self.panels)}",
                "Choose fewer experiments, or leave ax out for a panel each.",
            )
        self.panels[0].draw(ax)
        label_on(ax, self.x, self.y)
        draw_legend_on(ax, self.keys)

    def _plan(self, page_mm: float) -> PanelPlan:
        count = len(self.panels)
        rows = ceil(count / self.columns)
        y_lines = wrapped(self.y, rows * self.height, SMALL_PT)
        ticks = max(text_mm(text, SMALL_PT) for text in self.y_labels)
        left = EDGE_MM + len(y_lines) * line_mm(SMALL_PT) + ticks + 2.0
        room = page_mm - left - _RIGHT_MM - (self.columns - 1) * _BETWEEN_MM
        return PanelPlan(count, self.columns, left, room / self.columns, self.height, y_lines)


def bare_sides(axes: Axes, sides: Sequence[str] = ("top", "right")) -> None:
    """Leave out the frame's sides that carry no ticks."""
    for side in sides:
        axes.spines[side].set_visible(False)
