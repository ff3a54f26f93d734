"""Where a plot of paired accuracies and its key stand on their sheet.

Names, keys and a width in, a plan in millimetres out; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vinarch.figures.key_row import Key, key_height
from vinarch.figures.measure_words import axis_words, broken_name
from vinarch.figures.paired_words import TITLES, statistics_lines
from vinarch.figures.sheet import EDGE_MM, Box, Heading, line_mm, text_mm, wrapped
from vinarch.figures.theme import SMALL_PT, Width, width_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_MOST_PLOT_MM = {"single": 66.0, "double": 84.0}


@dataclass(frozen=True)
class PairedPlan:
    """Where everything stands: the key above the plot in one column, beside it in two."""

    heading: Heading
    keys_at: tuple[float, float]
    keys_room: float
    box: Box
    height: float
    x_lines: tuple[str, ...]
    y_lines: tuple[str, ...]

    @classmethod
    def fitted(
        cls, drawn: pd.DataFrame, names: tuple[str, str], keys: Sequence[Key], width: Width
    ) -> PairedPlan:
        """Fit the square plot, its labels and the key to a page."""
        page_mm = width_mm(width)
        said = axis_words(str(drawn["measure"].iloc[0]))
        heading = Heading.fitted(TITLES[str(drawn["relation"].iloc[0])], said, page_mm)
        if width == "single":
            numbers = statistics_lines(drawn)
            told = [", ".join(numbers[:2]), ", ".join(numbers[2:])]
            room = page_mm - 2 * EDGE_MM
            lines = [line for part in told for line in wrapped(part, room, SMALL_PT)]
            heading = replace(heading, below=(*heading.below, *lines))
        most = _MOST_PLOT_MM[width]
        y_lines = broken_name(names[1], most)
        left = EDGE_MM + len(y_lines) * line_mm(SMALL_PT) + text_mm("99.95", SMALL_PT) + 2.5
        side = min(most, page_mm - left - EDGE_MM - 2.0)
        x_lines = broken_name(names[0], side)
        top = heading.height + 0.5
        if width == "double":
            keys_at = (left + side + 5.0, top)
        else:
            keys_at = (EDGE_MM, top)
            top += key_height(keys, page_mm - 2 * EDGE_MM)
        room = page_mm - keys_at[0] - EDGE_MM
        below = 4.5 + len(x_lines) * line_mm(SMALL_PT) + EDGE_MM
        box = Box(left, top + 1.0, side, side)
        return cls(heading, keys_at, room, box, top + 1.0 + side + below, x_lines, y_lines)
