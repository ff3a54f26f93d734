"""What axes are drawn on: colours chosen for white paper, turned where the ground is dark.

Axes and colours enter, colours leave; draws nothing.
"""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_hex, to_rgba
from seaborn.utils import relative_luminance

from vinarch.figures.drawing import figure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

_DARK_BELOW = 0.179
"""Relative luminance at which black and white stand out equally (WCAG 2)."""

_GREY = 0.05
_LEAST_LIGHT = 0.6
"""On dark ground colours of some strength, which are those of marks, are at least so light."""

_COLOURS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


def toned(axes: Axes, colour: str) -> str:
    """Return a colour as it is on light ground; on dark ground light and dark change places.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from vinarch.figures.ground import toned
    >>> toned(Figure().add_subplot(), "#222222")
    '#222222'
    >>> toned(Figure().add_subplot(facecolor="black"), "#222222")
    '#dddddd'
    """
    ground = _ground(axes)
    if colour == "none" or relative_luminance(ground) >= _DARK_BELOW:
        return colour
    hue, light, strength = colorsys.rgb_to_hls(*to_rgba(colour)[:3])
    _, lowest, _ = colorsys.rgb_to_hls(*ground)
    # White becomes the ground itself, so that what should stand back still does.
    turned = lowest + (1 - lowest) * (1 - light)
    if strength > _GREY:
        turned = max(turned, _LEAST_LIGHT)
    return str(to_hex(colorsys.hls_to_rgb(hue, turned, strength)))


def toned_look(axes: Axes, look: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of an artist with every colour among them toned."""
    return {name: toned(axes, value) if name in _COLOURS else value for name, value in look.items()}


def _ground(axes: Axes) -> tuple[float, float, float]:
    """Return the colour behind axes; where they let it through, that of their figure."""
    for face in (axes.get_facecolor(), figure_of(axes).get_facecolor()):
        red, green, blue, opacity = to_rgba(face)
        if opacity > 0:
            return red, green, blue
    return 1.0, 1.0, 1.0
