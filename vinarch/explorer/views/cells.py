"""V7: the structures that hold the chosen subsequence, as rows of cells by ascending accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.models import Column, ColumnDataSource, Div, HoverTool, Range1d
from bokeh.plotting import figure

from vinarch import figures
from vinarch.errors import SelectionError
from vinarch.explorer.state import ChooseStructure
from vinarch.explorer.views.asking import cells_of, no_run
from vinarch.explorer.views.looks import GLYPH_FONT, NOTE_STYLE, SCROLLS, plain_figure
from vinarch.explorer.views.view import Send, View
from vinarch.figures.cell_rows import MOST_STRUCTURES, Places, choose_rows
from vinarch.figures.symbol_look import SymbolLook, ink_on
from vinarch.figures.theme import INK

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers import Cells
    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

ROW_PIXELS = 22
LEFT, RIGHT = 2.6, 3.4
"""Room for numbers and accuracies beside the cells, in widths of a cell."""


class CellsView(View):
    """Rows of cells, the shared run outlined."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self.source = ColumnDataSource(self.columns())
        self.labels = ColumnDataSource({"x": [], "y": [], "text": [], "align": []})
        self.mark = ColumnDataSource({"y": []})
        self._genomes: list[str] = []
        self.outline = ColumnDataSource({"left": [], "right": [], "top": [], "bottom": []})
        self.figure = plain_figure(
            figure(height=120, tools="", x_range=Range1d(0, 1), y_range=Range1d(1, 0))
        )
        self.figure.axis.visible = False
        self.figure.grid.grid_line_color = None
        self.figure.toolbar_location = None
        cells = self.figure.rect(
            "x", "y", width=0.94, height=0.82, fill_color="colour", line_color=INK,
            line_width=0.4, source=self.source,
        )  # fmt: skip
        self.characters = self.figure.text(
            "x", "y", text="character", text_color="ink", text_align="center",
            text_baseline="middle", text_font=GLYPH_FONT, text_font_size="10px", source=self.source,
        )  # fmt: skip
        self.figure.text(
            "x", "y", text="text", text_align="align", text_baseline="middle", text_font=GLYPH_FONT,
            text_font_size="12px", text_color=INK, source=self.labels,
        )  # fmt: skip
        for colour, dash, width in (("white", "solid", 4), (INK, "dashed", 2)):
            self.figure.quad(
                "left", "right", "top", "bottom", fill_color=None, line_color=colour,
                line_dash=dash, line_width=width, source=self.outline,
            )  # fmt: skip
        self.figure.scatter(
            -LEFT + 0.35, "y", marker="triangle", angle=-90, angle_units="deg", size=9, color=INK,
            source=self.mark,
        )  # fmt: skip
        self.figure.on_event(Tap, self._tapped)
        self.figure.add_tools(
            HoverTool(
                renderers=[cells],
                tooltips=[
                    ("structure", "@structure"), ("position", "@position"),
                    ("symbol", "@meaning"), ("genome", "@flat"),
                ],
            )
        )  # fmt: skip
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        sheet = Column(children=[self.figure], sizing_mode="stretch_width", styles=SCROLLS)
        self.hold(Column(children=[sheet, self.note], sizing_mode="stretch_width"))

    @staticmethod
    def columns(drawn: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return the columns of the source; without cells they are empty."""
        names = ("x", "y", "colour", "ink", "character", "structure", "position", "meaning", "flat")
        if drawn is None or drawn.empty:
            return {name: [] for name in names}
        look = SymbolLook.of_cells(drawn)
        lefts = np.array(Places.of(drawn).lefts)
        symbols = drawn["symbol"].astype(int).tolist()
        order = {number: row for row, number in enumerate(drawn["structure"].unique())}
        genomes = "character" in drawn.columns
        text = drawn["character"].astype(str) if genomes else drawn["symbol"].astype(str)
        colours = [look.colours[symbol] for symbol in symbols]
        return {
            "x": lefts[drawn["position"].to_numpy(dtype=np.int64)] + 0.5,
            "y": drawn["structure"].map(order).to_numpy(dtype=float) + 0.5,
            "colour": colours,
            "ink": [ink_on(colour) for colour in colours],
            "character": text.tolist() if genomes else [""] * len(drawn),
            "structure": drawn["structure"].astype(str).tolist(),
            "position": drawn["position"].tolist(),
            "meaning": [look.words.get(symbol, str(symbol)) for symbol in symbols],
            "flat": text.groupby(drawn["structure"]).transform("".join).tolist(),
        }

    def question(self, state: State, known: Known) -> Cells | None:
        """Return the cells of the structures that hold the chosen subsequence."""
        return cells_of(state, known)

    def invitation(self, state: State, known: Known) -> str:
        """Return what to do next."""
        return no_run(state, known, "the structures that hold it, symbol by symbol")

    def show(self, answer: pd.DataFrame, state: State) -> None:
        """Show the structures, lowest accuracy first."""
        drawn, rows = choose_rows(answer)
        places = Places.of(drawn)
        count = len(rows.structures)
        self.source.data = self.columns(drawn)
        # A browser sets a thousand empty texts as slowly as full ones.
        self.characters.visible = any(self.source.data["character"])
        self._genomes = list(dict.fromkeys(self.source.data["flat"]))
        self.labels.data = _labels(rows.structures, rows.accuracies, places)
        run = state.run
        if run is not None:
            left, right = places.span(run.start, run.stop - 1)
            self.outline.data = {
                "left": [left - 0.08], "right": [right + 0.08], "top": [-0.04],
                "bottom": [count + 0.04],
            }  # fmt: skip
        self.figure.x_range.update(start=-LEFT, end=places.width + RIGHT)
        self.figure.y_range.update(start=count + 0.3, end=-1.6)
        self.figure.height = ROW_PIXELS * (count + 2)
        cut = f"; the best {MOST_STRUCTURES} are shown" if rows.found > count else ""
        self.note.text = (
            f"{rows.found:,} structure{'s' * (rows.found != 1)}, ascending mean validation "
            f"accuracy{cut}. Dashed: the shared subsequence. "
            "Tap a row for its network."
        )

    def follow(self, state: State) -> None:
        """Mark the row whose network is shown: the last one where none is chosen."""
        chosen = [row for row, flat in enumerate(self._genomes) if flat == state.structure]
        last = range(len(self._genomes))[-1:]
        self.mark.data = {"y": [row + 0.5 for row in chosen or last]}

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:
        """Draw the structures for print."""
        run = state.run
        if run is None:
            raise SelectionError(
                "structures that hold it",
                "a chosen subsequence",
                "none any more",
                "Choose one, then save again.",
            )
        experiment = str(answer["experiment"].iloc[0])
        return figures.structures(answer, experiment, run.start, run.symbols, width="double")

    def _tapped(self, event: Tap) -> None:
        if event.y is not None and 0 <= event.y < len(self._genomes):
            self.send(ChooseStructure(self._genomes[int(event.y)]))


def _labels(
    structures: tuple[str, ...], accuracies: tuple[str, ...], places: Places
) -> dict[str, Any]:
    rows = [y + 0.5 for y in range(len(structures))]
    heads = [(-0.3, "no.", "right"), (places.width + RIGHT - 0.1, "mean %", "right")]
    heads += [
        (sum(places.span(first, last)) / 2, f"phase {name}", "center")
        for name, first, last in places.named_phases
    ]
    return {
        "x": [-0.3] * len(rows) + [places.width + RIGHT - 0.1] * len(rows) + [x for x, *_ in heads],
        "y": rows + rows + [-0.7] * len(heads),
        "text": [*structures, *accuracies, *(text for _, text, _ in heads)],
        "align": ["right"] * (2 * len(rows)) + [align for *_, align in heads],
    }
