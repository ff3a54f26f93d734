"""A strategy and an evaluator of one's own, which train nothing and always do the same."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from vinarch.genome import Genome, search_space
from vinarch.searching import Candidate

LAYERS = "cmk"


class Grow:
    """Asks for lists of layers: the best one of the last generation, each layer added in turn."""

    def __init__(self, space, *, generations=4):
        self.space = search_space(space) if isinstance(space, str) else space
        self.generations = generations
        self.networks = 3 * generations
        self.asked = 0
        self.generation = 0
        self.best = None
        self.told = []

    def ask(self):
        if self.generation == self.generations:
            return []
        known = self.best.candidate.genome.symbols if self.best else ()
        genomes = [Genome(self.space, (*known, symbol)) for symbol in range(3)]
        parents = (self.best.candidate.number,) if self.best else ()
        operator = "add-layer" if self.best else "initial"
        candidates = [
            Candidate(self.asked + place, genome, self.generation, parents, operator)
            for place, genome in enumerate(genomes)
        ]
        self.asked += 3
        self.generation += 1
        return candidates

    def tell(self, results):
        self.told.append([(r.candidate.number, r.values) for r in results])
        scored = [result for result in results if result.values]
        self.best = max(scored, key=lambda result: result.values[0], default=self.best)


class Listed:
    """Asks for some genomes, all at once, in batches.

    Attributes
    ----------
    told : list of tuple of float
        Values of each result.
    """

    def __init__(self, candidates, batch=None):
        self.candidates = list(candidates)
        self.batch = batch or max(1, len(self.candidates))
        self.networks = len(self.candidates)
        self.told = []

    def ask(self):
        now, self.candidates = self.candidates[: self.batch], self.candidates[self.batch :]
        return now

    def tell(self, results):
        self.told += [result.values for result in results]


def accuracy(flat, epoch, seed):
    """A curve that rises, different for each list, order, seed."""
    skill = sum((3 + "ckm".index(layer)) * (place + 1) for place, layer in enumerate(flat)) % 17
    noise = (seed % 1000) / 1e5
    return 0.5 + 0.4 * (1 - 2.0 ** -(epoch + 1)) * (skill + 1) / 18 + noise


@dataclass
class Toy:
    """Trains nothing: accuracies follow from genome, epoch and seed.

    Parameters
    ----------
    seconds : float
        That an epoch lasts.
    resumes : bool
    raises, dies, fails : str
        Flattened genomes whose training raises, kills its process once, or fails.
    notes : str
        File that is written to: one line a training begun, with its process.
    """

    seconds: float = 0.0
    resumes: bool = False
    raises: tuple[str, ...] = ()
    dies: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    notes: str = ""

    def costs(self, genome):
        return {"mflops": 0.5 * len(genome.symbols), "parameter_count": 10 * len(genome.symbols)}

    def train(self, network, candidate, seed):
        flat = candidate.genome.flat
        self._note(f"{network.number} {flat} {network.epochs_done} {os.getpid()}")
        for epoch in network.epochs():
            time.sleep(self.seconds)
            network.log(epoch, val_accuracy=accuracy(flat, epoch, seed), val_loss=1 / (epoch + 1))
            if flat in self.raises and epoch == 1:
                message = f"no luck with {flat}"
                raise ValueError(message)
            if flat in self.dies and epoch == 1 and self._first_death(flat):
                os.kill(os.getpid(), 9)
        if flat in self.fails:
            network.fail("as it was asked to")

    def _note(self, line):
        if self.notes:
            with Path(self.notes).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def _first_death(self, flat):
        try:
            Path(f"{self.notes}.{flat}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def run_search(settings, workers):
    """Run a search in a process of its own, which may be killed."""
    from vinarch.running import run

    run(settings, workers=workers)
