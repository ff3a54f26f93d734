"""The row of the chosen subsequence, as VINARCH prints it (V5)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
from bokeh.models import Div

from vinarch.explorer.answers import published_table, row_of
from vinarch.explorer.views.asking import no_run, points_of
from vinarch.explorer.views.looks import FACTS_STYLE
from vinarch.explorer.views.view import Send, View

if TYPE_CHECKING:
    from vinarch.explorer.answers import Points
    from vinarch.explorer.state import Known, State

MOST_NUMBERS = 60
"""Numbers of structures that are written out."""

_COUNTS = ("network_count", "epoch_row_count")


class ChosenView(View):
    """The chosen subsequence: symbols, place, structures, accuracy."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._answer = pd.DataFrame()
        self.facts = Div(
            text=self.facts_of(()), sizing_mode="stretch_width", stylesheets=[FACTS_STYLE]
        )
        self.hold(self.facts)

    @staticmethod
    def facts_of(pairs: tuple[tuple[str, str], ...]) -> str:
        """Return pairs of a name and a value as HTML, escaped."""
        items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
        return f"<dl>{items}</dl>"

    def question(self, state: State, known: Known) -> Points | None:
        """Return the points, of which one is chosen."""
        return None if state.run is None else points_of(state, known)

    def invitation(self, state: State, known: Known) -> str:
        """Return what to do next."""
        return no_run(state, known)

    def show(self, answer: pd.DataFrame, state: State) -> None:  # noqa: ARG002 - follow shows it
        """Keep the points."""
        self._answer = answer

    def follow(self, state: State) -> None:
        """Show the row of the chosen subsequence."""
        if state.run is None:
            return
        chosen = row_of(self._answer, state.run) if len(self._answer) else self._answer
        if len(chosen):
            self.facts.text = self.facts_of(_pairs(chosen.iloc[0]))

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:
        """Return the one row, with all that the view tells of it."""
        row = answer if state.run is None else row_of(answer, state.run)
        return published_table(row).assign(**{name: row[name] for name in _COUNTS})


def _pairs(row: Any) -> tuple[tuple[str, str], ...]:
    accuracy = row["mean_val_accuracy_percent"]
    together = pd.isna(row["experiment"])
    numbers = () if together else tuple(row["structures"])
    listed = ", ".join(map(str, numbers[:MOST_NUMBERS])) + (" …" * (len(numbers) > MOST_NUMBERS))
    bits = set(row["subsequence"]) <= {"0", "1"}
    symbols = f"[{','.join(row['subsequence'])}]" if bits else str(row["subsequence"])
    pairs = [
        ("subsequence", symbols),
        ("length", f"{row['length']} symbol{'' if row['length'] == 1 else 's'}"),
        ("start index", str(row["start"])),
        ("structures", listed),
        ("count", f"{row['count']:,} structures, {row['network_count']:,} networks"),
        (
            "mean validation accuracy",
            "not recorded"
            if pd.isna(accuracy)
            else f"{accuracy:.2f} % over {row['epoch_row_count']:,} epochs",
        ),
        ("experiments", f"{row['experiment_count']}")
        if together
        else ("experiment", str(row["experiment"])),
    ]
    return tuple(pair for pair in pairs if pair[1])
