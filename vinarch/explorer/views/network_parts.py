"""What the network of a structure is drawn of: a frame of edges in, columns of glyphs out.

Places are those of the printed figure, in its units: `vinarch.figures` lays networks out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.decoding import connections
from vinarch.figures.cell_rows import Places
from vinarch.figures.layered_layout import RADIUS as LETTER_RADIUS
from vinarch.figures.layered_layout import RING_GAP, size_of, text_lines
from vinarch.figures.layered_layout import Layout as LayeredLayout
from vinarch.figures.layered_rows import Graph
from vinarch.figures.layered_words import layered_caption
from vinarch.figures.network_layout import LINEAR, POOL, RADIUS, Layout, arc, label_place
from vinarch.figures.network_look import LINES, PHASE_COLOURS
from vinarch.figures.network_rows import Network
from vinarch.figures.network_words import network_caption
from vinarch.figures.symbol_look import BITS, SymbolLook, ink_on
from vinarch.figures.theme import FAINT, INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.figures.layered_rows import Edge, Node
    from vinarch.figures.network_layout import Block
    from vinarch.genome import MacroSpace

COLUMNS = {
    "lines": ("xs", "ys", "colour", "width", "dash", "what", "symbol", "marked"),
    "ends": ("x", "y"),
    "discs": ("x", "y", "radius", "colour", "rim", "dash", "what", "symbol", "marked"),
    "rings": ("x", "y", "radius"),
    "boxes": ("x", "y", "width", "height", "colour", "rim", "what", "symbol", "marked"),
    "texts": ("x", "y", "text", "colour", "align", "baseline", "style"),
    "cells": ("x", "colour", "ink", "text", "position", "what", "symbol", "marked"),
    "labels": ("x", "label"),
    "bands": ("left", "right", "colour", "ink", "text", "middle"),
}
"""Columns of each group of glyphs; units of the printed figure, of cells a cell's width."""

THIN, HEAVY = 1.6, 4.0
"""Pixels of a line, and of one that the subsequence encodes."""

LETTER = 1.55
_HALF_HEAD = 0.6
MOST_LABELS = 50
_STEPS = (1, 5, 10, 50, 100, 500, 1000, 10**6)
NO_SYMBOL = "none: the decoder adds it"
_DASHES = {"connection": [], "skip": [12, 4, 3, 4], "repair": [5, 4], "flow": []}
_KINDS = {
    "connection": "connection",
    "skip": "skip connection",
    "repair": "connection that the decoder adds",
}


@dataclass(frozen=True)
class Parts:
    """The columns of all glyphs of a network, and how large it is."""

    groups: dict[str, dict[str, list[Any]]]
    height: float
    run: tuple[float, float] | None
    """Left and right edge of the subsequence in the row of cells."""
    cells_wide: float
    caption: str

    @classmethod
    def of(cls, edges: pd.DataFrame, room: float) -> Parts:
        """Lay a network out in a room of that width."""
        made = _Made()
        if "source_rank" in edges.columns:
            return _layered(made, Graph.of(edges, "explorer, network"), room)
        return _of_phases(made, Network.of(edges, "explorer, network"), room)


def empty() -> dict[str, dict[str, list[Any]]]:
    """Return the columns of no network."""
    return {group: {name: [] for name in names} for group, names in COLUMNS.items()}


class _Made:
    """Collects rows of glyphs."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def add(self, group: str, *row: Any) -> None:
        self.rows[group].append(row)

    def text(self, x: float, y: float, text: str, colour: str = INK, **style: str) -> None:
        look = {"align": "center", "baseline": "middle", "style": "normal", **style}
        self.add("texts", x, y, text, colour, look["align"], look["baseline"], look["style"])

    def finished(self, height: float, places: Places, run: range, caption: str) -> Parts:
        every = next(n for n in _STEPS if n * MOST_LABELS >= places.width)
        for position, left in enumerate(places.lefts):
            if position % every == 0:
                self.add("labels", left + 0.5, str(position))
        groups = {
            group: {name: [row[at] for row in self.rows[group]] for at, name in enumerate(names)}
            for group, names in COLUMNS.items()
        }
        span = places.span(run.start, run.stop - 1) if run else None
        return Parts(groups, height, span, places.width, caption)


def _of_phases(made: _Made, network: Network, room: float) -> Parts:
    layout = Layout.of(network.phases, room)
    for flow in layout.flows:
        _add_flow(made, flow.T.tolist())
    bits = _bits_of(network.space)
    for block in layout.blocks:
        _add_block(made, block, bits)
    x, y = layout.linear
    _add_box(made, x + LINEAR[0] / 2, y, LINEAR, "linear", "white", "linear layer at the end")
    places = _phase_places(network.space)
    for position, (phase, name) in enumerate(_names(network.space)):
        symbol = network.genome.symbols[position]
        colour = BITS.colours[symbol]
        what = f"{name} of phase {phase}"
        told = (what, str(symbol), _yes(position in network.run))
        middle = places.lefts[position] + 0.5
        made.add("cells", middle, colour, ink_on(colour), str(symbol), position, *told)
    for name, first, last in places.phases:
        left, right = places.span(first, last)
        colour = PHASE_COLOURS[(int(name) - 1) % len(PHASE_COLOURS)]
        middle = (left + right) / 2
        made.add("bands", left, right, colour, ink_on(colour), f"phase {name}", middle)
    return made.finished(layout.height, places, network.run, network_caption(network))


def _add_block(made: _Made, block: Block, bits: dict[tuple[int, str], int]) -> None:
    phase = block.phase
    x, base = label_place(block)
    faint = phase.skipped
    made.text(
        x, base, f"phase {phase.number}", FAINT if faint else INK,
        align="left", baseline="bottom", style="normal" if faint else "bold",
    )  # fmt: skip
    if faint:
        under = block.y + 0.9
        made.text(x, under, "skipped: no connections", FAINT, align="left", baseline="top")
        return
    face = PHASE_COLOURS[(phase.number - 1) % len(PHASE_COLOURS)]
    for edge in phase.edges:
        xs, ys = arc(block, edge).T.tolist()
        width = HEAVY if edge.in_subsequence else THIN * (0.7 if edge.kind == "repair" else 1)
        ends = f"{_place(edge.source, phase.nodes)} to {_place(edge.target, phase.nodes)}"
        what = f"phase {phase.number}: {_KINDS[edge.kind]}, {ends}"
        name = "skip" if edge.kind == "skip" else f"{edge.source}→{edge.target}"
        symbol = NO_SYMBOL if edge.kind == "repair" else _at(bits[phase.number, name], "1")
        look = LINES[edge.kind]["color"], width, _DASHES[edge.kind]
        made.add("lines", xs, ys, *look, what, symbol, _yes(edge.in_subsequence))
    output = block.place(phase.nodes + 1)
    _add_flow(made, ([output, block.pool], [block.y, block.y]))
    for place in range(phase.nodes + 2):
        out = place not in phase.used
        what = f"phase {phase.number}: {_place(place, phase.nodes)}" + ", left out" * out
        surface = ("white", FAINT, [2, 3]) if out else (face, INK, [])
        at = block.place(place), block.y
        made.add("discs", *at, RADIUS, *surface, what, "", "")
        made.text(*at, str(place), FAINT if out else ink_on(face))
    middle = block.pool + POOL[0] / 2
    what = f"phase {phase.number}: pooling after it"
    _add_box(made, middle, block.y, POOL, "pool", face, what)


def _add_flow(made: _Made, path: Sequence[Sequence[float]]) -> None:
    xs, ys = path
    told = ("data flow", NO_SYMBOL, "no")
    made.add("lines", list(xs), list(ys), LINES["flow"]["color"], THIN, [], *told)
    # An arrow head reaches as far to the right of its middle as to the left.
    made.add("ends", xs[-1] - _HALF_HEAD, ys[-1])


def _add_box(
    made: _Made, x: float, y: float, size: tuple[float, float], text: str, face: str, what: str
) -> None:
    made.add("boxes", x, y, *size, face, 1.0, what, "", "")
    made.text(x, y, text, ink_on(face))


def _layered(made: _Made, graph: Graph, room: float) -> Parts:
    look = SymbolLook.of_space(graph.genome.space, graph.genome.flat)
    layout = LayeredLayout.of(graph, room)
    for name, high in layout.names:
        made.text(0.3, high, name, align="left", baseline="top", style="bold")
    operations = {node.number: node.operation for node in graph.nodes}
    for edge, path, letter in zip(graph.edges, layout.paths, layout.letters, strict=True):
        marked = graph.marked(edge)
        xs, ys = path.T.tolist()
        ends = f"{operations[edge.source]} to {operations[edge.target]}"
        what = f"{edge.operation}: {ends}" if edge.operation else ends
        told = (what, _symbol_words(graph, edge), _yes(marked))
        width = HEAVY if marked else THIN
        made.add("lines", xs, ys, LINES["connection"]["color"], width, [], *told)
        if edge.operation:
            face, character = _symbol(graph, look, edge)
            side = 2 * LETTER
            made.add("boxes", *letter, side, side, face, 2.4 if marked else 1.0, *told)
            made.text(*letter, character, ink_on(face))
    for node in graph.nodes:
        _add_node(made, graph, look, node, layout.nodes[node.number])
    flat = graph.genome.flat
    places = Places.of(pd.DataFrame({"position": range(len(flat)), "phase": None}))
    meanings = graph.genome.space.meanings
    for position, (symbol, middle) in enumerate(
        zip(graph.genome.symbols, places.lefts, strict=True)
    ):
        face = look.colours[symbol]
        told = (meanings[symbol], look.characters[symbol], _yes(position in graph.run))
        row = (middle + 0.5, face, ink_on(face), look.characters[symbol], position)
        made.add("cells", *row, *told)
    return made.finished(layout.height, places, graph.run, layered_caption(graph, look))


def _add_node(
    made: _Made, graph: Graph, look: SymbolLook, node: Node, at: tuple[float, float]
) -> None:
    told = (node.operation, _symbol_words(graph, node), _yes(graph.marked(node)))
    if node.position is None:
        made.add("boxes", *at, *size_of(node), "white", 1.0, *told)
        made.text(*at, "\n".join(text_lines(node)))
        return
    face, character = _symbol(graph, look, node)
    made.add("discs", *at, LETTER_RADIUS, face, INK, [], *told)
    made.text(*at, character, ink_on(face))
    if graph.marked(node):
        made.add("rings", *at, LETTER_RADIUS + RING_GAP)


def _symbol(graph: Graph, look: SymbolLook, part: Node | Edge) -> tuple[str, str]:
    """Return the colour and the letter of the symbol that makes a node or an edge."""
    if part.position is None:
        return "white", part.operation
    symbol = graph.genome.symbols[part.position]
    return look.colours[symbol], look.characters[symbol]


def _symbol_words(graph: Graph, part: Node | Edge) -> str:
    if part.position is None:
        return "none"
    return _at(part.position, graph.genome.flat[part.position])


def _at(position: int, symbol: str) -> str:
    return f"{symbol} at position {position}"


def _yes(marked: bool) -> str:  # noqa: FBT001 - said in words
    return "yes" if marked else "no"


def _place(place: int, nodes: int) -> str:
    return {0: "input", nodes + 1: "output"}.get(place, f"node {place}")


def _names(space: MacroSpace) -> list[tuple[int, str]]:
    """Return the phase of each bit, and what it stands for in it."""
    return [
        (phase, name)
        for phase, nodes in enumerate(space.nodes, start=1)
        for name in (*(f"connection {one}→{two}" for one, two in connections(nodes)), "skip")
    ]


def _bits_of(space: MacroSpace) -> dict[tuple[int, str], int]:
    return {
        (phase, name.removeprefix("connection ")): position
        for position, (phase, name) in enumerate(_names(space))
    }


def _phase_places(space: MacroSpace) -> Places:
    phases = [phase for phase, _ in _names(space)]
    return Places.of(pd.DataFrame({"position": range(len(phases)), "phase": phases}))
