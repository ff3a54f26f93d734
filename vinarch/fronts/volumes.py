"""How much of the space of objectives a set of rows dominates: the hypervolume.

Objective vectors, directions and a reference point in, one number out.
The volume is computed by moocore; knows no names of objectives and no frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import moocore
import numpy as np

from vinarch.errors import ParameterError
from vinarch.fronts.vectors import non_dominated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vinarch.fronts.vectors import Direction


def hypervolume(
    objectives: npt.ArrayLike, directions: Sequence[Direction], reference: npt.ArrayLike
) -> float:
    """Measure the space that rows dominate, up to a reference point.

    Parameters
    ----------
    objectives : array-like, shape (n, m)
        One row a candidate. A row with NaN is left out. A row that is not better than the
        reference in every objective adds nothing.
    directions : sequence of {"maximise", "minimise"}, length m
        At least one.
    reference : array-like, shape (m,)
        The point up to which volume counts, worse than what is to be compared. Volumes can be
        compared only where it is the same.

    Returns
    -------
    float
        In the product of the objectives' units; 0 without rows.

    Raises
    ------
    ParameterError
        If the arrays have other shapes, a direction is neither, or a number is infinite.

    References
    ----------
    Zitzler and Thiele, Multiobjective evolutionary algorithms: a comparative case study and the
    strength Pareto approach, IEEE Transactions on Evolutionary Computation 1999.

    Examples
    --------
    Accuracy is to be high, MFLOPs low, the reference is 90 % at 800 MFLOPs. The first row
    dominates 8 by 100, the second 4 by 300, of which 4 by 100 count once; the third lies beyond
    the reference.

    >>> from vinarch.fronts import hypervolume
    >>> networks = [[98.0, 700.0], [94.0, 500.0], [99.0, 900.0]]
    >>> hypervolume(networks, ["maximise", "minimise"], [90.0, 800.0])
    1600.0
    """
    point = _numbers(reference)
    if (
        point is None
        or not len(directions)
        or point.shape != (len(directions),)
        or not np.isfinite(point).all()
    ):
        raise ParameterError(
            "hypervolume(reference=…)",
            f"{len(directions) or 'some'} finite numbers, one a direction",
            repr(reference if point is None else point.tolist()),
            "Name the worst value of each objective that still counts.",
        )
    values = _numbers(objectives)
    if values is None:
        raise ParameterError(
            "hypervolume(objectives)",
            f"rows of {len(directions)} numbers, one a direction",
            repr(objectives)[:80],
            "Pass one row a candidate and one number an objective.",
        )
    best = non_dominated(values, directions)
    if np.isinf(values).any():
        raise ParameterError(
            "hypervolume(objectives)",
            "finite numbers, or NaN where one is unknown",
            f"infinite ones in {int(np.isinf(values).any(axis=1).sum())} of {len(values)} rows",
            "Leave these rows out, or mend them.",
        )
    if not best.any():
        return 0.0
    # moocore itself leaves out what is not better than the reference in every objective.
    up = [direction == "maximise" for direction in directions]
    return float(moocore.hypervolume(values[best], ref=point, maximise=up))


def _numbers(given: npt.ArrayLike) -> npt.NDArray[np.float64] | None:
    """Return an array, None of what is none or has no numbers."""
    try:
        return np.asarray(given, dtype=np.float64)
    except (ValueError, TypeError):
        return None
