"""Find the subsequences that pairs of genomes share: symbol matrix in, groups of rows out.

A run is maximal for a pair of genomes when both agree in it and disagree on either side of it
(or it ends where the genomes end).
Pairs are never compared: for each start and length the genomes are grouped by their symbols
there.
For each start the genomes are sorted by their symbols from there on, so that every group is a
range of neighbours, and neighbours say by how many symbols they agree which groups there are.
A group holds a pair for which the run is maximal exactly when its members show at least two
distinct symbols to the left and at least two to the right; at an end of the matrix only the
other side counts.

Why: take members a and b that differ on the left.
If they differ on the right too, they are the pair.
Otherwise some member c differs from both on the right, and on the left it differs from at least
one of a and b: that is the pair.

The same holds for genomes of unequal length, since what stands past an end differs from every
other symbol and from every other end: no run reaches past an end, and a member that ends where a
run does differs there from all others.

No Dask, no files, no accuracies.

References
----------
An et al., VINARCH, IEEE Cluster 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.genome.sequences import Symbols

MIN_LENGTH = 5
"""Shortest run that is kept by default: VINARCH keeps those longer than four."""


MIN_SHARERS = 2
"""Genomes that share a run: a pair at least."""


@dataclass(frozen=True)
class SharedWindow:
    """The groups of one window: one start and length, any number of distinct symbol runs.

    Attributes
    ----------
    start_in_genome : int
        First position of the window, from 0.
    length : int
        Positions in the window.
    members : ndarray of int64, shape (m,)
        Rows of the matrix, group after group; within a group sorted by what follows.
    offsets : ndarray of int64, shape (g + 1,)
        Group k is ``members[offsets[k]:offsets[k + 1]]``.
    """

    start_in_genome: int
    length: int
    members: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]

    def groups(self) -> Iterator[npt.NDArray[np.int64]]:
        """Yield the rows of each group."""
        for first, stop in pairwise(self.offsets.tolist()):
            yield self.members[first:stop]


def shared_windows(symbols: Symbols, min_length: int = MIN_LENGTH) -> Iterator[SharedWindow]:
    """Yield every window that is a maximal run of at least one pair of rows.

    Parameters
    ----------
    symbols : ndarray of integers, shape (n, L)
        Distinct genomes of any alphabet, as `vinarch.genome.symbol_matrix` gives them; entry
        (i, j) is the symbol of genome i at position j, past its end a number that occurs in no
        other row.
    min_length : int, default 5
        Shortest run to keep, in symbols.

    Yields
    ------
    SharedWindow
        In descending order of start, then ascending order of length; windows without a group are
        left out.

    Raises
    ------
    ParameterError
        If `min_length` is below 1.

    Examples
    --------
    Rows 0 and 1 agree in positions 0-2 and differ in position 3; row 2 agrees with neither
    in position 0::

        0  1 0 1 0
        1  1 0 1 1
        2  0 0 1 1

    >>> import numpy as np
    >>> rows = np.array([[1, 0, 1, 0], [1, 0, 1, 1], [0, 0, 1, 1]], dtype=np.uint8)
    >>> for window in shared_windows(rows, min_length=2):
    ...     groups = [sorted(group.tolist()) for group in window.groups()]
    ...     print(window.start_in_genome, window.length, groups)
    1 2 [[0, 1, 2]]
    1 3 [[1, 2]]
    0 3 [[0, 1]]

    A genome that ends matches up to there:

    >>> from vinarch.genome import symbol_matrix
    >>> for window in shared_windows(symbol_matrix(["cak", "ca", "cakk"]), min_length=2):
    ...     groups = [sorted(group.tolist()) for group in window.groups()]
    ...     print(window.start_in_genome, window.length, groups)
    0 2 [[0, 1, 2]]
    0 3 [[0, 2]]
    """
    if min_length < 1:
        raise ParameterError(
            "min_length", "a whole number from 1", str(min_length), "VINARCH keeps 5 and more."
        )
    rows, total = symbols.shape
    order = np.arange(rows, dtype=np.int64)
    for start in range(total - 1, -1, -1):
        # Sorted from the right, one stable step a position: the order of start + 1 refined.
        order = order[np.argsort(symbols[order, start], kind="stable")]
        if rows > 1 and total - start >= min_length:
            yield from _windows_at(symbols, order, start, min_length)


def _windows_at(
    symbols: Symbols, order: npt.NDArray[np.int64], start: int, min_length: int
) -> Iterator[SharedWindow]:
    agreed = _agreement(symbols[order, start:])
    for length in np.unique(agreed[agreed >= min_length]).tolist():
        order, agreed = _still_grouped(order, agreed, length)
        # A group ends where neighbours agree in fewer symbols. It shows two symbols to the right,
        # or reaches the end of the genomes, exactly where some of its neighbours agree in no more.
        firsts = np.concatenate([[0], np.flatnonzero(agreed < length) + 1])
        kept = np.logical_or.reduceat(np.append(agreed == length, False), firsts)
        if start > 0:
            left = symbols[order, start - 1]
            kept &= np.minimum.reduceat(left, firsts) < np.maximum.reduceat(left, firsts)
        if kept.any():
            sizes = np.diff(firsts, append=len(order))
            members, sizes = order[np.repeat(kept, sizes)], sizes[kept]
            yield SharedWindow(start, length, members, np.append(0, np.cumsum(sizes)))


def _still_grouped(
    order: npt.NDArray[np.int64], agreed: npt.NDArray[np.int64], length: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Drop the rows that agree with neither neighbour in `length` symbols: they never will."""
    grouped = agreed >= length
    kept = np.append(grouped, False)
    kept[1:] |= grouped
    places = np.flatnonzero(kept)
    # Where rows fell out between two others, these two belong to different groups.
    adjacent = np.diff(places) == 1
    return order[places], np.where(adjacent, agreed[places[:-1]], 0)


def _agreement(sorted_rows: Symbols) -> npt.NDArray[np.int64]:
    """Return in how many first symbols each row agrees with the next one."""
    differing = sorted_rows[:-1] != sorted_rows[1:]
    first: npt.NDArray[np.int64] = np.argmax(differing, axis=1)
    return np.where(differing.any(axis=1), first, sorted_rows.shape[1])


def is_maximal(
    genomes: Sequence[str], start: int, stop: int, span: tuple[int, int] | None = None
) -> bool:
    """Tell whether a run that genomes share is maximal for a pair of them.

    Parameters
    ----------
    genomes : sequence of str
        Flattened genomes that agree from `start` to before `stop`: all that hold the run.
    start, stop : int
        Where the run begins, from 0, and the first position after it.
    span : tuple of int, optional
        Start and stop of the part in which runs are looked for, such as a phase; else the whole.

    Examples
    --------
    >>> is_maximal(["1010", "1011"], 0, 3)
    True
    >>> is_maximal(["1010", "1011"], 0, 2)
    False
    >>> is_maximal(["1010", "1011"], 0, 2, span=(0, 2))
    True
    >>> is_maximal(["1010", "1011"], 1, 3, span=(0, 2))
    False
    """
    distinct = set(genomes)
    first, last = (0, None) if span is None else span
    if len(distinct) < MIN_SHARERS or start < first or (last is not None and stop > last):
        return False
    lefts = {genome[start - 1] for genome in distinct} if start > first else None
    rights = {_after(genome, stop) for genome in distinct} if stop != last else None
    return all(side is None or len(side) >= MIN_SHARERS for side in (lefts, rights))


def _after(genome: str, stop: int) -> tuple[str, ...]:
    # What stands past an end differs from all else: there the genome stands for itself.
    return (genome[stop],) if stop < len(genome) else ("end", genome)
