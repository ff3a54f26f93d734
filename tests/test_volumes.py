import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.errors import ParameterError
from vinarch.fronts import hypervolume

UP_DOWN = ("maximise", "minimise")


def naive_volume(rows, directions, reference):
    """Add and subtract the boxes of all subsets, as inclusion and exclusion says."""
    signs = [1 if direction == "maximise" else -1 for direction in directions]
    sides = [
        [sign * (value - end) for sign, value, end in zip(signs, row, reference, strict=True)]
        for row in rows
    ]
    boxes = [box for box in sides if all(side > 0 for side in box)]
    return sum(
        (-1) ** (size + 1)
        * sum(math.prod(map(min, zip(*some, strict=True))) for some in combinations(boxes, size))
        for size in range(1, len(boxes) + 1)
    )


def test_a_volume_of_two_objectives_by_hand():
    # Boxes of 3 by 1 and 2 by 2, which overlap in 2 by 1.
    assert hypervolume([[3.0, 4.0], [2.0, 3.0]], UP_DOWN, [0.0, 5.0]) == 3 * 1 + 2 * 2 - 2 * 1


def test_a_volume_of_three_objectives_by_hand():
    rows = [[1.0, 2.0, 2.0], [2.0, 1.0, 2.0], [2.0, 2.0, 1.0]]
    down = ("minimise",) * 3
    # Boxes of 2 by 1 by 1; each two share the unit cube at the reference, as all three do.
    assert hypervolume(rows, down, [3.0, 3.0, 3.0]) == 3 * 2 - 3 * 1 + 1


def test_one_objective_has_a_length():
    assert hypervolume([[90.0], [97.5]], ["maximise"], [50.0]) == 47.5


@pytest.mark.parametrize("row", [[50.0, 4.0], [60.0, 5.0], [40.0, 1.0], [60.0, 9.0]])
def test_a_row_not_better_than_the_reference_in_all_adds_nothing(row):
    assert hypervolume([row], UP_DOWN, [50.0, 5.0]) == 0
    assert hypervolume([row, [60.0, 4.0]], UP_DOWN, [50.0, 5.0]) == 10


def test_a_row_with_an_unknown_objective_adds_nothing():
    assert hypervolume([[np.nan, 1.0], [60.0, 4.0]], UP_DOWN, [50.0, 5.0]) == 10


def test_no_rows_have_no_volume():
    assert hypervolume(np.empty((0, 2)), UP_DOWN, [50.0, 5.0]) == 0


few = st.integers(0, 5).map(float)


@given(
    st.integers(1, 5).flatmap(
        lambda m: st.tuples(
            st.lists(st.tuples(*[few] * m), max_size=9),
            st.tuples(*[st.sampled_from(["maximise", "minimise"])] * m),
            st.tuples(*[few] * m),
        )
    )
)
def test_the_volume_is_that_of_inclusion_and_exclusion(case):
    rows, directions, reference = case
    found = hypervolume(np.array(rows).reshape(len(rows), len(directions)), directions, reference)
    assert found == pytest.approx(naive_volume(rows, directions, reference), abs=1e-9)


@pytest.mark.parametrize(
    "reference",
    [[50.0], [50.0, np.nan], [[50.0, 5.0]], [50.0, np.inf], ["a", "b"], [[1, 2], [3]], None],
)
def test_a_reference_is_one_finite_number_an_objective(reference):
    with pytest.raises(ParameterError, match="2 finite numbers, one a direction"):
        hypervolume([[60.0, 4.0]], UP_DOWN, reference)


def test_an_infinite_objective_is_refused():
    with pytest.raises(ParameterError, match="infinite ones in 1 of 2 rows"):
        hypervolume([[60.0, 4.0], [np.inf, 4.0]], UP_DOWN, [50.0, 5.0])


def test_a_direction_must_be_one():
    with pytest.raises(ParameterError, match="'up'"):
        hypervolume([[60.0]], ["up"], [50.0])


@pytest.mark.parametrize("rows", [[["a", "b"]], [[1.0, 2.0], [3.0]]])
def test_objectives_are_numbers(rows):
    with pytest.raises(ParameterError, match="rows of 2 numbers"):
        hypervolume(rows, UP_DOWN, [50.0, 5.0])
