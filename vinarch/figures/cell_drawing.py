"""Rows of cells on axes: a colour a symbol, its letter where there is room, a dashed outline.

Symbols and places enter, marks on axes leave; two views draw their cells here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from vinarch.figures.ground import toned
from vinarch.figures.sheet import mm, text_mm
from vinarch.figures.symbol_look import ink_on
from vinarch.figures.theme import INK, ONE, SMALL_PT, ZERO

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from vinarch.figures.cell_rows import Places
    from vinarch.figures.symbol_look import SymbolLook

OUTLINE_PT = 1.2
DASHES = (0, (3, 2))
_LETTER_GAP_MM = 0.4


@dataclass(frozen=True)
class Block:
    """Where rows of cells stand on their axes, and how large a cell is there."""

    left: float = 0.0
    top: float = 0.0
    wide: float = 1.0
    high: float = 1.0


def draw_cells(
    axes: Axes,
    block: Block,
    places: Places,
    symbols: NDArray[np.float64],
    cell_mm: float,
    colours: tuple[str, ...] = (ZERO, ONE),
) -> None:
    """Draw one row of cells for each row of symbols, one mesh a phase; NaN is no cell."""
    rows = len(symbols)
    if np.isnan(symbols).any():
        symbols = np.ma.masked_invalid(symbols)
    for _, first, last in places.phases:
        edges = np.array([*places.lefts[first : last + 1], places.lefts[last] + 1])
        axes.pcolormesh(
            block.left + block.wide * edges,
            block.top + block.high * np.arange(rows + 1),
            symbols[:, first : last + 1],
            vmin=0,
            vmax=len(colours) - 1,
            cmap=ListedColormap(list(colours)),
            linewidth=_gap_pt(cell_mm),
            edgecolors=toned(axes, "white"),
        )


def letter_cells(
    axes: Axes,
    block: Block,
    places: Places,
    symbols: NDArray[np.float64],
    cell_mm: tuple[float, float],
    look: SymbolLook,
    size: float = SMALL_PT,
) -> None:
    """Write the letters of the symbols into their cells, if the widest fits into one."""
    widest = max((text_mm(letter, size) for letter in look.characters), default=0.0)
    if not widest or widest + _LETTER_GAP_MM > cell_mm[0] or mm(size) > cell_mm[1]:
        return
    for row, column in np.argwhere(~np.isnan(symbols)).tolist():
        symbol = int(symbols[row, column])
        axes.text(
            block.left + block.wide * (places.lefts[column] + 0.5),
            block.top + block.high * (row + 0.5),
            look.characters[symbol],
            ha="center",
            va="center_baseline",
            fontsize=size,
            color=ink_on(look.colours[symbol]),
            parse_math=False,
            clip_on=True,
        )


def outline(axes: Axes, block: Block, span: tuple[float, float], rows: int) -> None:
    """Draw a dashed line around the cells of a span."""
    left, right = (block.left + block.wide * edge for edge in span)
    # White below, dark dashes above: one of the two stands out from either colour.
    for colour, dashes, line in (("white", "solid", 2.4), (INK, DASHES, OUTLINE_PT)):
        axes.add_patch(
            Rectangle(
                (left, block.top),
                right - left,
                rows * block.high,
                fill=False,
                edgecolor=toned(axes, colour),
                linewidth=line,
                linestyle=dashes,
                clip_on=False,
                zorder=5,
            )
        )


def _gap_pt(cell_mm: float) -> float:
    """Return the white line between cells: none where it would eat the cells themselves."""
    return min(0.5, cell_mm / mm(12))
