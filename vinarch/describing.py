"""Describe groups of networks: frames of networks and experiments in, one row a measure out.

pandas only: no Dask, no files, and nothing of how the groups came together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_list_like

from vinarch.errors import ParameterError
from vinarch.intervals import mean_interval, median_interval
from vinarch.parameters import check_choice
from vinarch.schema import ARCHITECTURES, ATTRIBUTES, EXPERIMENTS, STATISTICS

if TYPE_CHECKING:
    from collections.abc import Sequence

GroupName = Literal["archive", "experiment", "gpus", "beam", "early_termination"]
"""What networks can be grouped by."""

GROUP_NAMES = ("archive", "experiment", *ATTRIBUTES)

NETWORK_MEASURES = (
    "epochs_trained",
    "last_val_accuracy_percent",
    "best_val_accuracy_percent",
    "mean_val_accuracy_percent",
    "last_prediction_percent",
    "mflops",
)
"""Measures of which each network has one value."""

RARE_MEASURES = ("last_test_accuracy_percent", "parameter_count")
"""Measures that few archives know: described in the groups where they are known."""

WALL_TIME = "wall_time_seconds"
"""The measure of which each experiment has one value."""

NETWORK_COLUMNS = ("archive", "experiment", "structure_id", *NETWORK_MEASURES, *RARE_MEASURES)
"""Columns of `architectures` that `describe` needs."""

_EPOCHS = "epochs_trained"
_SUMMED = {_EPOCHS, WALL_TIME}
_QUANTILES = {
    "minimum": 0.0,
    "quantile_05": 0.05,
    "quantile_25": 0.25,
    "median": 0.5,
    "quantile_75": 0.75,
    "quantile_95": 0.95,
    "maximum": 1.0,
}


def check_groups(by: Any) -> tuple[str, ...]:
    """Return the columns that a `by` names: none, one, or a list of them.

    Raises
    ------
    ParameterError
        If there is no such group, or one stands twice.

    Examples
    --------
    >>> check_groups("experiment")
    ('archive', 'experiment')
    >>> check_groups(["beam", "gpus"])
    ('beam', 'gpus')
    >>> check_groups(None)
    ()
    """
    where = "statistics(by=…)"
    asked = [] if by is None else list(by) if is_list_like(by) else [by]
    names = [check_choice(where, name, GROUP_NAMES) for name in asked]
    if len(set(names)) < len(names):
        raise ParameterError(where, "each group once", repr(asked), "Leave the second one out.")
    if "experiment" in names and "archive" not in names:
        # The name of an experiment is unique in its archive only.
        names.insert(names.index("experiment"), "archive")
    return tuple(names)


def describe(
    networks: pd.DataFrame,
    experiments: pd.DataFrame,
    groups: Sequence[str],
    confidence: float,
) -> pd.DataFrame:
    """Describe each group of networks by each measure.

    Parameters
    ----------
    networks : pandas.DataFrame
        One row a network, with `NETWORK_COLUMNS`.
    experiments : pandas.DataFrame
        One row an experiment, of the schema `vinarch.schema.EXPERIMENTS`; all experiments of
        `networks` are in it, and maybe others, of which only the wall time is known.
    groups : sequence of str
        As `check_groups` returns them; none for all networks as one group.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        The columns of the groups, then those of `vinarch.schema.STATISTICS` from ``measure`` on;
        sorted by group, missing ones last. A measure of which no group knows a value is left out,
        but for the epochs trained; those of `RARE_MEASURES` are left out of each group that knows
        none. A group without networks has a row for its wall time only.
    """
    settings = experiments[["archive", "experiment", *ATTRIBUTES]]
    joined = networks.merge(settings, on=["archive", "experiment"], how="left", validate="m:1")
    keys = list(groups)
    rows = []
    mine = _by_group(joined, keys)
    for key, searches in _by_group(experiments, keys).items():
        trained = mine.get(key, joined.iloc[:0])
        row = {
            **dict(zip(keys, key, strict=True)),
            "network_count": len(trained),
            "structure_count": trained["structure_id"].nunique(),
        }
        rare = [name for name in RARE_MEASURES if trained[name].notna().any()]
        measures = (*NETWORK_MEASURES, *rare) if len(trained) else ()
        rows += [row | _described(name, trained[name], confidence) for name in measures]
        rows.append(row | _described(WALL_TIME, searches[WALL_TIME], confidence))
    names = [*keys, *STATISTICS.names[STATISTICS.names.index("measure") :]]
    dtypes = {name: STATISTICS.column(name).pandas_dtype for name in names}
    return pd.DataFrame(_known(rows), columns=names).astype(dtypes)


def _known(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the measures that nobody knows, and no group altogether."""
    # The rows of epochs carry the counts of networks, those of wall time groups without networks.
    kept = {_EPOCHS} | {row["measure"] for row in rows if row["n"] or not row["network_count"]}
    return [row for row in rows if row["measure"] in kept]


def _by_group(frame: pd.DataFrame, keys: list[str]) -> dict[tuple[Any, ...], pd.DataFrame]:
    if not keys:
        return {(): frame}
    return {_plain(key): rows for key, rows in frame.groupby(keys, dropna=False, sort=True)}


def _plain(key: Any) -> tuple[Any, ...]:
    # A missing value is not equal to itself; None is, so that both frames find the same group.
    return tuple(None if pd.isna(part) else part for part in key)


def _described(measure: str, column: pd.Series, confidence: float) -> dict[str, Any]:
    table = EXPERIMENTS if measure == WALL_TIME else ARCHITECTURES
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    # Sorted, so that not even the last digit of a sum shows in which order the rows came.
    known = np.sort(values[~np.isnan(values)])
    n = len(known)
    mean, median = mean_interval(known, confidence), median_interval(known, confidence)
    return {
        "measure": measure,
        "unit": table.column(measure).unit,
        "n": n,
        "total": known.sum() if n and measure in _SUMMED else np.nan,
        "mean": known.mean() if n else np.nan,
        "mean_low": mean.low,
        "mean_high": mean.high,
        "standard_deviation": known.std(ddof=1) if n > 1 else np.nan,
        **{name: np.quantile(known, q) if n else np.nan for name, q in _QUANTILES.items()},
        "median_low": median.low,
        "median_high": median.high,
    }
