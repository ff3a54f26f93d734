"""Asking by generations: who was asked, who was told, and what a search may still spend.

Results in, the next generation out; what the generation is made of says the strategy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError
from vinarch.searching.candidates import Candidate, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import Genome


class Generations(ABC):
    """A strategy that asks for a generation once all results of the one before are told.

    The order in which results are told does not matter: they are sorted by number before they
    are looked at.

    Attributes
    ----------
    networks : int
        How many candidates it asks for at most.
    asked : int
        How many it has asked for.
    """

    def __init__(self, networks: int, values: int | None) -> None:
        self.networks = networks
        self.asked = 0
        self._values = values
        self._waiting: dict[int, Candidate] = {}
        self._told: list[Result] = []
        self._generation = 0

    def ask(self) -> list[Candidate]:
        """Return the next generation, all at once; an empty list where the search is over.

        Raises
        ------
        ParameterError
            If results of the last one are missing.
        """
        if self._waiting:
            raise ParameterError(
                f"{type(self).__name__}.ask()",
                "the results of all candidates asked before",
                f"{len(self._waiting)} missing, the first of candidate {min(self._waiting)}",
                "Tell them first; a failed training has the values ().",
            )
        told = sorted(self._told, key=lambda result: result.candidate.number)
        self._told = []
        candidates = self._next([result for result in told if result.values])
        self._waiting = {candidate.number: candidate for candidate in candidates}
        self._generation += 1
        return candidates

    def tell(self, results: Sequence[Result]) -> None:
        """Take results of the last generation, all at once or in parts, in any order.

        Raises
        ------
        ParameterError
            If it is no list of results, a candidate was not asked for or was told before, or its
            values are not one finite number an objective (none where the training failed).
            Nothing is taken then.
        """
        listed = self._checked(results)
        left = dict(self._waiting)
        for result in listed:
            number: Any = getattr(result.candidate, "number", None)
            if left.pop(number, None) != result.candidate:
                raise ParameterError(
                    f"{type(self).__name__}.tell(results)",
                    "each candidate of the last generation once",
                    f"{result.candidate}",
                    "Tell what `ask` returned, unchanged.",
                )
            self._check_values(result)
        self._waiting = left
        self._told += listed

    @abstractmethod
    def _next(self, results: list[Result]) -> list[Candidate]:
        """Return the next generation; the results of the last one come without failed ones."""

    def _candidate(
        self,
        genome: Genome,
        operator: str | None,
        parents: Sequence[int] = (),
        repeat: int = 0,
        generation: int | None = None,
    ) -> Candidate:
        """Return a candidate with the next number."""
        of = self._generation if generation is None else generation
        candidate = Candidate(self.asked, genome, of, tuple(parents), operator, repeat)
        self.asked += 1
        return candidate

    def _checked(self, results: Any) -> list[Result]:
        listed = list(results) if isinstance(results, Iterable) else [results]
        strange = [one for one in listed if not isinstance(one, Result)]
        if strange or not isinstance(results, Iterable):
            raise ParameterError(
                f"{type(self).__name__}.tell(results)",
                "a list of Result, one a candidate",
                type(strange[0] if strange else results).__name__,
                "Tell [Result(candidate, (92.5, 310.0)), …], say.",
            )
        return listed

    def _check_values(self, result: Result) -> None:
        values: Any = result.values
        numbers = isinstance(values, (tuple, list)) and all(
            isinstance(one, Real) and isfinite(one) for one in values
        )
        wanted = len(values) if numbers and self._values is None else self._values
        if not numbers or len(values) not in (0, wanted):
            raise ParameterError(
                f"{type(self).__name__}.tell(results), candidate {result.candidate.number}",
                f"{wanted} finite numbers, one an objective, or () where the training failed",
                repr(values),
                "Tell a training without a value as failed.",
            )
