from __future__ import annotations

import io

import pytest
from rich.console import Console

from vinarch.progress import FileProgress, LogProgress
from vinarch.terminal import TerminalProgress


@pytest.fixture
def screen():
    """Return a progress, and what it draws as if on a terminal."""

    def screen(*, terminal):
        progress = TerminalProgress()
        text = io.StringIO()
        progress._console = Console(
            file=text, force_terminal=terminal, width=120, highlight=False, color_system=None
        )
        return progress, text

    return screen


def drawn(progress):
    """Return each bar that stands: its label, what is done and the total."""
    return [(task.description, task.completed, task.total) for task in progress._bars.tasks]


def test_each_file_has_a_bar_below_that_of_all_as_long_as_it_is_on_its_way(screen):
    progress, _ = screen(terminal=True)
    assert isinstance(progress, FileProgress)
    progress.start("JS9FR6 9.0", 100, "B")
    progress.advance(30)
    progress.start_file("a/x.csv", 40, 30)
    progress.start_file("b/y.csv", None, 0)
    progress.advance(5)
    progress.advance_file("a/x.csv", 5)
    assert drawn(progress) == [
        ("JS9FR6 9.0", 35, 100),
        ("  a/x.csv", 35, 40),
        ("  b/y.csv", 0, None),
    ]
    progress.finish_file("a/x.csv")
    assert [label for label, *_ in drawn(progress)] == ["JS9FR6 9.0", "  b/y.csv"]
    progress.finish()


def test_of_a_long_name_the_end_is_shown_and_brackets_are_no_markup(screen):
    progress, text = screen(terminal=True)
    progress.start("all", 1, "B")
    progress.start_file("folder/" * 20 + "[red]x.csv", 1, 0)
    ((_, *_), (label, *_)) = drawn(progress)
    assert len(label) == 42
    assert label.endswith("[red]x.csv")
    progress._bars.refresh()
    progress.finish()
    assert "[red]x.csv" in text.getvalue()


def test_off_a_terminal_nothing_is_drawn_but_messages_are_printed(screen):
    progress, text = screen(terminal=False)
    progress.start("all", 1, "B")
    progress.start_file("x.csv", 1, 0)
    progress.advance_file("x.csv", 1)
    progress.finish_file("x.csv")
    progress.advance(1)
    progress.finish()
    assert text.getvalue() == ""
    progress.say("hello")
    assert text.getvalue() == "vinarch: hello\n"


def test_the_log_hears_of_no_single_file():
    assert not isinstance(LogProgress(), FileProgress)
