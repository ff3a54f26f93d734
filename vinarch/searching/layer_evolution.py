"""Evolution of layer lists: results in, lists with one layer more or less out.

References
----------
The search that "Visualizing NAS" replays and steers edits networks so: a layer added, a layer
removed. Selection and survival are NSGA-II's, without crossover, since lists differ in length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vinarch.errors import ParameterError
from vinarch.genome import Genome, LayerSpace
from vinarch.parameters import check_whole
from vinarch.searching.generations import Generations
from vinarch.searching.genomes import LONGEST, Pool, check_longest, space_of
from vinarch.searching.objectives import Objectives, best_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import SearchSpace
    from vinarch.searching.candidates import Candidate, Result

_NETWORKS = 100
_POPULATION = 10


class LayerEvolution(Generations):
    """Evolve lists of layers by adding or removing one layer at a time.

    Parameters
    ----------
    space : LayerSpace or str
        Such as ``chain-layers``.
    objectives : sequence of str
        One or more, such as ``["max val_accuracy_percent"]``.
    networks : int, optional
        Candidates in all, 100 by default; a space that has fewer lists ends the search earlier.
    population : int, optional
        Networks of the first generation, children of each later one, and survivors; 10 by default.
    longest : int, optional
        Layers of the longest list, 5 by default.
    seed : int, optional

    Raises
    ------
    ParameterError
        If the space has no lists of layers, or a setting is out of range.

    Notes
    -----
    A parent is the better of two drawn from the survivors: the one that comes first by front and
    crowding. A layer is added or removed with even odds, then each list that was never tried with
    equal odds.
    A parent all of whose neighbours were tried is passed over. Where that is so for all survivors,
    all networks trained so far may be parents; where it is so for these too, lists are drawn at
    random.

    Examples
    --------
    >>> from vinarch.searching import LayerEvolution, Result
    >>> search = LayerEvolution("chain-layers", ["max val_accuracy_percent"], population=3)
    >>> first = search.ask()
    >>> search.tell([Result(one, (float(len(one.genome.flat)),)) for one in first])
    >>> child = search.ask()[0]
    >>> child.operator in ("add-layer", "remove-layer")
    True
    >>> len(child.genome.flat) - len(first[child.parents[0]].genome.flat) in (1, -1)
    True
    """

    def __init__(
        self,
        space: SearchSpace | str,
        objectives: Sequence[str],
        *,
        networks: int = _NETWORKS,
        population: int = _POPULATION,
        longest: int = LONGEST,
        seed: int = 0,
    ) -> None:
        found = space_of(space)
        if not isinstance(found, LayerSpace):
            raise ParameterError(
                "LayerEvolution(space=…)",
                "a space of layer lists, such as chain-layers",
                repr(found.name),
                "Search it with the strategy nsga2 or random.",
            )
        self._objectives = Objectives.read("LayerEvolution(objectives=…)", objectives)
        super().__init__(
            check_whole("LayerEvolution(networks=…)", networks, 1, None, "candidates in all"),
            len(self._objectives.texts),
        )
        self._space = found
        self._population = check_whole(
            "LayerEvolution(population=…)", population, 1, None, "networks that survive"
        )
        self._pool = Pool(found, check_longest("LayerEvolution", longest))
        check_whole("LayerEvolution(seed=…)", seed, 0, None, "seed")
        self._rng = np.random.default_rng(seed)
        self._trained: list[Result] = []
        self._survivors: list[Result] = []

    def _next(self, results: list[Result]) -> list[Candidate]:
        self._trained += results
        self._survivors = self._ranked([*self._survivors, *results])[: self._population]
        candidates = []
        for _ in range(min(self._population, self.networks - self.asked)):
            candidate = self._child() or self._drawn()
            if candidate is None:
                break
            candidates.append(candidate)
        return candidates

    def _ranked(self, results: list[Result]) -> list[Result]:
        return [results[place] for place in best_first(self._objectives.costs_of(results))]

    def _child(self) -> Candidate | None:
        """Return a neighbour of a parent that was never tried; None where no parent has one."""
        parents = self._with_new(self._survivors) or self._with_new(self._ranked(self._trained))
        if not parents:
            return None
        # They come best first, so the better of two is the one of the lower place.
        place = int(self._rng.integers(0, len(parents), 2).min())
        parent = parents[place].candidate
        ways = [(word, lists) for word, lists in self._edits(parent.genome.symbols) if lists]
        word, lists = ways[int(self._rng.integers(0, len(ways)))]
        symbols = lists[int(self._rng.integers(0, len(lists)))]
        self._pool.tried.add(symbols)
        return self._candidate(Genome(self._space, symbols), word, (parent.number,))

    def _with_new(self, results: list[Result]) -> list[Result]:
        """Return those that have a neighbour never tried."""
        return [
            result
            for result in results
            if any(lists for _, lists in self._edits(result.candidate.genome.symbols))
        ]

    def _edits(self, symbols: tuple[int, ...]) -> list[tuple[str, list[tuple[int, ...]]]]:
        """Return the lists never tried that one edit makes, by operator, in a fixed order."""
        places = range(len(symbols))
        kinds = range(len(self._space.symbols))
        removed = {symbols[:at] + symbols[at + 1 :] for at in places}
        added: set[tuple[int, ...]] = set()
        if len(symbols) < self._pool.longest:
            added = {
                (*symbols[:at], kind, *symbols[at:])
                for at in range(len(symbols) + 1)
                for kind in kinds
            }
        return [
            ("add-layer", sorted(added - self._pool.tried)),
            ("remove-layer", sorted(removed - self._pool.tried)),
        ]

    def _drawn(self) -> Candidate | None:
        genome = self._pool.draw_untried(self._rng)
        if genome is None:
            return None
        return self._candidate(genome, "random" if self._trained else "initial")
