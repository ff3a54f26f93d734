"""A network wired as a graph says: a directed graph and a module a node in, one module out.

Knows no search space and no genome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping


class WiredNetwork(nn.Module):
    """A module for each node of a graph; each takes what its predecessors give.

    Parameters
    ----------
    graph : networkx.DiGraph
        Without cycles and with one node that feeds no other, the end. Nodes without predecessors
        take the images.
    parts : mapping of node to torch.nn.Module
        A module for every node, called with the outputs of its predecessors, sorted by node.
    name_of : callable
        The name of a node's module, no two alike; it stands in the keys of the ``state_dict``.

    Attributes
    ----------
    parts : torch.nn.ModuleDict
        The modules by name.
    """

    def __init__(
        self,
        graph: nx.DiGraph[Any],
        parts: Mapping[Any, nn.Module],
        name_of: Callable[[Any], str],
    ) -> None:
        super().__init__()
        order: list[Hashable] = list(nx.topological_sort(graph))
        self.parts = nn.ModuleDict({name_of(node): parts[node] for node in order})
        self._sources = {
            name_of(node): tuple(map(name_of, sorted(graph.predecessors(node)))) for node in order
        }

    def forward(self, images: Tensor) -> Tensor:
        """Return the scores of images.

        Parameters
        ----------
        images : torch.Tensor
            Shape (images, channels, height, width).

        Returns
        -------
        torch.Tensor
            Shape (images, classes): scores before a softmax.
        """
        outputs: dict[str, Tensor] = {}
        output = images
        for name, sources in self._sources.items():
            inputs = [outputs[source] for source in sources] or [images]
            output = outputs[name] = self.parts[name](*inputs)
        return output


class Joined(nn.Module):
    """Several inputs into one: side by side, then a 1x1 convolution back to their channels.

    A single input passes unchanged.

    Parameters
    ----------
    inputs : int
        At least 1.
    channels : int
        Of each input and of the output.
    then : torch.nn.Module
        Takes what was joined.
    """

    def __init__(self, inputs: int, channels: int, then: nn.Module) -> None:
        super().__init__()
        self.join: nn.Module = (
            nn.Conv2d(inputs * channels, channels, kernel_size=1, bias=False)
            if inputs > 1
            else nn.Identity()
        )
        self.then = then

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the output; inputs of shape (images, channels, height, width)."""
        return self.then(self.join(torch.cat(inputs, dim=1)))


def convolution(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """Return convolution, batch normalisation and ReLU, which keep the size of an image.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    kernel : int
        Side of the kernel, odd.
    """
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def classifier(channels: int, classes: int, *, pools: bool) -> nn.Sequential:
    """Return the linear layer at the end, after the mean over each channel's pixels if it pools."""
    pool = [nn.AdaptiveAvgPool2d(1)] if pools else []
    return nn.Sequential(*pool, nn.Flatten(), nn.Linear(channels, classes))
