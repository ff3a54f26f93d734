"""Decode a list of layers: a genome in, a chain as a directed graph out.

No drawing, no training, no tables.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx

from vinarch.decoding.parts import INPUT, OPERATION, OUTPUT, add_edge, add_node, add_ranks

if TYPE_CHECKING:
    from vinarch.genome import Genome, LayerSpace


def decode_layers(space: LayerSpace, genome: Genome) -> nx.DiGraph[int]:
    """Return a list of layers as a chain: 0 the input, 1 … n the layers, n + 1 the output.

    Parameters
    ----------
    space : LayerSpace
    genome : Genome

    Returns
    -------
    networkx.DiGraph
        Attributes as `vinarch.decoding.decode` says.
    """
    network: nx.DiGraph[int] = nx.DiGraph()
    meanings = space.meanings
    add_node(network, 0, INPUT, INPUT)
    for at, symbol in enumerate(genome.symbols):
        add_node(network, at + 1, OPERATION, meanings[symbol], at)
    add_node(network, len(genome.symbols) + 1, OUTPUT, OUTPUT)
    for source, target in pairwise(list(network)):
        add_edge(network, source, target)
    return add_ranks(network)
