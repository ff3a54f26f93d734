from __future__ import annotations

import pickle

import pytest

from vinarch.errors import ParameterError
from vinarch.searching import RandomSearch, Result

OBJECTIVES = ["max val_accuracy_percent", "min mflops"]


def search(**settings):
    return RandomSearch("nsga-net-macro-1x3", OBJECTIVES, networks=5, batch=3, **settings)


def told(candidates, values=(90.0, 1.0)):
    return [Result(one, values) for one in candidates]


def test_nothing_is_asked_before_all_results_are_told():
    asked = search()
    first = asked.ask()
    asked.tell(told(first[:2]))
    with pytest.raises(ParameterError, match="1 missing, the first of candidate 2") as caught:
        asked.ask()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    asked.tell(told(first[2:]))
    assert [one.number for one in asked.ask()] == [3, 4]


def test_a_search_that_is_over_asks_for_nothing_again_and_again():
    asked = search()
    while candidates := asked.ask():
        asked.tell(told(candidates))
    assert asked.ask() == []
    assert asked.asked == asked.networks == 5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((90.0,), r"candidate 0: expected 2 finite numbers, .* got \(90\.0,\)"),
        ((90.0, float("nan")), "got .*nan"),
        ((float("inf"), 1.0), "got .*inf"),
        (("90", "1"), r"got \('90', '1'\)"),
        (90.0, r"got 90\.0"),
        (None, "got None"),
    ],
)
def test_values_are_one_finite_number_an_objective(values, message):
    asked = search()
    first = asked.ask()
    with pytest.raises(ParameterError, match=message):
        asked.tell(told(first[1:]) + told(first[:1], values))
    # Nothing of it was taken, so that all three can still be told.
    asked.tell(told(first))


def test_a_result_is_told_once_and_of_what_was_asked():
    asked = search()
    first = asked.ask()
    asked.tell(told(first[:1]))
    for wrong in (first[:1], search(seed=7).ask()[1:], [*first[1:], first[1]]):
        with pytest.raises(ParameterError, match="each candidate of the last generation once"):
            asked.tell(told(wrong))
    asked.tell(told(first[1:]))


@pytest.mark.parametrize(
    ("wrong", "got"),
    [
        (lambda asked: [(one, (90.0, 1.0)) for one in asked], "tuple"),
        (lambda asked: Result(asked[0], (90.0, 1.0)), "Result"),
        (lambda asked: [90.0 for _ in asked], "float"),
        (lambda _: None, "NoneType"),
    ],
)
def test_what_is_told_is_a_list_of_results(wrong, got):
    asked = search()
    first = asked.ask()
    with pytest.raises(ParameterError, match=f"expected a list of Result, .* got {got}"):
        asked.tell(wrong(first))
    with pytest.raises(ParameterError, match="each candidate of the last generation once"):
        asked.tell([Result(first[0].genome, (90.0, 1.0))])
    asked.tell(told(first))
