from __future__ import annotations

from collections import Counter

import pytest
from scipy.stats import chisquare

from vinarch.errors import ParameterError
from vinarch.searching import RandomSearch, Result

OBJECTIVES = ["max val_accuracy_percent"]


def flats(**settings):
    search = RandomSearch(**{"space": "chain-layers", "objectives": OBJECTIVES} | settings)
    found = []
    while candidates := search.ask():
        assert all(one.generation == 0 and not one.parents for one in candidates)
        assert {one.operator for one in candidates} == {"random"}
        found += candidates
        search.tell([Result(one, ()) for one in candidates])
    assert [one.number for one in found] == list(range(len(found)))
    return [one.genome.flat for one in found]


def test_as_many_networks_as_asked_for_none_twice():
    found = flats(networks=25, batch=10, seed=4)
    assert len(found) == len(set(found)) == 25


def test_a_space_that_has_fewer_ends_the_search():
    assert len(flats(networks=500)) == 364
    assert len(flats(networks=500, longest=2)) == 13


def test_one_seed_is_one_search_whatever_the_batch():
    assert flats(networks=30, seed=1) == flats(networks=30, seed=1, batch=7)
    assert flats(networks=30, seed=1) != flats(networks=30, seed=2)


def test_the_first_network_may_be_any_with_equal_odds():
    drawn = Counter(flats(networks=1, longest=2, seed=seed)[0] for seed in range(1300))
    assert len(drawn) == 13
    assert chisquare(list(drawn.values())).pvalue > 0.01


def test_cells_of_nas_bench_101_can_be_drawn():
    found = flats(space="nas-bench-101", networks=20)
    assert len(set(found)) == 20


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"networks": 0}, r"RandomSearch\(networks=…\): expected a whole number from 1 .* got 0"),
        ({"batch": 1.5}, r"RandomSearch\(batch=…\): .* got 1\.5"),
        ({"longest": 0}, r"RandomSearch\(longest=…\): .* got 0"),
        ({"seed": -1}, r"RandomSearch\(seed=…\): .* got -1"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        RandomSearch("chain-layers", OBJECTIVES, **settings)
