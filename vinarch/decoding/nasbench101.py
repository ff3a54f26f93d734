"""Decode a NAS-Bench-101 cell: a genome in, a directed graph out.

No drawing, no training, no tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from vinarch.decoding.parts import INPUT, OPERATION, OUTPUT, add_edge, add_node, add_ranks

if TYPE_CHECKING:
    from vinarch.genome import Genome, NasBench101Space


def decode_nasbench101(space: NasBench101Space, genome: Genome) -> nx.DiGraph[int]:
    """Return a cell as a graph: its vertices by number, those on no path to the output left out.

    Parameters
    ----------
    space : NasBench101Space
    genome : Genome

    Returns
    -------
    networkx.DiGraph
        Attributes as `vinarch.decoding.decode` says.
    """
    network: nx.DiGraph[int] = nx.DiGraph()
    edges = space.live_edges_of(genome)
    operations = space.operations_of(genome)
    kinds = (INPUT, *(OPERATION for _ in operations[1:-1]), OUTPUT)
    for vertex in sorted({end for edge in edges for end in (edge.source, edge.target)}):
        at = space.operation_position(genome, vertex)
        add_node(network, vertex, kinds[vertex], operations[vertex], at)
    for edge in edges:
        add_edge(network, edge.source, edge.target, edge.position)
    return add_ranks(network)
