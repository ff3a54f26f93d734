"""Where the parts of a network stand: data flow to the right, in as many rows as the width asks.

Phases enter; places and paths leave, in units of a millimetre at the smallest type size, from the
top left corner. Nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vinarch.figures.network_rows import Edge, Phase

RADIUS = 1.75
POOL = (6.0, 3.7)
LINEAR = (8.0, 3.7)
"""Width and height of the named shapes."""

_LEAST_PITCH = 6.5
_MOST_PITCH = 9.5
_LABEL = 2.8
_LABEL_FROM_PITCH = 6.4
"""Below this the name of a phase would reach into the arcs beside it, and stands above them."""

_BETWEEN = 5.0
_TURN = 2.2
"""How far a line runs on before it turns to the next row, and the white around a row."""

_AFTER_TURN = 0.8
"""White between a line that turns and the row below it."""

_SKIPPED = 28.0
_ARC = 3.5
_ARC_STEP = 1.6
_LEAN = 0.5
"""How far an arc leans outwards from its ends, in pitches: the same for all, so that the wider
one starts steeper."""

_STEPS = 33


@dataclass(frozen=True)
class Block:
    """A phase on its row: where its input stands, and how far it reaches."""

    phase: Phase
    x: float
    y: float
    right: float
    pitch: float

    def place(self, place: int) -> float:
        """Return where a node stands along the row."""
        return self.x + place * self.pitch

    @property
    def pool(self) -> float:
        """Return the left edge of the pooling node."""
        return self.right - POOL[0]


@dataclass(frozen=True)
class Layout:
    """The blocks, the linear node's left edge and middle, the lines between, and the height."""

    blocks: tuple[Block, ...]
    linear: tuple[float, float]
    flows: tuple[NDArray[np.float64], ...]
    """Lines between pooling nodes, inputs and the linear node, shape (corners, 2) each."""
    height: float

    @classmethod
    def of(cls, phases: Sequence[Phase], width: float) -> Layout:
        """Lay phases out in rows of a width."""
        rows = _rows(phases, width)
        margin = _TURN + RADIUS if len(rows) > 1 else RADIUS + 0.3
        pitch = min(_MOST_PITCH, *(_fitting_pitch(row, phases, width, margin) for row in rows))
        blocks = []
        top = 0.0
        x = y = 0.0
        for row in rows:
            above = max(_above(phase, pitch) for phase in row)
            y, x = top + above, margin
            for phase in row:
                right = x + _width(phase, pitch) - RADIUS
                blocks.append(Block(phase, x, y, right, pitch))
                x = right + _BETWEEN + RADIUS
            top = y + max(_below(phase) for phase in row) + _TURN + _AFTER_TURN
        linear = (x - RADIUS, y)
        return cls(tuple(blocks), linear, tuple(_flows(blocks, linear)), top - _AFTER_TURN)


def arc(block: Block, edge: Edge) -> NDArray[np.float64]:
    """Return the path of an edge: straight to the next node, else an arc around those between.

    Connections arch above the nodes, the skip bit and what the decoder adds below; the wider an
    edge the higher its arc, so that of two that start together the shorter lies inside.

    Returns
    -------
    ndarray of float64, shape (points, 2)
        From the centre of one node to that of the other.
    """
    left, right = block.place(edge.source), block.place(edge.target)
    if edge.target == edge.source + 1:
        return np.array([[left, block.y], [right, block.y]])
    side = -1.0 if edge.kind == "connection" else 1.0
    high = 4 / 3 * side * _arc_height(edge)
    lean = _LEAN * block.pitch
    corners = np.array(
        [
            [left, block.y],
            [left + lean, block.y + high],
            [right - lean, block.y + high],
            [right, block.y],
        ]
    )
    t = np.linspace(0, 1, _STEPS)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    path: NDArray[np.float64] = weights @ corners
    return path


def label_place(block: Block) -> tuple[float, float]:
    """Return where the name of a phase begins, and its base line."""
    if block.pitch >= _LABEL_FROM_PITCH or block.phase.skipped:
        return block.x - RADIUS, block.y - RADIUS - 0.9
    return block.x - RADIUS, block.y - _above(block.phase, block.pitch) + _LABEL - 0.6


def _arc_height(edge: Edge) -> float:
    return _ARC + _ARC_STEP * (edge.target - edge.source - 2)


def _arcs(phase: Phase, *, above: bool) -> float:
    heights = [
        _arc_height(edge)
        for edge in phase.edges
        if edge.target > edge.source + 1 and (edge.kind == "connection") == above
    ]
    return max(heights, default=0.0)


def _above(phase: Phase, pitch: float) -> float:
    if pitch >= _LABEL_FROM_PITCH or phase.skipped:
        return max(RADIUS + _LABEL + 0.9, _arcs(phase, above=True) + 1.2)
    return max(RADIUS, _arcs(phase, above=True)) + _LABEL + 1.2


def _below(phase: Phase) -> float:
    return max(RADIUS + (_LABEL if phase.skipped else 0), _arcs(phase, above=False) + 0.6)


def _steps(phase: Phase) -> int:
    """Return how many pitches there are from the input to the output."""
    return 0 if phase.skipped else phase.nodes + 1


def _width(phase: Phase, pitch: float) -> float:
    if phase.skipped:
        return _SKIPPED
    return _steps(phase) * pitch + 2 * RADIUS + _between_output_and_pool() + POOL[0]


def _between_output_and_pool() -> float:
    return 1.8


def _rows(phases: Sequence[Phase], width: float) -> list[list[Phase]]:
    """Fill row after row; the linear node belongs to the last phase."""
    rows: list[list[Phase]] = [[]]
    for phase in phases:
        grown = [*rows[-1], phase]
        if rows[-1] and _needed(grown, phases, _LEAST_PITCH) > width:
            rows.append([phase])
        else:
            rows[-1] = grown
    return rows


def _needed(row: Sequence[Phase], phases: Sequence[Phase], pitch: float) -> float:
    wide = sum(_width(phase, pitch) for phase in row) + _BETWEEN * (len(row) - 1)
    if row[-1] is phases[-1]:
        wide += _BETWEEN + LINEAR[0]
    return wide + 2 * _TURN


def _fitting_pitch(
    row: Sequence[Phase], phases: Sequence[Phase], width: float, margin: float
) -> float:
    steps = sum(_steps(phase) for phase in row)
    spare = width - _needed(row, phases, 0.0) - (margin - RADIUS)
    return max(2 * RADIUS + 0.4, spare / steps) if steps else _MOST_PITCH


def _flows(blocks: Sequence[Block], linear: tuple[float, float]) -> list[NDArray[np.float64]]:
    """Return the lines that leave the pooling nodes; they pass skipped phases by."""
    lines = []
    line: list[tuple[float, float]] = []
    for block, following in pairwise([*blocks, None]):
        assert block is not None  # noqa: S101 - only the last of each pair is None
        if not block.phase.skipped:
            if line:
                lines.append(np.array([*line, (block.x - RADIUS, block.y)]))
            line = [(block.right, block.y)]
        elif line:
            line += [(block.x - RADIUS, block.y), (block.right, block.y)]
        if following is not None and following.y != block.y and line:
            middle = _turning(blocks, block)
            out, back = block.right + _TURN, following.x - RADIUS - _TURN + 0.4
            line += [(out, block.y), (out, middle), (back, middle), (back, following.y)]
    if line:
        lines.append(np.array([*line, linear]))
    return lines


def _turning(blocks: Sequence[Block], block: Block) -> float:
    row = [other for other in blocks if other.y == block.y]
    return block.y + max(_below(other.phase) for other in row) + _TURN / 2
