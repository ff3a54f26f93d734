"""V9: the network of a structure that holds the chosen subsequence, and its genome as cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from bokeh.models import (
    Column,
    ColumnDataSource,
    Div,
    HoverTool,
    Range1d,
    Select,
)
from bokeh.plotting import figure

from vinarch import figures
from vinarch.explorer.answers.networks import Network, edges_of
from vinarch.explorer.state import ChooseStructure
from vinarch.explorer.views.asking import held_of, no_run
from vinarch.explorer.views.looks import GLYPH_FONT, NOTE_STYLE, SCROLLS, plain_figure
from vinarch.explorer.views.network_parts import Parts, empty
from vinarch.explorer.views.view import Send, View
from vinarch.figures.theme import FAINT, INK

if TYPE_CHECKING:
    from bokeh.models import GlyphRenderer

    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

ROOM = 164.0
"""Width of the drawing in units of the printed figure, whose text has 6 points: two columns."""

PIXELS = 5.75
"""Of a unit: text of 12 pixels is then as large as the printed one."""

CELL_PIXELS, LEAST_CELL_PIXELS = 30.0, 7.0
CELLS_HEIGHT = 76
BORDER, TOOLBAR = 2, 30
TOP, BOTTOM = 0.6, 2.2
"""White above and below the network, in units."""
ROLLS = {"overflow-x": "auto", "max-height": "520px"}
TEXT = {"text_font": GLYPH_FONT, "text_font_size": "12px"}

TOLD = [("what", "@what"), ("symbol", "@symbol"), ("in the subsequence", "@marked")]


class NetworkView(View):
    """A graph from left to right, the row of cells below it, and a choice of the structure."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._following = False
        self.sources = {
            group: ColumnDataSource(columns) for group, columns in self.groups().items()
        }
        self.outline = ColumnDataSource({"left": [], "right": []})
        self.structure = Select(title="Structure, ascending accuracy", options=[], width=230)
        self.structure.on_change("value", self._chosen)
        self.graph = self._graph()
        self.cells = self._cells()
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        sheets = [
            Column(children=[plot], sizing_mode="stretch_width", styles={**SCROLLS, **ROLLS})
            for plot in (self.graph, self.cells)
        ]
        body = [self.structure, *sheets, self.note]
        self.hold(Column(children=body, sizing_mode="stretch_width"))

    @staticmethod
    def groups(parts: Parts | None = None) -> dict[str, dict[str, list[Any]]]:
        """Return the columns of each source; of no network they are empty."""
        return empty() if parts is None else parts.groups

    def question(self, state: State, known: Known) -> Network | None:
        """Return the network of the chosen structure."""
        held = held_of(state)
        space = known.space_of(state.archive, state.experiments)
        if held is None or space is None:
            return None
        return Network(held, space.name, state.structure)

    def invitation(self, state: State, known: Known) -> str:
        """Return what to do next."""
        return no_run(state, known, "the network of a structure that holds it")

    def show(self, answer: pd.DataFrame, state: State) -> None:  # noqa: ARG002 - the answer says all
        """Show the network, and which others there are."""
        parts = Parts.of(edges_of(answer), ROOM)
        for group, columns in self.groups(parts).items():
            self.sources[group].data = columns
        high = TOP + parts.height + BOTTOM
        self.graph.height = round(high * PIXELS) + 2 * BORDER + TOOLBAR
        self.graph.x_range.update(start=0, end=ROOM)
        self.graph.y_range.update(start=parts.height + BOTTOM, end=-TOP)
        self._fit_cells(parts)
        self.note.text = parts.caption
        first = answer.iloc[0]
        self._following = True
        self.structure.options = options_of(first)
        self.structure.value = str(first["genome"])
        self._following = False

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:  # noqa: ARG002 - as above
        """Draw the network for print."""
        return figures.network(edges_of(answer), width="double")

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:  # noqa: ARG002 - as above
        """Return the edges."""
        return figures.network(edges_of(answer)).data

    def _chosen(self, attr: str, old: str, new: str) -> None:  # noqa: ARG002 - as Bokeh calls it
        if not self._following:
            self.send(ChooseStructure(new))

    def _graph(self) -> figure:
        plot = _bare(
            figure(
                width=round(ROOM * PIXELS) + 2 * BORDER, height=120,
                tools="pan,wheel_zoom,box_zoom,reset",
                x_range=Range1d(0, ROOM), y_range=Range1d(1, 0),
            )
        )  # fmt: skip
        plot.toolbar_location = "above"
        source = self.sources
        lines = plot.multi_line(
            "xs", "ys", line_color="colour", line_width="width", line_dash="dash",
            source=source["lines"],
        )  # fmt: skip
        plot.scatter(
            "x", "y", marker="triangle", angle=-90, angle_units="deg", size=8, color=FAINT,
            source=source["ends"],
        )  # fmt: skip
        plot.circle(
            "x", "y", radius="radius", fill_color=None, line_color=INK, line_width=2.5,
            source=source["rings"],
        )  # fmt: skip
        discs = plot.circle(
            "x", "y", radius="radius", fill_color="colour", line_color="rim", line_dash="dash",
            source=source["discs"],
        )  # fmt: skip
        boxes = plot.rect(
            "x", "y", width="width", height="height", fill_color="colour", line_color=INK,
            line_width="rim", border_radius=3, source=source["boxes"],
        )  # fmt: skip
        plot.text(
            "x", "y", text="text", text_color="colour", text_align="align",
            text_baseline="baseline", text_font_style="style", source=source["texts"], **TEXT,
        )  # fmt: skip
        plot.add_tools(_hover(boxes, discs), _hover(lines, line_policy="interp"))
        return plot

    def _cells(self) -> figure:
        plot = _bare(
            figure(
                width=600, height=CELLS_HEIGHT, tools="",
                x_range=Range1d(0, 1), y_range=Range1d(2.2, -0.1),
            )
        )  # fmt: skip
        plot.toolbar_location = None
        source = self.sources
        plot.quad(
            "left", "right", 0.0, 0.5, fill_color="colour", line_color=INK, line_width=0.4,
            source=source["bands"],
        )  # fmt: skip
        plot.text(
            "middle", 0.25, text="text", text_color="ink", text_align="center",
            text_baseline="middle", source=source["bands"], **TEXT,
        )  # fmt: skip
        cells = plot.rect(
            "x", 1.1, width=0.94, height=0.9, fill_color="colour", line_color=INK, line_width=0.4,
            source=source["cells"],
        )  # fmt: skip
        plot.text(
            "x", 1.1, text="text", text_color="ink", text_align="center", text_baseline="middle",
            source=source["cells"], **TEXT,
        )  # fmt: skip
        for colour, dash, width in (("white", "solid", 4), (INK, "dashed", 2)):
            plot.quad(
                "left", "right", 0.6, 1.6, fill_color=None, line_color=colour, line_dash=dash,
                line_width=width, source=self.outline,
            )  # fmt: skip
        plot.text(
            "x", 1.95, text="label", text_color=INK, text_align="center", text_baseline="middle",
            source=source["labels"], **TEXT,
        )  # fmt: skip
        plot.add_tools(_hover(cells, place=("position", "@position")))
        return plot

    def _fit_cells(self, parts: Parts) -> None:
        wide = parts.cells_wide
        pixels = max(min(CELL_PIXELS, ROOM * PIXELS / wide), LEAST_CELL_PIXELS)
        self.cells.width = round(wide * pixels) + 2 * BORDER
        self.cells.x_range.update(start=-0.1, end=wide + 0.1)
        run = parts.run
        self.outline.data = {
            "left": [] if run is None else [run[0] - 0.05],
            "right": [] if run is None else [run[1] + 0.05],
        }


def options_of(row: Any) -> list[tuple[str, str]]:
    """Return the structures to choose from, by ascending accuracy: genome, and number with it."""
    return [
        (str(genome), f"{number}: " + ("n/a" if pd.isna(mean) else f"{mean:.2f} %"))
        for number, genome, mean in zip(
            row["structures"], row["genomes"], row["accuracies"], strict=True
        )
    ]


def _bare(plot: figure) -> figure:
    plain_figure(plot)
    plot.sizing_mode = "fixed"
    plot.axis.visible = False
    plot.grid.grid_line_color = None
    plot.min_border = BORDER
    return plot


def _hover(*marks: GlyphRenderer, place: tuple[str, str] | None = None, **how: Any) -> HoverTool:
    return HoverTool(renderers=[*marks], tooltips=[*([place] if place else []), *TOLD], **how)
