"""The tables of a study as files: what was computed in, CSV and Parquet out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.measuring import PAIRS_PER_PARTITION, distances, pair_count
from vinarch.schema import DISTANCES
from vinarch.studies.files import write_frame, write_pieces
from vinarch.summary import distance_digest, distance_overview

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import dask.dataframe as dd

    from vinarch.commons import Commons
    from vinarch.distance import Metric
    from vinarch.reproducing import Reproducibility

_BATCH = 8
"""Partitions of distances that are held at a time, where all would be too many."""

MOST_PAIRS = 10_000_000
"""Half a minute and some hundred MB on disk; an enumerated search space would fill gigabytes."""

_PAIRS_HELD = _BATCH * PAIRS_PER_PARTITION
"""Some hundred MB; so many pairs are computed at once however they are partitioned."""


def statistics_table(statistics: pd.DataFrame, overall: pd.DataFrame) -> pd.DataFrame:
    """Return the statistics of each experiment, and those of all networks together below them.

    Parameters
    ----------
    statistics, overall : pandas.DataFrame
        What `Commons.statistics` gives by experiment, and for all networks as one group.

    Returns
    -------
    pandas.DataFrame
        Columns of `statistics`; the last rows have neither archive nor experiment.
    """
    # Columns that are missing are null.
    together = overall.reindex(columns=statistics.columns).astype(statistics.dtypes.to_dict())
    return pd.concat([statistics, together], ignore_index=True)


def write_comparisons(reproduced: Reproducibility, folder: Path) -> tuple[str, ...]:
    """Write the tables that compare experiments; return the names of the files."""
    tables = {
        "reproducibility.csv": reproduced.pairs,
        "replicated_structures.csv": reproduced.structures,
        "shared_starts.csv": reproduced.starts,
        "training_noise.csv": reproduced.noise,
    }
    for name, table in tables.items():
        write_frame(table, folder / name)
    return tuple(tables)


def write_distances(commons: Commons, metric: Metric, out: Path) -> pd.DataFrame:
    """Write the long table as one file and return what the page tells of it.

    Of more than `MOST_PAIRS` pairs nothing is written, and the table returned is empty.
    """
    pairs = pair_count(commons)
    digests: list[pd.DataFrame] = []
    if pairs > MOST_PAIRS:
        return distance_overview([distance_digest(DISTANCES.empty())])

    def pieces() -> Iterator[pd.DataFrame]:
        for piece in _batches(distances(commons, metric=metric), pairs):
            digests.append(distance_digest(piece))
            yield piece

    write_pieces(pieces(), DISTANCES, out)
    return distance_overview(digests)


def _batches(lazy: dd.DataFrame, pairs: int) -> Iterator[pd.DataFrame]:
    size = lazy.npartitions if pairs <= _PAIRS_HELD else _BATCH
    for first in range(0, lazy.npartitions, size):
        yield lazy.partitions[first : first + size].compute()
