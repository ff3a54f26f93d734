from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.reproducing.searches import COLUMNS, experiments_of
from vinarch.reproducing.starts import (
    chance_of_run,
    shared_length,
    shared_lengths,
    start_table,
)
from vinarch.schema import SHARED_STARTS


def letters(count, prefix=""):
    return [f"{prefix}{number}" for number in range(count)]


def test_the_chance_of_a_run_by_hand():
    assert chance_of_run([], ["a", "b"]) == 1
    assert chance_of_run(["b"], ["a", "b"]) == 1 / 2
    assert chance_of_run(["a", "a"], ["a", "a", "b"]) == 2 / 3 * 1 / 2
    assert chance_of_run(["a", "a", "a"], ["a", "a", "b"]) == 0
    assert chance_of_run(["c"], ["a", "b"]) == 0
    assert chance_of_run(["a", "b"], ["a"]) == 0


@given(order=st.lists(st.sampled_from("abc"), min_size=1, max_size=6), data=st.data())
@settings(deadline=None)
def test_the_chance_is_the_share_of_orders_that_begin_so(order, data):
    run = data.draw(st.lists(st.sampled_from("abc"), max_size=len(order)))
    orders = list(permutations(order))
    begin = sum(list(one[: len(run)]) == run for one in orders)
    assert chance_of_run(run, order) == pytest.approx(begin / len(orders), abs=1e-12)


@pytest.mark.parametrize(("agreeing", "expected"), [(0, 0), (1, 0), (2, 0), (3, 0), (4, 4), (9, 9)])
def test_of_a_hundred_networks_four_in_the_same_order_are_no_chance(agreeing, expected):
    first = letters(100)
    second = first[:agreeing] + first[: agreeing - 1 : -1] if agreeing else first[::-1]
    assert shared_length(first, second) == shared_length(second, first) == expected


def test_a_search_of_one_structure_shares_no_start():
    assert shared_length(["a"] * 100, ["a"] * 100) == 0


def test_chance_counts_in_both_directions():
    # One search of four networks begins like the other once in 24 orders.
    assert shared_length(letters(4), letters(100)) == 0
    assert shared_length(letters(100), letters(4)) == 0


def test_two_searches_that_are_the_same_throughout_are_one_start():
    assert shared_length(letters(30), letters(30)) == 30


def test_lengths_are_those_of_each_pair():
    first = letters(20)
    orders = [first, first[:7] + letters(13, "x"), letters(20, "y")]
    assert shared_lengths(orders).tolist() == [[0, 7, 0], [7, 0, 0], [0, 0, 0]]


def test_groups_and_counts_by_hand(experiment):
    first = letters(40)
    experiments = [
        experiment("a", [*letters(2, "z"), *letters(40, "w")]),
        experiment("b", first),
        experiment("c", [*letters(8, "w"), *letters(40, "u")]),
        experiment("d", first[:7] + letters(40, "x"), architectures=range(5, 240, 5)),
        experiment("e", first[:5] + letters(40, "y")),
        experiment("f", [*letters(8, "w"), *letters(40, "v")]),
    ]
    table = start_table(experiments, shared_lengths([one.order for one in experiments]))
    rows = list(table.itertuples(index=False, name=None))
    first_group = [
        (0, "TOY", name, place, place * step + begin, str(place), 3 if place < 5 else 2)
        for name, length, begin, step in (("b", 7, 0, 1), ("d", 7, 5, 5), ("e", 5, 0, 1))
        for place in range(length)
    ]
    second_group = [
        (1, "TOY", name, place, place, f"w{place}", 2) for name in "cf" for place in range(8)
    ]
    assert rows == first_group + second_group
    assert table.dtypes.to_dict() == SHARED_STARTS.empty().dtypes.to_dict()


def test_without_a_shared_start_the_table_is_empty_but_typed(experiment):
    experiments = [experiment("a", letters(20)), experiment("b", letters(20)[::-1])]
    table = start_table(experiments, shared_lengths([one.order for one in experiments]))
    assert table.empty
    assert table.dtypes.to_dict() == SHARED_STARTS.empty().dtypes.to_dict()


@given(seed=st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_shuffled_searches_share_no_start(seed):
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(letters(30)).tolist() for _ in range(3)]
    assert not shared_lengths(orders).any()


def test_the_real_start_is_architectures_0_to_9_of_all_nine(real_tables, real_networks):
    starts = real_tables.starts
    assert len(starts) == 90
    assert set(starts["start_group"]) == {0}
    assert set(starts["experiment_count"]) == {9}
    for _, mine in starts.groupby("experiment"):
        assert mine["architecture"].tolist() == mine["position"].tolist() == list(range(10))
    marked = starts.merge(real_networks, on=["archive", "experiment", "architecture"])
    assert (marked["structure_id_x"] == marked["structure_id_y"]).all()
    assert set(real_tables.pairs["shared_start_length"]) == {10}


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_copies_of_the_archive_share_no_start(real_commons, real_networks, seed):
    generator = np.random.default_rng(seed)
    shuffled = real_networks[list(COLUMNS)].copy()
    shuffled["architecture"] = np.concatenate([generator.permutation(100) for _ in range(9)])
    experiments = experiments_of(shuffled, real_commons.experiment_index)
    lengths = shared_lengths([one.order for one in experiments])
    assert not lengths.any()
    assert start_table(experiments, lengths).empty


def test_gaps_and_offsets_in_architecture_numbers_do_not_matter(real_commons, real_networks):
    spaced = real_networks[list(COLUMNS)].copy()
    offset = spaced["experiment"].astype("category").cat.codes.astype("int64")
    spaced["architecture"] = spaced["architecture"] * (offset + 2) + 1000 * offset
    experiments = experiments_of(spaced, real_commons.experiment_index)
    lengths = shared_lengths([one.order for one in experiments])
    assert (lengths == 10 * (1 - np.eye(9))).all()
    table = start_table(experiments, lengths)
    assert table.loc[table["experiment"] == experiments[1].name, "architecture"].tolist() == [
        1000 + 3 * place for place in range(10)
    ]
