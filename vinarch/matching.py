"""The distributed matcher: lazy tables in, a lazy table of matching subsequences out.

The states of `vinarch.genome_state` are gathered, and the kernel runs on each experiment or on all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vinarch.commons import check_commons
from vinarch.genome import flat_of, search_space, symbol_matrix
from vinarch.genome_state import SUMS, genome_states, mean_of_words
from vinarch.parameters import check_choice
from vinarch.run_arguments import check_reach, check_subsequence
from vinarch.schema import ARCHITECTURES, MATCHES
from vinarch.subsequence import MIN_LENGTH, SharedWindow, shared_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from vinarch.commons import By, Commons
    from vinarch.genome.sequences import Symbols


def match(
    commons: Commons,
    by: By | None = "experiment",
    min_length: int = MIN_LENGTH,
    *,
    within_phase: bool = False,
) -> dd.DataFrame:
    """Find the subsequences that structures share at the same place in their genomes.

    For every pair of structures the maximal runs of positions where both agree are found; each
    distinct run (start and symbols) gives one row, with all structures that hold it there.

    Parameters
    ----------
    commons : Commons
        What to match; one search space.
    by : {"experiment", None}, default "experiment"
        Match within each experiment, or across all of them, each ``structure_id`` once.
    min_length : int, default 5
        Shortest run to keep, in symbols; genomes may differ in length and have any alphabet.
    within_phase : bool, default False
        Whether a run ends where a phase of the genome does, so that each phase is matched alone.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy, of the schema `vinarch.schema.MATCHES`; one partition an experiment (one in all for
        ``by=None``), sorted by start, length and symbols.

    Raises
    ------
    MixedSpacesError, SelectionError
        If the experiments belong to several search spaces, or there is none.
    ParameterError
        If `commons`, `by`, `min_length` or `within_phase` cannot be; within phases of a search
        space that has none, or longer than the longest.

    References
    ----------
    An et al., VINARCH, IEEE Cluster 2023.

    Examples
    --------
    >>> import vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> matches = vinarch.match(low).compute()
    >>> columns = ["length", "start", "structures", "count", "mean_val_accuracy_percent"]
    >>> matches[matches["subsequence"] == "10110110101010"][columns].round(2)
        length  start            structures  count  mean_val_accuracy_percent
    65      14      0  [11 29 30 43 49]      5                      89.66

    The phases of JS9FR6 have 7 symbols each; alone the first of this run is held by more:

    >>> inside = vinarch.match(low, min_length=7, within_phase=True).compute()
    >>> first = (inside["start"] == 0) & (inside["subsequence"] == "1011011")
    >>> inside[first]["count"].tolist()
    [13]
    """
    check_commons(commons, "match")
    check_choice("match(by=…)", by, ["experiment", None])
    space = search_space(commons.search_space())
    min_length, spans = check_reach("match", space, min_length, within_phase=within_phase)
    state = genome_states(commons)
    if by is None:
        return _tables(state, None, min_length, spans)
    experiments = commons.trained_experiments()
    if not experiments:
        return dd.from_pandas(MATCHES.empty(), npartitions=1)
    return dd.concat([_tables(state, experiment, min_length, spans) for experiment in experiments])


def members(commons: Commons, start: int, subsequence: str) -> dd.DataFrame:
    """Return the architectures that hold a subsequence at a start index.

    Parameters
    ----------
    commons : Commons
    start : int
        Start index in the flattened genome, from 0.
    subsequence : str
        Its symbols, characters of the search space's alphabet: ``"10110"`` or ``"[1,0,1,1,0]"``.

    Returns
    -------
    dask.dataframe.DataFrame
        The rows of `commons.architectures` that hold it; lazy.

    Raises
    ------
    ParameterError
        If the subsequence does not fit into a genome.
    MixedSpacesError, SelectionError
        If the experiments belong to several search spaces, or there is none.

    Examples
    --------
    >>> import vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> held = vinarch.members(low, 0, "10110110101010")
    >>> held[["architecture", "structure", "mean_val_accuracy_percent"]].compute().round(2)
        architecture  structure  mean_val_accuracy_percent
    12            12         49                      90.55
    17            17         29                      89.61
    67            67         43                      90.98
    79            79         30                      86.93
    84            84         30                      91.45
    94            94         11                      88.11
    """
    check_commons(commons, "members")
    flat = check_subsequence(commons, start, subsequence)
    space = commons.search_space()
    return commons.architectures.map_partitions(
        _holders, len(space) + 1 + start, flat, meta=ARCHITECTURES.empty()
    )


def match_table(
    state: pd.DataFrame,
    experiment: tuple[str, str] | None,
    min_length: int,
    spans: tuple[tuple[int, int], ...] | None = None,
) -> pd.DataFrame:
    """Match the genomes of one experiment, or of all (None), from their merged states.

    With `spans`, starts and stops of phases, a run ends where a phase does.
    """
    if experiment is not None:
        mine = (state["archive"] == experiment[0]) & (state["experiment"] == experiment[1])
        state = state[mine]
    ids, genome_of = np.unique(state["structure_id"].to_numpy(dtype=object), return_inverse=True)
    if not len(ids):
        return MATCHES.empty()
    flats = [flat_of(str(structure_id)) for structure_id in ids]
    sums = {name: _sum_by(genome_of, state[name], len(ids)) for name in SUMS}
    membership = _experiments_of(state, genome_of, len(ids))
    numbers = np.full(len(ids), -1, dtype=np.int64)
    if experiment is not None:
        numbers[genome_of] = state["structure"].to_numpy()
    tables = [
        _window_table(window, flats, sums, membership, numbers)
        for window in _windows(symbol_matrix(flats), min_length, spans)
    ]
    if not tables:
        return MATCHES.empty()
    found = pa.concat_tables(tables).sort_by(
        [(name, "ascending") for name in ("start", "length", "subsequence")]
    )
    columns: dict[str, Any] = {name: found[name] for name in found.column_names}
    if experiment is None:
        del columns["structures"]
    else:
        columns["archive"], columns["experiment"] = ([name] * len(found) for name in experiment)
    return MATCHES.frame(MATCHES.arrow_table(columns, len(found)))


def _windows(
    symbols: Symbols, min_length: int, spans: tuple[tuple[int, int], ...] | None
) -> Iterator[SharedWindow]:
    for start, stop in spans or ((0, symbols.shape[1]),):
        for window in shared_windows(symbols[:, start:stop], min_length):
            yield replace(window, start_in_genome=window.start_in_genome + start)


def _window_table(
    window: SharedWindow,
    flats: list[str],
    sums: dict[str, npt.NDArray[np.int64]],
    membership: npt.NDArray[np.bool_],
    numbers: npt.NDArray[np.int64],
) -> pa.Table:
    start, stop = window.start_in_genome, window.start_in_genome + window.length
    firsts, sizes = window.offsets[:-1], np.diff(window.offsets)
    added = {name: np.add.reduceat(words[window.members], firsts) for name, words in sums.items()}
    words = (added[name].tolist() for name in ("accuracy_high", "accuracy_low", "epoch_row_count"))
    present = np.logical_or.reduceat(membership[window.members], firsts, axis=0)
    held = numbers[window.members]
    by_number = np.lexsort((held, np.repeat(firsts, sizes)))
    columns = {
        "subsequence": [flats[row][start:stop] for row in window.members[firsts].tolist()],
        "length": np.full(len(sizes), window.length),
        "start": np.full(len(sizes), start),
        "structures": pa.LargeListArray.from_arrays(window.offsets, held[by_number]),
        "count": sizes,
        "network_count": added["network_count"],
        "experiment_count": present.sum(axis=1),
        "epoch_row_count": added["epoch_row_count"],
        "mean_val_accuracy_percent": pa.array(
            [mean_of_words(*row) for row in zip(*words, strict=True)], pa.float64()
        ),
    }
    return pa.table(columns)


def _sum_by(
    genome_of: npt.NDArray[np.int64], values: pd.Series, genomes: int
) -> npt.NDArray[np.int64]:
    total = np.zeros(genomes, dtype=np.int64)
    np.add.at(total, genome_of, values.to_numpy())
    return total


def _experiments_of(
    state: pd.DataFrame, genome_of: npt.NDArray[np.int64], genomes: int
) -> npt.NDArray[np.bool_]:
    experiment = state.groupby(["archive", "experiment"], sort=False).ngroup().to_numpy()
    membership = np.zeros((genomes, int(experiment.max()) + 1), dtype=bool)
    membership[genome_of, experiment] = True
    return membership


def _tables(
    state: dd.DataFrame,
    experiment: tuple[str, str] | None,
    min_length: int,
    spans: tuple[tuple[int, int], ...] | None,
) -> dd.DataFrame:
    return state.map_partitions(match_table, experiment, min_length, spans, meta=MATCHES.empty())


def _holders(architectures: pd.DataFrame, first: int, flat: str) -> pd.DataFrame:
    there = architectures["structure_id"].str.slice(first, first + len(flat))
    return architectures[there == flat]
