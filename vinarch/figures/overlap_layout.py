"""Where an overlap matrix stands on its sheet, and how the names of its rows break.

Names and a width in millimetres in, a plan out; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from vinarch.figures.measure_words import broken_name
from vinarch.figures.sheet import EDGE_MM, Box, line_mm, text_mm
from vinarch.figures.theme import SMALL_PT

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDEST_CELL_MM = 34.0
_WIDE_ENOUGH_MM = 9.0
"""Where cells are so wide, names need no further line."""

_HIGHEST_CELL_MM = 11.0
"""Of wider cells than twice this, half the width."""

_LOWEST_MAP_MM = 38.0
"""Room for the words beside the bar of colours."""

_TALLEST = 1.2
BAR_MM = 2.6
BAR_GAP_MM = 2.0
_ROW_MM = line_mm(SMALL_PT)
_MOST_MAP_MM = 200.0


@dataclass(frozen=True)
class OverlapPlan:
    """Where the matrix stands, how its rows are called, and whether its cells have numbers."""

    box: Box
    rows: tuple[tuple[str, ...], ...]
    row_step: int
    column_step: int
    numbered: bool


def plan_overlap(top: float, labels: Sequence[str], page_mm: float, highest: float) -> OverlapPlan:
    """Break the names to as many lines as give the widest cells, and place the matrix."""
    ticks = max(text_mm(f"{tick:g}", SMALL_PT) for tick in bar_ticks(highest))
    right = BAR_GAP_MM + BAR_MM + 1.6 + ticks + 1.0 + line_mm(SMALL_PT) + EDGE_MM
    top += line_mm(SMALL_PT) + 0.6
    count = len(labels)
    plans: list[OverlapPlan] = []
    for lines in (1, 2, 3):
        rows, room = _broken(numbered_names(labels), lines, 0.5 * page_mm)
        left = EDGE_MM + room + 2.2
        lowest = _LOWEST_MAP_MM / count
        wide = min((page_mm - left - right) / count, max(_WIDEST_CELL_MM, lowest))
        needed = max(map(len, rows)) * _ROW_MM + 0.1
        high = max(
            min(wide, max(_HIGHEST_CELL_MM, wide / 2)), min(needed, _MOST_MAP_MM / count), lowest
        )
        # More lines leave more width, until the rows are higher than their cells are wide.
        if plans and (wide * count <= plans[-1].box.width or high > _TALLEST * wide):
            continue
        if plans and plans[-1].box.width >= _WIDE_ENOUGH_MM * count:
            continue
        box = Box(left, top, wide * count, high * count)
        number_mm = text_mm("0.0", SMALL_PT)
        plans.append(
            OverlapPlan(
                box,
                rows,
                ceil(needed / high - 1e-9),
                ceil((text_mm(str(count), SMALL_PT) + 0.8) / wide),
                numbered=wide > number_mm + 0.6 and high > _ROW_MM,
            )
        )
    return plans[-1]


def _broken(
    labels: Sequence[str], lines: int, most_mm: float
) -> tuple[tuple[tuple[str, ...], ...], float]:
    """Break labels into so many lines at most, in as little room as that takes."""
    # Broken by the widths of letters, which add up to a little more than the line.
    whole = max(text_mm(label, SMALL_PT) for label in labels) + 0.6
    room = min(whole, most_mm)
    rows = tuple(broken_name(label, room) for label in labels)
    for share in np.linspace(0.95, 0.3, 14):
        narrower = share * whole
        tried = tuple(broken_name(label, narrower) for label in labels)
        if max(map(len, tried)) > lines:
            break
        if narrower < room:
            rows, room = tried, narrower
    return rows, max(text_mm(line, SMALL_PT) for row in rows for line in row)


def numbered_names(labels: Sequence[str]) -> list[str]:
    """Put its number, from 1, before each name."""
    return [f"{number}: {label}" for number, label in enumerate(labels, start=1)]


def bar_ticks(highest: float) -> list[float]:
    """Return where the bar of colours has ticks, in percent."""
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(0, highest)
    return [float(tick) for tick in ticks if 0 <= tick <= highest]
