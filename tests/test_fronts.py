import pickle
import time
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.errors import ParameterError
from vinarch.fronts import crowding_distance, front_numbers, non_dominated, rank_fronts
from vinarch.summary import pareto_points

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


@pytest.mark.parametrize("function", [non_dominated, front_numbers, crowding_distance])
def test_a_wrong_shape_or_direction_is_refused_by_name(function):
    with pytest.raises(ParameterError, match=r"rows of 2 numbers.*got an array of shape \(2, 3\)"):
        function([[1, 2, 3], [4, 5, 6]], UP_DOWN)
    with pytest.raises(ParameterError, match="'maximise' or 'minimise', got 'up'"):
        function([[1, 2]], ("up", "minimise"))


def naive_numbers(rows, directions):
    """Take away one front after the other."""
    numbers, left = [-1] * len(rows), list(range(len(rows)))
    for number in range(len(rows)):
        best = naive_front([rows[place] for place in left], directions)
        for place, is_best in zip(left, best, strict=True):
            numbers[place] = number if is_best else -1
        left = [place for place, is_best in zip(left, best, strict=True) if not is_best]
    return numbers


def test_successive_fronts_by_hand():
    # The last is worse than all others, the two equal ones share their front.
    rows = [[9.0, 3.0], [8.0, 2.0], [8.0, 4.0], [8.0, 4.0], [9.0, 4.0], [np.nan, 1.0], [1.0, 9.0]]
    assert front_numbers(rows, UP_DOWN).tolist() == [0, 0, 2, 2, 1, -1, 3]
    assert front_numbers(np.empty((0, 2)), UP_DOWN).tolist() == []


def test_fronts_of_one_objective_are_its_distinct_values_in_order():
    assert front_numbers([[5.0], [7.0], [5.0], [6.0]], ["maximise"]).tolist() == [2, 0, 2, 1]


@given(
    st.integers(1, 4).flatmap(
        lambda m: st.tuples(
            st.lists(st.tuples(*[few] * m), max_size=20),
            st.tuples(*[st.sampled_from(["maximise", "minimise"])] * m),
        )
    )
)
def test_successive_fronts_are_those_of_taking_fronts_away(case):
    rows, directions = case
    values = np.array(rows).reshape(len(rows), len(directions))
    found = front_numbers(values, directions)
    assert found.tolist() == naive_numbers(rows, directions)
    assert (found == 0).tolist() == non_dominated(values, directions).tolist()


def test_a_hundred_thousand_rows_are_sorted_in_a_moment():
    values = np.random.default_rng(1).normal(size=(100_000, 2))
    begin = time.process_time()
    found = front_numbers(values, UP_DOWN)
    assert time.process_time() - begin < 5
    assert (found == 0).tolist() == non_dominated(values, UP_DOWN).tolist()


def toy(**columns):
    return pd.DataFrame(
        {
            "search": ["a", "a", "a", "a", "b", "b"],
            "accuracy": [98.5, 97.0, 96.0, None, 50.0, 50.0],
            "mflops": [700.0, 400.0, 800.0, 100.0, 900.0, 900.0],
        },
        index=[7, 3, 5, 3, 1, 0],
    ).assign(**columns)


WANTED = {"accuracy": "max", "mflops": "minimise"}


def test_a_frame_is_ranked_by_named_objectives_within_its_groups():
    ranked = rank_fronts(toy(), WANTED, by="search")
    assert ranked["front"].tolist() == [0, 0, 1, pd.NA, 0, 0]
    assert ranked["front"].dtype == "Int64"
    assert ranked["crowding"].tolist()[:3] == [np.inf] * 3
    # Equal rows are each as crowded as one such row alone: both ends of everything.
    assert ranked["crowding"].tolist()[4:] == [np.inf] * 2
    assert np.isnan(ranked["crowding"].iloc[3])
    assert ranked.index.tolist() == [7, 3, 5, 3, 1, 0]
    together = rank_fronts(toy(), WANTED)
    assert together["front"].tolist() == [0, 0, 1, pd.NA, 2, 2]


def test_a_frame_whose_objectives_may_be_missing_in_any_dtype_is_ranked():
    whole = toy(accuracy=pd.array([3, 2, 1, None, 1, 1], dtype="Int64"))
    assert rank_fronts(whole, WANTED, by="search")["front"].tolist() == [0, 0, 1, pd.NA, 0, 0]
    assert rank_fronts(toy().iloc[:0], WANTED)["front"].tolist() == []


@pytest.mark.parametrize(
    ("objectives", "by", "message"),
    [
        ({}, (), r"search, accuracy, mflops, got no objective\. Name columns"),
        ({"acuracy": "max"}, (), "got 'acuracy'"),
        ({"search": "max"}, (), "got 'search'"),
        ({"mflops": "min"}, "beam", "got 'beam'"),
        ({"mflops": "down"}, (), "objective mflops: expected 'maximise', 'minimise', 'max' or"),
    ],
)
def test_what_cannot_be_ranked_is_refused_by_name(objectives, by, message):
    with pytest.raises(ParameterError, match=message) as raised:
        rank_fronts(toy(), objectives, by=by)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_the_first_front_of_real_searches_is_that_of_their_figure(real_commons):
    networks = pareto_points(real_commons)
    wanted = {"val_accuracy_percent": "max", "mflops": "min"}
    ranked = rank_fronts(networks, wanted, by=["archive", "experiment"])
    assert (ranked["front"] == 0).tolist() == networks["on_front"].tolist()
    # Each row of a later front is dominated by one of the front before it.
    for _, rows in ranked.groupby("experiment"):
        for number in range(1, rows["front"].max() + 1):
            before = rows[rows["front"] == number - 1]
            for row in rows[rows["front"] == number].itertuples():
                beaten = (before["val_accuracy_percent"] >= row.val_accuracy_percent) & (
                    before["mflops"] <= row.mflops
                )
                assert beaten.any()
