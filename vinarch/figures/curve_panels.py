"""Learning curves of several experiments: a panel each, on shared axes, heavy curves numbered.

The rows of the experiments in, a figure out; nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from vinarch.figures.curve_axes import curve_keys, draw_curves
from vinarch.figures.curve_labels import apart, chosen_looks
from vinarch.figures.drawing import figure_of
from vinarch.figures.key_row import Key
from vinarch.figures.measure_words import counted
from vinarch.figures.panel_figure import PanelWords, Shown, draw_panel_figure
from vinarch.figures.sheet import MM_PER_INCH, line_mm, text_mm
from vinarch.figures.theme import INK, SMALL_PT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from vinarch.figures.theme import Width

_SAMPLE_MM = 3.0
_LEADER_MM = 1.4
"""Between the last epoch and the piece of line beside a number."""
_GAP_MM = 0.6


def draw_curve_panels(shown: Shown, page: tuple[float, Width]) -> Figure:
    """Draw the curves of each experiment in a panel; `page` is its width in mm and by name."""
    drawn = shown.rows
    chosen = drawn.loc[drawn["chosen"].astype(bool), "architecture"]
    wide = max((text_mm(str(number), SMALL_PT) for number in chosen.unique()), default=0.0)
    label_mm = _LEADER_MM + _SAMPLE_MM + _GAP_MM + wide + 0.5 if len(chosen) else 0.0

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        width_mm = axes.bbox.width / figure_of(axes).dpi * MM_PER_INCH
        # Rounded, so that all panels have the same axes to the last digit.
        room = round(label_mm / width_mm, 6)
        draw_curves(axes, rows, drawn, room)
        if len(chosen):
            _number(axes, rows, 1 - room)

    words = PanelWords("Learning curves", "epoch", "validation accuracy (%)", _told)
    keys = curve_keys(drawn)
    if len(chosen):
        keys.append(Key("a chosen network, by number", {"color": INK, "linewidth": 1.0}))
    return draw_panel_figure(shown, words, keys, draw, page)


def _told(rows: pd.DataFrame, _: bool) -> tuple[str, ...]:  # noqa: FBT001 - a callback
    return (counted(rows["architecture"].nunique(), "network"),)


def _number(axes: Axes, rows: pd.DataFrame, left: float) -> None:
    """Write the numbers of the heavy curves right of the last epoch, from a share of the width on.

    Where they have no room the most accurate are numbered; the caption tells all.
    """
    looks = chosen_looks(rows)
    dots = figure_of(axes).dpi / MM_PER_INCH
    wide, high = axes.bbox.width / dots, axes.bbox.height / dots
    gap = line_mm(SMALL_PT) / high
    ends = rows[rows["architecture"].isin(list(looks))].groupby("architecture").tail(1)
    order = ["val_accuracy_percent", "architecture"]
    ends = ends.sort_values(order, ascending=[False, True]).head(int(1 / gap))
    if ends.empty:
        return
    points = axes.transData.transform(ends[["epoch", "val_accuracy_percent"]].to_numpy(dtype=float))
    places = axes.transAxes.inverted().transform(points)
    moved = apart([float(y) for _, y in places], gap, gap / 2, 1 - gap / 2)
    sample = left + _LEADER_MM / wide
    beyond = sample + _SAMPLE_MM / wide
    for number, (x, y), height in zip(ends["architecture"], places, moved, strict=True):
        leader = {"color": INK, "linewidth": 0.3, "linestyle": ":"}
        look: dict[str, Any] = {"linewidth": 1.0, **looks[int(number)]}
        for span, style in (((x, sample), leader), ((sample, beyond), look)):
            heights = (y, height) if style is leader else (height, height)
            line = Line2D(span, heights, transform=axes.transAxes, zorder=4, **style)
            line.set_markevery([0])
            axes.add_artist(line)
        axes.text(
            beyond + _GAP_MM / wide,
            height,
            str(int(number)),
            transform=axes.transAxes,
            va="center",
            fontsize=SMALL_PT,
        )
