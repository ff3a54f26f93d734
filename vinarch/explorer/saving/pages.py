"""The HTML of a saved page: a desk and a link in, text out, with all that a browser needs.

Nothing is loaded from anywhere: Bokeh, styles, models and data stand in the page.
Scripts run only if their text is one of those that were written here, which a
Content-Security-Policy holds; texts of archives are data, never markup.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.document import Document
from bokeh.models import DataTable, Div
from bokeh.resources import Resources

from vinarch.explorer.page_files import page_text
from vinarch.explorer.saving.facts import facts_of, title_of
from vinarch.explorer.saving.links import links_of, working
from vinarch.explorer.saving.shown import views_of
from vinarch.explorer.saving.widgets import forget_taps, replace_widgets
from vinarch.explorer.state import from_query
from vinarch.explorer.views.looks import NOTE_STYLE
from vinarch.explorer.views.rows import RowsView
from vinarch.explorer.views.scatter import ScatterView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vinarch.explorer.answers import Desk
    from vinarch.explorer.saving.facts import Fact
    from vinarch.explorer.saving.shown import Shown, ShownView
    from vinarch.explorer.state import Known

PLACES = ("left", "right", "wide")


@dataclass(frozen=True)
class SavedPage:
    """A page, and what had to be told of the link."""

    html: str
    notices: tuple[str, ...]


def page_of(desk: Desk, known: Known, query: str) -> SavedPage:
    """Return what the explorer shows for the query of a link, as a page that needs no server.

    Raises
    ------
    SelectionError
        If it would show nothing.
    """
    shown = views_of(desk, known, from_query(query, known))
    links = links_of(shown, desk, known)
    return SavedPage(text_of(shown, links, facts_of(shown.state, desk.commons)), shown.notices)


def text_of(shown: Shown, links: dict[str, Any], facts: Iterable[Fact]) -> str:
    """Return the text of a page; what of the views needs a server is taken out of them."""
    kept, silent = working(shown)
    document = Document()
    for each in shown.views:
        if isinstance(each.view, ScatterView):
            _tell_thinning(each.view)
        forget_taps(each.view)
        replace_widgets(each.view.root, kept, silent)
        each.view.root.name = each.slot.name
        document.add_root(each.view.root)
    return _html(title_of(shown.state), facts, shown, document, links)


def _tell_thinning(view: ScatterView) -> None:
    here = view.source.data["here"]
    drawn, meant = len(here), int(np.sum(here))
    if meant > drawn:
        words = (
            f"{drawn:,} marks stand for {meant:,} points: those at one place of the screen are one "
            "mark, also where it is enlarged. The rows have them all."
        )
        view.root.children = [
            *view.root.children,
            Div(text=words, render_as_text=True, stylesheets=[NOTE_STYLE]),
        ]


def _html(
    title: str, facts: Iterable[Fact], shown: Shown, document: Document, links: dict[str, Any]
) -> str:
    tables = any(document.select({"type": DataTable}))
    resources = Resources(
        mode="inline",
        minified=True,
        log_level="warn",
        components=["bokeh", "bokeh-widgets", *(["bokeh-tables"] if tables else [])],
    )
    scripts = [
        _script(text) for text in (*resources.js_raw, page_text("looks.js"), _own("saved.js"))
    ]
    roots = {
        root.id: f"root-{each.slot.name}"
        for root, each in zip(document.roots, shown.views, strict=True)
    }
    data = {"document": document.to_json(deferred=False), "roots": roots, "links": links}
    return Template(_own("saved.html")).substitute(
        policy=escape(_policy(scripts)),
        title=escape(title),
        style=f"{page_text('explorer.css')}\n{_own('saved.css')}",
        facts=_facts(facts),
        notices="".join(f"<p>{escape(notice)}</p>" for notice in shown.notices),
        sections=_sections(shown.views),
        data=_json(data),
        scripts="\n".join(f"<script>{text}</script>" for text in scripts),
    )


def _facts(facts: Iterable[Fact]) -> str:
    return "".join(f"<dt>{escape(fact.name)}</dt><dd>{_value(fact)}</dd>" for fact in facts)


def _value(fact: Fact) -> str:
    if fact.address:
        return f'<a href="{escape(fact.address)}" rel="noreferrer">{escape(fact.value)}</a>'
    return escape(fact.value)


def _sections(views: Sequence[ShownView]) -> str:
    columns = []
    for place in PLACES:
        mine = "".join(_section(each) for each in views if each.slot.place == place)
        columns.append(f'<div class="{place}">{mine}</div>' if mine else "")
    return "".join(columns)


def _section(each: ShownView) -> str:
    name, title = each.slot.name, escape(each.slot.title)
    # The table of Bokeh is chosen from by mouse; the script puts buttons here.
    steps = '<div class="steps" id="row-steps"></div>' if isinstance(each.view, RowsView) else ""
    return (
        f'<section id="{name}" class="slot" aria-labelledby="head-{name}">'
        f'<div class="head"><h2 id="head-{name}">{title}</h2></div>'
        f'{steps}<div id="root-{name}" class="root"></div></section>'
    )


def _json(data: Any) -> str:
    """Return JSON that cannot end the element that it stands in."""
    return json.dumps(data, default=_plain, separators=(",", ":")).replace("<", "\\u003c")


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(type(value).__name__)


def _script(text: str) -> str:
    """Return a script whose hash is that of what a browser reads.

    Raises
    ------
    ValueError
        If it would end its own element, which no archive can bring about: scripts are ours.
    """
    text = text.replace("\r\n", "\n")
    if re.search(r"</script", text, re.IGNORECASE):
        raise ValueError("a script that ends its element")
    return text


def _policy(scripts: Iterable[str]) -> str:
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    # Bokeh styles its parts by inline styles and draws images as data.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _own(name: str) -> str:
    return files("vinarch.explorer.saving").joinpath("page", name).read_text(encoding="utf-8")
