"""Step functions: values that hold from one budget to the next.

NumPy arrays in, numbers and arrays out; knows no search and no frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinarch.fronts import hypervolume

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vinarch.fronts import Direction

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Steps:
    """A value that holds from its budget to the next, and is unknown before the first."""

    budget: Floats
    """Ascending, shape (n,), n at least 1; of equal ones the last counts."""
    value: Floats
    """Shape (n,); NaN at the beginning where nothing is known yet."""

    @property
    def start(self) -> float:
        """Return the first budget with a value, infinite without one."""
        known = ~np.isnan(self.value)
        return float(self.budget[known.argmax()]) if known.any() else float("inf")

    @property
    def end(self) -> float:
        """Return the last budget: beyond it nothing is said."""
        return float(self.budget[-1])

    @property
    def final(self) -> float:
        """Return the last value."""
        return float(self.value[-1])

    def at(self, budgets: npt.ArrayLike) -> Floats:
        """Return the values at budgets; NaN before the first and beyond the last.

        Examples
        --------
        >>> import numpy as np
        >>> Steps(np.array([2.0, 5.0]), np.array([70.0, 80.0])).at([1, 2, 4, 5, 6])
        array([nan, 70., 70., 80., nan])
        """
        wanted = np.asarray(budgets, dtype=np.float64)
        place = np.searchsorted(self.budget, wanted, side="right") - 1
        there = (place >= 0) & (wanted <= self.end)
        return np.where(there, self.value[np.maximum(place, 0)], np.nan)

    def mean_height(self, start: float, stop: float) -> float:
        """Return the area between two budgets over their distance; NaN where there is none.

        Examples
        --------
        Height 70 over three quarters, 80 over the rest:

        >>> import numpy as np
        >>> Steps(np.array([2.0, 5.0, 9.0]), np.array([70.0, 80.0, 99.0])).mean_height(2, 6)
        72.5
        """
        if not stop > start:
            return float("nan")
        inside = self.budget[(self.budget > start) & (self.budget < stop)]
        edges = np.concatenate([[start], inside, [stop]])
        return float(np.sum(np.diff(edges) * self.at(edges[:-1])) / (stop - start))

    def reaching(self, level: float) -> float:
        """Return the first budget at which a value is no lower than a level; NaN if none is."""
        there = self.value >= level
        return float(self.budget[there.argmax()]) if there.any() else float("nan")


def highest_so_far(values: Floats) -> Floats:
    """Return the highest of the values up to each; NaN is passed over.

    Examples
    --------
    >>> import numpy as np
    >>> highest_so_far(np.array([np.nan, 70.0, 60.0, np.nan, 80.0]))
    array([nan, 70., 70., 70., 80.])
    """
    # `fmax` prefers a number to NaN.
    highest: Floats = np.fmax.accumulate(values)
    return highest


def volume_so_far(
    rows: Floats, directions: Sequence[Direction], reference: Sequence[float]
) -> Floats:
    """Return the hypervolume of the rows up to each, shape (n,); 0 before the first that counts.

    It is computed anew only where a row joins the front.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[60.0, 4.0], [55.0, 4.5], [70.0, np.nan], [70.0, 4.5]])
    >>> volume_so_far(rows, ["maximise", "minimise"], [50.0, 5.0])
    array([10., 10., 10., 15.])
    """
    signs = np.array([-1.0 if direction == "maximise" else 1.0 for direction in directions])
    costs, end = rows * signs, np.asarray(reference, dtype=np.float64) * signs
    # A comparison with NaN is false, so that an unknown row never counts.
    counts = (costs < end).all(axis=1)
    front = np.empty((0, len(signs)))
    volume = np.zeros(len(rows))
    for place, row in enumerate(costs):
        volume[place] = volume[place - 1] if place else 0.0
        if counts[place] and not (front <= row).all(axis=1).any():
            front = np.vstack([front[~(row <= front).all(axis=1)], row])
            volume[place] = hypervolume(front * signs, directions, reference)
    return volume
