"""Decode a NAS-Bench-201 cell: a genome in, a directed graph with operations on its edges out.

No drawing, no training, no tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from vinarch.decoding.parts import INPUT, OUTPUT, SUM, add_edge, add_node, add_ranks
from vinarch.genome.nasbench201 import EDGES_201

if TYPE_CHECKING:
    from vinarch.genome import Genome, NasBench201Space

_FIRST, _LAST = 0, 3


def decode_nasbench201(space: NasBench201Space, genome: Genome) -> nx.DiGraph[int]:
    """Return a cell as a graph: nodes 0 to 3, each the sum of its edges.

    Edges without operation and those on no path from input to output are left out, and nodes
    without edges; input and output stay.

    Parameters
    ----------
    space : NasBench201Space
    genome : Genome

    Returns
    -------
    networkx.DiGraph
        Attributes as `vinarch.decoding.decode` says.
    """
    network: nx.DiGraph[int] = nx.DiGraph()
    live = space.live_positions_of(genome)
    operations = space.operations_of(genome)
    for node in sorted({_FIRST, _LAST} | {end for at in live for end in EDGES_201[at]}):
        kind = {_FIRST: INPUT, _LAST: OUTPUT}.get(node, SUM)
        add_node(network, node, kind, kind)
    for at in live:
        add_edge(network, *EDGES_201[at], at, operations[at])
    return add_ranks(network)
