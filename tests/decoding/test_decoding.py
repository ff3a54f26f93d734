"""What every graph has but the macro space's, and cells of each space worked by hand."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.decoding import decode
from vinarch.errors import GenomeError
from vinarch.genome import Genome, NasBench201Space, search_space

NAMES = ("nsga-net-micro-1", "nsga-net-micro-5", "nas-bench-101", "nas-bench-201", "evovis-layers")
DRAWN = st.tuples(st.sampled_from(NAMES), st.integers(0, 2**32 - 1)).map(
    lambda drawn: search_space(drawn[0]).sample(np.random.default_rng(drawn[1]))
)


def nodes_of(network):
    return {
        node: (told["kind"], told["operation"], told["rank"], told["position"])
        for node, told in network.nodes(data=True)
    }


def edges_of(network):
    return {
        (source, target): (told["kind"], told["operation"], told["position"])
        for source, target, told in network.edges(data=True)
    }


def test_a_cell_of_nas_bench_101():
    # Vertex 2 leads nowhere.
    network = decode(search_space("nas-bench-101").from_flat("c1" + "m11" + "110"))
    assert nodes_of(network) == {
        0: ("input", "input", 0, None),
        1: ("operation", "conv3x3-bn-relu", 1, 0),
        3: ("output", "output", 2, None),
    }
    assert edges_of(network) == {
        (0, 1): ("connection", "", 1),
        (0, 3): ("connection", "", 5),
        (1, 3): ("connection", "", 6),
    }


def test_a_cell_of_nas_bench_201():
    network = decode(search_space("nas-bench-201").from_flat("c0ks0a"))
    assert nodes_of(network) == {
        0: ("input", "input", 0, None),
        1: ("sum", "sum", 1, None),
        2: ("sum", "sum", 2, None),
        3: ("output", "output", 3, None),
    }
    assert edges_of(network) == {
        (0, 1): ("connection", "nor_conv_3x3", 0),
        (1, 2): ("connection", "nor_conv_1x1", 2),
        (0, 3): ("connection", "skip_connect", 3),
        (2, 3): ("connection", "avg_pool_3x3", 5),
    }


@pytest.mark.parametrize("flat", ["000000", "c0c000", "00k0sa"])
def test_a_cell_of_nas_bench_201_without_a_path_is_its_ends_alone(flat):
    network = decode(search_space("nas-bench-201").from_flat(flat))
    assert nodes_of(network) == {
        0: ("input", "input", 0, None),
        3: ("output", "output", 1, None),
    }
    assert network.size() == 0


def test_cells_of_the_micro_space():
    # Normal: block 1 adds two operations on the previous cell, block 2 takes block 1 twice.
    space = search_space("nsga-net-micro-2")
    network = decode(space.from_flat("c1s1" + "m2a2" + "c0s1" + "m0a0"))
    normal = {node: told for node, told in nodes_of(network).items() if node[0] == "normal"}
    assert normal == {
        ("normal", 1, 0): ("input", "cell k-1", 0, None),
        ("normal", 2, 0): ("sum", "sum", 2, None),
        ("normal", 2, 1): ("operation", "sep_conv_3x3", 1, 0),
        ("normal", 2, 2): ("operation", "skip_connect", 1, 2),
        ("normal", 3, 0): ("sum", "sum", 4, None),
        ("normal", 3, 1): ("operation", "max_pool_3x3", 3, 4),
        ("normal", 3, 2): ("operation", "avg_pool_3x3", 3, 6),
        ("normal", "output", 0): ("output", "output", 5, None),
    }
    edges = edges_of(network)
    assert edges[("normal", 1, 0), ("normal", 2, 1)] == ("connection", "", 1)
    assert edges[("normal", 2, 0), ("normal", 3, 2)] == ("connection", "", 7)
    assert edges[("normal", 3, 2), ("normal", 3, 0)] == ("flow", "", None)
    # Both blocks of the reduction cell feed its output.
    feeding = set(network.predecessors(("reduction", "output", 0)))
    assert feeding == {("reduction", 2, 0), ("reduction", 3, 0)}
    assert edges[("reduction", 0, 0), ("reduction", 3, 1)] == ("connection", "", 13)
    assert {told["cell"] for _, told in network.nodes(data=True)} == {"normal", "reduction"}


def test_a_list_of_layers_is_a_chain():
    network = decode(search_space("chain-layers").from_flat("cm"))
    assert nodes_of(network) == {
        0: ("input", "input", 0, None),
        1: ("operation", "conv3x3-bn-relu", 1, 0),
        2: ("operation", "maxpool3x3", 2, 1),
        3: ("output", "output", 3, None),
    }
    assert edges_of(network) == {(at, at + 1): ("flow", "", None) for at in range(3)}
    empty = decode(search_space("chain-layers").from_flat(""))
    assert list(empty.edges) == [(0, 1)]


@given(DRAWN)
def test_a_rank_is_the_longest_path_from_an_input_and_edges_go_forward(genome):
    network = decode(genome)
    ranks = dict(network.nodes(data="rank"))
    assert all(ranks[source] < ranks[target] for source, target in network.edges)
    for node, told in network.nodes(data=True):
        if told["kind"] == "input":
            assert ranks[node] == 0
        before = network.subgraph({node} | nx.ancestors(network, node))
        longest = nx.dag_longest_path_length(before) if before.size() else told["kind"] == "output"
        assert ranks[node] == longest


@given(DRAWN)
def test_every_part_tells_its_attributes_and_does_something(genome):
    network = decode(genome)
    told = [told for _, told in network.nodes(data=True)]
    assert all({"kind", "operation", "rank", "position"} <= one.keys() for one in told)
    edges = [told for _, _, told in network.edges(data=True)]
    assert all(one.keys() == {"kind", "operation", "position"} for one in edges)
    assert {one["kind"] for one in told} <= {"input", "operation", "sum", "output"}
    outputs = [node for node, kind in network.nodes(data="kind") if kind == "output"]
    useful = set(outputs).union(*(nx.ancestors(network, node) for node in outputs))
    dead = set(network) - useful
    # A NAS-Bench-201 cell without a path keeps its input.
    assert not dead or (isinstance(genome.space, NasBench201Space) and network.size() == 0)


@given(DRAWN)
def test_a_position_makes_one_part_and_its_symbol_says_which(genome):
    network = decode(genome)
    parts = [
        *(told for _, told in network.nodes(data=True)),
        *(e for *_, e in network.edges.data()),
    ]
    made = [told for told in parts if told["position"] is not None]
    positions = [told["position"] for told in made]
    assert len(set(positions)) == len(positions)
    assert set(positions) <= set(range(len(genome.symbols)))
    for told in made:
        if told["operation"]:
            assert genome.space.meanings[genome.symbols[told["position"]]] == told["operation"]


@given(DRAWN)
def test_a_canonical_form_that_is_a_genome_has_an_isomorphic_network(genome):
    space = genome.space
    if space.name == "nas-bench-101":
        return
    other = decode(space.from_flat(space.canonical_form(genome)))
    assert nx.is_isomorphic(
        decode(genome),
        other,
        node_match=lambda a, b: all(a.get(k) == b.get(k) for k in ("cell", "kind", "operation")),
        edge_match=lambda a, b: a["operation"] == b["operation"],
    )


def test_a_space_without_a_decoder_is_refused():
    @dataclass(frozen=True)
    class OtherSpace(NasBench201Space):
        pass

    with pytest.raises(GenomeError) as caught:
        decode(Genome(OtherSpace(), (0,) * 6))
    assert str(caught.value) == (
        "decode: expected a genome of MacroSpace, MicroSpace, NasBench101Space, NasBench201Space, "
        "LayerSpace, got OtherSpace. docs/reference/search-spaces.md lists them."
    )
