"""NSGA-II beside random search on mini-NASBench201: share of the true front's hypervolume.

Objectives: validation error on CIFAR-10 in percent and parameters, computed from the cell; the
reference point is 100 % and the largest count. All networks that a search asked for count, over 30
seeds; for each population, how often NSGA-II is better than random search of the same seed.

Run by hand, with the archive in a mirror or on the net:
python benchmarks/nsga2.py [networks] [seeds]
"""

from __future__ import annotations

import statistics
import sys
import time

import vinarch
from vinarch.fronts import hypervolume
from vinarch.genome import NasBench201Space
from vinarch.searching import NSGA2, RandomSearch, Result

SPACE = NasBench201Space()
OBJECTIVES = ["min val_error_percent", "min parameter_count"]
DIRECTIONS = ["minimise", "minimise"]
NETWORKS = 2_000
SEEDS = 30
POPULATIONS = (10, 20, 40, 100)
REFERENCE = (100.0, float(SPACE.parameter_count_of(SPACE.from_flat("cccccc"))))


def table() -> dict[str, tuple[float, float]]:
    trained = vinarch.fetch("mini-NASBench201").select(experiment="cifar10-validation")
    cells = trained.architectures.compute()
    accuracy = zip(cells["sequence"], cells["last_val_accuracy_percent"], strict=True)
    return {
        flat: (100.0 - percent, float(SPACE.parameter_count_of(SPACE.from_flat(flat))))
        for flat, percent in accuracy
    }


def values_found(search, known: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    found = []
    while candidates := search.ask():
        results = [Result(one, known[one.genome.flat]) for one in candidates]
        search.tell(results)
        found += [result.values for result in results]
    return found


def shares(searches, known: dict[str, tuple[float, float]]) -> list[float]:
    true = hypervolume(list(known.values()), DIRECTIONS, REFERENCE)
    return [
        hypervolume(values_found(search, known), DIRECTIONS, REFERENCE) / true
        for search in searches
    ]


def told(name: str, found: list[float], better: str, spent: float) -> None:
    print(
        f"{name:<24} median {statistics.median(found):.5f}  from {min(found):.5f} "
        f"to {max(found):.5f}  {better:<22} {spent:6.1f} s"
    )


def main(networks: int, seeds: int) -> None:
    known = table()
    print(f"{len(known):,} cells, {networks:,} networks a search, {seeds} seeds")
    started = time.perf_counter()
    drawn = shares(
        (RandomSearch(SPACE, OBJECTIVES, networks=networks, seed=seed) for seed in range(seeds)),
        known,
    )
    told("random search", drawn, "", time.perf_counter() - started)
    for population in (None, *POPULATIONS):
        started = time.perf_counter()
        bred = shares(
            (
                NSGA2(SPACE, OBJECTIVES, networks=networks, population=population, seed=seed)
                for seed in range(seeds)
            ),
            known,
        )
        wins = sum(one > other for one, other in zip(bred, drawn, strict=True))
        name = f"NSGA-II, {'default' if population is None else f'population {population}'}"
        told(name, bred, f"better in {wins} of {seeds}", time.perf_counter() - started)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(NETWORKS, SEEDS)[len(given) :])
