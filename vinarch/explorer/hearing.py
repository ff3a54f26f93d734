"""How a session hears the desk: in the desk's threads, by notes that it leaves for the page's."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers import Question
    from vinarch.explorer.session import Session

TOLD_EVERY = 0.1
"""Seconds between two words on progress."""


class Ear:
    """Hears the desk in its threads, and leaves notes for the page's."""

    def __init__(self, session: Session, name: str, wish: int) -> None:
        self._session = session
        self._name = name
        self._wish = wish
        self._told = 0.0

    def progressed(self, _: Question, label: str, done: int, total: int) -> None:
        """Pass on some of the words on progress."""
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY:
            self._told = now
            words = f"{label}: {done:,} of {total:,} tasks" if total else label
            self._session.soon(partial(self._session.progressed, self._name, self._wish, words))

    def answered(self, _: Question, answer: pd.DataFrame | BaseException) -> None:
        """Pass on the answer."""
        self._session.soon(partial(self._session.heard, self._name, self._wish, answer))
