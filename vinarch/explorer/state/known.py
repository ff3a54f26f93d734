"""What a commons lets a reader choose from, as plain values.

`vinarch.explorer.answers.known_of` makes it of a commons; tests make it by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class KnownSpace:
    """A search space, as far as a choice depends on it."""

    name: str
    characters: str
    """The alphabet."""
    symbol_count: int | None
    """Length of every genome; None where lengths differ."""
    phase_starts: tuple[int, ...] = ()
    """Where each phase starts in the flattened genome; empty where there are no phases."""

    @property
    def longest(self) -> int:
        """Return the longest minimum length that can be asked for, in symbols."""
        return self.symbol_count or _LONGEST

    @property
    def phases(self) -> tuple[tuple[int, int], ...]:
        """Return the start and stop of each phase in the flattened genome."""
        return tuple(pairwise((*self.phase_starts, self.symbol_count or 0)))


_LONGEST = 50
"""Where genomes have no one length; few runs are longer, and a slider must end."""


@dataclass(frozen=True)
class KnownExperiment:
    """An experiment that can be chosen: one with structures."""

    archive: str
    name: str
    space: KnownSpace
    structure_count: int
    history_row_count: int


@dataclass(frozen=True)
class Known:
    """What can be chosen, in the order in which it is offered."""

    experiments: tuple[KnownExperiment, ...]
    untrained: tuple[tuple[str, str], ...] = ()
    """Archive and name of the experiments without architectures, which cannot be chosen."""
    functions: tuple[str, ...] = ("penguin",)
    metrics: tuple[str, ...] = ("cityblock", "euclidean", "hamming")
    linkages: tuple[str, ...] = ("average", "single", "complete")

    @property
    def archives(self) -> tuple[str, ...]:
        """Return the archives with an experiment that can be chosen."""
        return tuple(dict.fromkeys(known.archive for known in self.experiments))

    def of(self, archive: str | None) -> tuple[KnownExperiment, ...]:
        """Return the experiments of an archive that can be chosen."""
        return tuple(known for known in self.experiments if known.archive == archive)

    def space_of(self, archive: str | None, names: tuple[str, ...]) -> KnownSpace | None:
        """Return the search space of the first of some experiments; None where there is none."""
        for known in self.of(archive):
            if known.name in names:
                return known.space
        return None
