"""Bring each training history into one partition: a lazy table in, a lazy table out.

Histories lie in order of network and epoch, so that only the first and the last network of a
partition can go on in another one.
Those are gathered, a few rows a partition; the partition that holds the first record of a network
then takes all its records, and the others leave theirs out.
No shuffle, no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dask.dataframe as dd
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

NETWORK = ["archive", "experiment", "architecture"]
"""The key of a network."""


def whole_networks(histories: dd.DataFrame, columns: list[str]) -> dd.DataFrame:
    """Return the same rows, partitioned so that no history is split.

    Parameters
    ----------
    histories : dask.dataframe.DataFrame
        The rows of a network stand together, whatever the borders of the partitions.
    columns : list of str
        Which columns, key and epoch among them.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy; as many partitions, some maybe empty.
    """
    records = histories[columns]
    meta = records._meta  # noqa: SLF001 - Dask has no public name for the frame without rows
    # All gathered rows are needed before the first partition can go on. As delayed tasks they are a
    # graph of their own, which reads each partition once more: shared, every partition would wait
    # in memory meanwhile.
    gathered = dd.from_delayed(
        records.map_partitions(_border_rows, meta=meta).to_delayed(), meta=meta, verify_meta=False
    )
    return records.map_partitions(
        _settle, gathered.repartition(npartitions=1), meta=meta, align_dataframes=False
    )


def network_starts(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return where each network of a table begins, its rows standing together."""
    if rows.empty:
        return np.zeros(0, dtype=np.int64)
    changes = np.zeros(len(rows), dtype=bool)
    changes[0] = True
    for name in NETWORK:
        column = rows[name]
        changes[1:] |= (column.iloc[1:].to_numpy() != column.iloc[:-1].to_numpy()).astype(bool)
    return np.flatnonzero(changes)


def _border_rows(rows: pd.DataFrame) -> pd.DataFrame:
    starts = network_starts(rows)
    if len(starts) <= 1:
        return rows
    # Two networks at most: those that the borders of this partition may cut. Taken, not sliced,
    # since a slice of Arrow text keeps the whole partition's.
    return rows.take(np.r_[: starts[1], starts[-1] : len(rows)])


def _settle(rows: pd.DataFrame, borders: pd.DataFrame) -> pd.DataFrame:
    starts = network_starts(rows)
    if not len(starts):
        return rows
    inner = rows.iloc[starts[1] : starts[-1]] if len(starts) > 1 else rows.iloc[:0]
    ends = [rows.iloc[: starts[1]] if len(starts) > 1 else rows]
    if len(starts) > 1:
        ends.append(rows.iloc[starts[-1] :])
    settled = [_own(end, borders) for end in ends]
    return pd.concat([settled[0], inner, *settled[1:]], ignore_index=True)


def _own(mine: pd.DataFrame, borders: pd.DataFrame) -> pd.DataFrame:
    """Return all records of the network that `mine` are of, none if another partition begins it."""
    same = np.ones(len(borders), dtype=bool)
    for name in NETWORK:
        same &= (borders[name] == mine[name].iloc[0]).to_numpy(dtype=bool)
    every = borders[same]
    return every if every["epoch"].min() == mine["epoch"].min() else mine.iloc[:0]
