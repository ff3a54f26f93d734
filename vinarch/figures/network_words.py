"""What the network figure says in words: title, line below it, caption.

The checked network in, sentences out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.figures.measure_words import of_experiment

if TYPE_CHECKING:
    from vinarch.figures.layered_rows import Graph
    from vinarch.figures.network_rows import Network


def network_title(network: Network | Graph) -> str:
    """Name the structure."""
    if network.structure is None:
        return "Network of a genome"
    return f"Network of structure {network.structure}"


def network_below(network: Network | Graph) -> str:
    """Name the experiment, else the search space."""
    if network.experiment is None:
        return network.genome.space.name
    return network.experiment


def network_caption(network: Network) -> str:
    """Say what the picture shows, its marks and its numbers."""
    whose = "the genome" if network.structure is None else f"structure {network.structure}"
    if network.experiment is not None:
        whose += f" {of_experiment(network.experiment)}"
    bits = len(network.edges_of("connection"))
    skips, repairs = len(network.edges_of("skip")), len(network.edges_of("repair"))
    used = sum(len(phase.used - {0, phase.nodes + 1}) for phase in network.phases)
    nodes = sum(phase.nodes for phase in network.phases)
    skipped = [str(phase.number) for phase in network.phases if phase.skipped]
    said = (
        f"The network of {whose}, phase by phase: {used} of {nodes} nodes in use (those without "
        f"a connection are left out), "
        f"{_number(bits, 'connection')} (solid, arching above the nodes), {_number(skips, 'skip')} "
        f"from the input of a phase to its output (dash-dotted) and "
        f"{_number(repairs, 'edge')} that the decoder adds (thin and dashed); in each "
        f"phase 0 is the input and {_outputs(network)} the output, pool stands for the pooling "
        "after it, linear for the linear layer at the end"
    )
    if skipped:
        said += f"; {_number(len(skipped), 'phase')} without connections skipped: "
        said += ", ".join(skipped)
    said += ". Below, its genome, bit 1 yellow and bit 0 purple"
    if not network.run:
        return said + "."
    marked = [edge for edge in network.edges_of("connection", "skip") if edge.in_subsequence]
    symbols = network.genome.flat[network.run.start : network.run.stop]
    return (
        f"{said}; the subsequence {symbols} (start index {network.run.start}, length "
        f"{len(network.run)}) is outlined by dashes, and what it encodes is heavy: "
        f"{_number(len(marked), 'edge')}."
    )


def _outputs(network: Network) -> str:
    return " or ".join(sorted({str(phase.nodes + 1) for phase in network.phases}, key=int))


def _number(count: int, name: str) -> str:
    return f"{count} {name}" + "s" * (count != 1)
