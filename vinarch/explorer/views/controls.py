"""What is chosen, as widgets: archive, experiments, and how subsequences are matched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bokeh.models import Checkbox, CheckboxGroup, Column, Div, Select, Slider

from vinarch.explorer.state import ChooseArchive, ChooseExperiments, Match
from vinarch.explorer.views.looks import CHOICES_STYLE, NOTE_STYLE, heard

if TYPE_CHECKING:
    from vinarch.explorer.state import Known, State
    from vinarch.explorer.views.view import Send


class Controls:
    """The widgets on the left; they follow the state and send moves."""

    def __init__(self, send: Send, known: Known) -> None:
        self._send = send
        self._known = known
        self._state: State | None = None
        self._following = False
        self.archive = Select(title="Archive", options=list(known.archives))
        self.experiments = CheckboxGroup(
            styles={"overflow-y": "auto", "max-height": "320px"},
            stylesheets=[CHOICES_STYLE],
            html_attributes=heard("Experiments"),
        )
        self.untrained = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        self.min_length = Slider(title="Minimum length", start=1, end=2, value=1, step=1)
        self.within = Checkbox(label="within one phase only", stylesheets=[CHOICES_STYLE])
        self.across = Checkbox(label="match experiments together", stylesheets=[CHOICES_STYLE])
        self.archive.on_change("value", self._archive)
        self.experiments.on_change("active", self._experiments)
        self.min_length.on_change("value_throttled", self._matching)
        for box in (self.within, self.across):
            box.on_change("active", self._matching)
        self.root = Column(
            children=[
                self.archive,
                Div(text="Experiments", margin=(5, 5, 0, 5)),
                self.experiments,
                self.untrained,
                self.min_length,
                self.within,
                self.across,
            ],
            sizing_mode="stretch_width",
        )
        self.min_length.html_attributes = heard("Minimum length")
        for box in (self.within, self.across):
            box.html_attributes = heard(str(box.label))
        for widget in (self.archive, self.experiments, self.min_length):
            widget.sizing_mode = "stretch_width"

    def follow(self, state: State) -> None:
        """Show what is chosen."""
        self._following = True
        if self._state is None or self._state.archive != state.archive:
            self._offer(state)
        self._state = state
        names = [experiment.name for experiment in self._known.of(state.archive)]
        self.experiments.active = [names.index(name) for name in state.experiments]
        space = self._known.space_of(state.archive, state.experiments)
        self.min_length.disabled = space is None
        if space is not None:
            phases = [stop - start for start, stop in space.phases]
            self.min_length.end = max(phases) if state.matching.within_phase else space.longest
        self.min_length.value = state.matching.min_length
        self.within.active = state.matching.within_phase
        self.within.disabled = space is None or not space.phase_starts
        self.across.active = state.matching.across
        self._following = False

    def _offer(self, state: State) -> None:
        self.archive.value = state.archive or ""
        offered = self._known.of(state.archive)
        self.experiments.labels = [experiment.name for experiment in offered]
        left = sum(archive == state.archive for archive, _ in self._known.untrained)
        self.untrained.text = f"{left} more without networks" if left else ""
        self.untrained.visible = bool(left)

    def _archive(self, _: str, __: Any, value: str) -> None:
        if not self._following:
            self._send(ChooseArchive(value))

    def _experiments(self, _: str, __: Any, active: list[int]) -> None:
        if not self._following:
            labels = self.experiments.labels
            self._send(ChooseExperiments(tuple(labels[place] for place in sorted(active))))

    def _matching(self, _: str, __: Any, ___: Any) -> None:
        if self._following or self._state is None:
            return
        self._send(
            Match(
                replace(
                    self._state.matching,
                    min_length=int(self.min_length.value),
                    within_phase=bool(self.within.active),
                    across=bool(self.across.active),
                )
            )
        )
