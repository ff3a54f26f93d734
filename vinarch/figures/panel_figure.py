"""A whole figure of small multiples, one panel an experiment: heading, key, panels, shared labels.

A tidy frame and a function that draws one experiment on axes enter, a figure leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError
from vinarch.figures.key_row import Key, draw_keys, key_height
from vinarch.figures.measure_words import broken_name, counted, experiment_names
from vinarch.figures.panels import (
    MOST_PANELS,
    PanelPlan,
    draw_panels,
    label_axes,
    share_labels,
    sheet_height,
)
from vinarch.figures.sheet import EDGE_MM, Heading, Sheet, text_mm, wrapped
from vinarch.figures.theme import SMALL_PT, Width, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Shown:
    """The rows of the experiments that have a panel, and how many experiments have none."""

    rows: pd.DataFrame
    names: dict[tuple[str, str], str]
    left_out: int

    def with_rows(self, rows: pd.DataFrame) -> Shown:
        """Return the same with the rows in another order."""
        return replace(self, rows=rows)

    def panels(self) -> list[pd.DataFrame]:
        """Return the rows of each panel, in order."""
        archive, experiment = self.rows["archive"].astype(str), self.rows["experiment"].astype(str)
        return [
            self.rows[(archive == wanted[0]) & (experiment == wanted[1])] for wanted in self.names
        ]


@dataclass(frozen=True)
class PanelWords:
    """What a figure of panels says: title, axes, and above each panel what its rows tell."""

    title: str
    x: str
    y: str
    told: Callable[[pd.DataFrame, bool], tuple[str, ...]]
    """Of the rows of a panel, and whether in few words; then the heading says that the accuracy
    is the highest."""


def known_rows(frame: pd.DataFrame, columns: Sequence[str], where: str) -> pd.DataFrame:
    """Return the rows that have all of some numbers.

    Raises
    ------
    ParameterError
        If there is none.
    """
    known = frame[frame[list(columns)].notna().all(axis=1)]
    if known.empty:
        raise ParameterError(
            where,
            "a row with " + " and ".join(columns),
            f"{len(frame)} rows without",
            "Choose an experiment whose histories are known.",
        )
    return known


def shown_experiments(known: pd.DataFrame) -> Shown:
    """Keep the first experiments, as many as can have a panel."""
    names = experiment_names(known)
    first = dict(list(names.items())[:MOST_PANELS])
    keys = zip(known["archive"].astype(str), known["experiment"].astype(str), strict=True)
    return Shown(known[[key in first for key in keys]], first, len(names) - len(first))


def check_one_panel(shown: Shown, where: str) -> None:
    """Refuse to draw several experiments on axes that the caller gave.

    Raises
    ------
    ParameterError
    """
    count = len(shown.names) + shown.left_out
    if count > 1:
        raise ParameterError(
            f"{where} with ax",
            "one experiment, which fits on one axes",
            f"{count}",
            "Name one experiment, or leave ax out for a panel each.",
        )


def draw_panel_figure(
    shown: Shown,
    words: PanelWords,
    keys: Sequence[Key],
    draw: Callable[[Axes, pd.DataFrame], None],
    page: tuple[float, Width],
) -> Figure:
    """Draw a panel an experiment with shared axes; `page` is its width in mm and by name."""
    page_mm, width = page
    every = shown.panels()
    count = len(every)
    with theme():
        plan = PanelPlan.fitted(count, words.y, page_mm, width)
        short = any(
            text_mm(piece, SMALL_PT) > plan.width
            for rows in every
            for piece in words.told(rows, False)  # noqa: FBT003 - a callback
        )
        below = _below(shown) + ("; above each panel its highest accuracy" if short else "")
        heading = Heading.fitted(words.title, below, page_mm)
        titles = [
            [
                *(broken_name(name, plan.width) if count > 1 else ()),
                *_lines(words.told(rows, short), plan.width),
            ]
            for name, rows in zip(shown.names.values(), every, strict=True)
        ]
        top, room = heading.height + 0.5, page_mm - 2 * EDGE_MM
        boxes = plan.boxes(top + key_height(keys, room), titles)
        sheet = Sheet.new(page_mm, sheet_height(boxes))
        heading.write(sheet)
        draw_keys(sheet, (EDGE_MM, top), keys, room)
        axes = draw_panels(sheet, boxes, titles)
        for one, rows in zip(axes, every, strict=True):
            draw(one, rows)
        share_labels(axes, plan)
        label_axes(sheet, plan, boxes, words.x)
    return sheet.figure


def _lines(told: tuple[str, ...], room: float) -> tuple[str, ...]:
    """Write pieces in one line where they fit, else each in lines of its own."""
    one = "; ".join(told)
    if text_mm(one, SMALL_PT) <= room:
        return (one,) if one else ()
    return tuple(line for piece in told for line in wrapped(piece, room, SMALL_PT))


def _below(shown: Shown) -> str:
    names = list(shown.names.values())
    if len(names) == 1 and not shown.left_out:
        return names[0]
    archives = sorted({archive for archive, _ in shown.names})
    some = f"the first {len(names)} of {len(names) + shown.left_out} experiments"
    many = some if shown.left_out else counted(len(names), "experiment")
    return f"{many} of {', '.join(archives)}"
