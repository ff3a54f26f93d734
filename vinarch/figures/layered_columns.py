"""The columns of a layered network: the nodes and passing edges of each, and their heights.

Nodes and edges enter, places in columns and their heights leave; knows no widths and draws nothing.
An edge over several columns keeps a place of its own in each, so that it runs past their nodes;
the places of a column are drawn towards what they are joined to (barycentres), as in Sugiyama's
method.

References
----------
Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures",
IEEE Transactions on Systems, Man, and Cybernetics, 1981.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from vinarch.figures.curve_labels import apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.figures.layered_rows import Edge, Node

Place = tuple[int, int]
"""A node (number, -1), or where an edge passes a column (index of the edge, rank)."""

_SWEEPS = 12
_FAR = 1e6


def columns_of(
    nodes: Mapping[int, Node], edges: Mapping[int, Edge]
) -> tuple[tuple[Place, ...], ...]:
    """Return the places of each column: its nodes, and the edges that pass it."""
    count = max(node.rank for node in nodes.values()) + 1
    columns: list[list[Place]] = [[] for _ in range(count)]
    for number, node in nodes.items():
        columns[node.rank].append((number, -1))
    for at, edge in edges.items():
        for rank in range(nodes[edge.source].rank + 1, nodes[edge.target].rank):
            columns[rank].append((at, rank))
    return tuple(map(tuple, columns))


def heights_of(
    columns: Sequence[Sequence[Place]],
    nodes: Mapping[int, Node],
    edges: Mapping[int, Edge],
    step: float,
) -> dict[Place, float]:
    """Return the height of each place about 0; two of a column are at least `step` apart."""
    before: dict[Place, list[Place]] = {place: [] for column in columns for place in column}
    after: dict[Place, list[Place]] = {place: [] for column in columns for place in column}
    for at, edge in edges.items():
        ranks = range(nodes[edge.source].rank + 1, nodes[edge.target].rank)
        chain: list[Place] = [
            (edge.source, -1),
            *((at, rank) for rank in ranks),
            (edge.target, -1),
        ]
        for one, other in pairwise(chain):
            after[one].append(other)
            before[other].append(one)
    heights = {
        place: (row - (len(column) - 1) / 2) * step
        for column in columns
        for row, place in enumerate(column)
    }
    for _ in range(_SWEEPS):
        for beside, order in ((after, columns[::-1]), (before, columns)):
            for column in order:
                wanted = [
                    float(np.mean([heights[one] for one in beside[place] or [place]]))
                    for place in column
                ]
                # Barycentres that are equal but for rounding keep the order of the column.
                rounded = [round(height, 6) for height in wanted]
                heights |= zip(column, apart(rounded, step, -_FAR, _FAR), strict=True)
    return heights
