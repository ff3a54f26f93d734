"""The networks that hold a chosen subsequence, found among those that were read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.genome import flat_of

if TYPE_CHECKING:
    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import Run

NETWORK_COLUMNS = (
    *("archive", "experiment", "architecture", "structure_id"),
    "last_val_accuracy_percent",
)
"""What views ask of networks; the others of a large archive would not fit into memory."""


@dataclass(frozen=True)
class Networks:
    """All networks of an experiment."""

    archive: str
    experiment: str

    @property
    def label(self) -> str:
        """What is done."""
        return f"Reading the list of networks of {self.experiment}"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return `NETWORK_COLUMNS` of `commons.architectures`, and genomes as ``flat``."""
        mine = ask.commons.select(archive=self.archive, experiment=self.experiment)
        found: pd.DataFrame = ask.compute(mine.architectures[[*NETWORK_COLUMNS]], self.label)
        return found.assign(flat=found["structure_id"].map(flat_of)).reset_index(drop=True)


@dataclass(frozen=True)
class Members:
    """The networks that hold a subsequence: those of `vinarch.members`."""

    archive: str
    experiments: tuple[str, ...]
    run: Run

    @property
    def label(self) -> str:
        """What is done."""
        return "Looking for networks"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return the rows of `Networks` that hold it, in the order of the experiments."""
        held = []
        for name in self.experiments:
            networks = ask(Networks(self.archive, name))
            there = networks["flat"].str.slice(self.run.start, self.run.stop) == self.run.symbols
            held.append(networks[there])
        return pd.concat(held, ignore_index=True)
