"""The structures that share a subsequence: a row of cells each, by rising accuracy.

A tidy long frame with one row a cell enters, a drawing leaves; nothing is computed but places.
The view is the second of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from vinarch.figures.cell_rows import (
    COLUMNS,
    NO_ACCURACY,
    Places,
    Rows,
    check_grid,
    check_shared,
    choose_rows,
)
from vinarch.figures.drawing import Drawing, check_columns
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, line_mm, mm, text_mm
from vinarch.figures.theme import INK, ONE, SMALL_PT, ZERO, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ROW_MM = 3.9
_TIGHT_ROW_MM = 3.2
_TIGHT_FROM_ROWS = 30
_LEGEND_MM = 4.4
_AXIS_MM = 7.6
_TICK_EVERY = 5
_OUTLINE_PT = 1.2
_DASHES = (0, (3, 2))


def draw_structures(
    cells: pd.DataFrame,
    *,
    experiment: str,
    start: int,
    length: int,
    width: Width = "single",
) -> Drawing:
    """Draw the structures that share a subsequence as rows of cells.

    Symbol 1 is yellow, 0 purple; rows rise in accuracy from top to bottom; a dashed line outlines
    the shared subsequence. All cells are equally wide; gaps part the phases.
    Of more than `cell_rows.MOST_STRUCTURES` structures those with the highest accuracy are
    drawn, and title and caption say so.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a structure and position: ``structure``, ``position`` (from 0), ``symbol`` (0 or
        1), ``shared`` (whether the position is in the subsequence), ``mean_val_accuracy_percent``
        (of the structure) and ``phase`` (from 1).
    experiment : str
        Name for title and caption.
    start : int
        Start index of the subsequence in the flattened genome, from 0.
    length : int
        Its length in symbols.
    width : {"single", "double"}
        One or two columns of a page.

    Returns
    -------
    Drawing
        Its `data` are the cells drawn, in reading order.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if a structure lacks a position or has it twice, if
        ``shared`` is not the run of `length` positions from `start`, or if `width` is unknown.

    References
    ----------
    An, Channing, Schuman, Taufer, "VINARCH: a visual analytics interactive tool for neural
    network archaeology", IEEE Cluster 2023.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.cell_plot import draw_structures
    >>> cells = pd.DataFrame(
    ...     {
    ...         "structure": [4, 4, 4, 7, 7, 7],
    ...         "position": [0, 1, 2, 0, 1, 2],
    ...         "symbol": [1, 0, 1, 1, 0, 0],
    ...         "shared": [True, True, False, True, True, False],
    ...         "mean_val_accuracy_percent": [91.5, 91.5, 91.5, 88.0, 88.0, 88.0],
    ...         "phase": [1, 1, 1, 1, 1, 1],
    ...     }
    ... )
    >>> drawing = draw_structures(cells, experiment="toy", start=0, length=2)
    >>> drawing.data["structure"].unique().tolist()
    [7, 4]
    """
    page_mm = width_mm(width)
    where = "draw_structures, argument cells"
    check_columns(cells, COLUMNS, where)
    check_grid(cells, where)
    check_shared(cells, start, length)
    drawn, rows = choose_rows(cells)
    tight = len(rows.structures) >= _TIGHT_FROM_ROWS
    height_mm = len(rows.structures) * (_TIGHT_ROW_MM if tight else _ROW_MM)
    with theme():
        heading = Heading.fitted(_title(rows), experiment, page_mm)
        header = heading.height + _LEGEND_MM + 2 * line_mm(SMALL_PT)
        sheet = Sheet.new(page_mm, header + height_mm + _AXIS_MM)
        heading.write(sheet)
        _draw_legend(sheet, heading.height)
        left = EDGE_MM + max(text_mm("structure", SMALL_PT), _widest(rows.structures)) + 1.2
        right = EDGE_MM + _widest(rows.accuracies) + 1.2
        box = Box(left, header, sheet.width - left - right, height_mm)
        axes = sheet.axes(box)
        places = Places.of(drawn)
        _draw_cells(axes, box, drawn, places)
        _outline(axes, places.span(start, start + length - 1), len(rows.structures))
        _label_rows(sheet, box, rows)
        _label_phases(sheet, box, places)
        _label_positions(axes, box, places, start)
        axes.set_xlabel(
            f"position in the genome; shared: start {start}, length {length}",
            fontsize=SMALL_PT,
            labelpad=1.5,
        )
    return Drawing(sheet.figure, drawn, _caption(drawn, rows, experiment, start, length))


def _title(rows: Rows) -> str:
    if rows.found > len(rows.structures):
        return f"The {len(rows.structures)} most accurate of {rows.found} structures"
    return f"{rows.found} structures that share a subsequence"


def _widest(labels: tuple[str, ...]) -> float:
    return max(text_mm(label, SMALL_PT) for label in labels)


def _draw_cells(axes: Axes, box: Box, drawn: pd.DataFrame, places: Places) -> None:
    symbols = drawn["symbol"].to_numpy(dtype=float).reshape(-1, len(places.lefts))
    rows = len(symbols)
    for _, first, last in places.phases:
        axes.pcolormesh(
            [*places.lefts[first : last + 1], places.lefts[last] + 1],
            np.arange(rows + 1),
            symbols[:, first : last + 1],
            vmin=0,
            vmax=1,
            cmap=ListedColormap([ZERO, ONE]),
            linewidth=_gap_pt(box.width / places.width),
            edgecolors="white",
        )
    axes.set(xlim=(0, places.width), ylim=(rows, 0), yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _gap_pt(cell_mm: float) -> float:
    """Return the white line between cells: none where it would eat the cells themselves."""
    return min(0.5, cell_mm / mm(12))


def _outline(axes: Axes, span: tuple[float, float], rows: int) -> None:
    left, right = span
    # White below, dark dashes above: one of the two stands out from either colour.
    for colour, dashes, line in (("white", "solid", 2.4), (INK, _DASHES, _OUTLINE_PT)):
        axes.add_patch(
            Rectangle(
                (left, 0),
                right - left,
                rows,
                fill=False,
                edgecolor=colour,
                linewidth=line,
                linestyle=dashes,
                clip_on=False,
                zorder=5,
            )
        )


def _label_rows(sheet: Sheet, box: Box, rows: Rows) -> None:
    step = box.height / len(rows.structures)
    for row, (structure, accuracy) in enumerate(zip(rows.structures, rows.accuracies, strict=True)):
        middle = box.top + (row + 0.5) * step
        style = {"ha": "right", "va": "center_baseline", "fontsize": SMALL_PT}
        sheet.text(box.left - 1.2, middle, structure, **style)
        sheet.text(sheet.width - EDGE_MM, middle, accuracy, **style)


def _label_phases(sheet: Sheet, box: Box, places: Places) -> None:
    above = box.top - 0.9
    base = {"va": "bottom", "fontsize": SMALL_PT}
    sheet.text(box.left - 1.2, above, "structure", ha="right", **base)
    sheet.text(
        sheet.width - EDGE_MM,
        above - line_mm(SMALL_PT),
        "mean validation accuracy (%)",
        ha="right",
        **base,
    )
    cell = box.width / places.width
    for phase, first, last in places.phases:
        left, right = places.span(first, last)
        for label in (f"phase {phase}", phase):
            if text_mm(label, SMALL_PT) < (right - left) * cell - 1:
                middle = box.left + (left + right) / 2 * cell
                sheet.text(middle, above, label, ha="center", **base)
                break


def _label_positions(axes: Axes, box: Box, places: Places, start: int) -> None:
    positions = len(places.lefts)
    cell = box.width / places.width
    every = _TICK_EVERY
    while every * cell < text_mm(str(positions), SMALL_PT) + 1:
        every += _TICK_EVERY
    clear = (text_mm(str(positions), SMALL_PT) + 0.8) / cell
    shown = sorted({start} | {at for at in range(0, positions, every) if abs(at - start) >= clear})
    axes.set_xticks([places.lefts[at] + 0.5 for at in shown], labels=[str(at) for at in shown])
    axes.tick_params(axis="x", length=2, pad=1.5, rotation=0)
    for at, label in zip(shown, axes.get_xticklabels(), strict=True):
        label.set_fontweight("bold" if at == start else "normal")


def _draw_legend(sheet: Sheet, top: float) -> None:
    middle = top + _LEGEND_MM / 2
    left = EDGE_MM
    key_height = 2.2
    keys: tuple[tuple[str, float, dict[str, Any]], ...] = (
        ("symbol 1", 3.2, {"facecolor": ONE, "linewidth": 0.4}),
        ("symbol 0", 3.2, {"facecolor": ZERO, "linewidth": 0.4}),
        ("shared", 6.0, {"fill": False, "linewidth": _OUTLINE_PT, "linestyle": _DASHES}),
    )
    for label, key_width, look in keys:
        sheet.figure.add_artist(
            Rectangle(
                sheet.place(left + 0.3, middle + key_height / 2),
                key_width / sheet.width,
                key_height / sheet.height,
                transform=sheet.figure.transFigure,
                edgecolor=INK,
                **look,
            )
        )
        left += key_width + 1.2
        sheet.text(left, middle, label, va="center", fontsize=SMALL_PT)
        left += text_mm(label, SMALL_PT) + 3


def _caption(drawn: pd.DataFrame, rows: Rows, experiment: str, start: int, length: int) -> str:
    first = drawn.iloc[: int(drawn["position"].max()) + 1]
    shared = "".join(str(int(symbol)) for symbol in first.loc[first["shared"], "symbol"])
    accuracy = drawn["mean_val_accuracy_percent"].dropna()
    said = (
        f"{rows.found} structures of the experiment {experiment} share {shared} (start index "
        f"{start}, length {length}, dashed outline)"
    )
    if rows.found > len(rows.structures):
        said += f"; the {len(rows.structures)} with the highest accuracy are drawn"
    said += ". Rows rise in mean validation accuracy"
    if accuracy.empty:
        return said + "; none is recorded."
    said += f", {float(accuracy.min()):.2f} to {float(accuracy.max()):.2f} %"
    unknown = rows.accuracies.count(NO_ACCURACY)
    if unknown:
        said += f"; {unknown} without a recorded one stand first"
    return said + "."
