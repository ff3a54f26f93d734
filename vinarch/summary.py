"""Small tidy frames from a commons: what the figures draw and the reports print.

These functions compute: they run the lazy tables of one selection and return pandas frames.
No drawing, no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.distance import Metric, cross_distances
from vinarch.errors import ParameterError, SelectionError
from vinarch.genome import MacroSpace, symbol_matrix
from vinarch.matching import check_subsequence, genome_states, match, mean_of_states

if TYPE_CHECKING:
    from vinarch.commons import Commons


@dataclass(frozen=True)
class ChosenRow:
    """One matching subsequence of one experiment: what the figures of a study are about."""

    experiment: str
    start: int
    subsequence: str

    @classmethod
    def parse(cls, text: str) -> ChosenRow:
        """Read ``EXPERIMENT:START:BITS``.

        Raises
        ------
        ParameterError
            If the text has another form.

        Examples
        --------
        >>> ChosenRow.parse("1gpu_1e14_early_termination:0:10110")
        ChosenRow(experiment='1gpu_1e14_early_termination', start=0, subsequence='10110')
        """
        experiment, _, rest = text.partition(":")
        start, _, bits = rest.partition(":")
        if not (experiment and start.isdecimal() and bits):
            raise ParameterError(
                "select",
                "EXPERIMENT:START:BITS",
                repr(text),
                "For example 1gpu_1e14_early_termination:0:10110110101010.",
            )
        return cls(experiment, int(start), bits)


PUBLISHED_ROW = ChosenRow("1gpu_1e14_early_termination", 0, "10110110101010")
"""The row that the VINARCH paper shows (An et al., IEEE Cluster 2023)."""


def default_row(matches: pd.DataFrame) -> ChosenRow:
    """Choose a row to show: the published one where it is present, else the best supported.

    Parameters
    ----------
    matches : DataFrame
        Rows of `vinarch.match` by experiment.

    Returns
    -------
    ChosenRow
        Best supported is the row of most structures; of equal ones the longest, then the one of
        highest mean accuracy, then the first.

    Raises
    ------
    SelectionError
        If there is no row.
    """
    if matches.empty:
        raise SelectionError(
            "matches", "at least one matching subsequence", "none", "Try a smaller min_length."
        )
    published = matches[
        (matches["experiment"] == PUBLISHED_ROW.experiment)
        & (matches["start"] == PUBLISHED_ROW.start)
        & (matches["subsequence"] == PUBLISHED_ROW.subsequence)
    ]
    if len(published):
        return PUBLISHED_ROW
    ranked = matches.sort_values(
        ["count", "length", "mean_val_accuracy_percent"], ascending=False, kind="stable"
    )
    best = ranked.iloc[0]
    return ChosenRow(str(best["experiment"]), int(best["start"]), str(best["subsequence"]))


def subsequence_points(
    commons: Commons, experiment: str, start: int | None = None, subsequence: str | None = None
) -> pd.DataFrame:
    """Return the matching subsequences of one experiment, the chosen one marked.

    Returns
    -------
    DataFrame
        Columns ``start, subsequence, length, count, mean_val_accuracy_percent, chosen``.
    """
    mine = commons.select(experiment=experiment)
    flat = None
    if subsequence is not None:
        flat = check_subsequence(mine, _whole(start), subsequence)
    matches = match(mine).compute()
    columns = ["start", "subsequence", "length", "count", "mean_val_accuracy_percent"]
    points: pd.DataFrame = matches[columns].reset_index(drop=True)
    points["chosen"] = (points["start"] == start) & (points["subsequence"] == flat)
    return points


def structures_of(commons: Commons, experiment: str, start: int, subsequence: str) -> pd.DataFrame:
    """Return the structures of one experiment that hold a subsequence, by ascending accuracy.

    Returns
    -------
    DataFrame
        Columns ``structure, flat, mean_val_accuracy_percent``: the number of the structure, its
        flattened genome, and the mean validation accuracy over all epoch rows of its networks.

    Raises
    ------
    SelectionError
        If no structure of the experiment holds it.
    """
    mine = commons.select(experiment=experiment)
    flat = check_subsequence(mine, start, subsequence)
    state = genome_states(mine).compute()
    genomes = state["structure_id"].str.partition(":")[2]
    there = genomes.str.slice(start, start + len(flat)) == flat
    held = state[there].assign(flat=genomes[there])
    if held.empty:
        raise SelectionError(
            f"experiment {experiment}",
            f"a structure that holds {flat} at start {start}",
            "none",
            "`vinarch match` lists what is shared.",
        )
    held["mean_val_accuracy_percent"] = mean_of_states(held)
    ordered = held.sort_values(["mean_val_accuracy_percent", "structure"], ignore_index=True)
    return pd.DataFrame(ordered, columns=["structure", "flat", "mean_val_accuracy_percent"])


def structure_cells(
    commons: Commons, experiment: str, start: int, subsequence: str
) -> pd.DataFrame:
    """Return the genomes that hold a subsequence, one row a cell.

    Returns
    -------
    DataFrame
        Columns ``structure, mean_val_accuracy_percent, position, symbol, phase, shared``;
        structures by ascending accuracy, positions ascending from 0, phases from 1.
    """
    held = structures_of(commons, experiment, start, subsequence)
    space = MacroSpace.from_name(commons.select(experiment=experiment).search_space())
    stop = start + len(check_subsequence(commons.select(experiment=experiment), start, subsequence))
    positions = pd.DataFrame({"position": range(space.symbol_count)})
    starts = pd.Series(space.phase_starts)
    positions["phase"] = [int((starts <= place).sum()) for place in positions["position"]]
    positions["shared"] = positions["position"].between(start, stop - 1)
    cells: pd.DataFrame = held.merge(positions, how="cross")
    cells["symbol"] = [
        int(flat[place]) for flat, place in zip(cells["flat"], cells["position"], strict=True)
    ]
    columns = ["structure", "mean_val_accuracy_percent", "position", "symbol", "phase", "shared"]
    return pd.DataFrame(cells, columns=columns)


def structure_distances(
    commons: Commons,
    experiment: str,
    start: int,
    subsequence: str,
    metric: Metric = "cityblock",
) -> pd.DataFrame:
    """Return the distances between the structures that hold a subsequence, one row a pair.

    Returns
    -------
    DataFrame
        Columns ``structure_a, structure_b, distance``: all ordered pairs, both by ascending
        accuracy as in `structure_cells`.
    """
    held = structures_of(commons, experiment, start, subsequence)
    symbols = symbol_matrix(held["flat"].tolist())
    numbers = held[["structure"]]
    pairs = numbers.merge(numbers, how="cross", suffixes=("_a", "_b"))
    pairs["distance"] = cross_distances(symbols, symbols, metric).ravel()
    return pairs


def subsequence_table(matches: pd.DataFrame) -> pd.DataFrame:
    """Return matches in the columns and the form in which VINARCH publishes them.

    Returns
    -------
    DataFrame
        Columns ``experiment, subsequence, length, start, structures, count,
        mean_val_accuracy_percent``; a subsequence reads ``[1,0,1]`` (so that no spreadsheet takes
        it for a number), structures ``11;29;30``.
    """
    table = matches[
        [
            "experiment",
            "subsequence",
            "length",
            "start",
            "structures",
            "count",
            "mean_val_accuracy_percent",
        ]
    ].copy()
    table["subsequence"] = ["[" + ",".join(flat) + "]" for flat in table["subsequence"]]
    table["structures"] = [";".join(map(str, held)) for held in table["structures"]]
    return table


def _whole(start: int | None) -> int:
    if start is None:
        raise ParameterError("start", "a start index with the subsequence", "None", "")
    return start
