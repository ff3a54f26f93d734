"""The NAS-Bench-101 space of cells: adjacency and operations in, symbols and module hash out.

A cell has an input, up to five operations and an output, joined by at most nine edges.
All sizes are one space, so that equal cells of two archives are equal structures.
No graph, no Dask, no files, no tables.

References
----------
Ying et al., NAS-Bench-101: Towards Reproducible Neural Architecture Search, ICML 2019.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import GenomeError
from vinarch.genome.nasbench101_hash import module_hash
from vinarch.genome.nasbench101_print import (
    INPUT,
    LABELS,
    MOST_VERTICES,
    OPERATIONS,
    OUTPUT,
    read_cell,
)
from vinarch.genome.paths import on_paths
from vinarch.genome.spaces import NEXT_STEP, Genome, SearchSpace, no_such_space, shorten

if TYPE_CHECKING:
    import numpy as np

_NAME = "nas-bench-101"
_MOST_EDGES = 9

_BITS = 2
"""Symbols of the alphabet before the operations: no edge, edge."""

_VERTICES_OF = {n * (n - 1) // 2 + n - 2: n for n in range(2, MOST_VERTICES + 1)}
"""Vertices by the length of the flattened cell."""


@dataclass(frozen=True)
class CellEdge:
    """An edge of a cell: source and target vertex, position of its symbol in the genome."""

    source: int
    target: int
    position: int


@dataclass(frozen=True)
class NasBench101Space(SearchSpace):
    """The space of NAS-Bench-101 cells of 2 to 7 vertices and at most 9 edges.

    A cell is flattened vertex by vertex, from the second on: the symbol of its operation (the
    output has none), then one bit for each vertex before it, 1 where an edge leads from there.

    Examples
    --------
    >>> from vinarch.genome import NasBench101Space
    >>> space = NasBench101Space()
    >>> cell = space.parse(
    ...     '[[[0, 1, 1], [0, 0, 1], [0, 0, 0]], ["input", "conv1x1-bn-relu", "output"]]'
    ... )
    >>> cell.flat, space.operations_of(cell)
    ('k111', ('input', 'conv1x1-bn-relu', 'output'))
    """

    @classmethod
    def from_name(cls, name: str) -> NasBench101Space:
        """Return the space of the name ``nas-bench-101``.

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
        """Return the alphabet: bits of edges, c and k for convolutions, m for max pooling."""
        return "01ckm"

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return what the symbols stand for."""
        return ("no edge", "edge", *OPERATIONS)

    @property
    def symbol_count(self) -> None:
        """Return None: the length follows the number of vertices."""
        return

    def parse(self, text: str) -> Genome:
        """Read a cell as archives print it.

        Parameters
        ----------
        text : str
            JSON, ``[adjacency, operations]`` or ``{"module_adjacency": …, "module_operations":
            …}``. The adjacency matrix is upper triangular; operations are names, or the
            benchmark's labels: -1 input, -2 output, 0, 1, 2 as in `meanings`.

        Returns
        -------
        Genome

        Raises
        ------
        GenomeError
            If it is no such JSON, has too many vertices or edges, or no path from input to output.
            Edges count as the benchmark counts them: those on such paths.

        Examples
        --------
        >>> from vinarch.genome import NasBench101Space
        >>> NasBench101Space().parse("[[[0, 1], [0, 0]], [-1, -2]]").flat
        '1'
        """
        names, rows = read_cell(text)
        symbols: list[int] = []
        for target in range(1, len(names)):
            if target < len(names) - 1:
                symbols.append(_BITS + LABELS[names[target]])
            symbols += [rows[source][target] for source in range(target)]
        return self._checked(tuple(symbols))

    def from_flat(self, flat: str) -> Genome:
        """Return the cell of a flattened sequence.

        Raises
        ------
        GenomeError
            If characters are not of the alphabet, operations and bits do not alternate as in a
            cell of 2 to 7 vertices, or no path joins input and output.

        Examples
        --------
        >>> from vinarch.genome import NasBench101Space
        >>> space = NasBench101Space()
        >>> space.print_genome(space.from_flat("c101"))
        '[[[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", "conv3x3-bn-relu", "output"]]'
        """
        genome = super().from_flat(flat)
        vertices = _VERTICES_OF.get(len(flat))
        if vertices is not None:
            kinds = [symbol >= _BITS for symbol in genome.symbols]
            places = {_operation_at(vertex) for vertex in range(1, vertices - 1)}
            if kinds == [at in places for at in range(len(flat))]:
                return self._checked(genome.symbols)
        raise GenomeError(
            "flattened genome",
            "for each vertex from the second on its operation (c, k or m; none for the last) "
            "and a bit for each vertex before it",
            shorten(flat),
            NEXT_STEP,
        )

    def print_genome(self, genome: Genome) -> str:
        """Write a cell as ``[adjacency, operations]`` with the operations' names."""
        vertices = _VERTICES_OF[len(genome.symbols)]
        rows = [[0] * vertices for _ in range(vertices)]
        for edge in self.edges_of(genome):
            rows[edge.source][edge.target] = 1
        return json.dumps([rows, self.operations_of(genome)])

    def operations_of(self, genome: Genome) -> tuple[str, ...]:
        """Return the operation of each vertex, ``input`` and ``output`` at the ends."""
        vertices = _VERTICES_OF[len(genome.symbols)]
        inner = (
            OPERATIONS[genome.symbols[_operation_at(vertex)] - _BITS]
            for vertex in range(1, vertices - 1)
        )
        return (INPUT, *inner, OUTPUT)

    def operation_position(self, genome: Genome, vertex: int) -> int | None:
        """Return where in the genome a vertex's operation stands; input and output have none."""
        vertices = _VERTICES_OF[len(genome.symbols)]
        return _operation_at(vertex) if 0 < vertex < vertices - 1 else None

    def edges_of(self, genome: Genome) -> tuple[CellEdge, ...]:
        """Return the edges of a cell in the order of their bits, dead ones included."""
        return _edges(genome.symbols)

    def live_edges_of(self, genome: Genome) -> tuple[CellEdge, ...]:
        """Return the edges on paths from input to output: the part that computes."""
        return _live(genome.symbols)

    def canonical_form(self, genome: Genome) -> str:
        """Return the benchmark's own module hash, the key of its published records.

        Vertices that are on no path from input to output are dropped; isomorphic cells share it.

        Examples
        --------
        >>> from vinarch.genome import NasBench101Space
        >>> space = NasBench101Space()
        >>> space.canonical_form(space.parse("[[[0, 1], [0, 0]], [-1, -2]]"))
        '043721b9c7fe8c5fad811d47d83132ec'
        """
        edges = [(edge.source, edge.target) for edge in self.live_edges_of(genome)]
        return module_hash([LABELS[name] for name in self.operations_of(genome)], edges)

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw a cell of seven vertices as the benchmark's random search does.

        Each edge with even odds and each operation of the three, drawn anew until the cell is
        valid.
        """
        length = max(_VERTICES_OF)
        places = [_operation_at(vertex) for vertex in range(1, MOST_VERTICES - 1)]
        while True:
            drawn = rng.integers(0, _BITS, length)
            drawn[places] = _BITS + rng.integers(0, len(OPERATIONS), len(places))
            symbols = tuple(drawn.tolist())
            if 0 < len(_live(symbols)) <= _MOST_EDGES:
                return Genome(self, symbols)

    def _checked(self, symbols: tuple[int, ...]) -> Genome:
        genome = Genome(self, symbols)
        edges = len(_live(symbols))
        if not edges:
            raise GenomeError(
                "cell", "a path from input to output", shorten(genome.flat), NEXT_STEP
            )
        if edges > _MOST_EDGES:
            raise GenomeError(
                "cell",
                f"at most {_MOST_EDGES} edges on paths from input to output",
                f"{edges}: {shorten(genome.flat)}",
                NEXT_STEP,
            )
        return genome


def _operation_at(vertex: int) -> int:
    return vertex - 1 + vertex * (vertex - 1) // 2


def _edges(symbols: tuple[int, ...]) -> tuple[CellEdge, ...]:
    vertices = _VERTICES_OF[len(symbols)]
    found = []
    for target in range(1, vertices):
        first = _operation_at(target) + (target < vertices - 1)
        found += [
            CellEdge(source, target, first + source)
            for source in range(target)
            if symbols[first + source] == 1
        ]
    return tuple(found)


def _live(symbols: tuple[int, ...]) -> tuple[CellEdge, ...]:
    edges = _edges(symbols)
    last = _VERTICES_OF[len(symbols)] - 1
    live = on_paths([(edge.source, edge.target) for edge in edges], 0, last)
    return tuple(edge for edge in edges if edge.source in live and edge.target in live)
