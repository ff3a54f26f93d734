"""What a search space is, and what a genome in it is, whatever the space.

A space reads the encoding that archives print, flattens it to symbols of a small alphabet, and
knows which genomes are the same network.
No graph, no Dask, no files, no tables.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import GenomeError

if TYPE_CHECKING:
    import numpy as np

NEXT_STEP = "Mend the genome, or name the search space that it belongs to."


@dataclass(frozen=True)
class Genome:
    """A genome: its search space and its symbols in order.

    Attributes
    ----------
    space : SearchSpace
    symbols : tuple of int
        Positions in the space's alphabet, `SearchSpace.characters`.
    """

    space: SearchSpace
    symbols: tuple[int, ...]

    @property
    def flat(self) -> str:
        """Return the flattened sequence, one character a symbol."""
        characters = self.space.characters
        return "".join(characters[symbol] for symbol in self.symbols)

    @property
    def structure_id(self) -> str:
        """Return the key of the structure across experiments."""
        return f"{self.space.name}:{self.flat}"

    @property
    def canonical_id(self) -> str:
        """Return a key that genomes of the same network share."""
        return f"{self.space.name}:{self.space.canonical_form(self)}"


class SearchSpace(ABC):
    """A search space; each is a frozen dataclass in a module of its own."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return the name that stands in the column ``search_space``, without a colon.

        `vinarch.genome.search_space` returns an equal space for it.
        """

    @property
    @abstractmethod
    def characters(self) -> str:
        """Return the alphabet: the character of each symbol in a flattened sequence."""

    @property
    @abstractmethod
    def meanings(self) -> tuple[str, ...]:
        """Return what each symbol of the alphabet stands for, in the words of the space."""

    @property
    @abstractmethod
    def symbol_count(self) -> int | None:
        """Return the length of every flattened genome, or None where lengths differ."""

    @property
    def says_all(self) -> bool:
        """Return whether a flattened genome says all that its network is made of.

        Where it does not, as in lists of layers whose settings are no symbols, networks of one
        structure may differ, and only equal verbatim encodings are the same network.
        """
        return True

    @abstractmethod
    def parse(self, text: str) -> Genome:
        """Read a genome as archives print it.

        Raises
        ------
        GenomeError
            If it is none of this space.
        """

    @abstractmethod
    def print_genome(self, genome: Genome) -> str:
        """Write a genome in the encoding that `parse` reads."""

    @abstractmethod
    def canonical_form(self, genome: Genome) -> str:
        """Return what genomes of the same network share, and no others."""

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw a genome at random."""

    def from_flat(self, flat: str) -> Genome:
        """Return the genome of a flattened sequence.

        Raises
        ------
        GenomeError
            If it is too long or too short, or a character is not of the alphabet.
        """
        wanted = self.symbol_count
        strange = set(flat) - set(self.characters)
        if strange or (wanted is not None and len(flat) != wanted):
            number = "characters" if wanted is None else f"{wanted} characters"
            raise GenomeError(
                "flattened genome",
                f"{number} {_either(self.characters)}",
                shorten(flat),
                NEXT_STEP,
            )
        return Genome(self, tuple(map(self.characters.index, flat)))


def no_such_space(expected: str, got: str) -> GenomeError:
    """Return the error that a name of a search space is none; the names wanted and what came."""
    step = "vinarch.search_space reads the names of all spaces."
    return GenomeError("search space", expected, got, step)


def shorten(text: str, limit: int = 60) -> str:
    """Quote a genome for a message.

    Examples
    --------
    >>> shorten("[[0, 1]]", limit=5)
    "'[[0,…'"
    """
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def _either(characters: str) -> str:
    if len(characters) == 1:
        return characters
    return ", ".join(characters[:-1]) + f" or {characters[-1]}"
