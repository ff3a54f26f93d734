"""The few learning curves that are drawn heavily: how they look, and their labels at the ends.

The frame that is drawn in; looks, and labels on a sheet out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from vinarch.figures.sheet import Box, Sheet, line_mm
from vinarch.figures.theme import INK, SMALL_PT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

_MARKS: dict[str, Any] = {"markersize": 2.6, "markevery": 3, "markerfacecolor": "white"}

_DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)))
_TURNS: tuple[tuple[str | None, ...], ...] = (
    (None, None, None), ("o", "s", "^"), ("s", "^", "o"), ("^", "o", "s"),
)  # fmt: skip

CHOSEN_LOOKS: tuple[dict[str, Any], ...] = tuple(
    {"color": INK, "linestyle": dash, **({"marker": marker, **_MARKS} if marker else {})}
    for turn in _TURNS
    for dash, marker in zip(_DASHES, turn, strict=True)
)
"""Dash and marker of the chosen curves, in the order of their numbers; no two share both."""

SAMPLE_MM = 5.0
"""Length of the piece of line beside a label."""


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart so that none is nearer to the next than `gap`; the order stays.

    Examples
    --------
    >>> apart([5.0, 5.5, 20.0], gap=3.0, low=0.0, high=30.0)
    [3.75, 6.75, 20.0]
    """
    # Places that touch move together about the mean of what they wanted.
    blocks: list[list[float]] = []
    for place in sorted(wanted):
        blocks.append([place])
        while len(blocks) > 1 and _start(blocks[-1], gap, low, high) < gap + _end(
            blocks[-2], gap, low, high
        ):
            last = blocks.pop()
            blocks[-1] += last
    spread = [
        _start(block, gap, low, high) + number * gap
        for block in blocks
        for number in range(len(block))
    ]
    ranks = np.argsort(np.argsort(np.asarray(wanted, dtype=float), kind="stable"))
    return [spread[rank] for rank in ranks]


def _start(block: Sequence[float], gap: float, low: float, high: float) -> float:
    length = (len(block) - 1) * gap
    centred = sum(block) / len(block) - length / 2
    return max(low, min(centred, high - length))


def _end(block: Sequence[float], gap: float, low: float, high: float) -> float:
    return _start(block, gap, low, high) + (len(block) - 1) * gap


def end_labels(drawn: pd.DataFrame) -> dict[int, str]:
    """Return what is written beside each chosen curve, by its number."""
    return {number: f"no. {number}" for number in chosen_looks(drawn)}


def label_ends(
    sheet: Sheet, box: Box, axes: Axes, drawn: pd.DataFrame, labels: Mapping[int, str]
) -> None:
    """Write the numbers of the chosen curves beside the axes, at the height of their ends."""
    if not labels:
        return
    looks = chosen_looks(drawn)
    ends = drawn[drawn["architecture"].isin(list(labels))].groupby("architecture").tail(1)
    points = ends.sort_values("architecture")[["epoch", "val_accuracy_percent"]]
    pixels = axes.transData.transform(points.to_numpy(dtype=float))
    shares = axes.transAxes.inverted().transform(pixels)
    places = [
        (box.left + float(x) * box.width, box.top + (1 - float(y)) * box.height) for x, y in shares
    ]
    wanted = [place[1] for place in places]
    gap = line_mm(SMALL_PT)
    moved = apart(wanted, gap, box.top + gap / 2, box.top + box.height - gap / 2)
    left = box.left + box.width + 1.0
    for (number, label), (x, y), height in zip(labels.items(), places, moved, strict=True):
        _line(sheet, (x, y), (left, height), {"color": INK, "linewidth": 0.3, "linestyle": ":"})
        look = {"linewidth": 1.2, **looks[number]}
        _line(sheet, (left, height), (left + SAMPLE_MM, height), look)
        sheet.text(left + SAMPLE_MM + 0.8, height, label, va="center", fontsize=SMALL_PT)


def _line(
    sheet: Sheet,
    start: tuple[float, float],
    stop: tuple[float, float],
    look: Mapping[str, Any],
) -> None:
    places = [sheet.place(*start), sheet.place(*stop)]
    sheet.figure.add_artist(Line2D(*zip(*places, strict=True), **look))


def chosen_looks(drawn: pd.DataFrame) -> dict[int, Mapping[str, Any]]:
    """Return the look of each chosen network, by its number."""
    chosen = sorted(drawn.loc[drawn["chosen"].astype(bool), "architecture"].unique().tolist())
    return dict(zip(chosen, CHOSEN_LOOKS, strict=False))
