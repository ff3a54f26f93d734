"""Find the subsequences that pairs of genomes share: symbol matrix in, groups of rows out.

A run is maximal for a pair of genomes when both agree in it and disagree on either side of it
(or it ends where the genomes end).
Pairs are never compared: for each start and length the genomes are grouped by their symbols
there.
A group holds a pair for which the run is maximal exactly when its members show at least two
distinct symbols to the left and at least two to the right; at an end of the genomes only the
other side counts.

Why: take members a and b that differ on the left.
If they differ on the right too, they are the pair.
Otherwise some member c differs from both on the right, and on the left it differs from at least
one of a and b: that is the pair.

No Dask, no files, no accuracies.

References
----------
An et al., VINARCH, IEEE Cluster 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_LENGTH = 5
"""Shortest run that is kept by default: VINARCH keeps those longer than four."""


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
        Rows of the matrix, group after group, ascending within a group.
    offsets : ndarray of int64, shape (g + 1,)
        Group k is ``members[offsets[k]:offsets[k + 1]]``.
    """

    start_in_genome: int
    length: int
    members: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]

    def groups(self) -> Iterator[npt.NDArray[np.int64]]:
        """Yield the rows of each group."""
        yield from np.split(self.members, self.offsets[1:-1])


def shared_windows(
    symbols: npt.NDArray[np.uint8], min_length: int = MIN_LENGTH
) -> Iterator[SharedWindow]:
    """Yield every window that is a maximal run of at least one pair of rows.

    Parameters
    ----------
    symbols : ndarray of uint8, shape (n, L)
        Distinct genomes; entry (i, j) is the symbol of genome i at position j.
    min_length : int, default 5
        Shortest run to keep, in symbols.

    Yields
    ------
    SharedWindow
        In ascending order of start, then length; windows without a group are left out.

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
    ...     groups = [group.tolist() for group in window.groups()]
    ...     print(window.start_in_genome, window.length, groups)
    0 3 [[0, 1]]
    1 2 [[0, 1, 2]]
    1 3 [[1, 2]]
    """
    if min_length < 1:
        raise ParameterError("min_length", "a whole number from 1", str(min_length), "")
    total = symbols.shape[1]
    for start in range(total - min_length + 1):
        group_of = np.zeros(len(symbols), dtype=np.int64)
        rows = np.arange(len(symbols), dtype=np.int64)
        for stop in range(start + 1, total + 1):
            rows, group_of = _refine(symbols, rows, group_of, stop - 1)
            if not len(rows):
                break
            if stop - start >= min_length:
                window = _maximal_groups(symbols, rows, group_of, start, stop)
                if window is not None:
                    yield window


def _refine(
    symbols: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    group_of: npt.NDArray[np.int64],
    position: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Split each group by the symbol at one more position; rows left alone drop out for good."""
    alphabet = int(symbols.max(initial=0)) + 1
    keys = group_of * alphabet + symbols[rows, position]
    _, group_of, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    shared = sizes[group_of] > 1
    return rows[shared], group_of[shared]


def _maximal_groups(
    symbols: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    group_of: npt.NDArray[np.int64],
    start: int,
    stop: int,
) -> SharedWindow | None:
    keep = np.ones(int(group_of.max()) + 1, dtype=bool)
    if start > 0:
        keep &= _distinct_at_least_two(symbols[rows, start - 1], group_of, len(keep))
    if stop < symbols.shape[1]:
        keep &= _distinct_at_least_two(symbols[rows, stop], group_of, len(keep))
    chosen = keep[group_of]
    if not chosen.any():
        return None
    order = np.argsort(group_of[chosen], kind="stable")
    members = rows[chosen][order]
    _, sizes = np.unique(group_of[chosen], return_counts=True)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return SharedWindow(start, stop - start, members, offsets)


def _distinct_at_least_two(
    neighbours: npt.NDArray[np.uint8], group_of: npt.NDArray[np.int64], groups: int
) -> npt.NDArray[np.bool_]:
    lowest = np.full(groups, np.iinfo(np.uint8).max, dtype=np.uint8)
    highest = np.zeros(groups, dtype=np.uint8)
    np.minimum.at(lowest, group_of, neighbours)
    np.maximum.at(highest, group_of, neighbours)
    return lowest < highest
