"""Where the parts of a layered network stand: data flow to the right, a column a rank.

Nodes and edges enter; places and paths leave, in units of a millimetre at the smallest type size,
from the top left corner. Nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinarch.figures.layered_columns import Place, columns_of, heights_of
from vinarch.figures.sheet import line_mm, text_mm, wrapped
from vinarch.figures.theme import SMALL_PT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from vinarch.figures.layered_rows import Edge, Graph, Node

RADIUS = 1.85
"""Of a node that a symbol makes: its letter fits into it."""

RING_GAP = 0.6
"""Between such a node and the ring of a marked one."""

_TEXT_ROOM = 17.0
"""Text of other nodes breaks into lines of this width."""

_TEXT_MARGIN = 0.9
_BETWEEN_ROWS = 1.6
"""White between two places of a column."""

_LEAST_GAP = 2.6
_LEAST_GAP_LETTERED = 8.0
"""White between columns, where letters stand on the edges too."""

_MOST_GAP = 12.0
_TURN = 1.8
_BETWEEN_BANDS = 3.0
_NAME = 3.2
_STEPS = 17


@dataclass(frozen=True)
class Layout:
    """The middles of nodes, the paths of edges, the places of their letters, and the height."""

    nodes: Mapping[int, tuple[float, float]]
    paths: tuple[NDArray[np.float64], ...]
    letters: tuple[tuple[float, float], ...]
    names: tuple[tuple[str, float], ...]
    """Names of the parts, and the height that each stands at."""
    height: float

    @classmethod
    def of(cls, graph: Graph, room: float) -> Layout:
        """Lay a network out, in as many rows of a width as it asks."""
        nodes: dict[int, tuple[float, float]] = {}
        paths: dict[int, NDArray[np.float64]] = {}
        letters: dict[int, tuple[float, float]] = {}
        names = []
        top = 0.0
        for part in dict.fromkeys(node.part for node in graph.nodes):
            if part:
                names.append((part, top))
                top += _NAME
            mine = _Part.of(graph, part, room)
            top = mine.place(top, nodes, paths, letters)
        ordered = range(len(graph.edges))
        return cls(
            nodes,
            tuple(paths[at] for at in ordered),
            tuple(letters[at] for at in ordered),
            tuple(names),
            top - _BETWEEN_BANDS,
        )


def text_lines(node: Node) -> tuple[str, ...]:
    """Return the lines of the text in a node that no symbol makes."""
    return wrapped(node.operation, _TEXT_ROOM, SMALL_PT)


def size_of(node: Node) -> tuple[float, float]:
    """Return the width and height of a node."""
    if node.position is not None:
        return 2 * RADIUS, 2 * RADIUS
    lines = text_lines(node)
    wide = max(text_mm(line, SMALL_PT) for line in lines)
    return wide + 2 * _TEXT_MARGIN, max(len(lines) * line_mm(SMALL_PT) + 0.6, 3.7)


@dataclass(frozen=True)
class _Part:
    """One part of the network: its columns broken into rows of the width."""

    nodes: Mapping[int, Node]
    edges: Mapping[int, Edge]
    columns: tuple[tuple[Place, ...], ...]
    heights: Mapping[Place, float]
    rows: tuple[range, ...]
    room: float

    @classmethod
    def of(cls, graph: Graph, part: str, room: float) -> _Part:
        nodes = {node.number: node for node in graph.nodes if node.part == part}
        edges = {at: edge for at, edge in enumerate(graph.edges) if edge.source in nodes}
        columns = columns_of(nodes, edges)
        step = max(size_of(node)[1] for node in nodes.values()) + _BETWEEN_ROWS
        heights = heights_of(columns, nodes, edges, step)
        gap = _least_gap(edges)
        widths = [_column_width(column, nodes) for column in columns]
        rows = _rows(widths, _cuts(nodes, edges, len(columns)), gap, room)
        return cls(nodes, edges, columns, heights, rows, room)

    def place(
        self,
        top: float,
        nodes: dict[int, tuple[float, float]],
        paths: dict[int, NDArray[np.float64]],
        letters: dict[int, tuple[float, float]],
    ) -> float:
        """Add the places of this part below a height; return where the next part begins."""
        spans: dict[int, tuple[float, float]] = {}
        tops: dict[int, float] = {}
        for row in self.rows:
            places = [place for at in row for place in self.columns[at]]
            lows, highs = zip(*(self._reach(place) for place in places), strict=True)
            for at, span in zip(row, self._spans(row), strict=True):
                spans[at], tops[at] = span, top - min(lows)
            top += max(highs) - min(lows) + _BETWEEN_BANDS
        for number, node in self.nodes.items():
            low, high = spans[node.rank]
            nodes[number] = (low + high) / 2, tops[node.rank] + self.heights[number, -1]
        row_of = {at: number for number, row in enumerate(self.rows) for at in row}
        for at, edge in self.edges.items():
            source, target = self.nodes[edge.source], self.nodes[edge.target]
            between = range(source.rank + 1, target.rank)
            ends = (nodes[edge.source], nodes[edge.target])
            half = size_of(source)[0] / 2, size_of(target)[0] / 2
            corners = [(ends[0][0] + half[0], ends[0][1]), (spans[source.rank][1], ends[0][1])]
            for rank in between:
                high = tops[rank] + self.heights[at, rank]
                corners += [(spans[rank][0], high), (spans[rank][1], high)]
            corners += [(spans[target.rank][0], ends[1][1]), (ends[1][0] - half[1], ends[1][1])]
            turns = row_of[source.rank] != row_of[target.rank]
            paths[at] = self._turned(corners) if turns else _curved(corners)
            # In the column of its middle an edge has room for its letter, else between the two.
            one, other = (1, 2) if not between else _middle_of(len(between))
            letters[at] = tuple(np.mean([corners[one], corners[other]], axis=0).tolist())
        return top

    def _reach(self, place: Place) -> tuple[float, float]:
        high = size_of(self.nodes[place[0]])[1] / 2 if place[1] < 0 else 0.0
        return self.heights[place] - high, self.heights[place] + high

    def _spans(self, row: range) -> list[tuple[float, float]]:
        """Return the left and right edge of each column of a row."""
        margin = _TURN + 0.4 if len(self.rows) > 1 else 0.3
        widths = [_column_width(self.columns[at], self.nodes) for at in row]
        # Columns are as far apart in one row as in another.
        gap = min(
            _MOST_GAP + _least_gap(self.edges), *(self._gap(one, margin) for one in self.rows)
        )
        lefts = margin + np.cumsum([0.0, *(wide + gap for wide in widths[:-1])])
        return [(float(left), float(left + wide)) for left, wide in zip(lefts, widths, strict=True)]

    def _gap(self, row: range, margin: float) -> float:
        wide = sum(_column_width(self.columns[at], self.nodes) for at in row)
        return (self.room - 2 * margin - wide) / max(len(row) - 1, 1)

    def _turned(self, corners: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        """Return the path from the end of a row to the begin of the next."""
        first, last = corners[0], corners[-1]
        right, left = self.room - 0.4, 0.4
        middle = (first[1] + last[1]) / 2
        return np.array(
            [first, (right, first[1]), (right, middle), (left, middle), (left, last[1]), last]
        )


def _column_width(column: Sequence[Place], nodes: Mapping[int, Node]) -> float:
    return max(
        (size_of(nodes[number])[0] for number, rank in column if rank < 0), default=2 * RADIUS
    )


def _least_gap(edges: Mapping[int, Edge]) -> float:
    lettered = any(edge.operation for edge in edges.values())
    return _LEAST_GAP_LETTERED if lettered else _LEAST_GAP


def _cuts(nodes: Mapping[int, Node], edges: Mapping[int, Edge], count: int) -> list[bool]:
    """Return for each column whether only one edge, from the column before, leads across it."""
    crossing = [0] * count
    for edge in edges.values():
        for rank in range(nodes[edge.source].rank + 1, nodes[edge.target].rank + 1):
            crossing[rank] += 1
    return [number == 1 for number in crossing]


def _rows(
    widths: Sequence[float], cuts: Sequence[bool], gap: float, room: float
) -> tuple[range, ...]:
    """Break columns into rows, only where a single edge is broken."""
    if sum(widths) + gap * (len(widths) - 1) <= room:
        return (range(len(widths)),)
    rows = []
    begin = 0
    used = 2 * (_TURN + 0.4)
    last_cut = 0
    at = 0
    while at < len(widths):
        used += widths[at] + gap
        if cuts[at] and at > begin:
            last_cut = at
        if used > room + gap and last_cut > begin:
            rows.append(range(begin, last_cut))
            begin = at = last_cut
            used = 2 * (_TURN + 0.4)
            continue
        at += 1
    return (*rows, range(begin, len(widths)))


def _middle_of(columns: int) -> tuple[int, int]:
    """Return which corners stand at the edges of the middle one of the columns passed."""
    first = 2 + 2 * (columns // 2)
    return first, first + 1


def _curved(corners: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return a path straight through columns and bent between them."""
    t = np.linspace(0, 1, _STEPS)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    points: list[NDArray[np.float64]] = [np.array([corners[0]])]
    for (left, one), (right, other) in zip(corners[1::2], corners[2::2], strict=False):
        middle = (left + right) / 2
        bend = np.array([[left, one], [middle, one], [middle, other], [right, other]])
        points.append(weights @ bend)
    points.append(np.array([corners[-1]]))
    return np.vstack(points)
