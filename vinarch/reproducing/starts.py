"""Find shared starts: first architectures that experiments have in the same order by their seed.

The order of structures in each experiment in, lengths of shared starts and a table out.
A search that draws its initial population from a fixed seed repeats it in every run; such repeats
come from the seed and not from the searches.
Knows no accuracies and no Dask.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from vinarch.schema import SHARED_STARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from vinarch.reproducing.searches import Experiment

CHANCE = 1e-6
"""A common run less likely than this, were the order random, is a shared start.

Among a thousand experiments there are half a million pairs: even there less than one such run is
expected by chance."""


def chance_of_run(run: Sequence[str], order: Sequence[str]) -> float:
    """Return how likely an experiment in random order begins with a run of structures.

    Parameters
    ----------
    run : sequence of str
        Structures, place by place.
    order : sequence of str
        Structures of the experiment's networks.

    Returns
    -------
    float
        The product over the places i of (networks left of the structure there) / (n - i).

    Examples
    --------
    Two of the four networks have structure ``"a"``, so 2/4 · 1/3 · 1/2:

    >>> chance_of_run(["a", "b", "a"], ["a", "b", "a", "c"])
    0.08333333333333333
    """
    left = Counter(order)
    chance = 1.0
    for place, structure in enumerate(run):
        chance *= left[structure] / (len(order) - place) if place < len(order) else 0.0
        left[structure] -= 1
        if chance == 0:
            break
    return chance


def shared_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the start that two experiments share; 0 where chance explains it.

    Parameters
    ----------
    first, second : sequence of str
        Structures of the networks of each, in the order of the architectures.

    Returns
    -------
    int
        The longest run of first places that agree, if random order gives it with a probability
        below `CHANCE` in either experiment.

    Examples
    --------
    Three of a hundred different structures happen once in 970,200 orders: not rarely enough.

    >>> order = [str(number) for number in range(100)]
    >>> shared_length(order, order[:3] + order[:2:-1])
    0
    >>> shared_length(order, order[:4] + order[:3:-1])
    4
    """
    run = []
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        run.append(one)
    likely = max(chance_of_run(run, first), chance_of_run(run, second))
    return len(run) if likely < CHANCE else 0


def shared_lengths(orders: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
    """Return the lengths of shared starts of all pairs.

    Parameters
    ----------
    orders : sequence of sequence of str
        For each of m experiments the structures of its networks, in order.

    Returns
    -------
    ndarray of int64, shape (m, m)
        Entry (i, j) is the length for experiments i and j; 0 on the diagonal.
    """
    lengths = np.zeros((len(orders), len(orders)), dtype=np.int64)
    for one, other in combinations(range(len(orders)), 2):
        lengths[one, other] = lengths[other, one] = shared_length(orders[one], orders[other])
    return lengths


def start_table(experiments: Sequence[Experiment], lengths: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Mark the architectures of shared starts.

    Parameters
    ----------
    experiments : sequence of Experiment
        By archive and name.
    lengths : ndarray of int64, shape (m, m)
        From `shared_lengths`.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.SHARED_STARTS`. Experiments are of one group when a chain
        of shared starts joins them.
    """
    rows = [
        (group, experiment, place)
        for group, members in enumerate(_groups(lengths))
        for experiment in members
        for place in range(int(lengths[experiment].max()))
    ]
    orders = [experiment.order for experiment in experiments]
    seen = Counter((group, place, orders[experiment][place]) for group, experiment, place in rows)
    columns = {
        "start_group": [group for group, _, _ in rows],
        "archive": [experiments[experiment].archive for _, experiment, _ in rows],
        "experiment": [experiments[experiment].name for _, experiment, _ in rows],
        "position": [place for _, _, place in rows],
        "architecture": [
            int(experiments[experiment].networks["architecture"].iloc[place])
            for _, experiment, place in rows
        ],
        "structure_id": [orders[experiment][place] for _, experiment, place in rows],
        "experiment_count": [
            seen[group, place, orders[experiment][place]] for group, experiment, place in rows
        ],
    }
    return SHARED_STARTS.frame(SHARED_STARTS.arrow_table(columns, len(rows)))


def _groups(lengths: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Return the experiments of each group, groups by their first experiment."""
    count, label = connected_components(csr_array(lengths > 0), directed=False)
    members = [np.flatnonzero(label == group) for group in range(count)]
    return sorted((group for group in members if len(group) > 1), key=lambda group: int(group[0]))
