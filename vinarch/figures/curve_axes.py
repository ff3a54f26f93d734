"""What stands in a plot of learning curves: faint curves, median and quartiles, ends, heavy ones.

The rows of one experiment in, marks on axes out; nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection

from vinarch.figures.accuracy_scale import AccuracyScale, set_x_range
from vinarch.figures.curve_labels import chosen_looks
from vinarch.figures.curve_parts import (
    band_rows,
    early_ends,
    epoch_words,
    sparse_epochs,
    unbroken,
)
from vinarch.figures.drawing import figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key
from vinarch.figures.sheet import MM_PER_INCH, text_mm
from vinarch.figures.theme import GRID, SMALL_PT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ALL = "#8a8a8a"
"""Grey of the curves of all networks."""

MIDDLE = "#4f7fc4"
"""Mid blue of median and quartiles: of another lightness than the chosen curves."""

END_MARK = "x"
_WIDE_MM = 50.0
"""Narrower axes have room for fewer ticks."""
_FAINT_FROM = 100
"""With more networks than these their curves fade."""


def draw_curves(axes: Axes, drawn: pd.DataFrame, every: pd.DataFrame, room: float = 0.0) -> None:
    """Draw the curves of an experiment on axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    drawn : pandas.DataFrame
        Rows of one experiment, by network and epoch.
    every : pandas.DataFrame
        Rows that the axes are to hold: those of all panels.
    room : float, default 0
        White to leave right of the last epoch, as a share of the width of the axes.
    """
    AccuracyScale.fitted(every["val_accuracy_percent"]).set_on(axes, "y")
    _set_epochs(axes, every, room)
    epochs = np.sort(drawn["epoch"].unique().astype(float))
    axes.grid(visible=True, axis="y", color=toned(axes, GRID))
    count = drawn["architecture"].nunique()
    alpha = min(0.55, max(0.12, 0.55 * (_FAINT_FROM / count) ** 0.5))
    pieces = [
        piece
        for _, rows in drawn.groupby("architecture", sort=True)
        for piece in unbroken(rows, epochs)
    ]
    lines = LineCollection(
        [piece for piece in pieces if len(piece) > 1],
        colors=toned(axes, ALL),
        linewidths=0.35,
        alpha=alpha,
        zorder=1.5,
        label="networks",
    )
    axes.add_collection(lines, autolim=False)
    sparse = sparse_epochs(drawn)
    lone = np.array(
        [point for piece in pieces if sparse or len(piece) == 1 for point in piece]
    ).reshape(-1, 2)
    if len(lone):
        axes.scatter(lone[:, 0], lone[:, 1], s=3, color=toned(axes, ALL), linewidth=0, zorder=1.5)
    _draw_band(axes, drawn)
    _draw_ends(axes, drawn)
    for number, look in chosen_looks(drawn).items():
        rows = drawn[drawn["architecture"] == number]
        for piece in unbroken(rows, epochs):
            mark: dict[str, Any] = {"marker": "o", "markersize": 2.5} if len(piece) == 1 else {}
            line = {**toned_look(axes, look), **mark}
            axes.plot(piece[:, 0], piece[:, 1], linewidth=1.2, zorder=4, **line)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _set_epochs(axes: Axes, every: pd.DataFrame, room: float) -> None:
    """Set the range of the epochs, with a tick at each where there are a few only."""
    sparse = sparse_epochs(every)
    first, last = float(every["epoch"].min()), float(every["epoch"].max())
    margin = 0.04 * (last - first) if sparse else 0.4
    low, high = first - margin, last + margin
    high += (high - low) * room / (1 - room)
    if not sparse:
        most = 8 if axes.bbox.width / figure_of(axes).dpi * MM_PER_INCH > _WIDE_MM else 5
        set_x_range(axes, low, high, most, whole=True)
        axes.set_xticks([tick for tick in axes.get_xticks() if tick <= last + margin])
        return
    axes.set_xlim(low, high)
    axes.set_xticks(_apart(axes, sparse), labels=map(epoch_words, _apart(axes, sparse)))


def _apart(axes: Axes, epochs: tuple[float, ...]) -> list[float]:
    """Return the epochs whose labels have room, the last ones first."""
    wide = axes.get_window_extent().width / axes.figure.dpi * MM_PER_INCH
    low, high = axes.get_xlim()
    room = (text_mm(epoch_words(max(epochs)), SMALL_PT) + 1.5) * (high - low) / wide
    kept: list[float] = []
    for epoch in reversed(epochs):
        if not kept or kept[-1] - epoch >= room:
            kept.append(epoch)
    return kept[::-1]


def _draw_band(axes: Axes, drawn: pd.DataFrame) -> None:
    band = band_rows(drawn)
    if band.empty:
        return
    x = band["epoch"].to_numpy(dtype=float)
    low = band["quantile_25_percent"].to_numpy(dtype=float)
    high = band["quantile_75_percent"].to_numpy(dtype=float)
    middle = toned(axes, MIDDLE)
    axes.fill_between(x, low, high, color=middle, alpha=0.28, linewidth=0, zorder=2)
    axes.plot(x, band["median_percent"], color=toned(axes, "white"), linewidth=3.0, zorder=2.8)
    axes.plot(x, band["median_percent"], color=middle, linewidth=1.8, zorder=3, label="median")


def _draw_ends(axes: Axes, drawn: pd.DataFrame) -> None:
    ends = early_ends(drawn)
    if len(ends):
        axes.scatter(
            ends["epoch"].astype(float),
            ends["val_accuracy_percent"],
            marker=END_MARK,
            s=5,
            color=toned(axes, "#555555"),
            linewidth=0.45,
            zorder=2.5,
            label="ended early",
            clip_on=False,
        )


def curve_keys(drawn: pd.DataFrame) -> list[Key]:
    """Return what the marks mean, as far as they occur."""
    keys = [Key("a network", {"color": ALL, "linewidth": 0.5})]
    if len(band_rows(drawn)):
        keys += [
            Key("median", {"color": MIDDLE, "linewidth": 1.8}),
            Key("quartiles", surface={"color": MIDDLE, "alpha": 0.28, "linewidth": 0}),
        ]
    if len(early_ends(drawn)):
        look = {"linestyle": "none", "marker": END_MARK, "markersize": 2.6, "color": "#555555"}
        keys.append(Key("training ended early", {**look, "markeredgewidth": 0.6}))
    return keys


def chosen_keys(drawn: pd.DataFrame) -> list[Key]:
    """Return the heavy curves of an experiment by their numbers."""
    return [
        Key(f"no. {number}", {**look, "linewidth": 1.2})
        for number, look in chosen_looks(drawn).items()
    ]
