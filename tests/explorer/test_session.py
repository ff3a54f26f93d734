"""A session without a browser: which views are marked as old."""

from __future__ import annotations

from bokeh.document import Document

from vinarch.explorer.answers import Desk, Ticket, known_of
from vinarch.explorer.session import Session
from vinarch.explorer.state import ChooseExperiments
from vinarch.explorer.views.view import WAITING

EXPERIMENT = "1gpu_1e14_early_termination"


def hear(session, desk, name):
    """Let a view have its answer, as the desk would."""
    session.heard(name, session._wishes[name], desk.answer_now(session._questions[name]))


def test_a_view_that_is_shown_is_not_marked_while_its_turn_ends(real_commons):
    desk = Desk(real_commons)
    session = Session(Document(), desk, known_of(real_commons), f"experiment={EXPERIMENT}")
    session.begin()
    hear(session, desk, "engine")
    assert "engine" in session._turns.open, "the browser does not have it yet"
    session._mark()
    marked = {name for name, view in session._views.items() if view.root.css_classes == [WAITING]}
    assert "engine" not in marked
    assert "curves" in marked
    assert session._views["engine"].table_model.css_classes == []
    session.end()
    desk.close()


def test_a_view_that_comes_back_to_its_question_while_its_turn_ends_is_shown_again(
    real_commons, monkeypatch
):
    soon = []
    monkeypatch.setattr(Session, "soon", lambda _, step: soon.append(step))
    desk = Desk(real_commons)
    session = Session(Document(), desk, known_of(real_commons), f"experiment={EXPERIMENT}")
    monkeypatch.setattr(desk, "ask", Ticket)
    session.begin()
    hear(session, desk, "subsequences")
    session.store.do(ChooseExperiments(()))
    assert session._views["subsequences"].words.visible
    session.store.do(ChooseExperiments((EXPERIMENT,)))
    while soon:
        soon.pop(0)()
        for name in session._turns.open:
            if name in session._tickets:
                hear(session, desk, name)
    assert session._turns.open == ()
    for name in ("subsequences", "rows", "curves", "engine"):
        view = session._views[name]
        assert (view.words.visible, view.root.css_classes) == (False, []), name
    assert session._address.status.startswith("Ready: JS9FR6, 1 experiment")
    session.end()
    desk.close()
