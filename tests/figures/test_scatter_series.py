import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import vinarch
from vinarch import figures
from vinarch.errors import ParameterError
from vinarch.figures.paper_words import MARKERS
from vinarch.figures.scatter_series import MOST_SERIES, area, mark_path
from vinarch.figures.theme import SERIES

NAMES = ("1gpu_1e14_early_termination", "4gpu_1e16_early_termination")
ROW = (0, "10110110101010")


@pytest.fixture
def several(points):
    """Return the four points as those of three experiments, the last two of them of c."""
    return points.assign(archive="toy", experiment=["b", "a", "c", "c"])


def points_of(drawing):
    return drawing.figure.axes[0].collections[0]


def looks_of(drawing):
    """Return colour and outline of each point drawn, by experiment."""
    points = points_of(drawing)
    faces = [to_hex(face) for face in points.get_facecolor()]
    paths = [len(path.vertices) for path in points.get_paths()]
    found = {}
    for name, *look in zip(drawing.data["experiment"], faces, paths, strict=True):
        found.setdefault(name, set()).add(tuple(look))
    return found


def test_each_experiment_has_a_colour_and_a_mark_of_its_own(several, texts_of):
    drawing = figures.subsequences(several, hue="experiment")
    assert drawing.data["experiment"].tolist() == ["a", "c", "b", "c"]
    assert drawing.data["count"].tolist() == [10, 4, 2, 2]
    looks = looks_of(drawing)
    assert {name: {colour for colour, _ in mine} for name, mine in looks.items()} == {
        "a": {SERIES[0]}, "b": {SERIES[1]}, "c": {SERIES[2]},
    }  # fmt: skip
    round_mark, triangle, diamond = ({n for _, n in looks[name]} for name in "abc")
    assert round_mark != triangle != diamond
    texts = texts_of(drawing.figure)
    assert {"3 experiments of toy", "a", "b", "c"} <= set(texts)
    assert "points on a spot:" not in texts
    assert "tell the experiment: a (1), b (1), c (2). Chosen (yellow, ringed) in c: 0110110" in (
        drawing.caption
    )


def test_colours_are_in_the_order_asked_for_with_rows_or_without(several):
    drawing = figures.subsequences(several, ["c", "none of it", "b"], hue="experiment")
    looks = looks_of(drawing)
    assert {name: next(iter(mine))[0] for name, mine in looks.items()} == {
        "c": SERIES[0],
        "b": SERIES[2],
    }
    assert "c (2), none of it (0), b (1)" in drawing.caption


def test_marks_of_all_shapes_have_one_area():
    assert [area(mark_path(marker)) for marker in MARKERS] == pytest.approx(
        [np.pi / 4] * len(MARKERS), rel=0.01
    )


def test_more_experiments_than_colours_look_alike(several, texts_of):
    names = list("abcdef")
    rows = pd.concat([several.assign(experiment=name, chosen=False) for name in names])
    drawing = figures.subsequences(rows, hue="experiment")
    assert len(names) == MOST_SERIES + 1
    assert len(points_of(drawing).get_paths()) == 1
    assert "6 experiments of toy" in texts_of(drawing.figure)
    assert drawing.caption.startswith("24 matching subsequences of 6 experiments of toy: ")
    assert drawing.data["density"].tolist() == [6] * 24


def test_one_experiment_is_drawn_as_without_colours(several):
    one = figures.subsequences(several, "c", hue="experiment")
    assert one.svg() == figures.subsequences(several, "c").svg()


def test_a_row_that_two_experiments_have_is_marked_in_both(several, texts_of):
    rows = several.assign(subsequence="11111", start=9, length=5, chosen=False).iloc[:3]
    drawing = figures.subsequences(rows, None, 9, "11111", hue="experiment")
    rings = drawing.figure.axes[0].collections[1:]
    assert len(rings) == 6
    assert "chosen: start 9, length 5, in 3 experiments" in texts_of(drawing.figure)


def test_two_rows_of_one_experiment_cannot_be_chosen(several):
    with pytest.raises(ParameterError, match="one chosen row at most, got 2 chosen rows"):
        figures.subsequences(several.assign(chosen=[0, 0, 1, 1]), hue="experiment")


def test_rows_across_experiments_are_told_as_such(several, texts_of):
    rows = several.assign(experiment=None)
    drawing = figures.subsequences(rows, "2 experiments of toy, matched together")
    assert "2 experiments of toy, matched together" in texts_of(drawing.figure)
    assert "subsequences of 2 experiments of toy, matched together: length" in drawing.caption
    unnamed = figures.subsequences(rows)
    assert "subsequences of experiments matched together: length" in unnamed.caption


def test_means_of_networks_without_histories_are_not_said_to_be_over_epochs(several):
    rows = several.assign(epoch_row_count=0)
    assert "(of the trained networks that" in figures.subsequences(rows, hue="experiment").caption
    rows.loc[0, "epoch_row_count"] = 3
    assert "(over all epochs of the" in figures.subsequences(rows, hue="experiment").caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("length", [1, 30, 200])
def test_names_of_any_length_can_be_read(several, assert_readable, width, length):
    rows = several.assign(experiment=["b" * length, "a_" * length, "c$" * length, "d " * length])
    assert_readable(figures.subsequences(rows, hue="experiment", width=width).figure)


def test_own_axes_get_a_legend_of_experiments(several):
    axes = Figure(figsize=(5, 3)).add_subplot()
    figures.subsequences(several, hue="experiment", ax=axes)
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["a", "b", "c", "2 structures", "4 structures", "10 structures", "chosen"]


def test_several_of_a_commons_are_those_of_its_matches(real_commons):
    drawing = figures.subsequences(real_commons, NAMES, *ROW, hue="experiment")
    matches = vinarch.match(real_commons.select(experiment=[*NAMES])).compute()
    again = figures.subsequences(matches, NAMES, *ROW, hue="experiment")
    assert drawing.svg() == again.svg()
    assert drawing.svg() == figures.subsequences(drawing.data, NAMES, hue="experiment").svg()
    assert drawing.data["experiment"].value_counts().to_dict() == (
        matches["experiment"].value_counts().to_dict()
    )
    assert drawing.data.loc[drawing.data["chosen"], "experiment"].tolist() == [NAMES[0]]


@pytest.mark.parametrize(
    ("experiments", "words"),
    [(["a", "a"], "'a', 'a'"), (["x"], "'x'"), ([], None)],
)
def test_names_that_cannot_be_are_refused(several, experiments, words):
    if words is None:
        assert len(figures.subsequences(several, experiments, hue="experiment").data) == 4
        return
    with pytest.raises(ParameterError, match=rf"one or more of a, b, c, got \[{words}\]"):
        figures.subsequences(several, experiments, hue="experiment")


def test_several_names_need_the_hue(several):
    with pytest.raises(ParameterError, match=r"name of one experiment, .*hue='experiment' draws"):
        figures.subsequences(several, ["a", "b"])
    with pytest.raises(ParameterError, match=r"hue=….*: expected 'experiment' or None, got 'x'"):
        figures.subsequences(several, hue="x")
