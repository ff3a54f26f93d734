from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vinarch.errors import ParameterError
from vinarch.genome import search_space
from vinarch.searching import Candidate, Objectives, Result
from vinarch.searching.objectives import best_first

GENOME = search_space("nsga-net-macro-1x3").from_flat("1010")


def test_what_is_to_be_high_changes_its_sign():
    objectives = Objectives.read("a search", ["max val_accuracy_percent", "min mflops"])
    results = [Result(Candidate(0, GENOME, 0), (90.0, 5.0))]
    np.testing.assert_array_equal(objectives.costs_of(results), [[-90.0, 5.0]])
    assert objectives.costs_of([]).shape == (0, 2)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        "max val_accuracy_percent and min mflops",
        ["maximise mflops"],
        ["max mflops", 3],
        ["max mflops", "min mflops"],
        None,
    ],
)
def test_objectives_of_another_form_are_refused(texts):
    with pytest.raises(ParameterError, match=r"a search: expected a list such as"):
        Objectives.read("a search", texts)


def test_one_objective_needs_no_list():
    assert Objectives.read("a search", "min mflops").columns == ("mflops",)


def test_the_best_come_first_by_front_then_by_crowding():
    # Front 0: rows 1, 2, 4 and 5, whose ends are 1 and 5; between them row 4 has more room
    # (gaps of 4 of 7 and 5 of 7) than row 2 (2 of 7 and 4 of 7). Front 1: rows 0 and 3.
    costs = np.array([[2, 8], [1, 8], [2, 6], [8, 3], [3, 4], [8, 1]], dtype=float)
    assert best_first(costs) == [1, 5, 4, 2, 0, 3]


@given(
    arrays(np.int64, st.tuples(st.integers(0, 9), st.integers(1, 3)), elements=st.integers(0, 4))
)
def test_no_row_comes_before_one_that_dominates_it(costs):
    order = best_first(costs.astype(float))
    assert sorted(order) == list(range(len(costs)))
    for place, row in enumerate(order):
        for later in order[place + 1 :]:
            worse = (costs[later] <= costs[row]).all() and (costs[later] < costs[row]).any()
            assert not worse
