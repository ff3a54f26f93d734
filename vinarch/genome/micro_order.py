"""The order of a micro cell's blocks that isomorphic cells share: blocks in, blocks out.

Knows no names and no text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome.micro import Block

_MOST_BLOCKS = 8
"""Blocks whose orders are searched; many equal blocks in a larger cell could take minutes."""

_OUTSIDE = 2


def least_order(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks of a cell in the least order in which each follows its inputs.

    Parameters
    ----------
    blocks : sequence of Block
        Input 2 is the first block.

    Returns
    -------
    tuple of Block
        The same blocks with their inputs numbered anew and their two pairs sorted; of more than
        eight blocks only the pairs are sorted.

    Examples
    --------
    Two blocks that do not take each other come in one order, and their pairs too:

    >>> least_order([((3, 1), (3, 0)), ((0, 0), (0, 0))])
    (((0, 0), (0, 0)), ((3, 0), (3, 1)))
    """
    if len(blocks) > _MOST_BLOCKS:
        return tuple(_renumbered(block, range(len(blocks) + _OUTSIDE)) for block in blocks)
    return _continued(tuple(blocks), {0: 0, 1: 1})


def _continued(blocks: tuple[Block, ...], numbers: dict[int, int]) -> tuple[Block, ...]:
    """Return the least order of the blocks that have no number yet."""
    ready = {
        place: _renumbered(block, numbers)
        for place, block in enumerate(blocks, start=_OUTSIDE)
        if place not in numbers and all(source in numbers for _, source in block)
    }
    if not ready:
        return ()
    least = min(ready.values())
    # Of equal blocks that the same blocks take, either may come first.
    takers = {_takers(blocks, place): place for place, block in ready.items() if block == least}
    return min(
        (least, *_continued(blocks, {**numbers, place: len(numbers)})) for place in takers.values()
    )


def _renumbered(block: Block, numbers: dict[int, int] | range) -> Block:
    one, other = sorted((operation, numbers[source]) for operation, source in block)
    return one, other


def _takers(blocks: tuple[Block, ...], place: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        sorted(
            (taker, operation)
            for taker, block in enumerate(blocks)
            for operation, source in block
            if source == place
        )
    )
