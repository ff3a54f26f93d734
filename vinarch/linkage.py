"""The tree that joins near things first: a square of distances in, leaves and joins out.

SciPy does the clustering; here the answer gets places, so that a drawing need only draw lines.
No drawing, no tables.

References
----------
Bar-Joseph, Gifford, Jaakkola, "Fast optimal leaf ordering for hierarchical clustering",
Bioinformatics 2001.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

Linkage = Literal["average", "single", "complete"]

LINKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "average": "the mean of all distances between them",
        "single": "the least distance between them",
        "complete": "the greatest distance between them",
    }
)
"""The linkages, and what each takes for the distance of two groups."""


@dataclass(frozen=True)
class Join:
    """Two groups of leaves become one at a distance.

    Rows count from 0 at the first leaf; a group stands in the middle of its two parts.
    """

    distance: float
    first_row: float
    first_distance: float
    second_row: float
    second_distance: float


@dataclass(frozen=True)
class Tree:
    """Leaves in an order that sets near ones side by side, and their joins by rising distance."""

    linkage: Linkage
    leaves: tuple[Any, ...]
    joins: tuple[Join, ...]


def join_nearest(
    distances: npt.NDArray[np.float64], leaves: Sequence[Any], linkage: Linkage = "average"
) -> Tree:
    """Join leaves, the nearest first, until one tree is left.

    The leaves are ordered so that the sum of distances of neighbours is the least that the tree
    allows. Ties are settled by the order that the leaves come in.

    Parameters
    ----------
    distances : ndarray of float64, shape (n, n)
        Symmetric, 0 on the diagonal.
    leaves : sequence, length n
        What stands at each row.
    linkage : {"average", "single", "complete"}
        What the distance of two groups is: one of `LINKAGES`.

    Returns
    -------
    Tree

    Examples
    --------
    >>> import numpy as np
    >>> places = np.array([0.0, 9.0, 1.0])
    >>> tree = join_nearest(np.abs(places[:, None] - places), ["a", "b", "c"])
    >>> tree.leaves, [join.distance for join in tree.joins]
    (('b', 'c', 'a'), [1.0, 8.5])
    """
    count = len(leaves)
    if count == 1:
        return Tree(linkage, tuple(leaves), ())
    condensed = squareform(distances, checks=False)
    merges = hierarchy.optimal_leaf_ordering(
        hierarchy.linkage(condensed, method=linkage), condensed
    )
    order = [int(leaf) for leaf in hierarchy.leaves_list(merges)]
    rows = [0.0] * count
    for row, leaf in enumerate(order):
        rows[leaf] = float(row)
    heights = [0.0] * count
    joins = []
    for one, other, height, _ in merges:
        first, second = sorted((int(one), int(other)), key=rows.__getitem__)
        joins.append(
            Join(float(height), rows[first], heights[first], rows[second], heights[second])
        )
        rows.append((rows[first] + rows[second]) / 2)
        heights.append(float(height))
    return Tree(linkage, tuple(leaves[leaf] for leaf in order), tuple(joins))
