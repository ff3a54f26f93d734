from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.explorer.turns import PATIENCE_MS, Turns


class Page:
    """Turns, who was asked, and a clock that is set by hand."""

    def __init__(self):
        self.asked = []
        self.tired = 0
        self.clock = []
        self.turns = Turns(self.asked.append, self.tire, self.later)

    def tire(self):
        self.tired += 1

    def later(self, step, milliseconds):
        assert milliseconds == PATIENCE_MS
        self.clock.append(step)

    def want(self, *names):
        for name in names:
            self.turns.want(name)

    def wait(self):
        due, self.clock = self.clock, []
        for step in due:
            step()


@pytest.fixture
def page():
    return Page()


def test_one_is_asked_after_the_other_is_shown(page):
    page.want("a", "b", "c")
    assert page.asked == ["a"]
    assert page.turns.open == ("a", "b", "c")
    page.turns.end("a")
    page.turns.end("b")
    assert page.asked == ["a", "b", "c"]


def test_who_takes_long_is_overtaken_and_told(page):
    page.want("slow", "b", "c")
    page.wait()
    assert (page.asked, page.tired) == (["slow", "b"], 1)
    page.turns.end("b")
    page.turns.end("c")
    assert page.turns.open == ("slow",)
    page.turns.end("slow")
    page.wait()
    assert (page.turns.open, page.tired) == ((), 1)


def test_who_wants_nothing_any_more_keeps_nobody_waiting(page):
    page.want("a", "b", "c")
    page.turns.end("b")
    page.turns.end("a")
    page.turns.end("never wanted")
    assert page.asked == ["a", "c"]


def test_an_old_look_at_the_clock_changes_nothing(page):
    page.want("a", "b")
    page.turns.end("a")
    old, page.clock = page.clock[:1], page.clock[1:]
    old[0]()
    assert (page.asked, page.tired) == (["a", "b"], 0)


@given(st.lists(st.tuples(st.sampled_from(["want", "end", "wait"]), st.sampled_from("abcd"))))
def test_somebody_is_asked_wherever_somebody_waits(steps):
    page = Page()
    wanted = set()
    for what, name in steps:
        if what == "wait":
            page.wait()
        elif what == "want":
            page.turns.want(name)
            wanted.add(name)
        else:
            page.turns.end(name)
            wanted.discard(name)
        assert sorted(page.turns.open) == sorted(wanted)
        under_way = [one for one in page.turns.open if one in page.asked]
        assert bool(under_way) == bool(wanted)
    page.asked.clear()
    while page.turns.open:
        page.turns.end(page.turns.open[0])
    assert len(page.asked) == len(set(page.asked))
