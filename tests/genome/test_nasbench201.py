from __future__ import annotations

import csv
from itertools import combinations, product

import networkx as nx
import pytest

from vinarch.decoding import decode
from vinarch.errors import GenomeError
from vinarch.genome import NasBench201Space
from vinarch.genome.nasbench201 import EDGES_201

SPACE = NasBench201Space()
NEXT_STEP = "Mend the genome, or name the search space that it belongs to."
CELL = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|skip_connect~2|"


def all_cells(characters=SPACE.characters):
    return [SPACE.from_flat("".join(flat)) for flat in product(characters, repeat=6)]


def test_a_cell_is_flattened_in_the_order_of_its_print():
    genome = SPACE.parse(CELL)
    assert genome.flat == "aks0cs"
    assert SPACE.print_genome(genome) == CELL
    assert SPACE.operations_of(genome)[0] == "avg_pool_3x3"


@pytest.mark.parametrize(
    ("flat", "same"),
    [
        # Two convolutions through node 1 or through node 2.
        ("c000c0", "0c000c"),
        # Node 2 leads nowhere; node 1 is reached by nothing.
        ("cac0c0", "c000c0"),
        ("0c0ccc", "0c0c0c"),
        # No way from input to output: nothing computes.
        ("c0c000", "000000"),
    ],
)
def test_isomorphic_and_dead_parts_are_merged(flat, same):
    assert SPACE.from_flat(flat).canonical_id == SPACE.from_flat(same).canonical_id


@pytest.mark.parametrize(
    ("flat", "other"),
    [
        # A skip is kept as an edge, though node 1 then computes what the input does.
        ("s000c0", "000c00"),
        # With an edge between them, the inner nodes cannot change their names.
        ("cak0a0", "acka00"),
        ("c000c0", "c000k0"),
    ],
)
def test_other_cells_are_not_merged(flat, other):
    assert SPACE.from_flat(flat).canonical_id != SPACE.from_flat(other).canonical_id


def isomorphic(one, other):
    return nx.is_isomorphic(
        one,
        other,
        node_match=lambda a, b: a["kind"] == b["kind"],
        edge_match=lambda a, b: a["operation"] == b["operation"],
    )


def test_forms_are_equal_exactly_where_networkx_finds_the_graphs_isomorphic():
    first = {}
    for genome in all_cells("0sc"):
        graph = decode(genome)
        assert isomorphic(graph, first.setdefault(SPACE.canonical_form(genome), graph))
    alike = {}
    for graph in first.values():
        operations = sorted(edge["operation"] for _, _, edge in graph.edges(data=True))
        alike.setdefault((len(graph), *operations), []).append(graph)
    pairs = [pair for graphs in alike.values() for pair in combinations(graphs, 2)]
    assert len(pairs) > 1000
    assert not any(isomorphic(one, other) for one, other in pairs)


def test_a_canonical_form_is_its_own():
    forms = {SPACE.canonical_form(genome) for genome in all_cells("0sk")}
    assert all(SPACE.canonical_form(SPACE.from_flat(form)) == form for form in forms)


def contracted(genome):
    """The benchmark's own form: skips contracted, operations on nothing kept unless alone."""
    nodes = ["0"]
    for node in (1, 2, 3):
        parts = []
        for operation, (source, target) in zip(SPACE.operations_of(genome), EDGES_201, strict=True):
            if target != node:
                continue
            if operation == "none" or nodes[source] == "#":
                parts.append("#")
            elif operation == "skip_connect":
                parts.append(nodes[source])
            else:
                parts.append(f"({nodes[source]})@{operation}")
        nodes.append("+".join(sorted(parts)))
    return nodes[3]


def test_the_number_of_distinct_forms_and_the_one_of_the_literature():
    """15,625 cells; 8,765 without dead edges and names; 6,466 by the benchmark's rule."""
    genomes = all_cells()
    assert len(genomes) == 15_625
    assert len({SPACE.canonical_form(genome) for genome in genomes}) == 8_765
    assert len({contracted(genome) for genome in genomes}) == 6_466
    # Neither rule merges all that the other does. The benchmark's takes a skip for no node:
    skips = [SPACE.from_flat(flat) for flat in ("s000s0", "000s00")]
    # and an operation on a node that nothing reaches for one that adds something:
    dead = [SPACE.from_flat(flat) for flat in ("000s00", "00cs0c")]
    assert len({SPACE.canonical_form(genome) for genome in skips}) == 2
    assert len({SPACE.canonical_form(genome) for genome in dead}) == 1
    assert len({contracted(genome) for genome in dead}) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cell: expected |op~0|+|op~0|op~1|+|op~0|op~1|op~2|, got ''."),
        (
            "|none~0|+|none~0|none~0|+|none~0|none~1|none~2|",
            (
                "cell: expected |op~0|+|op~0|op~1|+|op~0|op~1|op~2|, "
                "got '|none~0|+|none~0|none~0|+|none~0|none~1|none~2|'."
            ),
        ),
        (
            CELL.replace("nor_conv_3x3", "nor_conv_7x7"),
            (
                "edge from node 1 to node 3: expected one of none, skip_connect, nor_conv_1x1, "
                "nor_conv_3x3, avg_pool_3x3, got 'nor_conv_7x7'."
            ),
        ),
    ],
)
def test_an_unreadable_cell_says_what_is_wrong(text, message):
    with pytest.raises(GenomeError) as caught:
        SPACE.parse(text)
    assert str(caught.value) == f"{message} {NEXT_STEP}"


@pytest.mark.parametrize(
    ("flat", "classes", "count"),
    [
        # The least and the most of the published records, for CIFAR-10, CIFAR-100 and ImageNet16.
        ("000000", 10, 73_306),
        ("cccccc", 10, 1_531_546),
        ("000000", 100, 79_156),
        ("cccccc", 100, 1_537_396),
        ("sasasa", 120, 80_456),
        ("cccccc", 120, 1_538_696),
        # A published cell of three convolutions.
        ("s0cacc", 10, 802_426),
        # Five cells a stage of (16^2 + 2 16) + (32^2 + 2 32) + (64^2 + 2 64) parameters: 28,000.
        ("k00000", 10, 73_306 + 28_000),
        # And of 9 16^2 + 2 16 and so on: 243,040; the dead edge counts.
        ("c0k000", 10, 73_306 + 243_040 + 28_000),
    ],
)
def test_the_parameters_of_a_cells_network(flat, classes, count):
    assert SPACE.parameter_count_of(SPACE.from_flat(flat), classes) == count


def test_the_network_around_the_cells_has_the_parameters_of_its_layers():
    stem = 9 * 3 * 16 + 2 * 16
    first = (9 * 16 * 32 + 2 * 32) + (9 * 32 * 32 + 2 * 32) + 16 * 32
    second = (9 * 32 * 64 + 2 * 64) + (9 * 64 * 64 + 2 * 64) + 32 * 64
    end = 2 * 64 + 64 * 10 + 10
    assert stem + first + second + end == SPACE.parameter_count_of(SPACE.from_flat("000000"))


def test_the_published_table_holds_every_cell_once(archives):
    path = archives / "mini-NASBench201" / "mini_nb201_12epochs.csv"
    with path.open(encoding="utf-8", newline="") as table:
        printed = [row["cellstr"] for row in csv.DictReader(table)]
    genomes = [SPACE.parse(text) for text in printed]
    assert [SPACE.print_genome(genome) for genome in genomes] == printed
    assert len({genome.flat for genome in genomes}) == len(printed) == 15_625
