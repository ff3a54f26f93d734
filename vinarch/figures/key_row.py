"""The key of a figure: what each mark means, in rows over the axes or as a plain legend.

Labels with the look of their marks in, artists out; knows no frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from matplotlib import rcParams, rcParamsDefault
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from vinarch.figures.drawing import figure_of
from vinarch.figures.ground import toned_look
from vinarch.figures.sheet import MM_PER_INCH, POINTS_PER_INCH, Sheet, evenly, line_mm, mm, text_mm
from vinarch.figures.theme import SMALL_PT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

LINE_MM = 6.0
_MARK_MM = 2.4
_GAP_MM = 0.9
_BETWEEN_MM = 3.0
_ROW_MM = line_mm(SMALL_PT) + 0.5

_LEGEND_ROW = 1.6
"""Height of a row of matplotlib's legend, in sizes of its type."""

_HANDLE = 4.0
"""Width of a sample with the white around it in matplotlib's legend, in sizes of its type."""


@dataclass(frozen=True)
class Key:
    """One entry: its words, and the look of its line, its mark or its surface."""

    label: str
    line: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of `matplotlib.lines.Line2D`; empty for a surface."""
    surface: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of `matplotlib.patches.Rectangle`; empty for a line."""

    @property
    def sample_mm(self) -> float:
        """Return how wide the sample is: a mark alone takes less than a line."""
        return _MARK_MM if self.line.get("linestyle") == "none" else LINE_MM

    @property
    def width_mm(self) -> float:
        """Return how wide sample and words are."""
        return self.sample_mm + _GAP_MM + text_mm(self.label, SMALL_PT)


def key_rows(keys: Sequence[Key], room: float) -> list[list[Key]]:
    """Break keys into rows no wider than `room` millimetres."""
    rows: list[list[Key]] = []
    used = room
    for key in keys:
        if used + _BETWEEN_MM + key.width_mm > room:
            rows.append([])
            used = -_BETWEEN_MM
        rows[-1].append(key)
        used += _BETWEEN_MM + key.width_mm
    return rows


def key_height(keys: Sequence[Key], room: float) -> float:
    """Return the millimetres that the rows of keys take, with the gap below them."""
    rows = key_rows(keys, room)
    return len(rows) * _ROW_MM + 1.0 if rows else 0.0


def draw_keys(sheet: Sheet, place: tuple[float, float], keys: Sequence[Key], room: float) -> float:
    """Draw keys in rows no wider than `room` from a place on; return where they end."""
    left_edge, top = place
    for row in key_rows(keys, room):
        left = left_edge
        middle = top + _ROW_MM / 2
        for key in row:
            _draw_sample(sheet, left, middle, key)
            left += key.sample_mm + _GAP_MM
            sheet.text(left, middle, key.label, va="center", fontsize=SMALL_PT)
            left += text_mm(key.label, SMALL_PT) + _BETWEEN_MM
        top += _ROW_MM
    return top + 1.0


def draw_legend_on(axes: Axes, keys: Sequence[Key], *, inside: bool = False) -> None:
    """Give axes a small legend of the same keys, above them or where it hides least inside."""
    handles: list[Artist] = [
        Rectangle((0, 0), 1, 1, **toned_look(axes, key.surface))
        if key.surface
        else Line2D([], [], **toned_look(axes, key.line))
        for key in keys
    ]
    size = legend_points()
    room = axes.bbox.width / figure_of(axes).dpi * MM_PER_INCH
    wide = [text_mm(key.label, size) + mm(_HANDLE * size) for key in keys]
    place: dict[str, Any] = (
        {"loc": "best"}
        if inside
        else {
            "loc": "lower left",
            "bbox_to_anchor": (0, 1),
            "ncols": _columns(wide, room),
            "borderaxespad": 0.2,
        }
    )
    look: dict[str, Any] = {"borderpad": 0.2, "labelspacing": 0.3, "handlelength": 1.8}
    legend = axes.legend(
        handles,
        [key.label for key in keys],
        fontsize=size,
        frameon=False,
        columnspacing=1.0,
        **place,
        **look,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    if not inside:
        lift_title(axes, ceil(len(keys) / place["ncols"]))


def _columns(wide: Sequence[float], room: float) -> int:
    """Return in how many columns of their own widths entries fit, column after column."""
    for rows in range(1, len(wide)):
        columns = [wide[first : first + rows] for first in range(0, len(wide), rows)]
        if sum(map(max, columns)) <= room:
            return len(columns)
    return 1


def lift_title(axes: Axes, rows: int) -> None:
    """Keep room for a legend of some rows between axes and the title that they may be given."""
    high = rows * _LEGEND_ROW * legend_points() / POINTS_PER_INCH * figure_of(axes).dpi
    # Titles stand above the children of their axes.
    axes.inset_axes((0.0, 1.0, 1.0, high / axes.bbox.height)).set_visible(False)


def legend_points() -> float:
    """Return the size of type in a legend on somebody's axes: as they set it, else small."""
    asked = rcParams["legend.fontsize"]
    size = "small" if asked == rcParamsDefault["legend.fontsize"] else asked
    return float(FontProperties(size=size).get_size_in_points())


def label_on(axes: Axes, x: str, y: str) -> None:
    """Name both axes of somebody's figure, each in lines no longer than it is."""
    size = FontProperties(size=rcParams["axes.labelsize"]).get_size_in_points()
    dots = figure_of(axes).dpi / MM_PER_INCH
    for text, room, write in (
        (x, axes.bbox.width, axes.set_xlabel),
        (y, axes.bbox.height, axes.set_ylabel),
    ):
        lines = [line for part in text.split("\n") for line in evenly(part, room / dots, size)]
        write("\n".join(lines), parse_math=False)


def _draw_sample(sheet: Sheet, left: float, middle: float, key: Key) -> None:
    if key.surface:
        x, y = sheet.place(left, middle + 0.9)
        size = (LINE_MM / sheet.width, 1.8 / sheet.height)
        transform = sheet.figure.transFigure
        sheet.figure.add_artist(Rectangle((x, y), *size, transform=transform, **key.surface))
        return
    wide = key.sample_mm
    places = [sheet.place(left + share * wide, middle) for share in (0, 0.5, 1)]
    look = {"markevery": [1], **key.line}
    sheet.figure.add_artist(Line2D(*zip(*places, strict=True), **look))
