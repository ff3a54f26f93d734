"""The cells of an overlap matrix: colours, numbers, and frames around more than by chance.

Matrices in percent enter, marks on axes leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps, rcParams
from matplotlib.patches import Rectangle
from seaborn.utils import relative_luminance

from vinarch.figures.ground import toned
from vinarch.figures.sheet import POINTS_PER_INCH
from vinarch.figures.theme import DISTANCE_COLOURS, SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

DIAGONAL: dict[str, Any] = {"color": "#9a9a9a", "linewidth": 0.6}
"""A line through the blank cells of an experiment with itself."""

_DARK_TEXT_ABOVE = 0.179
"""Relative luminance at which black and white text stand out equally (WCAG 2)."""


def draw_cells(axes: Axes, matrix: NDArray[np.float64], highest: float, *, numbered: bool) -> None:
    """Draw the cells of a matrix of percent, with their numbers where asked."""
    count = len(matrix)
    edges = np.arange(count + 1) - 0.5
    axes.pcolormesh(
        edges,
        edges,
        np.ma.masked_invalid(matrix),
        vmin=0,
        vmax=highest,
        cmap=DISTANCE_COLOURS,
        edgecolor=toned(axes, "white") if numbered else "none",
        linewidth=0.4 if numbered else 0,
        rasterized=False,
    )
    axes.plot([-0.5, count - 0.5], [-0.5, count - 0.5], **DIAGONAL)
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    for (row, column), value in np.ndenumerate(matrix):
        if not numbered or row == column:
            continue
        known = np.isfinite(value)
        axes.text(
            column,
            row,
            _write(float(value)) if known else "\N{EN DASH}",
            ha="center",
            va="center_baseline",
            color=_ink(value / highest) if known else toned(axes, "black"),
            fontsize=min(SMALL_PT, rcParams["font.size"]),
        )


def frame_cells(
    axes: Axes, matrix: NDArray[np.float64], above: NDArray[np.bool_], highest: float
) -> None:
    """Frame the cells whose overlap is greater than by chance."""
    cell_pt = axes.bbox.width / axes.figure.dpi * POINTS_PER_INCH / len(matrix)
    line = min(1.5, 0.12 * cell_pt)
    # Within the cell, so that the frames of neighbours stay apart.
    inset = (0.5 * line + 0.8) / cell_pt
    for row, column in np.argwhere(above):
        axes.add_patch(
            Rectangle(
                (column - 0.5 + inset, row - 0.5 + inset),
                1 - 2 * inset,
                1 - 2 * inset,
                fill=False,
                edgecolor=_ink(matrix[row, column] / highest),
                linewidth=line,
            )
        )


def _ink(share: float) -> str:
    """Return black or white, whichever stands out more from the colour of a share of the scale."""
    light = relative_luminance(colormaps[DISTANCE_COLOURS](share)) > _DARK_TEXT_ABOVE
    return "black" if light else "white"


def _write(value: float) -> str:
    """Write percent in the room of a cell: whole from ten on, else with one decimal."""
    return f"{value:.0f}" if value == 0 or value >= 9.95 else f"{value:.1f}"  # noqa: PLR2004
