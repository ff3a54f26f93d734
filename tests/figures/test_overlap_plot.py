from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from seaborn.utils import relative_luminance

from vinarch.errors import ParameterError
from vinarch.figures.overlap_plot import draw_overlap_matrix


def make(names, of="subsequences", highest=0.4):
    pairs = list(combinations(names, 2))
    rows = [
        ("toy", a, "toy", b, scope, of, 5, highest * (number + 1) / len(pairs) / part, 0.1 / part)
        for number, (a, b) in enumerate(pairs)
        for part, scope in ((1, "all"), (2, "without_shared_start"))
    ]
    columns = ["archive_a", "experiment_a", "archive_b", "experiment_b", "scope", "of"]
    frame = pd.DataFrame(rows, columns=[*columns, "shared_count", "jaccard", "chance_jaccard"])
    return frame if of == "subsequences" else frame.assign(chance_jaccard=float("nan"))


def mesh(figure):
    array = figure.axes[0].collections[0].get_array()
    return np.ma.filled(array, np.nan)


def test_all_lies_below_the_diagonal_and_the_rest_above(assert_readable):
    drawing = draw_overlap_matrix(make(["b", "a", "c"]))
    assert_readable(drawing.figure)
    # By name a, b, c; the pairs were (b, a), (b, c), (a, c) with 2/15, 4/15 and 6/15.
    expected = [[np.nan, 20 / 3, 20], [40 / 3, np.nan, 40 / 3], [40, 80 / 3, np.nan]]
    assert mesh(drawing.figure) == pytest.approx(np.array(expected), nan_ok=True)
    numbers = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert numbers == ["6.7", "20", "13", "13", "40", "27"]


def test_both_triangles_are_named_in_the_picture_and_in_the_caption(texts_of):
    drawing = draw_overlap_matrix(make(["a", "b", "c"], of="structures"))
    texts = texts_of(drawing.figure)
    assert "above the diagonal: without the shared start" in texts
    assert "below the diagonal: all structures" in texts
    assert drawing.caption == (
        "Jaccard overlap of the structures of 3 experiments of toy in percent: below the diagonal "
        "of all, 13.3 to 40.0 %; above it without the structures of the start that the two share, "
        "6.7 to 20.0 %. Experiments: 1: a, 2: b, 3: c."
    )


def test_the_overlap_by_chance_is_told_for_subsequences():
    caption = draw_overlap_matrix(make(["a", "b"])).caption
    assert "By chance, with the symbols at each position dealt anew" in caption
    assert "10.0 % below the diagonal and 5.0 % above it" in caption


def test_cells_above_chance_are_framed_and_it_is_said(texts_of):
    cells = make(["b", "a", "c"]).assign(chance_jaccard=0.21)
    drawing = draw_overlap_matrix(cells)
    # Of 6.7 to 40 % only 40 and 26.7 % exceed 21 %: a and c at (3, 1), b and c at (3, 2).
    frames = [
        (round(p.get_x() + p.get_width() / 2, 6), round(p.get_y() + p.get_height() / 2, 6))
        for p in drawing.figure.axes[0].patches
    ]
    assert frames == [(0, 2), (1, 2)]
    assert "toy; framed: more than by chance" in texts_of(drawing.figure)
    assert "2 of 6 overlaps are greater than by chance (framed)" in drawing.caption
    none = draw_overlap_matrix(cells.assign(chance_jaccard=0.5))
    assert not none.figure.axes[0].patches
    assert "toy; no overlap is more than by chance" in texts_of(none.figure)


def test_digits_stand_out_from_their_cells():
    axes = draw_overlap_matrix(make(names(9))).figure.axes[0]
    mesh, digits = axes.collections[0], axes.texts
    faces = mesh.to_rgba(mesh.get_array())
    for text in digits:
        column, row = (round(place) for place in text.get_position())
        light, dark = sorted(
            (relative_luminance(faces[row, column]), relative_luminance(text.get_color())),
            reverse=True,
        )
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_three_experiments_fill_most_of_two_columns():
    figure = draw_overlap_matrix(make(names(3)), width="double").figure
    assert max(axes.get_position().x1 for axes in figure.axes) > 0.75


def test_names_stand_in_one_line_where_there_is_room(texts_of):
    figure = draw_overlap_matrix(make(names(9)), width="double").figure
    assert "1: 10gpu_1e16_no_early_termination" in texts_of(figure)


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_few_experiments_of_short_names_are_readable(count, width, assert_readable, texts_of):
    figure = draw_overlap_matrix(make("abcd"[:count]), width=width).figure
    assert_readable(figure)
    assert "Jaccard overlap of subsequences (%)" in texts_of(figure)
    assert "2: b" in texts_of(figure)


def names(count):
    return [f"{number}gpu_1e16_no_early_termination" for number in range(10, 10 + count)]


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [2, 9, 30])
def test_few_and_many_experiments_are_readable(count, width, assert_readable, texts_of):
    figure = draw_overlap_matrix(make(names(count)), width=width).figure
    assert_readable(figure)
    labels = [text for text in texts_of(figure) if "gpu" in text]
    assert len(labels) == count
    assert all(label.replace("\n", "").endswith("termination") for label in labels)


def test_numbers_are_left_out_where_cells_have_no_room():
    assert len(draw_overlap_matrix(make(names(9))).figure.axes[0].texts) == 72
    assert not draw_overlap_matrix(make(names(30))).figure.axes[0].texts


@pytest.mark.parametrize("width", ["single", "double"])
def test_long_names_and_equal_or_no_overlaps_are_readable(width, assert_readable):
    long = [f"an_experiment_whose_name_tells_{'everything_' * 4}{n}" for n in range(9)]
    assert_readable(draw_overlap_matrix(make(long), width=width).figure)
    assert_readable(draw_overlap_matrix(make(long, highest=0.0), width=width).figure)


def test_an_unknown_overlap_is_a_dash_on_white():
    cells = make(["a", "b", "c"])
    cells.loc[0, "jaccard"] = np.nan
    drawing = draw_overlap_matrix(cells)
    assert [text.get_text() for text in drawing.figure.axes[0].texts].count("\N{EN DASH}") == 1
    assert "1 overlap is not known" in drawing.caption


def test_given_axes_keep_their_place():
    figure = Figure(figsize=(4, 4))
    axes = figure.add_subplot()
    place = axes.get_position().bounds
    drawing = draw_overlap_matrix(make(["a", "b", "c"]), ax=axes)
    assert drawing.figure is figure
    assert axes.get_position().bounds == place
    assert axes.get_xlabel() == "above the diagonal: without the shared start"


def test_bytes_do_not_hang_on_the_order_of_rows_or_sides():
    cells = make(names(5))
    other = {"_a": "_b", "_b": "_a"}
    turned = cells.rename(columns=lambda name: name[:-2] + other.get(name[-2:], name[-2:]))
    png = draw_overlap_matrix(cells).png()
    assert draw_overlap_matrix(cells.sample(frac=1, random_state=1)).png() == png
    assert draw_overlap_matrix(turned).png() == png


def test_frames_that_make_no_matrix_are_refused():
    cells = make(["a", "b"])
    with pytest.raises(ParameterError, match="each pair and scope once"):
        draw_overlap_matrix(pd.concat([cells, cells]))
    with pytest.raises(ParameterError, match="one kind of overlap"):
        draw_overlap_matrix(pd.concat([cells, make(["a", "c"], of="structures")]))
    with pytest.raises(ParameterError, match="shares from 0 to 1 in jaccard, got 40"):
        draw_overlap_matrix(cells.assign(jaccard=40.0))
