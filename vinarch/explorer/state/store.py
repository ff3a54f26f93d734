"""The state of one reader: moves go in, subscribers hear what changed, and back leads back.

Not for several threads: the one that shows the page calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.explorer.state.moves import DropRun, Move, goes_on
from vinarch.explorer.state.settling import Settled, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.explorer.state.known import Known
    from vinarch.explorer.state.parts import State

MOST_REMEMBERED = 200
"""States that back can lead to."""


@dataclass(frozen=True)
class Change:
    """What subscribers hear: the state now and before, what to tell, and whether to go on from it.

    `remembers` is false where no new step of the history was made: on the way back, and for all
    steps of a slider but the first.
    """

    state: State
    before: State
    notices: tuple[str, ...]
    remembers: bool


class Store:
    """Hold the state of one reader.

    Parameters
    ----------
    known : Known
        What can be chosen.
    beginning : Settled
        The first state, as `from_query` gives it.

    Examples
    --------
    >>> from vinarch.explorer.state import *
    >>> known = Known((KnownExperiment("A", "one", KnownSpace("toy", "01", 8), 3, 9),))
    >>> store = Store(known, from_query("", known))
    >>> store.do(Tap(Run("one", 0, "10110")))
    >>> store.state.run
    Run(experiment='one', start=0, symbols='10110')
    >>> store.back()
    >>> store.state.run is None
    True
    """

    def __init__(self, known: Known, beginning: Settled) -> None:
        self.known = known
        self.state = beginning.state
        self.notices = beginning.notices
        self._history: list[State] = []
        self._last: Move | None = None
        self._subscribers: list[Callable[[Change], None]] = []

    @property
    def can_go_back(self) -> bool:
        """Tell whether there is a state to go back to."""
        return bool(self._history)

    def subscribe(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        """Call `hear` after each change; what is returned ends that."""
        self._subscribers.append(hear)
        return lambda: self._subscribers.remove(hear)

    def do(self, move: Move) -> None:
        """Make a move; it may change nothing but notices."""
        settled = settle(move(self.state, self.known), self.known)
        sliding = goes_on(move, self._last)
        told = (move.notice,) if isinstance(move, DropRun) and settled.state != self.state else ()
        changed = settled.state != self.state
        if not changed and not settled.notices:
            return
        # What the data refuse is no step that anyone took: back must not lead to it.
        remembers = changed and not (sliding or isinstance(move, DropRun))
        if remembers:
            self._history = [*self._history, self.state][-MOST_REMEMBERED:]
        if changed:
            self._last = move
        self._move_to(settled.state, (*told, *settled.notices), remembers=remembers)

    def back(self) -> None:
        """Go back to the state before the last move; at the beginning nothing happens."""
        if self._history:
            self._last = None
            self._move_to(self._history.pop(), (), remembers=False)

    def _move_to(self, state: State, notices: tuple[str, ...], *, remembers: bool) -> None:
        if state == self.state and notices == self.notices:
            return
        before, self.state, self.notices = self.state, state, notices
        change = Change(state, before, notices, remembers)
        for hear in tuple(self._subscribers):
            hear(change)
