"""What passes between who asks and the desk: a question, a listener, and the ticket of its wish."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers.desk import Ask


class Superseded(Exception):  # noqa: N818 - nothing went wrong: nobody waits any more
    """Nobody waits for the answer any more."""


class Question(Protocol):
    """A frozen dataclass: equal questions have equal answers."""

    @property
    def label(self) -> str:
        """What is done to answer it, for the status line: "Matching subsequences"."""

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return the answer; runs in a thread of the desk.

        Raises
        ------
        VinarchError
            If there is none; the message is shown in place of the view.
        """

    def __hash__(self) -> int:
        """Equal questions have equal hashes."""


class Listener(Protocol):
    """Who asked; called in threads of the desk."""

    def progressed(self, question: Question, label: str, done: int, total: int) -> None:
        """Hear how far the work is; `total` is 0 where nobody knows."""

    def answered(self, question: Question, answer: pd.DataFrame | BaseException) -> None:
        """Hear the answer, or why there is none; never after `Ticket.withdraw` returned."""


class Ticket:
    """A listener's wish for an answer."""

    def __init__(self, question: Question, listener: Listener) -> None:
        self.question = question
        self._listener = listener
        self._lock = threading.RLock()
        self._wanted = True

    @property
    def wanted(self) -> bool:
        """Tell whether somebody still waits."""
        return self._wanted

    def withdraw(self) -> None:
        """Wait no longer; the listener hears nothing more."""
        with self._lock:
            self._wanted = False

    def tell(self, label: str, done: int, total: int) -> None:
        """Tell the listener how far the work is."""
        with self._lock:
            if self._wanted:
                self._listener.progressed(self.question, label, done, total)

    def give(self, answer: pd.DataFrame | BaseException) -> None:
        """Give the listener the answer, once."""
        with self._lock:
            if self._wanted:
                self._wanted = False
                self._listener.answered(self.question, answer)
