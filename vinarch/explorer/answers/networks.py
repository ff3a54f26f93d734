"""The network of one of the structures that hold a chosen subsequence (V9), and the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.figures.cell_rows import MOST_STRUCTURES
from vinarch.genome import MacroSpace, search_space
from vinarch.summary import layered_edges, network_edges

if TYPE_CHECKING:
    from vinarch.explorer.answers.cells import Held
    from vinarch.explorer.answers.desk import Ask

OTHERS = ("structures", "genomes", "accuracies")
"""Columns that are the same in each row: all structures to choose from, by ascending accuracy."""


@dataclass(frozen=True)
class Network:
    """The edges of a structure's network, as the data of `vinarch.figures.network` are.

    The structure is a flattened genome.
    Where none is chosen, or the experiment has no such one, it is the one of highest accuracy.
    """

    held: Held
    space: str
    structure: str | None = None

    @property
    def label(self) -> str:
        """What is done."""
        return "Decoding a network"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return one row an edge, and the columns `OTHERS`, which `edges_of` takes off."""
        held = ask(self.held)
        there = held[held["flat"] == self.structure]
        chosen = (held if there.empty else there).iloc[-1]
        space = search_space(self.space)
        decoded = network_edges if isinstance(space, MacroSpace) else layered_edges
        run = self.held.run
        edges = decoded(
            space.from_flat(str(chosen["flat"])),
            run.start,
            run.symbols,
            experiment=str(chosen["experiment"]),
            structure=int(chosen["structure"]),
        )
        # Those that the view of structures has, and the chosen one.
        offered = held[held.index.isin([*held.index[-MOST_STRUCTURES:], chosen.name])]
        sources = ("structure", "flat", "mean_val_accuracy_percent")
        told = {
            name: [tuple(offered[source].tolist())] * len(edges)
            for name, source in zip(OTHERS, sources, strict=True)
        }
        return edges.assign(**{name: pd.Series(each, dtype=object) for name, each in told.items()})


def edges_of(answer: pd.DataFrame) -> pd.DataFrame:
    """Return the edges alone: the frame of `vinarch.summary.network_edges` or `layered_edges`."""
    return answer.drop(columns=list(OTHERS))
