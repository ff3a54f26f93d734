"""Every genome of a space, each trained several times: no results looked at, all candidates out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError
from vinarch.parameters import check_whole
from vinarch.searching.generations import Generations
from vinarch.searching.genomes import FIXED_LENGTH, LONGEST, Pool, check_longest, space_of
from vinarch.searching.objectives import Objectives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.genome import Genome, SearchSpace
    from vinarch.searching.candidates import Candidate, Result

_REPEATS = 3
_BATCH = 100

_LIMIT = 100_000
"""Trainings that nobody asks for by mistake: NAS-Bench-201's 15,625 cells six times."""


class Exhaustive(Generations):
    """Ask for all genomes in a fixed order, once a repeat.

    Parameters
    ----------
    space : SearchSpace or str
        Of layer lists, or of fixed length.
    objectives : sequence of str
        Such as ``["max val_accuracy_percent"]``; they change nothing.
    longest : int, optional
        Layers of the longest list, 5 by default; lists of 0, 1, … layers.
    repeats : int, optional
        Trainings of each genome, 3 by default. All genomes are trained once before any is trained
        again, so that an interrupted table lacks repeats first.
    batch : int, optional
        Candidates that are asked for at once, 100 by default.
    limit : int, optional
        Trainings that are allowed, 100,000 by default.

    Raises
    ------
    ParameterError
        If there are more trainings than `limit`, only counting would tell how many, or a setting
        is out of range.

    Examples
    --------
    >>> from vinarch.searching import Exhaustive
    >>> table = Exhaustive("chain-layers", ["max val_accuracy_percent"])
    >>> table.networks
    1092
    >>> [candidate.genome.flat for candidate in table.ask()[:6]]
    ['', 'c', 'k', 'm', 'cc', 'ck']
    """

    def __init__(
        self,
        space: SearchSpace | str,
        objectives: Sequence[str],
        *,
        longest: int = LONGEST,
        repeats: int = _REPEATS,
        batch: int = _BATCH,
        limit: int = _LIMIT,
    ) -> None:
        wanted = Objectives.read("Exhaustive(objectives=…)", objectives)
        pool = Pool(space_of(space), check_longest("Exhaustive", longest))
        check_whole("Exhaustive(repeats=…)", repeats, 1, None, "trainings of each genome")
        self._batch = check_whole("Exhaustive(batch=…)", batch, 1, None, "candidates at once")
        check_whole("Exhaustive(limit=…)", limit, 1, None, "trainings that are allowed")
        size = pool.size
        if size is None:
            raise ParameterError(
                "Exhaustive(space=…)",
                f"a space of layer lists, or one of fixed length: {', '.join(FIXED_LENGTH)}",
                repr(pool.space.name),
                "Search it with the strategy random.",
            )
        super().__init__(repeats * size, len(wanted.texts))
        if self.networks > limit:
            raise ParameterError(
                "Exhaustive(limit=…)",
                f"a space of at most {limit:,} trainings",
                f"{self.networks:,}: {size:,} genomes of {pool.space.name}, {repeats} times each",
                "Choose a smaller space, fewer repeats or a higher limit.",
            )
        self._rest: Iterator[tuple[int, Genome]] = (
            (repeat, genome) for repeat in range(repeats) for genome in pool.all()
        )

    def _next(self, results: list[Result]) -> list[Candidate]:  # noqa: ARG002 - it trains all
        return [
            self._candidate(genome, None, repeat=repeat, generation=0)
            for repeat, genome in islice(self._rest, self._batch)
        ]
