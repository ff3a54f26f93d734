"""The networks of each search, in the order in which it trained them, and what they took.

Commons in, one frame of networks out, with its index of experiments; this reads and computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from vinarch.asking.measured import MEASURED_COLUMNS, one_value_each
from vinarch.asking.ranking import MEASURES, check_measures
from vinarch.commons import Commons, check_commons
from vinarch.comparing.objectives import ACCURACY, Objective
from vinarch.errors import ParameterError, SelectionError
from vinarch.replaying.recorded import with_fitness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Accuracy = Literal["last", "fitness"]

SEARCH = ["archive", "experiment"]
NETWORK = [*SEARCH, "architecture"]

_LAST = "last_val_accuracy_percent"
_COLUMNS = [*NETWORK, "search_order", "status", "epochs_trained", "history_row_count", _LAST]
_TIMES = [*NETWORK, "epoch", "epoch_time_seconds", "engine_time_seconds"]
_PREDICTIONS = ["prediction_percent", "converged"]
_UNTRAINED = {"failed", "not_trained", "lent"}
"""Status of networks that took no epoch where none is recorded."""


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks of all searches that are compared."""

    index: pd.DataFrame
    """Rows of `experiments`, of those that have networks."""
    rows: pd.DataFrame
    """One row a network, each search in its order: `NETWORK`, ``ordered_by``, the accuracy, the
    objectives, and what the network took: ``epochs, seconds, engine_timed``."""

    def searches(self) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
        """Yield archive, name and networks of each search."""
        for (archive, name), rows in self.rows.groupby(SEARCH, sort=True):
            yield (str(archive), str(name)), rows


def check_several(value: Any) -> list[Commons]:
    """Return one commons or several as a list.

    Raises
    ------
    ParameterError
        If it is something else, or two of them hold a search of the same name.
    """
    where = "compare_searches"
    given = value if isinstance(value, (list, tuple)) else [value]
    several = [check_commons(one, where) for one in given] or [check_commons(value, where)]
    indices = pd.concat([one.experiment_index[SEARCH] for one in several])
    twice = indices[indices.duplicated()]
    if len(twice):
        archive, name = twice.iloc[0]
        raise ParameterError(
            where,
            "searches that differ in archive or experiment",
            f"{name} of {archive} twice",
            "Name each once; a recorded run gets its name from Recorder(name=…).",
        )
    return several


def index_of(several: Sequence[Commons]) -> pd.DataFrame:
    """Return the rows of `experiments` that have networks.

    Raises
    ------
    SelectionError
        If there is none.
    """
    index = pd.concat([one.experiment_index for one in several], ignore_index=True)
    trained = index[index["architecture_count"] > 0].reset_index(drop=True)
    if trained.empty:
        raise SelectionError(
            "compare_searches",
            "a search whose networks are known",
            ", ".join(sorted(index["experiment"])) or "no experiment",
            "`commons.experiment_index` tells the architectures of each experiment.",
        )
    return trained


def read_networks(
    several: Sequence[Commons],
    objectives: Sequence[Objective],
    accuracy: Accuracy,
    *,
    timed: bool,
) -> Networks:
    """Read the networks of searches, with objectives and with what each took.

    Parameters
    ----------
    several : sequence of Commons
    objectives : sequence of Objective
    accuracy : {"last", "fitness"}
    timed : bool
        Whether times are asked for: else they are not read.

    Returns
    -------
    Networks

    Raises
    ------
    ParameterError
        If an objective is neither a column of `architectures` nor a measure with one value a
        network.
    SelectionError
        If the fitness is asked for where an engine ended trainings without a record of it.
    """
    index = index_of(several)
    names = [one.column for one in objectives if one.name != ACCURACY]
    measured = _measured(several, names)
    frames = [
        _of_commons(one, [*dict.fromkeys(names)], measured, accuracy, timed=timed)
        for one in several
    ]
    rows = pd.concat(frames, ignore_index=True)
    # Of a failed training nothing is left, whatever its first epochs reached.
    gone = rows["status"].eq("failed").to_numpy(dtype=bool, na_value=False)
    values = [ACCURACY, *dict.fromkeys(names)]
    numbers = rows[values].astype("float64").mask(pd.Series(gone), axis=0)
    known = [*NETWORK, "search_order", "epochs", "seconds", "engine_timed"]
    return Networks(index, _in_order(rows[known].assign(**numbers)))


def _measured(several: Sequence[Commons], names: Sequence[str]) -> list[str]:
    """Return the objectives that are measurements, all others being columns of networks."""
    if set(names) <= set(MEASURES):
        return []
    held: set[str] = set()
    for one in several:
        numbers = one.measurements[["measure", "value"]].compute().dropna(subset=["value"])
        held |= set(map(str, numbers["measure"]))
    check_measures("compare_searches(objectives=…)", names, sorted(held))
    return [name for name in names if name not in MEASURES]


def _of_commons(
    commons: Commons,
    names: Sequence[str],
    measured: Sequence[str],
    accuracy: Accuracy,
    *,
    timed: bool,
) -> pd.DataFrame:
    wanted = dict.fromkeys([*_COLUMNS, *(name for name in names if name not in measured)])
    rows: pd.DataFrame = commons.architectures[[*wanted]].compute()
    rows = rows.sort_values(NETWORK, ignore_index=True)
    if measured:
        values = commons.measurements[list(MEASURED_COLUMNS)]
        mine = values[values["measure"].isin(list(measured))].compute()
        rows = rows.merge(one_value_each(mine, "compare_searches"), on=NETWORK, how="left")
        rows = rows.reindex(columns=[*wanted, *measured])
    columns = [*(_TIMES if timed else _TIMES[:4]), *_PREDICTIONS * (accuracy == "fitness")]
    epochs: pd.DataFrame | None = None
    if timed or accuracy == "fitness":
        epochs = commons.histories[columns].compute()
    rows = rows.assign(epochs=_epochs(rows), **_seconds(rows, epochs if timed else None))
    if accuracy == "fitness" and epochs is not None:
        rows = with_fitness(rows, epochs, commons.experiment_index)
        return rows.assign(**{ACCURACY: rows["fitness_percent"]})
    return rows.assign(**{ACCURACY: rows[_LAST]})


def _untrained(rows: pd.DataFrame) -> pd.Series:
    return rows["status"].isin(_UNTRAINED) & (rows["history_row_count"] == 0)


def _epochs(rows: pd.DataFrame) -> pd.Series:
    epochs = rows["epochs_trained"].astype("float64")
    return epochs.mask(_untrained(rows) & epochs.isna(), 0.0)


def _seconds(rows: pd.DataFrame, epochs: pd.DataFrame | None) -> dict[str, Any]:
    """Return the seconds of each network's recorded epochs; NaN where one is not timed."""
    if epochs is None:
        return {"seconds": np.nan, "engine_timed": False}
    # Sorted, so that not even the last digit of a sum shows in which order the rows came.
    ordered = epochs.sort_values([*NETWORK, "epoch"])
    engine = ordered["engine_time_seconds"]
    spent = ordered["epoch_time_seconds"] + engine.fillna(0.0)
    timed = ordered[NETWORK].assign(seconds=spent, engine_timed=engine.notna())
    groups = timed.groupby(NETWORK)
    found = groups.agg(seconds=("seconds", "sum"), engine_timed=("engine_timed", "any"))
    found["seconds"] = found["seconds"].mask(spent.isna().groupby(
        [timed[name] for name in NETWORK]).any())  # fmt: skip
    mine = found.reindex(pd.MultiIndex.from_frame(rows[NETWORK]))
    seconds = pd.Series(mine["seconds"].to_numpy(), index=rows.index)
    return {
        "seconds": seconds.mask(_untrained(rows), 0.0),
        "engine_timed": mine["engine_timed"].eq(other=True).to_numpy(dtype=bool),
    }


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort each search by its recorded order, by number where that is not known of all."""
    told = rows["search_order"].notna().groupby([rows[name] for name in SEARCH]).transform("all")
    place = rows["search_order"].where(told, rows["architecture"])
    ordered = rows.assign(
        ordered_by=np.where(told, "search_order", "architecture"), place=place.astype("int64")
    )
    ordered = ordered.sort_values([*SEARCH, "place", "architecture"], ignore_index=True)
    return ordered.drop(columns=["place", "search_order"])
