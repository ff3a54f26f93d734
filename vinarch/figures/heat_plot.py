"""The distances between chosen structures as a heat map.

A tidy long frame with one row an ordered pair enters, a drawing leaves; the distances come with
the frame.
The view is the third of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from vinarch.distance import check_metric
from vinarch.errors import ParameterError
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.heat_map import bar_ticks, draw_map, draw_map_on
from vinarch.figures.heat_rows import ACCURACIES, COLUMNS, Square
from vinarch.figures.heat_tree import TREE_GAP_MM, TREE_MM, draw_tree
from vinarch.figures.heat_words import (
    SORTED_BY,
    UNKNOWN_FIRST,
    Order,
    Words,
    check_order,
    every,
)
from vinarch.figures.sheet import (
    EDGE_MM,
    Box,
    Heading,
    Sheet,
    line_mm,
    text_mm,
    wrapped,
)
from vinarch.figures.theme import DISTANCE_COLOURS, SMALL_PT, Width, theme, width_mm
from vinarch.linkage import LINKAGES, Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from vinarch.distance import Metric

_HIGHEST_CELL_MM = 12.0
_LOWEST_MAP_MM = 26.0
_BAR_MM = 2.6
_BAR_GAP_MM = 2.5
_TICK_ROOM_MM = 1.6
_LABEL_STEP_MM = 2.7
_UPRIGHT_GAP_MM = 0.6
_MOST_BAR_LINES = 3


def draw_distance_map(
    pairs: pd.DataFrame,
    *,
    experiment: str,
    metric: Metric,
    order: Order | Tree = "frame",
    dendrogram: bool = False,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the distances between structures, light where they are near.

    Entry (i, j) is the distance between the i-th and the j-th structure of `order`.
    Of more structures than `cell_rows.MOST_STRUCTURES` the last ones are drawn, and title and
    caption say so.

    Parameters
    ----------
    pairs : pandas.DataFrame
        One row an ordered pair, in display order: ``structure_a``, ``structure_b``, ``distance``.
        Both directions and the diagonal belong to it; for ``order="accuracy"`` also
        ``mean_val_accuracy_percent_a`` and ``mean_val_accuracy_percent_b``.
    experiment : str
        Name for title and caption.
    metric : {"cityblock", "euclidean", "hamming"}
        What the distances are: it names and units them, and computes nothing.
    order : {"frame", "accuracy"} or vinarch.linkage.Tree
        As structures first come in the frame, by rising accuracy as `draw_structures` has them,
        or as the leaves of a tree that `vinarch.summary.tree_of` makes of the pairs.
    dendrogram : bool, default False
        Whether to draw that tree beside the map.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on, without a dendrogram.

    Returns
    -------
    Drawing
        Its `data` are the pairs drawn.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if the pairs make no symmetric square of finite
        numbers, if `metric`, `order` or `width` is unknown, if order and tree do not go together,
        or if both `ax` and `dendrogram` are given.

    References
    ----------
    An, Channing, Schuman, Taufer, "VINARCH: a visual analytics interactive tool for neural
    network archaeology", IEEE Cluster 2023.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.heat_plot import draw_distance_map
    >>> pairs = pd.DataFrame(
    ...     {
    ...         "structure_a": [3, 3, 8, 8],
    ...         "structure_b": [3, 8, 3, 8],
    ...         "distance": [0.0, 2.0, 2.0, 0.0],
    ...     }
    ... )
    >>> draw_distance_map(pairs, experiment="toy", metric="cityblock").data.shape
    (4, 3)
    """
    page_mm = width_mm(width)
    check_metric(metric)
    check_order(order)
    _check_dendrogram(order, dendrogram=dendrogram, ax=ax)
    where = "draw_distance_map, argument pairs"
    check_columns(pairs, COLUMNS, where)
    if order == "accuracy":
        check_columns(pairs, (*COLUMNS, *ACCURACIES), where)
    square = Square.of(pairs, order, where)
    matrix, labels = square.matrix, [str(structure) for structure in square.structures]
    # A map without any distance still needs a scale that is not empty.
    highest = float(matrix.max()) or 1.0
    words = Words.of(metric, highest)
    grown = order if dendrogram and isinstance(order, Tree) else None
    if ax is not None:
        step = draw_map_on(ax, square, words)
        caption = _caption(square, words, experiment, order, step, drawn_tree=False)
        return Drawing(figure_of(ax), square.rows_of(pairs), caption)
    with theme():
        title = f"{words.first}, {square.some} of {square.found} structures"
        title = title if square.some else f"{words.first} between structures"
        heading = Heading.fitted(title, experiment, page_mm)
        tree_mm = TREE_MM[width] + TREE_GAP_MM if grown else 0.0
        box, step = _plan(heading.height + 1, labels, page_mm - tree_mm, words, highest)
        label_mm = max(text_mm(label, SMALL_PT) for label in labels)
        upright = label_mm + 1 > step * box.width / len(labels)
        ticks_mm = _TICK_ROOM_MM + (label_mm + _UPRIGHT_GAP_MM if upright else line_mm(SMALL_PT))
        below = ticks_mm + line_mm(SMALL_PT) + EDGE_MM
        sheet = Sheet.new(page_mm, box.top + box.height + below)
        heading.write(sheet)
        axes = sheet.axes(box)
        draw_map(axes, matrix, words, highest, box.width / len(labels))
        name = f"structure ({every(step)} labelled)" if step > 1 else "structure"
        _label(axes, labels, step, name, upright=upright)
        middle = box.left + box.width / 2
        low = sheet.height - EDGE_MM - line_mm(SMALL_PT)
        sheet.text(middle, low, name, ha="center", fontsize=SMALL_PT)
        if grown:
            cell_mm = box.width / len(labels)
            after = len(labels) - ((len(labels) - 1) // step * step + 0.5)
            free = after * cell_mm - (line_mm(SMALL_PT) if upright else label_mm) / 2
            draw_tree(sheet, box, grown, tree_mm - TREE_GAP_MM, low, free)
        _draw_bar(sheet, box, words, highest, tree_mm)
    return Drawing(
        sheet.figure,
        square.rows_of(pairs),
        _caption(square, words, experiment, order, step, drawn_tree=grown is not None),
    )


def _check_dendrogram(order: Order | Tree, *, dendrogram: bool, ax: Axes | None) -> None:
    if dendrogram and not isinstance(order, Tree):
        raise ParameterError(
            "argument order",
            "the tree, whose leaves are the rows beside a dendrogram",
            repr(order),
            "Leave the order out, or the dendrogram.",
        )
    if dendrogram and ax is not None:
        raise ParameterError(
            "argument ax",
            "no axes for a map with a dendrogram, which needs two",
            "axes",
            "Leave one of both out; order='tree' sorts the map without drawing the tree.",
        )


def _plan(
    top: float, labels: Sequence[str], page_mm: float, words: Words, highest: float
) -> tuple[Box, int]:
    """Return where the map stands, and that every so-many-th structure has room for a label."""
    left = EDGE_MM + line_mm(SMALL_PT) + max(text_mm(label, SMALL_PT) for label in labels)
    left += _TICK_ROOM_MM
    ticks = max(text_mm(f"{tick:g}", SMALL_PT) for tick in bar_ticks(words, highest))
    right = _BAR_GAP_MM + _BAR_MM + _TICK_ROOM_MM + ticks + 1.2 + EDGE_MM
    # The words beside the bar break to its height, which hangs on the room that they leave.
    for lines in range(1, _MOST_BAR_LINES + 1):
        wide = page_mm - left - right - lines * line_mm(SMALL_PT)
        cell = min(wide / len(labels), _HIGHEST_CELL_MM)
        tall = max(cell * len(labels), _LOWEST_MAP_MM)
        if len(wrapped(words.title, tall, SMALL_PT)) <= lines:
            break
    return Box(left, top, wide, tall), max(1, ceil(_LABEL_STEP_MM * len(labels) / tall))


def _label(axes: Axes, labels: Sequence[str], step: int, name: str, *, upright: bool) -> None:
    chosen = range(0, len(labels), step)
    at = [index + 0.5 for index in chosen]
    names = [labels[index] for index in chosen]
    axes.set_xticks(at, labels=names, rotation=90 if upright else 0)
    axes.set_yticks(at, labels=names, rotation=0)
    axes.tick_params(length=2, pad=1.5)
    axes.set_ylabel(name, fontsize=SMALL_PT, labelpad=1.5)


def _draw_bar(sheet: Sheet, box: Box, words: Words, highest: float, past_mm: float) -> None:
    left = box.left + box.width + past_mm + _BAR_GAP_MM
    axes = sheet.axes(Box(left, box.top, _BAR_MM, box.height))
    bar = sheet.figure.colorbar(
        ScalarMappable(Normalize(0, highest), DISTANCE_COLOURS),
        cax=axes,
    )
    ticks = bar_ticks(words, highest)
    bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2, pad=1.5)
    lines = wrapped(words.title, box.height, SMALL_PT)
    sheet.text(
        sheet.width - EDGE_MM,
        box.top + box.height / 2,
        "\n".join(lines),
        ha="right",
        va="center",
        rotation=90,
        multialignment="center",
        fontsize=SMALL_PT,
    )


def _caption(
    square: Square,
    words: Words,
    experiment: str,
    order: Order | Tree,
    step: int,
    *,
    drawn_tree: bool,
) -> str:
    matrix = square.matrix
    said = f"{words.first} ({words.unit}) between {square.found} structures of the experiment "
    said += experiment
    if square.some:
        said += f", of which {square.some} are drawn"
    if len(matrix) > 1:
        others = matrix[~np.eye(len(matrix), dtype=bool)]
        low, high = words.write(float(others.min())), words.write(float(others.max()))
        said += f": {low}" if low == high else f": {low} to {high}"
    said += "."
    if isinstance(order, str) and SORTED_BY[square.by] and len(matrix) > 1:
        said += f" Structures are ordered by {SORTED_BY[square.by]}"
        said += f", {UNKNOWN_FIRST}." if square.unknown else "."
    if isinstance(order, Tree) and len(matrix) > 1:
        said += " Near structures stand side by side."
        said += f" {'Beside the map, the' if drawn_tree else 'The'} tree joins the nearest groups "
        said += f"first, at {LINKAGES[order.linkage]} ({order.linkage} linkage)"
        said += f", the last at {order.joins[-1].distance:.3g}."
    if step > 1:
        said += f" From the first on, {every(step)} structure is labelled."
    return said
