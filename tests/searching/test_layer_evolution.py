from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.errors import ParameterError
from vinarch.searching import LayerEvolution, Result

OBJECTIVES = ["max val_accuracy_percent", "min parameter_count"]


def values_of(candidate):
    flat = candidate.genome.flat
    return (80.0 + flat.count("c") + 0.5 * flat.count("m"), float(1 + 9 * flat.count("c")))


def run(search, fails=lambda candidate: False):
    found = []
    while candidates := search.ask():
        search.tell([Result(one, () if fails(one) else values_of(one)) for one in candidates])
        found.append(candidates)
    return found


def flat_list(generations):
    return [candidate for candidates in generations for candidate in candidates]


def edited_by_one(longer, shorter):
    return shorter in {longer[:at] + longer[at + 1 :] for at in range(len(longer))}


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    population=st.integers(1, 12),
    longest=st.integers(1, 5),
    networks=st.integers(1, 60),
    failing=st.sampled_from([0, 2, 3]),
)
def test_a_child_is_its_parent_with_a_layer_more_or_less(
    seed, population, longest, networks, failing
):
    search = LayerEvolution(
        "chain-layers", OBJECTIVES, networks=networks, population=population, longest=longest,
        seed=seed,
    )  # fmt: skip
    found = flat_list(run(search, lambda one: failing and one.number % failing == 0))
    size = sum(3**length for length in range(longest + 1))
    assert len(found) == min(networks, size)
    assert len({one.genome.flat for one in found}) == len(found)
    assert all(len(one.genome.flat) <= longest for one in found)
    for candidate in found:
        if candidate.operator in ("initial", "random"):
            assert candidate.parents == ()
            continue
        (number,) = candidate.parents
        parent = found[number]
        assert parent.generation < candidate.generation
        assert not (failing and number % failing == 0)
        pair = (candidate.genome.flat, parent.genome.flat)
        assert candidate.operator in ("add-layer", "remove-layer")
        assert edited_by_one(*(pair if candidate.operator == "add-layer" else pair[::-1]))


def test_children_come_of_the_best():
    # One survivor: every child is one edit away from the best network so far.
    search = LayerEvolution("chain-layers", OBJECTIVES[:1], population=1, longest=30, seed=3)
    best = None
    for _ in range(20):
        (candidate,) = search.ask()
        if best is not None:
            assert candidate.parents == (best.candidate.number,)
        result = Result(candidate, values_of(candidate)[:1])
        search.tell([result])
        best = result if best is None or result.values > best.values else best


def test_the_better_of_two_becomes_a_parent():
    places = []
    for seed in range(40):
        search = LayerEvolution("chain-layers", OBJECTIVES[:1], longest=30, seed=seed)
        # The later a network was asked for, the better it is here.
        search.tell([Result(one, (float(one.number),)) for one in search.ask()])
        places += [9 - candidate.parents[0] for candidate in search.ask()]
    # The lower of two places from 0 to 9 is 2.85 in the mean; one alone would be 4.5.
    assert len(places) == 400
    assert sum(places) / 400 == pytest.approx(2.85, abs=0.4)


def test_a_whole_space_is_searched_to_its_end():
    search = LayerEvolution("chain-layers", OBJECTIVES, networks=9999, longest=3)
    assert len(flat_list(run(search))) == 40


def test_replays_ask_the_same_whatever_the_order_of_telling():
    first, second = (LayerEvolution("chain-layers", OBJECTIVES, seed=5) for _ in range(2))
    while candidates := first.ask():
        assert second.ask() == candidates
        results = [Result(one, values_of(one)) for one in candidates]
        first.tell(results)
        second.tell(results[::-1])
    other = LayerEvolution("chain-layers", OBJECTIVES, seed=6).ask()
    assert other != LayerEvolution("chain-layers", OBJECTIVES, seed=5).ask()


def test_where_all_fail_lists_are_drawn_at_random():
    found = flat_list(run(LayerEvolution("chain-layers", OBJECTIVES, networks=25), lambda _: True))
    assert len({one.genome.flat for one in found}) == 25
    assert {one.operator for one in found} == {"initial"}


def test_a_space_without_layers_is_refused():
    with pytest.raises(ParameterError, match=r"a space of layer lists.* got 'nas-bench-201'"):
        LayerEvolution("nas-bench-201", OBJECTIVES)


def test_a_strangers_result_is_refused():
    search = LayerEvolution("chain-layers", OBJECTIVES)
    first = search.ask()
    with pytest.raises(ParameterError, match="each candidate of the last generation once"):
        search.tell([Result(replace(first[0], number=99), (1.0, 1.0))])
