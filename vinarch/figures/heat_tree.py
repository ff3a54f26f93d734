"""The tree beside the map of distances: a line for each join, at its distance.

A tree with places and the box of the map enter, axes beside it leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from vinarch.figures.sheet import Box, Sheet, text_mm
from vinarch.figures.theme import INK, SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vinarch.linkage import Tree

TREE_MM = {"single": 17.0, "double": 34.0}
TREE_GAP_MM = 1.2
"""White between the map and the leaves."""

_LABEL_GAP_MM = 0.6
"""White between the labels of map and tree, at least."""

NAME = "joined at distance"


def draw_tree(
    sheet: Sheet, box: Box, tree: Tree, wide: float, name_top: float, free: float
) -> Axes:
    """Draw a tree right of the map, each leaf beside its row; distance grows to the right.

    The last label below the map ends `free` millimetres before the map does.
    """
    place = Box(box.left + box.width + TREE_GAP_MM, box.top, wide, box.height)
    axes = sheet.axes(place)
    lines = [
        [
            (join.first_distance, join.first_row + 0.5),
            (join.distance, join.first_row + 0.5),
            (join.distance, join.second_row + 0.5),
            (join.second_distance, join.second_row + 0.5),
        ]
        for join in tree.joins
    ]
    axes.add_collection(
        LineCollection(lines, colors=INK, linewidths=0.7, capstyle="projecting", clip_on=False)
    )
    highest = max((join.distance for join in tree.joins), default=0.0) or 1.0
    axes.set(xlim=(0, highest * 1.04), ylim=(len(tree.leaves), 0), yticks=[])
    ticks = MaxNLocator(
        nbins=4 if wide < TREE_MM["double"] else 6, steps=[1, 2, 5, 10]
    ).tick_values(0, highest)
    shown = [float(tick) for tick in ticks if 0 <= tick <= highest]
    labels = [f"{tick:g}" for tick in shown]
    if free + TREE_GAP_MM - text_mm(labels[0], SMALL_PT) / 2 < _LABEL_GAP_MM:
        labels[0] = ""
    axes.set_xticks(shown, labels=labels)
    axes.tick_params(length=2, pad=1.5)
    axes.spines[["left", "right", "top"]].set_visible(False)
    name = NAME if text_mm(NAME, SMALL_PT) <= wide + 2 else "joined at"
    sheet.text(place.left + wide / 2, name_top, name, ha="center", fontsize=SMALL_PT)
    return axes
