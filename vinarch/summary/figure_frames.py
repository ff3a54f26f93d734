"""The frames behind the figures: points, structures, cells and distances of one experiment.

Functions that take a commons run its lazy tables and return pandas frames; the others work on
such frames, so that one computation serves several of them.
No drawing, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.distance import Metric, check_metric, cross_distances
from vinarch.errors import ParameterError, SelectionError
from vinarch.genome import MacroSpace, flat_of, flatten_nested, search_space, symbol_matrix
from vinarch.genome_state import genome_states, mean_of_states
from vinarch.linkage import Linkage, Tree, join_nearest
from vinarch.matching import match
from vinarch.run_arguments import check_subsequence
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary.chosen_row import ChosenRow

if TYPE_CHECKING:
    from vinarch.commons import Commons

TOGETHER = "all chosen experiments"
"""What stands for the experiment where several are matched together."""

TRAINED = "val_accuracy_percent"
"""The measure of networks of which only the trained one's validation accuracy is known."""

ACCURACY_A = "mean_val_accuracy_percent_a"


def check_trained(commons: Commons) -> None:
    """Refuse a commons whose experiments have no architectures, only wall times.

    Raises
    ------
    SelectionError
        The message names the experiments.
    """
    if not commons.trained_experiments():
        names = ", ".join(sorted(commons.experiment_index["experiment"])) or "no experiment"
        raise SelectionError(
            "commons",
            "an experiment whose training histories are known",
            f"{names}: without histories",
            "`commons.experiment_index` tells the status and the architectures of each experiment.",
        )


def without_histories(commons: Commons, experiment: str) -> bool:
    """Tell whether only the trained networks' accuracies are known, of no network a history."""
    index = commons.experiment_index
    return not index.loc[index["experiment"] == experiment, "history_row_count"].any()


def with_measure(frame: pd.DataFrame, commons: Commons, experiment: str) -> pd.DataFrame:
    """Return a frame of means with the column ``measure`` where they are not those over epochs."""
    return frame.assign(measure=TRAINED) if without_histories(commons, experiment) else frame


def subsequence_points(
    commons: Commons,
    experiment: str,
    start: int | None = None,
    subsequence: str | None = None,
    min_length: int = MIN_LENGTH,
) -> pd.DataFrame:
    """Return the matching subsequences of one experiment, the chosen one marked.

    Parameters
    ----------
    commons : Commons
    experiment : str
    start, subsequence : int and str, optional
        The row to mark: start index from 0 and symbols; both or none.
    min_length : int, default 5
        Shortest run to keep, in symbols.

    Returns
    -------
    DataFrame
        Columns ``experiment, start, subsequence, length, count, mean_val_accuracy_percent,
        chosen``; and ``measure`` where networks have no history, so that the accuracy is that of
        the trained networks.

    Raises
    ------
    SelectionError
        If there is no such experiment, or its histories are unknown.
    ParameterError
        If `start` or `subsequence` comes alone or does not fit into a genome, or `min_length`
        cannot be.
    MixedSpacesError
        If experiments of that name belong to several search spaces.
    """
    mine = commons.select(experiment=experiment)
    check_trained(mine)
    row = None
    if start is not None or subsequence is not None:
        row = ChosenRow(experiment, *_whole(mine, start, subsequence))
    points = mark_points(match(mine, min_length=min_length).compute(), experiment, row)
    return with_measure(points, mine, experiment)


def mark_points(matches: pd.DataFrame, experiment: str, row: ChosenRow | None) -> pd.DataFrame:
    """Return the rows of `vinarch.match` of one experiment as `subsequence_points` does."""
    columns = ["experiment", "start", "subsequence", "length", "count"]
    columns.append("mean_val_accuracy_percent")
    points = matches.loc[matches["experiment"] == experiment, columns].reset_index(drop=True)
    points["chosen"] = False
    if row is not None:
        points["chosen"] = (points["start"] == row.start) & (
            points["subsequence"] == row.subsequence
        )
    return points


def structures_of(commons: Commons, experiment: str, start: int, subsequence: str) -> pd.DataFrame:
    """Return the structures of one experiment that hold a subsequence, by ascending accuracy.

    Returns
    -------
    DataFrame
        Columns ``experiment, structure, flat, mean_val_accuracy_percent``: the number of the
        structure, its flattened genome, and the mean validation accuracy over all epoch rows of
        its networks.

    Raises
    ------
    SelectionError
        If there is no such experiment, its histories are unknown, or no structure of it holds the
        subsequence.
    ParameterError
        If the subsequence does not fit into a genome.
    MixedSpacesError
        If experiments of that name belong to several search spaces.
    """
    mine = commons.select(experiment=experiment)
    check_trained(mine)
    row = ChosenRow(experiment, *_whole(mine, start, subsequence))
    return held_structures(genome_states(mine).compute(), row)


def held_structures(state: pd.DataFrame, row: ChosenRow) -> pd.DataFrame:
    """Return what `structures_of` does, from the computed rows of `matching.genome_states`.

    Structures without a recorded accuracy stand first.

    Raises
    ------
    SelectionError
        If no structure of the experiment holds the subsequence.
    """
    mine = state[state["experiment"] == row.experiment]
    genomes = mine["structure_id"].map(flat_of)
    stop = row.start + len(row.subsequence)
    there = genomes.str.slice(row.start, stop) == row.subsequence
    held = mine[there].assign(flat=genomes[there])
    if held.empty:
        raise SelectionError(
            f"experiment {row.experiment}",
            f"a structure that holds {row.subsequence} at start {row.start}",
            "none",
            "`vinarch match` lists what is shared.",
        )
    held["mean_val_accuracy_percent"] = pd.Series(
        mean_of_states(held), index=held.index, dtype="float64"
    )
    ordered = held.sort_values(
        ["mean_val_accuracy_percent", "structure"], na_position="first", ignore_index=True
    )
    columns = ["experiment", "structure", "flat", "mean_val_accuracy_percent"]
    return pd.DataFrame(ordered, columns=columns)


def structure_cells(
    commons: Commons, experiment: str, start: int, subsequence: str
) -> pd.DataFrame:
    """Return the genomes that hold a subsequence, one row a cell.

    Returns
    -------
    DataFrame
        Columns ``experiment, structure, mean_val_accuracy_percent, position, symbol, phase,
        shared``; structures by ascending accuracy, positions ascending from 0 to the end of the
        genome, symbols as places in the alphabet, phases from 1. Where the search space has no
        phases they are null, and the columns ``character, meaning`` say what a symbol is printed
        as and what it stands for. And ``measure``, as `subsequence_points` has it.

    Raises
    ------
    SelectionError, ParameterError, MixedSpacesError
        As `structures_of`.
    """
    held = structures_of(commons, experiment, start, subsequence)
    space = commons.select(experiment=experiment).search_space()
    cells = cells_of(held, space, start, len(flatten_nested(subsequence)))
    return with_measure(cells, commons, experiment)


def cells_of(held: pd.DataFrame, space: str, start: int, length: int) -> pd.DataFrame:
    """Return structures of a search space, as `structures_of` gives them, one row a cell."""
    layout = search_space(space)
    positions = pd.DataFrame({"position": range(int(held["flat"].str.len().max()))})
    if isinstance(layout, MacroSpace):
        starts = pd.Series(layout.phase_starts)
        positions["phase"] = [int((starts <= place).sum()) for place in positions["position"]]
    else:
        positions["phase"] = pd.array([None] * len(positions), dtype="Int64")
    positions["shared"] = positions["position"].between(start, start + length - 1)
    cells: pd.DataFrame = held.merge(positions, how="cross")
    cells = cells[cells["position"] < cells["flat"].str.len()].reset_index(drop=True)
    characters = [flat[place] for flat, place in zip(cells["flat"], cells["position"], strict=True)]
    cells["symbol"] = [layout.characters.index(character) for character in characters]
    columns = ["experiment", "structure", "mean_val_accuracy_percent"]
    columns += ["position", "symbol", "phase", "shared"]
    if not isinstance(layout, MacroSpace):
        cells["character"] = characters
        cells["meaning"] = [layout.meanings[symbol] for symbol in cells["symbol"]]
        columns += ["character", "meaning"]
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
        Columns ``experiment, structure_a, mean_val_accuracy_percent_a, structure_b,
        mean_val_accuracy_percent_b, distance, metric``: all ordered pairs, both by ascending
        accuracy as in `structure_cells`. And ``measure``, as `subsequence_points` has it.

    Raises
    ------
    ParameterError
        If there is no such metric, or the subsequence does not fit into a genome.
    SelectionError, MixedSpacesError
        As `structures_of`.
    """
    check_metric(metric)
    pairs = distances_of(structures_of(commons, experiment, start, subsequence), metric)
    return with_measure(pairs, commons, experiment)


def distances_of(held: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Return the distances between structures, as `structures_of` gives them, one row a pair."""
    symbols = symbol_matrix(held["flat"].tolist())
    numbers = held[["structure", "mean_val_accuracy_percent"]]
    pairs = numbers.merge(numbers, how="cross", suffixes=("_a", "_b"))
    pairs["distance"] = cross_distances(symbols, symbols, metric).ravel()
    pairs["metric"] = metric
    # One experiment: its name stands first, as in the other frames.
    pairs.insert(0, "experiment", held["experiment"].iloc[0])
    return pairs


def tree_of(pairs: pd.DataFrame, linkage: Linkage = "average", most: int | None = None) -> Tree:
    """Return the tree that joins the structures of a frame of pairs, the nearest first.

    The order of the rows does not show in it: equal distances are settled by accuracy, then by
    the number of the structure.

    Parameters
    ----------
    pairs : DataFrame
        ``structure_a, structure_b, distance`` and, where known, ``mean_val_accuracy_percent_a``:
        every ordered pair once.
    linkage : {"average", "single", "complete"}, default "average"
        What the distance of two groups is.
    most : int, optional
        Join the last so many structures only.
    """
    keys = [ACCURACY_A, "structure_a"] if ACCURACY_A in pairs.columns else ["structure_a"]
    firsts = pairs.drop_duplicates("structure_a")
    ordered = firsts.sort_values(keys, na_position="first")["structure_a"].tolist()
    shown = ordered[-(most or len(ordered)) :]
    square = pairs.pivot(index="structure_a", columns="structure_b", values="distance")  # noqa: PD010
    return join_nearest(square.loc[shown, shown].to_numpy(dtype="float64"), shown, linkage)


def _whole(commons: Commons, start: int | None, subsequence: str | None) -> tuple[int, str]:
    if start is None or subsequence is None:
        alone = "a start index" if subsequence is None else "a subsequence"
        raise ParameterError(
            "start and subsequence",
            "a start index with a subsequence, or neither",
            f"{alone} alone",
            "Take both from one row of `vinarch.match`.",
        )
    return start, check_subsequence(commons, start, subsequence)
