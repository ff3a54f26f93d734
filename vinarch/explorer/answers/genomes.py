"""The genomes of chosen experiments: what all of matching and of the structures is made of.

One row a genome and experiment, with the exact sum of its accuracies; small enough to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.genome_state import genome_states, merge_states
from vinarch.summary.figure_frames import TOGETHER

if TYPE_CHECKING:
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


@dataclass(frozen=True)
class Together:
    """The genomes of experiments that are matched together: one row a genome, over all of them."""

    archive: str
    experiments: tuple[str, ...]

    @property
    def label(self) -> str:
        """What is done."""
        return "Joining experiments"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return rows as those of `Genomes`, of an experiment `TOGETHER` without numbers."""
        states = [ask(Genomes(self.archive, name)) for name in self.experiments]
        joined = pd.concat(states)
        return merge_states(joined.assign(archive=self.archive, experiment=TOGETHER, structure=0))
