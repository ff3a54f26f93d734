"""How the lines and shapes of the network figure look, and the pen that draws them to scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties

from vinarch.figures.drawing import figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.sheet import MM_PER_INCH
from vinarch.figures.theme import FAINT, INK, SMALL_PT

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.text import Text

PHASE_COLOURS = ("#cfe3f5", "#f0a35e", "#3f7f6b", "#efe08e", "#b287ad", "#31446b")
"""One a phase, again from the first after the last; the name stands beside each phase."""

LINES: dict[str, dict[str, Any]] = {
    "connection": {"color": INK, "linewidth": 0.9, "linestyle": "-"},
    "skip": {"color": INK, "linewidth": 0.9, "linestyle": (0, (6, 1.5, 1.2, 1.5))},
    "repair": {"color": "#555555", "linewidth": 0.6, "linestyle": (0, (2.5, 2))},
    "flow": {"color": FAINT, "linewidth": 0.8, "linestyle": "-"},
}
HEAVY_PT = 2.0
RING_PT = 1.2

LEFT_OUT: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": FAINT,
    "linewidth": 0.5,
    "linestyle": (0, (1, 1.5)),
}


_LEAST_SCALE = 0.4
_TYPE = 0.94
"""Type on somebody's axes is a little smaller than fits: a layout engine may yet narrow them."""


@dataclass(frozen=True)
class Pen:
    """Axes in units of the layout, the size of text on them in points, and points a unit point."""

    axes: Axes
    size: float
    scale: float

    def tone(self, colour: str) -> str:
        """Return a colour as the ground of the axes asks."""
        return toned(self.axes, colour)

    def text(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Write at a place of the layout, on the ground of the axes."""
        return self.text_on_face(
            x, y, text, **{**style, "color": self.tone(style.get("color", INK))}
        )

    def text_on_face(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Write at a place of the layout, on the face of a shape: the colour stays as it is."""
        look: dict[str, Any] = {"fontsize": self.size, "parse_math": False, "color": INK, **style}
        return self.axes.text(x, y, text, **look)

    def line(self, kind: str, *, heavy: bool = False) -> dict[str, Any]:
        """Return the look of a kind of line."""
        look = toned_look(self.axes, LINES[kind])
        look["linewidth"] = (HEAVY_PT if heavy else look["linewidth"]) * self.scale
        return {**look, "solid_capstyle": "butt", "dash_capstyle": "butt"}


def fitted_pen(axes: Axes, height: Callable[[float], float]) -> tuple[Pen, float]:
    """Set up somebody's axes for a drawing as large as their type asks, or as there is room.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    height : callable
        How high the drawing is for a width, both in units of the layout.

    Returns
    -------
    Pen
    float
        Width in units of the layout.
    """
    figure = figure_of(axes)
    size = FontProperties(size=mpl.rcParams["xtick.labelsize"]).get_size_in_points()
    wide, high = (length / figure.dpi * MM_PER_INCH for length in axes.bbox.size)
    scale = size / SMALL_PT
    while scale > _LEAST_SCALE and height(wide / scale) > high / scale:
        scale *= 0.95
    axes.set(xlim=(0, wide / scale), ylim=(high / scale, 0))
    # Circles stay circles when a layout engine narrows the axes.
    axes.set_aspect("equal")
    return Pen(axes, _TYPE * SMALL_PT * scale, scale), wide / scale
