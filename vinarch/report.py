"""The report: plain frozen records in, one self-contained HTML page out.

The page loads nothing: pictures travel inside it, and there is no script.
This module renders; it reads no table, writes no file and computes no number.
"""

from __future__ import annotations

import math
import re
import struct
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from vinarch.provenance import Provenance

Value = str | int | float | None
"""What a cell of a table can hold; None and NaN are shown as missing."""

MOST_BYTES = 5_000_000
"""Size below which a page still travels by mail."""

MISSING = "n/a"

PIXELS_PER_CSS_PIXEL = 2
"""A picture of 300 dots per inch is shown at about one and a half times its printed size."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Link:
    """A file beside the report."""

    label: str
    path: str
    """Relative to the report, with forward slashes."""


@dataclass(frozen=True)
class ReportFigure:
    """A picture, what it says, and the files that hold it in print quality."""

    title: str
    caption: str
    png: bytes
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class ReportTable:
    """A table, or the first rows of one."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total_rows: int
    """Rows of the full table; more than `rows` where it is cut."""
    link: Link | None = None
    """The full table."""


@dataclass(frozen=True)
class Report:
    """All that a report says."""

    title: str
    vinarch_version: str
    citation_text: str
    citation_bibtex: str
    archive: str
    doi: str
    version: str
    licence: str
    provenance: Provenance
    experiments: ReportTable
    rows_read: int
    rows_rejected: int
    selected: tuple[tuple[str, Value], ...]
    """The selected row as name and value; empty where none is selected."""
    figures: tuple[ReportFigure, ...]
    tables: tuple[ReportTable, ...]
    python: tuple[str, ...]
    """Lines that make the same report."""
    rejects: Link | None = None
    """The full list of rejected rows."""


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
        If a link is not relative, a picture is no PNG, a row does not fit its header, or the page
        is too large.
    """
    for table in (report.experiments, *report.tables):
        _check_rows(table)
    page = _ENVIRONMENT.get_template("report.html.j2").render(report=report)
    size = len(page.encode())
    if size >= MOST_BYTES:
        raise ParameterError(
            f"report {report.title!r}",
            f"a page below {MOST_BYTES:,} bytes",
            f"{size:,} bytes with {len(report.figures)} figures and {len(report.tables)} tables",
            "Show fewer rows and link the full tables, or pass smaller pictures.",
        )
    return page


def _check_rows(table: ReportTable) -> None:
    for number, row in enumerate(table.rows):
        if len(row) != len(table.header):
            raise ParameterError(
                f"table {table.title!r}, row {number}",
                f"{len(table.header)} values ({', '.join(table.header)})",
                f"{len(row)} values",
                "Give one value a column.",
            )


def _shown(value: Value) -> str:
    """Write a value: integers whole, other numbers to two decimals."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may break: in a list after a separator, in a name after its words."""
    return [piece for piece in re.split(r"(?<=[;,_/])", text) if piece]


def _grouped(number: int) -> str:
    return f"{number:,}"


def _relative(link: Link) -> str:
    """Return a link's path as a URL; a path that leads elsewhere is refused."""
    parts = urlsplit(link.path)
    if not link.path or parts.scheme or parts.netloc or link.path.startswith(("/", "\\")):
        raise ParameterError(
            f"link {link.label!r}",
            "a path relative to the report, with forward slashes",
            repr(link.path),
            "Write the file beside the report and link it from there.",
        )
    return quote(link.path)


def _doi_url(doi: str) -> str:
    return "https://doi.org/" + quote(doi)


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode("ascii")


def _css_size(figure: ReportFigure) -> tuple[int, int]:
    """Return the width and height to show a picture at, from the head of its PNG."""
    head = figure.png[:24]
    if len(head) < len(_PNG_SIGNATURE) + 16 or not head.startswith(_PNG_SIGNATURE):
        raise ParameterError(
            f"figure {figure.title!r}",
            "the bytes of a PNG image",
            f"{len(figure.png)} bytes that begin with {figure.png[:8]!r}",
            "Pass Drawing.png().",
        )
    width, height = struct.unpack(">II", head[16:24])
    return width // PIXELS_PER_CSS_PIXEL, height // PIXELS_PER_CSS_PIXEL


_ENVIRONMENT = Environment(
    loader=PackageLoader("vinarch", "_templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters.update(
    shown=_shown,
    pieces=_pieces,
    grouped=_grouped,
    relative=_relative,
    doi_url=_doi_url,
    data_uri=_data_uri,
    css_size=_css_size,
)
_ENVIRONMENT.tests["plain_number"] = _is_number
