"""Decode a genome of the NSGA-Net macro space: a genome in, a directed graph out.

The repairs are those of NSGA-Net's decoder, which make a phase of any bits a connected network.
No drawing, no training, no tables.

References
----------
Lu et al., NSGA-Net, GECCO 2019; An et al., VINARCH, IEEE Cluster 2023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from vinarch.genome import Genome, MacroSpace

Node = tuple[int, int | str]
"""Phase (from 1) and place in it: 0 the input, 1 … n the nodes, n + 1 the output, ``"pool"``."""

_Edge = tuple[int, int, str, int | None]

LINEAR: Node = (0, "linear")
"""The classifier at the end, which belongs to no phase."""


def decode_macro(space: MacroSpace, genome: Genome) -> nx.DiGraph[Node]:
    """Return the network of a genome as a directed graph.

    In each phase a node with outputs but no inputs takes the phase's input, one with inputs but no
    outputs feeds its output, one with neither is left out; the skip bit joins input and output.
    A phase without connections is skipped whole.
    Each phase ends in a pooling node; the last one feeds the linear node.

    Parameters
    ----------
    space : MacroSpace
    genome : Genome

    Returns
    -------
    networkx.DiGraph
        Nodes are (phase from 1, place); `LINEAR` ends the network. Each node has the attributes
        ``phase`` (int, 0 for the linear node) and ``kind``: ``input``, ``node``, ``output``,
        ``pool`` or ``linear``. Each edge has the attributes ``kind``: ``connection``, ``skip``,
        ``repair`` or ``flow`` (from the output on), and ``bit``: the position in the flattened
        genome of the bit that makes it, None where no bit does.
    """
    network: nx.DiGraph[Node] = nx.DiGraph()
    last: Node | None = None
    for phase, (bits, nodes, first) in enumerate(
        zip(space.phases_of(genome), space.nodes, space.phase_starts, strict=True), start=1
    ):
        edges = _phase_edges(bits, nodes, first)
        if not edges:
            continue
        places = sorted({place for source, target, _, _ in edges for place in (source, target)})
        network.add_nodes_from(
            ((phase, place), {"phase": phase, "kind": _kind(place, nodes)}) for place in places
        )
        network.add_edges_from(
            ((phase, source), (phase, target), {"kind": kind, "bit": bit})
            for source, target, kind, bit in edges
        )
        pool: Node = (phase, "pool")
        network.add_node(pool, phase=phase, kind="pool")
        network.add_edge((phase, nodes + 1), pool, kind="flow", bit=None)
        if last is not None:
            network.add_edge(last, (phase, 0), kind="flow", bit=None)
        last = pool
    network.add_node(LINEAR, phase=0, kind="linear")
    if last is not None:
        network.add_edge(last, LINEAR, kind="flow", bit=None)
    return network


def connections(nodes: int) -> list[tuple[int, int]]:
    """Return the connections of a phase in the order of their bits, as (source, target).

    Examples
    --------
    >>> connections(3)
    [(1, 2), (1, 3), (2, 3)]
    """
    return [(source, target) for target in range(1, nodes + 1) for source in range(1, target)]


def _phase_edges(bits: tuple[int, ...], nodes: int, first: int) -> list[_Edge]:
    edges: list[_Edge] = [
        (*pair, "connection", position)
        for position, (pair, bit) in enumerate(
            zip(connections(nodes), bits, strict=False), start=first
        )
        if bit
    ]
    if not edges:
        return []
    sources = {source for source, _, _, _ in edges}
    targets = {target for _, target, _, _ in edges}
    edges += [(0, place, "repair", None) for place in sorted(sources - targets)]
    edges += [(place, nodes + 1, "repair", None) for place in sorted(targets - sources)]
    if bits[-1]:
        edges.append((0, nodes + 1, "skip", first + len(bits) - 1))
    # No two edges share both ends: only the skip bit and the decoder use input and output.
    return sorted(edges, key=lambda edge: edge[:2])


def _kind(place: int, nodes: int) -> str:
    return {0: "input", nodes + 1: "output"}.get(place, "node")
