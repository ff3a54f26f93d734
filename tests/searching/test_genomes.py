from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from vinarch.genome import search_space
from vinarch.searching.genomes import Pool, symbol_ranges

FIXED = ["nsga-net-macro-1x3", "nsga-net-macro-2+3", "nsga-net-micro-1", "nas-bench-201"]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("nsga-net-macro-3x4", 2**21),
        ("nas-bench-201", 5**6),
        # Four operations of nine and four inputs of two.
        ("nsga-net-micro-1", 9**4 * 2**4),
        ("chain-layers", 1 + 3 + 9 + 27 + 81 + 243),
        ("nas-bench-101", None),
    ],
)
def test_genomes_are_counted(name, size):
    assert Pool(search_space(name)).size == size


@pytest.mark.parametrize("name", ["nsga-net-macro-1x3", "nsga-net-macro-2+1", "chain-layers"])
def test_all_genomes_come_once_and_can_be_read(name):
    pool = Pool(search_space(name), longest=3)
    flats = [genome.flat for genome in pool.all()]
    assert len(set(flats)) == len(flats) == pool.size
    assert all(pool.space.from_flat(flat).flat == flat for flat in flats)
    assert flats == sorted(flats, key=lambda flat: (len(flat), flat))


@given(st.sampled_from(FIXED), st.randoms(use_true_random=False))
def test_any_choice_of_symbols_is_a_genome(name, random):
    space = search_space(name)
    symbols = [random.choice(one) for one in symbol_ranges(space)]
    flat = "".join(space.characters[symbol] for symbol in symbols)
    assert space.from_flat(flat).symbols == tuple(symbols)


@given(st.sampled_from(FIXED), st.integers(0, 2**32))
def test_what_a_space_draws_lies_in_the_ranges(name, seed):
    space = search_space(name)
    symbols = space.sample(np.random.default_rng(seed)).symbols
    assert all(symbol in one for symbol, one in zip(symbols, symbol_ranges(space), strict=True))


@pytest.mark.parametrize("name", ["chain-layers", "nsga-net-macro-1x3"])
def test_each_genome_is_drawn_with_equal_odds(name):
    pool = Pool(search_space(name), longest=3)
    rng = np.random.default_rng(3)
    drawn = Counter(pool.draw(rng).flat for _ in range(100 * pool.size))
    counts = [drawn[genome.flat] for genome in pool.all()]
    assert sum(counts) == 100 * pool.size
    assert chisquare(counts).pvalue > 0.01


def test_a_space_is_drawn_to_the_last_genome_and_no_further():
    pool = Pool(search_space("chain-layers"), longest=2)
    rng = np.random.default_rng(0)
    drawn = [pool.draw_untried(rng) for _ in range(14)]
    assert {genome.flat for genome in drawn[:13]} == {genome.flat for genome in pool.all()}
    assert drawn[13] is None
