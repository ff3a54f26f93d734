from __future__ import annotations

import subprocess
import sys

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import genome_sets, sequence_sets

from vinarch.genome.sequences import sequence_lengths, symbol_matrix
from vinarch.reproducing.overlap import (
    DRAWS,
    chance_jaccard,
    dealt,
    distinct,
    jaccard,
    subsequences_of,
    window_keys,
)


@given(genomes=genome_sets(), min_length=st.integers(1, 6))
@settings(deadline=None)
def test_keys_are_the_runs_of_the_pairwise_oracle(genomes, min_length):
    expected = {(" " * start + run).encode() for start, run in naive.shared(genomes, min_length)}
    assert window_keys(symbol_matrix(genomes), min_length) == expected


@given(genomes=sequence_sets(), min_length=st.integers(1, 4))
@settings(deadline=None)
def test_keys_of_genomes_of_unequal_length_are_those_runs_too(genomes, min_length):
    expected = {(" " * start + run).encode() for start, run in naive.shared(genomes, min_length)}
    assert window_keys(symbol_matrix(genomes), min_length) == expected


def test_a_key_does_not_hang_on_the_length_of_the_genomes():
    short = subsequences_of(["s:cak", "s:cam"], "toy", min_length=2).found
    long = subsequences_of(["s:cakkkk", "s:cammm"], "toy", min_length=2).found
    assert short == long == {b"ca"}


def test_the_same_symbols_at_another_place_are_another_subsequence():
    found = subsequences_of(["s:1101", "s:1100"], "toy", min_length=2).found
    assert found == {b"110"}
    moved = subsequences_of(["s:1110", "s:0110"], "toy", min_length=2).found
    assert moved == {b" 110"}
    assert jaccard(found, moved) == 0


def test_jaccard_by_hand():
    assert jaccard(frozenset([b"a", b"b"]), frozenset([b"b", b"c", b"d"])) == 1 / 4
    assert jaccard(frozenset([b"a"]), frozenset()) == 0
    assert np.isnan(jaccard(frozenset(), frozenset()))


def test_draws_are_compared_one_by_one_and_empty_ones_left_out():
    a, b, none = frozenset([b"a"]), frozenset([b"a", b"b"]), frozenset()
    assert chance_jaccard([a, none, a], [b, none, a]) == 3 / 4
    assert np.isnan(chance_jaccard([none], [none]))


@given(genomes=genome_sets(), seed=st.integers(0, 99))
@settings(deadline=None)
def test_dealing_keeps_how_common_each_symbol_is_at_each_position(genomes, seed):
    symbols = symbol_matrix(genomes)
    anew = dealt(symbols, np.random.default_rng(seed))
    assert (anew.sum(axis=0) == symbols.sum(axis=0)).all()
    assert set(np.unique(anew)) <= {0, 1}


@given(genomes=sequence_sets(), seed=st.integers(0, 99))
@settings(deadline=None)
def test_dealing_keeps_every_length_and_every_position_its_symbols(genomes, seed):
    symbols = symbol_matrix(genomes)
    anew = dealt(symbols, np.random.default_rng(seed))
    assert ((anew < 0) == (symbols < 0)).all()
    for position in range(symbols.shape[1]):
        assert sorted(anew[:, position]) == sorted(symbols[:, position])


def test_genomes_that_dealing_makes_alike_count_once():
    # Whatever is dealt, both are "c" and end: one genome, which shares nothing with itself.
    ids = ["s:c", "s:ck"]
    assert set(subsequences_of(ids, "toy", 1).by_chance) == {frozenset({b"c"})}
    alike = symbol_matrix(["c", "c", "ck"])
    assert sequence_lengths(distinct(alike)).tolist() == [1, 2]


def test_dealing_breaks_what_links_positions():
    # Two kinds of rows: position 0 tells all others, until the symbols are dealt anew.
    symbols = np.repeat(np.array([[0] * 8, [1] * 8], dtype=np.uint8), 50, axis=0)
    anew = dealt(symbols, np.random.default_rng(0))
    agree = (anew[:, :1] == anew[:, 1:]).mean()
    assert 0.35 < agree < 0.65


@given(genomes=genome_sets(), data=st.data())
@settings(max_examples=20, deadline=None)
def test_the_order_of_structures_does_not_show(genomes, data):
    ids = [f"s:{genome}" for genome in genomes]
    again = data.draw(st.permutations(ids))
    one, other = (subsequences_of(order, "toy", 2, draws=2) for order in (ids, again))
    assert one == other


def test_draws_are_seeded_by_name():
    ids = [f"s:{number * 37 % 64:06b}" for number in range(20)]
    one, other = subsequences_of(ids, "A/one", 2), subsequences_of(ids, "A/two", 2)
    assert one.found == other.found
    assert len(one.by_chance) == DRAWS
    assert one.by_chance != other.by_chance
    assert len({*one.by_chance}) > 1


def test_another_process_draws_the_same():
    code = (
        "from vinarch.reproducing.overlap import subsequences_of\n"
        "ids = [f's:{number * 37 % 64:06b}' for number in range(20)]\n"
        "print([sorted(keys) for keys in subsequences_of(ids, 'A/one', 2).by_chance])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    ids = [f"s:{number * 37 % 64:06b}" for number in range(20)]
    here = subsequences_of(ids, "A/one", 2).by_chance
    assert printed == str([sorted(keys) for keys in here])


@pytest.mark.parametrize("ids", [[], ["s:10101"]])
def test_too_few_structures_have_no_subsequences(ids):
    found = subsequences_of(ids, "toy", 1)
    assert found.found == frozenset()
    assert set(found.by_chance) == {frozenset()}
