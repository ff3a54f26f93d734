"""In what order the views of a page are answered: one after the other, as they are read.

Python works on one thing at a time. Were all views asked at once, each would wait for all; so a
view is asked when the one before it is shown, or keeps the others waiting too long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_MS = 200
"""After so long the next view is asked too, and those that wait are marked."""


class Turns:
    """Who is asked next.

    Parameters
    ----------
    ask : callable
        Takes the name of a view whose turn it is.
    tire : callable
        Called when the view whose turn it is has taken `PATIENCE_MS`.
    later : callable
        Takes a callable and milliseconds, and calls it then, in the same thread.

    Examples
    --------
    >>> turns = Turns(print, lambda: None, lambda step, milliseconds: None)
    >>> turns.want("structures")
    structures
    >>> turns.want("distances")
    >>> turns.end("structures")
    distances
    """

    def __init__(
        self,
        ask: Callable[[str], None],
        tire: Callable[[], None],
        later: Callable[[Callable[[], None], int], object],
    ) -> None:
        self._ask = ask
        self._tire = tire
        self._later = later
        self._waiting: list[str] = []
        self._asked: set[str] = set()
        self._last = ""
        self._count = 0

    @property
    def open(self) -> tuple[str, ...]:
        """Return who waits for a turn or for an answer."""
        return (*self._asked, *self._waiting)

    def want(self, name: str) -> None:
        """Take a turn, behind those that wait already."""
        if name not in self.open:
            self._waiting.append(name)
            if not self._asked:
                self._next()

    def end(self, name: str) -> None:
        """Hear that a view is shown, or wants nothing any more."""
        if name in self._waiting:
            self._waiting.remove(name)
        elif name in self._asked:
            self._asked.remove(name)
            if name == self._last or not self._asked:
                self._next()

    def _next(self) -> None:
        if not self._waiting:
            return
        name = self._last = self._waiting.pop(0)
        self._asked.add(name)
        self._count += 1
        count = self._count
        self._later(lambda: self._look(count), PATIENCE_MS)
        self._ask(name)

    def _look(self, count: int) -> None:
        if count == self._count and self._last in self._asked:
            self._tire()
            self._next()
