"""How the lines and shapes of the network figure look, and the pen that draws them to scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.figures.ground import toned, toned_look
from vinarch.figures.theme import FAINT, INK

if TYPE_CHECKING:
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

LEFT_OUT: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": FAINT,
    "linewidth": 0.5,
    "linestyle": (0, (1, 1.5)),
}


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
