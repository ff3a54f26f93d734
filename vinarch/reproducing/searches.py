"""What is compared: each experiment with its setting, its networks in order and its structures.

The rows of `architectures` and `experiments` in, a list of `Experiment` out; how two of them are
related follows from their settings.
No Dask, no files, no statistics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from vinarch.genome import search_space
from vinarch.schema import ATTRIBUTES

LAST = "last_val_accuracy_percent"
BEST = "best_val_accuracy_percent"
MEAN = "mean_val_accuracy_percent"
MEASURES = (BEST, LAST)
"""What is compared between experiments; not the mean over epochs, which follows their number."""

COLUMNS = (
    "archive",
    "experiment",
    "architecture",
    "structure_id",
    "genome",
    "status",
    "epochs_trained",
    LAST,
    BEST,
    MEAN,
)
"""The columns of `architectures` that a comparison needs."""

Setting = tuple[int | str | bool | None, ...]
"""Values of `vinarch.schema.ATTRIBUTES`, in that order; None where unknown."""

REPLICATION, TRANSFER, UNKNOWN = "replication", "transfer", "unknown"


@dataclass(frozen=True, eq=False)
class Experiment:
    """One experiment: its setting and what it trained.

    Attributes
    ----------
    archive, name : str
    attributes : tuple
        Its values of `vinarch.schema.ATTRIBUTES`, in that order; None where unknown.
    networks : pandas.DataFrame
        One row a network, in the order of the architecture numbers, indexed by place from 0:
        ``architecture, structure_id, network, status, full_budget, epochs_trained`` and the
        accuracies; ``network`` is equal where all that the networks are made of is.
    structures : pandas.DataFrame
        One row a structure, indexed by ``structure_id`` in order: ``network_count,
        full_budget_count``, and epochs and accuracies averaged over its networks.
    recorded_data : str or None
        What the networks were trained on, as the archive tells it beside the attributes.
    epoch_budget : float or None
        Epochs that a network is trained for unless it is ended early.
    """

    archive: str
    name: str
    attributes: Setting
    networks: pd.DataFrame
    structures: pd.DataFrame
    recorded_data: str | None = None
    epoch_budget: float | None = None

    @property
    def order(self) -> list[str]:
        """Return the structure of each network, in the order of the architectures."""
        return self.networks["structure_id"].tolist()

    @property
    def task_data(self) -> str | None:
        """Return what the networks were trained on, None where it is unknown.

        Examples
        --------
        >>> import pandas as pd
        >>> Experiment("JS9FR6", "e", (1, "1e14", True), pd.DataFrame(), pd.DataFrame()).task_data
        'JS9FR6 beam 1e14'
        """
        beam = self.attributes[ATTRIBUTES.index("beam")]
        if beam is not None:
            return f"{self.archive} beam {beam}"
        return None if self.recorded_data is None else f"{self.archive} {self.recorded_data}"


def experiments_of(architectures: pd.DataFrame, index: pd.DataFrame) -> list[Experiment]:
    """Return each experiment that has networks, by archive and name.

    Parameters
    ----------
    architectures : DataFrame
        Rows of `architectures` with `COLUMNS`, in any order.
    index : DataFrame
        Rows of `experiments`, with the attributes.

    Returns
    -------
    list of Experiment
    """
    columns = (index[name] for name in ("archive", "experiment", *ATTRIBUTES))
    settings = {
        (str(archive), str(name)): tuple(_plain(value) for value in values)
        for archive, name, *values in zip(*columns, strict=True)
    }
    known = index.reindex(columns=["archive", "experiment", "task_data", "epoch_budget"])
    told = {
        (str(archive), str(name)): (_plain(data), _plain(budget))
        for archive, name, data, budget in known.itertuples(index=False)
    }
    # Sorted first, so that averages do not depend on the order in which rows arrive.
    ordered = architectures.sort_values(["archive", "experiment", "architecture"])
    found = []
    for (archive, name), rows in ordered.groupby(["archive", "experiment"], sort=True):
        key = (str(archive), str(name))
        one = _experiment(*key, settings[key], rows)
        data, budget = told[key]
        found.append(
            replace(
                one,
                recorded_data=None if data is None else str(data),
                epoch_budget=None if budget is None else float(budget),
            )
        )
    return found


def relation(first: Experiment, second: Experiment) -> str:
    """Say what a difference between two experiments is evidence of.

    Returns
    -------
    str
        ``"replication"`` on the same task data, ``"transfer"`` on others of one archive, else
        ``"unknown"``: whether two archives have the same data cannot be told by their words alone,
        and trainings of other lengths on the same data are neither.
    """
    data = (first.task_data, second.task_data)
    if None in data or first.archive != second.archive:
        return UNKNOWN
    if data[0] != data[1]:
        return TRANSFER
    return REPLICATION if first.epoch_budget == second.epoch_budget else UNKNOWN


def differing(first: Experiment, second: Experiment) -> str:
    """Return the attributes in which two experiments differ, as ``"gpus; beam"``.

    Unknown and known differ; unknown in both is no difference.
    """
    sides = zip(ATTRIBUTES, first.attributes, second.attributes, strict=True)
    return "; ".join(name for name, one, other in sides if one != other)


def _experiment(archive: str, name: str, setting: Setting, rows: pd.DataFrame) -> Experiment:
    networks = rows.drop(columns=["archive", "experiment"]).assign(
        full_budget=(rows["status"] == "ok").to_numpy(dtype=bool), network=_networks(rows)
    )
    return Experiment(
        archive,
        name,
        setting,
        networks.reset_index(drop=True),
        _structures(networks),
    )


def _networks(rows: pd.DataFrame) -> pd.Series:
    """Return the key of each network: its structure, with its encoding where that says more."""
    keys = rows["structure_id"]
    if "genome" not in rows:
        return keys
    names = keys.str.partition(":")[0]
    partial = {name for name in names.unique() if not search_space(str(name)).says_all}
    return keys.where(~names.isin(partial), keys + "\n" + rows["genome"])


def _structures(networks: pd.DataFrame) -> pd.DataFrame:
    averaged = ("epochs_trained", LAST, BEST, MEAN)
    return networks.groupby("structure_id", sort=True).agg(
        network_count=("architecture", "size"),
        full_budget_count=("full_budget", "sum"),
        **{name: (name, "mean") for name in averaged},
    )


def _plain(value: Any) -> int | str | bool | None:
    if pd.isna(value):
        return None
    plain: int | str | bool = value.item() if hasattr(value, "item") else value
    return plain
