import numpy as np
import pandas as pd
import pytest

from vinarch.errors import ParameterError
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.heat_tree import TREE_MM
from vinarch.summary import tree_of


def draw(pairs, **changes):
    told = {"experiment": "toy", "metric": "cityblock", "order": tree_of(pairs), **changes}
    return draw_distance_map(pairs, **{"dendrogram": True, **told})


def lines_of(drawing):
    return [np.asarray(path.vertices) for path in drawing.figure.axes[1].collections[0].get_paths()]


def test_rows_are_leaves_and_each_join_ends_at_its_distance(make_pairs):
    # On a line at 0, 1, 10, 12: the joins are at 1, 2 and the mean of 10, 12, 9, 11.
    drawing = draw(make_pairs([10, 0, 12, 1]))
    rows = drawing.data["structure_a"].unique().tolist()
    assert rows in ([0, 1, 10, 12], [12, 10, 1, 0])
    first, second, last = lines_of(drawing)
    assert {tuple(first[:, 0]), tuple(second[:, 0])} == {(0, 1, 1, 0), (0, 2, 2, 0)}
    assert sorted(last[:, 0]) == [1, 2, 10.5, 10.5]
    assert last[:, 1].tolist() == [1, 1, 3, 3]


def test_tree_and_map_share_their_rows(make_pairs):
    drawing = draw(make_pairs(range(7)))
    heat, tree = drawing.figure.axes[:2]
    assert tree.get_ylim() == heat.get_ylim() == (7, 0)
    assert heat.get_position().y0 == pytest.approx(tree.get_position().y0)
    assert heat.get_position().y1 == pytest.approx(tree.get_position().y1)
    ends = [end for line in lines_of(drawing) for end in line[[0, -1]] if end[0] == 0]
    assert sorted(row for _, row in ends) == [row + 0.5 for row in range(7)]


def test_columns_stand_in_the_order_of_the_rows(make_pairs):
    drawing = draw(make_pairs([10, 0, 12, 1]))
    shown = np.asarray(drawing.figure.axes[0].collections[0].get_array())
    assert np.array_equal(shown, shown.T)
    assert shown.ravel().tolist() == drawing.data["distance"].tolist()


@pytest.mark.parametrize("dendrogram", [True, False])
def test_order_of_the_rows_does_not_matter_even_with_ties(make_pairs, dendrogram):
    pairs = make_pairs(range(9))
    pairs["distance"] = (pairs["structure_a"] != pairs["structure_b"]) * 1.0
    shuffled = pairs.sample(frac=1, random_state=4)
    one, other = (draw(frame, dendrogram=dendrogram) for frame in (pairs, shuffled))
    pd.testing.assert_frame_equal(one.data, other.data)
    assert one.png() == other.png()


def test_caption_names_the_linkage_and_the_last_join(make_pairs):
    pairs = make_pairs([10, 0, 12, 1])
    assert draw(pairs, order=tree_of(pairs, "complete")).caption.endswith(
        "Near structures stand side by side. Beside the map, the tree joins the nearest groups "
        "first, at the greatest distance between them (complete linkage), the last at 12."
    )
    assert "Beside" not in draw(pairs, dendrogram=False).caption
    assert "average linkage" in draw(pairs, dendrogram=False).caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("metric", ["cityblock", "euclidean", "hamming"])
@pytest.mark.parametrize("count", [1, 2, 5, 12, 40, 60])
def test_nothing_overlaps_or_is_cut(make_pairs, assert_readable, width, metric, count):
    pairs = make_pairs(range(100, 100 + count), scale=0.21)
    drawing = draw(pairs, width=width, metric=metric)
    assert_readable(drawing.figure)
    tree = drawing.figure.axes[1]
    assert tree.bbox.width / drawing.figure.dpi * 25.4 == pytest.approx(TREE_MM[width])


def test_equal_structures_join_at_nought(make_pairs, assert_readable):
    drawing = draw(make_pairs(range(4), scale=0.0))
    assert all(line[:, 0].max() == 0 for line in lines_of(drawing))
    assert_readable(drawing.figure)


def test_of_too_many_the_most_accurate_are_joined_and_it_is_said(make_pairs, texts_of):
    pairs = make_pairs(range(70))
    drawing = draw(pairs, order=tree_of(pairs, most=60))
    assert sorted(drawing.data["structure_a"].unique()) == list(range(10, 70))
    title = "City-block distance, the 60 of highest mean accuracy of 70 structures"
    assert title in " ".join(texts_of(drawing.figure))


def test_a_dendrogram_needs_the_order_of_its_tree(make_pairs):
    with pytest.raises(ParameterError, match="the tree, whose leaves are the rows"):
        draw(make_pairs([1, 2]), order="frame")


def test_a_tree_of_other_structures_is_refused(make_pairs):
    with pytest.raises(ParameterError, match=r"none of \[3\]"):
        draw(make_pairs([1, 2]), order=tree_of(make_pairs([1, 2, 3])))
