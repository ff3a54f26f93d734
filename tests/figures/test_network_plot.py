from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from vinarch.errors import ParameterError
from vinarch.figures.network_layout import RADIUS, Layout, arc
from vinarch.figures.network_plot import draw_network
from vinarch.figures.network_rows import Edge, Network, Phase
from vinarch.genome import MacroSpace
from vinarch.summary import network_edges

SPACE = MacroSpace((4, 4, 4))
PUBLISHED = "101101101010100000011"
RUN = (0, PUBLISHED[:14])


def draw(flat, *run, space=SPACE, **changes):
    return draw_network(network_edges(space.from_flat(flat), *run), **changes)


def lines_of(drawing, kind, phase):
    """Return the widths of the lines of a kind, by the nodes that they join."""
    axes = drawing.figure.axes[0]
    at = {
        tuple(np.round(patch.get_center(), 6)): int(text.get_text())
        for patch in axes.patches
        if isinstance(patch, Circle) and patch.get_radius() == RADIUS
        for text in axes.texts
        if text.get_position() == patch.get_center()
    }
    return {
        tuple(at[tuple(np.round(end, 6))] for end in line.get_xydata()[[0, -1]]): (
            line.get_linewidth()
        )
        for line in axes.lines
        if line.get_gid() == f"{kind} {phase}"
    }


def test_the_published_structure_has_the_edges_worked_by_hand():
    # Bits go 1→2, 1→3, 2→3, 1→4, 2→4, 3→4, skip; phases 1011011, 0101010 and 0000011.
    drawing = draw(PUBLISHED)
    expected = {
        1: ({(1, 2), (2, 3), (1, 4), (3, 4)}, {(0, 5)}, {(0, 1), (4, 5)}),
        2: ({(1, 3), (1, 4), (3, 4)}, set(), {(0, 1), (4, 5)}),
        3: ({(3, 4)}, {(0, 5)}, {(0, 3), (4, 5)}),
    }
    for phase, edges in expected.items():
        kinds = ("connection", "skip", "repair")
        assert tuple(set(lines_of(drawing, kind, phase)) for kind in kinds) == edges


def test_what_the_subsequence_encodes_is_heavy_and_nothing_else():
    drawing = draw(PUBLISHED, *RUN)
    heavy = {
        (kind, phase, *ends)
        for kind in ("connection", "skip", "repair")
        for phase in (1, 2, 3)
        for ends, width in lines_of(drawing, kind, phase).items()
        if width > 1
    }
    assert heavy == {
        ("connection", 1, 1, 2), ("connection", 1, 2, 3), ("connection", 1, 1, 4),
        ("connection", 1, 3, 4), ("skip", 1, 0, 5),
        ("connection", 2, 1, 3), ("connection", 2, 1, 4), ("connection", 2, 3, 4),
    }  # fmt: skip
    assert drawing.data["in_subsequence"].sum() == len(heavy)


def test_repairs_are_thinner_than_connections_and_dashed():
    drawing = draw(PUBLISHED)
    looks = {
        line.get_gid().split()[0]: (line.get_linewidth(), line.is_dashed())
        for line in drawing.figure.axes[0].lines
        if line.get_gid()
    }
    assert looks["repair"][0] < looks["connection"][0]
    assert looks["repair"][1]
    assert not looks["connection"][1]


def test_cells_are_the_genome_and_the_run_is_outlined_by_dashes(texts_of):
    drawing = draw(PUBLISHED, *RUN)
    axes = drawing.figure.axes[0]
    meshes = [mesh for mesh in axes.collections if mesh.get_array() is not None]
    symbols = np.hstack([np.asarray(mesh.get_array()) for mesh in meshes])
    assert "".join(str(int(symbol)) for symbol in symbols.ravel()) == PUBLISHED
    edges = [np.asarray(mesh.get_coordinates())[0, :, 0] for mesh in meshes]
    dashed = [p for p in axes.patches if isinstance(p, Rectangle) and p.get_linestyle() != "solid"]
    box = max(dashed, key=Rectangle.get_width).get_bbox()
    assert (box.x0, box.x1) == pytest.approx((edges[0][0], edges[1][-1]))
    assert "position in the genome; subsequence: start 0, length 14" in texts_of(drawing.figure)


def test_each_bit_is_named_by_what_it_connects(texts_of):
    texts = texts_of(draw("1011", space=MacroSpace((3,))).figure)
    assert [text for text in texts if "→" in text or text == "skip"] == [
        "1→2", "1→3", "2→3", "skip",
    ]  # fmt: skip


def test_a_node_without_connections_is_dotted_and_a_phase_without_is_named(texts_of):
    drawing = draw("0000010" + "0000001" + "1111111")
    dotted = [
        patch
        for patch in drawing.figure.axes[0].patches
        if isinstance(patch, Circle)
        and patch.get_radius() == RADIUS
        and patch.get_linestyle() != "solid"
    ]
    assert len(dotted) == 2
    texts = texts_of(drawing.figure)
    assert "skipped: no connections" in texts
    assert "left out" in texts
    assert "1 phase without connections skipped: 2." in drawing.caption
    assert texts.count("pool") == 2


def test_phases_have_names_colours_and_pools(texts_of):
    drawing = draw("1" * 21)
    texts = texts_of(drawing.figure)
    assert {"phase 1", "phase 2", "phase 3", "linear"} <= set(texts)
    assert texts.count("pool") == 3
    circles = [p for p in drawing.figure.axes[0].patches if isinstance(p, Circle)]
    assert len({patch.get_facecolor() for patch in circles}) == 3


def test_caption_tells_the_numbers():
    edges = network_edges(SPACE.from_flat(PUBLISHED), *RUN, experiment="toy", structure=11)
    assert draw_network(edges).caption == (
        "The network of structure 11 of the experiment toy, phase by phase: 9 of 12 nodes in use "
        "(those without a connection are left out), 8 connections (solid, arching above the "
        "nodes), 2 skips from the input of a phase to its output (dash-dotted) and 6 edges that "
        "the decoder adds (thin and dashed); in each phase 0 is the input and 5 the output, pool "
        "stands for the pooling after it, linear for the linear layer at the end. Below, its "
        "genome, bit 1 yellow and bit 0 purple; the subsequence "
        "10110110101010 (start index 0, length 14) is outlined by dashes, and what it encodes is "
        "heavy: 8 edges."
    )


@given(
    st.integers(2, 8).flatmap(
        lambda nodes: st.tuples(st.just(nodes), st.integers(0, nodes), st.integers(1, nodes + 1))
    ),
    st.sampled_from(["connection", "repair"]),
    st.sampled_from([85.0, 178.0]),
)
def test_an_arc_passes_no_other_node(ends, kind, width):
    nodes, source, target = ends
    source, target = sorted((source, target))
    if source == target:
        return
    edge = Edge(source, target, kind, in_subsequence=False)
    (block,) = Layout.of([Phase(1, nodes, (edge,))], width).blocks
    path = arc(block, edge)
    assert path[0].tolist() == [block.place(source), block.y]
    assert path[-1].tolist() == [block.place(target), block.y]
    assert (np.diff(path[:, 0]) > 0).all()
    for place in set(range(nodes + 2)) - {source, target}:
        away = np.hypot(*(path - [block.place(place), block.y]).T)
        assert away.min() > RADIUS + 0.3


def test_of_arcs_that_start_together_the_longer_lies_outside():
    edges = [Edge(0, target, "repair", in_subsequence=False) for target in (2, 3, 4, 5)]
    (block,) = Layout.of([Phase(1, 4, tuple(edges))], 85.0).blocks
    paths = [arc(block, edge) for edge in edges]
    for inner, outer in pairwise(paths):
        x = inner[1:-1, 0]
        assert (np.interp(x, *outer.T) > np.interp(x, *inner.T)).all()


def test_the_skip_lies_outside_all_that_the_decoder_adds():
    network = Network.of(network_edges(SPACE.from_flat("0010011" * 3)), "here")
    for block in Layout.of(network.phases, 85.0).blocks:
        depth = {edge: arc(block, edge)[:, 1].max() for edge in block.phase.edges}
        (skip,) = [edge for edge in depth if edge.kind == "skip"]
        assert all(depth[skip] > other for edge, other in depth.items() if edge != skip)


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize(
    ("nodes", "flat", "run"),
    [
        ((4, 4, 4), PUBLISHED, RUN),
        ((4, 4, 4), "1" * 21, (3, "1" * 18)),
        ((4, 4, 4), "0" * 21, ()),
        ((4, 4, 4), "0" * 20 + "1", (20, "1")),
        ((4, 4, 4), "0000010" + "0000001" + "1111111", ()),
        ((4, 4, 4), "0000001" + "0100010" + "0000000", ()),
        ((2,), "11", (0, "1")),
        ((1,), "1", ()),
        ((1, 5), "0" + "1" * 11, ()),
        ((6, 6, 6, 6), "1" * 64, (10, "1" * 30)),
        ((6, 6, 6, 6), "10" * 32, ()),
        ((9,), "01" * 18 + "1", ()),
        ((2,) * 9, "11" * 9, ()),
    ],
)
def test_nothing_overlaps_or_is_cut(assert_readable, width, nodes, flat, run):
    assert_readable(draw(flat, *run, space=MacroSpace(nodes), width=width).figure)


@pytest.mark.parametrize("width", ["single", "double"])
def test_long_names_fit(assert_readable, width):
    name = "an_experiment_with_a_name_that_has_$no$_end " * 4
    edges = network_edges(SPACE.from_flat(PUBLISHED), experiment=name, structure=123456)
    assert_readable(draw_network(edges, width=width).figure)


def test_order_of_the_rows_does_not_matter():
    edges = network_edges(SPACE.from_flat(PUBLISHED), *RUN)
    one, other = draw_network(edges), draw_network(edges.sample(frac=1, random_state=5))
    pd.testing.assert_frame_equal(one.data, other.data)
    assert one.png() == other.png()
    assert draw_network(one.data).png() == one.png()


def test_own_axes_hold_graph_and_cells_and_keep_their_place():
    figure = Figure(figsize=(7, 4))
    axes = figure.add_subplot(1, 2, 2)
    place, size = axes.get_position().bounds, tuple(figure.get_size_inches())
    drawing = draw(PUBLISHED, *RUN, ax=axes)
    assert drawing.figure is figure
    assert figure.axes == [axes]
    assert (axes.get_position().bounds, tuple(figure.get_size_inches())) == (place, size)
    FigureCanvasAgg(figure).draw()
    for text in axes.texts:
        box = text.get_window_extent()
        assert axes.bbox.x0 - 1 <= box.x0
        assert box.x1 <= axes.bbox.x1 + 1
        assert axes.bbox.y0 - 1 <= box.y0


def test_rows_of_two_genomes_are_refused():
    one, other = (network_edges(SPACE.from_flat(flat)) for flat in (PUBLISHED, "1" * 21))
    with pytest.raises(ParameterError, match="expected one genome, got 2 of them"):
        draw_network(pd.concat([one, other]))


def test_strange_kinds_and_backward_edges_are_refused():
    edges = network_edges(SPACE.from_flat(PUBLISHED))
    with pytest.raises(ParameterError, match=r"kinds connection, skip, .*, got magic"):
        draw_network(edges.assign(kind="magic"))
    with pytest.raises(ParameterError, match="edges from a place to a later one, 0 to 5"):
        draw_network(edges.assign(source="4", kind="connection"))


def test_missing_column_and_width_are_refused():
    edges = network_edges(SPACE.from_flat(PUBLISHED))
    with pytest.raises(ParameterError, match="no bit among"):
        draw_network(edges.drop(columns="bit"))
    with pytest.raises(ParameterError, match="got 'triple'"):
        draw_network(edges, width="triple")
