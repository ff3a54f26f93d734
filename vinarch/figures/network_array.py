"""The genome below its network: a row of cells as in the view of structures, each bit named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.decoding import connections
from vinarch.figures.cell_drawing import Block, draw_cells, outline
from vinarch.figures.cell_rows import Places
from vinarch.figures.sheet import text_mm
from vinarch.figures.theme import SMALL_PT

if TYPE_CHECKING:
    from vinarch.figures.network_look import Pen
    from vinarch.figures.network_rows import Network
    from vinarch.genome import MacroSpace

_CELL = 8.4
_ROW = 3.9
_LINE = 2.9
_MARGIN = 0.6
_NAME = 5.4
_UPRIGHT_FROM = 2.3
"""A cell narrower than a line of text has no room for the name of its bit."""

SKIP = "skip"
_TICK_EVERY = 5


def array_height(network: Network, room: float) -> float:
    """Return the height of the row of cells with its labels."""
    cell = _cell(network, room)
    names = 0.0 if cell < _UPRIGHT_FROM else _NAME if cell < _NAME else _LINE
    return _LINE + _ROW + names + 2 * _LINE + 0.6


def draw_array(pen: Pen, network: Network, room: float, top: float) -> None:
    """Draw the cells from a height on."""
    places = _places_of(network)
    cell = _cell(network, room)
    block = Block(_MARGIN, top + _LINE, cell, _ROW)
    symbols = np.array([network.genome.symbols], dtype=np.float64)
    draw_cells(pen.axes, block, places, symbols, cell * pen.scale)
    for name, first, last in places.phases:
        left, right = (_MARGIN + cell * edge for edge in places.span(first, last))
        label = f"phase {name}"
        if text_mm(label, SMALL_PT) > right - left:
            label = name
        pen.text((left + right) / 2, top + _LINE - 0.8, label, ha="center", va="baseline")
    bottom = top + _LINE + _ROW
    middles = [_MARGIN + cell * (left + 0.5) for left in places.lefts]
    if cell >= _UPRIGHT_FROM:
        upright = cell < _NAME
        for middle, name in zip(middles, _names(network.space), strict=True):
            style = {"ha": "center", "va": "top", "rotation": 90 if upright else 0}
            pen.text(middle, bottom + 0.5, name, **style)
        bottom += _NAME if upright else _LINE
    run = network.run
    for at in shown_positions(len(middles), cell, run):
        weight = "bold" if run and at == run.start else "normal"
        style = {"ha": "center", "va": "top", "fontweight": weight}
        pen.text(middles[at], bottom + 0.4, str(at), **style)
    said = "position in the genome"
    if run:
        outline(pen.axes, block, places.span(run.start, run.stop - 1), 1)
        said += f"; subsequence: start {run.start}, length {len(run)}"
    # A short genome may be narrower than what is said of it.
    middle = max(_MARGIN + cell * places.width / 2, text_mm(said, SMALL_PT) / 2 + _MARGIN)
    pen.text(middle, bottom + _LINE + 0.4, said, ha="center", va="top")


def _cell(network: Network, room: float) -> float:
    return min(_CELL, (room - 2 * _MARGIN) / _places_of(network).width)


def _places_of(network: Network) -> Places:
    space = network.space
    phases = [phase for phase, bits in enumerate(space.phase_bits, start=1) for _ in range(bits)]
    return Places.of(pd.DataFrame({"position": range(len(phases)), "phase": phases}))


def _names(space: MacroSpace) -> list[str]:
    """Return what each bit stands for: a connection, or the skip of its phase."""
    return [
        name
        for nodes in space.nodes
        for name in (*(f"{one}→{other}" for one, other in connections(nodes)), SKIP)
    ]


def shown_positions(positions: int, cell: float, run: range) -> list[int]:
    """Return the positions with a label: where a run starts, and others that leave it room."""
    digits = text_mm(str(positions), SMALL_PT) + 1
    every = _TICK_EVERY
    while every * cell < digits:
        every += _TICK_EVERY
    chosen = {run.start} if run else set()
    clear = digits / cell
    others = range(0, positions, every)
    return sorted(chosen | {at for at in others if all(abs(at - one) >= clear for one in chosen)})
