"""Which rows no other row dominates, in which front each is, and how crowded they lie.

Objective vectors in, one value a row out.
NumPy only: no names of objectives, no frames; what is to be minimised must be told.

Rows that are equal in all objectives do not dominate each other: they are in the same front, and
each has the crowding distance of one such row.
NSGA-II's sorting defines it so, and pymoo, which runs in NSGA-Net, also skips gaps of zero when it
looks for neighbours.
Nothing is dropped here: searches drop duplicates by genome, before they train them.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Literal

import numpy as np

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

Direction = Literal["maximise", "minimise"]

_SIGNS = {"maximise": -1.0, "minimise": 1.0}

UNKNOWN = -1
"""Front of a row that is not compared."""


def non_dominated(
    objectives: npt.ArrayLike, directions: Sequence[Direction]
) -> npt.NDArray[np.bool_]:
    """Tell which rows no other row dominates.

    A row dominates another if it is nowhere worse and somewhere better.
    Equal rows do not dominate each other: all of them are on the front or none.

    Parameters
    ----------
    objectives : array-like, shape (n, m)
        One row a candidate. A row with NaN is not compared: it is not on the front.
    directions : sequence of {"maximise", "minimise"}, length m

    Returns
    -------
    array of bool, shape (n,)

    Raises
    ------
    ParameterError
        If the array has another shape, or a direction is neither.

    References
    ----------
    Deb, Multi-Objective Optimization using Evolutionary Algorithms, 2001, section 2.4.

    Examples
    --------
    Accuracy is to be high, MFLOPs low: the third row is worse than the first in both.

    >>> from vinarch.fronts import non_dominated
    >>> non_dominated([[98.5, 700], [97.0, 400], [96.0, 800]], ["maximise", "minimise"])
    array([ True,  True, False])
    """
    costs = _costs(objectives, directions)
    known = ~np.isnan(costs).any(axis=1)
    distinct, places = np.unique(costs[known], axis=0, return_inverse=True)
    best = np.zeros(len(distinct), dtype=np.bool_)
    left = np.arange(len(distinct))
    # Of sorted rows the first cannot be dominated by a later one, so each round finds one of the
    # front and drops all that it dominates.
    while len(left):
        first = left[0]
        best[first] = True
        left = left[(distinct[left] < distinct[first]).any(axis=1)]
    front = np.zeros(len(costs), dtype=np.bool_)
    front[known] = best[places.ravel()]
    return front


def front_numbers(
    objectives: npt.ArrayLike, directions: Sequence[Direction]
) -> npt.NDArray[np.int64]:
    """Sort rows into successive fronts: front 0, the front without it, and so on.

    Parameters
    ----------
    objectives : array-like, shape (n, m)
        One row a candidate. A row with NaN is not compared: its number is -1.
    directions : sequence of {"maximise", "minimise"}, length m

    Returns
    -------
    array of int, shape (n,)
        From 0; the rows that `non_dominated` marks have 0.

    Raises
    ------
    ParameterError
        If the array has another shape, or a direction is neither.

    Notes
    -----
    Rows are taken in ascending order, so that a row can only be dominated by an earlier one, and
    each joins the first front without such a row, found by bisection.
    For two objectives that takes n log n steps, for more at most n² comparisons.

    References
    ----------
    Deb, Pratap, Agarwal, Meyarivan, A fast and elitist multiobjective genetic algorithm: NSGA-II,
    IEEE Transactions on Evolutionary Computation 2002, section III.A, defines the fronts.
    Zhang, Tian, Cheng, Jin, An efficient approach to nondominated sorting for evolutionary
    multiobjective optimization, IEEE Transactions on Evolutionary Computation 2015, the order.

    Examples
    --------
    >>> from vinarch.fronts import front_numbers
    >>> networks = [[98.5, 700], [97.0, 400], [96.0, 800], [96.5, 750]]
    >>> front_numbers(networks, ["maximise", "minimise"])
    array([0, 0, 2, 1])
    """
    costs = _costs(objectives, directions)
    known = ~np.isnan(costs).any(axis=1)
    distinct, places = np.unique(costs[known], axis=0, return_inverse=True)
    numbers = np.full(len(costs), UNKNOWN, dtype=np.int64)
    sort = _sort_two if distinct.shape[1] == 2 else _sort_any  # noqa: PLR2004 - two objectives
    numbers[known] = sort(distinct)[places.ravel()]
    return numbers


def crowding_distance(
    objectives: npt.ArrayLike, directions: Sequence[Direction]
) -> npt.NDArray[np.float64]:
    """Tell how far the neighbours of each row lie apart along the front.

    The sum over the objectives of the gap between the two neighbours, as a share of the range.
    The ends of each objective are infinitely far, so that they are kept first.

    Parameters
    ----------
    objectives : array-like, shape (n, m)
        The rows of one front. Equal rows get the same distance, that of one such row. A row with
        NaN gets NaN.
    directions : sequence of {"maximise", "minimise"}, length m

    Returns
    -------
    array of float, shape (n,)
        In shares of a range, from 0 to m, or infinite.

    Raises
    ------
    ParameterError
        If the array has another shape, or a direction is neither.

    References
    ----------
    Deb, Pratap, Agarwal, Meyarivan, A fast and elitist multiobjective genetic algorithm: NSGA-II,
    IEEE Transactions on Evolutionary Computation 2002, section III.B.

    Examples
    --------
    >>> from vinarch.fronts import crowding_distance
    >>> crowding_distance([[1, 4], [2, 2], [5, 1]], ["minimise", "minimise"])
    array([inf,  2., inf])
    """
    costs = _costs(objectives, directions)
    known = ~np.isnan(costs).any(axis=1)
    distinct, places = np.unique(costs[known], axis=0, return_inverse=True)
    # A single vector is both ends of every objective.
    crowding = np.full(len(distinct), np.inf if len(distinct) == 1 else 0.0)
    for values in distinct.T:
        # The rows are sorted already, so a stable sort breaks ties by the other objectives.
        order = np.argsort(values, kind="stable")
        along = values[order]
        if len(distinct) > 1 and along[-1] > along[0]:
            crowding[order[[0, -1]]] = np.inf
            crowding[order[1:-1]] += (along[2:] - along[:-2]) / (along[-1] - along[0])
    distances = np.full(len(costs), np.nan)
    distances[known] = crowding[places.ravel()]
    return distances


def _sort_two(distinct: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Sort distinct pairs, which come in ascending order, into fronts."""
    # The lowest second objective of each front rises with its number: the row that dominates
    # the one of a front is in the front before it.
    lowest: list[float] = []
    numbers = np.empty(len(distinct), dtype=np.int64)
    for place, second in enumerate(distinct[:, 1].tolist()):
        number = bisect_right(lowest, second)
        lowest[number : number + 1] = [second]
        numbers[place] = number
    return numbers


def _sort_any(distinct: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Sort distinct rows, which come in ascending order, into fronts."""
    fronts: list[list[int]] = []
    numbers = np.empty(len(distinct), dtype=np.int64)
    for place, row in enumerate(distinct):
        low, high = 0, len(fronts)
        # Whoever is dominated from within a front is so from within every front before it.
        while low < high:
            middle = (low + high) // 2
            if (distinct[fronts[middle]] <= row).all(axis=1).any():
                low = middle + 1
            else:
                high = middle
        if low == len(fronts):
            fronts.append([])
        fronts[low].append(place)
        numbers[place] = low
    return numbers


def _costs(objectives: npt.ArrayLike, directions: Sequence[Direction]) -> npt.NDArray[np.float64]:
    values = np.asarray(objectives, dtype=np.float64)
    strange = [name for name in directions if name not in _SIGNS]
    if strange:
        raise ParameterError(
            "argument directions",
            " or ".join(map(repr, _SIGNS)),
            repr(strange[0]),
            "Name one for each objective.",
        )
    if values.ndim != 2 or values.shape[1] != len(directions):  # noqa: PLR2004 - rows and columns
        raise ParameterError(
            "argument objectives",
            f"rows of {len(directions)} numbers, one a direction",
            f"an array of shape {values.shape}",
            "Pass one row a candidate and one direction an objective.",
        )
    costs: npt.NDArray[np.float64] = values * np.array([_SIGNS[name] for name in directions])
    return costs
