from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.errors import ParameterError
from vinarch.fronts import crowding_distance, non_dominated

UP_DOWN = ("maximise", "minimise")


def naive_front(rows, directions):
    """Compare every row with every other, as the definition says."""

    def better(a, b, direction):
        return a > b if direction == "maximise" else a < b

    def dominates(one, other):
        pairs = list(zip(one, other, directions, strict=True))
        return not any(better(b, a, d) for a, b, d in pairs) and any(
            better(a, b, d) for a, b, d in pairs
        )

    return [not any(dominates(other, row) for other in rows) for row in rows]


def test_a_front_by_hand():
    rows = [[98.5, 700.0], [97.0, 400.0], [96.0, 800.0], [98.5, 710.0], [97.0, 400.0], [10.0, 1.0]]
    assert non_dominated(rows, UP_DOWN).tolist() == [True, True, False, False, True, True]


def test_the_direction_decides():
    rows = [[1.0, 1.0], [2.0, 2.0]]
    assert non_dominated(rows, ("minimise", "minimise")).tolist() == [True, False]
    assert non_dominated(rows, ("maximise", "maximise")).tolist() == [False, True]
    assert non_dominated(rows, UP_DOWN).tolist() == [True, True]


def test_a_row_with_an_unknown_objective_is_off_the_front_and_dominates_nothing():
    rows = [[99.0, np.nan], [98.0, 500.0], [np.nan, 1.0]]
    assert non_dominated(rows, UP_DOWN).tolist() == [False, True, False]


def test_no_rows_have_an_empty_front():
    assert non_dominated(np.empty((0, 2)), UP_DOWN).tolist() == []
    assert crowding_distance(np.empty((0, 2)), UP_DOWN).tolist() == []


few = st.integers(0, 4).map(float)


@given(
    st.integers(1, 3).flatmap(
        lambda m: st.tuples(
            st.lists(st.tuples(*[few] * m), max_size=25),
            st.tuples(*[st.sampled_from(["maximise", "minimise"])] * m),
        )
    )
)
def test_the_front_is_that_of_all_comparisons(case):
    rows, directions = case
    found = non_dominated(np.array(rows).reshape(len(rows), len(directions)), directions)
    assert found.tolist() == naive_front(rows, directions)


@given(st.lists(st.tuples(few, few), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_neither_front_nor_crowding_hang_on_the_order_of_rows(rows, random):
    places = list(range(len(rows)))
    random.shuffle(places)
    shuffled = [rows[place] for place in places]
    front, crowding = non_dominated(rows, UP_DOWN), crowding_distance(rows, UP_DOWN)
    assert non_dominated(shuffled, UP_DOWN).tolist() == front[places].tolist()
    assert crowding_distance(shuffled, UP_DOWN).tolist() == crowding[places].tolist()


def test_crowding_by_hand():
    # Ranges 10 and 8; the second row's neighbours lie 4 and 6 apart, the third's 9 and 4.
    rows = [[0.0, 8.0], [1.0, 4.0], [4.0, 2.0], [10.0, 0.0]]
    for order in permutations(range(4)):
        found = crowding_distance([rows[place] for place in order], ("minimise", "minimise"))
        expected = [np.inf, 4 / 10 + 6 / 8, 9 / 10 + 4 / 8, np.inf]
        assert found == pytest.approx([expected[place] for place in order])


def test_an_objective_without_range_adds_nothing_between_its_ends():
    rows = [[0.0, 5.0], [1.0, 5.0], [4.0, 5.0]]
    assert crowding_distance(rows, UP_DOWN).tolist() == [np.inf, 1.0, np.inf]
    assert crowding_distance([[2.0, 5.0]] * 3, UP_DOWN).tolist() == [np.inf] * 3


def test_crowding_leaves_unknown_rows_unknown():
    found = crowding_distance([[1.0, 4.0], [np.nan, 2.0], [2.0, 2.0], [5.0, 1.0]], UP_DOWN)
    assert np.isnan(found[1])
    assert np.isfinite(found[2])


@pytest.mark.parametrize("function", [non_dominated, crowding_distance])
def test_a_wrong_shape_or_direction_is_refused_by_name(function):
    with pytest.raises(ParameterError, match=r"rows of 2 numbers.*got an array of shape \(2, 3\)"):
        function([[1, 2, 3], [4, 5, 6]], UP_DOWN)
    with pytest.raises(ParameterError, match="'maximise' or 'minimise', got 'up'"):
        function([[1, 2]], ("up", "minimise"))
