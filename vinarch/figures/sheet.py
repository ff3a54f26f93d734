"""A figure measured in millimetres from its top left corner, and text that is made to fit.

Sizes in millimetres and points enter, placed axes and text leave.
All places are worked out before anything is drawn, so that no layout engine moves them; this
module knows no frame and no statistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from vinarch.figures.theme import BASE_PT, SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72

LINE_SPACING = 1.3
"""Height of a line of text in multiples of its size."""

EDGE_MM = 1.0
"""White kept free along every edge of the figure."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a sheet, in millimetres from the top left corner."""

    left: float
    top: float
    width: float
    height: float


class PrintedFigure(Figure):
    """A figure of vinarch's own, laid out in millimetres: it is saved with vinarch's look."""


@dataclass(frozen=True)
class Sheet:
    """A figure of fixed size on which places are given in millimetres."""

    figure: Figure
    width: float
    height: float

    @classmethod
    def new(cls, width: float, height: float) -> Sheet:
        """Return an empty sheet; pyplot does not hear of it."""
        figure = PrintedFigure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH))
        FigureCanvasAgg(figure)
        return cls(figure, width, height)

    def axes(self, box: Box) -> Axes:
        """Add axes whose frame is the box."""
        bottom = self.height - box.top - box.height
        return self.figure.add_axes(
            (
                box.left / self.width,
                bottom / self.height,
                box.width / self.width,
                box.height / self.height,
            ),
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a place as matplotlib's figure fractions."""
        return x / self.width, 1 - y / self.height

    def text(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Write text whose top left corner is at a place; dollar signs are no mathematics."""
        look: dict[str, Any] = {"ha": "left", "va": "top", "parse_math": False, **style}
        return self.figure.text(*self.place(x, y), text, **look)


@dataclass(frozen=True)
class Heading:
    """The lines over a figure: a title in bold and a line below it."""

    title: tuple[str, ...]
    below: tuple[str, ...]

    @classmethod
    def fitted(cls, title: str, below: str, width: float) -> Heading:
        """Break both to a sheet's width."""
        room = width - 2 * EDGE_MM
        return cls(
            wrapped(title, room, BASE_PT, weight="bold"),
            wrapped(below, room, SMALL_PT),
        )

    @property
    def height(self) -> float:
        """Return the millimetres from the top of the sheet to the end of the heading."""
        return EDGE_MM + len(self.title) * line_mm(BASE_PT) + len(self.below) * line_mm(SMALL_PT)

    def write(self, sheet: Sheet) -> None:
        """Put the heading at the top of a sheet."""
        y = EDGE_MM
        for line in self.title:
            sheet.text(EDGE_MM, y, line, fontsize=BASE_PT, fontweight="bold")
            y += line_mm(BASE_PT)
        for line in self.below:
            sheet.text(EDGE_MM, y, line, fontsize=SMALL_PT)
            y += line_mm(SMALL_PT)


def mm(points: float) -> float:
    """Turn points into millimetres."""
    return points * MM_PER_INCH / POINTS_PER_INCH


def line_mm(size: float) -> float:
    """Return the height of a line of text of a size in points."""
    return mm(size * LINE_SPACING)


@lru_cache(maxsize=4096)
def text_mm(text: str, size: float, weight: str = "normal") -> float:
    """Return how wide a line of text is in millimetres."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", weight=weight)
    # TextPath would read a dollar sign as mathematics; an S is as wide.
    path = TextPath((0, 0), text.replace("$", "S"), size=size, prop=font)
    return mm(float(path.get_extents().x1))


def wrapped(text: str, room: float, size: float, weight: str = "normal") -> tuple[str, ...]:
    """Break text into lines no wider than `room` millimetres; a word that is too wide is split.

    Examples
    --------
    >>> from vinarch.figures.sheet import wrapped
    >>> wrapped("mean validation accuracy (%)", room=20, size=7)
    ('mean validation', 'accuracy (%)')
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if text_mm(longer, size, weight) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_mm(line, size, weight) > room and len(line) > 1:
            fits = _letters_that_fit(line, room, size, weight)
            lines.append(line[:fits])
            line = line[fits:]
    return (*lines, line) if line else tuple(lines)


def evenly(text: str, room: float, size: float) -> tuple[str, ...]:
    """Break text as `wrapped` does, into lines of about one length: no word alone in the last.

    Examples
    --------
    >>> from vinarch.figures.sheet import evenly, wrapped
    >>> wrapped("validation accuracy of the last epoch (%)", room=46, size=7)
    ('validation accuracy of the last epoch', '(%)')
    >>> evenly("validation accuracy of the last epoch (%)", room=46, size=7)
    ('validation accuracy of', 'the last epoch (%)')
    """
    lines = wrapped(text, room, size)
    for share in (0.9, 0.8, 0.7, 0.6, 0.55):
        narrower = wrapped(text, share * room, size)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _letters_that_fit(word: str, room: float, size: float, weight: str) -> int:
    fits = 1
    while fits < len(word) and text_mm(word[: fits + 1], size, weight) <= room:
        fits += 1
    return fits
