"""The legend of the network figure: only what the picture has, in lines that fit its width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Circle, Rectangle

from vinarch.figures.cell_drawing import DASHES, OUTLINE_PT
from vinarch.figures.ground import toned_look
from vinarch.figures.network_look import LEFT_OUT, RING_PT
from vinarch.figures.sheet import text_mm
from vinarch.figures.theme import INK, ONE, SMALL_PT, ZERO

if TYPE_CHECKING:
    from vinarch.figures.network_look import Pen
    from vinarch.figures.network_rows import Network

KEYS_FROM = 0.4
_LINE = 3.6
_BETWEEN = 2.6
_SAMPLE_GAP = 1.0
_SAMPLES = {"line": 6.0, "heavy": 6.0, "dot": 2.8, "ring": 3.4, "cell": 3.0, "outline": 6.0}
_CELLS: dict[str, Any] = {"bit 1": ONE, "bit 0": ZERO}

Key = tuple[str, str, str]
"""Kind of sample, which one of the kind (of a cell maybe its colour), label."""


def keys_of(network: Network) -> list[Key]:
    """Return the samples that a picture needs."""
    kinds = {edge.kind for phase in network.phases for edge in phase.edges}
    labels = {
        "connection": "connection (bit 1)",
        "skip": "skip (bit 1)",
        "repair": "added by the decoder",
    }
    keys: list[Key] = [("line", kind, label) for kind, label in labels.items() if kind in kinds]
    if any(edge.in_subsequence for phase in network.phases for edge in phase.edges):
        keys.append(("heavy", "connection", "in the subsequence"))
    if network.run:
        keys.append(("outline", "", "bits of the subsequence"))
    if any(len(phase.used) < phase.nodes + 2 for phase in network.phases if not phase.skipped):
        keys.append(("dot", "", "left out"))
    keys += [("cell", label, label) for label in _CELLS]
    return keys


def keys_height(keys: list[Key], room: float) -> float:
    """Return the height of the legend."""
    return (_places(keys, room)[-1][1] + 1) * _LINE


def draw_keys(pen: Pen, keys: list[Key], room: float) -> None:
    """Draw the legend from the top left corner on."""
    for (kind, which, label), (left, line) in zip(keys, _places(keys, room), strict=True):
        middle = KEYS_FROM + (line + 0.5) * _LINE
        _draw_sample(pen, kind, which, (left, middle))
        after = left + _SAMPLES[kind] + _SAMPLE_GAP
        pen.text(after, middle, label, va="center_baseline")


def _places(keys: list[Key], room: float) -> list[tuple[float, int]]:
    places: list[tuple[float, int]] = []
    left, line = 0.3, 0
    for kind, _, label in keys:
        wide = _SAMPLES[kind] + _SAMPLE_GAP + text_mm(label, SMALL_PT)
        if left + wide > room and places:
            left, line = 0.3, line + 1
        places.append((left, line))
        left += wide + _BETWEEN
    return places


def _draw_sample(pen: Pen, kind: str, which: str, at: tuple[float, float]) -> None:
    left, middle = at
    wide = _SAMPLES[kind]
    if kind in {"line", "heavy"}:
        look = pen.line(which, heavy=kind == "heavy")
        pen.axes.plot([left, left + wide], [middle, middle], **look)
    elif kind == "dot":
        pen.axes.add_patch(
            Circle((left + wide / 2, middle), wide / 2, **toned_look(pen.axes, LEFT_OUT))
        )
    elif kind == "ring":
        rim = {"edgecolor": pen.tone(INK), "linewidth": RING_PT * pen.scale, "fill": False}
        pen.axes.add_patch(Circle((left + wide / 2, middle), 0.4 * wide, **rim))
    else:
        look = (
            {"facecolor": _CELLS.get(which, which), "linewidth": 0.4}
            if kind == "cell"
            else {"fill": False, "linewidth": OUTLINE_PT, "linestyle": DASHES}
        )
        pen.axes.add_patch(
            Rectangle((left, middle - 1.1), wide, 2.2, edgecolor=pen.tone(INK), **look)
        )
