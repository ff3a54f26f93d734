"""How much every two experiments overlap, as a square matrix: all below, without the start above.

A tidy frame with one row a pair and scope enters, a drawing leaves; the overlaps come with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from vinarch.errors import ParameterError
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.measure_words import experiment_names
from vinarch.figures.overlap_cells import draw_cells, frame_cells
from vinarch.figures.overlap_layout import (
    BAR_GAP_MM,
    BAR_MM,
    OverlapPlan,
    bar_ticks,
    numbered_names,
    plan_overlap,
)
from vinarch.figures.overlap_words import SCOPES, chance_words, overlap_caption
from vinarch.figures.sheet import (
    EDGE_MM,
    POINTS_PER_INCH,
    Box,
    Heading,
    Sheet,
    line_mm,
    text_mm,
)
from vinarch.figures.theme import DISTANCE_COLOURS, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

COLUMNS = (
    "archive_a",
    "experiment_a",
    "archive_b",
    "experiment_b",
    "scope",
    "of",
    "shared_count",
    "jaccard",
    "chance_jaccard",
)

ABOVE = "above the diagonal: without the shared start"
BELOW = "below the diagonal: all {}"


def draw_overlap_matrix(
    cells: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the overlap of every two experiments, in percent, dark where it is high.

    Entry (i, j) below the diagonal is the Jaccard overlap of the i-th and the j-th experiment,
    above it that without the structures of their shared start.
    Numbers stand in the cells where they have room; a frame marks more overlap than by chance.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a pair and scope: ``archive_a, experiment_a, archive_b, experiment_b, scope`` (all
        or without_shared_start), ``of`` (subsequences or structures), ``shared_count, jaccard,
        chance_jaccard`` (shares; NaN where unknown).
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead of a figure of its own; the bar of colours stands right of them.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn, by pair and scope.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if a pair and scope comes twice, if the rows are of
        several kinds, if a share is none, or if `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.overlap_plot import draw_overlap_matrix
    >>> cells = pd.DataFrame(
    ...     {
    ...         "archive_a": "toy",
    ...         "experiment_a": "one",
    ...         "archive_b": "toy",
    ...         "experiment_b": "other",
    ...         "scope": ["all", "without_shared_start"],
    ...         "of": "structures",
    ...         "shared_count": [3, 1],
    ...         "jaccard": [0.3, 0.1],
    ...         "chance_jaccard": float("nan"),
    ...     }
    ... )
    >>> draw_overlap_matrix(cells).caption.split(";")[0]
    'Jaccard overlap of the structures of 2 experiments of toy in percent: below the diagonal of
    all, 30.0 %'
    """
    page_mm = width_mm(width)
    where = "draw_overlap_matrix, argument cells"
    check_columns(cells, COLUMNS, where)
    drawn = _drawing_order(cells, where)
    names = _names(drawn)
    matrix = _matrix(drawn, names, "jaccard")
    above = matrix > _matrix(drawn, names, "chance_jaccard")
    # A matrix without any overlap still needs a scale that is not empty.
    highest = float(np.nanmax(matrix, initial=0.0)) or 1.0
    of = str(drawn["of"].iloc[0])
    labels = list(names.values())
    caption = overlap_caption(drawn, names)
    if ax is not None:
        numbered = len(labels) <= _annotated_on(ax)
        draw_cells(ax, matrix, highest, numbered=numbered)
        frame_cells(ax, matrix, above, highest)
        ax.set_xticks(range(len(labels)), labels=[str(n + 1) for n in range(len(labels))])
        ax.set_yticks(range(len(labels)), labels=numbered_names(labels), parse_math=False)
        ax.set_xlabel(ABOVE)
        ax.set_ylabel(BELOW.format(of))
        figure_of(ax).colorbar(
            ScalarMappable(Normalize(0, highest), DISTANCE_COLOURS),
            cax=ax.inset_axes((1.03, 0.0, 0.04, 1.0)),
            label=_bar_words(of),
        )
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        title = f"Overlap of {of} between experiments"
        archives = ", ".join(sorted({archive for archive, _ in names}))
        told = "; ".join([archives, *chance_words(drawn)])
        heading = Heading.fitted(title, told, page_mm)
        plan = plan_overlap(heading.height + 1.0, labels, page_mm, highest)
        box = plan.box
        sheet = Sheet.new(page_mm, box.top + box.height + 2 * line_mm(SMALL_PT) + 2.5 + EDGE_MM)
        heading.write(sheet)
        axes = sheet.axes(box)
        draw_cells(axes, matrix, highest, numbered=plan.numbered)
        frame_cells(axes, matrix, above, highest)
        _label(axes, plan)
        right = box.left + box.width
        left = max(EDGE_MM, right - text_mm(ABOVE, SMALL_PT))
        sheet.text(left, box.top - line_mm(SMALL_PT) - 0.6, ABOVE, fontsize=SMALL_PT)
        low = box.top + box.height + line_mm(SMALL_PT) + 2.0
        below = BELOW.format(of)
        left = max(EDGE_MM, min(box.left, right - text_mm(below, SMALL_PT)))
        sheet.text(left, low, below, fontsize=SMALL_PT)
        _draw_bar(sheet, box, highest, of)
    return Drawing(sheet.figure, drawn, caption)


def _drawing_order(cells: pd.DataFrame, where: str) -> pd.DataFrame:
    keys = ["archive_a", "experiment_a", "archive_b", "experiment_b", "scope"]
    step = "Pass the data of an earlier drawing, or a commons."
    if len(set(cells["of"])) != 1 or not set(cells["scope"]) <= set(SCOPES):
        found = sorted({*cells["of"].astype(str), *cells["scope"].astype(str)})
        expected = f"one kind of overlap and the scopes {' and '.join(SCOPES)}"
        raise ParameterError(where, expected, ", ".join(found), step)
    if cells.duplicated(keys).any():
        raise ParameterError(where, "each pair and scope once", "some of them twice", step)
    shares = cells["jaccard"].dropna()
    if not shares.between(0, 1).all():
        raise ParameterError(
            where,
            "shares from 0 to 1 in jaccard",
            f"{float(shares[~shares.between(0, 1)].iloc[0]):g}",
            "Divide percent by 100.",
        )
    return cells[list(COLUMNS)].sort_values(keys, ignore_index=True)


def _names(drawn: pd.DataFrame) -> dict[tuple[str, str], str]:
    sides = [
        pd.DataFrame(
            {"archive": drawn[f"archive_{side}"], "experiment": drawn[f"experiment_{side}"]}
        )
        for side in "ab"
    ]
    return experiment_names(pd.concat(sides))


def _matrix(
    drawn: pd.DataFrame, names: dict[tuple[str, str], str], column: str
) -> NDArray[np.float64]:
    """Return the shares of a column in percent, NaN on the diagonal and where none is known."""
    places = {name: place for place, name in enumerate(names)}
    matrix = np.full((len(names), len(names)), np.nan)
    one, other = (
        np.array([places[key] for key in _keys(drawn, side)], dtype=np.intp) for side in "ab"
    )
    low, high = np.minimum(one, other), np.maximum(one, other)
    below = drawn["scope"].to_numpy() == SCOPES[0]
    matrix[np.where(below, high, low), np.where(below, low, high)] = 100 * drawn[column].to_numpy(
        dtype=float
    )
    return matrix


def _keys(drawn: pd.DataFrame, side: str) -> list[tuple[str, str]]:
    columns = (drawn[f"{name}_{side}"].astype(str) for name in ("archive", "experiment"))
    return list(zip(*columns, strict=True))


def _label(axes: Axes, plan: OverlapPlan) -> None:
    count = len(plan.rows)
    columns = range(0, count, plan.column_step)
    rows = range(0, count, plan.row_step)
    axes.set_xticks(list(columns), labels=[str(column + 1) for column in columns])
    names = ["\n".join(plan.rows[row]) for row in rows]
    axes.set_yticks(list(rows), labels=names, parse_math=False, linespacing=1.05)
    axes.tick_params(length=1.5, pad=1.5)


def _draw_bar(sheet: Sheet, box: Box, highest: float, of: str) -> None:
    left = box.left + box.width + BAR_GAP_MM
    axes = sheet.axes(Box(left, box.top, BAR_MM, box.height))
    mappable = ScalarMappable(Normalize(0, highest), DISTANCE_COLOURS)
    bar = sheet.figure.colorbar(mappable, cax=axes)
    ticks = bar_ticks(highest)
    bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2, pad=1.5)
    ticks_mm = max(text_mm(f"{tick:g}", SMALL_PT) for tick in ticks)
    sheet.text(
        left + BAR_MM + 1.6 + ticks_mm + 0.8,
        box.top,
        _bar_words(of),
        rotation=90,
        fontsize=SMALL_PT,
    )


def _bar_words(of: str) -> str:
    return f"Jaccard overlap of {of} (%)"


def _annotated_on(axes: Axes) -> int:
    """Return how many cells side by side have room for their numbers."""
    points = axes.get_window_extent().width / axes.figure.dpi * POINTS_PER_INCH
    return int(points / (2.6 * SMALL_PT))
