"""NSGA-Net's mating in pymoo's terms: two-point crossover and rounded polynomial mutation.

A population of symbols in, children out that know their parents and how they were made.
What pymoo does is left to pymoo; here stands what it does not tell, or does otherwise than the
version that NSGA-Net ran with: there each pair was crossed, each child mutated, and the bounds of
the mutation lay half a symbol beyond the first and the last, so that rounding favours no symbol.

References
----------
Lu et al., NSGA-Net: Neural Architecture Search using Multi-Objective Genetic Algorithm, GECCO 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import MissingLibraryError

try:
    from pymoo.algorithms.moo.nsga2 import NSGA2, binary_tournament
    from pymoo.core.duplicate import DuplicateElimination
    from pymoo.core.individual import Individual
    from pymoo.core.mating import Mating
    from pymoo.core.population import Population
    from pymoo.core.problem import Problem
    from pymoo.core.repair import Repair
    from pymoo.core.termination import NoTermination
    from pymoo.operators.crossover.pntx import PointCrossover
    from pymoo.operators.mutation.pm import PolynomialMutation
    from pymoo.operators.selection.tournament import TournamentSelection
except ImportError as error:
    raise MissingLibraryError(
        "strategy nsga2",
        "pymoo",
        "none installed",
        "pip install 'vinarch[search]'; see docs/how-to/run-a-search.md.",
    ) from error

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.searching.genomes import Pool

_CUTS = 2
_HALF = 0.5
"""How far the bounds lie beyond the symbols: a half, so that each rounds from an equal share."""


@dataclass(frozen=True)
class Operators:
    """How children are made.

    Attributes
    ----------
    crossover : float
        Share of pairs that are crossed.
    mutation : float
        Chance of each symbol to be mutated.
    eta : float
        Index of the mutation's distribution: the higher, the nearer to the symbol before.
    """

    crossover: float
    mutation: float
    eta: float


class SymbolProblem(Problem):
    """Symbols to choose: how many positions, and from which to which symbol each goes."""

    def __init__(self, ranges: tuple[range, ...], objectives: int) -> None:
        self.lowest = np.array([one[0] for one in ranges])
        self.highest = np.array([one[-1] for one in ranges])
        super().__init__(
            n_var=len(ranges),
            n_obj=objectives,
            xl=self.lowest - _HALF,
            xu=self.highest + _HALF,
        )


class Untried(DuplicateElimination):
    """Keeps the children whose genomes were never tried, each once.

    pymoo compares with the population only, from which dominated networks are gone; a network that
    was trained is not to be trained again.
    """

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self.pool = pool

    def do(self, pop: Any, *others: Any, **_: Any) -> Any:
        """Return the part of `pop` that is neither tried nor among `others`."""
        there = {tuple(one.X.tolist()) for other in others for one in other}
        new = []
        for place, child in enumerate(pop):
            symbols = tuple(child.X.tolist())
            if symbols not in there and symbols not in self.pool.tried:
                there.add(symbols)
                new.append(place)
        return pop[new]


class Rounding(Repair):
    """Rounds to the nearest symbol of each position."""

    def _do(
        self,
        problem: SymbolProblem,
        X: npt.NDArray[np.float64],  # noqa: N803 - pymoo's name
        **_: Any,
    ) -> npt.NDArray[np.int64]:
        return np.clip(np.rint(X), problem.lowest, problem.highest).astype(np.int64)


class TracedMating(Mating):
    """pymoo's mating, whose children remember their parents and what they were before mutation.

    Parameters
    ----------
    operators : Operators
    pool : Pool
    """

    def __init__(self, operators: Operators, pool: Pool) -> None:
        super().__init__(
            TournamentSelection(func_comp=binary_tournament),
            PointCrossover(n_points=_CUTS, prob=operators.crossover),
            PolynomialMutation(
                prob=1.0, prob_var=operators.mutation, eta=operators.eta, repair=Rounding()
            ),
            eliminate_duplicates=Untried(pool),
        )

    def _do(
        self,
        problem: SymbolProblem,
        pop: Any,
        n_offsprings: int,
        parents: Any = None,
        random_state: Any = None,
        **kwargs: Any,
    ) -> Any:
        if parents is None:
            matings = -(-n_offsprings // self.crossover.n_offsprings)
            parents = self.selection(
                problem, pop, matings, n_parents=2, random_state=random_state, **kwargs
            )
        children = self.crossover(problem, parents, random_state=random_state, **kwargs)
        crossed = children.get("X").copy()
        children = self.mutation(problem, children, random_state=random_state, **kwargs)
        # pymoo returns the first child of each pair, then the second of each.
        for child, before, pair in zip(children, crossed, [*parents, *parents], strict=True):
            child.set("pair", pair)
            child.set("crossed", before)
        return children


def lineage_of(child: Any) -> tuple[tuple[int, ...], str]:
    """Return the numbers of a child's parents, and what had an effect on it.

    A child of two parents that equals one of them before its mutation has that one parent and the
    operator ``mutation``.
    """
    pair, crossed = child.get("pair"), child.get("crossed")
    same = [parent for parent in pair if np.array_equal(parent.X, crossed)]
    parents = same[:1] or list(pair)
    words = ["crossover"] if len(parents) > 1 else []
    if not np.array_equal(child.X, crossed):
        words.append("mutation")
    return tuple(parent.get("number") for parent in parents), "+".join(words)


def new_search(
    pool: Pool,
    ranges: tuple[range, ...],
    objectives: int,
    population: int,
    operators: Operators,
) -> Any:
    """Return pymoo's NSGA-II, set up; its random numbers are the caller's to set."""
    search = NSGA2(
        pop_size=population,
        mating=TracedMating(operators, pool),
    )
    # The budget of networks ends a search, not pymoo.
    search.setup(SymbolProblem(ranges, objectives), termination=NoTermination())
    return search


def new_individual(symbols: tuple[int, ...], number: int) -> Any:
    """Return pymoo's individual of a genome's symbols and a candidate's number."""
    return Individual(X=np.array(symbols), number=number)


def with_costs(individuals: list[Any], costs: npt.NDArray[np.float64]) -> Any:
    """Return a population of individuals with what each costs, one row each."""
    return Population.create(*individuals).set("F", costs)
