"""Search strategies by ask and tell: objectives and results in, genomes to train out.

A strategy trains nothing, records nothing and knows no archive.
Everything random comes of one seed, so that the same results lead to the same candidates.

Examples
--------
One's own strategy needs two methods and no base class; this one climbs from a random genome to
the best of those that differ in one bit, until none is better:

>>> import numpy as np
>>> from vinarch.genome import Genome, search_space
>>> from vinarch.searching import Candidate, Result
>>> class HillClimbing:
...     def __init__(self, space, objectives, *, seed=0):
...         self.sign = 1 if objectives[0].startswith("max") else -1
...         self.best, self.score, self.step, self.tried = None, -np.inf, 0, []
...         self.next = [space.sample(np.random.default_rng(seed))]
...
...     def ask(self):
...         made = (self.step, (self.best.number,), "mutation") if self.best else (0, (), "initial")
...         first, self.tried, self.step = len(self.tried), self.tried + self.next, self.step + 1
...         return [Candidate(first + at, genome, *made) for at, genome in enumerate(self.next)]
...
...     def tell(self, results):
...         self.next = []
...         for result in results:
...             if result.values and self.sign * result.values[0] > self.score:
...                 self.best, self.score = result.candidate, self.sign * result.values[0]
...                 space, bits = self.best.genome.space, self.best.genome.symbols
...                 near = [Genome(space, (*bits[:at], 1 - bit, *bits[at + 1 :]))
...                         for at, bit in enumerate(bits)]
...                 self.next = [genome for genome in near if genome not in self.tried]

The network with the most connections costs most, and is found from anywhere:

>>> search = HillClimbing(search_space("nsga-net-macro-3x4"), ["max mflops"])
>>> while candidates := search.ask():
...     search.tell([Result(one, (float(sum(one.genome.symbols)),)) for one in candidates])
>>> search.best.genome.flat
'111111111111111111111'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.searching.candidates import Candidate, Result, Strategy
from vinarch.searching.exhaustive import Exhaustive
from vinarch.searching.generations import Generations
from vinarch.searching.layer_evolution import LayerEvolution
from vinarch.searching.naming import STRATEGIES, strategy_of
from vinarch.searching.objectives import Objectives
from vinarch.searching.random_search import RandomSearch

if TYPE_CHECKING:
    from vinarch.searching.nsga2 import NSGA2

__all__ = [
    "NSGA2",
    "STRATEGIES",
    "Candidate",
    "Exhaustive",
    "Generations",
    "LayerEvolution",
    "Objectives",
    "RandomSearch",
    "Result",
    "Strategy",
    "strategy_of",
]


def __getattr__(name: str) -> Any:
    """Load NSGA-II when it is first used, since it needs pymoo."""
    if name == "NSGA2":
        from vinarch.searching.nsga2 import NSGA2  # noqa: PLC0415 - see above

        return NSGA2
    message = f"module 'vinarch.searching' has no attribute {name!r}"
    raise AttributeError(message)
