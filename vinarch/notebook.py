"""The notebook of a report: records in, the text of a Jupyter notebook out.

The same report as on the page: text in Markdown cells, and a code cell for each figure and table
that carries its output already, so that the notebook opens complete and can be run anew.
Equal reports give equal bytes. Runs no kernel, reads no table, writes no file and computes no
number.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from nbformat import NotebookNode, v4, validate, writes

from vinarch.report import (
    Doi,
    Items,
    Link,
    Listing,
    Paragraph,
    Ref,
    ReportFigure,
    ReportTable,
    check_report,
)
from vinarch.report.checks import check_size
from vinarch.report.columns import shown_columns
from vinarch.report.shown import doi_url, relative_url, shown, size_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vinarch.report import Block, Report

_MARKUP = re.compile(r"[\\`*_\[\]~|#!]")
"""What Markdown takes for markup in a running text; a backslash before it makes it plain."""

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;"})
"""HTML and mathematics, which a backslash does not stop everywhere."""

_ITEM = re.compile(r"^(\d+)([.)])(?=\s)|^([-+=])")
"""What begins a list or a heading at the start of a line."""


def render_notebook(report: Report) -> str:
    r"""Render a report as a Jupyter notebook (format 4.5) with its outputs in it.

    Parameters
    ----------
    report : Report
        What it says; no text of it is taken for Markdown or HTML.

    Returns
    -------
    str
        JSON, below `vinarch.report.MOST_BYTES` in UTF-8.

    Raises
    ------
    ParameterError
        If the report contradicts itself (see `vinarch.report.check_report`) or is too large.

    Examples
    --------
    >>> import nbformat
    >>> from vinarch.notebook import render_notebook
    >>> from vinarch.report import Paragraph, Report, Section
    >>> words = Section("words", "Words", (Paragraph(("One *word*.",)),))
    >>> text = render_notebook(Report("Toy", "by hand", "0.1.0", (), (), (words,)))
    >>> [cell.source for cell in nbformat.reads(text, as_version=4).cells]
    ['# Toy\n\nby hand', '## 1 Words\n\nOne \\*word\\*.']
    """
    check_report(report)
    cells = [*_head(report)]
    for number, section in enumerate(report.sections, start=1):
        text = [f"## {number} {_plain(section.heading)}"]
        for block in section.blocks:
            words, code = _block(block, report.labels)
            text += words
            if code is not None:
                cells += [_markdown(text), code]
                text = []
        if text:
            cells.append(_markdown(text))
    run = 0
    for place, cell in enumerate(cells):
        # nbformat draws ids at random; by place they are the same each time.
        cell["id"] = f"cell-{place:03d}"
        if cell.cell_type == "code":
            run += 1
            cell["execution_count"] = run
            for output in cell.outputs:
                output["execution_count"] = run
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": report.title,
    }
    node = v4.new_notebook(cells=cells, metadata=metadata)
    validate(node)
    text_of_all = str(writes(node)) + "\n"
    check_size(report, text_of_all)
    return text_of_all


def _head(report: Report) -> Iterable[NotebookNode]:
    abstract = [_running(paragraph, report.labels) for paragraph in report.abstract]
    yield _markdown([f"# {_plain(report.title)}", _plain(report.byline), *abstract])
    if report.preamble:
        yield _code(report.preamble)


def _block(block: Block, labels: dict[str, str]) -> tuple[list[str], NotebookNode | None]:
    """Return the texts of a block, and the cell that follows them."""
    if isinstance(block, ReportFigure):
        return _figure(block, labels)
    if isinstance(block, ReportTable):
        return _table(block, labels)
    if isinstance(block, Paragraph):
        return [_running(block, labels)], None
    if isinstance(block, Items):
        return ["\n".join(f"- {_plain(item)}" for item in block.items)], None
    if isinstance(block, Listing):
        return [_fenced(block.lines, block.language)], None
    facts = [f"- **{_plain(name)}**: {_plain(shown(value))}" for name, value in block.pairs]
    return ["\n".join(facts)], None


def _figure(figure: ReportFigure, labels: dict[str, str]) -> tuple[list[str], NotebookNode | None]:
    words = [f"**{labels[figure.key]}. {_plain(figure.title)}.** {_plain(figure.caption)}"]
    if figure.links:
        words.append("Files: " + ", ".join(map(_link, figure.links)))
    png = b64encode(figure.png).decode("ascii")
    if not figure.python:
        return [*words, f"![{_plain(figure.title)}](data:image/png;base64,{png})"], None
    return words, _code(figure.python, {"image/png": png, "text/plain": _drawing(figure)})


def _table(table: ReportTable, labels: dict[str, str]) -> tuple[list[str], NotebookNode | None]:
    title = f"**{labels[table.key]}. {_plain(table.title)}** ({size_note(table)})."
    words = [f"{title} {_plain(table.note)}".strip()]
    if table.link is not None:
        words.append(f"Full table: {_link(table.link)}")
    if table.output is None:
        return [*words, _grid(table)], None
    shows = {"text/html": table.output.html, "text/plain": table.output.text}
    return words, _code(table.python, shows)


def _drawing(figure: ReportFigure) -> str:
    return f"Drawing: {figure.caption}"


def _markdown(texts: Sequence[str]) -> NotebookNode:
    cell: NotebookNode = v4.new_markdown_cell("\n\n".join(texts))
    return cell


def _code(lines: Sequence[str], shows: dict[str, str] | None = None) -> NotebookNode:
    outputs = [] if shows is None else [v4.new_output("execute_result", data=shows)]
    cell: NotebookNode = v4.new_code_cell("\n".join(lines), outputs=outputs)
    return cell


def _running(paragraph: Paragraph, labels: dict[str, str]) -> str:
    text = "".join(_piece(piece, labels) for piece in paragraph.pieces)
    return f"**{_escaped(paragraph.lead)}.** {text}" if paragraph.lead else _start(text)


def _piece(piece: str | Ref | Link | Doi, labels: dict[str, str]) -> str:
    if isinstance(piece, Ref):
        return labels[piece.key]
    if isinstance(piece, Link):
        return _link(piece)
    if isinstance(piece, Doi):
        return f"<{doi_url(piece.doi)}>"
    return _escaped(piece)


def _plain(text: str) -> str:
    return _start(_escaped(text))


def _escaped(text: str) -> str:
    """Return a text that Markdown shows to the letter; white space is one space."""
    return _MARKUP.sub(r"\\\g<0>", re.sub(r"\s+", " ", text)).translate(_ENTITIES)


def _start(text: str) -> str:
    return _ITEM.sub(_broken_item, text)


def _broken_item(found: re.Match[str]) -> str:
    number, dot, sign = found.groups()
    return f"{number}\\{dot}" if sign is None else f"\\{sign}"


def _link(link: Link) -> str:
    return f"[{_escaped(link.label)}](<{relative_url(link)}>)"


def _fenced(lines: Sequence[str], language: str) -> str:
    text = "\n".join(lines)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _grid(table: ReportTable) -> str:
    """Write a table that no lines make."""
    columns = shown_columns(table)
    rows = [[column.head for column in columns]]
    rows += [[c.cells[place].text for c in columns] for place in range(len(table.rows))]
    written = ["| " + " | ".join(map(_plain, row)) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(columns), *written[1:]])
