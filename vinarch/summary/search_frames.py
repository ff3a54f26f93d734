"""The frames behind Pareto fronts and accuracy over order: one row a network.

Functions that take a commons run its lazy tables and return pandas frames; the others work on
such frames.
No drawing, no files; shared starts are told, not found here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NoReturn

import numpy as np
import pandas as pd

from vinarch.asking.ranking import MEASURES
from vinarch.errors import SelectionError
from vinarch.fronts import non_dominated
from vinarch.parameters import check_choice
from vinarch.summary.figure_frames import TRAINED, check_trained

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

COSTS = tuple(name for name in MEASURES if not name.endswith("_percent"))
"""Columns of `architectures` that can be minimised: all numbers but accuracies."""

_USUAL_COSTS = ("mflops", "parameter_count")

_NETWORK = ["archive", "experiment", "architecture"]


def pareto_points(
    commons: Commons,
    experiments: str | Sequence[str] | None = None,
    measure: Measure = "last",
    cost: str = "mflops",
) -> pd.DataFrame:
    """Return accuracy and cost of the networks, those on their experiment's front marked.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All that have architectures by default.
    measure : {"last", "best"}
    cost : str, default "mflops"
        A column of `COSTS`.

    Returns
    -------
    DataFrame
        One row a network: ``archive, experiment, architecture``, the cost, ``measure,
        val_accuracy_percent, on_front``.

    Raises
    ------
    SelectionError
        If there is no such experiment, no histories are known, or of no network both accuracy
        and cost; the message names what is known instead.
    ParameterError
        If there is no such measure or cost.
    """
    name = str(check_choice("argument cost", cost, list(COSTS)))
    networks = _networks(commons, experiments, measure, [name])
    if not networks[["val_accuracy_percent", name]].notna().all(axis=1).any():
        _refuse_cost(commons, experiments, networks, name)
    return mark_fronts(networks, name)


def known_costs(
    commons: Commons, experiments: str | Sequence[str] | None = None, measure: Measure = "last"
) -> tuple[str, ...]:
    """Return which of MFLOPs and parameters `pareto_points` can take: those that are known.

    Raises
    ------
    SelectionError
        If there is no such experiment, or no histories are known.
    """
    networks = _networks(commons, experiments, measure, _USUAL_COSTS)
    judged = networks[networks["val_accuracy_percent"].notna()]
    return tuple(name for name in _USUAL_COSTS if judged[name].notna().any())


def _refuse_cost(
    commons: Commons,
    experiments: str | Sequence[str] | None,
    networks: pd.DataFrame,
    cost: str,
) -> NoReturn:
    measure = networks["measure"].iloc[0] if len(networks) else "validation accuracy"
    if not networks["val_accuracy_percent"].notna().any():
        raise SelectionError(
            "pareto_front",
            f"networks whose {measure} is known",
            "none",
            "Choose other experiments.",
        )
    known = known_costs(commons, experiments)
    raise SelectionError(
        "pareto_front, argument cost",
        f"networks whose {cost} is known",
        "none",
        f"Known is {' and '.join(known)}: pareto_front(…, cost={known[0]!r})."
        if known
        else "Neither " + " nor ".join(_USUAL_COSTS) + " is known of these networks.",
    )


def mark_fronts(networks: pd.DataFrame, cost: str = "mflops") -> pd.DataFrame:
    """Return networks with the column ``on_front``, as `pareto_points` does.

    The front of each experiment: accuracy is maximised, the cost minimised. Networks that are
    equal in both are all on it or none; one that lacks either is not.
    """
    networks = networks.reset_index(drop=True)
    marks = pd.Series(data=False, index=networks.index)
    for _, rows in networks.groupby(["archive", "experiment"]):
        objectives = rows[["val_accuracy_percent", cost]].to_numpy(dtype=float, na_value=np.nan)
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
    # Of a trained network without a history nobody says which epoch its accuracy is of.
    recorded = mine.experiment_index["history_row_count"].any()
    shown = TRAINED if measure == "last" and not recorded else name
    told: pd.DataFrame = networks.assign(measure=shown, val_accuracy_percent=accuracy)
    return told


def _keys(networks: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return archive, experiment and number of each network, whatever strings their dtype has."""
    columns = zip(*(networks[name].tolist() for name in _NETWORK), strict=True)
    return [(str(archive), str(name), int(number)) for archive, name, number in columns]
