from __future__ import annotations

from itertools import combinations

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import genome_sets, sequence_sets

from vinarch.distance import UNITS, check_metric, cross_distances, pair_indices, row_ranges
from vinarch.errors import ParameterError
from vinarch.genome import symbol_matrix


def test_three_positions_of_four_differ():
    one, other = symbol_matrix(["1010"]), symbol_matrix(["0111"])
    assert cross_distances(one, other, "cityblock").tolist() == [[3.0]]
    assert cross_distances(one, other, "euclidean").tolist() == [[np.sqrt(3)]]
    assert cross_distances(one, other, "hamming").tolist() == [[0.75]]


@given(genome_sets(), st.sampled_from(sorted(UNITS)))
def test_distances_equal_the_plain_definition(genomes, metric):
    symbols = symbol_matrix(genomes)
    square = cross_distances(symbols, symbols, metric)
    plain = [[naive.distance(a, b, metric) for b in genomes] for a in genomes]
    np.testing.assert_array_equal(square, plain)


def test_symbols_are_the_same_or_not_however_far_apart():
    one, other = symbol_matrix(["0c9"]), symbol_matrix(["4~9"])
    assert cross_distances(one, other, "cityblock").tolist() == [[2.0]]


def test_positions_past_one_end_differ_and_those_past_both_count_nothing():
    symbols = symbol_matrix(["cakmmm", "cmk", "cak", ""])
    assert cross_distances(symbols, symbols, "cityblock").tolist() == [
        [0, 4, 3, 6],
        [4, 0, 1, 3],
        [3, 1, 0, 3],
        [6, 3, 3, 0],
    ]
    shares = cross_distances(symbols[1:], symbols[1:], "hamming").tolist()
    assert shares == [[0, 1 / 3, 1], [1 / 3, 0, 1], [1, 1, 0]]


@given(sequence_sets(), st.sampled_from(sorted(UNITS)))
def test_distances_of_sequences_of_unequal_length_equal_the_plain_definition(genomes, metric):
    symbols = symbol_matrix(genomes)
    square = cross_distances(symbols, symbols, metric)
    plain = [[naive.distance(a, b, metric) for b in genomes] for a in genomes]
    np.testing.assert_array_equal(square, plain)


@given(st.integers(0, 40), st.integers(1, 9))
def test_ranges_cover_each_pair_once_and_in_order(rows, pieces):
    ranges = row_ranges(rows, pieces)
    assert len(ranges) == pieces
    pairs = [
        pair
        for start, stop in ranges
        for pair in zip(*(a.tolist() for a in pair_indices(start, stop, rows)), strict=True)
    ]
    assert pairs == list(combinations(range(rows), 2))


def test_ranges_are_even():
    sizes = [len(pair_indices(start, stop, 1000)[0]) for start, stop in row_ranges(1000, 4)]
    ideal = 1000 * 999 / 2 / 4
    # A range ends with a row, and no row has more than 999 pairs.
    assert all(abs(size - ideal) < 1000 for size in sizes)


def test_an_unknown_metric_is_refused_with_the_known_ones():
    with pytest.raises(ParameterError, match="one of cityblock, euclidean, hamming, got 'L2'"):
        check_metric("L2")
