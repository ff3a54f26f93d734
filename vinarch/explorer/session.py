"""One tab of a browser: its state, its views, and the answers on their way to them.

All methods run in the thread of the page but `save`, which runs in one of its own, and what the
desk calls, which only leaves a note for the page's thread.
"""

from __future__ import annotations

import logging
import secrets
import threading
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
from bokeh.core.properties import Bool, Int, String
from bokeh.model import DataModel
from bokeh.models import Button, Div

from vinarch.errors import VinarchError
from vinarch.explorer.hearing import Ear
from vinarch.explorer.saving import page_of
from vinarch.explorer.spreadsheets import csv_bytes
from vinarch.explorer.state import Follow, Store, from_query, to_query
from vinarch.explorer.turns import Turns
from vinarch.explorer.views import SLOTS, Controls
from vinarch.explorer.views.looks import FONT

if TYPE_CHECKING:
    from bokeh.document import Document

    from vinarch.explorer.answers import Desk, Question, Ticket
    from vinarch.explorer.state import Change, Known, Move
    from vinarch.explorer.views import View

LOGGER = logging.getLogger("vinarch.explorer")

NOTICE_STYLE = f":host {{ padding: 6px 12px; font: 13px/1.5 {FONT}; }} p {{ margin: 0; }}"

PAGE_FILE = ("page", "html")
"""Name and ending of the page that needs no server; no view is called so."""


class Address(DataModel):
    """The query of the page's URL and the status line, which page/explorer.js shows."""

    query = String()
    steps = Int()
    """How many entries of the browser's history this session has made."""
    asked = String()
    whole = Bool()
    """Whether the link that was opened could be followed in all it names."""
    status = String()
    """Plain text: another element of Bokeh's would be laid out anew at each word."""
    asks = Int()
    """How often the browser went to an entry of its history, `asked` the last time."""


class Session:
    """What one reader sees.

    Parameters
    ----------
    document : Document
        An empty one, to be filled.
    desk : Desk
    known : Known
    query : str
        The query of the URL that was opened.
    """

    def __init__(self, document: Document, desk: Desk, known: Known, query: str) -> None:
        self.key = secrets.token_urlsafe(24)
        """Names this session in the links that save."""
        self.store = Store(known, from_query(query, known))
        self._document = document
        self._desk = desk
        self._alive = True
        self._views: dict[str, View] = {slot.name: slot.view(self._do) for slot in SLOTS}
        self._questions: dict[str, Question | None] = {}
        self._tickets: dict[str, Ticket] = {}
        self._wishes: dict[str, int] = {}
        """How often each view wished for something: a view may come back to an old question."""
        self._shown: set[str] = set()
        """Views that show their answer; the turn of one lasts until the browser has it."""
        self._turns = Turns(self._ask, self._mark, document.add_timeout_callback)
        self._progress: dict[str, str] = {}
        self._controls = Controls(self._do, known)
        self._notices = Div(text="", name="notices", visible=False, stylesheets=[NOTICE_STYLE])
        self._back = Button(label="Back", name="back", disabled=True)
        self._back.on_click(self.store.back)
        self._address = Address(
            name="address", query=to_query(self.store.state), whole=not self.store.notices
        )
        self._address.on_change("asks", self._go)
        self._back.tags = [self._address]
        self._fill()
        self.store.subscribe(self._changed)

    def begin(self) -> None:
        """Show the first state."""
        self._follow()

    def end(self) -> None:
        """Ask for nothing more: the tab is gone."""
        self._alive = False
        for ticket in self._tickets.values():
            ticket.withdraw()

    def save(self, name: str, ending: str) -> tuple[str, bytes]:
        """Return the name and the bytes of a file with what a view or all shows; waits for answers.

        Raises
        ------
        VinarchError
            If there is no answer to save.
        LookupError
            If there is no such view or file, or nothing is chosen yet.
        """
        if (name, ending) == PAGE_FILE:
            page = page_of(self._desk, self.store.known, to_query(self.store.state))
            return f"vinarch-{name}.{ending}", page.html.encode()
        slot = next((slot for slot in SLOTS if slot.name == name and ending in slot.saves), None)
        state = self.store.state
        view = self._views[name] if slot is not None else None
        question = view.question(state, self.store.known) if view is not None else None
        if view is None or question is None:
            raise LookupError(name)
        answer = self._desk.answer_now(question)
        file = f"vinarch-{name}.{ending}"
        if ending == "csv":
            return file, csv_bytes(view.table(answer, state))
        with _DRAWING:
            drawing = view.drawing(answer, state)
            return file, drawing.png() if ending == "png" else drawing.svg()

    def _fill(self) -> None:
        roots = {name: view.root for name, view in self._views.items()}
        roots |= {"controls": self._controls.root}
        roots |= {"notices": self._notices, "back": self._back}
        # Bokeh looks through all models once, not once a root.
        with self._document.models.freeze():
            for name, root in roots.items():
                root.name = name
                self._document.add_root(root)
        self._document.title = "vinarch explorer"
        # Bokeh would join a page to a session that is not its own; explorer.js opens it anew.
        self._document.config.update(reconnect_session=False, notify_connection_status=False)

    def _do(self, move: Move) -> None:
        self.store.do(move)

    def _go(self, _: str, __: Any, ___: int) -> None:
        settled = from_query(self._address.asked, self.store.known)
        self.store.do(Follow(settled.state))

    def _changed(self, change: Change) -> None:
        if change.remembers:
            self._address.steps += 1
        self._address.query = to_query(change.state)
        self._follow()

    def _follow(self) -> None:
        state, known = self.store.state, self.store.known
        self._controls.follow(state)
        self._back.disabled = not self.store.can_go_back
        for name, view in self._views.items():
            question = view.question(state, known)
            if question is None:
                self._withdraw(name)
                self._questions[name] = None
                view.say(view.invitation(state, known))
            elif question != self._questions.get(name):
                self._withdraw(name)
                self._questions[name] = question
                self._turns.want(name)
            elif name in self._shown or name not in self._turns.open:
                view.follow(state)
            if self.store.state != state:
                # A view gave up what the data do not hold: the change it made has shown the rest.
                return
        self._tell_notices()
        self._tell_status()

    def _ask(self, name: str) -> None:
        question = self._questions[name]
        if question is None:
            return
        answer = self._desk.known(question)
        if answer is None:
            self._tickets[name] = self._desk.ask(question, Ear(self, name, self._wishes[name]))
        else:
            # In a step of its own, so that the browser shows one view after the other.
            self.soon(partial(self.heard, name, self._wishes[name], answer))

    def _mark(self) -> None:
        """Mark what is old: the views that wait for an answer."""
        for name in {*self._turns.open} - self._shown:
            self._views[name].wait()

    def _withdraw(self, name: str) -> None:
        ticket = self._tickets.pop(name, None)
        if ticket is not None:
            ticket.withdraw()
        self._progress.pop(name, None)
        self._shown.discard(name)
        self._wishes[name] = self._wishes.get(name, 0) + 1
        self._turns.end(name)

    def heard(self, name: str, wish: int, answer: pd.DataFrame | BaseException) -> None:
        """Show an answer, if the view still has this wish: the latest wins."""
        if not self._alive or self._wishes.get(name) != wish:
            return
        if name not in self._turns.open:
            return
        self._tickets.pop(name, None)
        self._progress.pop(name, None)
        self._shown.add(name)
        view = self._views[name]
        try:
            if isinstance(answer, pd.DataFrame):
                view.reveal()
                view.show(answer, self.store.state)
                view.follow(self.store.state)
            else:
                self._questions[name] = None
                view.say(_words_of(answer))
        finally:
            # The browser is to have this one before the work on the next begins.
            self.soon(partial(self._ended, name, wish))

    def _ended(self, name: str, wish: int) -> None:
        if self._wishes.get(name) == wish:
            self._shown.discard(name)
            self._turns.end(name)
        self._tell_notices()
        self._tell_status()

    def progressed(self, name: str, wish: int, words: str) -> None:
        """Tell how far the work for a view is."""
        if self._alive and name in self._tickets and self._wishes.get(name) == wish:
            self._progress[name] = words
            self._tell_status()

    def soon(self, step: partial[None]) -> None:
        """Leave a step for the page's thread; may be called in any."""
        if self._alive:
            self._document.add_next_tick_callback(step)

    def _tell_status(self) -> None:
        state = self.store.state
        if self._turns.open:
            words = next(iter(self._progress.values()), "Working")
            self._address.status = f"{words} …"
        elif not state.experiments:
            self._address.status = "Ready: no experiment is chosen"
        else:
            count = len(state.experiments)
            self._address.status = f"Ready: {state.archive}, {count} experiment{'s' * (count != 1)}"

    def _tell_notices(self) -> None:
        notices = self.store.notices
        items = "".join(f"<p>{escape(notice)}</p>" for notice in notices)
        self._notices.update(text=items, visible=bool(notices))


def _words_of(error: BaseException) -> str:
    if isinstance(error, VinarchError):
        return str(error)
    LOGGER.error("a view has no answer", exc_info=error)
    return (
        f"An error that vinarch does not know: {type(error).__name__}. "
        "The log of the server says where it comes from."
    )


_DRAWING = threading.Lock()
"""Matplotlib's settings are those of the whole process."""
