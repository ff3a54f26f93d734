"""Networks of layer lists: a genome and sizes in, a module out.

References
----------
Ying et al., NAS-Bench-101: Towards Reproducible Neural Architecture Search, ICML 2019: the layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from vinarch.building.wired import WiredNetwork, classifier, convolution
from vinarch.decoding import decode
from vinarch.errors import GenomeError
from vinarch.genome import search_space

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.building.sizes import Sizes
    from vinarch.genome import Genome

_BUILT = "chain-layers"
"""The space whose layers can be built."""


def build_chain(genome: Genome, sizes: Sizes) -> WiredNetwork:
    """Return the network of a list of layers, wired as `vinarch.decoding.decode` says.

    Each layer keeps the size of an image, and the first convolution brings the image's channels
    to the chain's; at the end a linear layer takes the mean of each channel.
    An empty list is that linear layer alone.

    Parameters
    ----------
    genome : Genome
    sizes : Sizes
        With a single number of channels.

    Raises
    ------
    GenomeError
        If the genome's space has other layers than `chain-layers`.
    """
    _check_layers(genome)
    graph = decode(genome)
    parts: dict[int, nn.Module] = {}
    channels = sizes.input_shape[0]
    for node, told in graph.nodes(data=True):
        if told["kind"] == "input":
            parts[node] = nn.Identity()
        elif told["kind"] == "output":
            parts[node] = classifier(channels, sizes.classes, pools=True)
        else:
            parts[node], channels = _LAYERS[told["operation"]](channels, sizes.channels[0])
    names = {
        node: f"layer{node}" if told["kind"] == "operation" else told["kind"]
        for node, told in graph.nodes(data=True)
    }
    return WiredNetwork(graph, parts, names.__getitem__)


def _check_layers(genome: Genome) -> None:
    known = [*_LAYERS]
    strange = [layer for layer in genome.space.meanings if layer not in known]
    if strange:
        raise GenomeError(
            "build_network",
            f"a space of the layers {', '.join(known)}",
            f"{genome.space.name}, which has {strange[0]}",
            f"Write the genome in the space {_BUILT} if it means the same.",
        )


def _conv3x3(before: int, channels: int) -> tuple[nn.Module, int]:
    return convolution(before, channels, 3), channels


def _conv1x1(before: int, channels: int) -> tuple[nn.Module, int]:
    return convolution(before, channels, 1), channels


def _max_pool(before: int, channels: int) -> tuple[nn.Module, int]:  # noqa: ARG001 - as the others
    return nn.MaxPool2d(3, stride=1, padding=1), before


_LAYERS: dict[str, Callable[[int, int], tuple[nn.Module, int]]] = dict(
    zip(search_space(_BUILT).meanings, (_conv3x3, _conv1x1, _max_pool), strict=True)
)
"""The layers that can be built: channels before and of the chain to a module and channels after."""
