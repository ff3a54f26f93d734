"""Decode a genome of the NSGA-Net micro space: a genome in, a graph of its two cells out.

No drawing, no training, no tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from vinarch.decoding.parts import INPUT, OPERATION, OUTPUT, SUM, add_edge, add_node, add_ranks
from vinarch.genome.micro import CELLS, operation_name

if TYPE_CHECKING:
    from vinarch.genome import Genome, MicroSpace
    from vinarch.genome.micro import Block

_OUTSIDE = ("cell k-2", "cell k-1")
"""The cells before cell k, which inputs 0 and 1 are."""

MicroNode = tuple[str, int | str, int]
"""Cell; number of the input or block as its blocks count it, or ``"output"``; 0 for the input,
the block's sum and the output, 1 and 2 for the block's operations."""


def decode_micro(space: MicroSpace, genome: Genome) -> nx.DiGraph[MicroNode]:
    """Return the normal and the reduction cell as two parts of one graph.

    A block is two operations and their sum; sums that no block takes feed the cell's output, which
    puts them side by side. A cell's input that no block takes is left out.

    Parameters
    ----------
    space : MicroSpace
    genome : Genome

    Returns
    -------
    networkx.DiGraph
        Attributes as `vinarch.decoding.decode` says; nodes have ``cell``, too, ``normal`` or
        ``reduction``. Inputs are named ``cell k-2`` and ``cell k-1``, seen from cell k.
    """
    network: nx.DiGraph[MicroNode] = nx.DiGraph()
    first = 0
    for cell, blocks in zip(CELLS, space.cells_of(genome), strict=True):
        _add_cell(network, cell, blocks, first)
        first += space.symbol_count // len(CELLS)
    for node, told in network.nodes(data=True):
        told["cell"] = node[0]
    return add_ranks(network)


def _add_cell(
    network: nx.DiGraph[MicroNode], cell: str, blocks: tuple[Block, ...], first: int
) -> None:
    """Add the nodes and edges of a cell whose symbols start at a position."""
    taken = {source for block in blocks for _, source in block}
    for outside, name in enumerate(_OUTSIDE):
        if outside in taken:
            add_node(network, (cell, outside, 0), INPUT, name)
    position = first
    for number, block in enumerate(blocks, start=len(_OUTSIDE)):
        add_node(network, (cell, number, 0), SUM, SUM)
        for place, (operation, source) in enumerate(block, start=1):
            one = (cell, number, place)
            add_node(network, one, OPERATION, operation_name(operation), position)
            add_edge(network, (cell, source, 0), one, position + 1)
            add_edge(network, one, (cell, number, 0))
            position += 2
    add_node(network, (cell, OUTPUT, 0), OUTPUT, OUTPUT)
    for number in range(len(_OUTSIDE), len(_OUTSIDE) + len(blocks)):
        if number not in taken:
            add_edge(network, (cell, number, 0), (cell, OUTPUT, 0))
