"""Accuracy over the numbers of the architectures, and the highest so far.

A tidy frame with one row a network enters, a drawing leaves; highest so far and shared starts come
with the frame. No trend is fitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale, set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key, draw_legend_on, label_on
from vinarch.figures.measure_words import (
    axis_words,
    caption_words,
    counted,
    highest_words,
    measure_of,
    percent,
)
from vinarch.figures.panel_figure import (
    PanelWords,
    check_one_panel,
    draw_panel_figure,
    known_rows,
    shown_experiments,
)
from vinarch.figures.theme import GRID, INK, Width, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = (
    "archive",
    "experiment",
    "architecture",
    "measure",
    "val_accuracy_percent",
    "best_so_far_percent",
    "in_shared_start",
)

START: dict[str, Any] = {"color": "#dcdcdc", "linewidth": 0}
"""The stretch of the shared start, behind the points."""

BEST_LINE: dict[str, Any] = {"color": INK, "linewidth": 0.9}
_DOT: dict[str, Any] = {
    "marker": "o",
    "edgecolor": "#3f5f92",
    "facecolor": "#8ea3c4",
    "linewidth": 0.25,
}
_AREAS = {"single": 4.5, "double": 9.0}
_X_WORDS = "architecture number"


def draw_search_order(
    networks: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the accuracy of the networks in the order of their numbers, one panel an experiment.

    The step line is the highest accuracy so far; the grey stretch is the start that the experiment
    shares with others.

    Parameters
    ----------
    networks : pandas.DataFrame
        One row a network: ``archive, experiment, architecture, measure, val_accuracy_percent,
        best_so_far_percent, in_shared_start``. Of more than `panels.MOST_PANELS` experiments the
        first ones are drawn, and heading and caption say so.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw one experiment on instead of a figure of its own.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn, in order.

    Raises
    ------
    ParameterError
        If a column or every row with an accuracy is missing, if the rows name several measures,
        if `ax` is given for several experiments, or if `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.order_plot import draw_search_order
    >>> networks = pd.DataFrame(
    ...     {
    ...         "archive": "toy",
    ...         "experiment": "one",
    ...         "architecture": [0, 1, 2],
    ...         "measure": "last_val_accuracy_percent",
    ...         "val_accuracy_percent": [88.5, 97.0, 96.0],
    ...         "best_so_far_percent": [88.5, 97.0, 97.0],
    ...         "in_shared_start": [True, True, False],
    ...     }
    ... )
    >>> draw_search_order(networks).data["best_so_far_percent"].tolist()
    [88.5, 97.0, 97.0]
    """
    page_mm = width_mm(width)
    where = "draw_search_order, argument networks"
    check_columns(networks, COLUMNS, where)
    measure = measure_of(networks, where)
    known = known_rows(networks[list(COLUMNS)], ["val_accuracy_percent"], where)
    shown = shown_experiments(known)
    drawn = shown.rows.sort_values(["archive", "experiment", "architecture"], ignore_index=True)
    caption = _caption(drawn, measure, len(networks) - len(known), shown.left_out)
    scale = AccuracyScale.fitted(drawn["val_accuracy_percent"])
    first, last = int(drawn["architecture"].min()), int(drawn["architecture"].max())
    margin = max(0.02 * (last - first), 0.8)

    def draw(axes: Axes, rows: pd.DataFrame, area: float) -> None:
        scale.set_on(axes, "y")
        most = max(2, min(10, int(axes.get_window_extent().width / axes.figure.dpi / 0.25)))
        set_x_range(axes, first - margin, last + margin, most, whole=True)
        axes.grid(visible=True, axis="y", color=toned(axes, GRID))
        for low, high in _stretches(rows):
            axes.axvspan(low, high, zorder=0.5, **toned_look(axes, START))
        x = rows["architecture"].astype(float)
        line, dot = toned_look(axes, BEST_LINE), toned_look(axes, _DOT)
        axes.step(x, rows["best_so_far_percent"], where="post", zorder=2, **line)
        axes.scatter(x, rows["val_accuracy_percent"], s=area, zorder=3, **dot)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)

    y_words = axis_words(measure)
    keys = _keys(drawn)
    if ax is not None:
        check_one_panel(shown, where)
        draw(ax, drawn, _AREAS["double"])
        label_on(ax, _X_WORDS, y_words)
        draw_legend_on(ax, keys)
        return Drawing(figure_of(ax), drawn, caption)
    words = PanelWords("Accuracy by architecture number", _X_WORDS, y_words, _told)
    figure = draw_panel_figure(
        shown.with_rows(drawn),
        words,
        keys,
        lambda axes, rows: draw(axes, rows, _AREAS["single" if len(shown.names) > 1 else width]),
        (page_mm, width),
    )
    return Drawing(figure, drawn, caption)


def _stretches(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """Return where the networks of the shared start stand, each run of them once."""
    marks = rows["in_shared_start"].to_numpy(dtype=bool)
    numbers = rows["architecture"].to_numpy(dtype=float)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    return [(float(numbers[a]) - 0.5, float(numbers[b - 1]) + 0.5) for a, b in runs]


def _keys(drawn: pd.DataFrame) -> list[Key]:
    none = {"linestyle": "none", "color": "#8ea3c4", "markeredgecolor": "#3f5f92"}
    keys = [
        Key("a network", {**none, "marker": "o", "markersize": 2.6, "markeredgewidth": 0.25}),
        Key("highest so far", BEST_LINE),
    ]
    if drawn["in_shared_start"].any():
        keys.append(Key("shared start", surface=START))
    return keys


def _told(rows: pd.DataFrame, short: bool) -> tuple[str, ...]:  # noqa: FBT001 - a callback
    highest = _highest(rows)
    return (highest_words(highest["val_accuracy_percent"], highest["architecture"], short=short),)


def _highest(rows: pd.DataFrame) -> pd.Series:
    """Return the first of the networks of highest accuracy."""
    highest: pd.Series = rows.iloc[int(rows["val_accuracy_percent"].to_numpy(dtype=float).argmax())]
    return highest


def _caption(drawn: pd.DataFrame, measure: str, unknown: int, left_out: int) -> str:
    sizes = drawn.groupby(["archive", "experiment"]).size()
    many = counted(len(drawn), "network")
    if len(sizes) == 1:
        highest = _highest(drawn)
        of = f"{many} of the experiment {drawn['experiment'].iloc[0]}"
        peak = (
            f" It reaches {percent(float(highest['val_accuracy_percent']))} % at architecture "
            f"{int(highest['architecture'])}."
        )
    else:
        of = f"{many} of {len(sizes)} experiments, a panel each with the same axes"
        tops = drawn.groupby(["archive", "experiment"])["val_accuracy_percent"].max()
        peak = f" It ends at {percent(float(tops.min()))} to {percent(float(tops.max()))} %."
    said = (
        f"{caption_words(measure).capitalize()} of the {of}, in the order of their numbers; the "
        f"step line is the highest so far.{peak}"
    )
    start = int(drawn["in_shared_start"].sum())
    if start:
        said += (
            f" The grey stretch holds the {counted(start, 'network')} of a start that several "
            "experiments share, structure by structure."
        )
    if unknown:
        said += f" {counted(unknown, 'network')} without accuracy left out."
    if left_out:
        said += f" {counted(left_out, 'further experiment')} not drawn."
    if AccuracyScale.fitted(drawn["val_accuracy_percent"]).finer:
        said += f" {SCALE_WORDS}"
    return said
