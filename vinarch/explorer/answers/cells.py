"""The structures that hold a chosen subsequence, and the cells of their genomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.explorer.answers.genomes import Genomes, Together
from vinarch.summary import ChosenRow, cells_of, held_structures, with_measure
from vinarch.summary.figure_frames import TOGETHER

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import Run


@dataclass(frozen=True)
class Held:
    """The structures that hold a subsequence, as `vinarch.summary.structures_of` gives them.

    Where experiments are matched together a structure counts once, with the mean over all of its
    epochs; it has no number of its own, so it bears its place by ascending accuracy, from 1.
    """

    archive: str
    experiments: tuple[str, ...]
    """Where the structures are looked for: one, or all that are matched together."""
    run: Run

    @property
    def label(self) -> str:
        """What is done."""
        return "Looking for structures"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return columns ``experiment, structure, flat, mean_val_accuracy_percent``."""
        if self.run.experiment is not None:
            state = ask(Genomes(self.archive, self.experiments[0]))
            return held_structures(state, self._row(self.run.experiment))
        together = ask(Together(self.archive, self.experiments))
        held = held_structures(together, self._row(TOGETHER))
        held = held.sort_values(["mean_val_accuracy_percent", "flat"], na_position="first")
        return held.assign(structure=range(1, len(held) + 1)).reset_index(drop=True)

    def _row(self, experiment: str) -> ChosenRow:
        return ChosenRow(experiment, self.run.start, self.run.symbols)


@dataclass(frozen=True)
class Cells:
    """The genomes of those structures, as `vinarch.summary.structure_cells` gives them."""

    held: Held
    space: str

    @property
    def label(self) -> str:
        """What is done."""
        return "Laying out structures"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return one row a cell, structures by ascending accuracy."""
        run = self.held.run
        cells = cells_of(ask(self.held), self.space, run.start, len(run.symbols))
        if run.experiment is None:
            return cells
        commons = ask.commons.select(archive=self.held.archive)
        return with_measure(cells, commons, run.experiment)
