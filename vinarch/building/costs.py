"""What a forward pass of a network costs: a genome and sizes in, two numbers out.

The rule is that of NSGA-Net's published counter, by which JS9FR6 recorded its costs; see
docs/explanation/from-genome-to-network.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from vinarch.building.networks import build_network

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.genome import Genome

_MILLION = 1_000_000
_DECIMALS = 4
"""As JS9FR6 records them."""


@dataclass(frozen=True)
class Costs:
    """What a network costs.

    Parameters
    ----------
    mflops : float
        Millions of operations of a forward pass of one image, to 4 decimals.
    parameter_count : int
        Weights that training changes.
    """

    mflops: float
    parameter_count: int


def network_costs(
    genome: Genome,
    *,
    input_shape: Sequence[int] = (1, 8, 8),
    classes: int = 10,
    channels: int | Sequence[int] = 16,
) -> Costs:
    """Return what a forward pass of a genome's network costs, without computing one.

    Of a convolution or linear layer each multiplication with its addition counts once, of batch
    normalisation two operations a value, of ReLU one; pooling counts the values that it reads.
    Biases, and putting inputs side by side, count nothing.

    Parameters
    ----------
    genome, input_shape, classes, channels
        As of `vinarch.building.build_network`.

    Returns
    -------
    Costs

    Raises
    ------
    GenomeError, ParameterError
        As `vinarch.building.build_network`.

    Examples
    --------
    A linear layer on the mean of 64 pixels, 64 + 10 operations and 10 weights and biases each:

    >>> from vinarch.genome import search_space
    >>> network_costs(search_space("chain-layers").parse("[]"))
    Costs(mflops=0.0001, parameter_count=20)
    """
    # On the meta device weights have shapes but no values: nothing is drawn.
    with torch.device("meta"):
        network = build_network(genome, input_shape=input_shape, classes=classes, channels=channels)
    operations = _count_operations(network.to_empty(device="cpu").eval(), input_shape)
    weights = sum(one.numel() for one in network.parameters() if one.requires_grad)
    return Costs(round(operations / _MILLION, _DECIMALS), weights)


def _count_operations(network: nn.Module, input_shape: Sequence[int]) -> int:
    """Return the operations of a forward pass of one image; the network is not to be used again."""
    counted: list[int] = []

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        counted.append(_OPERATIONS[type(layer)](layer, inputs[0].shape[1:], output.shape[1:]))

    for layer in network.modules():
        if not any(True for _ in layer.children()):
            layer.register_forward_hook(count)
    with torch.no_grad():
        # A batch of no images: every layer tells its shapes, and none has anything to compute.
        network(torch.empty(0, *input_shape))
    return sum(counted)


def _of_convolution(layer: nn.Module, read: torch.Size, made: torch.Size) -> int:  # noqa: ARG001
    return int(made.numel() * layer.in_channels * prod(layer.kernel_size))


def _of_linear(layer: nn.Module, read: torch.Size, made: torch.Size) -> int:  # noqa: ARG001
    return int(layer.in_features * layer.out_features)


def _of_normalisation(layer: nn.Module, read: torch.Size, made: torch.Size) -> int:  # noqa: ARG001
    return int(2 * read.numel())


def _of_values_read(layer: nn.Module, read: torch.Size, made: torch.Size) -> int:  # noqa: ARG001
    return int(read.numel())


def _nothing(layer: nn.Module, read: torch.Size, made: torch.Size) -> int:  # noqa: ARG001
    return 0


_OPERATIONS: dict[type[nn.Module], Callable[[nn.Module, torch.Size, torch.Size], int]] = {
    nn.Conv2d: _of_convolution,
    nn.Linear: _of_linear,
    nn.BatchNorm2d: _of_normalisation,
    nn.ReLU: _of_values_read,
    nn.MaxPool2d: _of_values_read,
    nn.AdaptiveAvgPool2d: _of_values_read,
    nn.Flatten: _nothing,
    nn.Identity: _nothing,
}
"""Operations of each layer that networks are built of: the layer and the shapes of an image that it
reads and makes to a count."""
