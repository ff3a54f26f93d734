import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.comparing.steps import Steps, highest_so_far, volume_so_far
from vinarch.fronts import hypervolume

UP_DOWN = ("maximise", "minimise")
maybe = st.one_of(st.none(), st.integers(0, 6)).map(
    lambda value: math.nan if value is None else float(value)
)


def steps(*pairs):
    return Steps(*np.array(pairs, dtype=float).T)


def test_a_value_holds_until_the_next_budget_and_no_longer_than_the_search():
    found = steps((2, 70), (5, 80)).at([1.9, 2, 4.9, 5, 5.1])
    assert np.array_equal(found, [np.nan, 70, 70, 80, np.nan], equal_nan=True)


def test_of_equal_budgets_the_last_value_counts():
    assert steps((2, 70), (2, 75), (5, 80)).at([2, 4]).tolist() == [75, 75]


def test_a_mean_height_by_hand():
    # 70 over 3, 80 over 4 and 90 over 1.
    curve = steps((2, 70), (5, 80), (9, 90), (20, 99))
    assert curve.mean_height(2, 10) == (3 * 70 + 4 * 80 + 1 * 90) / 8
    assert math.isnan(curve.mean_height(5, 5))


def test_the_first_budget_that_reaches_a_level():
    curve = steps((2, np.nan), (5, 80), (9, 90))
    assert (curve.start, curve.end, curve.final) == (5, 9, 90)
    assert curve.reaching(80) == 5
    assert curve.reaching(80.5) == 9
    assert math.isnan(curve.reaching(91))


def test_a_curve_without_a_value_begins_nowhere():
    assert steps((1, np.nan)).start == math.inf


@given(st.lists(st.tuples(st.integers(0, 3), maybe), min_size=1, max_size=8), st.integers(0, 20))
def test_values_between_are_those_of_a_slow_walk(pairs, wanted):
    budgets = np.cumsum([step for step, _ in pairs]).astype(float)
    values = np.array([value for _, value in pairs])
    there = math.nan
    for budget, value in zip(budgets, values, strict=True):
        if budget <= wanted <= budgets[-1]:
            there = value
    found = Steps(budgets, values).at([wanted])[0]
    assert found == there or (math.isnan(found) and math.isnan(there))


@given(st.lists(maybe, min_size=1, max_size=8))
def test_the_highest_so_far_is_that_of_all_before(values):
    found = highest_so_far(np.array(values))
    for place, value in enumerate(found):
        known = [one for one in values[: place + 1] if not math.isnan(one)]
        assert value == max(known) if known else math.isnan(value)


@given(st.lists(st.tuples(maybe, maybe, maybe), min_size=1, max_size=9))
def test_the_volume_so_far_is_that_of_all_rows_before(rows):
    objectives = np.array(rows)
    directions, reference = ("maximise", "minimise", "maximise"), (1.0, 5.0, 0.0)
    found = volume_so_far(objectives, directions, reference)
    expected = [
        hypervolume(objectives[: end + 1], directions, reference) for end in range(len(rows))
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-9)
