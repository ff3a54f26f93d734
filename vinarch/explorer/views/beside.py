"""The chosen subsequence in every experiment: how many hold it, and how well they do.

A row is a point of accuracy with its interval, beside the one of all networks; a tap on it shows
the subsequence there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.models import Column, ColumnDataSource, Div, FactorRange, HoverTool, Range1d, Select
from bokeh.plotting import figure

from vinarch import figures
from vinarch.errors import SelectionError
from vinarch.explorer.answers import Beside
from vinarch.explorer.state import Run, ShowIn
from vinarch.explorer.views.asking import no_run
from vinarch.explorer.views.looks import GLYPH_FONT, NOTE_STYLE, SCROLLS, plain_figure
from vinarch.explorer.views.view import Send, View
from vinarch.figures.theme import FAINT, INK, SERIES

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

ROW_PIXELS, TALL_PIXELS = 26, 38
FRAME_PIXELS = 64
"""Height of an experiment, of one with its name above it, and of axis and margins."""

LONG_NAME = 40
"""Characters from which on names stand above their rows: beside them they would take all room."""

HOLDS, OWN = SERIES[1], FAINT
_APART, _NAMED = 0.14, 0.36
"""Of a row's height: holders lie above the middle, all networks below, a long name on top."""

_NAMES = (
    "experiment", "x", "low", "high", "own_x", "own_low", "own_high", "upper", "lower",
    "structures", "networks", "trained", "told", "fill", "matched", "named",
)  # fmt: skip


class BesideView(View):
    """One row an experiment, in the order in which they are offered."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._run: Run | None = None
        self._can_go: tuple[str, ...] = ()
        self._following = False
        self.source = ColumnDataSource(self.columns())
        self.figure = self._figure()
        self.go = Select(title="Show it in", options=[("", "choose an experiment")], width=300)
        self.go.on_change("value", self._chosen)
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        self.note.sizing_mode = "stretch_width"
        sheet = Column(children=[self.figure], sizing_mode="stretch_width", styles=SCROLLS)
        parts = [self.note, sheet, self.go]
        self.hold(Column(children=parts, sizing_mode="stretch_width"))

    def _figure(self) -> figure:
        plot = plain_figure(
            figure(
                height=200,
                x_range=Range1d(0, 100),
                y_range=FactorRange(factors=[]),
                x_axis_label="validation accuracy of the last epoch, mean over networks (%)",
                tools="",
            )
        )
        plot.toolbar_location = None
        plot.ygrid.grid_line_color = None
        for y, low, high, colour in (
            ("upper", "low", "high", HOLDS),
            ("lower", "own_low", "own_high", OWN),
        ):
            plot.segment(low, y, high, y, line_color=colour, line_width=2, source=self.source)
        own = plot.scatter(
            "own_x", "lower", marker="diamond", size=10, fill_color="white", line_color=OWN,
            line_width=1.5, source=self.source,
        )  # fmt: skip
        held = plot.scatter(
            "x", "upper", size=10, fill_color="fill", line_color=HOLDS, line_width=1.5,
            source=self.source,
        )  # fmt: skip
        for marks in (own, held):
            marks.nonselection_glyph = None
        plot.text(
            "right", "experiment", text="told", text_font=GLYPH_FONT, text_font_size="12px",
            text_color=INK, text_align="right", text_baseline="middle", source=self.source,
        )  # fmt: skip
        self.names = plot.text(
            "left", "named", text="experiment", text_font=GLYPH_FONT, text_font_size="12px",
            text_color=INK, text_baseline="middle", source=self.source, visible=False,
        )  # fmt: skip
        plot.add_tools(
            HoverTool(
                renderers=[held],
                tooltips=[
                    ("experiment", "@experiment"), ("hold it", "@structures structures"),
                    ("networks", "@networks"), ("mean of the last epoch", "@x{0.00} %"),
                    ("95 % interval", "@low{0.00} to @high{0.00}"),
                ],
            ),
            HoverTool(
                renderers=[own],
                tooltips=[
                    ("experiment", "@experiment"), ("all networks", "@trained"),
                    ("mean of the last epoch", "@own_x{0.00} %"),
                    ("95 % interval", "@own_low{0.00} to @own_high{0.00}"),
                ],
            ),
        )  # fmt: skip
        plot.on_event(Tap, self._tapped)
        return plot

    @staticmethod
    def columns(
        rows: pd.DataFrame | None = None, left: float = 0.0, right: float = 100.0
    ) -> dict[str, Any]:
        """Return the columns of the source; without rows they are empty."""
        if rows is None or rows.empty:
            return {name: [] for name in (*_NAMES, "left", "right")}
        numbers = {
            new: rows[old].to_numpy(dtype=float, na_value=np.nan)
            for new, old in (
                ("x", "mean"), ("low", "mean_low"), ("high", "mean_high"),
                ("own_x", "own_mean"), ("own_low", "own_mean_low"), ("own_high", "own_mean_high"),
            )
        }  # fmt: skip
        names = rows["experiment"].astype(str).tolist()
        return {
            "experiment": names,
            **numbers,
            "upper": [(name, _APART) for name in names],
            "lower": [(name, -_APART) for name in names],
            "structures": rows["structure_count"].tolist(),
            "networks": rows["network_count"].tolist(),
            "trained": rows["own_network_count"].tolist(),
            "told": [_told(row) for row in rows.itertuples()],
            "fill": [HOLDS if matched else "white" for matched in rows["matched"]],
            "matched": rows["matched"].tolist(),
            "named": [(name, _NAMED) for name in names],
            "left": [left] * len(rows),
            "right": [right] * len(rows),
        }

    def question(self, state: State, known: Known) -> Beside | None:
        """Return the subsequence in all experiments of the archive of the same search space."""
        if state.archive is None or state.run is None:
            return None
        space = known.space_of(state.archive, state.experiments)
        if space is None:
            return None
        names = tuple(one.name for one in known.of(state.archive) if one.space == space)
        phases = space.phases if state.matching.within_phase else ()
        # Where it was chosen does not change the answer.
        anywhere = Run(None, state.run.start, state.run.symbols)
        return Beside(state.archive, names, anywhere, state.matching, phases)

    def invitation(self, state: State, known: Known) -> str:
        """Return what to do next."""
        return no_run(state, known, "how the networks that hold it do in every experiment")

    def show(self, answer: pd.DataFrame, state: State) -> None:  # noqa: ARG002 - follow marks it
        """Show all experiments, the first on top."""
        names = answer["experiment"].astype(str).tolist()
        low, high, right = _span(answer)
        self.figure.x_range.update(start=low, end=right)
        self.figure.xaxis.ticker.desired_num_ticks = 8
        self.figure.xaxis.bounds = (low, high)
        self.source.data = self.columns(answer, low, right)
        self.figure.y_range.factors = names[::-1]
        long = max(map(len, names)) > LONG_NAME
        self.names.visible, self.figure.yaxis.visible = long, not long
        self.figure.height = FRAME_PIXELS + (TALL_PIXELS if long else ROW_PIXELS) * len(names)
        self._can_go = tuple(answer.loc[answer["matched"], "experiment"].astype(str))
        holding = int((answer["structure_count"] > 0).sum())
        self.note.text = (
            f"Held in {holding} of {len(names)} experiments. Round: the networks that hold it, "
            "filled where it is a matching subsequence; diamond: all networks of the experiment; "
            "lines: 95 % intervals of the means. Tap a filled row to see it there."
        )

    def follow(self, state: State) -> None:
        """Offer the experiments to go to; the one it is chosen in is marked in the list."""
        self._run = state.run
        here = state.run.experiment if state.run is not None else None
        self._following = True
        self.go.options = [("", "choose an experiment"), *((name, name) for name in self._can_go)]
        self.go.value = here if here in self._can_go else ""
        self._following = False

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:
        """Draw the rows for print."""
        run = state.run
        if run is None:
            raise SelectionError(
                "the same subsequence in every experiment",
                "a chosen subsequence",
                "none any more",
                "Choose one, then save again.",
            )
        return figures.subsequence_holders(answer, run.start, run.symbols, width="double")

    def _chosen(self, _: str, __: Any, name: str) -> None:
        if not self._following and name:
            self._show_in(name)

    def _tapped(self, event: Tap) -> None:
        found = self._row_at(event.y)
        if found in self._can_go:
            self._show_in(found)

    def _row_at(self, y: Any) -> str:
        # A tap on a factor's row comes as its place, from 0.5 for the lowest.
        factors = list(self.figure.y_range.factors)
        if not isinstance(y, (int, float)) or not 0 <= y < len(factors):
            return ""
        return str(factors[int(y)])

    def _show_in(self, name: str) -> None:
        if self._run is not None:
            self.send(ShowIn(Run(name, self._run.start, self._run.symbols)))


def _told(row: Any) -> str:
    if not row.structure_count:
        return "nobody holds it"
    structures = f"{row.structure_count:,} structure{'s' * (row.structure_count != 1)}"
    return f"{structures}, {row.network_count:,} network{'s' * (row.network_count != 1)}"


def _span(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Return the ends of the axis, and the right end of the room for words beside it."""
    names = ["mean", "mean_low", "mean_high", "own_mean", "own_mean_low", "own_mean_high"]
    values = rows[names].to_numpy(dtype=float, na_value=np.nan)
    known = values[np.isfinite(values)]
    low, high = (known.min(), min(known.max(), 100.0)) if len(known) else (0.0, 100.0)
    wide = max(high - low, 0.1)
    return float(low - 0.04 * wide), float(high + 0.02 * wide), float(high + 0.3 * wide)
