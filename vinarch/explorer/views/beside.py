"""The chosen subsequence in every experiment: how many hold it, and how well they do.

A row is a point of accuracy with its interval, beside the one of all networks; a tap on it shows
the subsequence there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.events import Tap
from bokeh.models import (
    Column,
    ColumnDataSource,
    Div,
    FactorRange,
    FixedTicker,
    HoverTool,
    Range1d,
    Select,
)
from bokeh.plotting import figure

from vinarch import figures
from vinarch.errors import SelectionError
from vinarch.explorer.answers import Beside, with_run
from vinarch.explorer.state import Run, ShowIn
from vinarch.explorer.views.asking import no_run
from vinarch.explorer.views.beside_layout import HOLDS, Ground, row_columns
from vinarch.explorer.views.looks import GLYPH_FONT, NOTE_STYLE, SCROLLS, plain_figure
from vinarch.explorer.views.view import Send, View
from vinarch.figures.accuracy_scale import SCALE_WORDS
from vinarch.figures.holder_words import X_WORDS
from vinarch.figures.theme import FAINT, INK

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

ROW_PIXELS, TALL_PIXELS = 26, 38
FRAME_PIXELS = 64
"""Height of an experiment, of one with its name above it, and of axis and margins."""

LONG_NAME = 40
"""Characters from which on names stand above their rows: beside them they would take all room."""

OWN = FAINT


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
                x_axis_label=X_WORDS,
                tools="",
            )
        )
        plot.toolbar_location = None
        # One ticker that is kept: to replace a model lays out the whole page anew.
        self.ticker = FixedTicker(ticks=[])
        plot.xaxis.ticker = self.ticker
        plot.ygrid.grid_line_color = None
        for y, low, high, colour in (
            ("upper", "mean_low_at", "mean_high_at", HOLDS),
            ("lower", "own_mean_low_at", "own_mean_high_at", OWN),
        ):
            plot.segment(low, y, high, y, line_color=colour, line_width=2, source=self.source)
        own = plot.scatter(
            "own_mean_at", "lower", marker="diamond", size=10, fill_color="white", line_color=OWN,
            line_width=1.5, source=self.source,
        )  # fmt: skip
        held = plot.scatter(
            "mean_at", "upper", size=10, fill_color="fill", line_color=HOLDS, line_width=1.5,
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
                    ("networks", "@networks"), ("mean of the last epoch", "@mean{0.00} %"),
                    ("95 % interval", "@mean_low{0.00} to @mean_high{0.00}"),
                ],
            ),
            HoverTool(
                renderers=[own],
                tooltips=[
                    ("experiment", "@experiment"), ("all networks", "@trained"),
                    ("mean of the last epoch", "@own_mean{0.00} %"),
                    ("95 % interval", "@own_mean_low{0.00} to @own_mean_high{0.00}"),
                ],
            ),
        )  # fmt: skip
        plot.on_event(Tap, self._tapped)
        return plot

    @staticmethod
    def columns() -> dict[str, Any]:
        """Return the columns of the source without rows."""
        return row_columns()

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
        ground = Ground.of(answer)
        self.figure.x_range.update(start=ground.low, end=ground.right)
        self.ticker.ticks = list(ground.ticks)
        self.figure.xaxis.major_label_overrides = ground.ticks
        self.figure.xaxis.bounds = (ground.low, ground.high)
        self.source.data = row_columns(answer, ground)
        self.figure.y_range.factors = names[::-1]
        long = max(map(len, names)) > LONG_NAME
        self.names.visible, self.figure.yaxis.visible = long, not long
        self.figure.height = FRAME_PIXELS + (TALL_PIXELS if long else ROW_PIXELS) * len(names)
        self._can_go = tuple(answer.loc[answer["matched"], "experiment"].astype(str))
        holding = int((answer["structure_count"] > 0).sum())
        self.note.text = (
            f"Held in {holding} of {len(names)} experiments. Round: the networks that hold it, "
            "filled where it is a matching subsequence; diamond: all networks of the experiment; "
            "lines: 95 % intervals of the means. "
            f"{SCALE_WORDS + ' ' if ground.scale.finer else ''}Tap a filled row to see it there."
        )

    def follow(self, state: State) -> None:
        """Offer the experiments to go to; the one it is chosen in is marked in the list."""
        self._run = state.run
        here = state.run.experiment if state.run is not None else None
        self._following = True
        self.go.options = [("", "choose an experiment"), *((name, name) for name in self._can_go)]
        self.go.value = here if here in self._can_go else ""
        self._following = False

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:
        """Return the rows, and of which subsequence they are."""
        return with_run(answer, state.run)

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
