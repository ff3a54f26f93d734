"""Accuracy against MFLOPs or another cost, the Pareto front of each experiment drawn out.

A tidy frame with one row a network enters, a drawing leaves; who is on the front comes with the
frame. Accuracy is maximised, the cost minimised.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale, set_x_range
from vinarch.figures.cost_words import cost_words
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
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes

    from vinarch.figures.cost_words import CostWords

COLUMNS = (
    "archive",
    "experiment",
    "architecture",
    "measure",
    "val_accuracy_percent",
    "on_front",
)
"""Columns of the frame besides the cost."""

OTHERS = "#8ea3c4"
"""Light blue of the networks that others dominate."""

FRONT_LINE: dict[str, Any] = {"color": INK, "linewidth": 0.8}
_DOT: dict[str, Any] = {
    "marker": "o",
    "edgecolor": "#5c7299",
    "facecolor": OTHERS,
    "linewidth": 0.25,
}
_DIAMOND: dict[str, Any] = {"marker": "D", "edgecolor": "white", "facecolor": INK, "linewidth": 0.3}
_AREAS = {"single": (5.0, 9.0), "double": (9.0, 16.0)}


def draw_pareto_front(
    networks: pd.DataFrame,
    *,
    cost: str = "mflops",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the networks by cost and accuracy, one panel an experiment.

    The step line goes through the front: at each cost it has the highest accuracy that a network
    of no more reaches.

    Parameters
    ----------
    networks : pandas.DataFrame
        One row a network: ``archive, experiment, architecture``, the cost, ``measure,
        val_accuracy_percent, on_front``. Of more than `panels.MOST_PANELS` experiments the first
        ones are drawn, and heading and caption say so.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw one experiment on instead of a figure of its own.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn.

    Raises
    ------
    ParameterError
        If a column or every row with accuracy and cost is missing, if the rows name several
        measures, if `ax` is given for several experiments, or if `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.pareto_plot import draw_pareto_front
    >>> networks = pd.DataFrame(
    ...     {
    ...         "archive": "toy",
    ...         "experiment": "one",
    ...         "architecture": [0, 1, 2],
    ...         "mflops": [700.0, 400.0, 800.0],
    ...         "measure": "last_val_accuracy_percent",
    ...         "val_accuracy_percent": [98.5, 97.0, 96.0],
    ...         "on_front": [True, True, False],
    ...     }
    ... )
    >>> draw_pareto_front(networks).data["architecture"].tolist()
    [2, 1, 0]
    """
    page_mm = width_mm(width)
    where = "draw_pareto_front, argument networks"
    columns = [*COLUMNS[:3], cost, *COLUMNS[3:]]
    check_columns(networks, columns, where)
    measure = measure_of(networks, where)
    known = known_rows(networks[columns], ["val_accuracy_percent", cost], where)
    shown = shown_experiments(known)
    # The front is drawn last, so that no other point hides it.
    drawn = shown.rows.sort_values(
        ["archive", "experiment", "on_front", cost, "val_accuracy_percent", "architecture"],
        ignore_index=True,
    )
    cost_is = cost_words(cost, float(drawn[cost].max()))
    caption = _caption(drawn, measure, cost_is, len(networks) - len(known), shown.left_out)
    scale = AccuracyScale.fitted(drawn["val_accuracy_percent"])
    limits = _limits(drawn[cost] / cost_is.scale)

    def draw(axes: Axes, rows: pd.DataFrame, areas: tuple[float, float]) -> None:
        scale.set_on(axes, "y")
        set_x_range(axes, *limits, _x_bins(axes))
        axes.grid(visible=True, color=toned(axes, GRID))
        front = rows[rows["on_front"].astype(bool)]
        others = rows[~rows["on_front"].astype(bool)]
        line = toned_look(axes, FRONT_LINE)
        places = front[cost] / cost_is.scale
        axes.step(places, front["val_accuracy_percent"], where="post", **line)
        for points, area, look, order in (
            (others, areas[0], _DOT, 2),
            (front, areas[1], _DIAMOND, 3),
        ):
            axes.scatter(
                points[cost] / cost_is.scale,
                points["val_accuracy_percent"],
                s=area,
                zorder=order,
                **toned_look(axes, look),
            )
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)

    y_words = axis_words(measure) + ", maximised"
    if ax is not None:
        check_one_panel(shown, where)
        draw(ax, drawn, _AREAS["double"])
        label_on(ax, cost_is.axis, y_words)
        draw_legend_on(ax, _keys())
        return Drawing(figure_of(ax), drawn, caption)
    words = PanelWords(
        f"Accuracy and {cost_is.short}: Pareto fronts", cost_is.axis, y_words, partial(_told, cost)
    )
    figure = draw_panel_figure(
        shown.with_rows(drawn),
        words,
        _keys(),
        lambda axes, rows: draw(axes, rows, _AREAS["single" if len(shown.names) > 1 else width]),
        (page_mm, width),
    )
    return Drawing(figure, drawn, caption)


def _x_bins(axes: Axes) -> int:
    inches = axes.get_window_extent().width / axes.figure.dpi
    return max(2, min(8, int(inches / 0.35)))


def _limits(costs: pd.Series) -> tuple[float, float]:
    low, high = float(costs.min()), float(costs.max())
    margin = 0.05 * (high - low) or max(0.05 * abs(high), 1.0)
    return low - margin, high + margin


def _keys() -> list[Key]:
    none = {"linestyle": "none", "color": OTHERS, "markeredgecolor": "#5c7299"}
    return [
        Key("a network", {**none, "marker": "o", "markersize": 2.6, "markeredgewidth": 0.25}),
        Key(
            "on the Pareto front",
            {**FRONT_LINE, "marker": "D", "markersize": 3.0, "markeredgecolor": "white"}
            | {"markeredgewidth": 0.3},
        ),
    ]


def _told(
    cost: str,
    rows: pd.DataFrame,
    short: bool,  # noqa: FBT001 - a callback
) -> tuple[str, ...]:
    highest = _highest(rows, cost)
    return (
        f"front {int(rows['on_front'].sum())} of {len(rows)}",
        highest_words(highest["val_accuracy_percent"], highest["architecture"], short=short),
    )


def _highest(rows: pd.DataFrame, cost: str) -> pd.Series:
    """Return the network of highest accuracy; of equal ones that of least cost."""
    order = ["val_accuracy_percent", cost, "archive", "experiment", "architecture"]
    highest: pd.Series = rows.sort_values(order, ascending=[False, *[True] * 4]).iloc[0]
    return highest


def _caption(
    drawn: pd.DataFrame, measure: str, cost: CostWords, unknown: int, left_out: int
) -> str:
    groups = drawn.groupby(["archive", "experiment"])
    fronts = groups["on_front"].sum().to_numpy()
    sizes = groups.size().to_numpy()
    highest = _highest(drawn, cost.cost)
    words = caption_words(measure)
    peak = (
        f"the highest {words} is {percent(float(highest['val_accuracy_percent']))} % (architecture "
        f"{int(highest['architecture'])}"
    )
    least = f"{cost.number(float(highest[cost.cost]))})"
    if len(sizes) == 1:
        said = (
            f"{words.capitalize()} (maximised) against {cost.phrase} (minimised) of "
            f"{counted(int(sizes[0]), 'network')} of the experiment "
            f"{highest['experiment']}; "
            f"{_on_front(int(fronts[0]))} on the Pareto front (diamonds, step line), and "
            f"{peak}, {least}."
        )
    else:
        many = f"{sizes.sum():,} networks of {len(sizes)} experiments"
        said = (
            f"{words.capitalize()} (maximised) against {cost.phrase} (minimised) of "
            f"{many}, a panel each with the same axes; {_span(fronts)} networks are on the Pareto "
            f"front of their experiment (diamonds, step line), and {peak} of "
            f"{highest['experiment']}, {least}."
        )
    if unknown:
        said += f" {counted(unknown, 'network')} without accuracy or {cost.short} left out."
    if left_out:
        said += f" {counted(left_out, 'further experiment')} not drawn."
    if AccuracyScale.fitted(drawn["val_accuracy_percent"]).finer:
        said += f" {SCALE_WORDS}"
    return said


def _on_front(number: int) -> str:
    return "1 is" if number == 1 else f"{number} are"


def _span(values: np.ndarray) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"
