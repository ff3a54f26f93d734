"""One subsequence in every experiment of an archive: who holds it there, and how well they do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vinarch.explorer.answers.holders import Members
from vinarch.summary import HOLDER_MEASURE, holder_rows

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import Matching, Run


@dataclass(frozen=True)
class Statistics:
    """The rows of `commons.statistics()` of experiments, of the measure `HOLDER_MEASURE`."""

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
        return found[found["measure"] == HOLDER_MEASURE].reset_index(drop=True)


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

        The columns of `vinarch.schema.HOLDERS`.
        """
        # Where a run was matched does not matter to who holds it.
        held = ask(Members(self.archive, self.experiments, replace(self.run, experiment=None)))
        index = ask.commons.experiment_index
        here = index[index["archive"] == self.archive].set_index("experiment", drop=False)
        own = ask(Statistics(self.archive, self.experiments))
        spans = self.phases if self.matching.within_phase else ()
        run = (self.run.start, self.run.stop)
        return holder_rows(
            held, own, here.loc[[*self.experiments]], run,
            min_length=self.matching.min_length, spans=spans,
        )  # fmt: skip
