"""The picture of a map of distances with its tree beside it: columns and a figure, no state."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    LinearAxis,
    LinearColorMapper,
    Range1d,
)
from bokeh.plotting import figure

from vinarch.explorer.views.looks import FONT, GLYPH_FONT, plain_figure
from vinarch.figures.heat_map import bar_ticks
from vinarch.figures.heat_shades import SHADES
from vinarch.figures.heat_words import every
from vinarch.figures.symbol_look import ink_on
from vinarch.figures.theme import INK

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.figures.heat_rows import Square
    from vinarch.figures.heat_words import Words
    from vinarch.linkage import Tree

CELL_PIXELS = 34
LOWEST, TALLER = 170, 60
"""Pixels that the map is high at least, and at most more than it is wide."""

LABEL_PIXELS = 15
ABOVE, BELOW = 62, 44
"""Room for the tree's axis with the toolbar, and for structures."""

TREE_FROM, TREE_WIDE = 1.03, 0.40
"""Where the tree begins and how wide it is, in widths of the map."""

LINE, THIN_LINE, MANY = 1.4, 0.6, 80
"""Pixels of a line of the tree, and of one of many structures."""

LETTER_PIXELS = 7.5
"""Width of a digit, amply."""

_ALONE, _BESIDE = 340, 235
"""Pixels that the map is wide on the smallest screen, alone and beside its tree."""

TOLD = (("structures", "@structure_a and @structure_b"), ("distance", "@image{0.[0000]}"))
TOLD_TOO = ("their accuracies", "@accuracy_a{0.00} % and @accuracy_b{0.00} %")
"""What a hover tells, and what it tells where all accuracies are known."""

_IMAGES = ("image", "structure_a", "structure_b", "accuracy_a", "accuracy_b")


class DistanceFigure:
    """A square of cells, their numbers, and the tree right of it, which share the rows.

    Parameters
    ----------
    source, numbers, joins : ColumnDataSource
        With the columns of `image_columns`, `number_columns` and `join_columns`.
    """

    def __init__(
        self, source: ColumnDataSource, numbers: ColumnDataSource, joins: ColumnDataSource
    ) -> None:
        self.colours = LinearColorMapper(palette=SHADES, low=0, high=1)
        self.figure = plain_figure(
            figure(
                height=LOWEST, tools="pan,wheel_zoom,box_zoom,reset",
                x_range=Range1d(0, 1), y_range=Range1d(1, 0),
            )
        )  # fmt: skip
        self.figure.grid.grid_line_color = None
        self.figure.toolbar.autohide = True
        self.across, self.down = self.figure.xaxis[0], self.figure.yaxis[0]
        # Other ticks, never another ticker: a new model makes Bokeh look through the whole page.
        self.numbers = (FixedTicker(ticks=[]), FixedTicker(ticks=[]))
        self.across.ticker, self.down.ticker = self.numbers
        self.figure.extra_x_ranges = {"tree": Range1d(0, 1)}
        self.tree_axis = LinearAxis(
            x_range_name="tree", axis_label="joined at", axis_line_color=INK,
            minor_tick_line_color=None,
            axis_label_text_font=FONT, axis_label_text_font_style="normal",
            axis_label_text_font_size="12px", axis_label_text_color=INK,
            major_label_text_font=FONT, major_label_text_font_size="12px",
            major_label_text_color=INK, axis_label_standoff=2, axis_label_align="end",
            ticker=BasicTicker(desired_num_ticks=4),
        )  # fmt: skip
        self.figure.add_layout(self.tree_axis, "above")
        cells = self.figure.image(
            image="image", x=0, y=0, dw="side", dh="side", color_mapper=self.colours, source=source,
        )  # fmt: skip
        self.figure.text(
            "x", "y", text="text", text_color="ink", text_align="center",
            text_baseline="middle", text_font=GLYPH_FONT, text_font_size="12px", source=numbers,
        )  # fmt: skip
        self.lines = self.figure.multi_line(
            "xs", "ys", line_color=INK, line_width=LINE, x_range_name="tree", source=joins
        )
        self.hover = HoverTool(renderers=[cells], tooltips=[*TOLD])
        joined = [("joined at", "@distance{0.[0000]}")]
        self.figure.add_tools(
            self.hover, HoverTool(renderers=[self.lines], line_policy="interp", tooltips=joined)
        )
        # A bar that is on the page takes other ticks, but no other ticker.
        self.ticks = FixedTicker(ticks=[])
        self.bar = ColorBar(
            color_mapper=self.colours, ticker=self.ticks, width=10, padding=4, title_text_font=FONT,
            title_text_font_style="normal", title_text_font_size="12px", bar_line_color=None,
            major_label_text_font=FONT, major_label_text_font_size="12px",
            title_text_color=INK, major_label_text_color=INK, background_fill_color=None,
        )  # fmt: skip
        self.figure.add_layout(self.bar, "right")

    def fit(self, square: Square, words: Words, tree: Tree | None, *, known: bool) -> None:
        """Fit ranges, labels and the scale of colours to a map; `known` tells of accuracies."""
        count = len(square.structures)
        self.hover.tooltips = [*TOLD, TOLD_TOO] if known else [*TOLD]
        self.lines.glyph.line_width = THIN_LINE if count > MANY else LINE
        highest = float(square.matrix.max()) or 1.0
        self.colours.high = highest
        self.ticks.ticks = bar_ticks(words, highest)
        self.bar.title = words.title
        across = map_pixels(tree)
        tall = min(max(count * CELL_PIXELS, LOWEST), across + TALLER)
        self.figure.height = tall + ABOVE + BELOW
        wide = count * (TREE_FROM + TREE_WIDE * 1.03 if tree is not None else 1.0)
        self.figure.x_range.update(start=0, end=wide)
        self.figure.y_range.update(start=count, end=0)
        longest = max((join.distance for join in tree.joins), default=1.0) if tree else 1.0
        unit = (longest or 1.0) / TREE_WIDE
        self.figure.extra_x_ranges["tree"].update(
            start=-TREE_FROM * unit, end=(wide / count - TREE_FROM) * unit
        )
        self.tree_axis.update(visible=tree is not None, bounds=(0, longest or 1.0))
        step = max(1, ceil(count * LABEL_PIXELS / min(tall, across)))
        chosen = range(0, count, step)
        labels = {at + 0.5: str(square.structures[at]) for at in chosen}
        longest_label = max(map(len, labels.values()))
        for axis, ticks in zip((self.across, self.down), self.numbers, strict=True):
            ticks.ticks = [*labels]
            axis.major_label_overrides = labels
            axis.bounds = (0, count)
        self.down.axis_label = "structure" if step == 1 else f"structure ({every(step)} labelled)"
        upright = (longest_label + 1) * LETTER_PIXELS > across / count * step
        self.across.major_label_orientation = "vertical" if upright else "horizontal"


def image_columns(
    square: Square | None = None, pairs: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return the one image of a map: in each cell what a hover tells; nothing of no map."""
    if square is None or pairs is None:
        return {name: [] for name in (*_IMAGES, "side")}
    count = len(square.structures)
    firsts = pairs.drop_duplicates("structure_a").set_index("structure_a")
    known = firsts["mean_val_accuracy_percent_a"].loc[square.structures]
    accuracies = known.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = np.array(square.structures, dtype=np.int32)
    whole = np.ones((count, count), dtype=np.int32)
    # Half the bytes, and still more digits than a hover tells.
    accuracies = accuracies.astype(np.float32)
    exact = np.ones((count, count), dtype=np.float32)
    return {
        "image": [square.matrix],
        "structure_a": [whole * numbers[:, None]],
        "structure_b": [whole * numbers[None, :]],
        "accuracy_a": [exact * accuracies[:, None]],
        "accuracy_b": [exact * accuracies[None, :]],
        "side": [count],
    }


def map_pixels(tree: Tree | None) -> float:
    """Return how wide the map is on the smallest screen."""
    return _ALONE if tree is None else _BESIDE


def number_columns(
    square: Square | None = None, words: Words | None = None, tree: Tree | None = None
) -> dict[str, Any]:
    """Return the numbers written into cells; none where they have no room."""
    if square is None or words is None:
        return {"x": [], "y": [], "text": [], "ink": []}
    highest = float(square.matrix.max()) or 1.0
    widest = max(len(words.write(value)) for value in (0.0, highest)) * LETTER_PIXELS
    if widest > map_pixels(tree) / len(square.structures):
        return number_columns()
    rows, columns = np.indices(square.matrix.shape)
    shades = np.rint(square.matrix / highest * (len(SHADES) - 1)).astype(int)
    return {
        "x": (columns.ravel() + 0.5),
        "y": (rows.ravel() + 0.5),
        "text": [words.write(value) for value in square.matrix.flat],
        "ink": [ink_on(SHADES[shade]) for shade in shades.flat],
    }


def join_columns(tree: Tree | None = None) -> dict[str, Any]:
    """Return the lines of a tree: rows downwards, distances to the right."""
    joins = () if tree is None else tree.joins
    return {
        "xs": [
            [join.first_distance, join.distance, join.distance, join.second_distance]
            for join in joins
        ],
        "ys": [[join.first_row + 0.5] * 2 + [join.second_row + 0.5] * 2 for join in joins],
        "distance": [join.distance for join in joins],
    }
