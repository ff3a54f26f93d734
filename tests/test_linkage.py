from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.linkage import Join, join_nearest

REDUCE = {"average": np.mean, "single": np.min, "complete": np.max}


def line(*places):
    at = np.array(places, dtype=float)
    return np.abs(at[:, None] - at)


def test_the_nearest_join_first_and_groups_stand_between_their_parts():
    # 0 and 1 join at 1, 10 and 12 at 2; their groups at the mean of 10, 12, 9 and 11.
    tree = join_nearest(line(0, 10, 1, 12), ["a", "c", "b", "d"])
    assert tree.leaves in {("a", "b", "c", "d"), ("d", "c", "b", "a")}
    first, second, last = tree.joins
    assert (first.distance, second.distance, last.distance) == (1.0, 2.0, 10.5)
    assert {last.first_distance, last.second_distance} == {1.0, 2.0}
    assert (last.first_row, last.second_row) == (0.5, 2.5)


@pytest.mark.parametrize(("linkage", "last"), [("average", 10.5), ("single", 9), ("complete", 12)])
def test_linkage_says_what_the_distance_of_groups_is(linkage, last):
    tree = join_nearest(line(0, 10, 1, 12), range(4), linkage)
    assert (tree.linkage, tree.joins[-1].distance) == (linkage, last)


def test_one_leaf_has_no_joins_and_two_have_one():
    assert join_nearest(np.zeros((1, 1)), [7]).joins == ()
    assert join_nearest(line(0, 3), [7, 8]).joins == (Join(3.0, 0.0, 0.0, 1.0, 0.0),)


def heights(distances, reduce):
    """Join the two nearest groups again and again: slow and obvious."""
    groups, found = [[leaf] for leaf in range(len(distances))], []
    while len(groups) > 1:
        pairs = list(itertools.combinations(range(len(groups)), 2))
        apart = [reduce(distances[np.ix_(groups[one], groups[other])]) for one, other in pairs]
        one, other = pairs[int(np.argmin(apart))]
        found.append(float(min(apart)))
        groups[one] += groups.pop(other)
    return found


SQUARE_FREE = [n for n in range(1, 1000) if all(n % (k * k) for k in range(2, 32))]


@given(
    st.lists(st.integers(0, 2**20), min_size=2, max_size=9, unique=True),
    st.sampled_from(sorted(REDUCE)),
    st.randoms(use_true_random=False),
)
def test_heights_are_those_of_joining_by_hand_and_rows_are_the_leaves(numbers, linkage, random):
    # Square roots of square-free numbers: no two means of such distances tie, so that there is
    # one answer.
    count = len(numbers)
    distances = np.zeros((count, count))
    values = np.sqrt(random.sample(SQUARE_FREE, count * (count - 1) // 2))
    distances[np.triu_indices(count, 1)] = values
    distances += distances.T
    tree = join_nearest(distances, numbers, linkage)
    assert sorted(tree.leaves) == sorted(numbers)
    assert [join.distance for join in tree.joins] == pytest.approx(
        heights(distances, REDUCE[linkage])
    )
    for join in tree.joins:
        assert join.first_row < join.second_row
        assert max(join.first_distance, join.second_distance) <= join.distance
