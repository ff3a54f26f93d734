from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import genome_sets, sequence_sets

from vinarch.errors import ParameterError
from vinarch.genome import symbol_matrix
from vinarch.subsequence import is_maximal, shared_windows


def found(genomes: list[str], min_length: int = 5) -> dict[tuple[int, str], list[int]]:
    return {
        (window.start_in_genome, genomes[group[0]][window.start_in_genome :][: window.length]): (
            sorted(group.tolist())
        )
        for window in shared_windows(symbol_matrix(genomes), min_length)
        for group in window.groups()
    }


def test_a_run_is_maximal_for_the_pair_and_held_by_others_too():
    # 0 and 1 differ at position 3 only: runs 0-2 and 4-5. Genome 2 holds positions 0-2 as well,
    # though its own maximal run with 0 goes on to position 4.
    genomes = ["101011", "101111", "101010"]
    assert found(genomes, min_length=2) == {
        (0, "101"): [0, 1, 2],
        (0, "10101"): [0, 2],
        (4, "11"): [0, 1],
    }


def test_runs_shorter_than_the_limit_are_left_out():
    genomes = ["101011", "101111", "101010"]
    assert found(genomes, min_length=4) == {(0, "10101"): [0, 2]}


def test_one_genome_or_none_shares_nothing():
    assert found(["10101"]) == {}
    assert list(shared_windows(np.zeros((0, 21), dtype=np.uint8))) == []


def test_genomes_shorter_than_the_limit_share_nothing():
    assert found(["1010", "1011"]) == {}


@given(genome_sets(), st.integers(1, 8))
def test_grouping_windows_equals_comparing_pairs(genomes, min_length):
    assert found(genomes, min_length) == naive.shared(genomes, min_length)


@given(st.lists(st.text("0123", min_size=7, max_size=7), min_size=1, max_size=9, unique=True))
def test_larger_alphabets_are_matched_alike(genomes):
    assert found(genomes, 2) == naive.shared(genomes, 2)


def test_a_run_ends_where_the_shorter_of_two_ends():
    # 0 and 1 agree in "cak" and both go on differently; 2 ends there, and 3 holds no more of it.
    genomes = ["cakm", "cakcc", "cak", "ca"]
    assert found(genomes, min_length=2) == {(0, "ca"): [0, 1, 2, 3], (0, "cak"): [0, 1, 2]}


def test_two_genomes_that_end_at_the_same_place_do_not_share_their_end():
    assert found(["xca", "yca", "zcakk"], min_length=1) == {(1, "ca"): [0, 1, 2]}


@given(sequence_sets(), st.integers(1, 6))
def test_sequences_of_unequal_length_are_matched_alike(genomes, min_length):
    assert found(genomes, min_length) == naive.shared(genomes, min_length)


def test_windows_come_in_order_and_rows_are_in_one_group_each():
    rng = np.random.default_rng(7)
    symbols = np.unique(rng.integers(0, 2, (60, 21), dtype=np.uint8), axis=0)
    windows = list(shared_windows(symbols))
    places = [(window.start_in_genome, window.length) for window in windows]
    assert places == sorted(set(places), key=lambda place: (-place[0], place[1]))
    for window in windows:
        assert len(set(window.members.tolist())) == len(window.members)
        assert sum(map(len, window.groups())) == len(window.members)


def test_a_length_below_one_is_refused():
    with pytest.raises(ParameterError, match="min_length: expected a whole number from 1, got 0"):
        list(shared_windows(np.zeros((2, 3), dtype=np.uint8), 0))


@given(sequence_sets(), st.data())
def test_one_run_is_maximal_where_grouping_windows_finds_it(genomes, data):
    held_by = data.draw(st.sampled_from(genomes))
    assume(held_by)
    start = data.draw(st.integers(0, len(held_by) - 1))
    stop = data.draw(st.integers(start + 1, len(held_by)))
    holders = [genome for genome in genomes if genome[start:stop] == held_by[start:stop]]
    assert is_maximal(holders, start, stop) == ((start, held_by[start:stop]) in found(genomes, 1))


@given(st.lists(st.text("01", min_size=9, max_size=9), min_size=1, max_size=9, unique=True))
def test_one_run_within_a_span_is_maximal_where_grouping_its_windows_finds_it(genomes):
    span = (3, 7)
    within = found(sorted({genome[3:7] for genome in genomes}), 1)
    for start, stop in [(3, 5), (4, 6), (3, 7), (5, 7), (2, 5), (6, 8)]:
        for run in {genome[start:stop] for genome in genomes}:
            holders = [genome for genome in genomes if genome[start:stop] == run]
            inside = len(run) and start >= 3 and stop <= 7
            distinct = (start - 3, run) in within
            whole = len(holders) > 1 and (start, stop) == span
            assert is_maximal(holders, start, stop, span) == (inside and (distinct or whole))
