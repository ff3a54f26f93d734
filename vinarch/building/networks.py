"""The networks of genomes, by search space: a genome and sizes in, a module out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.building.chains import build_chain
from vinarch.building.macro import build_macro
from vinarch.building.sizes import Sizes
from vinarch.errors import GenomeError
from vinarch.genome import Genome, LayerSpace, MacroSpace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.building.wired import WiredNetwork
    from vinarch.genome import SearchSpace

_BUILDERS: dict[type[SearchSpace], Callable[[Genome, Sizes], WiredNetwork]] = {
    MacroSpace: build_macro,
    LayerSpace: build_chain,
}


def build_network(
    genome: Genome,
    *,
    input_shape: Sequence[int] = (1, 8, 8),
    classes: int = 10,
    channels: int | Sequence[int] = 16,
) -> WiredNetwork:
    """Return the network of a genome as a PyTorch module, with weights drawn anew.

    Parameters
    ----------
    genome : Genome
        Of the NSGA-Net macro space of any size, or of a layer list with the layers of
        ``chain-layers``.
    input_shape : sequence of int
        Channels, height and width of an image.
    classes : int
        At least 2.
    channels : int or sequence of int
        Of each phase; a single number is that of the first phase and doubles from phase to phase.
        A chain has one number.

    Returns
    -------
    WiredNetwork
        A `torch.nn.Module`: images of shape (images, channels, height, width) to scores of shape
        (images, classes). Weights are drawn by PyTorch's defaults from its generator, so that
        ``torch.manual_seed`` before the call fixes them.

    Raises
    ------
    GenomeError
        If it is no genome, or its space has no builder.
    ParameterError
        If an argument is no such size.

    Notes
    -----
    In training mode batch normalisation needs more than one value a channel: a batch of a single
    image fails where images have become a single pixel.

    Examples
    --------
    >>> import torch
    >>> from vinarch.genome import search_space
    >>> space = search_space("nsga-net-macro-3x4")
    >>> network = build_network(space.parse("[[1,0,0,0,0,0,1],[0,0,0,0,0,0,0],[0,0,1,0,0,0,0]]"))
    >>> list(network.parts)  # doctest: +NORMALIZE_WHITESPACE
    ['phase1_0', 'phase1_1', 'phase1_2', 'phase1_5', 'phase1_pool',
     'phase3_0', 'phase3_2', 'phase3_3', 'phase3_5', 'phase3_pool', 'linear']
    >>> network(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 10])
    """
    if not isinstance(genome, Genome):
        raise GenomeError(
            "build_network",
            "a genome",
            f"{type(genome).__name__}: {str(genome)[:60]!r}",
            "Make one by space.parse(…) or space.from_flat(…); vinarch.genome has the spaces.",
        )
    builder = _BUILDERS.get(type(genome.space))
    if builder is None:
        raise GenomeError(
            "build_network",
            f"a genome of {' or '.join(kind.__name__ for kind in _BUILDERS)}",
            f"{type(genome.space).__name__} ({genome.space.name})",
            "docs/explanation/from-genome-to-network.md tells what can be built.",
        )
    phases = len(genome.space.nodes) if isinstance(genome.space, MacroSpace) else 1
    return builder(genome, Sizes.checked(input_shape, classes, channels, phases))
