from __future__ import annotations

import json
from itertools import combinations, product

import networkx as nx
import numpy as np
import pytest

from vinarch.decoding import decode
from vinarch.errors import GenomeError
from vinarch.genome import NasBench101Space

SPACE = NasBench101Space()
NEXT_STEP = "Mend the genome, or name the search space that it belongs to."

# Input → conv3x3 → maxpool → output, and a skip from the input to the output.
ADJACENCY = [[0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
NAMES = ["input", "conv3x3-bn-relu", "maxpool3x3", "output"]


def printed(adjacency, operations):
    return json.dumps([adjacency, operations])


def cells(vertices):
    """Every valid cell of so many vertices, dead parts included."""
    kinds = ["01" if at is None else "ckm" for at in places(vertices)]
    for characters in product(*kinds):
        try:
            yield SPACE.from_flat("".join(characters))
        except GenomeError:
            continue


def places(vertices):
    for vertex in range(1, vertices):
        if vertex < vertices - 1:
            yield vertex
        yield from [None] * vertex


def test_a_cell_is_flattened_vertex_by_vertex():
    genome = SPACE.parse(printed(ADJACENCY, NAMES))
    # Vertex 1: conv3x3, from 0. Vertex 2: max pooling, from 1 only. Output: from 0 and 2.
    assert genome.flat == "c1" + "m01" + "101"
    assert SPACE.operations_of(genome) == tuple(NAMES)
    assert [(e.source, e.target, e.position) for e in SPACE.edges_of(genome)] == [
        (0, 1, 1),
        (1, 2, 4),
        (0, 3, 5),
        (2, 3, 7),
    ]
    assert [SPACE.operation_position(genome, vertex) for vertex in range(4)] == [None, 0, 2, None]


def test_names_labels_and_records_are_one_cell():
    genome = SPACE.parse(printed(ADJACENCY, NAMES))
    assert SPACE.parse(printed(ADJACENCY, [-1, 0, 2, -2])) == genome
    record = {"module_adjacency": ADJACENCY, "module_operations": NAMES, "other": 1}
    assert SPACE.parse(json.dumps(record)) == genome
    assert SPACE.print_genome(genome) == printed(ADJACENCY, NAMES)


def test_the_length_follows_the_number_of_vertices():
    lengths = {len(list(places(vertices))): vertices for vertices in range(2, 8)}
    assert lengths == {1: 2, 4: 3, 8: 4, 13: 5, 19: 6, 26: 7}
    chains = {2: "1", 3: "c101", 4: "c1k01001"}
    for vertices, flat in chains.items():
        assert len(SPACE.operations_of(SPACE.from_flat(flat))) == vertices


def test_dead_vertices_do_not_count():
    # Vertex 2 of the second cell leads nowhere, vertex 1 of the third is reached by nothing.
    assert SPACE.from_flat("c101").canonical_id == SPACE.from_flat("c1m11" + "010").canonical_id
    assert SPACE.from_flat("c101").canonical_id == SPACE.from_flat("m0c10" + "001").canonical_id


def test_edges_are_counted_as_the_benchmark_counts_them():
    # Five vertices with all ten edges that there can be.
    with pytest.raises(GenomeError) as caught:
        SPACE.from_flat("c1" + "c11" + "c111" + "1111")
    assert str(caught.value) == (
        "cell: expected at most 9 edges on paths from input to output, "
        f"got 10: 'c1c11c1111111'. {NEXT_STEP}"
    )
    # Twelve edges, of which three lead to vertex 3, which leads nowhere.
    genome = SPACE.from_flat("c1" + "c11" + "c111" + "c1100" + "11101")
    assert len(SPACE.edges_of(genome)) == 12
    assert len(SPACE.live_edges_of(genome)) == 9


def test_up_to_four_vertices_hold_91_cells_told_apart_as_networkx_does():
    graphs = {}
    for genome in cells(4):
        graph = decode(genome)
        first = graphs.setdefault(SPACE.canonical_form(genome), graph)
        assert isomorphic(graph, first)
    assert len(graphs) == 91
    for one, other in combinations(graphs.values(), 2):
        assert one.size() != other.size() or not isomorphic(one, other)


def isomorphic(one, other):
    return nx.is_isomorphic(
        one,
        other,
        node_match=lambda a, b: (a["kind"], a["operation"]) == (b["kind"], b["operation"]),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            (
                "cell: expected JSON, [adjacency, operations] or "
                '{"module_adjacency": …, "module_operations": …}, got \'\'.'
            ),
        ),
        (
            printed([[0, 1], [0, 0]], ["input", "conv7x7", "output"]),
            (
                "operations: expected input (-1), any of conv3x3-bn-relu, conv1x1-bn-relu, "
                'maxpool3x3 (0, 1, 2), output (-2), got \'["input", "conv7x7", "output"]\'.'
            ),
        ),
        (
            printed([[0, 1], [0, 0]], [-1, 3, -2]),
            (
                "operations: expected input (-1), any of conv3x3-bn-relu, conv1x1-bn-relu, "
                "maxpool3x3 (0, 1, 2), output (-2), got '[-1, 3, -2]'."
            ),
        ),
        (
            printed([[0] * 8] * 8, [-1, *[0] * 6, -2]),
            "operations: expected 2 to 7 vertices, got 8.",
        ),
        (
            printed([[0, 1], [0, 0]], [-1, 0, -2]),
            ("adjacency: expected 3 rows of 3 bits, one a vertex, got '[[0, 1], [0, 0]]'."),
        ),
        (
            printed([[0, 1], [1, 0]], [-1, -2]),
            (
                "adjacency, row 2: expected bits 0 or 1, with none set up to the diagonal, "
                "got '[1, 0]'."
            ),
        ),
        (
            printed([[0, 2], [0, 0]], [-1, -2]),
            (
                "adjacency, row 1: expected bits 0 or 1, with none set up to the diagonal, "
                "got '[0, 2]'."
            ),
        ),
        (
            printed([[0, True], [0, 0]], [-1, -2]),
            (
                "adjacency, row 1: expected bits 0 or 1, with none set up to the diagonal, "
                "got '[0, true]'."
            ),
        ),
        (
            printed([[0, 1, 0], [0, 0, 0], [0, 0, 0]], [-1, 0, -2]),
            "cell: expected a path from input to output, got 'c100'.",
        ),
    ],
)
def test_an_unreadable_cell_says_what_is_wrong(text, message):
    with pytest.raises(GenomeError) as caught:
        SPACE.parse(text)
    assert str(caught.value) == f"{message} {NEXT_STEP}"


@pytest.mark.parametrize("flat", ["", "0", "c", "c0", "1c11", "c1k1", "c11", "ckmc", "2"])
def test_a_flat_sequence_that_is_no_cell_is_refused(flat):
    with pytest.raises(GenomeError):
        SPACE.from_flat(flat)


def published(archives):
    for size in ("4V9E", "5V9E"):
        path = archives / "EC-NAS-Bench" / f"generated_graphs_{size}.json"
        yield size, json.loads(path.read_text(encoding="utf-8"))
    path = archives / "NASBench101-records" / "nb101_30_records.json"
    yield "records", json.loads(path.read_text(encoding="utf-8"))


def test_every_published_key_comes_out(archives):
    counts = {}
    for source, records in published(archives):
        genomes = {key: SPACE.parse(json.dumps(record)) for key, record in records.items()}
        assert {key: SPACE.canonical_form(genome) for key, genome in genomes.items()} == {
            key: key for key in records
        }
        assert all(SPACE.from_flat(genome.flat) == genome for genome in genomes.values())
        counts[source] = len(genomes)
    assert counts == {"4V9E": 91, "5V9E": 2532, "records": 30}


def test_the_keys_of_up_to_five_vertices_are_all_that_there_are(archives):
    keys = {source: set(records) for source, records in published(archives)}
    found = {SPACE.canonical_form(cell) for vertices in (2, 3, 4) for cell in cells(vertices)}
    assert found == keys["4V9E"]
    found |= {SPACE.canonical_form(cell) for cell in cells(5)}
    assert found == keys["5V9E"]


def test_samples_are_cells_of_seven_vertices():
    rng = np.random.default_rng(0)
    drawn = [SPACE.sample(rng) for _ in range(200)]
    assert {len(genome.symbols) for genome in drawn} == {26}
    assert all(SPACE.from_flat(genome.flat) == genome for genome in drawn)
    assert all(len(SPACE.live_edges_of(genome)) <= 9 for genome in drawn)
