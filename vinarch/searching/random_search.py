"""Random search: genomes drawn from a space, none twice; results in, and not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vinarch.parameters import check_whole
from vinarch.searching.generations import Generations
from vinarch.searching.genomes import LONGEST, Pool, check_longest, space_of
from vinarch.searching.objectives import Objectives

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import SearchSpace
    from vinarch.searching.candidates import Candidate, Result

_NETWORKS = 100
_BATCH = 10


class RandomSearch(Generations):
    """Draw genomes as the space does, each at most once.

    Parameters
    ----------
    space : SearchSpace or str
        Any. Of layer lists, each up to `longest` has equal odds.
    objectives : sequence of str
        Such as ``["max val_accuracy_percent", "min mflops"]``; they change nothing.
    networks : int, optional
        Candidates in all, 100 by default; a space that has fewer genomes ends the search earlier.
    batch : int, optional
        Candidates that are asked for at once, 10 by default.
    longest : int, optional
        Layers of the longest list, 5 by default.
    seed : int, optional

    Raises
    ------
    ParameterError
        If a setting is out of range.

    Examples
    --------
    >>> from vinarch.searching import RandomSearch, Result
    >>> search = RandomSearch("chain-layers", ["max val_accuracy_percent"], networks=12)
    >>> while candidates := search.ask():
    ...     print(len(candidates))
    ...     search.tell([Result(one, (90.0,)) for one in candidates])
    10
    2
    """

    def __init__(
        self,
        space: SearchSpace | str,
        objectives: Sequence[str],
        *,
        networks: int = _NETWORKS,
        batch: int = _BATCH,
        longest: int = LONGEST,
        seed: int = 0,
    ) -> None:
        wanted = Objectives.read("RandomSearch(objectives=…)", objectives)
        super().__init__(
            check_whole("RandomSearch(networks=…)", networks, 1, None, "candidates in all"),
            len(wanted.texts),
        )
        self._batch = check_whole("RandomSearch(batch=…)", batch, 1, None, "candidates at once")
        self._pool = Pool(space_of(space), check_longest("RandomSearch", longest))
        check_whole("RandomSearch(seed=…)", seed, 0, None, "seed")
        self._rng = np.random.default_rng(seed)

    def _next(self, results: list[Result]) -> list[Candidate]:  # noqa: ARG002 - it is random
        candidates = []
        for _ in range(min(self._batch, self.networks - self.asked)):
            genome = self._pool.draw_untried(self._rng)
            if genome is None:
                break
            candidates.append(self._candidate(genome, "random", generation=0))
        return candidates
