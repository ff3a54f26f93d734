from __future__ import annotations

from itertools import combinations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from vinarch.genome.paths import on_paths

PAIRS = list(combinations(range(6), 2))


def test_what_nothing_reaches_and_what_leads_nowhere_is_left_out():
    # 0 → 1 → 4, 0 → 2 (leads nowhere), 3 → 4 (nothing reaches it).
    edges = [(3, 4), (1, 4), (0, 2), (0, 1)]
    assert on_paths(edges, 0, 4) == {0, 1, 4}
    assert on_paths([(0, 2), (3, 4)], 0, 4) == frozenset()


@given(st.lists(st.sampled_from(PAIRS), unique=True))
def test_the_vertices_on_paths_are_those_that_networkx_finds(edges):
    graph = nx.DiGraph(edges)
    graph.add_nodes_from([0, 5])
    paths = nx.all_simple_paths(graph, 0, 5)
    assert on_paths(edges, 0, 5) == {vertex for path in paths for vertex in path}
