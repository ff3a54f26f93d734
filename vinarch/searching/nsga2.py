"""NSGA-II as NSGA-Net runs it, by pymoo: results in, the next generation of genomes out.

Binary tournament by dominance, then crowding; two-point crossover; polynomial mutation (η = 3),
rounded; survival by front, then crowding; no genome twice in a search.

References
----------
Deb, Pratap, Agarwal, Meyarivan, A fast and elitist multiobjective genetic algorithm: NSGA-II,
IEEE Transactions on Evolutionary Computation 2002.
Lu et al., NSGA-Net: Neural Architecture Search using Multi-Objective Genetic Algorithm, GECCO 2019.
Blank and Deb, pymoo: Multi-Objective Optimization in Python, IEEE Access 2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.genome import Genome
from vinarch.parameters import check_whole
from vinarch.searching.checking import check_number
from vinarch.searching.generations import Generations
from vinarch.searching.genomes import FIXED_LENGTH, Pool, space_of, symbol_ranges
from vinarch.searching.nsga2_mating import (
    Operators,
    lineage_of,
    new_individual,
    new_search,
    with_costs,
)
from vinarch.searching.objectives import Objectives

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import SearchSpace
    from vinarch.searching.candidates import Candidate, Result

_NETWORKS = 100
_LEAST_POPULATION = 10
"""Of the searches of 100 networks in JS9FR6, all of which start with the same ten genomes."""

_GENERATIONS = 50
"""Of NSGA-Net's own default: a population of 40 and 2,000 networks."""

_ETA = 3.0


class NSGA2(Generations):
    """NSGA-II over the symbols of a genome.

    Parameters
    ----------
    space : SearchSpace or str
        Of fixed length: NSGA-Net's macro or micro space, NAS-Bench-201.
    objectives : sequence of str
        Such as ``["max val_accuracy_percent", "min mflops"]``.
    networks : int, optional
        Candidates in all, 100 by default.
    population : int, optional
        Networks of the first generation, and those that survive each; by default a fiftieth of
        `networks`, but at least 10. Of 100 networks that is 10, as in the searches of JS9FR6, and
        of 2,000 it is 40, as in NSGA-Net.
    offspring : int, optional
        Children a generation; as many as the population by default.
    crossover : float, optional
        Share of pairs that are crossed, 1 by default.
    mutation : float, optional
        Chance of each symbol to be mutated; one by the number of symbols by default.
    eta : float, optional
        Index of the polynomial distribution, 3 by default.
    seed : int, optional
        Of everything random here; NumPy's global state is neither read nor changed.

    Raises
    ------
    ParameterError
        If genomes of the space have no fixed length, or a setting is out of range.

    Notes
    -----
    A child that was asked for before is dropped and another is made.
    Where a hundred rounds of mating do not fill a generation, genomes never tried are drawn at
    random (operator ``random``), so that exactly `networks` are asked for unless the space has
    fewer.
    A network whose training failed takes no part in anything but is not tried again.

    Examples
    --------
    >>> from vinarch.searching import NSGA2, Result
    >>> search = NSGA2("nas-bench-201", ["min cost"], networks=8, population=4, seed=1)
    >>> first = search.ask()
    >>> [candidate.operator for candidate in first]
    ['initial', 'initial', 'initial', 'initial']
    >>> search.tell([Result(one, (float(one.genome.flat.count("c")),)) for one in first])
    >>> child = search.ask()[0]
    >>> child.number, child.generation
    (4, 1)
    """

    def __init__(  # noqa: PLR0913 - all but two are passed by name
        self,
        space: SearchSpace | str,
        objectives: Sequence[str],
        *,
        networks: int = _NETWORKS,
        population: int | None = None,
        offspring: int | None = None,
        crossover: float = 1.0,
        mutation: float | None = None,
        eta: float = _ETA,
        seed: int = 0,
    ) -> None:
        found = space_of(space)
        ranges = symbol_ranges(found)
        if ranges is None:
            raise ParameterError(
                "NSGA2(space=…)",
                f"a space of fixed length: {', '.join(FIXED_LENGTH)}",
                repr(found.name),
                "Search it with the strategy random, lists of layers with layer-evolution too.",
            )
        self._objectives = Objectives.read("NSGA2(objectives=…)", objectives)
        self._space = found
        self._pool = Pool(found)
        count = check_whole("NSGA2(networks=…)", networks, 1, None, "candidates in all")
        super().__init__(count, len(self._objectives.texts))
        size = (
            max(_LEAST_POPULATION, count // _GENERATIONS)
            if population is None
            else check_whole("NSGA2(population=…)", population, 2, None, "networks that survive")
        )
        self._offspring = (
            size
            if offspring is None
            else check_whole("NSGA2(offspring=…)", offspring, 1, None, "children a generation")
        )
        operators = Operators(
            check_number("NSGA2(crossover=…)", crossover, 0, 1, "share of pairs that are crossed"),
            1 / len(ranges)
            if mutation is None
            else check_number("NSGA2(mutation=…)", mutation, 0, 1, "chance of each symbol"),
            check_number("NSGA2(eta=…)", eta, 1, 100, "index of the polynomial distribution"),
        )
        self._population = size
        self._search = new_search(self._pool, ranges, len(self._objectives.texts), size, operators)
        check_whole("NSGA2(seed=…)", seed, 0, None, "seed")
        self._rng = self._search.random_state = np.random.default_rng(seed)
        self._individuals: dict[int, Any] = {}

    def _next(self, results: list[Result]) -> list[Candidate]:
        if results:
            asked = [self._individuals[result.candidate.number] for result in results]
            self._search.tell(infills=with_costs(asked, self._objectives.costs_of(results)))
        self._individuals = {}
        begun = self._search.is_initialized
        wanted = min(
            self._offspring if begun else self._population,
            self.networks - self.asked,
        )
        generation = self._bred(wanted) if begun and wanted else []
        # An empty mating, or a first generation: nothing to go by, so the space is drawn from.
        while len(generation) < wanted:
            drawn = self._pool.draw_untried(self._rng)
            if drawn is None:
                break
            candidate = self._candidate(drawn, "random" if begun else "initial")
            self._individuals[candidate.number] = new_individual(drawn.symbols, candidate.number)
            generation.append(candidate)
        return generation

    def _bred(self, wanted: int) -> list[Candidate]:
        """Return children, fewer than wanted where mating finds no more that are new."""
        self._search.n_offsprings = wanted
        children = self._search.ask()
        # pymoo ends a search whose mating finds nothing new; this one goes on with random genomes.
        self._search.termination.force_termination = False
        bred = []
        for child in [] if children is None else children:
            symbols = tuple(child.X.tolist())
            self._pool.tried.add(symbols)
            parents, operator = lineage_of(child)
            candidate = self._candidate(Genome(self._space, symbols), operator, parents)
            child.set("number", candidate.number)
            self._individuals[candidate.number] = child
            bred.append(candidate)
        return bred
