"""The scatter of V6: length by mean validation accuracy, area by the number of structures.

Tap, box and buttons choose; what a screen cannot tell apart is one mark.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.events import RangesUpdate, Reset, SelectionGeometry, Tap
from bokeh.models import (
    BoxAnnotation,
    BoxSelectTool,
    Column,
    ColumnDataSource,
    Div,
    HoverTool,
    Range1d,
)
from bokeh.plotting import figure

from vinarch import figures
from vinarch.explorer.answers import published_table, row_of, run_of
from vinarch.explorer.state import Box, DropRun, Frame, Run
from vinarch.explorer.state import Tap as TapRun
from vinarch.explorer.views.asking import no_experiment, points_of
from vinarch.explorer.views.looks import ACCURACY, NOTE_STYLE, plain_figure
from vinarch.explorer.views.thinning import nearest, thin
from vinarch.explorer.views.view import Send, View
from vinarch.figures.scatter_series import series_looks
from vinarch.figures.theme import INK, ONE, POINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.explorer.answers import Points
    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

HEIGHT = 340
SMALLEST, LARGEST = 5.0, 26.0
"""Diameters, in pixels, of a point of no structure and of the one of most."""

MARKS = {
    "o": ("circle", "\N{BLACK CIRCLE}"),
    "^": ("triangle", "\N{BLACK UP-POINTING TRIANGLE}"),
    "D": ("diamond", "\N{BLACK DIAMOND}"),
    "s": ("square", "\N{BLACK SQUARE}"),
    "v": ("inverted_triangle", "\N{BLACK DOWN-POINTING TRIANGLE}"),
}
"""The marks of figures for print, as Bokeh calls them, and as characters."""

REACH = 12.0
"""Pixels that a tap may miss a point by."""


class ScatterView(View):
    """All matching subsequences of the chosen experiments."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._points = pd.DataFrame()
        self._run: Run | None = None
        self.source = ColumnDataSource(self.columns())
        self.ring = ColumnDataSource({"length": [], "accuracy": [], "size": []})
        self.figure = plain_figure(
            figure(
                height=HEIGHT,
                x_range=Range1d(4, 22),
                y_range=Range1d(0, 100),
                x_axis_label="length of the subsequence (symbols)",
                y_axis_label=ACCURACY,
                tools="pan,wheel_zoom,box_zoom,reset",
                active_drag=None,
            )
        )
        marks = self.figure.scatter(
            "length", "accuracy", size="size", marker="mark", color="colour", alpha=0.55,
            line_color="white", line_width=0.5, source=self.source,
        )  # fmt: skip
        marks.nonselection_glyph = None
        self.figure.scatter(
            "length", "accuracy", size="size", fill_color=ONE, line_color=INK, line_width=2.5,
            source=self.ring, level="overlay",
        )  # fmt: skip
        self.box = BoxAnnotation(
            visible=False, fill_alpha=0.06, fill_color=INK, line_color=INK, line_dash="dotted"
        )
        self.figure.add_layout(self.box)
        self.figure.add_tools(
            HoverTool(
                renderers=[marks],
                tooltips=[
                    ("subsequence", "@subsequence"),
                    ("start, length", "@start, @length"),
                    ("structures", "@count"),
                    ("mean accuracy", "@accuracy{0.00} %"),
                    ("experiment", "@experiment"),
                    ("points here", "@here"),
                ],
            )
        )
        select = BoxSelectTool(renderers=[], persistent=False)
        self.figure.add_tools(select)
        self.figure.toolbar.active_drag = select
        self.figure.on_event(Tap, self._tapped)
        self.figure.on_event(SelectionGeometry, self._boxed)
        self.figure.on_event(RangesUpdate, lambda _: self._draw())
        self.figure.on_event(Reset, lambda _: self._fit())
        self.note = Div(text="", stylesheets=[NOTE_STYLE], sizing_mode="stretch_width")
        self.hold(Column(children=[self.figure, self.note], sizing_mode="stretch_width"))

    @staticmethod
    def columns(marks: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return the columns of the source; without marks they are empty."""
        if marks is None or marks.empty:
            names = ("length", "accuracy", "size", "count", "start", "subsequence", "experiment")
            return {name: [] for name in (*names, "colour", "mark", "here")}
        return {
            "length": marks["length"].to_numpy(dtype=float),
            "accuracy": marks["mean_val_accuracy_percent"].to_numpy(dtype=float),
            "size": marks["size"].to_numpy(dtype=float),
            "count": marks["count"].to_numpy(dtype=np.int32),
            "start": marks["start"].to_numpy(dtype=np.int32),
            "subsequence": marks["subsequence"].astype(str).tolist(),
            "experiment": marks["experiment"].fillna("all together").astype(str).tolist(),
            "colour": marks["colour"].tolist(),
            "mark": marks["mark"].tolist(),
            "here": marks["here"].to_numpy(dtype=np.int32),
        }

    def question(self, state: State, known: Known) -> Points | None:
        """Return the subsequences of the chosen experiments."""
        return points_of(state, known)

    def invitation(self, state: State, known: Known) -> str:  # noqa: ARG002 - as every view
        """Return what to do next."""
        return no_experiment(known)

    def show(self, answer: pd.DataFrame, state: State) -> None:
        """Show all points, the axes fitted to them."""
        if answer.empty:
            self._points = answer
            self.say(
                "No subsequence of that length is shared. Lower the minimum length, or choose "
                "another experiment."
            )
            return
        if not answer["mean_val_accuracy_percent"].notna().any():
            self._points = answer.iloc[:0]
            self.say(
                f"No accuracy of the {len(answer):,} shared subsequences is recorded, so none has "
                "a place here. Choose one of the rows below."
            )
            return
        names = answer["experiment"].astype("str").fillna("").to_numpy()
        groups = pd.Index(state.experiments).get_indexer(pd.Index(names))
        looks = {} if state.matching.across else series_looks(state.experiments)
        plain = {"colour": POINT, "marker": "o"}
        look_of = list(looks.values()) or [plain] * len(state.experiments)
        most = int(answer["count"].max())
        placed = np.maximum(groups, 0)
        self._points = answer.reset_index(drop=True).assign(
            group=groups,
            colour=np.array([look["colour"] for look in look_of], dtype=object)[placed],
            mark=np.array([MARKS[look["marker"]][0] for look in look_of], dtype=object)[placed],
            size=_diameters(answer["count"], most),
        )
        self._tell(most, looks)
        self._fit()

    def follow(self, state: State) -> None:
        """Ring the chosen point and draw the box; give up a subsequence that is no point."""
        self._run = state.run
        if self._points.empty:
            return
        if state.box is not None:
            self.box.update(
                left=state.box.length_low, right=state.box.length_high,
                bottom=state.box.accuracy_low, top=state.box.accuracy_high,
            )  # fmt: skip
        self.box.visible = state.box is not None
        chosen = self._points.iloc[:0] if state.run is None else row_of(self._points, state.run)
        if state.run is not None and chosen.empty:
            words = f"The subsequence {state.run.symbols} at start {state.run.start}"
            notice = f"{words} is no maximal run here, so it was dropped. Choose another point."
            self.send(DropRun(state.run, notice))
            return
        self.ring.data = {
            "length": chosen["length"].to_numpy(dtype=float),
            "accuracy": chosen["mean_val_accuracy_percent"].to_numpy(dtype=float, na_value=np.nan),
            "size": chosen["size"].to_numpy(dtype=float) + 5,
        }

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:
        """Draw the points for print."""
        chosen = answer.iloc[:0] if state.run is None else row_of(answer, state.run)
        marked = answer.assign(chosen=answer.index.isin(chosen.index))
        if not state.matching.across:
            names = list(state.experiments)
            return figures.subsequences(marked, names, hue="experiment", width="double")
        count = len(state.experiments)
        words = f"{count} experiment{'s' * (count != 1)} of {state.archive}, matched together"
        return figures.subsequences(marked, words, width="double")

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:  # noqa: ARG002
        """Return all points, in the order of the matches."""
        return published_table(answer)

    def _tell(self, most: int, looks: Mapping[str, Mapping[str, str]]) -> None:
        unplaced = int(self._points["mean_val_accuracy_percent"].isna().sum())
        words = f"{len(self._points):,} subsequences; area: structures that hold it, up to {most}."
        if unplaced:
            words += f" {unplaced:,} without a recorded accuracy stand in the table only."
        keys = "".join(
            f'<span><b style="color:{look["colour"]}">{MARKS[look["marker"]][1]}</b> '
            f"{escape(name)}</span>"
            for name, look in looks.items()
        )
        self.note.text = f"<span>{escape(words)}</span>{keys}"

    def _fit(self) -> None:
        if self._points.empty:
            return
        accuracy = self._points["mean_val_accuracy_percent"].dropna()
        low, high = (accuracy.min(), accuracy.max()) if len(accuracy) else (0.0, 100.0)
        margin = max((high - low) * 0.06, 0.05)
        self.figure.y_range.update(start=low - margin, end=high + margin)
        lengths = self._points["length"]
        self.figure.x_range.update(start=lengths.min() - 0.8, end=lengths.max() + 0.8)
        self._draw()

    def _draw(self) -> None:
        if not self._points.empty:
            shown = self.figure.y_range
            self.source.data = self.columns(thin(self._points, shown.start, shown.end))

    def _tapped(self, event: Tap) -> None:
        if self._points.empty or event.x is None or event.y is None:
            return
        across, up = self.figure.x_range, self.figure.y_range
        wide, high = self._inner_pixels()
        pixels = (wide / (across.end - across.start), high / (up.end - up.start))
        found = nearest(self._points, (event.x, event.y), pixels, REACH)
        if found is not None:
            self.send(TapRun(run_of(self._points.iloc[found])))

    def _inner_pixels(self) -> tuple[float, float]:
        try:
            return float(self.figure.inner_width), float(self.figure.inner_height)
        except UnsetValueError:
            # No browser has laid the figure out yet.
            return 400.0, float(HEIGHT)

    def _boxed(self, event: SelectionGeometry) -> None:
        found = event.geometry
        if found and found.get("type") == "rect" and event.final:
            sides = (found["x0"], found["x1"], found["y0"], found["y1"])
            self.send(Frame(Box(*map(float, sides))))


def _diameters(counts: pd.Series, most: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    # Area, not diameter, grows with the count.
    share = counts.to_numpy(dtype=float) / max(most, 1)
    return np.sqrt(SMALLEST**2 + share * (LARGEST**2 - SMALLEST**2))
