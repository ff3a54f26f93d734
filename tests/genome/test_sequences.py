from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import genome_sets, sequence_sets

from vinarch.errors import GenomeError
from vinarch.genome.sequences import characters_of, sequence_lengths, symbol_matrix


@given(genome_sets())
def test_bits_of_equal_length_are_numbers_0_and_1(genomes):
    symbols = symbol_matrix(genomes)
    assert symbols.dtype == np.uint8
    assert symbols.tolist() == [[int(symbol) for symbol in genome] for genome in genomes]


@given(sequence_sets())
def test_text_comes_out_again_whatever_the_lengths(genomes):
    symbols = symbol_matrix(genomes)
    longest = max(map(len, genomes))
    assert sequence_lengths(symbols).tolist() == [len(genome) for genome in genomes]
    written = characters_of(symbols)
    assert [bytes(row).decode() for row in written] == [g.ljust(longest) for g in genomes]


@given(sequence_sets(), sequence_sets())
def test_a_character_has_one_number_in_every_matrix(genomes, others):
    numbers = {
        (character, int(number))
        for flats in (genomes, others)
        for flat, row in zip(flats, symbol_matrix(flats), strict=True)
        for character, number in zip(flat, row, strict=False)
    }
    assert len({character for character, _ in numbers}) == len(numbers)
    assert len({number for _, number in numbers}) == len(numbers)


@given(sequence_sets())
def test_no_end_is_like_another_or_like_a_symbol(genomes):
    symbols = symbol_matrix(genomes)
    ends = [set(row[row < 0].tolist()) for row in symbols]
    assert all(len(own) <= 1 for own in ends)
    assert sum(map(len, ends)) == len(set().union(*ends))


@pytest.mark.parametrize(("rows", "kind"), [(2, "int8"), (128, "int8"), (129, "int16")])
def test_the_type_is_the_smallest_that_holds_the_ends(rows, kind):
    assert symbol_matrix(["c"] * (rows - 1) + [""]).dtype == np.dtype(kind)


def test_no_sequence_and_empty_ones_have_no_positions():
    assert symbol_matrix([]).shape == (0, 0)
    assert symbol_matrix(["", ""]).shape == (2, 0)


def test_a_character_that_is_not_ascii_is_refused():
    with pytest.raises(GenomeError, match="expected ASCII characters, one a symbol, got 'cé'"):
        symbol_matrix(["ca", "cé"])


@given(st.text("01", min_size=1))
def test_one_sequence_alone_has_no_end_past_it(flat):
    assert (symbol_matrix([flat]) >= 0).all()
