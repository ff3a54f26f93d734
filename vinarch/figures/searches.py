"""Figures of single searches: learning curves, Pareto fronts, accuracy over the search order.

A commons or a tidy frame in, a drawing out; the frames come from `vinarch.summary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.errors import ParameterError, SelectionError
from vinarch.figures.curve_plot import COLUMNS as CURVE_COLUMNS
from vinarch.figures.curve_plot import draw_learning_curves
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import check_axes, check_given, check_unique
from vinarch.figures.measure_words import check_measure
from vinarch.figures.order_plot import COLUMNS as ORDER_COLUMNS
from vinarch.figures.order_plot import draw_search_order
from vinarch.figures.panels import MOST_PANELS
from vinarch.figures.pareto_plot import COLUMNS as FRONT_COLUMNS
from vinarch.figures.pareto_plot import draw_pareto_front
from vinarch.figures.theme import width_mm
from vinarch.reproducing import shared_starts
from vinarch.summary.curve_frames import curve_points, mark_chosen, with_band
from vinarch.summary.search_frames import mark_best, mark_fronts, order_points, pareto_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from vinarch.commons import Commons
    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width
    from vinarch.summary.search_frames import Measure

_NETWORK = ("archive", "experiment", "architecture")


def learning_curves(
    data: Commons | pd.DataFrame,
    experiment: str | Sequence[str] | None = None,
    architectures: int | Sequence[int] | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the validation accuracy over the epochs of all networks of an experiment.

    Several experiments have a panel each, on the same axes. All curves are thin; the median and
    the quartiles are those of the networks still training at each epoch, and end where fewer than
    8 train; chosen networks are heavy and numbered.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``archive, experiment, architecture, epoch, val_accuracy_percent,
        status, chosen, networks_training, quantile_25_percent, median_percent,
        quantile_75_percent``, as the drawing's `data` has them.
    experiment : str or sequence of str, optional
        Name of the experiment, or up to 12 names; of a commons it may be left out where there is
        one only, of a frame all are drawn.
    architectures : int or sequence of int, optional
        Up to 12 networks to draw heavily, of several experiments the same numbers in each. By
        default of each the one of highest accuracy in its last epoch, of equal ones the lowest
        number.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw on, with your own settings; else a figure of its own is made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such experiment or architecture, or histories are unknown.
    ParameterError
        If `data` is neither or lacks columns, if too many experiments or architectures are named,
        if `ax` is given for several experiments, or if `width` is unknown.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures.searches import learning_curves
    >>> commons = vinarch.fetch("JS9FR6")
    >>> drawing = learning_curves(commons, "1gpu_1e14_early_termination", [3, 71])
    >>> drawing.data.groupby("chosen")["architecture"].nunique()
    chosen
    False    98
    True      2
    Name: architecture, dtype: int64
    """
    width_mm(width, "learning_curves")
    check_axes(ax, "learning_curves")
    _check_count(experiment, "learning_curves")
    check_given(data, "learning_curves")
    if isinstance(data, pd.DataFrame):
        points = _only(data, experiment, "learning_curves")
        check_columns(points, CURVE_COLUMNS, "learning_curves, argument data")
        check_unique(points, (*_NETWORK, "epoch"), "learning_curves")
        experiments = list(_with_bands(points))
        if architectures is not None:
            experiments = [mark_chosen(rows, architectures) for rows in experiments]
        points = pd.concat(experiments)
    elif experiment is None or isinstance(experiment, str):
        points = curve_points(data, experiment, architectures)
    else:
        names: list[str | None] = [*dict.fromkeys(experiment)] or [None]
        points = pd.concat([curve_points(data, name, architectures) for name in names])
    return draw_learning_curves(points, width=width, ax=ax)


def pareto_front(
    data: Commons | pd.DataFrame,
    experiments: str | Sequence[str] | None = None,
    *,
    measure: Measure = "last",
    cost: str = "mflops",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw accuracy against cost, and the networks that no other beats in both.

    Accuracy is maximised, the cost minimised; the front is that of each experiment by itself.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``archive, experiment, architecture``, the cost, ``measure,
        val_accuracy_percent, on_front``, as the drawing's `data` has them.
    experiments : str or sequence of str, optional
        Up to 12 names, a panel each. By default all that have architectures; of more than 12 the
        first 12, and the figure says so.
    measure : {"last", "best"}
        Accuracy of the last epoch trained, or the highest of any epoch. A frame names its own.
    cost : str, default "mflops"
        What is minimised: a column of numbers of `architectures`, such as ``"mflops"`` or
        ``"parameter_count"``. A frame that has one of these two only needs not be told.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw one experiment on, with your own settings; else a figure of its own
        is made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such experiment, no histories are known, or no network's cost; the message
        names what is known.
    ParameterError
        If `data` is neither or lacks columns, if more than 12 experiments are named, if `ax` is
        given for several, or if `measure`, `cost` or `width` is unknown.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures.searches import pareto_front
    >>> drawing = pareto_front(vinarch.fetch("JS9FR6"), "1gpu_1e16_early_termination")
    >>> drawing.data.query("on_front")[["architecture", "mflops", "val_accuracy_percent"]].round(2)
        architecture  mflops  val_accuracy_percent
    98            78  470.66                 99.93
    99            86  530.77                100.00
    """
    width_mm(width, "pareto_front")
    check_axes(ax, "pareto_front")
    _check_count(experiments, "pareto_front")
    check_given(data, "pareto_front")
    if isinstance(data, pd.DataFrame):
        if cost == "mflops" and cost not in data.columns and "parameter_count" in data.columns:
            cost = "parameter_count"
        columns = (*FRONT_COLUMNS, cost)
        points = mark_fronts(
            _networks_of(data, experiments, measure, columns, "pareto_front"), cost
        )
    else:
        points = pareto_points(data, experiments, measure, cost)
    return draw_pareto_front(points, cost=cost, width=width, ax=ax)


def search_order(
    data: Commons | pd.DataFrame,
    experiments: str | Sequence[str] | None = None,
    *,
    measure: Measure = "last",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the accuracy of the networks in the order of their numbers, and the highest so far.

    The numbers stand for the course of the search, as far as the source gave them in its order:
    JS9FR6 records no generations.
    The start that an experiment shares with others of the commons is shaded.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``archive, experiment, architecture, measure,
        val_accuracy_percent, best_so_far_percent, in_shared_start``, as the drawing's `data` has
        them.
    experiments : str or sequence of str, optional
        Up to 12 names, a panel each. By default all that have architectures; of more than 12 the
        first 12, and the figure says so. Shared starts are sought in the whole commons.
    measure : {"last", "best"}
        Accuracy of the last epoch trained, or the highest of any epoch. A frame names its own.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw one experiment on, with your own settings; else a figure of its own
        is made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such experiment, or no histories are known.
    ParameterError
        If `data` is neither or lacks columns, if more than 12 experiments are named, if `ax` is
        given for several, or if `measure` or `width` is unknown.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures.searches import search_order
    >>> drawing = search_order(vinarch.fetch("JS9FR6"), "1gpu_1e14_early_termination")
    >>> drawing.data.query("in_shared_start")["architecture"].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    width_mm(width, "search_order")
    check_axes(ax, "search_order")
    _check_count(experiments, "search_order")
    check_given(data, "search_order")
    if isinstance(data, pd.DataFrame):
        given = _networks_of(data, experiments, measure, ORDER_COLUMNS, "search_order")
        points = mark_best(given)
    else:
        points = order_points(data, experiments, measure, shared_starts(data))
    return draw_search_order(points, width=width, ax=ax)


def _check_count(experiments: str | Sequence[str] | None, where: str) -> None:
    if experiments is None or isinstance(experiments, str):
        return
    if len(experiments) > MOST_PANELS:
        raise ParameterError(
            f"{where}, argument experiments",
            f"up to {MOST_PANELS} names",
            f"{len(experiments)}",
            "Draw the others in a second figure.",
        )


def _with_bands(points: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Give the rows of each experiment with the median and the quartiles of that one."""
    for _, rows in points.groupby(["archive", "experiment"], observed=True):
        yield with_band(rows)


def _networks_of(
    frame: pd.DataFrame,
    experiments: str | Sequence[str] | None,
    measure: Measure,
    columns: Sequence[str],
    where: str,
) -> pd.DataFrame:
    """Return the networks of a frame that a figure draws, each once."""
    check_measure(frame, measure, where)
    points = _only(frame, experiments, where)
    check_columns(points, columns, f"{where}, argument data")
    check_unique(points, _NETWORK, where)
    return points


def _only(frame: pd.DataFrame, experiments: str | Sequence[str] | None, where: str) -> pd.DataFrame:
    """Return the rows of the experiments named, all rows where none is named."""
    if experiments is None:
        return frame
    check_columns(frame, ("experiment",), f"{where}, argument data")
    names = [experiments] if isinstance(experiments, str) else list(experiments)
    found = set(frame["experiment"].astype(str))
    missing = [name for name in names if name not in found]
    if missing or not names:
        raise SelectionError(
            f"{where}, argument experiments",
            "experiments of the frame: " + ", ".join(sorted(found)),
            repr(missing[0]) if missing else "an empty list",
            "Name one of these, or leave it out.",
        )
    return frame[frame["experiment"].isin(names)]
