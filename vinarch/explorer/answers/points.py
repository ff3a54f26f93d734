"""The subsequences that chosen experiments share: V5's rows, one a point of the scatter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.explorer.answers.genomes import Genomes
from vinarch.explorer.state import Run
from vinarch.matching import match_table
from vinarch.schema import MATCHES
from vinarch.summary import subsequence_table

if TYPE_CHECKING:
    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import Matching


@dataclass(frozen=True)
class Points:
    """The rows of `vinarch.match`: of each experiment, or of all together.

    Parameters
    ----------
    archive, experiments
        What is matched.
    matching : Matching
        How.
    phases : tuple of (start, stop)
        Where the phases of a genome lie, if matching is to keep within them.
    """

    archive: str
    experiments: tuple[str, ...]
    matching: Matching
    phases: tuple[tuple[int, int], ...] = ()

    @property
    def label(self) -> str:
        """What is done."""
        return "Matching subsequences"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return rows of the schema `vinarch.schema.MATCHES`."""
        states = [ask(Genomes(self.archive, name)) for name in self.experiments]
        spans = self.phases if self.matching.within_phase else None
        shortest = self.matching.min_length
        if self.matching.across:
            tables = [match_table(pd.concat(states), None, shortest, spans)]
        else:
            tables = [
                match_table(state, (self.archive, name), shortest, spans)
                for name, state in zip(self.experiments, states, strict=True)
            ]
        filled = [table for table in tables if len(table)]
        return pd.concat(filled, ignore_index=True) if filled else MATCHES.empty()


def row_of(points: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return the row of a chosen subsequence; no row where it is none of the points."""
    there = (points["start"] == run.start) & (points["subsequence"] == run.symbols)
    if run.experiment is not None:
        there &= points["experiment"] == run.experiment
    return points[there]


def run_of(row: Any) -> Run:
    """Return the subsequence of a row of the points."""
    experiment = None if pd.isna(row["experiment"]) else str(row["experiment"])
    return Run(experiment, int(row["start"]), str(row["subsequence"]))


def with_run(table: pd.DataFrame, run: Run | None) -> pd.DataFrame:
    """Return a table that also says of which subsequence it is, as VINARCH publishes it."""
    if run is None:
        return table
    return table.assign(start=run.start, subsequence=f"[{','.join(run.symbols)}]")


def published_table(points: pd.DataFrame) -> pd.DataFrame:
    """Return points in the form in which VINARCH publishes them.

    Returns
    -------
    DataFrame
        As `vinarch.summary.subsequence_table`; where experiments are matched together, which have
        no numbers of structures in common, ``experiment_count`` in place of ``experiment`` and
        ``structures``.
    """
    if points["experiment"].notna().any():
        return subsequence_table(points)
    # They have no numbers, which nothing prints as.
    numberless = subsequence_table(points.assign(structures=""))
    return numberless.drop(columns=["experiment", "structures"]).assign(
        experiment_count=points["experiment_count"]
    )
