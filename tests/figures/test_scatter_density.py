import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.figures.scatter_density import REACH_SHARE, Density, class_of, classes_of


def points(*rows):
    return pd.DataFrame(rows, columns=["length", "mean_val_accuracy_percent"])


def test_points_count_each_other_within_reach_and_length_only():
    # The range is 10 points, so the reach is 0.1.
    density = Density.of(points((5, 80.0), (5, 80.09), (5, 80.18), (6, 80.0), (5, 90.0)))
    assert density.reach == pytest.approx(0.1)
    assert density.counts.tolist() == [2, 3, 2, 1, 1]


def test_equal_accuracies_coincide_where_there_is_no_range():
    density = Density.of(points((5, 80.0), (5, 80.0), (6, 80.0)))
    assert (density.reach, density.counts.tolist()) == (0.0, [2, 2, 1])


@given(
    st.lists(
        st.tuples(st.integers(5, 7), st.integers(0, 400).map(lambda number: number / 8)),
        min_size=1,
        max_size=40,
    )
)
def test_counts_are_those_of_every_pair(rows):
    frame = points(*rows)
    accuracy = frame["mean_val_accuracy_percent"]
    reach = REACH_SHARE * (accuracy.max() - accuracy.min())
    slow = [
        sum(other == length and one - reach <= value <= one + reach for other, value in rows)
        for length, one in rows
    ]
    assert Density.of(frame).counts.tolist() == slow


@pytest.mark.parametrize(
    ("count", "label"),
    [
        (1, "1"),
        (2, "2\N{EN DASH}4"),
        (4, "2\N{EN DASH}4"),
        (5, "5\N{EN DASH}9"),
        (10, "10\N{EN DASH}49"),
        (49, "10\N{EN DASH}49"),
        (9999, "≥ 50"),
    ],
)
def test_a_count_has_one_class(count, label):
    assert class_of(count).label == label


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ([7, 1, 1, 60], ["1", "5\N{EN DASH}9", "50\N{EN DASH}60"]),
        ([7, 1, 6], ["1", "5\N{EN DASH}7"]),
        ([5, 5], ["5"]),
        ([1], ["1"]),
    ],
)
def test_only_classes_that_occur_are_told_and_no_count_beyond_the_highest(counts, labels):
    assert [one.label for one in classes_of(pd.Series(np.array(counts)))] == labels
