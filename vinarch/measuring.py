"""Distances between structures, lazily: a partitioned long table, or a small labelled square.

The distinct structures are gathered once, from the tables of `vinarch.matching`; each partition
of the long table then computes the pairs of its own range of rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd

from vinarch.commons import check_commons
from vinarch.distance import Metric, check_metric, cross_distances, pair_indices, row_ranges
from vinarch.errors import ParameterError
from vinarch.genome import flat_of, symbol_matrix
from vinarch.parameters import check_choice
from vinarch.schema import ARCHITECTURES, DISTANCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vinarch.commons import By, Commons
    from vinarch.genome.sequences import Symbols

PAIRS_PER_PARTITION = 500_000
"""Pairs that a partition of the long table holds at most, about."""

_BATCH = 8
"""Pieces that are held at a time where all would be too many: some hundred MB."""

SQUARE_LIMIT = 2_000
"""Most structures for a square frame: 32 MB of distances, and more than anyone can read."""


def distances(
    commons: Commons, metric: Metric = "cityblock", by: By | None = "experiment"
) -> dd.DataFrame:
    """Measure how far the structures lie apart, position by position.

    Parameters
    ----------
    commons : Commons
        What to measure; one search space.
    metric : {"cityblock", "euclidean", "hamming"}, default "cityblock"
        City block counts the positions that differ, Euclidean is its root, Hamming its share of
        all positions. Of genomes of unequal length each position past the end of one differs, and
        the share is that of the longer one's positions.
    by : {"experiment", None}, default "experiment"
        All pairs within each experiment, or across all experiments with each ``structure_id``
        once.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy, one row a pair, of the schema `vinarch.schema.DISTANCES`. Within an experiment pairs
        go by structure number, across experiments by ``structure_id``.

    Raises
    ------
    ParameterError
        If `commons`, `metric` or `by` cannot be.
    MixedSpacesError, SelectionError
        If the experiments belong to several search spaces, or there is none.

    Examples
    --------
    >>> import vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> pairs = vinarch.distances(low, metric="cityblock")
    >>> pairs[["structure_a", "structure_b", "distance"]].head(3)
       structure_a  structure_b  distance
    0            0            1       8.0
    1            0            2      11.0
    2            0            3       5.0
    """
    check_commons(commons, "distances")
    _check(by, metric)
    commons.search_space()
    structures = _structures(commons)
    index = commons.experiment_index
    if by is None:
        pieces = _piece_count(int(index["structure_count"].sum()))
        return dd.concat(
            [_pairs(structures, None, metric, piece, pieces) for piece in range(pieces)]
        )
    counts = index.set_index(["archive", "experiment"])["structure_count"]
    tables = []
    for experiment in commons.trained_experiments():
        pieces = _piece_count(int(counts[experiment]))
        tables += [_pairs(structures, experiment, metric, piece, pieces) for piece in range(pieces)]
    return dd.concat(tables) if tables else dd.from_pandas(DISTANCES.empty(), npartitions=1)


def pair_count(commons: Commons, by: By | None = "experiment") -> int:
    """Return how many rows `distances` has, without any distance.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.measuring import pair_count
    >>> pair_count(vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination"))
    4656
    """
    if by is None:
        # A structure of several experiments counts once, which the index does not tell.
        found = commons.architectures["structure_id"].drop_duplicates().compute()
        return _pair_number(len(found))
    return sum(map(_pair_number, commons.experiment_index["structure_count"].tolist()))


def distance_pieces(
    commons: Commons, metric: Metric = "cityblock", by: By | None = "experiment"
) -> tuple[int, Iterator[pd.DataFrame]]:
    """Return how many pieces the rows of `distances` come in, and the pieces, a few held at a time.

    For more pairs than fit into memory: the structures are gathered once, and no graph of all
    pieces is built.

    Parameters
    ----------
    commons, metric, by
        As `distances` takes them.

    Returns
    -------
    int
    iterator of pandas.DataFrame
        In the order of the rows of `distances`.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.measuring import distance_pieces
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> count, pieces = distance_pieces(low)
    >>> count, [len(piece) for piece in pieces]
    (1, [4656])
    """
    check_commons(commons, "distances")
    _check(by, metric)
    commons.search_space()
    found = _structures(commons).compute()
    experiments: list[tuple[str, str] | None] = [None]
    if by is not None:
        experiments = [*commons.trained_experiments()]
    wanted = []
    for experiment in experiments:
        chosen = _chosen(found, experiment)
        pieces = _piece_count(len(chosen))
        wanted += [(chosen, experiment, metric, piece, pieces) for piece in range(pieces)]
    return len(wanted), _in_batches(wanted)


def _in_batches(wanted: list[Any]) -> Iterator[pd.DataFrame]:
    for first in range(0, len(wanted), _BATCH):
        batch = wanted[first : first + _BATCH]
        yield from dask.compute(*(dask.delayed(pair_table)(*arguments) for arguments in batch))


def distance_matrix(commons: Commons, metric: Metric = "cityblock") -> pd.DataFrame:
    """Compute the distances of a small selection as a square frame.

    Parameters
    ----------
    commons : Commons
        At most 2,000 distinct structures.
    metric : {"cityblock", "euclidean", "hamming"}, default "cityblock"

    Returns
    -------
    pandas.DataFrame, shape (n, n)
        Entry (a, b) is the distance between structures a and b. Labelled by structure number
        where the selection is one experiment, else by ``structure_id``.

    Raises
    ------
    ParameterError
        If there are more structures than that, or no such metric.
    MixedSpacesError, SelectionError
        If the experiments belong to several search spaces, or there is none.

    Examples
    --------
    >>> import vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> vinarch.distance_matrix(low).iloc[:3, :3]
    structure     0    1     2
    structure
    0           0.0  8.0  11.0
    1           8.0  0.0   7.0
    2          11.0  7.0   0.0
    """
    check_commons(commons, "distance_matrix")
    check_metric(metric)
    commons.search_space()
    found = _structures(commons).compute()
    experiments = commons.trained_experiments()
    one = experiments[0] if len(experiments) == 1 else None
    chosen = _chosen(found, one)
    if len(chosen) > SQUARE_LIMIT:
        raise ParameterError(
            "distance_matrix",
            f"at most {SQUARE_LIMIT:,} structures",
            f"{len(chosen):,}",
            "Select fewer experiments, or use vinarch.distances.",
        )
    label = "structure" if one is not None else "structure_id"
    symbols = _symbols(chosen)
    names = pd.Index(chosen[label], name=label)
    return pd.DataFrame(cross_distances(symbols, symbols, metric), index=names, columns=names)


def _check(by: str | None, metric: str) -> None:
    check_metric(metric)
    check_choice("distances(by=…)", by, ["experiment", None])


def _pair_number(structures: int) -> int:
    return structures * (structures - 1) // 2


def _piece_count(structures: int) -> int:
    return max(1, -(-_pair_number(structures) // PAIRS_PER_PARTITION))


_COLUMNS = ["archive", "experiment", "structure", "structure_id"]


def _structures(commons: Commons) -> dd.DataFrame:
    columns = commons.architectures[_COLUMNS]
    return columns.reduction(
        chunk=_distinct,
        combine=_distinct,
        aggregate=_distinct,
        meta=ARCHITECTURES.empty()[_COLUMNS],
        split_every=16,
    )


def _distinct(structures: pd.DataFrame) -> pd.DataFrame:
    return structures.drop_duplicates().sort_values(_COLUMNS, ignore_index=True)


def _chosen(structures: pd.DataFrame, experiment: tuple[str, str] | None) -> pd.DataFrame:
    if experiment is None:
        return structures.drop_duplicates("structure_id").sort_values(
            "structure_id", ignore_index=True
        )
    archive, name = experiment
    mine = structures[(structures["archive"] == archive) & (structures["experiment"] == name)]
    return mine.sort_values("structure", ignore_index=True)


def _symbols(structures: pd.DataFrame) -> Symbols:
    return symbol_matrix([flat_of(key) for key in structures["structure_id"]])


def _pairs(
    structures: dd.DataFrame,
    experiment: tuple[str, str] | None,
    metric: Metric,
    piece: int,
    pieces: int,
) -> dd.DataFrame:
    return structures.map_partitions(
        pair_table, experiment, metric, piece, pieces, meta=DISTANCES.empty()
    )


def pair_table(
    structures: pd.DataFrame,
    experiment: tuple[str, str] | None,
    metric: Metric,
    piece: int,
    pieces: int,
) -> pd.DataFrame:
    """Compute one piece of the long table from all distinct structures."""
    chosen = _chosen(structures, experiment)
    symbols = _symbols(chosen)
    start, stop = row_ranges(len(chosen), pieces)[piece] if len(chosen) else (0, 0)
    first, second = pair_indices(start, stop, len(chosen))
    if not len(first):
        return DISTANCES.empty()
    values = cross_distances(symbols[start:stop], symbols[start:], metric)
    ids = chosen["structure_id"].to_numpy(dtype=object)
    columns: dict[str, Any] = {
        "structure_id_a": ids[first],
        "structure_id_b": ids[second],
        "distance": values[first - start, second - start],
    }
    if experiment is not None:
        archive, name = experiment
        numbers = chosen["structure"].to_numpy(dtype=np.int64)
        columns |= {
            "archive": [archive] * len(first),
            "experiment": [name] * len(first),
            "structure_a": numbers[first],
            "structure_b": numbers[second],
        }
    return DISTANCES.frame(DISTANCES.arrow_table(columns, len(first)))
