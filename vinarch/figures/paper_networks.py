"""Figures of papers with a mark a network: fitted curve, fronts of fitness, epochs of convergence.

A commons or a tidy frame in, a drawing out; the frames come from `vinarch.summary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.figures.drawing import check_columns
from vinarch.figures.given import (
    check_axes,
    check_given,
    check_unique,
    experiment_of,
    needed,
)
from vinarch.figures.paper_curve_plot import draw_fitted_curve
from vinarch.figures.paper_epoch_plot import draw_convergence_epochs
from vinarch.figures.paper_front_plot import COLUMNS as FRONT_COLUMNS
from vinarch.figures.paper_front_plot import draw_fitness_fronts
from vinarch.figures.theme import width_mm
from vinarch.summary.paper_curves import fitted_points
from vinarch.summary.paper_networks import (
    convergence_points,
    fitness_points,
    mark_fitness_fronts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from vinarch.commons import Commons
    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width


def fitted_curve(
    data: Commons | pd.DataFrame,
    experiment: str | None = None,
    architecture: int | None = None,
    *,
    engine: str = "a4nn_2023",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw one network's learning curve, the function fitted to it, and what that foretold.

    The record keeps the prediction after each epoch, but not every function behind it: the one at
    the epoch of convergence is fitted again by the engine's reference solver.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame is of the schema `vinarch.schema.published.FITTED_CURVES`.
    experiment : str, optional
        Name of the experiment; a commons of several needs it.
    architecture : int, optional
        Number of the network; a commons needs it.
    engine : str, default "a4nn_2023"
        Preset of the engine that the search ran; a frame names its own.
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
        If there is no such network, or its recorded prediction never converged.
    ParameterError
        If `data` is neither or lacks columns, if the network is not named, or if `engine` or
        `width` is unknown.

    References
    ----------
    Channing et al., ICPP 2023, Figure 2.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures import papers
    >>> commons = vinarch.fetch("JS9FR6")
    >>> drawing = papers.fitted_curve(commons, "1gpu_1e15_no_early_termination", 38)
    >>> points = drawing.data
    >>> points.loc[points["series"] == "fitted", "accuracy_percent"].round(4).iloc[-1]
    np.float64(99.6145)
    >>> points.loc[points["series"] == "prediction", "accuracy_percent"].round(4).iloc[0]
    np.float64(99.6145)
    """
    _check("fitted_curve", data, width, ax)
    if isinstance(data, pd.DataFrame):
        points = data
    else:
        name = experiment_of(data, experiment, "fitted_curve")
        number = needed(architecture, "architecture", "fitted_curve")
        points = fitted_points(data, name, number, engine)
    return draw_fitted_curve(points, width=width, ax=ax)


def fitness_fronts(
    data: Commons | pd.DataFrame,
    experiments: str | Sequence[str] | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the fitness that searches had of their networks against MFLOPs, and the fronts.

    The fitness is the prediction where the engine ended trainings and it converged, else the last
    validation accuracy.
    Searches with and without the engine, and on other numbers of GPUs, have a panel each.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame is of the schema `vinarch.schema.published.NETWORK_FITNESS`.
    experiments : str or sequence of str, optional
        By default all that have histories.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw one panel on, with your own settings; else a figure of its own is
        made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such search, or its setting or its histories are not on record.
    ParameterError
        If `data` is neither or lacks columns, if `ax` is given for several panels, or if `width`
        is unknown.

    References
    ----------
    Channing et al., ICPP 2023, Figures 6a and 6b.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures import papers
    >>> drawing = papers.fitness_fronts(vinarch.fetch("JS9FR6").select(beam="1e16", gpus=1))
    >>> drawing.data.groupby("early_termination")["on_front"].sum()
    early_termination
    False    8
    True     2
    Name: on_front, dtype: int64
    """
    _check("fitness_fronts", data, width, ax)
    if isinstance(data, pd.DataFrame):
        check_columns(data, FRONT_COLUMNS, "fitness_fronts, argument data")
        check_unique(data, ("archive", "experiment", "architecture"), "fitness_fronts")
        points = mark_fitness_fronts(data)
    else:
        points = fitness_points(data, experiments)
    return draw_fitness_fronts(points, width=width, ax=ax)


def convergence_epochs(
    data: Commons | pd.DataFrame,
    experiments: str | Sequence[str] | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw after which epoch the recorded predictions converged, and the share that did.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame is of the schema `vinarch.schema.published.CONVERGENCE_EPOCHS`.
    experiments : str or sequence of str, optional
        Up to 12 names, a panel each; by default all whose trainings the engine could end.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw one search on, with your own settings; else a figure of its own is
        made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such search, or its setting, histories or an engine are not on record.
    ParameterError
        If `data` is neither or lacks columns, if no network converged, if there are more than 12
        searches, if `ax` is given for several, or if `width` is unknown.

    References
    ----------
    Channing et al., ICPP 2023, Figure 8.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures import papers
    >>> drawing = papers.convergence_epochs(vinarch.fetch("JS9FR6").select(beam="1e15"))
    >>> drawing.data.groupby("gpus")["convergence_epoch"].agg(["count", "mean"]).round(2)
          count   mean
    gpus
    1        69  11.64
    4        80  11.49
    """
    _check("convergence_epochs", data, width, ax)
    rows = data if isinstance(data, pd.DataFrame) else convergence_points(data, experiments)
    return draw_convergence_epochs(rows, width=width, ax=ax)


def _check(where: str, data: object, width: str, ax: object) -> None:
    width_mm(width, where)
    check_axes(ax, where)
    check_given(data, where)
