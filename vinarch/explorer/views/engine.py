"""The prediction engine's parameters as sliders, and what it would have saved with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from bokeh.models import Column, ColumnDataSource, Div, Row, Select, Slider

from vinarch.explorer.answers import Saved
from vinarch.explorer.state import EngineChoice, Slide
from vinarch.explorer.views.asking import no_experiment
from vinarch.explorer.views.engine_table import TABLE_STYLE, readout, remarks_of
from vinarch.explorer.views.looks import NOTE_STYLE, heard
from vinarch.explorer.views.view import Send, View
from vinarch.prediction.families import FAMILIES

if TYPE_CHECKING:
    from vinarch.explorer.state import Known, State

PAUSE_MILLISECONDS = 100
"""Between two moves of a slider that is being dragged: the last one always counts."""

USUAL_ENDS = {"predictions_needed": 10.0, "threshold": 5.0, "minimum_epochs": 15.0}
"""Where the sliders end; a link may go further, and then they do."""

_DECIMALS = 4
"""A slider's steps add up with an error in the last digit."""

_SHOWN = ("experiment", "epochs_saved", "epochs_saved_share", "mean_absolute_error_points")


class EngineView(View):
    """Four parameters; epochs saved, error of the predictions, networks that converge."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._engine = EngineChoice()
        self._wish: EngineChoice | None = None
        self._timer: Any = None
        self._following = False
        self.source = ColumnDataSource(self.columns())
        formulas = [(one.name, f"{one.name}:  {one.formula}") for one in FAMILIES]
        self.function = Select(title="Function of the fit", options=formulas, value="penguin")
        self.sliders = {
            "predictions_needed": Slider(
                title="N: predictions that must agree", start=1, end=10, step=1, value=3
            ),
            "threshold": Slider(
                title="Threshold: points from their median", start=0.05, end=5, step=0.05,
                value=0.5, format="0.00",
            ),
            "minimum_epochs": Slider(
                title="C_min: records before the first fit", start=1, end=15, step=1, value=3
            ),
        }  # fmt: skip
        self.function.on_change("value", self._slid)
        for slider in self.sliders.values():
            slider.html_attributes = heard(str(slider.title))
            slider.on_change("value", self._slid)
        self.table_model = Div(text=readout(pd.DataFrame()), stylesheets=[TABLE_STYLE])
        # The numbers behind the words travel with them.
        self.table_model.tags = [self.source]
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        for part in (self.table_model, self.note):
            part.sizing_mode = "stretch_width"
        self.function.width = 270
        widgets = Column(children=[self.function, *self.sliders.values()], width=270)
        told = Column(children=[self.table_model, self.note], sizing_mode="stretch_width")
        self.hold(Row(children=[widgets, told], spacing=24, sizing_mode="stretch_width"))

    @staticmethod
    def columns(saved: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return the numbers that the table tells, unrounded: a row an experiment."""
        names = (*_SHOWN, "converged_count", "network_count", "full_count")
        if saved is None or saved.empty:
            return {name: [] for name in names}
        return {name: saved[name].tolist() for name in names}

    def question(self, state: State, known: Known) -> Saved | None:  # noqa: ARG002 - as every view
        """Return the savings of the chosen experiments."""
        if state.archive is None or not state.experiments:
            return None
        return Saved(state.archive, state.experiments, state.engine)

    def invitation(self, state: State, known: Known) -> str:  # noqa: ARG002 - as every view
        """Return what to do next."""
        return no_experiment(known)

    def wait(self) -> None:
        """Mark the numbers as those of the settings before."""
        if len(self.source.data["experiment"]):
            self.table_model.css_classes = ["old"]
            self.note.text = "Numbers of the settings before; the new ones are being computed."

    def show(self, answer: pd.DataFrame, state: State) -> None:
        """Show the numbers."""
        self.source.data = self.columns(answer)
        self.table_model.text = readout(answer)
        self.table_model.css_classes = []
        self.note.text = remarks_of(answer, state)

    def follow(self, state: State) -> None:
        """Move the sliders to what is chosen, unless the reader has moved on."""
        self._engine = state.engine
        if self._wish is not None:
            return
        self._following = True
        self.function.value = state.engine.function
        for name, slider in self.sliders.items():
            value = float(getattr(state.engine, name))
            slider.end = max(USUAL_ENDS[name], value)
            slider.start = min(slider.start, value)
            slider.value = value
        self._following = False

    def _slid(self, _: str, __: Any, ___: Any) -> None:
        if self._following:
            return
        self._wish = EngineChoice(
            function=str(self.function.value),
            predictions_needed=round(self.sliders["predictions_needed"].value),
            threshold=round(float(self.sliders["threshold"].value), _DECIMALS),
            minimum_epochs=round(self.sliders["minimum_epochs"].value),
        )
        document = self.root.document
        if document is None or document.session_context is None:
            self._send_wish()
        elif self._timer is None:
            # While a slider is dragged its steps come faster than anything can be shown.
            self._timer = document.add_timeout_callback(self._send_wish, PAUSE_MILLISECONDS)

    def _send_wish(self) -> None:
        self._timer = None
        wish, self._wish = self._wish, None
        if wish is not None and wish != self._engine:
            self.send(Slide(wish))
