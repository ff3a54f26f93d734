import numpy as np
import pytest
from matplotlib.figure import Figure
from seaborn.utils import relative_luminance

from vinarch.errors import ParameterError
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.summary import tree_of


def draw(pairs, **changes):
    return draw_distance_map(pairs, **{"experiment": "toy", "metric": "cityblock", **changes})


def mesh_of(drawing):
    return drawing.figure.axes[0].collections[0]


def test_entry_is_the_distance_of_its_row_and_column(make_pairs):
    mesh = mesh_of(draw(make_pairs([4, 1, 9])))
    assert np.asarray(mesh.get_array()).tolist() == [[0, 3, 5], [3, 0, 8], [5, 8, 0]]
    assert mesh.get_clim() == (0, 8)


def test_structures_keep_the_order_of_the_frame(make_pairs):
    axes = draw(make_pairs([4, 1, 9])).figure.axes[0]
    for axis in (axes.xaxis, axes.yaxis):
        ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        named = {float(place): label.get_text() for place, label in ticks}
        assert named == {0.5: "4", 1.5: "1", 2.5: "9"}


@pytest.mark.parametrize(
    ("metric", "words", "number"),
    [
        ("cityblock", "city-block distance (symbols)", "3"),
        ("euclidean", "Euclidean distance (√symbols)", "3.00"),
        ("hamming", "Hamming distance (share of positions)", "3.00"),
    ],
)
def test_numbers_and_unit_follow_the_metric(make_pairs, texts_of, metric, words, number):
    drawing = draw(make_pairs([1, 4, 5]), metric=metric)
    texts = texts_of(drawing.figure)
    assert words in [text.replace("\n", " ") for text in texts]
    assert texts.count(number) >= 2
    assert [text.get_text() for text in drawing.figure.axes[0].texts][1] == number


def test_numbers_stand_out_from_their_cells(make_pairs):
    drawing = draw(make_pairs(range(12)))
    mesh = mesh_of(drawing)
    for text, face in zip(drawing.figure.axes[0].texts, mesh.get_facecolors(), strict=True):
        light, dark = relative_luminance(face), relative_luminance(text.get_color())
        contrast = (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
        assert contrast > 4.5


def test_from_thirteen_structures_on_there_are_no_numbers(make_pairs):
    assert len(draw(make_pairs(range(12))).figure.axes[0].texts) == 144
    assert len(draw(make_pairs(range(13))).figure.axes[0].texts) == 0


def test_caption_tells_the_numbers(make_pairs):
    drawing = draw(make_pairs([4, 1, 9]), metric="euclidean")
    assert drawing.caption == (
        "Euclidean distance (√symbols) between 3 structures of the experiment toy: 3.00 to 8.00."
    )


def test_of_too_many_the_last_are_drawn_and_it_is_said(make_pairs, texts_of):
    drawing = draw(make_pairs(range(80)))
    assert drawing.data["structure_a"].unique().tolist() == list(range(20, 80))
    assert mesh_of(drawing).get_array().shape == (60, 60)
    assert "between 80 structures" in drawing.caption
    assert "of which the last 60 are drawn" in drawing.caption
    assert "From the first on, every third structure is labelled." in drawing.caption
    assert "City-block distance, the last 60 of 80 structures" in texts_of(drawing.figure)


@pytest.mark.parametrize(
    ("width", "count", "name", "step"),
    [
        ("single", 60, "structure (every third labelled)", 3),
        ("double", 60, "structure (every second labelled)", 2),
        ("single", 5, "structure", 1),
    ],
)
def test_labels_start_at_the_first_row_and_thinning_is_said(
    make_pairs, texts_of, width, count, name, step
):
    drawing = draw(make_pairs(range(count)), width=width)
    axes = drawing.figure.axes[0]
    for axis in (axes.xaxis, axes.yaxis):
        labels = [label.get_text() for label in axis.get_ticklabels()]
        assert labels == [str(at) for at in range(0, count, step)]
        assert axis.get_ticklocs().tolist() == [at + 0.5 for at in range(0, count, step)]
    assert texts_of(drawing.figure).count(name) == 2


@pytest.mark.parametrize("count", [2, 5, 68])
def test_order_by_accuracy_is_said(make_pairs, count):
    said = "Structures are ordered by mean validation accuracy over all epochs, rising."
    assert said in draw(make_pairs(range(count)), order="accuracy").caption
    assert "ordered" not in draw(make_pairs(range(count))).caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("metric", ["cityblock", "euclidean", "hamming"])
@pytest.mark.parametrize("count", [1, 2, 5, 12, 40, 80])
def test_nothing_overlaps_or_is_cut(make_pairs, assert_readable, width, metric, count):
    pairs = make_pairs(range(100, 100 + count), scale=0.21)
    assert_readable(draw(pairs, width=width, metric=metric).figure)


def test_numbers_stay_inside_their_cells_in_one_column(make_pairs):
    drawing = draw(make_pairs(range(12)), metric="euclidean")
    axes = drawing.figure.axes[0]
    renderer = drawing.figure.canvas.get_renderer()
    drawing.figure.draw(renderer)
    cell = axes.bbox.width / 12
    assert all(text.get_window_extent(renderer).width < cell for text in axes.texts)


def test_equal_structures_leave_a_scale(make_pairs):
    assert mesh_of(draw(make_pairs([1, 2], scale=0.0))).get_clim() == (0, 1)


def test_unknown_metric_names_the_choices(make_pairs):
    with pytest.raises(ParameterError, match="cityblock, euclidean, hamming, got 'cosine'"):
        draw(make_pairs([1, 2]), metric="cosine")


def test_order_by_accuracy_does_not_hang_on_the_frame(make_pairs):
    pairs = make_pairs(range(5))
    shuffled = pairs.sample(frac=1, random_state=3)
    one, other = (draw(frame, order="accuracy") for frame in (pairs, shuffled))
    assert other.data["structure_a"].unique().tolist() == [0, 1, 2, 3, 4]
    assert one.png() == other.png()


def test_order_by_accuracy_needs_the_accuracies(make_pairs):
    pairs = make_pairs([1, 2]).drop(columns="mean_val_accuracy_percent_b")
    with pytest.raises(ParameterError, match="no mean_val_accuracy_percent_b among"):
        draw(pairs, order="accuracy")


def test_own_axes_get_the_map_and_a_colour_bar_and_keep_their_place(make_pairs):
    figure = Figure(figsize=(6, 3), dpi=100)
    axes = figure.add_subplot(1, 2, 1)
    place, size = axes.get_position().bounds, tuple(figure.get_size_inches())
    drawing = draw(make_pairs([4, 1, 9]), ax=axes)
    assert drawing.figure is figure
    assert figure.axes[0] is axes
    assert (axes.get_position().bounds, tuple(figure.get_size_inches())) == (place, size)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("structure", "structure")
    shown = np.asarray(axes.collections[0].get_array())
    assert shown.tolist() == [[0, 3, 5], [3, 0, 8], [5, 8, 0]]
    (bar,) = axes.child_axes
    assert bar.get_ylabel() == "city-block distance (symbols)"


def test_on_small_axes_there_are_fewer_labels_and_no_numbers(make_pairs):
    axes = Figure(figsize=(2, 2), dpi=100).add_subplot()
    drawing = draw(make_pairs(range(12)), metric="euclidean", ax=axes)
    assert not axes.texts
    assert 2 < len(axes.get_xticklabels()) < 12
    assert "labelled" in axes.get_xlabel()
    assert "labelled" in drawing.caption


def test_a_dendrogram_on_own_axes_is_refused(make_pairs):
    pairs = make_pairs([1, 2])
    with pytest.raises(ParameterError, match="argument ax: expected no axes for a map with a den"):
        draw(pairs, order=tree_of(pairs), dendrogram=True, ax=Figure().add_subplot())


def test_unknown_order_names_the_choices(make_pairs):
    with pytest.raises(
        ParameterError, match=r"'frame', 'accuracy' or a tree, got 'number'\. Leave"
    ):
        draw(make_pairs([1, 2]), order="number")


def test_of_too_many_sorted_by_accuracy_the_most_accurate_are_named(make_pairs, texts_of):
    drawing = draw(make_pairs(range(68)), order="accuracy")
    title = "City-block distance, the 60 of highest mean accuracy of 68 structures"
    assert title in " ".join(texts_of(drawing.figure))
    assert "of which the 60 of highest mean accuracy are drawn" in drawing.caption


def test_without_any_accuracy_none_is_claimed(make_pairs, texts_of):
    unknown = make_pairs(range(68)).assign(
        mean_val_accuracy_percent_a=float("nan"), mean_val_accuracy_percent_b=float("nan")
    )
    for pairs in (unknown, unknown.assign(measure="val_accuracy_percent")):
        drawing = draw(pairs, order="accuracy")
        assert "the 60 of highest number are drawn" in drawing.caption
        assert "ordered by number, since no validation accuracy of theirs" in drawing.caption
        tree = tree_of(pairs, most=60)
        of_tree = draw(pairs, order=tree, dendrogram=True)
        for one in (drawing, of_tree):
            assert "the 60 of highest number of 68" in " ".join(texts_of(one.figure))
            assert "mean accuracy" not in one.caption
            assert "mean validation" not in one.caption
            assert "accuracy" not in " ".join(texts_of(one.figure))


def test_structures_without_an_accuracy_stand_first_and_it_is_said(make_pairs):
    pairs = make_pairs([1, 2, 3])
    pairs.loc[pairs["structure_a"] == 3, "mean_val_accuracy_percent_a"] = float("nan")
    drawing = draw(pairs, order="accuracy")
    assert drawing.data["structure_a"].unique().tolist() == [3, 1, 2]
    assert drawing.caption.endswith("rising, those without a recorded one first.")


def test_lost_pair_is_refused(make_pairs):
    with pytest.raises(ParameterError, match="each of the 3 by 3 pairs, got 8 rows"):
        draw(make_pairs([1, 2, 3]).drop(index=8))


def test_one_sided_distances_are_refused(make_pairs):
    pairs = make_pairs([1, 2])
    pairs.loc[1, "distance"] = 7.0
    with pytest.raises(ParameterError, match="got 7 from 1 to 2 and 1 back"):
        draw(pairs)


def test_distance_that_is_no_number_is_refused(make_pairs):
    pairs = make_pairs([1, 2])
    pairs.loc[[1, 2], "distance"] = np.nan
    with pytest.raises(ParameterError, match="without a finite distance"):
        draw(pairs)


def test_missing_column_and_width_are_refused(make_pairs):
    with pytest.raises(ParameterError, match="no distance among"):
        draw(make_pairs([1, 2]).drop(columns="distance"))
    with pytest.raises(ParameterError, match="got 'triple'"):
        draw(make_pairs([1, 2]), width="triple")
    with pytest.raises(ParameterError, match="got 0 rows"):
        draw(make_pairs([1, 2]).iloc[:0])
