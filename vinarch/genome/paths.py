"""Which vertices of a cell do any work: edges in, the vertices between its two ends out.

Knows no search space; edges lead from a lower to a higher number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def on_paths(edges: Collection[tuple[int, int]], first: int, last: int) -> frozenset[int]:
    """Return the vertices on a path from the first to the last, both included.

    Parameters
    ----------
    edges : collection of (int, int)
        Source and target, the source lower.
    first, last : int
        The ends of the paths.

    Returns
    -------
    frozenset of int
        Empty if no path joins the ends.

    Examples
    --------
    Vertex 2 leads nowhere:

    >>> sorted(on_paths([(0, 1), (0, 2), (1, 3)], 0, 3))
    [0, 1, 3]
    """
    reached = {first}
    for source, target in sorted(edges):
        if source in reached:
            reached.add(target)
    reaching = {last}
    for source, target in sorted(edges, reverse=True):
        if target in reaching:
            reaching.add(source)
    return frozenset(reached & reaching)
