"""What a report is made of: a title, an abstract, and numbered sections of blocks.

Plain frozen values without behaviour, but for the numbering.
Knows neither HTML nor notebooks, no frame and no archive.
"""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | None
"""What a cell of a table can hold; None and NaN are shown as missing."""


@dataclass(frozen=True)
class Link:
    """A file beside the report."""

    label: str
    path: str
    """Relative to the report, with forward slashes."""


@dataclass(frozen=True)
class Doi:
    """A DOI, shown as a link to where it resolves: the only links that leave the report."""

    doi: str


@dataclass(frozen=True)
class Ref:
    """A mention of a figure, table or section: shown as its number, such as Figure 2."""

    key: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; its pieces follow each other without a space between."""

    pieces: tuple[str | Ref | Link | Doi, ...]
    lead: str = ""
    """What it is about, set before it as a heading within the line."""


@dataclass(frozen=True)
class Listing:
    """Lines to read or copy, which the notebook does not run."""

    lines: tuple[str, ...]
    language: str
    """``python`` or ``bibtex``."""


@dataclass(frozen=True)
class Items:
    """Statements, each an item of a list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values, one a line."""

    pairs: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class ReportFigure:
    """A picture, what it says, how it is made, and the files that hold it in print quality."""

    key: str
    """Its name in `vinarch.figures`; unique in the report."""
    title: str
    caption: str
    png: bytes
    links: tuple[Link, ...] = ()
    python: tuple[str, ...] = ()
    """Lines that make it after the report's preamble; the last is an expression."""


@dataclass(frozen=True)
class FrameOutput:
    """A frame as a notebook shows it."""

    text: str
    html: str


@dataclass(frozen=True)
class Look:
    """How a column of a table looks on the page."""

    head: str = ""
    """A head that is shorter than the column's name."""
    words: tuple[tuple[Value, str], ...] = ()
    """Values that are told in words; None stands for missing ones."""
    ends: tuple[str, ...] = ()
    """Columns with the two ends of its interval, which stand in its cells."""


@dataclass(frozen=True)
class ReportTable:
    """A table, or the first rows of one."""

    key: str
    """Unique in the report."""
    title: str
    header: tuple[str, ...]
    """Column names as in Python."""
    rows: tuple[tuple[Value, ...], ...]
    total_rows: int
    """Rows of the full table; more than `rows` where it is cut."""
    note: str = ""
    """What a reader of the columns must know."""
    link: Link | None = None
    """The full table."""
    python: tuple[str, ...] = ()
    """Lines that make these rows after the report's preamble; the last is an expression."""
    output: FrameOutput | None = None
    """What the notebook shows below these lines."""
    looks: tuple[tuple[str, Look], ...] = ()
    """Columns that look other than their values."""


Block = Paragraph | Items | Listing | Facts | ReportFigure | ReportTable


@dataclass(frozen=True)
class Section:
    """A numbered section."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """All that a report says, in order.

    Examples
    --------
    >>> from vinarch.report import Paragraph, Ref, Report, Section
    >>> words = Section("words", "Words", (Paragraph(("See ", Ref("words"), ".")),))
    >>> Report("Toy", "by hand", "0.1.0", (), (), (words,)).labels
    {'words': 'Section 1'}
    """

    title: str
    byline: str
    vinarch_version: str
    abstract: tuple[Paragraph, ...]
    preamble: tuple[str, ...]
    """Python lines that those of every figure and table build on."""
    sections: tuple[Section, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of all sections in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    @property
    def figures(self) -> tuple[ReportFigure, ...]:
        """Return all figures in order: the first is Figure 1."""
        return tuple(block for block in self.blocks if isinstance(block, ReportFigure))

    @property
    def tables(self) -> tuple[ReportTable, ...]:
        """Return all tables in order: the first is Table 1."""
        return tuple(block for block in self.blocks if isinstance(block, ReportTable))

    @property
    def labels(self) -> dict[str, str]:
        """Return the numbered label of each key."""
        keys = {
            "Section": [section.key for section in self.sections],
            "Figure": [figure.key for figure in self.figures],
            "Table": [table.key for table in self.tables],
        }
        return {
            key: f"{kind} {number}"
            for kind, mine in keys.items()
            for number, key in enumerate(mine, start=1)
        }
