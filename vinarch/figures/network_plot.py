"""The network of a genome: phases of nodes along the data flow, and the genome as cells below.

A tidy frame with one row an edge enters, a drawing leaves; decoding is done before.
The view is the fourth of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from vinarch.figures.drawing import Drawing, figure_of
from vinarch.figures.ground import toned_look
from vinarch.figures.network_array import array_height, draw_array
from vinarch.figures.network_keys import KEYS_FROM, draw_keys, keys_height, keys_of
from vinarch.figures.network_layout import (
    LINEAR,
    POOL,
    RADIUS,
    Block,
    Layout,
    arc,
    label_place,
)
from vinarch.figures.network_look import LEFT_OUT, LINES, PHASE_COLOURS, Pen, fitted_pen
from vinarch.figures.network_rows import Network, drawing_order
from vinarch.figures.network_words import network_below, network_caption, network_title
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet
from vinarch.figures.symbol_look import ink_on
from vinarch.figures.theme import FAINT, INK, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_GAP = 2.0
"""White between keys, network and cells."""


def draw_network(
    edges: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw a decoded genome as phases of nodes, its bits as cells below.

    Data flow from left to right. A connection bit is drawn above the nodes, the skip bit and
    what the decoder adds below. Connections of the marked subsequence are heavy, its cells are
    outlined by dashes.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row an edge, as `vinarch.summary.network_edges` returns it.
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

    References
    ----------
    An, Channing, Schuman, Taufer, "VINARCH: a visual analytics interactive tool for neural
    network archaeology", IEEE Cluster 2023; Lu et al., NSGA-Net, GECCO 2019.

    Examples
    --------
    >>> from vinarch.figures.network_plot import draw_network
    >>> from vinarch.genome import MacroSpace
    >>> from vinarch.summary import network_edges
    >>> drawing = draw_network(network_edges(MacroSpace((3,)).from_flat("1001"), 0, "10"))
    >>> drawing.data["kind"].tolist()
    ['repair', 'skip', 'connection', 'repair', 'flow', 'flow']
    """
    page_mm = width_mm(width)
    network = Network.of(edges, "draw_network, argument edges")
    drawn, caption = drawing_order(edges), network_caption(network)
    if ax is not None:
        pen, room = fitted_pen(ax, lambda wide: _height(network, wide))
        _draw(pen, network, room)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        heading = Heading.fitted(network_title(network), network_below(network), page_mm)
        room = page_mm - 2 * EDGE_MM
        high = _height(network, room)
        sheet = Sheet.new(page_mm, heading.height + high + EDGE_MM)
        heading.write(sheet)
        axes = sheet.axes(Box(EDGE_MM, heading.height, room, high))
        axes.set(xlim=(0, room), ylim=(high, 0))
        _draw(Pen(axes, SMALL_PT, 1.0), network, room)
    return Drawing(sheet.figure, drawn, caption)


def _height(network: Network, room: float) -> float:
    layout = Layout.of(network.phases, room)
    keys = keys_height(keys_of(network), room)
    return KEYS_FROM + keys + _GAP + layout.height + _GAP + array_height(network, room)


def _draw(pen: Pen, network: Network, room: float) -> None:
    pen.axes.set_axis_off()
    layout = Layout.of(network.phases, room)
    keys = keys_of(network)
    draw_keys(pen, keys, room)
    top = KEYS_FROM + keys_height(keys, room) + _GAP
    for flow in layout.flows:
        _draw_flow(pen, flow + np.array([0.0, top]))
    for block in layout.blocks:
        _draw_block(pen, block, top)
    x, y = layout.linear
    _draw_shape(pen, (x, y + top, *LINEAR), "linear", "white")
    draw_array(pen, network, room, top + layout.height + _GAP)


def _draw_flow(pen: Pen, line: NDArray[np.float64]) -> None:
    pen.axes.plot(*line[:-1].T, **pen.line("flow"), zorder=1, gid="flow")
    pen.axes.annotate(
        "",
        line[-1],
        line[-2],
        arrowprops={
            "arrowstyle": "-|>,head_width=0.15,head_length=0.3",
            "color": pen.tone(FAINT),
            "linewidth": LINES["flow"]["linewidth"] * pen.scale,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=1,
    )


def _draw_block(pen: Pen, block: Block, top: float) -> None:
    phase = block.phase
    colour = FAINT if phase.skipped else INK
    x, base = label_place(block)
    weight = "normal" if phase.skipped else "bold"
    name = f"phase {phase.number}"
    pen.text(x, base + top, name, va="baseline", color=colour, fontweight=weight)
    if phase.skipped:
        under = block.y + top + 0.9
        pen.text(x, under, "skipped: no connections", va="top", color=colour)
        return
    face = PHASE_COLOURS[(phase.number - 1) % len(PHASE_COLOURS)]
    for edge in phase.edges:
        line = pen.line(edge.kind, heavy=edge.in_subsequence)
        points = arc(block, edge) + np.array([0.0, top])
        pen.axes.plot(*points.T, **line, zorder=2, gid=f"{edge.kind} {phase.number}")
    output = block.place(phase.nodes + 1)
    middle = block.y + top
    pen.axes.plot([output, block.pool], [middle, middle], **pen.line("flow"), zorder=1)
    for place in range(phase.nodes + 2):
        _draw_node(pen, (block.place(place), middle), place, face, left_out=place not in phase.used)
    _draw_shape(pen, (block.pool, middle, *POOL), "pool", face)


def _draw_node(pen: Pen, at: tuple[float, float], place: int, face: str, *, left_out: bool) -> None:
    look = (
        toned_look(pen.axes, LEFT_OUT)
        if left_out
        else {"facecolor": face, "edgecolor": pen.tone(INK), "linewidth": 0.5}
    )
    pen.axes.add_patch(Circle(at, RADIUS, zorder=3, **look))
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "zorder": 4}
    ink = FAINT if left_out else ink_on(face)
    write = pen.text if left_out else pen.text_on_face
    write(*at, str(place), color=ink, **style)


def _draw_shape(pen: Pen, box: tuple[float, float, float, float], name: str, face: str) -> None:
    left, middle, wide, high = box
    pen.axes.add_patch(
        FancyBboxPatch(
            (left, middle - high / 2),
            wide,
            high,
            boxstyle="round,pad=0,rounding_size=0.5",
            facecolor=face,
            edgecolor=pen.tone(INK),
            linewidth=0.5,
            zorder=3,
        )
    )
    style = {"ha": "center", "va": "center_baseline", "color": ink_on(face), "zorder": 4}
    pen.text_on_face(left + wide / 2, middle, name, **style)
