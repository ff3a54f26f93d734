"""The page of a report: records in, one self-contained HTML page out.

The page loads nothing: pictures, style and the one script that sorts tables travel inside it, and
a policy in its head forbids everything else.
This module renders; it reads no table, writes no file and computes no number.
"""

from __future__ import annotations

import hashlib
import math
import re
from base64 import b64encode
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vinarch.report import shown
from vinarch.report.checks import check_report, check_size
from vinarch.report.columns import shown_columns
from vinarch.report.records import (
    Doi,
    Facts,
    Items,
    Link,
    Listing,
    Paragraph,
    Ref,
    ReportFigure,
    ReportTable,
)

if TYPE_CHECKING:
    from vinarch.report.records import Block, Report, Value


def render_report(report: Report) -> str:
    """Render a report as one HTML page that needs nothing but itself.

    Parameters
    ----------
    report : Report
        What it says; every text is escaped.

    Returns
    -------
    str
        HTML in UTF-8, below `MOST_BYTES`.

    Raises
    ------
    ParameterError
        If the report contradicts itself (see `check_report`) or the page is too large.
    """
    check_report(report)
    style, script = _own("report.css"), _own("report.js")
    page = _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        labels=report.labels,
        style=style,
        script=script,
        # Not even a text that slipped through the escaping could load or run anything.
        policy=f"default-src 'none'; img-src data:; style-src {_digest(style)}; "
        f"script-src {_digest(script)}; base-uri 'none'; form-action 'none'",
    )
    check_size(report, page)
    return page


def _own(name: str) -> Markup:
    """Read a file of the package, whose text is trusted."""
    text = resources.files("vinarch").joinpath("_templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - the package's own text


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


_KINDS: dict[type[Block], str] = {
    Paragraph: "paragraph",
    Items: "items",
    Listing: "listing",
    Facts: "facts",
    ReportFigure: "figure",
    ReportTable: "table",
}


def _kind(block: Block) -> str:
    return _KINDS[type(block)]


def _piece_kind(piece: str | Ref | Link | Doi) -> str:
    return {Ref: "ref", Link: "link", Doi: "doi"}.get(type(piece), "text")


def _anchor(key: str, labels: dict[str, str]) -> str:
    """Return the id of what a key stands for, such as ``figure-network``."""
    return f"{labels[key].split()[0].lower()}-{key}"


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may break: in a list after a separator, in a name after its words."""
    return [piece for piece in re.split(r"(?<=[;,_/])", text) if piece]


def _sort_value(value: Value) -> str:
    """Write a number so that JavaScript reads it back exactly."""
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode("ascii")


_ENVIRONMENT = Environment(
    loader=PackageLoader("vinarch", "_templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters.update(
    anchor=_anchor,
    columns=shown_columns,
    css_size=shown.css_size,
    data_uri=_data_uri,
    doi_url=shown.doi_url,
    kind=_kind,
    piece_kind=_piece_kind,
    pieces=_pieces,
    relative=shown.relative_url,
    shown=shown.shown,
    size_note=shown.size_note,
    sort_value=_sort_value,
)
_ENVIRONMENT.tests.update(plain_number=shown.is_number, missing=shown.is_missing)
