from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from vinarch import figures
from vinarch.decoding import decode
from vinarch.errors import ParameterError
from vinarch.figures.layered_layout import RADIUS, Layout, size_of
from vinarch.figures.layered_plot import draw_layered
from vinarch.figures.layered_rows import Graph
from vinarch.figures.symbol_look import COLOURS
from vinarch.genome import search_space
from vinarch.summary import layered_edges

# Vertex 1 convolves the input, 2 pools it, both feed 3, which convolves and feeds the output.
CELL = search_space("nas-bench-101").from_flat("c1m10k0110001")
SPACES = ("nas-bench-101", "nas-bench-201", "nsga-net-micro-3", "chain-layers", "evovis-layers")


def draw(genome, *run, **words):
    return draw_layered(layered_edges(genome, *run), **words)


def lines_of(drawing):
    return {
        tuple(map(int, line.get_gid().split()[1:])): line
        for line in drawing.figure.axes[0].lines
        if (line.get_gid() or "").startswith("edge")
    }


def faces_of(drawing, kind):
    patches = [p for p in drawing.figure.axes[0].patches if isinstance(p, kind) and p.get_fill()]
    return Counter(to_hex(patch.get_facecolor()) for patch in patches)


def test_a_node_has_the_colour_and_the_letter_of_its_symbol(texts_of):
    drawing = draw(CELL)
    # The alphabet is 01ckm: c is symbol 2, k 3 and m 4.
    assert faces_of(drawing, Circle) == Counter([COLOURS[2], COLOURS[3], COLOURS[4]])
    written = Counter(texts_of(drawing.figure))
    assert {"input", "output", "c conv3x3-bn-relu", "1 edge"} <= set(written)
    # Once in the network and once in the cells.
    assert (written["c"], written["m"], written["k"]) == (2, 2, 2)
    assert len(faces_of(drawing, FancyBboxPatch)) == 1


def test_every_edge_runs_from_its_source_to_its_target():
    graph = Graph.of(layered_edges(CELL), "test")
    layout = Layout.of(graph, 80)
    for edge, path in zip(graph.edges, layout.paths, strict=True):
        nodes = {node.number: node for node in graph.nodes}
        for number, end, side in ((edge.source, path[0], 1), (edge.target, path[-1], -1)):
            x, y = layout.nodes[number]
            assert end == pytest.approx((x + side * size_of(nodes[number])[0] / 2, y))


def test_what_the_subsequence_encodes_is_heavy_in_both():
    drawing = draw(CELL, 0, "c1m1")
    marked = drawing.data[drawing.data["in_subsequence"]]
    assert marked[["source", "target"]].to_numpy().tolist() == [[0, 1], [0, 2]]
    lines = lines_of(drawing)
    assert {ends for ends, line in lines.items() if line.get_linewidth() > 1.5} == {(0, 1), (0, 2)}
    rings = [p for p in drawing.figure.axes[0].patches if (p.get_gid() or "").startswith("node")]
    assert sorted(ring.get_gid() for ring in rings) == ["node 1", "node 2"]
    dashed = [
        patch.get_bbox().width
        for patch in drawing.figure.axes[0].patches
        if isinstance(patch, Rectangle) and not patch.get_fill() and patch.get_zorder() == 5
    ]
    cell = drawing.figure.axes[0].collections[0].get_coordinates()[0, :2, 0]
    assert dashed == pytest.approx([4 * (cell[1] - cell[0])] * 2)


def test_operations_of_nas_bench_201_stand_on_the_edges(texts_of):
    drawing = draw(search_space("nas-bench-201").from_flat("kaskss"), 0, "kas")
    assert Counter(map(str, drawing.data["operation"])) == {
        "nor_conv_1x1": 2,
        "avg_pool_3x3": 1,
        "skip_connect": 3,
    }
    assert Counter(texts_of(drawing.figure))["s"] == 6
    assert "what it encodes is heavy: 0 nodes and 3 edges" in drawing.caption


def test_a_long_chain_is_broken_into_rows_that_a_line_joins(assert_readable):
    flat = "ckm" * 12
    graph = Graph.of(layered_edges(search_space("chain-layers").from_flat(flat)), "test")
    layout = Layout.of(graph, 80)
    heights = [layout.nodes[number][1] for number in range(len(flat) + 2)]
    assert len(set(heights)) > 1
    assert heights == sorted(heights)
    for (one, other), path in zip(pairwise(range(len(flat) + 2)), layout.paths, strict=True):
        turns = heights[one] != heights[other]
        assert (len(set(np.round(path[:, 1], 6))) > 1) == turns
    assert_readable(draw(search_space("chain-layers").from_flat(flat)).figure)


@pytest.mark.parametrize("name", SPACES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_all_is_drawn_within_the_room_and_no_node_lies_on_another(name, seed):
    genome = search_space(name).sample(np.random.default_rng(seed))
    frame = layered_edges(genome)
    graph = Graph.of(frame, "test")
    network = decode(genome)
    assert len(graph.nodes) == len(network)
    assert len(graph.edges) == network.number_of_edges()
    layout = Layout.of(graph, 83)
    boxes = []
    for node in graph.nodes:
        x, y = layout.nodes[node.number]
        wide, high = size_of(node)
        assert wide / 2 <= x <= 83 - wide / 2
        assert y - high / 2 >= -0.001
        assert y + high / 2 <= layout.height + 0.001
        boxes.append((x, y, wide, high))
    for at, (x, y, wide, high) in enumerate(boxes):
        for other_x, other_y, other_wide, other_high in boxes[:at]:
            apart_x = abs(x - other_x) >= (wide + other_wide) / 2 - 0.001
            assert apart_x or abs(y - other_y) >= (high + other_high) / 2 - 0.001


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_no_edge_runs_through_a_node_that_it_does_not_join(seed):
    genome = search_space("nas-bench-101").sample(np.random.default_rng(seed))
    graph = Graph.of(layered_edges(genome), "test")
    layout = Layout.of(graph, 83)
    for edge, path in zip(graph.edges, layout.paths, strict=True):
        for node in graph.nodes:
            if node.number not in (edge.source, edge.target) and node.position is not None:
                away = np.hypot(*(path - layout.nodes[node.number]).T)
                assert away.min() > RADIUS


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_overlaps_or_is_cut(name, seed, width, assert_readable):
    genome = search_space(name).sample(np.random.default_rng(seed))
    assert_readable(draw(genome, 0, genome.flat[:3], width=width).figure)


def test_a_cell_without_a_path_and_an_empty_list_are_drawn(texts_of):
    cell = draw(search_space("nas-bench-201").from_flat("000000"))
    assert {"input", "output"} <= set(texts_of(cell.figure))
    assert not lines_of(cell)
    assert "no operation is in use" in cell.caption
    empty = draw(search_space("chain-layers").from_flat(""))
    assert list(lines_of(empty)) == [(0, 1)]
    assert empty.caption.endswith("which has no symbol.")


def test_both_cells_of_the_micro_space_are_named(texts_of):
    genome = search_space("nsga-net-micro-2").sample(np.random.default_rng(0))
    assert {"normal", "reduction"} <= set(texts_of(draw(genome).figure))


def test_the_data_draw_the_same_picture_in_any_order():
    drawing = figures.network(CELL, "toy", 4, 0, "c1m1")
    shuffled = drawing.data.sample(frac=1, random_state=2)
    again = figures.network(shuffled)
    assert again.png() == drawing.png()
    assert again.caption == drawing.caption
    other = figures.network(shuffled, start=2, subsequence="m1")
    assert other.data["start"].unique().tolist() == [2]


def test_own_axes_keep_their_place():
    figure = Figure(figsize=(5, 4))
    axes = figure.add_subplot(2, 1, 1)
    place = axes.get_position().bounds
    drawing = figures.network(CELL, start=0, subsequence="c1", ax=axes)
    assert drawing.figure is figure
    assert axes.get_position().bounds == pytest.approx(place)
    assert len(lines_of(drawing)) == len(drawing.data)


def test_frames_that_are_no_network_are_refused():
    edges = layered_edges(CELL)
    with pytest.raises(ParameterError, match="no part among"):
        draw_layered(edges.drop(columns="part"))
    with pytest.raises(ParameterError, match="expected one genome, got 2 of them"):
        draw_layered(edges.assign(genome=["1", *edges["genome"][1:]]))
    with pytest.raises(ParameterError, match="to one of a later rank, got 0 to 1"):
        draw_layered(edges.assign(source_rank=9))
