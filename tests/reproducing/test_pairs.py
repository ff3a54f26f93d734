from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

import vinarch
from vinarch.intervals import mean_interval, rank_correlation
from vinarch.reproducing.overlap import chance_jaccard, jaccard, subsequences_of
from vinarch.reproducing.pairs import pair_table
from vinarch.reproducing.searches import BEST, LAST
from vinarch.reproducing.starts import shared_lengths
from vinarch.schema import EXPERIMENT_PAIRS

NAN = float("nan")
START = list(range(20, 32))


def tabled(experiments, min_length=2):
    return pair_table(experiments, shared_lengths([one.order for one in experiments]), min_length)


def row_of(table, scope, measure=LAST):
    (row,) = table[(table["scope"] == scope) & (table["measure"] == measure)].to_dict("records")
    return row


def test_accuracies_are_compared_by_hand(experiment):
    first = experiment(
        "a",
        [1, 2, 3, 1, 4, 5],
        last=[90.0, 80.0, 70.0, 94.0, NAN, 1.0],
        best=[95.0] * 6,
        status=["ok", "ok", "early_stopped", "early_stopped", "ok", "ok"],
    )
    second = experiment("b", [9, 4, 3, 2, 1], last=[1.0, 5.0, 75.0, 79.0, 92.0], best=[95.0] * 5)
    table = tabled([first, second])
    row = row_of(table, "all")
    assert row["shared_start_length"] == 0
    assert (row["structure_count_a"], row["structure_count_b"]) == (5, 5)
    assert row["shared_structure_count"] == 4
    assert row["structure_jaccard"] == 4 / 6
    # 1: 92 and 92, one of three trainings cut; 2: 80 and 79; 3: 70 and 75; 4 is unknown in a.
    assert (row["n"], row["full_budget_count"]) == (3, 1)
    assert row["mean_difference_points"] == pytest.approx((0 - 1 + 5) / 3)
    assert row["mean_absolute_difference_points"] == pytest.approx((0 + 1 + 5) / 3)
    # Three values are too few for an interval of their mean and for ranks.
    ends = [f"mean_absolute_difference_{end}" for end in ("low", "high")]
    assert all(np.isnan(row[name]) for name in ends)
    assert np.isnan(row["spearman"])
    best = row_of(table, "all", BEST)
    assert (best["n"], best["mean_absolute_difference_points"]) == (4, 0)
    assert [best[name] for name in ends] == [0, 0]
    assert np.isnan(best["spearman"])


def test_ranks_take_four_structures(experiment):
    values = [[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 1.0, 4.0, 3.0, 5.0]]
    pair = [experiment(n, [1, 2, 3, 4, 5], last=v) for n, v in zip("ab", values, strict=True)]
    row = row_of(tabled(pair), "all")
    expected = rank_correlation(*values)
    assert row["spearman"] == pytest.approx(0.8)
    assert row["spearman_low"] == pytest.approx(expected.interval.low)
    assert row["spearman_high"] == pytest.approx(expected.interval.high)


def test_the_interval_is_that_of_the_mean_and_stays_above_zero(experiment):
    apart = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    pair = [
        experiment("a", range(1, 7), last=[90.0] * 6),
        experiment("b", range(1, 7), last=[90.0 + gap for gap in apart]),
    ]
    row, expected = row_of(tabled(pair), "all"), mean_interval(apart)
    assert 0 < expected.low < 1.75 < expected.high
    assert row["mean_absolute_difference_low"] == pytest.approx(expected.low)
    assert row["mean_absolute_difference_high"] == pytest.approx(expected.high)
    skewed = [0.01, 0.02, 2.0, 2.03]
    assert mean_interval(skewed).low < 0
    pair = [
        experiment("a", range(1, 5), last=[90.0] * 4),
        experiment("b", range(1, 5), last=[90.0 + gap for gap in skewed]),
    ]
    assert row_of(tabled(pair), "all")["mean_absolute_difference_low"] == 0


def test_structures_of_the_start_are_left_out_wherever_they_were_trained(experiment):
    # b trains the first structure of the start again later, a does so with the second.
    first = experiment("a", [*START, 1, 2, START[1]])
    second = experiment("b", [*START, 2, 3, START[0]])
    table = tabled([first, second])
    everything, rest = row_of(table, "all"), row_of(table, "without_shared_start")
    assert everything["shared_start_length"] == rest["shared_start_length"] == 12
    assert [everything[f"structure_count_{side}"] for side in "ab"] == [14, 14]
    assert [rest[f"structure_count_{side}"] for side in "ab"] == [2, 2]
    assert (everything["shared_structure_count"], rest["shared_structure_count"]) == (13, 1)
    assert (everything["n"], rest["n"]) == (13, 1)
    assert rest["structure_jaccard"] == 1 / 3


def test_searches_that_are_the_same_throughout_leave_nothing(experiment):
    rest = row_of(tabled([experiment(n, START) for n in "ab"]), "without_shared_start")
    assert (rest["shared_start_length"], rest["n"], rest["structure_count_a"]) == (12, 0, 0)
    for name in ("structure_jaccard", "subsequence_jaccard", "chance_subsequence_jaccard"):
        assert np.isnan(rest[name])


def test_a_pair_leaves_out_its_own_start_only(experiment):
    first = experiment("a", [*START, 1, 2])
    second = experiment("b", [*START, 3, 4])
    third = experiment("c", [5, *START[::-1]])
    table = tabled([first, second, third])
    left = table[(table["measure"] == LAST) & (table["scope"] == "without_shared_start")]
    assert left["shared_start_length"].tolist() == [12, 0, 0]
    assert left["shared_structure_count"].tolist() == [0, 12, 12]
    assert left["structure_count_a"].tolist() == [2, 14, 14]


def test_an_experiment_has_the_same_draws_in_all_its_pairs(experiment):
    generator = np.random.default_rng(1)
    experiments = [
        experiment(name, sorted(generator.choice(64, 25, replace=False).tolist())) for name in "abc"
    ]
    table = tabled(experiments)
    sets = [subsequences_of(one.structures.index, f"TOY/{one.name}", 2) for one in experiments]
    expected = [
        chance_jaccard(one.by_chance, other.by_chance) for one, other in combinations(sets, 2)
    ]
    rows = table[(table["measure"] == LAST) & (table["scope"] == "all")]
    assert rows["chance_subsequence_jaccard"].tolist() == expected


def test_columns_types_and_order_are_as_declared(experiment):
    experiments = [
        experiment("a", [1, 2], archive="ONE", beam="1e15"),
        experiment("b", [1, 2], archive="ONE", gpus=4),
        experiment("a", [1, 2], archive="TWO"),
    ]
    table = tabled(experiments)
    assert table.dtypes.to_dict() == EXPERIMENT_PAIRS.empty().dtypes.to_dict()
    key = list(EXPERIMENT_PAIRS.sort_key)
    assert table.sort_values(key)[key].equals(table[key])
    assert table["relation"].tolist() == ["transfer"] * 4 + ["unknown"] * 8
    assert table["differing"].tolist() == ["gpus; beam"] * 4 + ["beam"] * 4 + ["gpus"] * 4


def test_one_experiment_has_no_pairs(experiment):
    table = tabled([experiment("a", [1, 2])])
    assert table.empty
    assert table.dtypes.to_dict() == EXPERIMENT_PAIRS.empty().dtypes.to_dict()


def test_real_subsequences_are_those_of_the_matcher(real_commons, real_tables):
    matches = vinarch.match(real_commons).compute()
    keys = {
        name: set(zip(mine["start"], mine["subsequence"], strict=True))
        for name, mine in matches.groupby("experiment")
    }
    pairs = real_tables.pairs
    for row in pairs[pairs["scope"] == "all"].itertuples():
        one, other = keys[row.experiment_a], keys[row.experiment_b]
        assert (row.subsequence_count_a, row.subsequence_count_b) == (len(one), len(other))
        assert row.shared_subsequence_count == len(one & other)
        assert row.subsequence_jaccard == len(one & other) / len(one | other)


def test_real_pairs_equal_the_slow_oracle(real_tables, real_networks):
    networks = {}
    for row in real_networks.to_dict("records"):
        networks.setdefault(row["experiment"], []).append(row)
    assert len(real_tables.pairs) == 36 * 4
    for row in real_tables.pairs.to_dict("records"):
        start = {
            network["structure_id"]
            for network in networks[row["experiment_a"]]
            if network["architecture"] < 10
        }
        left_out = start if row["scope"] == "without_shared_start" else set()
        sides = []
        for name in (row["experiment_a"], row["experiment_b"]):
            side = {}
            for network in networks[name]:
                if network["structure_id"] not in left_out:
                    side.setdefault(network["structure_id"], []).append(network)
            sides.append(side)
        first, second = sides
        shared = sorted(set(first) & set(second))
        values = [
            [sum(n[row["measure"]] for n in side[key]) / len(side[key]) for key in shared]
            for side in sides
        ]
        gaps = [b - a for a, b in zip(*values, strict=True)]
        full = sum(
            all(network["status"] == "ok" for side in sides for network in side[key])
            for key in shared
        )
        assert (row["structure_count_a"], row["structure_count_b"]) == (len(first), len(second))
        assert row["shared_structure_count"] == row["n"] == len(shared)
        assert row["structure_jaccard"] == len(shared) / len(set(first) | set(second))
        assert row["full_budget_count"] == full
        if not shared:
            assert np.isnan(row["mean_absolute_difference_points"])
            continue
        assert row["mean_difference_points"] == pytest.approx(sum(gaps) / len(gaps), abs=1e-9)
        absolute = sum(map(abs, gaps)) / len(gaps)
        assert row["mean_absolute_difference_points"] == pytest.approx(absolute, abs=1e-9)
        if len(shared) >= 4:
            expected = stats.spearmanr(*values).statistic
            assert row["spearman"] == pytest.approx(expected, abs=1e-9)
        else:
            assert np.isnan(row["spearman"])


def test_a_real_chance_overlap_is_that_of_the_two_sets_alone(real_networks, real_tables):
    names = sorted(set(real_networks["experiment"]))[2:4]
    sets = []
    for name in names:
        mine = real_networks[real_networks["experiment"] == name]
        start = set(mine.loc[mine["architecture"] < 10, "structure_id"])
        sets.append(subsequences_of({*mine["structure_id"]} - start, f"JS9FR6/{name}"))
    row = row_of(real_tables.pair(*names), "without_shared_start")
    assert row["subsequence_jaccard"] == jaccard(sets[0].found, sets[1].found)
    assert row["chance_subsequence_jaccard"] == chance_jaccard(*(s.by_chance for s in sets))
