"""One subsequence in every experiment of an archive: who holds it there, and how well they do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.describing import NETWORK_COLUMNS, check_groups, describe
from vinarch.explorer.answers.curves import Members
from vinarch.explorer.answers.genomes import Genomes
from vinarch.explorer.answers.points import row_of
from vinarch.intervals import CONFIDENCE
from vinarch.matching import match_table

if TYPE_CHECKING:
    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import Matching, Run

MEASURE = "last_val_accuracy_percent"
"""What experiments are compared by: the mean over epochs follows the length of a training."""

_KEYS = ["archive", "experiment", "structure_id"]


@dataclass(frozen=True)
class Statistics:
    """The rows of `commons.statistics()` of experiments, of the measure `MEASURE`."""

    archive: str
    experiments: tuple[str, ...]

    @property
    def label(self) -> str:
        """What is done."""
        return "Averaging experiments"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return rows of the schema `vinarch.schema.STATISTICS`, one an experiment."""
        mine = ask.commons.select(archive=self.archive, experiment=list(self.experiments))
        with ask.busy(self.label):
            found = mine.statistics()
        return found[found["measure"] == MEASURE].reset_index(drop=True)


@dataclass(frozen=True)
class Beside:
    """A subsequence in experiments of one search space, side by side.

    Parameters
    ----------
    archive, experiments
        Where it is looked for.
    run : Run
        Start and symbols; its experiment does not count.
    matching, phases
        As in `Points`, to tell where it is a row of `vinarch.match`.
    """

    archive: str
    experiments: tuple[str, ...]
    run: Run
    matching: Matching
    phases: tuple[tuple[int, int], ...] = ()

    @property
    def label(self) -> str:
        """What is done."""
        return "Comparing experiments"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return one row an experiment, in the order asked.

        Columns ``archive, experiment, structure_count, network_count, n, mean, mean_low,
        mean_high`` of the networks that hold it (``n`` those with an accuracy), the same of all
        networks with ``own_`` before, and ``matched``: whether it is a row of `vinarch.match`.
        The accuracy is that of the last epoch; the mean and its interval are those of
        `commons.statistics`.
        """
        # Where a run was matched does not matter to who holds it.
        held = ask(Members(self.archive, self.experiments, replace(self.run, experiment=None)))
        index = ask.commons.experiment_index
        here = index[
            (index["archive"] == self.archive) & index["experiment"].isin(self.experiments)
        ]
        groups = check_groups("experiment")
        # Intervals of measures that nobody asks for would take most of the time.
        asked = held[[*_KEYS, MEASURE]].reindex(columns=list(NETWORK_COLUMNS))
        found = describe(asked, here, groups, CONFIDENCE)
        mine = found[found["measure"] == MEASURE].set_index("experiment")
        own = ask(Statistics(self.archive, self.experiments)).set_index("experiment")
        holders = held.groupby("experiment")
        counts = pd.DataFrame(
            {
                "structure_count": holders["structure_id"].nunique(),
                "network_count": holders.size(),
            }
        )
        names = ["n", "mean", "mean_low", "mean_high"]
        table = (
            pd.DataFrame({"experiment": list(self.experiments)})
            .join(counts, on="experiment")
            .join(mine[names], on="experiment")
            .join(own[[*names, "network_count"]].add_prefix("own_"), on="experiment")
        )
        whole = ["structure_count", "network_count", "n", "own_n", "own_network_count"]
        table[whole] = table[whole].fillna(0).astype("int64")
        table.insert(0, "archive", self.archive)
        matched = [self._matched(ask, name) for name in self.experiments]
        return table.assign(matched=matched)

    def _matched(self, ask: Ask, experiment: str) -> bool:
        """Tell whether matching the experiment finds the run: where it is maximal for a pair.

        Both of such a pair hold it, so only the structures that do are matched.
        """
        state = ask(Genomes(self.archive, experiment))
        flats = state["structure_id"].str.partition(":")[2]
        there = flats.str.slice(self.run.start, self.run.stop) == self.run.symbols
        spans = self.phases if self.matching.within_phase else None
        here = (self.archive, experiment)
        points = match_table(state[there], here, self.matching.min_length, spans)
        return len(row_of(points, replace(self.run, experiment=experiment))) > 0
