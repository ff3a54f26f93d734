"""How far the structures that hold a chosen subsequence lie apart (V8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.summary import distances_of, with_measure

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.distance import Metric
    from vinarch.explorer.answers.cells import Held
    from vinarch.explorer.answers.desk import Ask

MOST_MAPPED = 300
"""Of more structures those of highest accuracy are taken: a cell needs more than a pixel."""

FOUND = "found_structures"
"""Column of a frame that has not all: how many structures hold the subsequence."""


@dataclass(frozen=True)
class Distances:
    """The pairs of those structures, as `vinarch.summary.structure_distances` gives them."""

    held: Held
    metric: Metric

    @property
    def label(self) -> str:
        """What is done."""
        return "Measuring distances"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return one row an ordered pair, structures by ascending accuracy.

        Of more than `MOST_MAPPED` structures the last ones, with the column ``found_structures``.
        """
        held = ask(self.held)
        pairs = distances_of(held.tail(MOST_MAPPED), self.metric)
        if len(held) > MOST_MAPPED:
            pairs[FOUND] = len(held)
        experiment = self.held.run.experiment
        if experiment is None:
            return pairs
        return with_measure(pairs, ask.commons.select(archive=self.held.archive), experiment)
