"""Slow and obvious answers that the kernels are held to: plain Python, pair by pair."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, zip_longest
from math import sqrt

FIRST = 5


def maximal_runs(one: str, other: str, min_length: int = FIRST) -> list[tuple[int, int]]:
    """Return start and stop of each maximal run of positions where two genomes agree.

    A run ends at the latest where the shorter genome does.
    """
    runs = []
    start = None
    both = min(len(one), len(other))
    for position in range(both + 1):
        agree = position < both and one[position] == other[position]
        if agree and start is None:
            start = position
        if not agree and start is not None:
            if position - start >= min_length:
                runs.append((start, position))
            start = None
    return runs


def shared(genomes: list[str], min_length: int = FIRST) -> dict[tuple[int, str], list[int]]:
    """Return, for each run of any pair, which genomes hold it at its start."""
    found = {
        (start, one[start:stop])
        for one, other in combinations(genomes, 2)
        for start, stop in maximal_runs(one, other, min_length)
    }
    return {
        (start, run): [
            number
            for number, genome in enumerate(genomes)
            if genome[start : start + len(run)] == run
        ]
        for start, run in found
    }


def match(rows: list[tuple[str, list[float]]], min_length: int = FIRST) -> list[tuple]:
    """Match the networks of one selection.

    Takes (genome, validation accuracies) of each network in source order; returns rows of
    (start, length, subsequence, structures, networks, epoch rows, mean) in ascending order.
    """
    genomes = list(dict.fromkeys(genome for genome, _ in rows))
    table = []
    for (start, run), structures in shared(genomes, min_length).items():
        held = {genomes[number] for number in structures}
        mine = [accuracies for genome, accuracies in rows if genome in held]
        values = [Fraction(value) for accuracies in mine for value in accuracies]
        mean = float(sum(values) / len(values)) if values else None
        table.append((start, len(run), run, structures, len(mine), len(values), mean))
    return sorted(table)


def distance(one: str, other: str, metric: str) -> float:
    """Return the distance between two genomes, which may differ in length."""
    longer = max(len(one), len(other))
    differing = sum(a != b for a, b in zip_longest(one, other))
    return {
        "cityblock": float(differing),
        "euclidean": sqrt(differing),
        "hamming": differing / longer if longer else 0.0,
    }[metric]
