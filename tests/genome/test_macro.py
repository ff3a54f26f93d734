from __future__ import annotations

import json
import pickle
from itertools import combinations, product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import FLAT_A, FLAT_B, GENOME_A, GENOME_B, SPACE, SPLIT_A, SPLIT_B

from vinarch.errors import GenomeError
from vinarch.genome import (
    Genome,
    MacroSpace,
    canonical_phase,
    flatten_nested,
    symbol_matrix,
)

SPACES = st.lists(st.integers(1, 6), min_size=1, max_size=5).map(lambda n: MacroSpace(tuple(n)))


@st.composite
def genomes(draw):
    space = draw(SPACES)
    bits = draw(
        st.lists(st.sampled_from([0, 1]), min_size=space.symbol_count, max_size=space.symbol_count)
    )
    return Genome(space, tuple(bits))


def split_by_node(genome):
    """Return the nested form: node 2's bit, node 3's two, …, and the skip bit."""
    phases = []
    for bits, nodes in zip(genome.space.phases_of(genome), genome.space.nodes, strict=True):
        rest = list(bits)
        parts = [[rest.pop(0) for _ in range(node)] for node in range(1, nodes)]
        phases.append([*parts, rest])
    return phases


NEXT_STEP = "Mend the genome, or name the search space that it belongs to."


@pytest.mark.parametrize(
    ("text", "flat"),
    [(GENOME_A, FLAT_A), (SPLIT_A, FLAT_A), (GENOME_B, FLAT_B), (SPLIT_B, FLAT_B)],
)
def test_both_printed_forms_of_the_deposit_are_read(text, flat):
    genome = SPACE.parse(text)
    assert genome.flat == flat
    assert genome.structure_id == f"nsga-net-macro-3x4:{flat}"
    assert flatten_nested(text) == flat


def test_phases_of_unequal_size():
    space = MacroSpace((3, 2, 1))
    assert space.name == "nsga-net-macro-3+2+1"
    assert space.phase_bits == (4, 2, 1)
    assert space.phase_starts == (0, 4, 6)
    assert space.symbol_count == 7
    genome = space.parse("[[1, 0, 1, 0], [1, 1], [0]]")
    assert genome.space.phases_of(genome) == ((1, 0, 1, 0), (1, 1), (0,))


@given(SPACES)
def test_the_name_of_a_space_gives_the_space(space):
    assert MacroSpace.from_name(space.name) == space


@pytest.mark.parametrize(
    "name",
    ["darts", "nsga-net-macro-", "nsga-net-macro-0x4", "nsga-net-macro-3x0", "nsga-net-macro-4+0"],
)
def test_what_names_no_space_is_refused(name):
    with pytest.raises(GenomeError) as caught:
        MacroSpace.from_name(name)
    assert str(caught.value) == (
        f"search space: expected nsga-net-macro-<phases>x<nodes>, got {name!r}. "
        "vinarch.search_space reads the names of all spaces."
    )


@given(genomes())
def test_print_and_parse_round_trip(genome):
    flat_form = json.dumps([list(phase) for phase in genome.space.phases_of(genome)])
    assert genome.space.parse(flat_form) == genome
    assert genome.space.parse(json.dumps(split_by_node(genome))) == genome
    assert genome.space.from_flat(genome.flat) == genome
    assert flatten_nested(flat_form) == genome.flat


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[[0, 0, 0, 1, 1, 0, 1], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]]",
            (
                "phase 2: expected 7 bits (6 connections and the skip bit), "
                "got 6 bits: '[0, 0, 0, 0, 0, 0]'."
            ),
        ),
        (
            "[[0, 0, 0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]]",
            (
                "phase 1: expected 7 bits (6 connections and the skip bit), "
                "got 8 bits: '[0, 0, 0, 1, 1, 0, 1, 1]'."
            ),
        ),
        ("[[1], [0]]", "genome: expected 3 phases, got 2: '[[1], [0]]'."),
        ("", "genome: expected 3 lists of 0 and 1, one a phase, got ''."),
        ("[0, 1, 0]", "genome: expected 3 lists of 0 and 1, one a phase, got '[0, 1, 0]'."),
        ("[[0], [1], [", "genome: expected 3 lists of 0 and 1, one a phase, got '[[0], [1], ['."),
        (
            "[[0, 0, 0, 1, 1, 0, 2], [], []]",
            "phase 1: expected bits 0 or 1, got '[0, 0, 0, 1, 1, 0, 2]'.",
        ),
        ("[[true], [], []]", "phase 1: expected bits 0 or 1, got '[true]'."),
        ("[[1.0], [], []]", "phase 1: expected bits 0 or 1, got '[1.0]'."),
    ],
)
def test_an_unreadable_genome_says_what_is_wrong(text, message):
    with pytest.raises(GenomeError) as caught:
        SPACE.parse(text)
    whole = f"{message} {NEXT_STEP}"
    assert str(caught.value) == whole
    assert str(pickle.loads(pickle.dumps(caught.value))) == whole


@given(st.text() | st.text(alphabet="[]01, \n") | st.integers(1, 3000).map(lambda n: "[" * n))
def test_any_text_is_a_genome_or_a_genome_error(text):
    try:
        genome = SPACE.parse(text)
    except GenomeError:
        return
    assert flatten_nested(text) == genome.flat


@given(st.text(alphabet="01", max_size=25))
def test_a_flat_sequence_of_another_length_is_refused(flat):
    if len(flat) == SPACE.symbol_count:
        assert SPACE.from_flat(flat).flat == flat
    else:
        with pytest.raises(GenomeError, match="expected 21 characters 0 or 1, got"):
            SPACE.from_flat(flat)


def test_symbol_matrix_by_hand_and_empty():
    matrix = symbol_matrix(["101", "001"])
    assert matrix.tolist() == [[1, 0, 1], [0, 0, 1]]
    assert matrix.dtype == np.uint8
    assert symbol_matrix([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("phase", "same"),
    [
        # 1→2 and 1→3; 1→2 and 1→4: one node with two successors either way.
        ((1, 1, 0, 0, 0, 0, 0), (1, 0, 0, 1, 0, 0, 0)),
        # The same single connection, 1→2 and 3→4; the other two nodes are dead.
        ((1, 0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 1, 1)),
        # Chains of three: 1→2→3 and 1→2→4.
        ((1, 0, 1, 0, 0, 0, 0), (1, 0, 0, 0, 1, 0, 0)),
        # No connection: the phase is skipped whole, and its skip bit with it.
        ((0, 0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_isomorphic_phases_have_one_form(phase, same):
    assert canonical_phase(phase, 4) == canonical_phase(same, 4)


@pytest.mark.parametrize(
    ("phase", "other"),
    [
        # Two successors of one node are not two predecessors of one.
        ((1, 1, 0, 0, 0, 0, 0), (0, 1, 1, 0, 0, 0, 0)),
        # The skip bit counts where there are connections.
        ((1, 0, 0, 0, 0, 0, 1), (1, 0, 0, 0, 0, 0, 0)),
        # Two separate connections are more than one.
        ((1, 0, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_different_phases_have_different_forms(phase, other):
    assert canonical_phase(phase, 4) != canonical_phase(other, 4)


def test_canonical_id_by_hand():
    genome = SPACE.parse(GENOME_B)
    assert genome.canonical_id == "nsga-net-macro-3x4:4.100111.0/0/4.101101.1"


def as_graph(bits, nodes):
    edges = [(s, t) for t in range(nodes) for s in range(t)]
    return nx.DiGraph([edge for edge, bit in zip(edges, bits, strict=True) if bit])


@pytest.mark.parametrize("nodes", [1, 2, 3, 4])
def test_canonical_form_agrees_with_graph_isomorphism(nodes):
    """Equal forms exactly when networkx finds the graphs isomorphic: every pair of phases."""
    phases = list(product([0, 1], repeat=nodes * (nodes - 1) // 2))
    graphs = [as_graph(bits, nodes) for bits in phases]
    forms = [canonical_phase((*bits, 0), nodes) for bits in phases]
    for (one, form), (two, other) in combinations(zip(graphs, forms, strict=True), 2):
        same_size = one.size() == two.size() and len(one) == len(two)
        assert (form == other) == (same_size and nx.is_isomorphic(one, two))
