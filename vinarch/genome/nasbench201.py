"""The NAS-Bench-201 space of cells: six printed operations in, symbols and canonical form out.

Four nodes, each joined to all before it; each of the six edges has one of five operations.
No graph, no Dask, no files, no tables.

References
----------
Dong and Yang, NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture Search,
ICLR 2020.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from vinarch.errors import GenomeError
from vinarch.genome.paths import on_paths
from vinarch.genome.spaces import NEXT_STEP, Genome, SearchSpace, no_such_space, shorten

if TYPE_CHECKING:
    import numpy as np

_NAME = "nas-bench-201"
_OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
_NONE = 0

EDGES_201 = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""Source and target of each symbol; node 0 is the cell's input, node 3 its output."""

_SWAPPED = (1, 0, 2, 3, 5, 4)
"""The symbols in the order that they have when the two inner nodes change their names."""

_BETWEEN = EDGES_201.index((1, 2))
_OUTPUT = 3

_KERNELS = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}
"""Side of the convolutions; the other operations have no parameters."""

_CHANNELS = (16, 32, 64)
_CELLS = 5
"""Channels of the published network's three stages, and cells in each."""

_PRINTED = "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"
_PATTERN = re.compile(re.escape(_PRINTED).replace("op", r"([^|~+]*)"))


@dataclass(frozen=True)
class NasBench201Space(SearchSpace):
    """The space of NAS-Bench-201 cells: 5 operations on 6 edges, 15,625 cells.

    Examples
    --------
    >>> from vinarch.genome import NasBench201Space
    >>> space = NasBench201Space()
    >>> cell = space.parse(
    ...     "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_1x1~2|"
    ... )
    >>> cell.flat
    'c00sak'

    Nothing reaches node 2, so that the convolution from it is dead:

    >>> space.canonical_form(cell)
    'c00sa0'
    """

    @classmethod
    def from_name(cls, name: str) -> NasBench201Space:
        """Return the space of the name ``nas-bench-201``.

        Raises
        ------
        GenomeError
            If the name is another.
        """
        if name != _NAME:
            raise no_such_space(_NAME, repr(name))
        return cls()

    @property
    def name(self) -> str:
        """Return the name that stands in the column ``search_space``."""
        return _NAME

    @property
    def characters(self) -> str:
        """Return the alphabet: 0 none, s skip, k and c convolutions, a average pooling."""
        return "0skca"

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return the operations that the symbols stand for."""
        return _OPERATIONS

    @property
    def symbol_count(self) -> int:
        """Return the length of a flattened genome: one symbol an edge."""
        return len(EDGES_201)

    def parse(self, text: str) -> Genome:
        """Read a cell as the benchmark prints it.

        Parameters
        ----------
        text : str
            ``|op~0|+|op~0|op~1|+|op~0|op~1|op~2|``, node by node; the number is the source.

        Returns
        -------
        Genome

        Raises
        ------
        GenomeError
            If it has another form, or an operation is not of the benchmark.
        """
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise GenomeError("cell", _PRINTED, shorten(text), NEXT_STEP)
        for operation, (source, target) in zip(found.groups(), EDGES_201, strict=True):
            if operation not in _OPERATIONS:
                raise GenomeError(
                    f"edge from node {source} to node {target}",
                    f"one of {', '.join(_OPERATIONS)}",
                    shorten(operation),
                    NEXT_STEP,
                )
        return Genome(self, tuple(map(_OPERATIONS.index, found.groups())))

    def print_genome(self, genome: Genome) -> str:
        """Write a cell as the benchmark prints it.

        Examples
        --------
        >>> from vinarch.genome import NasBench201Space
        >>> space = NasBench201Space()
        >>> space.print_genome(space.from_flat("skc0a0"))
        '|skip_connect~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|none~2|'
        """
        nodes: dict[int, list[str]] = {}
        for operation, (source, target) in zip(self.operations_of(genome), EDGES_201, strict=True):
            nodes.setdefault(target, []).append(f"{operation}~{source}")
        return "+".join(f"|{'|'.join(inputs)}|" for inputs in nodes.values())

    def operations_of(self, genome: Genome) -> tuple[str, ...]:
        """Return the operation of each edge, in the order of `EDGES_201`."""
        return tuple(_OPERATIONS[symbol] for symbol in genome.symbols)

    def live_positions_of(self, genome: Genome) -> tuple[int, ...]:
        """Return the positions of the edges that compute.

        Edges without operation are left out, then those on no path from input to output.

        Examples
        --------
        >>> from vinarch.genome import NasBench201Space
        >>> space = NasBench201Space()
        >>> space.live_positions_of(space.from_flat("c00sak"))
        (0, 3, 4)
        """
        drawn = [at for at, symbol in enumerate(genome.symbols) if symbol != _NONE]
        live = on_paths([EDGES_201[at] for at in drawn], 0, _OUTPUT)
        return tuple(at for at in drawn if live.issuperset(EDGES_201[at]))

    def canonical_form(self, genome: Genome) -> str:
        """Return a form that isomorphic cells share, dead edges set to none.

        The two inner nodes may change their names; skip connections are kept as edges, though a
        node that has nothing else computes what the node before it does.
        """
        live = self.live_positions_of(genome)
        kept = [
            character if at in live else self.characters[_NONE]
            for at, character in enumerate(genome.flat)
        ]
        if _BETWEEN in live:
            return "".join(kept)
        return max("".join(kept), "".join(kept[at] for at in _SWAPPED))

    def parameter_count_of(self, genome: Genome, classes: int = 10) -> int:
        """Return the parameters of the benchmark's network of a cell.

        Three stages of five cells, of 16, 32 and 64 channels; a residual block before the second
        and the third, a convolution before the first, and a linear layer at the end.
        Convolutions have no bias and are followed by a batch normalisation.
        Dead edges count: the benchmark's networks hold them too.

        Parameters
        ----------
        genome : Genome
        classes : int, optional
            Of the task: 10 of CIFAR-10, 100 of CIFAR-100, 120 of ImageNet16-120.

        References
        ----------
        Dong and Yang, NAS-Bench-201, ICLR 2020, section 2.1 and figure 1, for the network; the
        counts are those that its records give, 73,306 to 1,531,546 on CIFAR-10.

        Examples
        --------
        >>> from vinarch.genome import NasBench201Space
        >>> space = NasBench201Space()
        >>> [space.parameter_count_of(space.from_flat(flat)) for flat in ("000000", "cccccc")]
        [73306, 1531546]
        """
        kernels = [_KERNELS.get(operation) for operation in self.operations_of(genome)]
        edges = [
            _CELLS * _convolution(channels, channels, kernel)
            for kernel in kernels
            if kernel is not None
            for channels in _CHANNELS
        ]
        return sum(edges) + _around_cells(classes)

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw each operation with equal odds, as the benchmark's random search does."""
        return Genome(self, tuple(rng.integers(0, len(_OPERATIONS), self.symbol_count).tolist()))


def _convolution(inputs: int, outputs: int, kernel: int) -> int:
    """Return the parameters of a convolution and its batch normalisation."""
    return kernel * kernel * inputs * outputs + 2 * outputs


def _around_cells(classes: int) -> int:
    """Return the parameters of the published network without its cells."""
    colours = 3
    residual = [
        # Two convolutions of 3 x 3, and one of 1 x 1 on the shortcut, which is not normalised.
        _convolution(less, more, 3) + _convolution(more, more, 3) + less * more
        for less, more in pairwise(_CHANNELS)
    ]
    last = _CHANNELS[-1]
    return _convolution(colours, _CHANNELS[0], 3) + sum(residual) + 2 * last + (last + 1) * classes
