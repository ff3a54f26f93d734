"""What a reader can do: each move takes a state and says which one is wished for.

`Store.do` holds the wish to what is known, so a move need not check anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from vinarch.explorer.state.settling import first_experiment

if TYPE_CHECKING:
    from vinarch.explorer.state.known import Known
    from vinarch.explorer.state.parts import Box, EngineChoice, Matching, NetworkKey, Run, State


class Move(Protocol):
    """Something that a reader, or a link, does."""

    def __call__(self, state: State, known: Known, /) -> State:
        """Return the state that is wished for."""


@dataclass(frozen=True)
class ChooseArchive:
    """Show another archive, beginning with its first experiment."""

    archive: str

    def __call__(self, state: State, known: Known) -> State:
        """Return the state that is wished for."""
        if self.archive == state.archive:
            return state
        chosen = first_experiment(self.archive, known)
        return replace(
            state,
            archive=self.archive,
            experiments=chosen,
            run=None,
            box=None,
            networks=(),
            structure=None,
        )


@dataclass(frozen=True)
class ChooseExperiments:
    """Show other experiments of the archive."""

    experiments: tuple[str, ...]

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, experiments=self.experiments)


@dataclass(frozen=True)
class Match:
    """Match in another way; steps of the minimum length are one move to go back over."""

    matching: Matching

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, matching=self.matching)


@dataclass(frozen=True)
class Tap:
    """Choose a subsequence."""

    run: Run | None

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        structure = state.structure
        if structure is not None and (self.run is None or not self.run.within(structure)):
            structure = None
        # Networks are chosen among those that hold the subsequence: of another one all are shown.
        networks = state.networks if self.run == state.run else ()
        return replace(state, run=self.run, structure=structure, networks=networks)


@dataclass(frozen=True)
class ShowIn:
    """Choose a subsequence as it was matched in an experiment, which is shown with the others."""

    run: Run

    def __call__(self, state: State, known: Known) -> State:
        """Return the state that is wished for."""
        name = self.run.experiment
        added = () if name is None or name in state.experiments else (name,)
        matching = replace(state.matching, across=name is None)
        wish = replace(state, experiments=(*state.experiments, *added), matching=matching)
        return Tap(self.run)(wish, known)


@dataclass(frozen=True)
class Frame:
    """Draw a box over the scatter, or take it away."""

    box: Box | None

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, box=self.box)


@dataclass(frozen=True)
class DropRun:
    """Give up a subsequence that the data turn out not to hold, if it is still the chosen one."""

    run: Run
    notice: str

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, run=None, structure=None) if state.run == self.run else state


@dataclass(frozen=True)
class ChooseNetworks:
    """Choose the networks whose learning curves are shown."""

    networks: tuple[NetworkKey, ...]

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, networks=self.networks)


@dataclass(frozen=True)
class Slide:
    """Change the prediction engine; steps of a slider are one move to go back over."""

    engine: EngineChoice

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, engine=self.engine)


@dataclass(frozen=True)
class Measure:
    """Measure distances in another way."""

    metric: str

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, metric=self.metric)


@dataclass(frozen=True)
class Join:
    """Take another distance of two groups for the tree of structures."""

    linkage: str

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, linkage=self.linkage)


@dataclass(frozen=True)
class Arrange:
    """Bring the map of distances into another order."""

    order: str

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, order=self.order)


@dataclass(frozen=True)
class ChooseStructure:
    """Choose the structure whose network is shown, by its flattened genome."""

    structure: str | None

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, structure=self.structure)


@dataclass(frozen=True)
class Turn:
    """Open another page."""

    page: str

    def __call__(self, state: State, _: Known) -> State:
        """Return the state that is wished for."""
        return replace(state, page=self.page)


@dataclass(frozen=True)
class Follow:
    """Go where a link leads: to a whole state, whatever was chosen before."""

    state: State

    def __call__(self, state: State, known: Known) -> State:  # noqa: ARG002 - the link says all
        """Return the state that is wished for."""
        return self.state


def goes_on(move: Move, last: Move | None) -> bool:
    """Tell whether a move is the next step of the slider that the last one moved."""
    if isinstance(move, Match) and isinstance(last, Match):
        return replace(last.matching, min_length=move.matching.min_length) == move.matching
    if isinstance(move, Slide) and isinstance(last, Slide):
        return last.engine.function == move.engine.function
    return False
