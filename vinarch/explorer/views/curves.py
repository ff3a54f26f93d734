"""Learning curves of the chosen networks, and of one of them what the prediction engine makes.

A tap on a curve chooses its network, a tap with Shift adds or takes away one; the list beside does
the same by keyboard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.events import Tap
from bokeh.models import (
    BoxAnnotation,
    Column,
    ColumnDataSource,
    Div,
    HoverTool,
    Range1d,
    Row,
    Select,
)
from bokeh.plotting import figure

from vinarch import figures
from vinarch.explorer.answers import Curves, Overlay, Shown
from vinarch.explorer.answers.curves import fitted_curve
from vinarch.explorer.state import ChooseNetworks, NetworkKey
from vinarch.explorer.views.asking import no_experiment
from vinarch.explorer.views.curves_layout import (
    MOST_HEAVY,
    chosen_of,
    faint_columns,
    heavy_columns,
    hollow_after,
    label_columns,
    nearest_curve,
    point_columns,
    shown_range,
    slim,
)
from vinarch.explorer.views.curves_words import SEVERAL, engine_words, note_of, options_of
from vinarch.explorer.views.looks import GLYPH_FONT, NOTE_STYLE, plain_figure
from vinarch.explorer.views.view import Send, View
from vinarch.figures import papers
from vinarch.figures.theme import FAINT, INK, SERIES
from vinarch.summary import mark_chosen, with_band

if TYPE_CHECKING:
    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

HEIGHT = 300
REACH = 14.0
"""Pixels that a tap may miss a curve by."""

MOST_LISTED = 1_000
"""Networks that the list offers."""

AVOIDABLE = "#e2e2e2"


class CurvesView(View):
    """Validation accuracy by epoch; chosen networks heavy, the others faint."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._recorded = pd.DataFrame()
        self._heavy = pd.DataFrame()
        self._drawn: object = None
        self._chosen: tuple[NetworkKey, ...] = ()
        self._following = False
        self.source = ColumnDataSource(self.columns())
        self.faint = ColumnDataSource({"x": [], "y": []})
        self.heavy = ColumnDataSource({"xs": [], "ys": [], "colour": [], "dash": []})
        self.labels = ColumnDataSource(
            {name: [] for name in ("left", "right", "y", "text", "colour", "dash")}
        )
        self.overlay = {
            name: ColumnDataSource({"epoch": [], "value": []})
            for name in ("fitted", "prediction", "made")
        }
        self.figure = self._figure()
        self.networks = Select(title="Network", options=[("", "all")], width=250)
        self.networks.on_change("value", self._listed)
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        self.note.sizing_mode = "stretch_width"
        head = Row(children=[self.networks, self.note], sizing_mode="stretch_width")
        self.hold(Column(children=[head, self.figure], sizing_mode="stretch_width"))

    def _figure(self) -> figure:
        plot = plain_figure(
            figure(
                height=HEIGHT,
                x_range=Range1d(0, 25),
                y_range=Range1d(0, 100),
                x_axis_label="epoch",
                y_axis_label="validation accuracy (%)",
                tools="pan,wheel_zoom,box_zoom,reset",
                active_drag=None,
            )
        )
        self.avoidable = BoxAnnotation(
            visible=False, fill_color=AVOIDABLE, fill_alpha=0.7, line_color=None, level="underlay"
        )
        plot.add_layout(self.avoidable)
        self.behind = plot.line("x", "y", line_color=FAINT, line_width=0.8, source=self.faint)
        plot.multi_line(
            "xs", "ys", line_color="colour", line_dash="dash", line_width=1.8, source=self.heavy
        )
        made = plot.scatter(
            "epoch", "value", size=5, marker="diamond", fill_color=None, line_color=SERIES[1],
            line_alpha=0.7, source=self.overlay["made"],
        )  # fmt: skip
        plot.line(
            "epoch", "value", line_color=SERIES[1], line_width=2, line_dash="dashed",
            source=self.overlay["fitted"],
        )  # fmt: skip
        points = plot.scatter(
            "epoch", "value", size=5, fill_color="fill", line_color="colour", source=self.source
        )
        points.nonselection_glyph = None
        foretold = plot.scatter(
            "epoch", "value", size=13, marker="diamond", fill_color=SERIES[1], line_color=INK,
            source=self.overlay["prediction"],
        )  # fmt: skip
        plot.segment(
            "left", "y", "right", "y", line_color="colour", line_dash="dash", line_width=1.8,
            source=self.labels,
        )  # fmt: skip
        plot.text(
            "right", "y", text="text", text_color="colour", x_offset=5, text_baseline="middle",
            text_font=GLYPH_FONT, text_font_size="12px", source=self.labels,
        )  # fmt: skip
        plot.add_tools(
            HoverTool(
                renderers=[points],
                tooltips=[
                    ("experiment", "@experiment"), ("architecture", "@architecture"),
                    ("structure", "@structure"), ("epoch", "@epoch"),
                    ("validation accuracy", "@value{0.00} %"),
                ],
            ),
            HoverTool(
                renderers=[made],
                tooltips=[("after epoch", "@epoch"), ("predicted end", "@value{0.00} %")],
            ),
            HoverTool(
                renderers=[foretold],
                tooltips=[("predicted for epoch", "@epoch"), ("accuracy", "@value{0.00} %")],
            ),
        )  # fmt: skip
        plot.on_event(Tap, self._tapped)
        return plot

    @staticmethod
    def columns(points: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return the columns of the source: a row a record of a heavy curve."""
        return point_columns(points)

    def question(self, state: State, known: Known) -> Shown | None:  # noqa: ARG002 - as every view
        """Return the curves of the chosen networks, or of those that hold the subsequence."""
        if state.archive is None or not state.experiments:
            return None
        curves = Curves(state.archive, state.experiments, state.run)
        if len(state.networks) != 1:
            return Shown(curves)
        return Shown(curves, Overlay(state.archive, state.networks[0], state.engine))

    def invitation(self, state: State, known: Known) -> str:  # noqa: ARG002 - as every view
        """Return what to do next."""
        return no_experiment(known)

    def show(self, answer: pd.DataFrame, state: State) -> None:
        """Show the curves; the axes hold what is heavy."""
        drawn = (state.archive, state.experiments, state.run, state.networks)
        self._overlay(answer)
        heavy = self._heavy if drawn == self._drawn else self._curves(answer, state)
        self.source.data = hollow_after(self.columns(heavy), answer["convergence_epoch"].max())
        across, up = shown_range(answer, heavy)
        # A slider of the engine must not make the axes jump.
        held = _holds(self.figure.x_range, across) and _holds(self.figure.y_range, up)
        if drawn != self._drawn or not held:
            self._fit(across, up)
            first, last = float(answer["epoch"].min()), float(answer["epoch"].max())
            self.figure.xaxis.bounds = (first, last)
            self.labels.data = label_columns(heavy, last, last - first, up)
        self._drawn = drawn
        self.note.text = note_of(answer, heavy, state)

    def _curves(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:
        self._recorded = slim(answer)
        self._chosen = state.networks
        self._heavy = chosen_of(self._recorded, state)
        self.faint.data, self.behind.glyph.line_alpha = faint_columns(self._recorded, self._heavy)
        self.heavy.data = heavy_columns(self._heavy)
        self._list(state)
        return self._heavy

    def _fit(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        for side, (start, end) in ((self.figure.x_range, across), (self.figure.y_range, up)):
            # The toolbar's button leads back to these.
            side.update(start=start, end=end, reset_start=start, reset_end=end)

    def _overlay(self, answer: pd.DataFrame) -> None:
        for name, source in self.overlay.items():
            rows = answer[answer["series"] == name]
            source.data = {
                "epoch": rows["epoch"].to_numpy(dtype=float),
                "value": rows["accuracy_percent"].to_numpy(dtype=float),
            }
        end = answer["convergence_epoch"].max()
        self.avoidable.visible = not pd.isna(end)
        if not pd.isna(end):
            self.avoidable.update(left=float(end), right=float(answer["epoch"].max()))

    def _list(self, state: State) -> None:
        self._following = True
        self.networks.options = options_of(self._recorded, state, MOST_LISTED)
        one = state.networks[0] if len(state.networks) == 1 else None
        several = SEVERAL if len(state.networks) > 1 else ""
        self.networks.value = several if one is None else _value_of(one)
        self._following = False

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:
        """Draw the curves for print: one network with its prediction, else a panel an experiment.

        As on the page these are the experiments of the networks that are heavy, else all.
        """
        if len(state.networks) == 1 and (answer["series"] == "made").any():
            points = fitted_curve(answer, state.networks[0], engine_words(state.engine))
            return papers.fitted_curve(points, width="double")
        recorded = answer[answer["series"] == "recorded"]
        heavy = chosen_of(recorded, state)
        found = (heavy if len(heavy) else recorded)["experiment"].unique()
        mine = recorded[recorded["experiment"].isin(found)].reset_index(drop=True)
        mine = mine.rename(columns={"accuracy_percent": "val_accuracy_percent"})
        network = ["experiment", "architecture"]
        wanted = pd.MultiIndex.from_frame(heavy[network])
        mine["chosen"] = pd.MultiIndex.from_frame(mine[network]).isin(wanted)
        curves = pd.concat(
            [
                with_band(rows if len(heavy) else mark_chosen(rows, None))
                for _, rows in mine.groupby("experiment", observed=True)
            ]
        )
        return figures.learning_curves(curves, width="double")

    def _listed(self, _: str, __: Any, value: str) -> None:
        if self._following or value == SEVERAL:
            return
        number, _, experiment = value.partition("@")
        self.send(ChooseNetworks((NetworkKey(experiment, int(number)),) if value else ()))

    def _inner(self) -> tuple[float, float]:
        """Return the pixels of the plot, as the browser told them."""
        try:
            return float(self.figure.inner_width), float(self.figure.inner_height)
        except UnsetValueError:
            return 900.0, float(HEIGHT)

    def _tapped(self, event: Tap) -> None:
        if self._recorded.empty or event.x is None or event.y is None:
            return
        across, up = self.figure.x_range, self.figure.y_range
        wide, high = self._inner()
        pixels = (wide / (across.end - across.start), high / (up.end - up.start))
        found = nearest_curve(self._recorded, (event.x, event.y), pixels, REACH)
        if found is None:
            return
        others = tuple(key for key in self._chosen if key != found)
        if event.modifiers is not None and event.modifiers.get("shift"):
            added = others if found in self._chosen else (*self._chosen, found)
            self.send(ChooseNetworks(added[:MOST_HEAVY]))
        else:
            self.send(ChooseNetworks(() if self._chosen == (found,) else (found,)))


def _holds(side: Range1d, span: tuple[float, float]) -> bool:
    return bool(side.start <= span[0] and span[1] <= side.end)


def _value_of(key: NetworkKey) -> str:
    return f"{key.architecture}@{key.experiment}"
