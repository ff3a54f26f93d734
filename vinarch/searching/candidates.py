"""What a strategy asks for, what it is told, and what a strategy is.

A network to train out, its values in; no training, no record, no library of searches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import Genome


@dataclass(frozen=True)
class Candidate:
    """A network that a strategy asks for.

    Attributes
    ----------
    number : int
        From 0 in the order of asking; the strategy gives it.
    genome : Genome
    generation : int
        From 0. A strategy that asks without looking at any result has generation 0 only.
    parents : tuple of int
        Numbers of the candidates that it was made from.
    operator : str or None
        How it was made: ``initial``, ``crossover``, ``mutation``, ``crossover+mutation``,
        ``add-layer``, ``remove-layer``, ``random``; None where it comes from a list.
    repeat : int
        Which training of the genome, from 0.
    """

    number: int
    genome: Genome
    generation: int
    parents: tuple[int, ...] = ()
    operator: str | None = None
    repeat: int = 0


@dataclass(frozen=True)
class Result:
    """What came of a candidate.

    Attributes
    ----------
    candidate : Candidate
    values : tuple of float
        One finite number an objective, in the strategy's order and the objective's own direction;
        empty where the training failed.
    """

    candidate: Candidate
    values: tuple[float, ...]


@runtime_checkable
class Strategy(Protocol):
    """A search strategy: two methods, and no base class needed.

    The same settings and the same results told must lead to the same candidates, so that an
    interrupted search can be taken up by asking anew.
    """

    def ask(self) -> Sequence[Candidate]:
        """Return the next generation, all at once; nothing where the search is over."""

    def tell(self, results: Sequence[Result]) -> None:
        """Take the results of a generation, in any order."""
