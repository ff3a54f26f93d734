"""How many points of the scatter coincide, and the lightness that says so.

Lengths and accuracies in, counts and classes out; nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

REACH_SHARE = 0.01
"""Points of one length coincide up to this share of the range of accuracies.

At print size it is about the radius of the smallest point, so that such points hide each other.
"""


@dataclass(frozen=True)
class DensityClass:
    """So many points on a spot, and the colour that shows it."""

    lowest: int
    label: str
    colour: str


DENSITY_CLASSES = (
    DensityClass(1, "1", "#f4f6fa"),
    DensityClass(2, "2\N{EN DASH}4", "#b3c3dc"),
    DensityClass(5, "5\N{EN DASH}9", "#7089b5"),
    DensityClass(10, "10\N{EN DASH}49", "#34466f"),
    DensityClass(50, "≥ 50", "#060b18"),
)
"""From light to dark, in steps of lightness that survive greyscale."""


@dataclass(frozen=True)
class Density:
    """How many points coincide with each, itself included, and how near they have to be."""

    counts: NDArray[np.int64]
    reach: float

    @classmethod
    def of(cls, points: pd.DataFrame) -> Density:
        """Count, for each row, the rows of its length whose accuracy is within reach.

        Examples
        --------
        >>> import pandas as pd
        >>> from vinarch.figures.scatter_density import Density
        >>> points = pd.DataFrame(
        ...     {"length": [5, 5, 5, 6], "mean_val_accuracy_percent": [80.0, 80.1, 90.0, 80.0]}
        ... )
        >>> Density.of(points).counts.tolist()
        [2, 2, 1, 1]
        """
        accuracy = points["mean_val_accuracy_percent"].to_numpy(dtype=np.float64)
        lengths = points["length"].to_numpy()
        reach = REACH_SHARE * float(np.ptp(accuracy))
        counts = np.empty(len(points), dtype=np.int64)
        for length in np.unique(lengths):
            mine = np.flatnonzero(lengths == length)
            sorted_here = np.sort(accuracy[mine])
            above = np.searchsorted(sorted_here, accuracy[mine] + reach, side="right")
            below = np.searchsorted(sorted_here, accuracy[mine] - reach, side="left")
            counts[mine] = above - below
        return cls(counts, reach)


def class_of(count: int) -> DensityClass:
    """Return the class that so many points on a spot belong to."""
    return next(one for one in reversed(DENSITY_CLASSES) if count >= one.lowest)


def classes_of(counts: pd.Series) -> list[DensityClass]:
    """Return the classes that occur, from light to dark, the last only as far as counts go."""
    highest = int(counts.max())
    lowest = {class_of(int(count)).lowest for count in counts.unique()}
    found = [one for one in DENSITY_CLASSES if one.lowest in lowest]
    last = found[-1]
    dash = "\N{EN DASH}" if highest > last.lowest else ""
    label = f"{last.lowest}{dash}{highest if dash else ''}"
    return [*found[:-1], replace(last, label=label)]
