import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from vinarch.figures.accuracy_scale import AccuracyScale, to_axis, to_percent

accuracies = st.floats(0, 100, allow_nan=False)


def test_hundred_percent_has_a_place_of_its_own():
    places = to_axis(np.array([0.0, 90.0, 99.0, 99.9, 100.0]))
    assert places[-1] == 0
    assert (np.diff(places) > 0.5).all()


@given(accuracies)
def test_places_turn_back_into_accuracies(accuracy):
    assert to_percent(to_axis(np.array([accuracy])))[0] == pytest.approx(accuracy, abs=1e-9)


@given(st.lists(accuracies, min_size=1, max_size=20))
def test_every_value_lies_within_the_limits(values):
    scale = AccuracyScale.fitted(values)
    assert scale.low < min(values)
    assert scale.high > max(values)
    assert all(max(scale.low, 0) <= tick <= min(scale.high, 100) for tick in scale.ticks(50, 3))


@given(st.lists(accuracies, min_size=1, max_size=20))
def test_ticks_leave_room_for_their_labels(values):
    scale = AccuracyScale.fitted(values)
    ticks = np.array(scale.ticks(50.0, 3.0))
    ends = np.array([scale.low, scale.high])
    if scale.finer:
        ticks, ends = to_axis(ticks), to_axis(ends)
    gaps = np.diff(ticks) / (ends[1] - ends[0]) * 50.0
    assert (gaps >= 3.0).all()


def test_unknown_values_do_not_count():
    assert AccuracyScale.fitted([90.0, np.nan, 91.0]).high < 92


def test_values_far_from_hundred_keep_an_even_scale():
    axes = Figure().add_subplot()
    scale = AccuracyScale.fitted([60.0, 75.0])
    scale.set_on(axes, "y")
    assert axes.get_yscale() == "linear"
    assert axes.get_ylim() == (scale.low, scale.high)
    assert axes.get_yticks().tolist() == [60.0, 62.5, 65.0, 67.5, 70.0, 72.5, 75.0]


def test_a_finer_scale_has_the_values_of_accuracy_on_its_ticks():
    axes = Figure(figsize=(3, 3)).add_subplot()
    AccuracyScale.fitted([50.0, 100.0]).set_on(axes, "x")
    ticks = axes.get_xticks().tolist()
    assert {90.0, 99.0, 100.0} <= set(ticks)
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"{t:g}" for t in ticks]
