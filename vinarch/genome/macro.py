"""The NSGA-Net macro search space: printed genomes in, flattened symbols and keys out.

A phase of n nodes is encoded by n(n-1)/2 connection bits, row by row of the lower triangle
(node 2 from 1, node 3 from 1, 3 from 2, …), and one skip bit.
No graph, no Dask, no files, no tables.

References
----------
Lu et al., NSGA-Net: Neural Architecture Search using Multi-Objective Genetic Algorithm,
GECCO 2019.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, Any

from vinarch.errors import GenomeError
from vinarch.genome.printed import is_whole, quote_json, read_json
from vinarch.genome.spaces import NEXT_STEP, Genome, SearchSpace, no_such_space, shorten

if TYPE_CHECKING:
    import numpy as np

_MOST_NODES = 8
"""Connected nodes of a phase whose numberings are all tried, 40,320 of them; more would take
seconds a genome."""

_NAME = re.compile(
    r"nsga-net-macro-(?:([1-9][0-9]{0,2})x([1-9][0-9]{0,2})|([1-9][0-9]{0,2}(?:\+[1-9][0-9]{0,2})*))"
)
"""Three digits, so that no name asks for more memory than there is."""


@dataclass(frozen=True)
class MacroSpace(SearchSpace):
    """The search space: how many nodes each phase has.

    Parameters
    ----------
    nodes : tuple of int
        Nodes of each phase, at least one each.

    Examples
    --------
    >>> from vinarch.genome import MacroSpace
    >>> space = MacroSpace((4, 4, 4))
    >>> space.name, space.symbol_count
    ('nsga-net-macro-3x4', 21)
    """

    nodes: tuple[int, ...]

    @classmethod
    def from_name(cls, name: str) -> MacroSpace:
        """Return the space of a name such as ``nsga-net-macro-3x4`` or ``nsga-net-macro-4+5``.

        Raises
        ------
        GenomeError
            If the name is no such name.
        """
        found = _NAME.fullmatch(name)
        if found is None:
            raise no_such_space("nsga-net-macro-<phases>x<nodes>", repr(name))
        phases, nodes, listed = found.groups()
        if listed is not None:
            return cls(tuple(map(int, listed.split("+"))))
        return cls((int(nodes),) * int(phases))

    @property
    def name(self) -> str:
        """Return the name that stands in the column ``search_space``."""
        if len(set(self.nodes)) == 1:
            return f"nsga-net-macro-{len(self.nodes)}x{self.nodes[0]}"
        return "nsga-net-macro-" + "+".join(map(str, self.nodes))

    @property
    def characters(self) -> str:
        """Return the alphabet: a bit is 0 or 1."""
        return "01"

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return what the bits stand for."""
        return ("no connection", "connection")

    @property
    def phase_bits(self) -> tuple[int, ...]:
        """Return the bits of each phase: its connections and the skip bit."""
        return tuple(n * (n - 1) // 2 + 1 for n in self.nodes)

    @property
    def symbol_count(self) -> int:
        """Return the length of a flattened genome."""
        return sum(self.phase_bits)

    @property
    def phase_starts(self) -> tuple[int, ...]:
        """Return where each phase starts in the flattened genome, from 0."""
        return tuple(sum(self.phase_bits[:phase]) for phase in range(len(self.nodes)))

    @property
    def phase_spans(self) -> tuple[tuple[int, int], ...]:
        """Return where each phase starts and stops in the flattened genome.

        Examples
        --------
        >>> from vinarch.genome import MacroSpace
        >>> MacroSpace((4, 4, 4)).phase_spans
        ((0, 7), (7, 14), (14, 21))
        """
        return tuple(pairwise((*self.phase_starts, self.symbol_count)))

    def parse(self, text: str) -> Genome:
        """Read a genome as archives print it.

        Parameters
        ----------
        text : str
            Nested lists of bits: one list a phase, either flat, ``[[0, 0, 0, 1, 1, 0, 1], …]``,
            or split by node, ``[[[0], [0, 0], [1, 1, 0], [1]], …]``.

        Returns
        -------
        Genome

        Raises
        ------
        GenomeError
            If it is no such list, or a phase has too few or too many bits.

        Examples
        --------
        >>> from vinarch.genome import MacroSpace
        >>> MacroSpace((3, 2)).parse("[[1, 0, 1, 0], [1, 1]]").flat
        '101011'
        >>> MacroSpace((3, 2)).parse("[[[1], [0, 1], [0]], [[1], [1]]]").flat
        '101011'
        """
        phases = read_json(text)
        if not isinstance(phases, list) or not all(isinstance(phase, list) for phase in phases):
            raise GenomeError(
                "genome",
                f"{len(self.nodes)} lists of 0 and 1, one a phase",
                shorten(text),
                NEXT_STEP,
            )
        if len(phases) != len(self.nodes):
            raise GenomeError(
                "genome",
                f"{len(self.nodes)} phases",
                f"{len(phases)}: {shorten(text)}",
                NEXT_STEP,
            )
        symbols: list[int] = []
        for number, (phase, bits) in enumerate(zip(phases, self.phase_bits, strict=True), start=1):
            symbols += _phase_symbols(phase, number, bits)
        return Genome(self, tuple(symbols))

    def phases_of(self, genome: Genome) -> tuple[tuple[int, ...], ...]:
        """Return the bits of a genome phase by phase."""
        return tuple(genome.symbols[start:stop] for start, stop in self.phase_spans)

    def print_genome(self, genome: Genome) -> str:
        """Write a genome as one list a phase.

        Examples
        --------
        >>> space = MacroSpace((3, 2))
        >>> space.print_genome(space.from_flat("101011"))
        '[[1, 0, 1, 0], [1, 1]]'
        """
        return str([list(phase) for phase in self.phases_of(genome)])

    def canonical_form(self, genome: Genome) -> str:
        """Return a form that networks of the same connections share.

        In each phase nodes without any connection are dropped and the others renumbered so that
        isomorphic phases become equal; a phase without connections is skipped whole, so that its
        skip bit does not count either.
        A phase of more than eight connected nodes is kept as it is printed.
        """
        return "/".join(
            canonical_phase(bits, nodes)
            for bits, nodes in zip(self.phases_of(genome), self.nodes, strict=True)
        )

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw each bit with equal odds, as NSGA-Net's first population is drawn."""
        return Genome(self, tuple(rng.integers(0, 2, self.symbol_count).tolist()))


@lru_cache(maxsize=4096)
def canonical_phase(bits: tuple[int, ...], nodes: int) -> str:
    """Return a phase's canonical form: active nodes, connections of the least numbering, skip bit.

    Parameters
    ----------
    bits : tuple of int
        Connection bits and skip bit of one phase.
    nodes : int
        Its nodes.

    Examples
    --------
    A single connection is the same wherever it stands:

    >>> canonical_phase((1, 0, 0, 0), 3), canonical_phase((0, 0, 1, 0), 3)
    ('2.1.0', '2.1.0')
    """
    edges = {
        (source, target)
        for position, (source, target) in enumerate(
            (source, target) for target in range(nodes) for source in range(target)
        )
        if bits[position]
    }
    active = sorted({node for edge in edges for node in edge})
    if not active:
        return "0"
    triangle = [(s, t) for t in range(len(active)) for s in range(t)]
    if len(active) > _MOST_NODES:
        return f"{len(active)}.as-printed.{''.join(map(str, bits))}"
    best = ""
    for order in permutations(active):
        number = {node: place for place, node in enumerate(order)}
        renamed = {(number[s], number[t]) for s, t in edges}
        if all(s < t for s, t in renamed):
            best = max(best, "".join("01"[edge in renamed] for edge in triangle))
    return f"{len(active)}.{best}.{bits[-1]}"


def _phase_symbols(phase: list[Any], number: int, bits: int) -> list[int]:
    flat: list[Any] = []
    for part in phase:
        flat += part if isinstance(part, list) else [part]
    if not all(is_whole(symbol) and symbol in (0, 1) for symbol in flat):
        raise GenomeError(f"phase {number}", "bits 0 or 1", quote_json(phase), NEXT_STEP)
    if len(flat) != bits:
        raise GenomeError(
            f"phase {number}",
            f"{bits} bits ({bits - 1} connections and the skip bit)",
            f"{len(flat)} bits: {quote_json(flat)}",
            NEXT_STEP,
        )
    return flat
