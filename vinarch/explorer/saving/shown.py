"""The views of one state with their answers, as a fresh tab would show them.

A desk and a wish go in, views that hold their answers come out; nothing is written and no page is
made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import SelectionError, VinarchError
from vinarch.explorer.state import Store
from vinarch.explorer.views import SLOTS
from vinarch.explorer.views.asking import no_experiment
from vinarch.explorer.views.rows import RowsView

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers import Desk
    from vinarch.explorer.state import Known, Settled, State
    from vinarch.explorer.views import Send, Slot, View

MOST_LISTED = 10_000
"""Rows of the table: nothing can be asked for later, so more than a live page lists."""


@dataclass(frozen=True, eq=False)
class ShownView:
    """A view that has something to show."""

    slot: Slot
    view: View
    answer: pd.DataFrame | None
    """None where words stand in its place, which say why there is no answer."""


@dataclass(frozen=True, eq=False)
class Shown:
    """All that a state shows."""

    state: State
    notices: tuple[str, ...]
    views: tuple[ShownView, ...]
    """In the order of `SLOTS`; those for which something must be chosen first are not there."""


def views_of(desk: Desk, known: Known, wish: Settled) -> Shown:
    """Return the views of a state; waits for all answers.

    Raises
    ------
    SelectionError
        If nothing would be shown: no experiment is chosen, or there is none.
    """
    if not wish.state.experiments:
        got = " ".join(("none.", *wish.notices)).removesuffix(".")
        raise SelectionError(
            "the page to save", "a chosen experiment", got, _next_step(known, wish.state)
        )
    store = Store(known, wish)
    notices = list(wish.notices)
    while True:
        before = store.state
        shown = _shown(desk, store)
        if store.state == before:
            return Shown(before, tuple(dict.fromkeys(notices)), shown)
        # A view gave up what the data do not hold, which each can do once: all begin anew.
        notices += store.notices


def _next_step(known: Known, state: State) -> str:
    offered = known.of(state.archive) or known.experiments
    if not offered:
        return no_experiment(known)
    return f"Choose one, as by the link ?experiment={offered[0].name}."


def _shown(desk: Desk, store: Store) -> tuple[ShownView, ...]:
    shown: list[ShownView] = []
    state = store.state
    for slot in SLOTS:
        if slot.page != state.page:
            continue
        view = _view(slot, store.do)
        question = view.question(state, store.known)
        if question is None:
            continue
        try:
            answer = desk.answer_now(question)
        except VinarchError as error:
            view.say(str(error))
            shown.append(ShownView(slot, view, None))
            continue
        view.reveal()
        view.show(answer, state)
        view.follow(state)
        if store.state != state:
            break
        shown.append(ShownView(slot, view, answer))
    return tuple(shown)


def _view(slot: Slot, send: Send) -> View:
    return RowsView(send, MOST_LISTED) if slot.view is RowsView else slot.view(send)
