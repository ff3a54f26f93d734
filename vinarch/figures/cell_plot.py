"""The structures that share a subsequence: a row of cells each, by rising accuracy.

A tidy long frame with one row a cell enters, a drawing leaves; nothing is computed but places.
The view is the second of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.figures.cell_drawing import Block, draw_cells, letter_cells, outline
from vinarch.figures.cell_legend import draw_legend, draw_legend_over, legend_height
from vinarch.figures.cell_rows import (
    COLUMNS,
    Places,
    Rows,
    check_grid,
    check_shared,
    choose_rows,
    symbol_rows,
)
from vinarch.figures.cell_words import cell_caption, cell_title
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.key_row import legend_points
from vinarch.figures.measure_words import of_trained
from vinarch.figures.sheet import EDGE_MM, MM_PER_INCH, Box, Heading, Sheet, line_mm, text_mm
from vinarch.figures.symbol_look import SymbolLook
from vinarch.figures.theme import SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ROW_MM = 3.9
_MOST_MM = 120.0
"""Height of the figure at most: rows of many structures are thinner."""

_LABEL_GAP_MM = 1.2
_AXIS_MM = 7.6
_TICK_EVERY = 5


def draw_structures(
    cells: pd.DataFrame,
    *,
    experiment: str,
    start: int,
    length: int,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the structures that share a subsequence as rows of cells.

    Symbol 1 is yellow, 0 purple; symbols of larger alphabets have colours of their own, and
    letters where there is room. Rows rise in accuracy from top to bottom and end where their
    genomes do; a dashed line outlines the shared subsequence. All cells are equally wide; gaps
    part the phases.
    Of more than `cell_rows.MOST_STRUCTURES` structures those with the highest accuracy are
    drawn, and title and caption say so.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a structure and position: ``structure``, ``position`` (from 0), ``symbol`` (from
        0), ``shared`` (whether the position is in the subsequence), ``mean_val_accuracy_percent``
        (of the structure) and ``phase`` (from 1, null where genomes have none and may differ in
        length); maybe ``character`` and ``meaning``, what a symbol is printed as and stands for.
    experiment : str
        Name for title and caption.
    start : int
        Start index of the subsequence in the flattened genome, from 0.
    length : int
        Its length in symbols.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on.

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
    look = SymbolLook.of_cells(drawn)
    caption = cell_caption(drawn, rows, look, experiment, (start, length))
    if ax is not None:
        return _draw_on(ax, drawn, rows, look, caption, (start, length))
    with theme():
        heading = Heading.fitted(cell_title(rows), experiment, page_mm)
        header = heading.height + legend_height(look, page_mm) + 2 * line_mm(SMALL_PT)
        row_mm = min(_ROW_MM, (_MOST_MM - header - _AXIS_MM) / len(rows.structures))
        # Labels higher than their rows stand in two columns by turns.
        columns = 1 if row_mm >= line_mm(SMALL_PT) else 2
        sheet = Sheet.new(page_mm, header + len(rows.structures) * row_mm + _AXIS_MM)
        heading.write(sheet)
        draw_legend(sheet, heading.height, look)
        wide = columns * (_widest(rows.structures) + _LABEL_GAP_MM)
        left = EDGE_MM + max(text_mm("structure", SMALL_PT) + _LABEL_GAP_MM, wide)
        right = EDGE_MM + columns * (_widest(rows.accuracies) + _LABEL_GAP_MM)
        height_mm = len(rows.structures) * row_mm
        box = Box(left, header, sheet.width - left - right, height_mm)
        axes = sheet.axes(box)
        places = Places.of(drawn)
        _draw_rows(axes, drawn, places, look, (box.width / places.width, row_mm))
        outline(axes, Block(), places.span(start, start + length - 1), len(rows.structures))
        _label_rows(sheet, box, rows, columns)
        _label_phases(sheet, box, places, f"{_accuracy_words(drawn)} (%)")
        _label_positions(axes, box, places, start)
        axes.set_xlabel(_position_label(start, length), fontsize=SMALL_PT, labelpad=1.5)
    return Drawing(sheet.figure, drawn, caption)


def _widest(labels: tuple[str, ...]) -> float:
    return max(text_mm(label, SMALL_PT) for label in labels)


def _draw_rows(
    axes: Axes,
    drawn: pd.DataFrame,
    places: Places,
    look: SymbolLook,
    cell_mm: tuple[float, float],
) -> None:
    symbols = symbol_rows(drawn, len(places.lefts))
    draw_cells(axes, Block(), places, symbols, cell_mm[0], look.colours)
    letter_cells(axes, Block(), places, symbols, cell_mm, look)
    axes.set(xlim=(0, places.width), ylim=(len(symbols), 0), yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _draw_on(
    axes: Axes,
    drawn: pd.DataFrame,
    rows: Rows,
    look: SymbolLook,
    caption: str,
    run: tuple[int, int],
) -> Drawing:
    start, length = run
    places = Places.of(drawn)
    figure = figure_of(axes)
    wide_mm, high_mm = (length / figure.dpi * MM_PER_INCH for length in axes.bbox.size)
    cell_mm = (wide_mm / places.width, high_mm / len(rows.structures))
    _draw_rows(axes, drawn, places, look, cell_mm)
    outline(axes, Block(), places.span(start, start + length - 1), len(rows.structures))
    labels = map("{}  ({} %)".format, rows.structures, rows.accuracies)
    axes.set_yticks([row + 0.5 for row in range(len(rows.structures))], labels=list(labels))
    axes.set_ylabel(f"structure ({_accuracy_words(drawn)})")
    shown = _shown_positions(len(places.lefts), wide_mm / places.width, start)
    axes.set_xticks([places.lefts[at] + 0.5 for at in shown], labels=[str(at) for at in shown])
    axes.set_xlabel(_position_label(start, length))
    for phase, first, last in places.named_phases:
        left, right = places.span(first, last)
        axes.annotate(
            f"phase {phase}",
            ((left + right) / 2, 0),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=legend_points(),
        )
    draw_legend_over(axes, look, lifted=bool(places.named_phases))
    return Drawing(figure, drawn, caption)


def _position_label(start: int, length: int) -> str:
    return f"position in the genome; shared: start {start}, length {length}"


def _label_rows(sheet: Sheet, box: Box, rows: Rows, columns: int) -> None:
    step = box.height / len(rows.structures)
    for row, (structure, accuracy) in enumerate(zip(rows.structures, rows.accuracies, strict=True)):
        middle = box.top + (row + 0.5) * step
        style = {"ha": "right", "va": "center_baseline", "fontsize": SMALL_PT}
        away = row % columns * (_widest(rows.structures) + _LABEL_GAP_MM)
        sheet.text(box.left - _LABEL_GAP_MM - away, middle, structure, **style)
        away = (columns - 1 - row % columns) * (_widest(rows.accuracies) + _LABEL_GAP_MM)
        sheet.text(sheet.width - EDGE_MM - away, middle, accuracy, **style)


def _accuracy_words(drawn: pd.DataFrame) -> str:
    return "validation accuracy" if of_trained(drawn) else "mean validation accuracy"


def _label_phases(sheet: Sheet, box: Box, places: Places, words: str) -> None:
    above = box.top - 0.9
    base = {"va": "bottom", "fontsize": SMALL_PT}
    sheet.text(box.left - 1.2, above, "structure", ha="right", **base)
    sheet.text(
        sheet.width - EDGE_MM,
        above - line_mm(SMALL_PT),
        words,
        ha="right",
        **base,
    )
    cell = box.width / places.width
    for phase, first, last in places.named_phases:
        left, right = places.span(first, last)
        for label in (f"phase {phase}", phase):
            if text_mm(label, SMALL_PT) < (right - left) * cell - 1:
                middle = box.left + (left + right) / 2 * cell
                sheet.text(middle, above, label, ha="center", **base)
                break


def _label_positions(axes: Axes, box: Box, places: Places, start: int) -> None:
    shown = _shown_positions(len(places.lefts), box.width / places.width, start)
    axes.set_xticks([places.lefts[at] + 0.5 for at in shown], labels=[str(at) for at in shown])
    axes.tick_params(axis="x", length=2, pad=1.5, rotation=0)
    for at, label in zip(shown, axes.get_xticklabels(), strict=True):
        label.set_fontweight("bold" if at == start else "normal")


def _shown_positions(positions: int, cell: float, start: int) -> list[int]:
    """Return the positions with a label: the start, and others that leave it room."""
    every = _TICK_EVERY
    while every * cell < text_mm(str(positions), SMALL_PT) + 1:
        every += _TICK_EVERY
    clear = (text_mm(str(positions), SMALL_PT) + 0.8) / cell
    return sorted({start} | {at for at in range(0, positions, every) if abs(at - start) >= clear})
