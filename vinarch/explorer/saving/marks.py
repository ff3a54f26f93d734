"""What marks what is chosen on a saved page: glyphs that wait for the page's script to fill them.

Views in, changed in place; ids of models and keys of what they show out, as the JSON that
``saved.js`` reads. Knows no text of the page.

A mark is a light band with a dark rim, so that it tells itself by shape too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import ColumnDataSource

from vinarch.figures.theme import INK

if TYPE_CHECKING:
    from bokeh.models import GlyphRenderer

    from vinarch.explorer.views.beside import BesideView
    from vinarch.explorer.views.cells import CellsView
    from vinarch.explorer.views.curves import CurvesView
    from vinarch.explorer.views.engine import EngineView
    from vinarch.explorer.views.heat_map import DistancesView
    from vinarch.explorer.views.rows import RowsView
    from vinarch.explorer.views.scatter import ScatterView

MARK = "#9fd3f5"
"""Light blue: neither a symbol, nor what was chosen, nor a distance has it."""

MARKED_ROW_STYLE = f"""
tbody tr {{ cursor: pointer; }}
tr.marked td {{ background: {MARK}; font-weight: 600; }}
tr.marked td:first-child::before {{ content: "\\25B8\\00A0"; }}
"""
"""Of a row of an HTML table."""

Json = dict[str, Any]


def mark_points(scatter: ScatterView, rows: RowsView) -> Json:
    """Ring the points of rows that are selected."""
    source = ColumnDataSource({"length": [], "accuracy": [], "size": [], "around": []})
    plot = scatter.figure
    _quiet(
        plot.scatter(
            "length", "accuracy", size="size", fill_color=None, line_color=MARK, line_width=5,
            source=source,
        ),
        plot.scatter(
            "length", "accuracy", size="around", fill_color=None, line_color=INK, line_width=1.5,
            source=source,
        ),
    )  # fmt: skip
    return {
        "figure": plot.id,
        "drawn": scatter.source.id,
        "mark": source.id,
        "rows": rows.source.id,
    }


def mark_cells(view: CellsView) -> Json:
    """Put a band behind rows of cells."""
    source = ColumnDataSource({"y": []})
    across = view.figure.x_range
    _quiet(
        view.figure.rect(
            (across.start + across.end) / 2, "y", width=across.end - across.start, height=1.0,
            fill_color=MARK, line_color=INK, line_width=1, source=source, level="underlay",
        )
    )  # fmt: skip
    return {
        "figure": view.figure.id,
        "mark": source.id,
        "arrow": view.mark.id,
        "genomes": list(dict.fromkeys(view.source.data["flat"])),
    }


def mark_map(view: DistancesView, genome_of: dict[int, str]) -> Json:
    """Frame rows and columns of a map of distances; `genome_of` the number of a structure."""
    source = ColumnDataSource({"left": [], "right": [], "top": [], "bottom": []})
    for colour, width in ((INK, 5), (MARK, 2.5)):
        _quiet(
            view.map.figure.quad(
                "left", "right", "top", "bottom", fill_color=None, line_color=colour,
                line_width=width, source=source,
            )
        )  # fmt: skip
    images = view.source.data["structure_a"]
    numbers = np.asarray(images[0])[:, 0].tolist() if len(images) else []
    return {
        "figure": view.map.figure.id,
        "mark": source.id,
        "genomes": [genome_of[number] for number in numbers],
        "distances": view.source.id,
    }


def mark_curves(view: CurvesView, genome_of: dict[tuple[str, int], str]) -> Json:
    """Put a band below curves; `genome_of` an experiment and a network of it."""
    source = ColumnDataSource({"xs": [], "ys": []})
    for colour, width in ((INK, 8), (MARK, 6)):
        _quiet(
            view.figure.multi_line(
                "xs", "ys", line_color=colour, line_width=width, source=source, level="underlay"
            )
        )
    names = ("experiment", "architecture")
    records = zip(*(view.source.data[name] for name in names), strict=True)
    # Records of a network stand together, in the order of the curves.
    networks = list(dict.fromkeys(records))
    return {
        "figure": view.figure.id,
        "mark": source.id,
        "curves": view.heavy.id,
        "networks": [
            {
                "experiment": experiment,
                "architecture": architecture,
                "genome": genome_of[experiment, architecture],
            }
            for experiment, architecture in networks
        ],
    }


def mark_engine(view: EngineView) -> Json:
    """Let rows of the engine's table be marked."""
    table = view.table_model
    table.stylesheets = [*table.stylesheets, MARKED_ROW_STYLE]
    return {"table": table.id, "experiments": list(view.source.data["experiment"])}


def mark_beside(view: BesideView) -> Json:
    """Put a band behind rows of experiments."""
    source = ColumnDataSource({"experiment": []})
    across = view.figure.x_range
    _quiet(
        view.figure.hbar(
            "experiment", left=across.start, right=across.end, height=0.9, fill_color=MARK,
            line_color=INK, line_width=1, source=source, level="underlay",
        )
    )  # fmt: skip
    return {
        "figure": view.figure.id,
        "mark": source.id,
        "experiments": list(view.figure.y_range.factors),
    }


def _quiet(*marks: GlyphRenderer) -> None:
    for mark in marks:
        mark.nonselection_glyph = None
