"""The NSGA-Net micro search space: printed genomes in, flattened symbols and keys out.

A network is made of two cells, a normal and a reduction cell, each a row of blocks.
A block adds two operations, each on the output of one of the two cells before or of an earlier
block of its own cell; the blocks that no other takes are the cell's output.
No graph, no Dask, no files, no tables.

References
----------
Lu et al., NSGA-Net: Neural Architecture Search using Multi-Objective Genetic Algorithm,
GECCO 2019; the space is modified from Zoph et al., Learning Transferable Architectures for
Scalable Image Recognition, CVPR 2018.
"""

from __future__ import annotations

import json
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.errors import GenomeError
from vinarch.genome.micro_order import least_order
from vinarch.genome.printed import is_whole, quote_json, read_json
from vinarch.genome.spaces import NEXT_STEP, Genome, SearchSpace, no_such_space, shorten

if TYPE_CHECKING:
    import numpy as np

CELLS = ("normal", "reduction")
OUTSIDE = ("the cell before the previous", "the previous cell")
"""What inputs 0 and 1 are; input 2 is the cell's first block."""

_OPERATIONS = (
    ("m", "max_pool_3x3"),
    ("a", "avg_pool_3x3"),
    ("s", "skip_connect"),
    ("c", "sep_conv_3x3"),
    ("e", "sep_conv_5x5"),
    ("d", "dil_conv_3x3"),
    ("l", "dil_conv_5x5"),
    ("p", "sep_conv_7x7"),
    ("v", "conv_7x1_1x7"),
)
"""In the order of the numbers that the search prints."""

_NAMES = tuple(name for _, name in _OPERATIONS)
_INPUTS = string.digits + string.ascii_uppercase
_MOST_BLOCKS = len(_INPUTS) - 1
"""More would need more characters than there are digits and capitals."""

_NAME = re.compile(r"nsga-net-micro-([1-9][0-9]?)")
_PAIR = 2
_BLOCK = 4
"""Symbols of a block: operation, input, operation, input."""

Block = tuple[tuple[int, int], tuple[int, int]]
"""Two pairs of an operation's number and an input's."""


@dataclass(frozen=True)
class MicroSpace(SearchSpace):
    """The search space: how many blocks each of the two cells has.

    Parameters
    ----------
    blocks : int
        Blocks of a cell, 1 to 35.

    Raises
    ------
    GenomeError
        If there are none or too many.

    Examples
    --------
    >>> from vinarch.genome import MicroSpace
    >>> space = MicroSpace(1)
    >>> space.name, space.symbol_count
    ('nsga-net-micro-1', 8)
    >>> space.parse("[[[[3, 0], [2, 1]]], [[[0, 1], [0, 0]]]]").flat
    'c0s1m1m0'
    """

    blocks: int

    def __post_init__(self) -> None:
        """Refuse a number of blocks that the alphabet does not reach."""
        if not 1 <= self.blocks <= _MOST_BLOCKS:
            raise no_such_space(
                f"nsga-net-micro-<blocks> with 1 to {_MOST_BLOCKS} blocks", f"{self.blocks}"
            )

    @classmethod
    def from_name(cls, name: str) -> MicroSpace:
        """Return the space of a name such as ``nsga-net-micro-5``.

        Raises
        ------
        GenomeError
            If the name is no such name.
        """
        found = _NAME.fullmatch(name)
        if found is None:
            raise no_such_space(
                f"nsga-net-micro-<blocks> with 1 to {_MOST_BLOCKS} blocks", repr(name)
            )
        return cls(int(found[1]))

    @property
    def name(self) -> str:
        """Return the name that stands in the column ``search_space``."""
        return f"nsga-net-micro-{self.blocks}"

    @property
    def characters(self) -> str:
        """Return the alphabet: small letters for operations, digits and capitals for inputs."""
        return "".join(character for character, _ in _OPERATIONS) + _INPUTS[: self.blocks + 1]

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return what the symbols stand for."""
        inputs = (*OUTSIDE, *(f"block {block}" for block in range(1, self.blocks)))
        return (*_NAMES, *(f"from {one}" for one in inputs))

    @property
    def symbol_count(self) -> int:
        """Return the length of a flattened genome: four symbols a block, two cells."""
        return len(CELLS) * self.blocks * _BLOCK

    def parse(self, text: str) -> Genome:
        """Read a genome as the search prints it.

        Parameters
        ----------
        text : str
            Nested lists, ``[normal, reduction]``, each a list of blocks
            ``[[operation, input], [operation, input]]``; or all the numbers in one flat list.
            An operation is its number or its name; inputs count from 0 as in `meanings`.

        Returns
        -------
        Genome

        Raises
        ------
        GenomeError
            If it is no such list, or a block names an operation or an input that there is not.

        Examples
        --------
        >>> from vinarch.genome import MicroSpace
        >>> MicroSpace(1).parse("[3, 0, 2, 1, 0, 1, 0, 0]").flat
        'c0s1m1m0'
        """
        numbers = _flattened(read_json(text), self.blocks)
        if numbers is None:
            raise GenomeError(
                "genome",
                f"[normal, reduction] of {self.blocks} blocks [[operation, input], [operation, "
                f"input]] each, or {self.symbol_count} numbers",
                shorten(text),
                NEXT_STEP,
            )
        symbols: list[int] = []
        for at in range(0, len(numbers), _PAIR):
            symbols += self._pair(at, numbers[at], numbers[at + 1])
        return Genome(self, tuple(symbols))

    def from_flat(self, flat: str) -> Genome:
        """Return the genome of a flattened sequence.

        Raises
        ------
        GenomeError
            If its length or a character is wrong, if operations and inputs do not alternate, or
            if a block takes itself or a later one.
        """
        genome = super().from_flat(flat)
        for at in range(0, len(flat), _PAIR):
            operation, source = genome.symbols[at : at + _PAIR]
            self._pair(at, operation, source - len(_NAMES))
        return genome

    def print_genome(self, genome: Genome) -> str:
        """Write a genome as nested lists of numbers.

        Examples
        --------
        >>> from vinarch.genome import MicroSpace
        >>> space = MicroSpace(1)
        >>> space.print_genome(space.from_flat("c0s1m1m0"))
        '[[[[3, 0], [2, 1]]], [[[0, 1], [0, 0]]]]'
        """
        return json.dumps(self.cells_of(genome))

    def cells_of(self, genome: Genome) -> tuple[tuple[Block, ...], ...]:
        """Return the blocks of the normal and of the reduction cell, in numbers."""
        pairs = [
            (operation, source - len(_NAMES))
            for operation, source in zip(genome.symbols[::2], genome.symbols[1::2], strict=True)
        ]
        blocks = list(zip(pairs[::2], pairs[1::2], strict=True))
        return tuple(blocks[: self.blocks]), tuple(blocks[self.blocks :])

    def canonical_form(self, genome: Genome) -> str:
        """Return a form that genomes of isomorphic cells share, written as a flattened genome.

        The two pairs of a block come in one order, and so do the blocks of a cell, whichever
        order they were printed in; a cell of more than eight blocks keeps its blocks' order.
        No block is ever dead, since a block that no other takes is part of the output.
        """
        characters = self.characters
        return "".join(
            characters[operation] + characters[len(_NAMES) + source]
            for cell in self.cells_of(genome)
            for block in least_order(cell)
            for operation, source in block
        )

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw each operation and each input with equal odds, as NSGA-Net's first population is."""
        symbols: list[int] = []
        for at in range(0, self.symbol_count, _PAIR):
            inputs = _inputs_at(at, self.blocks)
            symbols += [
                int(rng.integers(0, len(_NAMES))),
                len(_NAMES) + int(rng.integers(0, inputs)),
            ]
        return Genome(self, tuple(symbols))

    def _pair(self, at: int, operation: Any, source: Any) -> tuple[int, int]:
        """Return the symbols of the pair at a position, checked."""
        number = _NAMES.index(operation) if operation in _NAMES else operation
        inputs = _inputs_at(at, self.blocks)
        cell, block = divmod(at // _BLOCK, self.blocks)
        where = f"{CELLS[cell]} cell, block {block + 1}"
        if not is_whole(number) or not 0 <= number < len(_NAMES):
            raise GenomeError(
                where,
                f"an operation from 0 to {len(_NAMES) - 1}, or one of {', '.join(_NAMES)}",
                quote_json(operation),
                NEXT_STEP,
            )
        if not is_whole(source) or not 0 <= source < inputs:
            raise GenomeError(
                where, f"an input from 0 to {inputs - 1}", quote_json(source), NEXT_STEP
            )
        return number, len(_NAMES) + source


def operation_name(number: int) -> str:
    """Return the name of an operation of the micro space.

    Examples
    --------
    >>> operation_name(3)
    'sep_conv_3x3'
    """
    return _NAMES[number]


def _inputs_at(position: int, blocks: int) -> int:
    """Return how many inputs the block around a position can choose from."""
    return len(OUTSIDE) + position // _BLOCK % blocks


def _flattened(value: Any, blocks: int) -> list[Any] | None:
    """Return the numbers of nested lists of the right shape in one row, else None."""
    if not isinstance(value, list):
        return None
    count = len(CELLS) * blocks * _BLOCK
    if len(value) == count and not any(isinstance(one, list) for one in value):
        return value
    row = [value]
    for size in (len(CELLS), blocks, _PAIR, _PAIR):
        if not all(isinstance(part, list) and len(part) == size for part in row):
            return None
        row = [one for part in row for one in part]
    return row
