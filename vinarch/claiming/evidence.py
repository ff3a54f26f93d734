"""The tables that a paper's claims are checked against: a commons in, small frames out.

Computes: each table is read once, confined to the experiments and the columns that claims need.
Knows no statistic and no published value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.claiming.statistics_of import EPOCH_COLUMNS, NETWORK_COLUMNS
from vinarch.matching import match
from vinarch.schema import ARCHITECTURES, HISTORIES, MATCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.claiming.papers import Paper
    from vinarch.commons import Commons


@dataclass(frozen=True)
class Evidence:
    """Rows of the tables that the statistics read, of all experiments that claims name."""

    experiments: pd.DataFrame
    networks: pd.DataFrame
    epochs: pd.DataFrame
    matches: pd.DataFrame

    def table(self, name: str, experiments: Sequence[str]) -> pd.DataFrame:
        """Return the rows of a table of some experiments, in the order given."""
        rows: pd.DataFrame = getattr(self, name)
        parts = [rows[rows["experiment"] == experiment] for experiment in experiments]
        return pd.concat(parts, ignore_index=True)


def gather(commons: Commons, paper: Paper) -> Evidence:
    """Read what a paper's claims need of a commons; what it does not hold has no rows."""
    index = commons.experiment_index
    mine = index[index["archive"] == paper.archive].reset_index(drop=True)
    trained = {*mine.loc[mine["architecture_count"] > 0, "experiment"]}

    def narrowed(table: str) -> Commons | None:
        named = {
            experiment
            for claim in paper.claims
            if claim.statistic and table in claim.statistic.tables
            for experiment in claim.experiments
        }
        names = sorted(named & trained)
        return commons.select(archive=paper.archive, experiment=names) if names else None

    networks, epochs, matches = (narrowed(name) for name in ("networks", "epochs", "matches"))
    of_networks, of_epochs = list(NETWORK_COLUMNS), list(EPOCH_COLUMNS)
    return Evidence(
        mine,
        networks.architectures[of_networks].compute()
        if networks
        else ARCHITECTURES.empty()[of_networks],
        epochs.histories[of_epochs].compute() if epochs else HISTORIES.empty()[of_epochs],
        match(matches).compute() if matches else MATCHES.empty(),
    )
