"""The distances between chosen structures as a heat map.

A tidy long frame with one row an ordered pair enters, a drawing leaves; the distances come with
the frame.
The view is the third of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator
from seaborn.utils import relative_luminance

from vinarch.distance import check_metric
from vinarch.errors import ParameterError
from vinarch.figures.cell_rows import MOST_STRUCTURES
from vinarch.figures.drawing import Drawing, check_columns
from vinarch.figures.heat_words import (
    LAST_OF_ORDER,
    SORTED_BY,
    Order,
    Words,
    check_order,
    every,
)
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, line_mm, text_mm, wrapped
from vinarch.figures.theme import DISTANCE_COLOURS, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from vinarch.distance import Metric

COLUMNS = ("structure_a", "structure_b", "distance")


MOST_ANNOTATED = 12
"""Up to so many structures, every cell has room for its number."""

_HIGHEST_CELL_MM = 12.0
_LOWEST_MAP_MM = 26.0
_BAR_MM = 2.6
_BAR_GAP_MM = 2.5
_TICK_ROOM_MM = 1.6
_LABEL_STEP_MM = 2.7
_UPRIGHT_GAP_MM = 0.6
_MOST_BAR_LINES = 3
_DARK_TEXT_ABOVE = 0.179
"""Relative luminance at which black and white text stand out equally (WCAG 2)."""


def draw_distance_map(
    pairs: pd.DataFrame,
    *,
    experiment: str,
    metric: Metric,
    order: Order = "frame",
    width: Width = "single",
) -> Drawing:
    """Draw the distances between structures, light where they are near.

    Entry (i, j) is the distance between the i-th and the j-th structure in the order of the
    frame.
    Of more structures than `cell_rows.MOST_STRUCTURES` the last ones are drawn, and title and
    caption say so.

    Parameters
    ----------
    pairs : pandas.DataFrame
        One row an ordered pair, in display order: ``structure_a``, ``structure_b``, ``distance``.
        Both directions and the diagonal belong to it.
    experiment : str
        Name for title and caption.
    metric : {"cityblock", "euclidean", "hamming"}
        What the distances are: it names and units them, and computes nothing.
    order : {"frame", "accuracy"}
        What the frame is sorted by; where it is rising accuracy, the last structures are the most
        accurate ones, which `draw_structures` draws too, and are called so; the caption says it.
    width : {"single", "double"}
        One or two columns of a page.

    Returns
    -------
    Drawing
        Its `data` are the pairs drawn.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if the pairs make no symmetric square of finite
        numbers, or if `metric`, `order` or `width` is unknown.

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
    where = "draw_distance_map, argument pairs"
    check_columns(pairs, COLUMNS, where)
    found = pairs["structure_a"].unique().tolist()
    matrix = _square(pairs, found, where)
    shown = found[-MOST_STRUCTURES:]
    matrix = matrix[-len(shown) :, -len(shown) :]
    drawn = pairs[pairs["structure_a"].isin(shown) & pairs["structure_b"].isin(shown)]
    labels = [str(structure) for structure in shown]
    # A map without any distance still needs a scale that is not empty.
    highest = float(matrix.max()) or 1.0
    words = Words.of(metric, highest)
    some = "the " + LAST_OF_ORDER[order].format(len(shown)) if len(shown) < len(found) else ""
    with theme():
        title = f"{words.first}, {some} of {len(found)} structures"
        title = title if some else f"{words.first} between structures"
        heading = Heading.fitted(title, experiment, page_mm)
        box, step = _plan(heading.height + 1, labels, page_mm, words, highest)
        label_mm = max(text_mm(label, SMALL_PT) for label in labels)
        upright = label_mm + 1 > step * box.width / len(labels)
        ticks_mm = _TICK_ROOM_MM + (label_mm + _UPRIGHT_GAP_MM if upright else line_mm(SMALL_PT))
        below = ticks_mm + line_mm(SMALL_PT) + EDGE_MM
        sheet = Sheet.new(page_mm, box.top + box.height + below)
        heading.write(sheet)
        axes = sheet.axes(box)
        _draw_map(axes, matrix, words, highest)
        name = f"structure ({every(step)} labelled)" if step > 1 else "structure"
        _label(axes, labels, step, name, upright=upright)
        middle = box.left + box.width / 2
        low = sheet.height - EDGE_MM - line_mm(SMALL_PT)
        sheet.text(middle, low, name, ha="center", fontsize=SMALL_PT)
        _draw_bar(sheet, box, words, highest)
    between = f"{len(found)} structures of the experiment {experiment}"
    if some:
        between += f", of which {some} are drawn"
    caption = _caption(matrix, words, between, SORTED_BY[order], step)
    return Drawing(sheet.figure, drawn.reset_index(drop=True), caption)


def _square(pairs: pd.DataFrame, found: list[Any], where: str) -> NDArray[np.float64]:
    step = "Pass every ordered pair once, each structure with itself too."
    expected = f"a row for each of the {len(found)} by {len(found)} pairs"
    if pairs.duplicated(["structure_a", "structure_b"]).any() or len(pairs) != len(found) ** 2:
        raise ParameterError(where, expected, f"{len(pairs)} rows, not each pair once", step)
    wide = pairs.pivot(index="structure_a", columns="structure_b", values="distance")  # noqa: PD010
    matrix = wide.reindex(index=found, columns=found).to_numpy(dtype=np.float64)
    if not np.isfinite(matrix).all():
        raise ParameterError(where, expected, "pairs without a finite distance", step)
    if not np.allclose(matrix, matrix.T):
        one, other = np.argwhere(~np.isclose(matrix, matrix.T))[0]
        raise ParameterError(
            where,
            "the same distance in both directions",
            f"{matrix[one, other]:g} from {found[one]} to {found[other]} "
            f"and {matrix[other, one]:g} back",
            "Pass distances, which are symmetric.",
        )
    return matrix


def _plan(
    top: float, labels: Sequence[str], page_mm: float, words: Words, highest: float
) -> tuple[Box, int]:
    """Return where the map stands, and that every so-many-th structure has room for a label."""
    left = EDGE_MM + line_mm(SMALL_PT) + max(text_mm(label, SMALL_PT) for label in labels)
    left += _TICK_ROOM_MM
    ticks = max(text_mm(f"{tick:g}", SMALL_PT) for tick in _bar_ticks(words, highest))
    right = _BAR_GAP_MM + _BAR_MM + _TICK_ROOM_MM + ticks + 1.2 + EDGE_MM
    # The words beside the bar break to its height, which hangs on the room that they leave.
    for lines in range(1, _MOST_BAR_LINES + 1):
        wide = page_mm - left - right - lines * line_mm(SMALL_PT)
        cell = min(wide / len(labels), _HIGHEST_CELL_MM)
        tall = max(cell * len(labels), _LOWEST_MAP_MM)
        if len(wrapped(words.title, tall, SMALL_PT)) <= lines:
            break
    return Box(left, top, wide, tall), max(1, ceil(_LABEL_STEP_MM * len(labels) / tall))


def _bar_ticks(words: Words, highest: float) -> list[float]:
    ticks = MaxNLocator(nbins=6, integer=words.decimals == 0).tick_values(0, highest)
    return [float(tick) for tick in ticks if 0 <= tick <= highest]


def _draw_map(axes: Axes, matrix: NDArray[np.float64], words: Words, highest: float) -> None:
    annotated = len(matrix) <= MOST_ANNOTATED
    sns.heatmap(
        matrix,
        vmin=0,
        vmax=highest,
        cmap=DISTANCE_COLOURS,
        cbar=False,
        annot=np.vectorize(words.write)(matrix) if annotated else False,
        fmt="",
        annot_kws={"fontsize": SMALL_PT},
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


def _label(axes: Axes, labels: Sequence[str], step: int, name: str, *, upright: bool) -> None:
    chosen = range(0, len(labels), step)
    at = [index + 0.5 for index in chosen]
    names = [labels[index] for index in chosen]
    axes.set_xticks(at, labels=names, rotation=90 if upright else 0)
    axes.set_yticks(at, labels=names, rotation=0)
    axes.tick_params(length=2, pad=1.5)
    axes.set_ylabel(name, fontsize=SMALL_PT, labelpad=1.5)


def _draw_bar(sheet: Sheet, box: Box, words: Words, highest: float) -> None:
    left = box.left + box.width + _BAR_GAP_MM
    axes = sheet.axes(Box(left, box.top, _BAR_MM, box.height))
    bar = sheet.figure.colorbar(
        ScalarMappable(Normalize(0, highest), DISTANCE_COLOURS),
        cax=axes,
    )
    ticks = _bar_ticks(words, highest)
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
    matrix: NDArray[np.float64], words: Words, between: str, sorted_by: str, step: int
) -> str:
    said = f"{words.first} ({words.unit}) between {between}"
    if len(matrix) > 1:
        others = matrix[~np.eye(len(matrix), dtype=bool)]
        low, high = words.write(float(others.min())), words.write(float(others.max()))
        said += f": {low}" if low == high else f": {low} to {high}"
    said += "."
    if sorted_by and len(matrix) > 1:
        said += f" Structures are ordered by {sorted_by}."
    if step > 1:
        said += f" From the first on, {every(step)} structure is labelled."
    return said
