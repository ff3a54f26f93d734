"""What the figure of a layered network says in words: its caption.

The checked network in, sentences out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vinarch.figures.measure_words import counted, of_experiment

if TYPE_CHECKING:
    from vinarch.figures.layered_rows import Graph
    from vinarch.figures.symbol_look import SymbolLook


def layered_caption(graph: Graph, look: SymbolLook) -> str:
    """Say what the picture shows, its marks and its numbers."""
    whose = "the genome" if graph.structure is None else f"structure {graph.structure}"
    if graph.experiment is not None:
        whose += f" {of_experiment(graph.experiment)}"
    made = Counter(
        part.operation
        for parts in (graph.nodes, graph.edges)
        for part in parts
        if part.operation and part.position is not None
    )
    operations = ", ".join(f"{number} of {name}" for name, number in sorted(made.items()))
    said = (
        f"The network of {whose} ({graph.genome.space.name}), data flow from left to right: "
        f"{counted(len(graph.nodes), 'node')} and {counted(len(graph.edges), 'edge')}"
    )
    said += f"; operations: {operations}." if operations else "; no operation is in use."
    if any(edge.operation for edge in graph.edges):
        said += " Operations stand on the edges."
    symbols = ", ".join(look.words.values())
    said += " What does nothing is left out. Below, its genome"
    said += f"; symbols: {symbols}" if symbols else ", which has no symbol"
    if not graph.run:
        return said + "."
    flat = graph.genome.flat[graph.run.start : graph.run.stop]
    nodes = sum(graph.marked(node) for node in graph.nodes)
    edges = sum(graph.marked(edge) for edge in graph.edges)
    return (
        f"{said}; the subsequence {flat} (start index {graph.run.start}, length {len(graph.run)}) "
        f"is outlined by dashes, and what it encodes is heavy: {counted(nodes, 'node')} and "
        f"{counted(edges, 'edge')}."
    )
