"""The frame behind the learning curves: every network and epoch of one experiment.

Functions that take a commons run its lazy tables and return pandas frames; the others work on
such frames.
No drawing, no files.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.errors import ParameterError, SelectionError
from vinarch.summary.figure_frames import check_trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.commons import Commons

FEWEST_IN_BAND = 8
"""Of fewer networks, two a quarter, quartiles say little."""

MOST_CHOSEN = 6
"""So many networks a study draws heavily."""

MOST_MARKED = 12
"""More lines than these cannot be told apart by dash and marker."""

_NETWORK = ["archive", "experiment", "architecture"]


def curve_points(
    commons: Commons,
    experiment: str | None = None,
    architectures: int | Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return the validation accuracy of every network and epoch of one experiment.

    Epochs are as the source counts them: from 0 or 1, in halves, or a few of many.

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
        If there is no such experiment or architecture, or no validation accuracy of an epoch is
        known.
    ParameterError
        If no single experiment is named, or more than `MOST_MARKED` architectures are.
    """
    mine = _one_experiment(commons, experiment)
    columns = [*_NETWORK, "epoch", "val_accuracy_percent"]
    histories = mine.histories[columns].compute()
    histories = histories[histories["val_accuracy_percent"].notna()]
    if histories.empty:
        raise SelectionError(
            f"learning_curves, experiment {mine.trained_experiments()[0][1]}",
            "validation accuracies epoch by epoch",
            "none",
            "`vinarch.figures.search_order` draws the accuracies of trained networks.",
        )
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
        If more than `MOST_MARKED` are named, or one is no whole number.
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
    if len(wanted) > MOST_MARKED:
        raise ParameterError(
            where,
            f"up to {MOST_MARKED} architectures",
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
    >>> from vinarch.summary.curve_frames import band_of
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
