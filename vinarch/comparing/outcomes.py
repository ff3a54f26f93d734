"""What searches reached in the end, what they spent, and what reaching a level took them.

The frame of `compare_searches` in, `vinarch.schema.SEARCH_OUTCOMES` out.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.comparing.curves import check_progress, curves_of
from vinarch.comparing.statistic import StatisticName, middle_of
from vinarch.errors import ParameterError
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.parameters import check_choice
from vinarch.schema import SEARCH_OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.comparing.steps import Steps

SHARES = (0.9, 0.99, 1.0)
"""Levels that are usually asked for, as shares of the highest final value."""

_BUDGET_UNITS = {"networks": "networks", "epochs": "epochs", "seconds": "s"}
_TOLD = ["group", "archive", "experiment", "pair", "against", "measure", "unit"]


def search_outcomes(
    progress: pd.DataFrame,
    *,
    shares: Sequence[float] = SHARES,
    levels: Mapping[str, Sequence[float]] | None = None,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Tell what searches reached, what they spent, and on which budget they reached a level.

    Parameters
    ----------
    progress : pandas.DataFrame
        What `compare_searches` returns.
    shares : sequence of float, default (0.9, 0.99, 1.0)
        Levels to reach, as shares of the highest final value of any search in the frame: the
        same level for all.
    levels : mapping of str to sequence of float, optional
        Further levels of a measure, such as ``{"best_so_far_percent": [95]}``.
    confidence : float, default 0.95
        Level of the intervals over the searches of a group.

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.SEARCH_OUTCOMES`: rows of groups first, then of searches.
        A group has a value where all its searches have one: a mean over those only that reached
        a level would flatter the group. ``known_count`` says how many did.

    Raises
    ------
    ParameterError
        If the frame is another one, or a share or level is no number.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6").select(gpus=1)
    >>> progress = vinarch.compare_searches(commons, "early_termination", against="epochs")
    >>> found = vinarch.search_outcomes(progress)
    >>> groups = found[found["experiment"].isna() & (found["measure"] == "hypervolume")]
    >>> groups[groups["quantity"] == "spent"][["group", "value", "lowest", "highest", "unit"]]
                       group        value  lowest  highest    unit
    8   no early termination  2500.000000  2500.0   2500.0  epochs
    64     early termination  1850.333333  1647.0   2167.0  epochs
    """
    check_confidence("search_outcomes(confidence=…)", confidence)
    check_progress(progress, "search_outcomes")
    wanted = _check_levels(progress, shares, {} if levels is None else levels)
    statistic: StatisticName = next(iter(progress.loc[progress["experiment"].isna(), "statistic"]))
    single = progress[progress["experiment"].notna()]
    rows: list[dict[Any, Any]] = []
    for (_, measure), mine in single.groupby(["against", "measure"], sort=False):
        curves = dict(curves_of(mine))
        if not curves:
            continue
        asked = [(share, share * _highest(curves)) for share in shares]
        asked += [(float("nan"), level) for level in wanted.get(str(measure), [])]
        bounds = _common(curves)
        for first in mine.drop_duplicates(["archive", "experiment"])[_TOLD].to_dict("records"):
            curve = curves.get((str(first["archive"]), str(first["experiment"])))
            if curve is not None:
                made = _quantities(curve, bounds, asked, str(first["unit"]))
                rows += [first | row for row in made]
    return _told(pd.DataFrame(rows), progress, statistic, confidence)


def _check_levels(
    progress: pd.DataFrame, shares: Any, levels: Mapping[str, Sequence[float]]
) -> dict[str, list[float]]:
    given = list(shares) if np.iterable(shares) else [shares]
    strange = [share for share in given if not _is_number(share) or not 0 < share <= 1]
    if strange or not np.iterable(shares):
        raise ParameterError(
            "search_outcomes(shares=…)",
            "a list of numbers above 0, up to 1",
            repr(strange[0] if strange else shares),
            "For 99 % of the highest final value pass [0.99].",
        )
    if not isinstance(levels, Mapping):
        raise ParameterError(
            "search_outcomes(levels=…)",
            "a list of numbers by measure",
            repr(levels),
            "For example {'best_so_far_percent': [95, 99]}.",
        )
    measures = sorted(set(progress["measure"].astype(str)))
    found: dict[str, list[float]] = {}
    for name, some in levels.items():
        check_choice("search_outcomes(levels=…)", name, measures)
        values = list(some) if np.iterable(some) else [some]
        bad = [value for value in values if not _is_number(value)]
        if bad:
            raise ParameterError(
                f"search_outcomes(levels=…), {name}",
                "numbers",
                repr(bad[0]),
                "For example {'best_so_far_percent': [95, 99]}.",
            )
        found[name] = [float(value) for value in values]
    return found


def _is_number(value: Any) -> bool:
    # True is a number to Python, but nobody means it as a level.
    return isinstance(value, Real) and value is not True and isfinite(value)


def _highest(curves: Mapping[Any, Steps]) -> float:
    return float(np.fmax.reduce([curve.final for curve in curves.values()]))


def _common(curves: Mapping[Any, Steps]) -> tuple[float, float]:
    """Return where all searches have a value, and where the shortest ends."""
    every = curves.values()
    return max(curve.start for curve in every), min(curve.end for curve in every)


def _quantities(
    curve: Steps, bounds: tuple[float, float], asked: Sequence[tuple[float, float]], unit: str
) -> Iterator[dict[str, Any]]:
    start, stop = bounds
    nothing = float("nan")
    for quantity, share, level, value in (
        ("final", nothing, nothing, curve.final),
        ("spent", nothing, nothing, curve.end),
        ("at_shortest", nothing, stop, float(curve.at([stop])[0])),
        ("area", nothing, nothing, curve.mean_height(start, stop)),
        *(("to_reach", share, level, curve.reaching(level)) for share, level in asked),
    ):
        yield {
            "quantity": quantity,
            "share": share,
            "level": level,
            "value": value,
            "unit": unit if quantity not in {"spent", "to_reach"} else None,
        }


def _told(
    rows: pd.DataFrame, progress: pd.DataFrame, statistic: StatisticName, confidence: float
) -> pd.DataFrame:
    """Add the rows of groups, and what both kinds say of themselves."""
    if rows.empty:
        return SEARCH_OUTCOMES.empty()
    rows = rows.assign(
        unit=rows["unit"].fillna(rows["against"].map(_BUDGET_UNITS)),
        low=np.nan,
        high=np.nan,
        lowest=rows["value"],
        highest=rows["value"],
        n=1,
        known_count=rows["value"].notna().astype("int64"),
        statistic="search",
        interval="none: 1 search",
    )
    key = ["group", "against", "measure", "quantity", "share", "level"]
    grouped = []
    for _, mine in rows.groupby(key, sort=False, dropna=False):
        values = mine["value"].to_numpy(dtype=np.float64)
        middle = middle_of(values, statistic, confidence)
        first = mine.iloc[0]
        known = int(np.isfinite(values).sum())
        grouped.append(
            {name: first[name] for name in [*key, "unit"]}
            | {
                "value": middle.value,
                "low": middle.interval.low,
                "high": middle.interval.high,
                "lowest": np.fmin.reduce(values),
                "highest": np.fmax.reduce(values),
                "n": len(values),
                "known_count": known,
                "statistic": statistic,
                "interval": middle.told,
            }
        )
    frame = pd.concat([pd.DataFrame(grouped), rows], ignore_index=True)
    groups = {name: at for at, name in enumerate(dict.fromkeys(progress["group"]))}
    budgets = {name: at for at, name in enumerate(dict.fromkeys(progress["against"]))}
    frame = frame.assign(
        _group=frame["group"].map(groups), _against=frame["against"].map(budgets)
    ).sort_values(
        ["_group", "archive", "experiment", "_against", "measure"],
        kind="stable",
        na_position="first",
        ignore_index=True,
    )
    dtypes = SEARCH_OUTCOMES.empty().dtypes.to_dict()
    return frame.reindex(columns=list(SEARCH_OUTCOMES.names)).astype(dtypes)
