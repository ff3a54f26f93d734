"""What of a view needs a server: widgets out of its models, and what they were set to as words.

Bokeh models in and out; knows no view in particular but the few that say what they offer.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from bokeh.models import Column, Div, LayoutDOM, Row, Select, Widget
from bokeh.models.widgets import AbstractSlider, TableWidget
from bokeh.models.widgets.inputs import ToggleInput
from bokeh.models.widgets.markups import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.explorer.views import View

SETTINGS_STYLE = """
:host { font: 13px/1.5 system-ui, sans-serif; color: #222; }
dl { display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 8px; }
dt { color: #5c5c5c; }
dd { margin: 0; overflow-wrap: anywhere; }
"""

_TAP = re.compile(r"(?:^|(?<=[.:;] ))Tap [^.]*\.(?: |$)")
"""A sentence that says what a tap does; archives' names do not begin a sentence."""


def replace_widgets(root: LayoutDOM, kept: Sequence[Widget], silent: Sequence[Widget]) -> None:
    """Put words in place of the widgets below a model.

    Parameters
    ----------
    root : LayoutDOM
        A layout, changed in place.
    kept : sequence of Widget
        Those that work without a server.
    silent : sequence of Widget
        Those that offer something instead of telling what is set.
    """
    for layout in _layouts(root):
        mine = [child for child in layout.children if _asks(child) and child not in kept]
        if not mine:
            continue
        told = [said(child) for child in mine if child not in silent and not child.disabled]
        facts = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in filter(None, told)
        )
        words = [Div(text=f"<dl>{facts}</dl>", stylesheets=[SETTINGS_STYLE])] if facts else []
        layout.children = [*words, *(child for child in layout.children if child not in mine)]


def said(widget: Widget) -> tuple[str, str] | None:
    """Return the title of a widget and what it is set to; None where it sets nothing.

    Examples
    --------
    >>> from bokeh.models import Button, Slider
    >>> said(Slider(title="Threshold", start=0, end=5, step=0.05, value=0.5))
    ('Threshold', '0.5')
    >>> said(Select(title="Distance", options=[("cityblock", "city block")], value="cityblock"))
    ('Distance', 'city block')
    >>> said(Button(label="Next row")) is None
    True
    """
    if isinstance(widget, Select):
        pairs = (each if isinstance(each, tuple) else (each, each) for each in widget.options)
        words = next((label for value, label in pairs if value == widget.value), widget.value)
        return str(widget.title), str(words)
    if isinstance(widget, AbstractSlider):
        return str(widget.title), f"{widget.value:g}"
    if isinstance(widget, ToggleInput):
        return str(widget.label), "yes" if widget.active else "no"
    return None


def forget_taps(view: View) -> None:
    """Take out of the words below a view what a tap would ask a server for."""
    note: Any = getattr(view, "note", None)
    if isinstance(note, Div):
        note.text = without_taps(note.text)


def without_taps(words: str) -> str:
    """Return words without the sentences that begin with "Tap".

    Examples
    --------
    >>> without_taps("5 networks hold it. Tap a curve for its prediction; with Shift add one.")
    '5 networks hold it.'
    """
    return _TAP.sub("", words).rstrip()


def _layouts(root: LayoutDOM) -> Iterator[Column | Row]:
    if isinstance(root, (Column, Row)):
        yield root
        for child in list(root.children):
            yield from _layouts(child)


def _asks(model: Any) -> bool:
    shows = isinstance(model, (Markup, TableWidget))
    return isinstance(model, Widget) and not shows
