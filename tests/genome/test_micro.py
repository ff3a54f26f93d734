from __future__ import annotations

import json
from itertools import product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.decoding import decode
from vinarch.errors import GenomeError
from vinarch.genome import MicroSpace
from vinarch.genome.micro_order import least_order

NEXT_STEP = "Mend the genome, or name the search space that it belongs to."

# Two blocks a cell, in the notation of the search's own code.
PRINTED = "[[[[3, 0], [3, 1]], [[2, 0], [5, 2]]], [[[0, 0], [0, 1]], [[8, 2], [0, 2]]]]"


@st.composite
def cells(draw, most_blocks=4, operations=2):
    """Blocks of a cell, of few operations so that blocks are often equal."""
    return tuple(
        tuple(
            (draw(st.integers(0, operations - 1)), draw(st.integers(0, block + 1)))
            for _ in range(2)
        )
        for block in range(draw(st.integers(1, most_blocks)))
    )


def reordered(blocks, order, swaps):
    """The same cell with its blocks in another order, if that order has each after its inputs."""
    number = {0: 0, 1: 1, **{old + 2: new + 2 for new, old in enumerate(order)}}
    moved = []
    for old, swap in zip(order, swaps, strict=False):
        pairs = tuple((operation, number[source]) for operation, source in blocks[old])
        moved.append(pairs[::-1] if swap else pairs)
    if any(source > place + 1 for place, block in enumerate(moved) for _, source in block):
        return None
    return tuple(moved)


def genome_of(normal, reduction=None):
    space = MicroSpace(len(normal))
    return space.parse(json.dumps([normal, reduction or normal]))


def isomorphic(one, other):
    told = ("cell", "kind", "operation")
    return nx.is_isomorphic(
        decode(one), decode(other), node_match=lambda a, b: all(a[k] == b[k] for k in told)
    )


def test_a_genome_is_flattened_pair_by_pair():
    space = MicroSpace(2)
    genome = space.parse(PRINTED)
    assert genome.flat == "c0c1" + "s0d2" + "m0m1" + "v2m2"
    assert space.print_genome(genome) == PRINTED
    assert space.cells_of(genome) == (
        (((3, 0), (3, 1)), ((2, 0), (5, 2))),
        (((0, 0), (0, 1)), ((8, 2), (0, 2))),
    )
    assert space.meanings[9:] == (
        "from the cell before the previous",
        "from the previous cell",
        "from block 1",
    )


def test_flat_numbers_and_names_of_operations_are_read():
    space = MicroSpace(2)
    genome = space.parse(PRINTED)
    assert space.parse("[3,0,3,1,2,0,5,2,0,0,0,1,8,2,0,2]") == genome
    assert space.parse(PRINTED.replace("[8, 2]", '["conv_7x1_1x7", 2]')) == genome


def test_pairs_and_blocks_may_come_in_any_order():
    blocks = (((3, 0), (2, 1)), ((0, 0), (0, 0)))
    other = (((0, 0), (0, 0)), ((2, 1), (3, 0)))
    assert genome_of(blocks).canonical_id == genome_of(other).canonical_id
    # The second block takes the first: their order is part of the network.
    chain = (((0, 0), (0, 0)), ((2, 1), (3, 2)))
    assert genome_of(chain).canonical_id != genome_of(other).canonical_id


def test_the_two_cells_and_the_two_inputs_are_not_alike():
    one, other = (((0, 0), (0, 0)),), (((0, 1), (0, 1)),)
    ids = {genome_of(a, b).canonical_id for a, b in product((one, other), repeat=2)}
    assert len(ids) == 4


def test_shared_and_doubled_blocks_are_told_apart():
    twin = ((0, 0), (0, 1))
    shared = (twin, twin, ((1, 2), (1, 2)))
    both = (twin, twin, ((1, 2), (1, 3)))
    assert genome_of(shared).canonical_id != genome_of(both).canonical_id


@given(cells(), st.permutations(range(4)), st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_cell_in_another_order_has_the_same_form(blocks, order, swaps):
    other = reordered(blocks, [place for place in order if place < len(blocks)], swaps)
    if other is not None:
        assert genome_of(blocks).canonical_id == genome_of(other).canonical_id
        assert isomorphic(genome_of(blocks), genome_of(other))


def test_forms_are_equal_exactly_where_networkx_finds_the_graphs_isomorphic():
    pairs = list(product((0, 1), (0, 1, 2)))
    blocks = list(product(pairs, repeat=2))
    first = [block for block in blocks if all(source < 2 for _, source in block)]
    graphs = {}
    for cell in product(first, blocks):
        genome = genome_of(cell)
        graphs.setdefault(genome.canonical_id, []).append(genome)
    for alike in graphs.values():
        assert all(isomorphic(alike[0], genome) for genome in alike[1:3])
    buckets = {}
    for alike in graphs.values():
        size = (
            decode(alike[0]).size(),
            *sorted(alike[0].flat[:8:2]),
            *sorted(alike[0].flat[1:8:2]),
        )
        buckets.setdefault(size, []).append(alike[0])
    for bucket in buckets.values():
        for at, one in enumerate(bucket):
            assert not any(isomorphic(one, other) for other in bucket[:at])


@given(cells(most_blocks=8))
def test_a_form_is_a_genome_with_that_form(blocks):
    genome = genome_of(blocks)
    form = genome.space.canonical_form(genome)
    assert genome.space.canonical_form(genome.space.from_flat(form)) == form


def test_many_equal_blocks_take_no_time():
    twin = ((0, 0), (0, 0))
    assert least_order([twin] * 8) == (twin,) * 8
    # Nine blocks keep their order; their pairs are sorted all the same.
    row = [((1, 1), (0, 0))] + [twin] * 8
    assert least_order(row) == (((0, 0), (1, 1)), *[twin] * 8)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[]",
            (
                "genome: expected [normal, reduction] of 2 blocks [[operation, input], "
                "[operation, input]] each, or 16 numbers, got '[]'."
            ),
        ),
        (
            PRINTED.replace("[5, 2]", "[5, 3]"),
            "normal cell, block 2: expected an input from 0 to 2, got '3'.",
        ),
        (
            PRINTED.replace("[0, 1]", "[0, 2]"),
            "reduction cell, block 1: expected an input from 0 to 1, got '2'.",
        ),
        (
            PRINTED.replace("[8, 2]", "[9, 2]"),
            (
                "reduction cell, block 2: expected an operation from 0 to 8, or one of "
                "max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv_3x3, sep_conv_5x5, "
                "dil_conv_3x3, dil_conv_5x5, sep_conv_7x7, conv_7x1_1x7, got '9'."
            ),
        ),
    ],
)
def test_an_unreadable_genome_says_what_is_wrong(text, message):
    with pytest.raises(GenomeError) as caught:
        MicroSpace(2).parse(text)
    assert str(caught.value) == f"{message} {NEXT_STEP}"


@pytest.mark.parametrize("flat", ["c0c1m0m", "0c1cm0m0", "c0c2m0m0", "ccccm0m0"])
def test_a_flat_sequence_that_is_no_genome_is_refused(flat):
    with pytest.raises(GenomeError):
        MicroSpace(1).from_flat(flat)


def test_a_block_may_take_any_earlier_one_however_many_there_are():
    space = MicroSpace(35)
    chain = [[[0, 0], [0, block + 1]] for block in range(35)]
    genome = space.parse(json.dumps([chain, chain]))
    assert genome.flat[-1] == "Z"
    assert space.from_flat(genome.flat) == genome
