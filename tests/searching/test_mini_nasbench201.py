"""NSGA-II on every cell of NAS-Bench-201, of which mini-NASBench201 holds the accuracies."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest

import vinarch
from vinarch.fronts import hypervolume, non_dominated
from vinarch.genome import NasBench201Space
from vinarch.searching import NSGA2, RandomSearch, Result

SPACE = NasBench201Space()
OBJECTIVES = ["min val_error_percent", "min parameter_count"]
DIRECTIONS = ["minimise", "minimise"]
REFERENCE = (100.0, 1_531_546.0)
SEEDS = range(30)
NETWORKS = 2000


@pytest.fixture(scope="module")
def cells(archives, tmp_path_factory):
    """Validation error on CIFAR-10 in percent and parameters of each cell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(tmp_path_factory.mktemp("mini") / "home"))
        patch.setenv("VINARCH_MIRROR", str(archives))
        table = vinarch.fetch("mini-NASBench201").select(experiment="cifar10-validation")
        rows = table.architectures.compute()
    accuracies = zip(rows["sequence"], rows["last_val_accuracy_percent"], strict=True)
    return {
        flat: (100.0 - percent, float(SPACE.parameter_count_of(SPACE.from_flat(flat))))
        for flat, percent in accuracies
    }


def found_by(search, cells):
    found = []
    while candidates := search.ask():
        found += candidates
        search.tell([Result(one, cells[one.genome.flat]) for one in candidates])
    return found


def volume(values):
    return hypervolume(list(values), DIRECTIONS, REFERENCE)


def test_the_parameters_of_all_cells_lie_between_the_published_bounds(cells):
    counts = [count for _, count in cells.values()]
    assert (len(counts), min(counts), max(counts)) == (15_625, 73_306, 1_531_546)
    # Two numbers from 0 to 6 tell the parameters: 28 counts.
    assert len(set(counts)) == 28


def test_nsga2_reaches_the_true_front_and_beats_random_search(cells):
    true = volume(cells.values())
    shares: dict[type, list[float]] = {NSGA2: [], RandomSearch: []}
    operators: Counter[str | None] = Counter()
    for seed in SEEDS:
        for strategy, found_shares in shares.items():
            search = strategy(SPACE, OBJECTIVES, networks=NETWORKS, seed=seed)
            found = found_by(search, cells)
            assert len({one.genome for one in found}) == len(found) == NETWORKS
            found_shares.append(volume(cells[one.genome.flat] for one in found) / true)
            if strategy is NSGA2:
                operators.update(one.operator for one in found)
    assert statistics.median(shares[NSGA2]) >= 0.999
    wins = [bred > drawn for bred, drawn in zip(shares[NSGA2], shares[RandomSearch], strict=True)]
    assert all(wins)
    # It is the operators that find it: hardly any cell was drawn because mating found no new one.
    assert operators["random"] <= 0.001 * sum(operators.values())


def test_the_true_front_is_found_where_every_cell_is_asked_for(cells):
    front = non_dominated(list(cells.values()), DIRECTIONS)
    assert volume(value for value, best in zip(cells.values(), front, strict=True) if best) == (
        pytest.approx(volume(cells.values()))
    )
