"""Questions that several views ask of a state, so that they are equal and answered once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.explorer.answers import Cells, Held, Points

if TYPE_CHECKING:
    from vinarch.explorer.state import Known, State

NO_EXPERIMENT = "Choose one or more experiments on the left."
NO_RUN = (
    "Tap a point of the scatter or a row of the table, or press Next row, to choose a subsequence. "
    "Where there is none, lower the minimum length."
)
NOTHING = (
    "This commons holds no trained networks. Open another one: vinarch explore JS9FR6, or the "
    "folder of a recorded run."
)


def points_of(state: State, known: Known) -> Points | None:
    """Return the question of the subsequences that the chosen experiments share."""
    if state.archive is None or not state.experiments:
        return None
    space = known.space_of(state.archive, state.experiments)
    phases = space.phases if space is not None and state.matching.within_phase else ()
    return Points(state.archive, state.experiments, state.matching, phases)


def held_of(state: State) -> Held | None:
    """Return the question of the structures that hold the chosen subsequence."""
    if state.archive is None or state.run is None:
        return None
    one = state.run.experiment
    return Held(state.archive, state.experiments if one is None else (one,), state.run)


def cells_of(state: State, known: Known) -> Cells | None:
    """Return the question of the cells of those structures."""
    held = held_of(state)
    space = known.space_of(state.archive, state.experiments)
    return None if held is None or space is None else Cells(held, space.name)


def no_experiment(known: Known) -> str:
    """Return what to do where no experiment is chosen."""
    return NO_EXPERIMENT if known.experiments else NOTHING


def no_run(state: State, known: Known, sight: str = "") -> str:
    """Return what to do where no subsequence is chosen, and what will then be seen.

    Where several views wait for the same choice, one says how to make it and the others what for.
    """
    if not state.experiments:
        return no_experiment(known)
    return f"Choose a subsequence to see {sight}." if sight else NO_RUN
