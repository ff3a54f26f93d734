"""The frames behind the figures of searches: learning curves, Pareto fronts, accuracy over order.

Functions that take a commons run its lazy tables and return pandas frames; the others work on
such frames.
No drawing, no files; shared starts are told, not found here.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from vinarch.errors import ParameterError, SelectionError
from vinarch.fronts import non_dominated
from vinarch.parameters import check_choice
from vinarch.summary.figure_frames import check_trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.commons import Commons

Measure = Literal["last", "best"]
"""Accuracy of the last epoch trained, or the highest of any epoch."""

MEASURE_COLUMNS: dict[str, str] = {
    "last": "last_val_accuracy_percent",
    "best": "best_val_accuracy_percent",
}
"""The column of `architectures` that a measure names."""

FEWEST_IN_BAND = 8
"""Of fewer networks, two a quarter, quartiles say little."""

MOST_CHOSEN = 6
"""More lines than these cannot be told apart by dash and lightness."""

_NETWORK = ["archive", "experiment", "architecture"]


def curve_points(
    commons: Commons,
    experiment: str | None = None,
    architectures: int | Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return the validation accuracy of every network and epoch of one experiment.

    Parameters
    ----------
    commons : Commons
    experiment : str, optional
        May be left out where the commons has one experiment with histories only.
    architectures : int or sequence of int, optional
        The networks to mark; without it the one of highest accuracy in its last epoch.

    Returns
    -------
    DataFrame
        One row a network and epoch: ``archive, experiment, architecture, epoch,
        val_accuracy_percent, status, chosen`` and the columns of `band_of`, which are the same in
        all rows of an epoch.

    Raises
    ------
    SelectionError
        If there is no such experiment or architecture, or no histories are known.
    ParameterError
        If no single experiment is named, or more than `MOST_CHOSEN` architectures are.
    """
    mine = _one_experiment(commons, experiment)
    columns = [*_NETWORK, "epoch", "val_accuracy_percent"]
    histories = mine.histories[columns].compute()
    statuses = mine.architectures[[*_NETWORK, "status"]].compute()
    points = histories.merge(statuses, on=_NETWORK, validate="many_to_one")
    points = points.sort_values([*_NETWORK, "epoch"], ignore_index=True)
    marked = mark_chosen(points, architectures)
    return with_band(marked)


def with_band(points: pd.DataFrame) -> pd.DataFrame:
    """Return learning curves with the columns of `band_of` made anew from these rows."""
    band = band_of(points)
    bare = points.drop(columns=[*band.columns.drop("epoch")], errors="ignore")
    return bare.merge(band, on="epoch", how="left", validate="many_to_one")


def mark_chosen(points: pd.DataFrame, architectures: int | Sequence[int] | None) -> pd.DataFrame:
    """Return learning curves with the column ``chosen``, as `curve_points` does.

    Raises
    ------
    SelectionError
        If there is no such architecture.
    ParameterError
        If more than `MOST_CHOSEN` are named, or one is no whole number.
    """
    numbers = points["architecture"]
    wanted = [_most_accurate(points)] if architectures is None else _whole_numbers(architectures)
    where = "learning_curves, argument architectures"
    strange = [number for number in wanted if not (numbers == number).any()]
    if strange:
        raise SelectionError(
            where,
            f"numbers of {numbers.nunique()} architectures, {numbers.min()} to {numbers.max()}",
            f"{strange[0]}, which is none of them",
            "`commons.architectures` lists them.",
        )
    if len(wanted) > MOST_CHOSEN:
        raise ParameterError(
            where,
            f"up to {MOST_CHOSEN} architectures",
            f"{len(wanted)}",
            "Draw the others in a second figure.",
        )
    return points.assign(chosen=numbers.isin(wanted).to_numpy(dtype=bool))


def band_of(points: pd.DataFrame) -> pd.DataFrame:
    """Return the median and the quartiles over the networks still training at each epoch.

    Parameters
    ----------
    points : DataFrame
        One row a network and epoch: ``epoch, val_accuracy_percent``.

    Returns
    -------
    DataFrame
        One row an epoch, ascending: ``epoch, networks_training, quantile_25_percent,
        median_percent, quantile_75_percent``; the last three are NaN where fewer than
        `FEWEST_IN_BAND` networks train.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.summary.search_frames import band_of
    >>> points = pd.DataFrame({"epoch": [0] * 9 + [1], "val_accuracy_percent": range(10)})
    >>> band_of(points).drop(columns="networks_training")
       epoch  quantile_25_percent  median_percent  quantile_75_percent
    0      0                  2.0             4.0                  6.0
    1      1                  NaN             NaN                  NaN
    """
    groups = points.groupby("epoch")["val_accuracy_percent"]
    counts = groups.count()
    shares = {"quantile_25_percent": 0.25, "median_percent": 0.5, "quantile_75_percent": 0.75}
    columns = {
        name: groups.quantile(share).where(counts >= FEWEST_IN_BAND)
        for name, share in shares.items()
    }
    return pd.DataFrame({"networks_training": counts, **columns}).reset_index()


def pareto_points(
    commons: Commons,
    experiments: str | Sequence[str] | None = None,
    measure: Measure = "last",
) -> pd.DataFrame:
    """Return accuracy and MFLOPs of the networks, those on their experiment's front marked.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All that have architectures by default.
    measure : {"last", "best"}

    Returns
    -------
    DataFrame
        One row a network: ``archive, experiment, architecture, mflops, measure,
        val_accuracy_percent, on_front``.

    Raises
    ------
    SelectionError
        If there is no such experiment, or no histories are known.
    ParameterError
        If there is no such measure.
    """
    return mark_fronts(_networks(commons, experiments, measure, ["mflops"]))


def mark_fronts(networks: pd.DataFrame) -> pd.DataFrame:
    """Return networks with the column ``on_front``, as `pareto_points` does.

    The front of each experiment: accuracy is maximised, MFLOPs are minimised. Networks that are
    equal in both are all on it or none; one that lacks either is not.
    """
    networks = networks.reset_index(drop=True)
    marks = pd.Series(data=False, index=networks.index)
    for _, rows in networks.groupby(["archive", "experiment"]):
        objectives = rows[["val_accuracy_percent", "mflops"]].to_numpy(dtype=float)
        marks[rows.index] = non_dominated(objectives, ("maximise", "minimise"))
    return networks.assign(on_front=marks)


def order_points(
    commons: Commons,
    experiments: str | Sequence[str] | None = None,
    measure: Measure = "last",
    starts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the accuracy of the networks in the order of their numbers, and the best so far.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All that have architectures by default.
    measure : {"last", "best"}
    starts : DataFrame, optional
        Of the schema `vinarch.schema.SHARED_STARTS`: the networks to mark.

    Returns
    -------
    DataFrame
        One row a network: ``archive, experiment, architecture, measure, val_accuracy_percent,
        best_so_far_percent, in_shared_start``.

    Raises
    ------
    SelectionError
        If there is no such experiment, or no histories are known.
    ParameterError
        If there is no such measure.
    """
    points = _networks(commons, experiments, measure, [])
    marked = set() if starts is None else set(_keys(starts))
    return mark_best(points.assign(in_shared_start=[key in marked for key in _keys(points)]))


def mark_best(points: pd.DataFrame) -> pd.DataFrame:
    """Return networks, in order, with the best accuracy so far of their experiment."""
    points = points.sort_values(_NETWORK, ignore_index=True)
    groups = points.groupby(["archive", "experiment"])["val_accuracy_percent"]
    # A network without an accuracy leaves the best so far as it is.
    best = groups.cummax().groupby([points["archive"], points["experiment"]]).ffill()
    return points.assign(best_so_far_percent=best)


def _networks(
    commons: Commons,
    experiments: str | Sequence[str] | None,
    measure: Measure,
    columns: Sequence[str],
) -> pd.DataFrame:
    name = MEASURE_COLUMNS[check_choice("argument measure", measure, list(MEASURE_COLUMNS))]
    mine = commons if experiments is None else commons.select(experiment=experiments)
    check_trained(mine)
    networks = mine.architectures[[*_NETWORK, *columns, name]].compute()
    networks = networks.sort_values(_NETWORK, ignore_index=True)
    accuracy = networks.pop(name)
    told: pd.DataFrame = networks.assign(measure=name, val_accuracy_percent=accuracy)
    return told


def _keys(networks: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return archive, experiment and number of each network, whatever strings their dtype has."""
    columns = zip(*(networks[name].tolist() for name in _NETWORK), strict=True)
    return [(str(archive), str(name), int(number)) for archive, name, number in columns]


def _one_experiment(commons: Commons, experiment: str | None) -> Commons:
    mine = commons if experiment is None else commons.select(experiment=experiment)
    check_trained(mine)
    found = mine.trained_experiments()
    if len(found) > 1:
        same = len({name for _, name in found}) == 1
        raise ParameterError(
            "learning_curves, argument experiment",
            "the name of one experiment",
            ", ".join(f"{name} of {archive}" if same else name for archive, name in found[:3])
            + (f" and {len(found) - 3} more" if len(found) > 3 else ""),  # noqa: PLR2004 - a line
            f"Narrow the commons first: commons.select(archive={found[0][0]!r})."
            if same
            else f"Name one, such as {found[0][1]!r}.",
        )
    return mine


def _most_accurate(points: pd.DataFrame) -> int:
    """Return the network of highest accuracy in its last epoch; of equal ones the lowest number."""
    last = points.sort_values("epoch").groupby("architecture", as_index=False).last()
    order = ["val_accuracy_percent", "architecture"]
    return int(last.sort_values(order, ascending=[False, True])["architecture"].iloc[0])


def _whole_numbers(architectures: Any) -> list[int]:
    try:
        given = list(architectures) if np.iterable(architectures) else [architectures]
        return list(dict.fromkeys(operator.index(number) for number in given))
    except TypeError:
        raise ParameterError(
            "learning_curves, argument architectures",
            "numbers of architectures, such as [3, 71]",
            repr(architectures),
            "`commons.architectures` lists them.",
        ) from None
