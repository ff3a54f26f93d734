"""The genomes of chosen experiments: what all of matching and of the structures is made of.

One row a genome and experiment, with the exact sum of its accuracies; small enough to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.genome_state import genome_states

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers.desk import Ask


@dataclass(frozen=True)
class Genomes:
    """The rows of `vinarch.genome_state.genome_states` of one experiment."""

    archive: str
    experiment: str

    @property
    def label(self) -> str:
        """What is done."""
        return f"Reading the networks of {self.experiment}"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Read all epochs of the experiment, once."""
        mine = ask.commons.select(archive=self.archive, experiment=self.experiment)
        state: pd.DataFrame = ask.compute(genome_states(mine), self.label)
        return state
