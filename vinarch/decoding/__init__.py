"""Decode a genome into the network that it stands for: a genome in, a directed graph out.

One module a search space; no drawing, no training, no tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.decoding.layers import decode_layers
from vinarch.decoding.macro import LINEAR, Node, connections, decode_macro
from vinarch.decoding.micro import decode_micro
from vinarch.decoding.nasbench101 import decode_nasbench101
from vinarch.decoding.nasbench201 import decode_nasbench201
from vinarch.errors import GenomeError
from vinarch.genome import (
    LayerSpace,
    MacroSpace,
    MicroSpace,
    NasBench101Space,
    NasBench201Space,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx

    from vinarch.genome import Genome, SearchSpace

__all__ = ["LINEAR", "Node", "connections", "decode"]

_DECODERS: dict[type[SearchSpace], Callable[[Any, Genome], nx.DiGraph[Any]]] = {
    MacroSpace: decode_macro,
    MicroSpace: decode_micro,
    NasBench101Space: decode_nasbench101,
    NasBench201Space: decode_nasbench201,
    LayerSpace: decode_layers,
}


def decode(genome: Genome) -> nx.DiGraph[Any]:
    """Return the network of a genome as a directed graph, without the parts that do nothing.

    Parameters
    ----------
    genome : Genome
        Of any search space.

    Returns
    -------
    networkx.DiGraph
        A genome of the NSGA-Net macro space gives nodes (phase from 1, place), with
        `vinarch.decoding.LINEAR` at the end; nodes have the attributes ``phase`` (int, 0 for the
        linear node) and ``kind`` (``input``, ``node``, ``output``, ``pool``, ``linear``), edges
        ``kind`` (``connection``, ``skip``, ``repair``, and ``flow`` from the output on) and
        ``bit`` (position in the flattened genome of the bit that makes the edge, None where no
        bit does).

        In every other space each node has the attributes ``kind`` (``input``, ``operation``,
        ``sum``, ``output``), ``operation`` (text to write into it), ``rank`` (the column in which
        it stands: edges of the longest path to it from an input) and ``position`` (of the symbol
        that makes it in the flattened genome, or None). Each edge has ``kind`` (``connection``,
        or ``flow`` where no symbol makes it), ``operation`` (of NAS-Bench-201, ``""`` elsewhere)
        and ``position``, as a node's. Every node has each attribute, and every edge.

    Raises
    ------
    GenomeError
        If there is no decoder for the genome's search space.

    See Also
    --------
    vinarch.genome.SearchSpace.canonical_form : equal for isomorphic networks.

    Examples
    --------
    One phase of three nodes, where only node 1 feeds node 2; node 3 is left out:

    >>> from vinarch.genome import search_space
    >>> network = decode(search_space("nsga-net-macro-1x3").parse("[[1, 0, 0, 1]]"))
    >>> [f"{a[1]}→{b[1]}" for a, b in network.edges]
    ['0→1', '0→4', '1→2', '2→4', '4→pool', 'pool→linear']

    Bit 0 makes a connection and bit 3 the skip; the decoder adds the others:

    >>> [(edge["kind"], edge["bit"]) for _, _, edge in network.edges(data=True)][:4]
    [('repair', None), ('skip', 3), ('connection', 0), ('repair', None)]

    A NAS-Bench-101 cell of one convolution beside a skip:

    >>> cell = decode(search_space("nas-bench-101").from_flat("c111"))
    >>> [(node["operation"], node["rank"], node["position"]) for _, node in cell.nodes(data=True)]
    [('input', 0, None), ('conv3x3-bn-relu', 1, 0), ('output', 2, None)]
    >>> [(a, b, edge["position"]) for a, b, edge in cell.edges(data=True)]
    [(0, 1, 1), (0, 2, 2), (1, 2, 3)]
    """
    decoder = _DECODERS.get(type(genome.space))
    if decoder is None:
        raise GenomeError(
            "decode",
            f"a genome of {', '.join(kind.__name__ for kind in _DECODERS)}",
            type(genome.space).__name__,
            "docs/reference/search-spaces.md lists them.",
        )
    return decoder(genome.space, genome)
