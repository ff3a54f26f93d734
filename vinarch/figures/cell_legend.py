"""The legend of the plot of structures: a surface for each symbol, a dashed outline for the run.

The look of the symbols in, samples and words on a sheet or on somebody's axes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from vinarch.figures.cell_drawing import DASHES, OUTLINE_PT
from vinarch.figures.drawing import figure_of
from vinarch.figures.ground import toned
from vinarch.figures.key_row import legend_points
from vinarch.figures.sheet import EDGE_MM, MM_PER_INCH, Sheet, line_mm, mm, text_mm
from vinarch.figures.theme import INK, SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vinarch.figures.symbol_look import SymbolLook

_LEGEND_MM = 4.4
_SURFACE_MM = 3.2
_OUTLINE_MM = 6.0
_BETWEEN_MM = 3.0
_GAP_MM = 1.2
_HANDLE = 4.0
"""Width of a sample with the white around it in matplotlib's legend, in sizes of its type."""

_Key = tuple[str, float, dict[str, Any]]
"""What the legend tells, how wide its sample is in millimetres, and how it looks."""


def keys_of(look: SymbolLook) -> list[_Key]:
    """Return the entries: one a symbol, the last for the shared run."""
    dashed = {"fill": False, "linewidth": OUTLINE_PT, "linestyle": DASHES}
    return [
        *((word, _SURFACE_MM, surface) for word, surface in look.surfaces()),
        ("shared", _OUTLINE_MM, dashed),
    ]


def legend_height(look: SymbolLook, width: float) -> float:
    """Return the millimetres that the legend takes on a sheet of a width."""
    return _LEGEND_MM + (len(_rows(look, width)) - 1) * line_mm(SMALL_PT)


def draw_legend(sheet: Sheet, top: float, look: SymbolLook) -> None:
    """Draw the legend from a height on, in as many rows as it needs."""
    middle = top + _LEGEND_MM / 2
    key_height = 2.2
    for row in _rows(look, sheet.width):
        left = EDGE_MM
        for label, key_width, style in row:
            sheet.figure.add_artist(
                Rectangle(
                    sheet.place(left + 0.3, middle + key_height / 2),
                    key_width / sheet.width,
                    key_height / sheet.height,
                    transform=sheet.figure.transFigure,
                    edgecolor=INK,
                    **style,
                )
            )
            left += key_width + _GAP_MM
            sheet.text(left, middle, label, va="center", fontsize=SMALL_PT)
            left += text_mm(label, SMALL_PT) + _BETWEEN_MM
        middle += line_mm(SMALL_PT)


def draw_legend_over(axes: Axes, look: SymbolLook, *, lifted: bool) -> None:
    """Give somebody's axes the legend above them; lifted where names of phases stand there."""
    keys = keys_of(look)
    handles = [Rectangle((0, 0), 1, 1, edgecolor=toned(axes, INK), **style) for _, _, style in keys]
    # Above the names of the phases: inside, it would hide cells.
    legend = axes.legend(
        handles,
        [label for label, _, _ in keys],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=_columns(axes, [label for label, _, _ in keys]),
        borderaxespad=1.8 if lifted else 0.4,
        frameon=False,
        fontsize=legend_points(),
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _rows(look: SymbolLook, width: float) -> list[list[_Key]]:
    rows: list[list[_Key]] = [[]]
    left = EDGE_MM
    for key in keys_of(look):
        wide = key[1] + _GAP_MM + text_mm(key[0], SMALL_PT)
        if rows[-1] and left + wide > width - EDGE_MM:
            rows.append([])
            left = EDGE_MM
        rows[-1].append(key)
        left += wide + _BETWEEN_MM
    return rows


def _columns(axes: Axes, labels: list[str]) -> int:
    size = legend_points()
    widest = max(text_mm(label, size) for label in labels) + mm(_HANDLE * size)
    room = axes.bbox.width / figure_of(axes).dpi * MM_PER_INCH
    # Three short entries stand side by side on any axes.
    return max(min(len(labels), 3), min(len(labels), int(room / widest)))
