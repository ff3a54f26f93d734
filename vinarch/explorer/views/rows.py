"""The subsequences as a table: those in the box, or those that most structures hold.

A row chosen here is chosen as by a tap; two buttons step from row to row by keyboard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from bokeh.models import (
    Button,
    Column,
    ColumnDataSource,
    DataTable,
    Div,
    NumberFormatter,
    Row,
    StringFormatter,
    TableColumn,
)

from vinarch.explorer.answers import published_table, row_of, run_of
from vinarch.explorer.state import Frame, Tap
from vinarch.explorer.views.asking import no_experiment, points_of
from vinarch.explorer.views.looks import NOTE_STYLE, heard
from vinarch.explorer.views.view import Send, View
from vinarch.figures.theme import INK, SERIES

if TYPE_CHECKING:
    from vinarch.explorer.answers import Points
    from vinarch.explorer.state import Box, Known, Run, State

MOST_ROWS = 2_000
"""Rows that are listed; a box lists others. The chosen one is always among them."""

ROWS_STYLE = f"""
:host(:focus-within) {{ outline: 3px solid {SERIES[1]}; outline-offset: 1px; }}
.slick-cell.selected {{ background: #fff3a3; color: {INK}; font-weight: 600; }}
"""

_SHOWN = ("subsequence", "start", "length", "count", "mean_val_accuracy_percent", "experiment")
_TITLES = ("subsequence", "start", "length", "structures", "mean %", "experiment")
_WIDTHS = (150, 45, 60, 90, 65, 130)


class RowsView(View):
    """The rows in the box, best supported first; `most` of them are listed."""

    def __init__(self, send: Send, most: int = MOST_ROWS) -> None:
        super().__init__(send)
        self._most = most
        self._answer = pd.DataFrame()
        self._listed = pd.DataFrame()
        self._run: Run | None = None
        self._rest = pd.DataFrame()
        self._box: Box | None = None
        self._following = False
        self.source = ColumnDataSource(self.columns())
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        self.clear = Button(label="Clear box", visible=False)
        before, after = Button(label="Previous row"), Button(label="Next row")
        self.clear.on_click(lambda: self.send(Frame(None)))
        before.on_click(lambda: self._step(-1))
        after.on_click(lambda: self._step(1))
        formats = {
            "mean_val_accuracy_percent": NumberFormatter(format="0.00", nan_format="not recorded")
        }
        self.table_model = DataTable(
            source=self.source,
            columns=[
                TableColumn(
                    field=name, title=title, width=width,
                    formatter=formats.get(name, StringFormatter()),
                )
                for name, title, width in zip(_SHOWN, _TITLES, _WIDTHS, strict=True)
            ],
            index_position=None,
            min_height=195,
            sizing_mode="stretch_both",
            # The page makes it one place to stop at for the key Tab.
            name="listed",
            css_classes=["rows"],
            html_attributes=heard("Rows: the arrow keys choose the next one"),
            stylesheets=[ROWS_STYLE],
            selectable=True,
            reorderable=False,
        )  # fmt: skip
        self.source.selected.on_change("indices", self._chosen)
        buttons = Row(children=[before, after, self.clear])
        parts = [buttons, self.table_model, self.note]
        self.hold(Column(children=parts, sizing_mode="stretch_both"), "stretch_both")

    @staticmethod
    def columns(listed: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return the columns of the source; without rows they are empty."""
        if listed is None or listed.empty:
            return {name: [] for name in _SHOWN}
        filled = listed[list(_SHOWN)].assign(
            experiment=listed["experiment"].fillna("all together").astype(str),
            subsequence=listed["subsequence"].astype(str),
        )
        columns: dict[str, Any] = {name: filled[name].tolist() for name in _SHOWN}
        accuracy = filled["mean_val_accuracy_percent"]
        columns["mean_val_accuracy_percent"] = accuracy.to_numpy(dtype=float, na_value=np.nan)
        return columns

    def question(self, state: State, known: Known) -> Points | None:
        """Return the subsequences of the chosen experiments."""
        return points_of(state, known)

    def invitation(self, state: State, known: Known) -> str:  # noqa: ARG002 - as every view
        """Return what to do next."""
        return no_experiment(known)

    def show(self, answer: pd.DataFrame, state: State) -> None:
        """List the rows."""
        self._answer = answer
        self._box, self._run = state.box, state.run
        if answer.empty:
            self.say("No subsequence of that length is shared, so there are no rows.")
        # Where there is one experiment its name would be in every row.
        one = len(state.experiments) == 1 or state.matching.across
        self.table_model.columns[-1].visible = not one
        self._list()

    def follow(self, state: State) -> None:
        """List the rows of another box; select the chosen one."""
        self._run = state.run
        if state.box != self._box or len(self._left_out(state.run)):
            self._box = state.box
            self._list()
        chosen = () if state.run is None else row_of(self._listed, state.run).index
        self._following = True
        self.source.selected.indices = [int(place) for place in chosen]
        self._following = False

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:
        """Return all rows in the box."""
        return published_table(ranked(answer, state.box))

    def _list(self) -> None:
        inside = ranked(self._answer, self._box)
        listed, self._rest = inside.iloc[: self._most], inside.iloc[self._most :]
        chosen = self._left_out(self._run)
        if len(chosen):
            listed, self._rest = pd.concat([listed, chosen]), self._rest.drop(chosen.index)
        self._listed = listed.reset_index(drop=True)
        self.clear.visible = self._box is not None
        where = "in the box" if self._box is not None else "in all"
        words = f"{len(inside):,} rows {where}, most structures first"
        cut = (
            f"; the first {self._most:,} are listed, and the chosen one" if len(self._rest) else ""
        )
        self.note.text = f"{words}{cut}."
        self._following = True
        self.source.selected.indices = []
        self.source.data = self.columns(self._listed)
        self._following = False

    def _left_out(self, run: Run | None) -> pd.DataFrame:
        return self._rest.iloc[:0] if run is None or self._rest.empty else row_of(self._rest, run)

    def _chosen(self, _: str, __: Any, indices: list[int]) -> None:
        if not self._following and indices and indices[0] < len(self._listed):
            self.send(Tap(run_of(self._listed.iloc[indices[0]])))

    def _step(self, by: int) -> None:
        if self._listed.empty:
            return
        at = self.source.selected.indices
        place = at[0] + by if at else 0
        self.send(Tap(run_of(self._listed.iloc[place % len(self._listed)])))


def ranked(points: pd.DataFrame, box: Box | None) -> pd.DataFrame:
    """Return the rows within a box, most structures first, long ones before short ones."""
    if box is not None and len(points):
        accuracy = points["mean_val_accuracy_percent"].to_numpy(dtype=float, na_value=np.nan)
        points = points[
            points["length"].between(box.length_low, box.length_high)
            & (accuracy >= box.accuracy_low)
            & (accuracy <= box.accuracy_high)
        ]
    return points.sort_values(["count", "length"], ascending=False, kind="stable")
