from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import genome_texts

from vinarch.errors import ParameterError, SelectionError
from vinarch.genome import MacroSpace
from vinarch.summary import genome_of, network_edges

SPACE = MacroSpace((4, 4, 4))
PUBLISHED = "101101101010100000011"


def test_edges_carry_their_genome_and_run():
    edges = network_edges(SPACE.from_flat(PUBLISHED), 0, "[1,0,1]", experiment="e", structure=11)
    told = ["experiment", "structure", "search_space", "genome", "start", "length"]
    assert edges[told].drop_duplicates().to_numpy().tolist() == [
        ["e", 11, "nsga-net-macro-3x4", PUBLISHED, 0, 3]
    ]
    assert edges.loc[edges["in_subsequence"], ["source", "target", "bit"]].to_numpy().tolist() == [
        ["1", "2", 0],
        ["2", "3", 2],
    ]


@given(genome_texts(21), st.integers(0, 20), st.integers(1, 21))
def test_marked_edges_are_those_whose_bit_is_in_the_run(flat, start, length):
    run = flat[start : start + length]
    edges = network_edges(SPACE.from_flat(flat), start, run)
    assert (edges["genome"] == flat).all()
    bits = edges["bit"].tolist()
    marked = [not pd.isna(bit) and start <= bit < start + len(run) for bit in bits]
    assert edges["in_subsequence"].tolist() == marked
    assert set(edges["phase"]) >= {1, 2, 3}


def test_a_skipped_phase_has_one_row_without_ends():
    edges = network_edges(SPACE.from_flat("0" * 21))
    assert edges["kind"].tolist() == ["skipped"] * 3
    assert edges["phase"].tolist() == [1, 2, 3]
    assert edges[["source", "target", "target_phase", "bit"]].isna().all(axis=None)


def test_a_run_that_the_genome_does_not_hold_is_refused():
    with pytest.raises(SelectionError, match="expected 111 at start 0, got 101"):
        network_edges(SPACE.from_flat(PUBLISHED), 0, "111")


@pytest.mark.parametrize(
    ("start", "subsequence", "message"),
    [
        (0, None, "a start index alone"),
        (None, "101", "a subsequence alone"),
        (19, "101", "within the 21 symbols"),
        (-1, "101", "within the 21 symbols"),
        (0, "", "within the 21 symbols"),
        (0, "1x1", "within the 21 symbols"),
    ],
)
def test_a_run_that_cannot_be_is_refused(start, subsequence, message):
    with pytest.raises(ParameterError, match=message):
        network_edges(SPACE.from_flat(PUBLISHED), start, subsequence)


def test_the_genome_of_the_published_structure(real_commons):
    assert genome_of(real_commons, "1gpu_1e14_early_termination", 11).flat == PUBLISHED


def test_a_structure_that_is_not_there_is_named(real_commons):
    with pytest.raises(SelectionError, match=r"one of its \d+ structures, 0 to \d+, got 999"):
        genome_of(real_commons, "1gpu_1e14_early_termination", 999)
