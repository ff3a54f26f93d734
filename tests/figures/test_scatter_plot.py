import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from vinarch.errors import ParameterError
from vinarch.figures.scatter_density import DENSITY_CLASSES
from vinarch.figures.scatter_legend import DOT_PT
from vinarch.figures.scatter_plot import AREAS_PT2, RASTER_FROM, draw_subsequences
from vinarch.figures.theme import ONE


@pytest.fixture
def many_points():
    """Return 4,000 points, most of them short: length 5 + i % 16, accuracy 60 to 99.99 %."""
    index = np.arange(4000)
    return pd.DataFrame(
        {
            "subsequence": "1",
            "start": index % 17,
            "length": 5 + (index % 16) * (index % 3 == 0),
            "count": 2 + index % 60,
            "mean_val_accuracy_percent": 60 + index / 100,
            "chosen": index == 3999,
        }
    )


def points_of(drawing):
    return drawing.figure.axes[0].collections[0]


def test_points_stand_at_length_and_accuracy_the_largest_below(points):
    drawing = draw_subsequences(points, experiment="toy")
    assert points_of(drawing).get_offsets().tolist() == [
        [5.0, 71.25],
        [7.0, 91.0],
        [5.0, 88.5],
        [5.0, 80.0],
    ]
    assert drawing.data["count"].tolist() == [10, 4, 2, 2]
    assert drawing.data["density"].tolist() == [1, 1, 1, 1]


def test_area_is_a_straight_line_over_count(points):
    low, high = AREAS_PT2["single"]
    sizes = points_of(draw_subsequences(points, experiment="toy")).get_sizes()
    assert sizes == pytest.approx([low + (high - low) * share for share in (1, 0.4, 0.2, 0.2)])


def test_lengths_stay_exact_in_a_crowd(many_points):
    collection = points_of(draw_subsequences(many_points, experiment="toy"))
    offsets = np.asarray(collection.get_offsets())
    assert len(offsets) == 4000
    assert np.array_equal(offsets[:, 0], offsets[:, 0].round())


@pytest.fixture
def spots():
    """Return spots of 1, 5 and 50 points that coincide, at the lengths 5, 7 and 9."""
    rows = [
        (f"{index:06b}", index % 7, length, 2, 80.0 if index % 2 else 80.001, False)
        for length, count in ((5, 1), (7, 5), (9, 50))
        for index in range(count)
    ]
    rows.append(("000000", 0, 20, 2, 90.0, False))
    columns = ["subsequence", "start", "length", "count", "mean_val_accuracy_percent", "chosen"]
    return pd.DataFrame(rows, columns=columns)


def test_one_five_and_fifty_points_on_a_spot_differ_in_lightness(spots, texts_of):
    drawing = draw_subsequences(spots, experiment="toy")
    assert drawing.data.groupby("length")["density"].unique().map(list).to_dict() == {
        5: [1], 7: [5], 9: [50], 20: [1],
    }  # fmt: skip
    faces = points_of(drawing).get_facecolor()
    light = {
        int(length): float(np.dot(face[:3], (0.2126, 0.7152, 0.0722)))
        for length, face in zip(drawing.data["length"], faces, strict=True)
    }
    assert light[5] - light[7] > 0.25
    assert light[7] - light[9] > 0.25
    assert {"points on a spot:", "1", "5\N{EN DASH}9", "50"} <= set(texts_of(drawing.figure))
    assert "2\N{EN DASH}4" not in texts_of(drawing.figure)
    assert "within 0.1 percentage points: up to 50." in drawing.caption


def test_classes_of_density_grow_darker_one_after_the_other():
    light = [np.dot(to_rgb(one.colour), (0.2126, 0.7152, 0.0722)) for one in DENSITY_CLASSES]
    assert min(-np.diff(light)) > 0.15


def test_a_hundred_thousand_points_are_drawn_and_kept_as_one_image():
    index = np.arange(100_000)
    points = pd.DataFrame(
        {
            "subsequence": "1",
            "start": index,
            "length": 5 + index % 16,
            "count": 2 + index % 60,
            "mean_val_accuracy_percent": 60 + (index % 4000) / 100,
            "chosen": False,
        }
    )
    drawing = draw_subsequences(points, experiment="toy")
    assert len(points_of(drawing).get_offsets()) == 100_000
    assert points_of(drawing).get_rasterized()
    few = draw_subsequences(points.head(RASTER_FROM - 1), experiment="toy")
    assert not points_of(few).get_rasterized()


def test_own_axes_get_points_labels_and_legend_and_keep_their_place(points):
    figure = Figure(figsize=(5, 3))
    axes = figure.add_subplot(1, 2, 1)
    place, size = axes.get_position().bounds, tuple(figure.get_size_inches())
    drawing = draw_subsequences(points, experiment="toy", ax=axes)
    assert drawing.figure is figure
    assert figure.axes == [axes]
    assert (axes.get_position().bounds, tuple(figure.get_size_inches())) == (place, size)
    assert axes.get_xlabel() == "length of the subsequence (symbols)"
    assert axes.get_ylabel() == "mean validation accuracy (%)"
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert {"structures that hold it:", "points on a spot:", "chosen", "2", "10"} <= set(legend)
    alone = draw_subsequences(points, experiment="toy")
    assert np.array_equal(points_of(drawing).get_offsets(), points_of(alone).get_offsets())
    pd.testing.assert_frame_equal(drawing.data, alone.data)


def test_size_legend_has_the_lowest_a_middle_and_the_highest_count(many_points, texts_of):
    texts = texts_of(draw_subsequences(many_points, experiment="toy").figure)
    assert {"structures that hold it:", "2", "31", "61"} <= set(texts)


def test_chosen_row_is_ringed_and_labelled(points, texts_of):
    drawing = draw_subsequences(points, experiment="toy")
    _, chosen, ring = drawing.figure.axes[0].collections
    assert chosen.get_offsets().tolist() == ring.get_offsets().tolist() == [[7.0, 91.0]]
    assert to_hex(chosen.get_facecolor()[0]) == ONE
    assert len(ring.get_facecolor()) == 0
    assert "chosen: start 2, length 7, 4 structures, 91.00 %" in texts_of(drawing.figure)


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_chosen_point_of_many_structures_hides_no_other(points, width):
    points["chosen"] = points["count"] == 10
    drawing = draw_subsequences(points, experiment="toy", width=width)
    large, dot, ring = drawing.figure.axes[0].collections
    assert len(large.get_sizes()) == 4
    assert to_hex(large.get_facecolor()[0]) != ONE
    assert dot.get_sizes() == [DOT_PT**2]
    assert ring.get_sizes()[0] > large.get_sizes().max()


def test_no_choice_draws_no_ring(points, texts_of):
    drawing = draw_subsequences(points.assign(chosen=False), experiment="toy")
    assert len(drawing.figure.axes[0].collections) == 1
    assert not any("chosen" in text for text in texts_of(drawing.figure))


def test_caption_tells_the_numbers(points):
    assert draw_subsequences(points, experiment="toy").caption == (
        "4 matching subsequences of the experiment toy: length 5 to 7 symbols, mean validation "
        "accuracy (over all epochs of the networks that hold it) 71.25 to 91.00 %; the area of a "
        "point grows with the number of structures that hold the subsequence, 2 to 10. The darker "
        "a point, the more points lie on its spot, that is, have its length and an accuracy within "
        "0.2 percentage points: up to 1. Chosen (yellow, ringed): 0110110, start index 2, length "
        "7, in 4 structures, mean validation accuracy 91.00 %."
    )


def test_rows_without_accuracy_are_counted_not_drawn(points):
    points.loc[0, "mean_val_accuracy_percent"] = np.nan
    drawing = draw_subsequences(points, experiment="toy")
    assert len(drawing.data) == 3
    assert "1 without a recorded accuracy are not drawn." in drawing.caption


def test_order_of_the_rows_does_not_matter(points):
    shuffled = draw_subsequences(points.iloc[::-1], experiment="toy")
    assert shuffled.png() == draw_subsequences(points, experiment="toy").png()


def test_frame_that_was_given_is_left_alone(points):
    before = points.copy()
    draw_subsequences(points, experiment="toy")
    pd.testing.assert_frame_equal(points, before)


def test_scale_ends_at_one_hundred_percent(points, texts_of):
    points["mean_val_accuracy_percent"] = [20.0, 60.0, 100.0, 99.0]
    drawing = draw_subsequences(points, experiment="toy")
    assert max(drawing.figure.axes[0].get_yticks()) == 100


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("experiment", ["toy", "an_experiment_with_a_name_that_has_$no$_end " * 4])
def test_nothing_overlaps_or_is_cut(many_points, assert_readable, width, experiment):
    assert_readable(draw_subsequences(many_points, experiment=experiment, width=width).figure)


def test_one_point_can_be_drawn(points, assert_readable):
    assert_readable(draw_subsequences(points.head(1), experiment="toy").figure)


def test_two_chosen_rows_are_refused(points):
    points["chosen"] = [True, True, False, False]
    with pytest.raises(ParameterError, match="one chosen row at most, got 2 chosen rows"):
        draw_subsequences(points, experiment="toy")


def test_chosen_row_needs_an_accuracy(points):
    points.loc[2, "mean_val_accuracy_percent"] = np.nan
    with pytest.raises(ParameterError, match="chosen row without one"):
        draw_subsequences(points, experiment="toy")


def test_frame_without_any_accuracy_is_refused(points):
    points["mean_val_accuracy_percent"] = np.nan
    with pytest.raises(ParameterError, match="4 rows without one"):
        draw_subsequences(points, experiment="toy")


def test_missing_column_is_named(points):
    with pytest.raises(
        ParameterError, match=r"draw_subsequences, argument points: .*no count among"
    ):
        draw_subsequences(points.drop(columns="count"), experiment="toy")


def test_unknown_width_is_refused(points):
    with pytest.raises(ParameterError, match="got 'triple'"):
        draw_subsequences(points, experiment="toy", width="triple")
