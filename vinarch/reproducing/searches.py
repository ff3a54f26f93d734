"""What is compared: each experiment with its setting, its networks in order and its structures.

The rows of `architectures` and `experiments` in, a list of `Experiment` out; how two of them are
related follows from their settings.
No Dask, no files, no statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

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
        ``architecture, structure_id, status, full_budget, epochs_trained`` and the accuracies.
    structures : pandas.DataFrame
        One row a structure, indexed by ``structure_id`` in order: ``network_count,
        full_budget_count``, and epochs and accuracies averaged over its networks.
    """

    archive: str
    name: str
    attributes: Setting
    networks: pd.DataFrame
    structures: pd.DataFrame

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
        return None if beam is None else f"{self.archive} beam {beam}"


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
    # Sorted first, so that averages do not depend on the order in which rows arrive.
    ordered = architectures.sort_values(["archive", "experiment", "architecture"])
    return [
        _experiment(str(archive), str(name), settings[str(archive), str(name)], rows)
        for (archive, name), rows in ordered.groupby(["archive", "experiment"], sort=True)
    ]


def relation(first: Experiment, second: Experiment) -> str:
    """Say what a difference between two experiments is evidence of.

    Returns
    -------
    str
        ``"replication"`` on the same task data, ``"transfer"`` on others of one archive, else
        ``"unknown"``: whether two archives have the same data cannot be told by the beam alone.
    """
    data = (first.task_data, second.task_data)
    if None in data or first.archive != second.archive:
        return UNKNOWN
    return REPLICATION if data[0] == data[1] else TRANSFER


def differing(first: Experiment, second: Experiment) -> str:
    """Return the attributes in which two experiments differ, as ``"gpus; beam"``.

    Unknown and known differ; unknown in both is no difference.
    """
    sides = zip(ATTRIBUTES, first.attributes, second.attributes, strict=True)
    return "; ".join(name for name, one, other in sides if one != other)


def _experiment(archive: str, name: str, setting: Setting, rows: pd.DataFrame) -> Experiment:
    networks = rows.drop(columns=["archive", "experiment"]).assign(
        full_budget=(rows["status"] == "ok").to_numpy(dtype=bool)
    )
    return Experiment(
        archive,
        name,
        setting,
        networks.reset_index(drop=True),
        _structures(networks),
    )


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
