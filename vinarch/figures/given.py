"""What a figure function was given to draw: a commons, or the tidy frame of a drawing.

Decides which of both, and picks one experiment out of a frame; draws nothing, computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from vinarch.commons import Commons
from vinarch.distance import check_metric
from vinarch.errors import ParameterError
from vinarch.genome import flatten_nested

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.distance import Metric


def check_given(data: Any, where: str) -> None:
    """Refuse what is neither a commons nor a frame.

    Raises
    ------
    ParameterError
        The message names the type that came.
    """
    if not isinstance(data, (Commons, pd.DataFrame)):
        raise ParameterError(
            f"{where}, argument data",
            "a Commons or a pandas frame",
            f"{type(data).__name__}: {str(data)[:60]!r}",
            "Pass what vinarch.fetch(…) returns, or the data of an earlier drawing.",
        )


def check_axes(ax: Any, where: str) -> None:
    """Refuse what a figure cannot be drawn on: no axes, removed ones, polar or 3-D ones.

    Raises
    ------
    ParameterError
        The message names what came.
    """
    if ax is None:
        return
    flat = isinstance(ax, Axes) and ax.name == "rectilinear"
    if not flat or ax.get_figure() is None:
        kind = f"{ax.name} axes" if isinstance(ax, Axes) else type(ax).__name__
        raise ParameterError(
            f"{where}, argument ax",
            "plain axes of a figure",
            "axes that were removed from theirs" if flat else kind,
            "Pass one of those that matplotlib's subplots returns, such as axes[0, 0].",
        )


def check_unique(frame: pd.DataFrame, key: Sequence[str], where: str) -> None:
    """Refuse a frame that has a row twice.

    Raises
    ------
    ParameterError
        The message names the columns that must tell rows apart.
    """
    there = [name for name in key if name in frame.columns]
    twice = int(frame.duplicated(there).sum()) if there else 0
    if twice:
        raise ParameterError(
            f"{where}, argument data",
            f"each {', '.join(there)} once",
            f"{twice:,} of {len(frame):,} rows again",
            "Drop the second ones: frame.drop_duplicates().",
        )


def one_experiment(
    frame: pd.DataFrame, experiment: str | None, where: str
) -> tuple[pd.DataFrame, str]:
    """Return the rows of one experiment, and its name.

    Without a column ``experiment`` the argument names what all rows are of.

    Raises
    ------
    ParameterError
        If the frame has several experiments and none, or another one, is asked for.
    """
    if "experiment" not in frame.columns:
        if not experiment:
            raise ParameterError(
                f"{where}, argument experiment",
                "a name, since the frame has no column experiment",
                "None",
                "Name the experiment that the rows are of.",
            )
        return frame, experiment
    names = sorted(map(str, frame["experiment"].dropna().unique()))
    if experiment is None and len(names) == 1:
        return frame, names[0]
    if experiment not in names:
        raise ParameterError(
            f"{where}, argument experiment",
            "one of " + (", ".join(names) or "none: the frame has no rows"),
            repr(experiment),
            "Name one experiment of the frame.",
        )
    return frame[frame["experiment"] == experiment], experiment


def experiment_of(commons: Commons, experiment: str | None, where: str) -> str:
    """Return the experiment that is asked for, or the only one that has architectures.

    Raises
    ------
    ParameterError
        If none is named and there is not exactly one.
    """
    if experiment is not None:
        return experiment
    names = [name for _, name in commons.trained_experiments()]
    if len(names) != 1:
        raise ParameterError(
            f"{where}, argument experiment",
            "one of " + (", ".join(names) or "none: no experiment has architectures"),
            "None",
            "Name one; it can be left out where the commons has one only.",
        )
    return names[0]


def needed(value: Any, name: str, where: str) -> Any:
    """Return an argument that a commons needs.

    Raises
    ------
    ParameterError
        If it was left out.
    """
    if value is None:
        raise ParameterError(
            f"{where}, argument {name}",
            f"{name}, to choose from a commons",
            "None",
            "Only with the frame of an earlier drawing it can be left out.",
        )
    return value


def check_text(subsequence: Any, where: str) -> str:
    """Return the symbols of a subsequence, which are given as text.

    Raises
    ------
    ParameterError
        If they are no text.
    """
    if not isinstance(subsequence, str):
        raise ParameterError(
            f"{where}, argument subsequence",
            "its symbols as text",
            repr(subsequence),
            "Write it as '10110' or '[1,0,1,1,0]'.",
        )
    return subsequence


def marked_points(points: pd.DataFrame, start: int | None, subsequence: str | None) -> pd.DataFrame:
    """Mark the row of a frame that start and subsequence name; without them keep its own mark.

    Raises
    ------
    ParameterError
        If no row is of that start and subsequence.
    """
    if start is None and subsequence is None:
        return points if "chosen" in points.columns else points.assign(chosen=False)
    chosen = (points["start"] == start) & (
        points["subsequence"] == flatten_nested(subsequence or "")
    )
    if not chosen.any():
        raise ParameterError(
            "subsequences, arguments start and subsequence",
            "those of one row of the frame",
            f"start {start}, subsequence {subsequence}",
            "Take both from one row of the frame, or leave both out.",
        )
    return points.assign(chosen=chosen)


def metric_of(pairs: pd.DataFrame, metric: Metric | None) -> Metric:
    """Return the metric that a frame tells, or the one that it is said to have.

    Raises
    ------
    ParameterError
        If there is no such metric, or the frame tells another one.
    """
    told = sorted(set(pairs["metric"])) if "metric" in pairs.columns else []
    if metric is None:
        metric = told[0] if told else "cityblock"
    check_metric(metric)
    if told not in ([], [metric]):
        raise ParameterError(
            "distance_map, argument metric",
            " and ".join(map(repr, told)) + ", as the frame says",
            repr(metric),
            "Leave the argument out, and pass pairs of one metric.",
        )
    return metric
