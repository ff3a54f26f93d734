"""Networks of the NSGA-Net macro space: a genome and sizes in, a module out.

The layers are those of NSGA-Net's published decoder; JS9FR6 recorded the costs of such networks,
which tell that they were built in this way (docs/explanation/from-genome-to-network.md).

References
----------
Lu et al., NSGA-Net: Neural Architecture Search using Multi-Objective Genetic Algorithm,
GECCO 2019; its code, https://github.com/ianwhale/nsga-net, models/macro_decoder.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from vinarch.building.wired import Joined, WiredNetwork, classifier, convolution
from vinarch.decoding import LINEAR, decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.building.sizes import Sizes
    from vinarch.decoding import Node
    from vinarch.genome import Genome

_KERNEL = 3
_POOL = 2

_Shape = tuple[int, int, int]
"""Channels, height and width."""


def build_macro(genome: Genome, sizes: Sizes) -> WiredNetwork:
    """Return the network of a macro genome, wired as `vinarch.decoding.decode` says.

    A node is a 3x3 convolution, batch normalisation and ReLU; several inputs of a node or of the
    output are put side by side, and a 1x1 convolution brings them back to the phase's channels.
    Where the channels change a phase begins with a convolution, 3x3 without padding in the first
    phase and 1x1 in the others, and each ends in batch normalisation and ReLU.
    Phases end in a maximum over 2x2 pixels, the last one in the mean of each channel.
    Phases without connections are no part of the network, and the others take the channels in
    their order; where all are without, a linear layer takes the mean of each channel.

    Parameters
    ----------
    genome : Genome
    sizes : Sizes
        With the channels of each phase.
    """
    graph = decode(genome)
    phases = sorted({node[0] for node in graph} - {LINEAR[0]})
    parts: dict[Node, nn.Module] = {}
    shape = sizes.input_shape
    # Fewer phases than channels where some are skipped.
    for phase, channels in zip(phases, sizes.channels, strict=False):
        entry, shape = _entry(shape, channels, first=phase == phases[0])
        pool, shape = _pool(shape, last=phase == phases[-1])
        for node in [node for node in graph if node[0] == phase]:
            kind = graph.nodes[node]["kind"]
            if kind == "input":
                parts[node] = entry
            elif kind == "pool":
                parts[node] = pool
            else:
                parts[node] = Joined(graph.in_degree(node), channels, _BODIES[kind](channels))
    parts[LINEAR] = classifier(shape[0], sizes.classes, pools=not phases)
    return WiredNetwork(graph, parts, _name_of)


def _entry(shape: _Shape, channels: int, *, first: bool) -> tuple[nn.Module, _Shape]:
    """Return what a phase begins with, and the shape of an image after it."""
    before, height, width = shape
    if before == channels:
        return nn.Identity(), shape
    if not first:
        return nn.Conv2d(before, channels, kernel_size=1, bias=False), (channels, height, width)
    # NSGA-Net pads nothing here; an image smaller than the kernel leaves no choice.
    padding = 0 if min(height, width) >= _KERNEL else _KERNEL // 2
    lost = _KERNEL - 1 - 2 * padding
    return (
        nn.Conv2d(before, channels, kernel_size=_KERNEL, padding=padding, bias=False),
        (channels, height - lost, width - lost),
    )


def _pool(shape: _Shape, *, last: bool) -> tuple[nn.Module, _Shape]:
    """Return the pooling at a phase's end, and the shape of an image after it."""
    channels, height, width = shape
    if last:
        return nn.AdaptiveAvgPool2d(1), (channels, 1, 1)
    # A side of a single pixel stays.
    window = (min(_POOL, height), min(_POOL, width))
    return nn.MaxPool2d(window), (channels, height // window[0], width // window[1])


def _node_body(channels: int) -> nn.Module:
    return convolution(channels, channels, _KERNEL)


def _output_body(channels: int) -> nn.Module:
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(inplace=True))


_BODIES: dict[str, Callable[[int], nn.Module]] = {"node": _node_body, "output": _output_body}
"""What takes the joined inputs, by the kind of the graph's node."""


def _name_of(node: Node) -> str:
    phase, place = node
    return f"phase{phase}_{place}" if phase else str(place)
