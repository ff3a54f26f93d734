from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from strategies import genome_texts

from vinarch.decoding import LINEAR, decode
from vinarch.genome import MacroSpace

SPACE = MacroSpace((4, 4, 4))


def edges_of(network: nx.DiGraph, phase: int) -> set[tuple]:
    return {(a[1], b[1]) for a, b in network.edges if a[0] == b[0] == phase}


def test_connections_go_row_by_row_of_the_lower_triangle():
    # Bits 2←1, 3←1, 3←2, 4←1, 4←2, 4←3; here 2←1, 3←2 and 4←3: a chain.
    network = decode(SPACE.from_flat("1010010" + "0" * 14))
    assert edges_of(network, 1) == {(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, "pool")}


def test_a_node_without_any_connection_is_left_out():
    network = decode(SPACE.from_flat("0000010" + "0" * 14))
    assert edges_of(network, 1) == {(0, 3), (3, 4), (4, 5), (5, "pool")}
    assert (1, 1) not in network
    assert (1, 2) not in network


def test_the_skip_bit_joins_input_and_output():
    network = decode(SPACE.from_flat("1000001" + "0" * 14))
    assert (0, 5) in edges_of(network, 1)


def test_an_edge_knows_the_bit_that_makes_it():
    # Phase 1 as above; phase 2 from bit 7 on has 3←2 (bit 9), 4←1 (bit 10) and the skip (bit 13).
    network = decode(SPACE.from_flat("0000000" + "0011001" + "0000000"))
    told = {(a[1], b[1]): (edge["kind"], edge["bit"]) for a, b, edge in network.edges(data=True)}
    assert told == {
        (2, 3): ("connection", 9),
        (1, 4): ("connection", 10),
        (0, 5): ("skip", 13),
        (0, 1): ("repair", None),
        (0, 2): ("repair", None),
        (3, 5): ("repair", None),
        (4, 5): ("repair", None),
        (5, "pool"): ("flow", None),
        ("pool", "linear"): ("flow", None),
    }


@given(genome_texts(21))
def test_bits_of_edges_are_the_ones_of_all_phases_that_are_not_skipped(flat):
    edges = decode(SPACE.from_flat(flat)).edges(data=True)
    told = sorted(edge["bit"] for _, _, edge in edges if edge["bit"] is not None)
    connected = [phase for phase in range(3) if "1" in flat[7 * phase : 7 * phase + 6]]
    assert told == [at for at in range(21) if at // 7 in connected and flat[at] == "1"]


def test_a_phase_without_connections_is_skipped_whole_and_its_skip_bit_too():
    network = decode(SPACE.from_flat("1000000" + "0000001" + "1000000"))
    assert {data["phase"] for _, data in network.nodes(data=True)} == {0, 1, 3}
    assert network.has_edge((1, "pool"), (3, 0))
    assert network.has_edge((3, "pool"), LINEAR)


def test_a_genome_without_connections_is_the_classifier_alone():
    assert list(decode(SPACE.from_flat("0" * 21)).nodes) == [LINEAR]


@given(genome_texts(21))
def test_every_network_is_one_way_from_its_input_to_the_classifier(flat):
    network = decode(SPACE.from_flat(flat))
    assert nx.is_directed_acyclic_graph(network)
    assert [node for node, degree in network.out_degree() if degree == 0] == [LINEAR]
    sources = [node for node, degree in network.in_degree() if degree == 0]
    assert len(sources) == 1
    assert nx.is_weakly_connected(network)


@given(genome_texts(21), st.integers(0, 2), st.permutations(range(1, 5)))
def test_genomes_share_a_canonical_id_exactly_where_their_networks_are_isomorphic(
    flat, phase, order
):
    genome = SPACE.from_flat(flat)
    pairs = [(source, target) for target in range(1, 5) for source in range(1, target)]
    bits = list(SPACE.phases_of(genome)[phase])
    # Renumber the nodes of one phase; where a connection would run backwards, turn it round,
    # which makes another network of about every second one.
    renamed = {
        tuple(sorted((order[source - 1], order[target - 1])))
        for (source, target), bit in zip(pairs, bits, strict=False)
        if bit
    }
    phases = ["".join(map(str, bits)) for bits in SPACE.phases_of(genome)]
    phases[phase] = "".join("01"[pair in renamed] for pair in pairs) + str(bits[-1])
    other = SPACE.from_flat("".join(phases))
    isomorphic = nx.is_isomorphic(
        decode(genome),
        decode(other),
        node_match=lambda a, b: (a["phase"], a["kind"]) == (b["phase"], b["kind"]),
    )
    assert (genome.canonical_id == other.canonical_id) == isomorphic
