"""Which genomes a search can choose from: how many there are, all of them, one at random.

A search space in, genomes out; spaces of layer lists are cut at a longest list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from vinarch.genome import (
    Genome,
    LayerSpace,
    MacroSpace,
    MicroSpace,
    NasBench201Space,
    SearchSpace,
    search_space,
)
from vinarch.parameters import check_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

FIXED_LENGTH = (
    "nsga-net-macro-<phases>x<nodes>",
    "nsga-net-micro-<blocks>",
    "nas-bench-201",
)
"""Names of the spaces whose positions can be chosen each by itself."""

LONGEST = 5
"""Layers of the longest list that a search tries unless it is told otherwise."""

_TRIES = 10_000
"""Random draws, all tried before, after which a space of unknown size counts as exhausted."""


def space_of(space: SearchSpace | str) -> SearchSpace:
    """Return a search space, whether it was given or named.

    Raises
    ------
    GenomeError
        If the name is none.
    """
    return space if isinstance(space, SearchSpace) else search_space(space)


def symbol_ranges(space: SearchSpace) -> tuple[range, ...] | None:
    """Return the symbols that each position can have, None where they depend on each other.

    Examples
    --------
    >>> from vinarch.genome import MicroSpace, NasBench201Space
    >>> symbol_ranges(NasBench201Space())[0]
    range(0, 5)

    In the micro space operations and inputs alternate, and later blocks have more inputs:

    >>> symbol_ranges(MicroSpace(2))[:8:2], symbol_ranges(MicroSpace(2))[1:8:2]
    ((range(0, 9), range(0, 9), range(0, 9), range(0, 9)),
     (range(9, 11), range(9, 11), range(9, 12), range(9, 12)))
    """
    if isinstance(space, MicroSpace):
        operations = len(space.characters) - space.blocks - 1
        cell = [
            (range(operations), range(operations, operations + 2 + block)) * 2
            for block in range(space.blocks)
        ]
        return tuple(one for block in cell * 2 for one in block)
    if isinstance(space, (MacroSpace, NasBench201Space)):
        return (range(len(space.characters)),) * space.symbol_count
    return None


@dataclass
class Pool:
    """The genomes of a search, and which of them were tried.

    Attributes
    ----------
    space : SearchSpace
    longest : int
        Layers of the longest list, in spaces of layer lists.
    tried : set of tuple of int
        Symbols of each genome that was asked for.
    """

    space: SearchSpace
    longest: int = LONGEST
    tried: set[tuple[int, ...]] = field(default_factory=set)

    @property
    def size(self) -> int | None:
        """Return how many genomes there are, None where only counting them all would tell.

        Examples
        --------
        >>> from vinarch.genome import LayerSpace, MacroSpace
        >>> Pool(MacroSpace((4, 4, 4))).size
        2097152
        >>> Pool(LayerSpace.from_name("chain-layers")).size
        364
        """
        if isinstance(self.space, LayerSpace):
            return sum(self._lists())
        ranges = symbol_ranges(self.space)
        return None if ranges is None else prod(map(len, ranges))

    def all(self) -> Iterator[Genome]:
        """Yield all genomes of a space whose size is known.

        The shortest lists come first, then the order is that of the symbols.
        """
        if isinstance(self.space, LayerSpace):
            kinds = range(len(self.space.symbols))
            rows = [(kinds,) * length for length in range(self.longest + 1)]
        else:
            rows = [symbol_ranges(self.space) or ()]
        for row in rows:
            for symbols in product(*row):
                yield Genome(self.space, symbols)

    def draw(self, rng: np.random.Generator) -> Genome:
        """Draw any genome: each list up to the longest with equal odds, else as the space does."""
        if not isinstance(self.space, LayerSpace):
            return self.space.sample(rng)
        counts = self._lists()
        total = sum(counts)
        length = int(rng.choice(len(counts), p=[count / total for count in counts]))
        kinds = len(self.space.symbols)
        return Genome(self.space, tuple(rng.integers(0, kinds, length).tolist()))

    def draw_untried(self, rng: np.random.Generator) -> Genome | None:
        """Draw until a genome is new, and count it as tried; None where all were tried."""
        size = self.size
        misses = 0
        while len(self.tried) != size and (size is not None or misses < _TRIES):
            genome = self.draw(rng)
            if genome.symbols not in self.tried:
                self.tried.add(genome.symbols)
                return genome
            misses += 1
        return None

    def _lists(self) -> list[int]:
        return [len(self.space.characters) ** length for length in range(self.longest + 1)]


def check_longest(where: str, longest: int) -> int:
    """Return the longest list of layers that a search may try, checked.

    Raises
    ------
    ParameterError
        If it is no whole number from 1.
    """
    return check_whole(f"{where}(longest=…)", longest, 1, None, "layers of the longest list")
