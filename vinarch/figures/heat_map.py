"""The cells of the map of distances, and the whole map on axes of somebody's figure.

A square matrix enters, marks on axes leave.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator
from seaborn.utils import relative_luminance

from vinarch.figures.drawing import figure_of
from vinarch.figures.heat_words import every
from vinarch.figures.sheet import MM_PER_INCH, mm, text_mm
from vinarch.figures.theme import DISTANCE_COLOURS, SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from vinarch.figures.heat_rows import Square
    from vinarch.figures.heat_words import Words

MOST_ANNOTATED = 12
"""Up to so many structures, every cell has room for its number."""

_DARK_TEXT_ABOVE = 0.179
"""Relative luminance at which black and white text stand out equally (WCAG 2)."""

_LETTER = 0.7
"""Width of a letter in multiples of its size, amply."""


def draw_map(
    axes: Axes,
    matrix: NDArray[np.float64],
    words: Words,
    highest: float,
    cell_mm: float,
    size: float = SMALL_PT,
) -> None:
    """Draw a square of distances, with its numbers where cells of that width have room."""
    widest = max(text_mm(words.write(distance), size) for distance in (0.0, highest))
    annotated = len(matrix) <= MOST_ANNOTATED and widest <= cell_mm
    sns.heatmap(
        matrix,
        vmin=0,
        vmax=highest,
        cmap=DISTANCE_COLOURS,
        cbar=False,
        annot=np.vectorize(words.write)(matrix) if annotated else False,
        fmt="",
        annot_kws={"fontsize": size},
        linewidths=0.4 if annotated else 0,
        linecolor="white",
        xticklabels=False,
        yticklabels=False,
        ax=axes,
    )
    colours = sns.color_palette(DISTANCE_COLOURS, as_cmap=True)
    for text, distance in zip(axes.texts, matrix.flat, strict=annotated):
        light = relative_luminance(colours(distance / highest)) > _DARK_TEXT_ABOVE
        text.set_color("black" if light else "white")


def bar_ticks(words: Words, highest: float) -> list[float]:
    """Return the ticks of the scale of colours."""
    ticks = MaxNLocator(nbins=6, integer=words.decimals == 0).tick_values(0, highest)
    return [float(tick) for tick in ticks if 0 <= tick <= highest]


def draw_map_on(axes: Axes, square: Square, words: Words) -> int:
    """Draw the map on axes of a figure that is not vinarch's; return how many rows a label has."""
    highest = float(square.matrix.max()) or 1.0
    size_mm = min(axes.bbox.size) / figure_of(axes).dpi * MM_PER_INCH
    size = FontProperties(size=mpl.rcParams["xtick.labelsize"]).get_size_in_points()
    labels = [str(structure) for structure in square.structures]
    draw_map(axes, square.matrix, words, highest, size_mm / len(labels), size)
    step = max(1, ceil(1.3 * mm(size) * len(labels) / size_mm))
    upright = max(map(len, labels)) * _LETTER * mm(size) > step * size_mm / len(labels)
    chosen = range(0, len(labels), step)
    middles, names = [at + 0.5 for at in chosen], [labels[at] for at in chosen]
    axes.set_xticks(middles, labels=names, rotation=90 if upright else 0)
    axes.set_yticks(middles, labels=names, rotation=0)
    name = f"structure ({every(step)} labelled)" if step > 1 else "structure"
    axes.set_xlabel(name)
    axes.set_ylabel(name)
    # A child of the axes: a colour bar of matplotlib's own would take its room from them.
    figure_of(axes).colorbar(
        ScalarMappable(Normalize(0, highest), DISTANCE_COLOURS),
        cax=axes.inset_axes((1.03, 0.0, 0.04, 1.0)),
        label=words.title,
    )
    return step
