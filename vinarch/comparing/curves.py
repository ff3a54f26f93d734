"""The curves of searches, and of groups of them, as rows of a frame.

Networks in their order and groups in, rows of `vinarch.schema.SEARCH_PROGRESS` out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from vinarch.comparing.objectives import ACCURACY, Objective, reference_words
from vinarch.comparing.statistic import StatisticName, middle_of
from vinarch.comparing.steps import Steps, highest_so_far, volume_so_far
from vinarch.errors import ParameterError
from vinarch.schema import ARCHITECTURES, SEARCH_PROGRESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vinarch.comparing.grouping import Member
    from vinarch.comparing.searches import Accuracy, Networks

Against = Literal["networks", "epochs", "seconds"]
AGAINST = ("networks", "epochs", "seconds")
"""What searches spend."""

BEST, VOLUME = "best_so_far_percent", "hypervolume"

_COUNTED = {
    "networks": "networks tried, failed ones included",
    "epochs": "epochs trained, summed over networks",
    "seconds": "seconds of epochs, summed over networks",
}
_ENGINE = "seconds of epochs and prediction engine, summed over networks"


@dataclass(frozen=True)
class Told:
    """What all rows say of how they were made."""

    objectives: tuple[Objective, ...]
    reference: tuple[float, ...]
    given: bool
    accuracy: Accuracy

    def columns(self) -> dict[str, str]:
        """Return the columns that are the same in all rows."""
        return {
            "accuracy": self.accuracy,
            "objectives": "; ".join(one.text for one in self.objectives),
            "reference": reference_words(self.objectives, self.reference),
            "reference_from": "given" if self.given else "worst of all",
        }

    def unit(self, measure: str) -> str:
        """Return the unit of a measure."""
        if measure == BEST:
            return "%"
        units = ["%" if one.name == ACCURACY else _unit(one.column) for one in self.objectives]
        return " · ".join(unit for unit in units if unit)


def search_rows(
    networks: Networks,
    members: Mapping[tuple[str, str], Member],
    budgets: Sequence[Against],
    told: Told,
) -> pd.DataFrame:
    """Return a row a network, budget and measure."""
    frames = []
    directions = [one.direction for one in told.objectives]
    for (archive, experiment), rows in networks.searches():
        member = members[archive, experiment]
        objectives = rows[[one.column for one in told.objectives]].to_numpy(dtype=np.float64)
        accuracies = rows[ACCURACY].to_numpy(dtype=np.float64)
        values = {
            BEST: highest_so_far(accuracies),
            VOLUME: volume_so_far(objectives, directions, told.reference),
        }
        spent = {
            "networks": np.arange(1.0, len(rows) + 1),
            "epochs": np.cumsum(rows["epochs"].to_numpy(dtype=np.float64)),
            "seconds": np.cumsum(rows["seconds"].to_numpy(dtype=np.float64)),
        }
        timed = bool(rows["engine_timed"].any())
        frames += [
            pd.DataFrame(
                {
                    "group": member.group,
                    "archive": archive,
                    "experiment": experiment,
                    "pair": member.pair,
                    "against": against,
                    "measure": measure,
                    "budget": spent[against],
                    "value": values[measure],
                    "low": np.nan,
                    "high": np.nan,
                    "lowest": values[measure],
                    "highest": values[measure],
                    "n": 1,
                    "unit": told.unit(measure),
                    "statistic": "search",
                    "interval": "none: 1 search",
                    **told.columns(),
                    "ordered_by": rows["ordered_by"].to_numpy(dtype=object),
                    "counted": _ENGINE if against == "seconds" and timed else _COUNTED[against],
                }
            )
            for against in budgets
            for measure in values
        ]
    return pd.concat(frames, ignore_index=True)


def curves_of(single: pd.DataFrame) -> Iterator[tuple[tuple[str, str], Steps]]:
    """Yield archive, name and curve of each search whose budget is known to its end.

    Parameters
    ----------
    single : pandas.DataFrame
        Rows of searches, of one measure and one kind of budget.
    """
    for (archive, experiment), rows in single.groupby(["archive", "experiment"], sort=True):
        # Equal budgets stay in the order of the rows, which is that of the search.
        if rows["budget"].notna().all():
            steps = Steps(
                rows["budget"].to_numpy(dtype=np.float64), rows["value"].to_numpy(dtype=np.float64)
            )
            yield (str(archive), str(experiment)), steps


def keys_of(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return archive and search of each row."""
    return list(zip(rows["archive"].astype(str), rows["experiment"].astype(str), strict=True))


def group_rows(
    single: pd.DataFrame,
    budgets: Sequence[Against],
    points: int,
    how: tuple[StatisticName, float],
) -> pd.DataFrame:
    """Return a row a group, budget and measure."""
    frames = []
    for against in budgets:
        spent = single[single["against"] == against]
        grid = _grid(against, float(spent["budget"].max()), points)
        for _, rows in spent.groupby(["group", "measure"], sort=False):
            curves = dict(curves_of(rows))
            if curves:
                mine = rows[[key in curves for key in keys_of(rows)]]
                frames.append(_group_curve(mine, [*curves.values()], grid, how))
    return pd.concat(frames, ignore_index=True)


def _group_curve(
    rows: pd.DataFrame,
    curves: Sequence[Steps],
    grid: Sequence[float],
    how: tuple[StatisticName, float],
) -> pd.DataFrame:
    start, end = max(one.start for one in curves), min(one.end for one in curves)
    inside = [start, *(budget for budget in grid if start < budget < end), end]
    budgets = np.unique(inside) if start <= end else np.empty(0)
    values = np.array([curve.at(budgets) for curve in curves])
    name, confidence = how
    middles = [middle_of(column, name, confidence) for column in values.T]
    first = rows.iloc[0]
    told = {name: first[name] for name in ("group", "against", "measure", "unit")}
    made = {name: first[name] for name in ("accuracy", "objectives", "reference")}
    return pd.DataFrame(
        {
            **told,
            "archive": None,
            "experiment": None,
            "pair": None,
            "budget": budgets,
            "value": [middle.value for middle in middles],
            "low": [middle.interval.low for middle in middles],
            "high": [middle.interval.high for middle in middles],
            "lowest": values.min(axis=0),
            "highest": values.max(axis=0),
            "n": len(curves),
            "statistic": name,
            "interval": [middle.told for middle in middles],
            **made,
            "reference_from": first["reference_from"],
            "ordered_by": "; ".join(sorted(set(rows["ordered_by"]))),
            "counted": " or ".join(sorted(set(rows["counted"]))),
        }
    )


def _grid(against: str, end: float, points: int) -> list[float]:
    """Return budgets that all groups share, so that their rows can be laid side by side."""
    if against == "networks":
        return [float(whole) for whole in np.unique(np.linspace(1, end, points).round())]
    if not np.isfinite(end):
        return []
    return [float(budget) for budget in np.linspace(0, end, points + 1)[1:]]


def in_order(
    frame: pd.DataFrame, groups: Mapping[str, int], budgets: Sequence[Against]
) -> pd.DataFrame:
    """Sort by group, each group's own rows first; networks of a search stay as they are."""
    ranked = frame.assign(
        _group=frame["group"].map(groups),
        _against=frame["against"].map({name: at for at, name in enumerate(budgets)}),
    )
    keys = ["_group", "archive", "experiment", "_against", "measure"]
    ordered = ranked.sort_values(keys, kind="stable", na_position="first", ignore_index=True)
    return ordered.drop(columns=["_group", "_against"])


def _unit(column: str) -> str:
    return ARCHITECTURES.column(column).unit if column in ARCHITECTURES.names else ""


def check_progress(frame: Any, where: str) -> None:
    """Refuse what is no frame of `compare_searches`.

    Raises
    ------
    ParameterError
    """
    columns = set(frame.columns) if isinstance(frame, pd.DataFrame) else set()
    missing = [name for name in SEARCH_PROGRESS.names if name not in columns]
    if missing or not frame["experiment"].isna().any():
        raise ParameterError(
            where,
            "the frame that compare_searches returns",
            f"no {', '.join(missing) or 'row of a group'}" if columns else type(frame).__name__,
            "Pass vinarch.compare_searches(commons, …).",
        )
