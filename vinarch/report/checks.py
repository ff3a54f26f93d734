"""Refuse a report that cannot be rendered: records in, a `ParameterError` out or nothing."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vinarch.errors import ParameterError
from vinarch.report.records import Link, Paragraph, Ref, ReportFigure, ReportTable

if TYPE_CHECKING:
    from vinarch.report.records import Report

MOST_BYTES = 5_000_000
"""Size below which a page still travels by mail."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_HEAD_BYTES = 24
"""The signature, the head of the first chunk, and its width and height."""

_KEY = re.compile(r"[a-z][a-z0-9_]*")


def check_report(report: Report) -> None:
    """Check keys, mentions, rows, links and pictures.

    Raises
    ------
    ParameterError
        If a key is no plain name or stands twice, a mention leads nowhere, a row does not fit its
        header, a look is of no column, a link is not relative, a picture is no PNG, or a table has
        lines without the output that they give.
    """
    keys = [section.key for section in report.sections]
    keys += [figure.key for figure in report.figures] + [table.key for table in report.tables]
    for key, times in Counter(keys).items():
        if times > 1 or not _KEY.fullmatch(key):
            raise ParameterError(
                f"report {report.title!r}",
                "keys that are plain names (a-z, 0-9, _), each once",
                f"{key!r}" + (f" {times} times" if times > 1 else ""),
                "Name the section, figure or table otherwise.",
            )
    for paragraph in (*report.abstract, *report.blocks):
        if isinstance(paragraph, Paragraph):
            _check_paragraph(paragraph, keys)
    for table in report.tables:
        _check_table(table)
    for figure in report.figures:
        _check_figure(figure)


def check_size(report: Report, text: str) -> None:
    """Refuse a text of `MOST_BYTES` or more.

    Raises
    ------
    ParameterError
        The message tells its bytes.
    """
    size = len(text.encode())
    if size >= MOST_BYTES:
        raise ParameterError(
            f"report {report.title!r}",
            f"a page below {MOST_BYTES:,} bytes",
            f"{size:,} bytes with {len(report.figures)} figures and {len(report.tables)} tables",
            "Show fewer rows and link the full tables, or pass smaller pictures.",
        )


def _check_paragraph(paragraph: Paragraph, keys: list[str]) -> None:
    for piece in paragraph.pieces:
        if isinstance(piece, Link):
            _check_link(piece)
        if isinstance(piece, Ref) and piece.key not in keys:
            raise ParameterError(
                "a mention in a paragraph",
                "the key of a section, figure or table: " + ", ".join(keys),
                repr(piece.key),
                "Leave the mention out where its figure or table is left out.",
            )


def _check_table(table: ReportTable) -> None:
    for number, row in enumerate(table.rows):
        if len(row) != len(table.header):
            raise ParameterError(
                f"table {table.title!r}, row {number}",
                f"{len(table.header)} values ({', '.join(table.header)})",
                f"{len(row)} values",
                "Give one value a column.",
            )
    for name, look in table.looks:
        unknown = {name, *look.ends} - {*table.header}
        if unknown:
            raise ParameterError(
                f"looks of the table {table.title!r}",
                "columns of its header: " + ", ".join(table.header),
                ", ".join(sorted(unknown)),
                "Name columns as the frame does.",
            )
    if table.python and table.output is None:
        raise ParameterError(
            f"table {table.title!r}",
            "the output of its lines, since it has lines",
            "None",
            "Make it by `table_of`.",
        )
    if table.link is not None:
        _check_link(table.link)


def _check_figure(figure: ReportFigure) -> None:
    if len(figure.png) < PNG_HEAD_BYTES or not figure.png.startswith(PNG_SIGNATURE):
        raise ParameterError(
            f"figure {figure.title!r}",
            "the bytes of a PNG image",
            f"{len(figure.png)} bytes that begin with {figure.png[:8]!r}",
            "Pass Drawing.png().",
        )
    for link in figure.links:
        _check_link(link)


def _check_link(link: Link) -> None:
    parts = urlsplit(link.path)
    if not link.path or parts.scheme or parts.netloc or link.path.startswith(("/", "\\")):
        raise ParameterError(
            f"link {link.label!r}",
            "a path relative to the report, with forward slashes",
            repr(link.path),
            "Write the file beside the report and link it from there.",
        )
