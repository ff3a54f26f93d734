"""What the graphs of all spaces but the macro space are made of: nodes, edges, columns.

A graph in, the same graph with more in it; knows no search space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Hashable

INPUT, OPERATION, SUM, OUTPUT = "input", "operation", "sum", "output"
"""Kinds of nodes."""


def add_node(
    network: nx.DiGraph[Any], node: Hashable, kind: str, operation: str, position: int | None = None
) -> None:
    """Add a node: its kind, the text to write into it, the position of its symbol."""
    network.add_node(node, kind=kind, operation=operation, position=position)


def add_edge(
    network: nx.DiGraph[Any],
    source: Hashable,
    target: Hashable,
    position: int | None = None,
    operation: str = "",
) -> None:
    """Add an edge: the position of its symbol, and its operation if it has one."""
    kind = "flow" if position is None else "connection"
    network.add_edge(source, target, kind=kind, operation=operation, position=position)


def add_ranks(network: nx.DiGraph[Any]) -> nx.DiGraph[Any]:
    """Give each node its column, the edges of the longest path to it from an input.

    An output that nothing reaches stands in the column after its input.
    """
    for node in nx.topological_sort(network):
        least = 1 if network.nodes[node]["kind"] == OUTPUT else 0
        before = (network.nodes[other]["rank"] + 1 for other in network.predecessors(node))
        network.nodes[node]["rank"] = max(least, *before, 0)
    return network
