"""The network of a genome without phases: columns of nodes along the data flow, cells below.

A tidy frame with one row an edge enters, a drawing leaves; decoding is done before.
A node or edge that a symbol makes has the letter and the colour of its cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from vinarch.figures.cell_drawing import Block, draw_cells, letter_cells, outline
from vinarch.figures.cell_rows import Places
from vinarch.figures.drawing import Drawing, figure_of
from vinarch.figures.layered_layout import RADIUS, RING_GAP, Layout, size_of, text_lines
from vinarch.figures.layered_rows import Graph, drawing_order
from vinarch.figures.layered_words import layered_caption
from vinarch.figures.network_array import shown_positions
from vinarch.figures.network_keys import KEYS_FROM, Key, draw_keys, keys_height
from vinarch.figures.network_look import HEAVY_PT, RING_PT, Pen, fitted_pen
from vinarch.figures.network_words import network_below, network_title
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, text_mm
from vinarch.figures.symbol_look import SymbolLook, ink_on
from vinarch.figures.theme import INK, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vinarch.figures.layered_rows import Edge, Node

_GAP = 2.4
"""White between keys, network and cells."""

_CELL = 5.2
_ROW = 3.9
_LINE = 2.9
_MARGIN = 0.6
_LETTER = 1.55
"""Half the side of the square that holds the letter of an edge."""


def draw_layered(
    edges: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw a decoded genome as columns of nodes, its symbols as cells below.

    Data flow from left to right. Operations have the colour and the letter of their symbol, in
    circles where nodes are operations, in squares on the edges where edges are. What the marked
    subsequence encodes is heavy, its cells are outlined by dashes.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row an edge, as `vinarch.summary.layered_edges` returns it.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on; they lose their frame and keep their place.

    Returns
    -------
    Drawing
        Its `data` are the edges along the data flow.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if the rows are not edges of one genome, or if
        `width` is unknown.

    Examples
    --------
    >>> from vinarch.figures.layered_plot import draw_layered
    >>> from vinarch.genome import search_space
    >>> from vinarch.summary import layered_edges
    >>> cell = search_space("nas-bench-101").from_flat("c111")
    >>> draw_layered(layered_edges(cell, 0, "c1")).caption.split("; ")[1]
    'operations: 1 of conv3x3-bn-relu. What does nothing is left out. Below, its genome'
    """
    page_mm = width_mm(width)
    graph = Graph.of(edges, "draw_layered, argument edges")
    look = SymbolLook.of_space(graph.genome.space, graph.genome.flat)
    drawn, caption = drawing_order(edges), layered_caption(graph, look)
    if ax is not None:
        pen, room = fitted_pen(ax, lambda wide: _height(graph, look, wide))
        _draw(pen, graph, look, room)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        heading = Heading.fitted(network_title(graph), network_below(graph), page_mm)
        room = page_mm - 2 * EDGE_MM
        high = _height(graph, look, room)
        sheet = Sheet.new(page_mm, heading.height + high + EDGE_MM)
        heading.write(sheet)
        axes = sheet.axes(Box(EDGE_MM, heading.height, room, high))
        axes.set(xlim=(0, room), ylim=(high, 0))
        _draw(Pen(axes, SMALL_PT, 1.0), graph, look, room)
    return Drawing(sheet.figure, drawn, caption)


def _height(graph: Graph, look: SymbolLook, room: float) -> float:
    keys = keys_height(_keys(graph, look), room)
    cells = _LINE + _ROW + 2 * _LINE if graph.genome.flat else 0.0
    return KEYS_FROM + keys + _GAP + Layout.of(graph, room).height + _GAP + cells + 0.6


def _keys(graph: Graph, look: SymbolLook) -> list[Key]:
    keys: list[Key] = [("cell", look.colours[number], word) for number, word in look.words.items()]
    said = "in the subsequence"
    if any(graph.marked(edge) for edge in graph.edges):
        keys.append(("heavy", "connection", said))
    elif any(graph.marked(node) for node in graph.nodes):
        keys.append(("ring", "", said))
    if graph.run:
        keys.append(("outline", "", "symbols of the subsequence"))
    return keys or [("line", "connection", "connection")]


def _draw(pen: Pen, graph: Graph, look: SymbolLook, room: float) -> None:
    pen.axes.set_axis_off()
    keys = _keys(graph, look)
    draw_keys(pen, keys, room)
    top = KEYS_FROM + keys_height(keys, room) + _GAP
    layout = Layout.of(graph, room)
    for name, high in layout.names:
        style = {"va": "top", "fontweight": "bold"}
        pen.text(0.3, top + high, name, **style)
    for edge, path, letter in zip(graph.edges, layout.paths, layout.letters, strict=True):
        line = pen.line("connection", heavy=graph.marked(edge))
        points = path + np.array([0.0, top])
        pen.axes.plot(*points.T, **line, zorder=2, gid=f"edge {edge.source} {edge.target}")
        if edge.operation:
            _draw_letter(pen, graph, look, edge, (letter[0], letter[1] + top))
    for node in graph.nodes:
        x, y = layout.nodes[node.number]
        _draw_node(pen, graph, look, node, (x, y + top))
    if graph.genome.flat:
        _draw_array(pen, graph, look, room, top + layout.height + _GAP)


def _draw_node(
    pen: Pen, graph: Graph, look: SymbolLook, node: Node, at: tuple[float, float]
) -> None:
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "zorder": 5}
    rim = pen.tone(INK)
    if node.position is None:
        wide, high = size_of(node)
        box = FancyBboxPatch(
            (at[0] - wide / 2, at[1] - high / 2),
            wide,
            high,
            boxstyle="round,pad=0,rounding_size=0.5",
            facecolor="white",
            edgecolor=rim,
            linewidth=0.5 * pen.scale,
            zorder=4,
        )
        pen.axes.add_patch(box)
        pen.text_on_face(*at, "\n".join(text_lines(node)), multialignment="center", **style)
        return
    face, letter = _symbol(graph, look, node)
    thin = {"edgecolor": rim, "linewidth": 0.5 * pen.scale}
    pen.axes.add_patch(Circle(at, RADIUS, facecolor=face, zorder=4, **thin))
    if graph.marked(node):
        # Away from the face, so that the ring stands out from any colour.
        heavy = {"edgecolor": rim, "linewidth": RING_PT * pen.scale}
        ring = Circle(at, RADIUS + RING_GAP, fill=False, zorder=4, gid=f"node {node.number}")
        ring.set(**heavy)
        pen.axes.add_patch(ring)
    pen.text_on_face(*at, letter, color=ink_on(face), **style)


def _draw_letter(
    pen: Pen, graph: Graph, look: SymbolLook, edge: Edge, at: tuple[float, float]
) -> None:
    face, letter = _symbol(graph, look, edge)
    thick = (HEAVY_PT / 2 if graph.marked(edge) else 0.5) * pen.scale
    corner = at[0] - _LETTER, at[1] - _LETTER
    square: dict[str, Any] = {"facecolor": face, "edgecolor": pen.tone(INK), "linewidth": thick}
    pen.axes.add_patch(Rectangle(corner, 2 * _LETTER, 2 * _LETTER, zorder=3, **square))
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "zorder": 5}
    pen.text_on_face(*at, letter, color=ink_on(face), **style)


def _symbol(graph: Graph, look: SymbolLook, part: Node | Edge) -> tuple[str, str]:
    """Return the colour and the letter of the symbol that makes a node or an edge."""
    if part.position is None:
        return "white", part.operation
    symbol = graph.genome.symbols[part.position]
    return look.colours[symbol], look.characters[symbol]


def _draw_array(pen: Pen, graph: Graph, look: SymbolLook, room: float, top: float) -> None:
    flat = graph.genome.flat
    places = Places.of(pd.DataFrame({"position": range(len(flat)), "phase": None}))
    cell = min(_CELL, (room - 2 * _MARGIN) / places.width)
    block = Block(_MARGIN, top, cell, _ROW)
    symbols = np.array([graph.genome.symbols], dtype=np.float64)
    size = (cell * pen.scale, _ROW * pen.scale)
    draw_cells(pen.axes, block, places, symbols, size[0], look.colours)
    letter_cells(pen.axes, block, places, symbols, size, look, pen.size)
    middles = [_MARGIN + cell * (left + 0.5) for left in places.lefts]
    bottom = top + _ROW
    run = graph.run
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
