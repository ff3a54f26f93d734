"""Distances between genomes position by position: symbol matrices in, distances out.

Symbols are categories: two are the same or they are not.
Of genomes of unequal length each position that only the longer one has differs.
SciPy compares; here the metrics get their names and pairs are cut into pieces.
A distance grows with difference. No Dask, no files.
"""

from __future__ import annotations

import difflib
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from vinarch.errors import ParameterError
from vinarch.genome.sequences import sequence_lengths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vinarch.genome.sequences import Symbols

    _FromCounts = Callable[
        [npt.NDArray[np.float64], npt.NDArray[np.int64]], npt.NDArray[np.float64]
    ]

Metric = Literal["cityblock", "euclidean", "hamming"]

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"cityblock": "symbols", "euclidean": "√symbols", "hamming": "share of positions"}
)
"""The metrics and the unit of each."""

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cityblock": "city-block distance",
        "euclidean": "Euclidean distance",
        "hamming": "Hamming distance",
    }
)
"""What each metric is called in a sentence."""

_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "manhattan": "cityblock",
        "taxicab": "cityblock",
        "l1": "cityblock",
        "l2": "euclidean",
    }
)
"""Names that other libraries use for the same metric."""


def check_metric(metric: str) -> None:
    """Refuse a metric that is not one of `UNITS`.

    Raises
    ------
    ParameterError
        The message names the metrics there are, and the one that was probably meant.

    Examples
    --------
    >>> check_metric("manhattan")
    Traceback (most recent call last):
    vinarch.errors.ParameterError: metric: expected one of cityblock, euclidean, hamming, got
    'manhattan'. Did you mean 'cityblock'?
    """
    if metric in tuple(UNITS):
        return
    asked = str(metric).lower()
    near = difflib.get_close_matches(asked, [*UNITS, *_OTHER_NAMES], n=1)
    units = ", ".join(f"{name} ({unit})" for name, unit in UNITS.items())
    raise ParameterError(
        "metric",
        "one of " + ", ".join(UNITS),
        repr(metric),
        f"Did you mean {_OTHER_NAMES.get(near[0], near[0])!r}?"
        if near
        else f"Choose by the unit: {units}.",
    )


def cross_distances(rows: Symbols, others: Symbols, metric: Metric) -> npt.NDArray[np.float64]:
    """Return the distance of each of `rows` to each of `others`.

    Parameters
    ----------
    rows : ndarray of integers, shape (n, L)
        As `vinarch.genome.symbol_matrix` gives them: symbols from 0 on, past an end less than 0.
    others : ndarray of integers, shape (m, L)
    metric : {"cityblock", "euclidean", "hamming"}
        City block counts the positions that differ, Euclidean is its root, Hamming its share of
        the longer genome's positions (0 for two genomes without any).

    Returns
    -------
    ndarray of float64, shape (n, m)
        Entry (i, j) is the distance between row i and other j.

    Examples
    --------
    >>> import numpy as np
    >>> cross_distances(np.array([[1, 0, 1]]), np.array([[0, 0, 1], [0, 1, 0]]), "cityblock")
    array([[1., 3.]])

    The last of four positions is past the other's end:

    >>> from vinarch.genome import symbol_matrix
    >>> symbols = symbol_matrix(["cak", "cmkk"])
    >>> cross_distances(symbols[:1], symbols[1:], "hamming")
    array([[0.5]])
    """
    check_metric(metric)
    longer = np.maximum.outer(sequence_lengths(rows), sequence_lengths(others))
    return _FROM_COUNTS[metric](_differing(rows, others, longer), longer)


def _differing(
    rows: Symbols, others: Symbols, longer: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return in how many positions genomes differ, as whole numbers."""
    positions = rows.shape[1]
    if not longer.size or not positions:
        return np.zeros(longer.shape)
    # The two fillings differ from each other and from every symbol, so that each position past
    # an end differs; those past both ends are taken off again.
    one = np.where(rows >= 0, rows, -1).astype(np.float64)
    other = np.where(others >= 0, others, -2).astype(np.float64)
    counts = np.rint(cdist(one, other, metric="hamming") * positions)
    differing: npt.NDArray[np.float64] = counts - (positions - longer)
    return differing


def _share(
    counts: npt.NDArray[np.float64], longer: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    return counts / np.maximum(longer, 1)


_FROM_COUNTS: Final[Mapping[str, _FromCounts]] = MappingProxyType(
    {
        "cityblock": lambda counts, _: counts,
        "euclidean": lambda counts, _: np.sqrt(counts),
        "hamming": _share,
    }
)
"""What each metric makes of the positions that differ and of the longer genome's length."""


def row_ranges(rows: int, pieces: int) -> list[tuple[int, int]]:
    """Cut the pairs i < j of `rows` rows into ranges of i that hold about equally many pairs.

    Parameters
    ----------
    rows : int
        Number of rows n; there are n(n-1)/2 pairs.
    pieces : int
        How many ranges to make; some may be empty.

    Returns
    -------
    list of (start, stop)
        `pieces` ranges that follow each other from 0 to n.

    Examples
    --------
    Of five rows the first has four pairs, the second three, and so on:

    >>> row_ranges(5, 2)
    [(0, 1), (1, 5)]
    """
    pairs_before = np.concatenate([[0], np.cumsum(np.arange(rows - 1, -1, -1))])
    targets = np.arange(1, pieces) * pairs_before[-1] / pieces
    cuts = np.searchsorted(pairs_before, targets, side="right") - 1
    bounds = [0, *cuts.tolist(), rows]
    return list(pairwise(bounds))


def pair_indices(start: int, stop: int, rows: int) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the pairs (i, j), i < j, with i in ``range(start, stop)``, in ascending order.

    Examples
    --------
    >>> [array.tolist() for array in pair_indices(1, 3, 4)]
    [[1, 1, 2], [2, 3, 3]]
    """
    mine = np.arange(start, stop, dtype=np.int64)
    repeats = rows - 1 - mine
    first = np.repeat(mine, repeats)
    begins = np.repeat(np.cumsum(repeats) - repeats, repeats)
    return first, np.arange(len(first), dtype=np.int64) - begins + first + 1
