"""A session without a browser: which views are marked as old."""

from __future__ import annotations

from bokeh.document import Document

from vinarch.explorer.answers import Desk, known_of
from vinarch.explorer.session import Session
from vinarch.explorer.views.view import WAITING

EXPERIMENT = "1gpu_1e14_early_termination"


def test_a_view_that_is_shown_is_not_marked_while_its_turn_ends(real_commons):
    desk = Desk(real_commons)
    session = Session(Document(), desk, known_of(real_commons), f"experiment={EXPERIMENT}")
    session.begin()
    question = session._questions["engine"]
    session.heard("engine", question, desk.answer_now(question))
    assert "engine" in session._turns.open, "the browser does not have it yet"
    session._mark()
    marked = {name for name, view in session._views.items() if view.root.css_classes == [WAITING]}
    assert "engine" not in marked
    assert "curves" in marked
    assert session._views["engine"].table_model.css_classes == []
    session.end()
    desk.close()
