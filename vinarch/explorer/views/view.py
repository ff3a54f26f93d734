"""What every view is: a root on the page, a question of the state, and how its answer is shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from bokeh.models import Column, Div

from vinarch.explorer.state import Move
from vinarch.explorer.views.looks import WORDS_STYLE

if TYPE_CHECKING:
    import pandas as pd
    from bokeh.models import UIElement

    from vinarch.explorer.answers import Question
    from vinarch.explorer.state import Known, State
    from vinarch.figures import Drawing

Send = Callable[[Move], None]
"""How a view says what the reader did."""


EMPTY, WAITING = "empty", "waiting"
"""Mark a view that shows words only, and one that waits, for the styles of the page.

They are classes, since Bokeh leaves a style in the browser that a model has given up.
"""


class View(ABC):
    """A view of the state; all methods run in the thread of the page.

    Parameters
    ----------
    send : callable
        Takes a move that the reader made.

    Notes
    -----
    A subclass calls ``super().__init__(send)``, builds its models with empty columns, and hands
    the model that shows them to `hold`.
    """

    def __init__(self, send: Send) -> None:
        self.send = send
        self.words = Div(text="", render_as_text=True, stylesheets=[WORDS_STYLE], visible=False)
        self.root: UIElement = self.words
        self._body: UIElement | None = None

    def hold(
        self, body: UIElement, sizing: Literal["stretch_width", "stretch_both"] = "stretch_width"
    ) -> None:
        """Take the model that is shown when there is an answer; words stand there otherwise.

        One that stretches both ways takes the height that is left over in its column.
        """
        self._body = body
        self.root = Column(children=[self.words, body], sizing_mode=sizing)

    @abstractmethod
    def question(self, state: State, known: Known) -> Question | None:
        """Return what this view shows of a state; None where something must be chosen first."""

    @abstractmethod
    def invitation(self, state: State, known: Known) -> str:
        """Return what to do next, where there is no question."""

    @abstractmethod
    def show(self, answer: pd.DataFrame, state: State) -> None:
        """Show an answer; only called when the question has changed."""

    def follow(self, state: State) -> None:  # noqa: B027 - many views need not
        """Follow a change of the state that is no other question; after `show` too."""

    def wait(self) -> None:
        """Mark what is shown as old: another answer is on its way."""
        self.root.css_classes = [WAITING]

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:
        """Draw what is shown for print, by `vinarch.figures`; runs in another thread."""
        raise NotImplementedError

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:  # noqa: ARG002
        """Return what is shown as a table; runs in another thread."""
        return answer

    def say(self, words: str) -> None:
        """Show words, as they are, in place of the view."""
        self.words.text = words
        self.words.visible = True
        self.root.css_classes = [EMPTY]
        if self._body is not None:
            self._body.visible = False

    def reveal(self) -> None:
        """Show the view in place of words, as new."""
        self.root.css_classes = []
        self.words.visible = False
        if self._body is not None:
            self._body.visible = True
