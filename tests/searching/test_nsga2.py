from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from vinarch.errors import ParameterError
from vinarch.genome import search_space
from vinarch.searching import NSGA2, Result
from vinarch.searching.genomes import symbol_ranges
from vinarch.searching.nsga2_mating import Rounding, SymbolProblem

OBJECTIVES = ["max val_accuracy_percent", "min mflops"]
SPACES = ["nsga-net-macro-1x3", "nsga-net-macro-3x4", "nsga-net-micro-2", "nas-bench-201"]


def values_of(candidate):
    symbols = np.array(candidate.genome.symbols)
    return (90.0 + symbols[::2].sum() / 10, float(1 + symbols.sum()))


def run(search, fails=lambda candidate: False):
    generations = []
    while candidates := search.ask():
        search.tell([Result(one, () if fails(one) else values_of(one)) for one in candidates])
        generations.append(candidates)
    return generations


def flat_list(generations):
    return [candidate for candidates in generations for candidate in candidates]


def mixtures(first, second):
    """All children of two parents with at most two cuts, either way."""
    places = [(start, stop) for start in range(len(first)) for stop in range(start, len(first) + 1)]
    return {
        (*one[:start], *other[start:stop], *one[stop:])
        for one, other in ((first, second), (second, first))
        for start, stop in places
    }


def population_of(values):
    """A search whose first generation has these values, told and sorted."""
    search = NSGA2("nsga-net-macro-3x4", OBJECTIVES, population=len(values), networks=99)
    search.tell([Result(one, value) for one, value in zip(search.ask(), values, strict=True)])
    search.ask()
    return search._search


# Front 0 is rows 0 to 3; row 4 is dominated by rows 1 and 2, row 5 by all others.
HAND_WORKED = [
    (90.0, 10.0),
    (94.0, 20.0),
    (96.0, 50.0),
    (98.0, 90.0),
    (93.0, 60.0),
    (90.0, 95.0),
]


def test_fronts_and_crowding_of_a_population_worked_by_hand():
    found = {one.get("number"): one for one in population_of(HAND_WORKED).pop}
    assert [found[number].get("rank") for number in range(6)] == [0, 0, 0, 0, 1, 2]
    crowding = [found[number].get("crowding") for number in range(4)]
    # Row 1 has gaps of 6 of 8 points and 40 of 80 MFLOPs, row 2 of 4 of 8 and 70 of 80; pymoo
    # takes their mean.
    np.testing.assert_allclose(
        crowding, [np.inf, (6 / 8 + 40 / 80) / 2, (4 / 8 + 70 / 80) / 2, np.inf]
    )


def test_a_tournament_is_won_by_dominance_then_by_crowding():
    search = population_of(HAND_WORKED)
    place = {one.get("number"): at for at, one in enumerate(search.pop)}
    wanted = {
        (0, 5): 0,  # dominates
        (1, 4): 1,  # dominates
        (1, 2): 2,  # neither dominates, and row 2 lies less crowded
        (1, 3): 3,  # neither dominates, and row 3 is an end
    }
    select = search.mating.selection.func_comp
    for (one, other), winner in wanted.items():
        for pair in ((one, other), (other, one)):
            pairs = np.array([[place[number] for number in pair]])
            (won,) = select(search.pop, pairs, algorithm=search).ravel()
            assert search.pop[won].get("number") == winner
    # Neither dominates, and both are ends of their fronts: either may win.
    equals = np.array([[place[0], place[4]]] * 50)
    assert len(set(select(search.pop, equals, algorithm=search).ravel())) == 2


@settings(max_examples=60)
@given(
    name=st.sampled_from(SPACES),
    seed=st.integers(0, 1000),
    population=st.integers(2, 12),
    offspring=st.none() | st.integers(1, 12),
    networks=st.integers(1, 40),
    failing=st.sampled_from([0, 2, 3]),
    mutation=st.sampled_from([None, 0.0, 0.5]),
)
def test_lineage_budget_and_no_network_twice(
    name, seed, population, offspring, networks, failing, mutation
):
    search = NSGA2(
        name,
        OBJECTIVES,
        networks=networks,
        population=population,
        offspring=offspring,
        mutation=mutation,
        seed=seed,
    )
    generations = run(search, lambda one: failing and one.number % failing == 0)
    found = flat_list(generations)
    size = 16 if name == "nsga-net-macro-1x3" else 10**6
    assert len(found) == min(networks, size)
    assert [one.number for one in found] == list(range(len(found)))
    assert len({one.genome for one in found}) == len(found)
    ranges = symbol_ranges(search_space(name))
    for candidate in found:
        symbols = candidate.genome.symbols
        assert all(symbol in one for symbol, one in zip(symbols, ranges, strict=True))
        parents = [found[number] for number in candidate.parents]
        assert all(one.generation < candidate.generation for one in parents)
        assert not any(failing and one.number % failing == 0 for one in parents)
        if candidate.operator == "crossover":
            first, second = (one.genome.symbols for one in parents)
            assert symbols in mixtures(first, second)
        elif candidate.operator == "mutation":
            assert len(parents) == 1
        elif candidate.operator == "crossover+mutation":
            assert len({one.number for one in parents}) == 2
        else:
            assert candidate.operator in ("initial", "random")
            assert not parents
    for generation, candidates in enumerate(generations):
        assert {one.generation for one in candidates} == {generation}


def test_without_mutation_children_are_crossovers_of_their_parents():
    search = NSGA2("nsga-net-macro-3x4", OBJECTIVES, networks=200, population=20, mutation=0)
    found = flat_list(run(search))
    children = [one for one in found if one.operator not in ("initial", "random")]
    assert {one.operator for one in children} == {"crossover"}
    assert len(children) > 100
    for child in children:
        first, second = (found[number].genome.symbols for number in child.parents)
        assert child.genome.symbols in mixtures(first, second)


def test_without_crossover_children_have_one_parent():
    search = NSGA2("nsga-net-macro-3x4", OBJECTIVES, networks=200, crossover=0)
    assert {one.operator for one in flat_list(run(search))} == {"initial", "mutation"}


def test_cuts_lie_anywhere_with_equal_odds():
    # pymoo draws two of the inner borders between seven symbols; each pair is as likely.
    search = NSGA2("nsga-net-macro-1x4", OBJECTIVES, population=2)._search
    ones = np.zeros((2, 6000, 7), dtype=int)
    ones[1] = 1
    children = search.mating.crossover._do(None, ones, random_state=np.random.default_rng(1))
    counts = Counter(tuple(child) for child in children[0])
    wanted = {
        tuple(int(start <= at < stop) for at in range(7))
        for start, stop in combinations(range(1, 7), 2)
    }
    assert set(counts) == wanted
    assert chisquare(list(counts.values())).pvalue > 0.01


def flipped(eta, symbol, highest, count=20_000):
    """How often a mutated symbol becomes each other one."""
    problem = SymbolProblem((range(highest + 1),), 2)
    search = NSGA2("nsga-net-macro-1x2", OBJECTIVES, mutation=1.0, eta=eta)._search
    start = np.full((count, 1), symbol)
    moved = search.mating.mutation._do(problem, start, random_state=np.random.default_rng(2))
    return Counter(Rounding()._do(problem, moved).ravel().tolist())


def test_a_mutated_bit_flips_as_often_as_the_polynomial_says():
    # The bounds are -0.5 and 1.5, so that 0 lies a quarter of the range from the lower one. It
    # flips where 1 - (2(1-u) + 2(u-1/2) / 4^4)^(1/4) >= 1/4, which is u >= 0.84314.
    for symbol in (0, 1):
        counts = flipped(3, symbol, 1)
        assert set(counts) == {0, 1}
        assert counts[1 - symbol] / 20_000 == pytest.approx(0.15686, abs=0.01)


def test_a_mutated_symbol_goes_to_near_ones_more_often():
    # Of five symbols the middle one lies half-way. It falls to 1 or below where
    # (2u + (1-2u) / 2^4)^(1/4) <= 0.9, u <= 0.31659, and to 0 where it is <= 0.7, u <= 0.09472.
    counts = flipped(3, 2, 4)
    shares = [counts[symbol] / 20_000 for symbol in range(5)]
    assert shares == pytest.approx([0.0947, 0.2219, 0.3668, 0.2219, 0.0947], abs=0.01)


def test_a_lower_eta_goes_further():
    assert flipped(1, 2, 4)[0] > 1.2 * flipped(3, 2, 4)[0]


def test_replays_ask_the_same_whatever_the_order_of_telling():
    first, second = (NSGA2("nas-bench-201", OBJECTIVES, seed=5) for _ in range(2))
    np.random.seed(1)  # noqa: NPY002 - the global state is what the test is about
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    while candidates := first.ask():
        assert second.ask() == candidates
        results = [Result(one, values_of(one)) for one in candidates]
        first.tell(results)
        second.tell(results[:3])
        second.tell(results[:2:-1])
    assert second.ask() == []
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    one, other = (NSGA2("nas-bench-201", OBJECTIVES, seed=seed).ask() for seed in (5, 6))
    assert one != other


def test_other_results_lead_to_other_children():
    first, second = (NSGA2("nas-bench-201", OBJECTIVES, seed=5) for _ in range(2))
    first.tell([Result(one, values_of(one)) for one in first.ask()])
    second.tell([Result(one, (values_of(one)[1], 1.0)) for one in second.ask()])
    assert first.ask() != second.ask()


def test_exactly_as_many_networks_as_asked_for_though_the_last_generation_is_short():
    generations = run(NSGA2("nas-bench-201", OBJECTIVES, networks=23, population=10, offspring=6))
    assert [len(candidates) for candidates in generations] == [10, 6, 6, 1]


@pytest.mark.parametrize(("networks", "population"), [(3, 3), (100, 10), (500, 10), (2000, 40)])
def test_the_default_population_is_a_fiftieth_of_the_networks_but_at_least_ten(
    networks, population
):
    assert len(NSGA2("nas-bench-201", OBJECTIVES, networks=networks).ask()) == population


def test_a_space_is_searched_to_its_end_and_no_further():
    found = flat_list(run(NSGA2("nsga-net-macro-1x3", OBJECTIVES, networks=999)))
    assert len({one.genome.flat for one in found}) == len(found) == 16


def test_where_all_fail_the_first_generation_is_drawn_anew():
    generations = run(NSGA2("nas-bench-201", OBJECTIVES, networks=25), lambda _: True)
    assert [len(candidates) for candidates in generations] == [10, 10, 5]
    assert {one.operator for one in flat_list(generations)} == {"initial"}


def test_a_generation_that_fails_leaves_the_population():
    search = NSGA2("nas-bench-201", OBJECTIVES, networks=30)
    generations = run(search, lambda one: one.generation == 1)
    assert all(number < 10 for one in generations[2] for number in one.parents)


def test_the_best_networks_survive():
    search = NSGA2("nsga-net-macro-3x4", OBJECTIVES[:1], networks=200)
    told = []
    while candidates := search.ask():
        if told:
            survivors = sorted(-one.F[0] for one in search._search.pop)
            assert survivors == sorted(told)[-10:]
        search.tell([Result(one, values_of(one)[:1]) for one in candidates])
        told += [values_of(one)[0] for one in candidates]


@pytest.mark.parametrize("name", ["chain-layers", "nas-bench-101"])
def test_a_space_without_a_fixed_length_is_refused_and_the_others_named(name):
    with pytest.raises(ParameterError) as caught:
        NSGA2(name, OBJECTIVES)
    assert str(caught.value) == (
        "NSGA2(space=…): expected a space of fixed length: nsga-net-macro-<phases>x<nodes>, "
        f"nsga-net-micro-<blocks>, nas-bench-201, got '{name}'. "
        "Search it with the strategy random, lists of layers with layer-evolution too."
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"networks": 0}, r"NSGA2\(networks=…\): .* got 0"),
        ({"population": 1}, r"NSGA2\(population=…\): .* got 1"),
        ({"offspring": 0}, r"NSGA2\(offspring=…\): .* got 0"),
        ({"crossover": 1.1}, r"NSGA2\(crossover=…\): expected a number from 0 to 1 .* got 1\.1"),
        ({"mutation": True}, r"NSGA2\(mutation=…\): .* got True"),
        ({"mutation": float("nan")}, r"NSGA2\(mutation=…\): .* got nan"),
        ({"eta": 0.5}, r"NSGA2\(eta=…\): expected a number from 1 to 100 .* got 0\.5"),
        ({"seed": "a"}, r"NSGA2\(seed=…\): .* got 'a'"),
        ({"objectives": ["accuracy"]}, r"NSGA2\(objectives=…\)"),
    ],
)
def test_a_setting_out_of_range_is_refused(wrong, message):
    with pytest.raises(ParameterError, match=message):
        NSGA2(**{"space": "nas-bench-201", "objectives": OBJECTIVES} | wrong)
