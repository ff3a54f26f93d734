from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from vinarch.reproducing.repeats import noise_table
from vinarch.reproducing.searches import BEST, LAST
from vinarch.schema import TRAINING_NOISE

NUMBERS = ["structure_count", "network_count", "degrees_of_freedom"]
APART, DEVIATION = "mean_absolute_difference_points", "standard_deviation_points"


def row_of(table, experiment, training, measure=LAST):
    name = table["experiment"]
    mine = name.isna() if experiment is None else name.eq(experiment).fillna(value=False)
    (row,) = table[mine & (table["training"] == training) & (table["measure"] == measure)].to_dict(
        "records"
    )
    return row


@pytest.fixture(scope="module")
def table(experiment):
    nan = float("nan")
    first = experiment(
        "a",
        ["p", "q", "p", "q", "r", "q", "t", "t"],
        last=[90.0, 80.0, 92.0, 81.0, 50.0, 85.0, 70.0, nan],
        best=[90.0, 80.0, 92.0, 81.0, 50.0, 85.0, 70.0, nan],
        status=["ok", "ok", "early_stopped", "ok", "ok", "incomplete", "ok", "ok"],
    )
    second = experiment("b", ["p", "p", "q"], last=[60.0, 66.0, 1.0], status=["ok"] * 3)
    third = experiment("c", ["p", "q"])
    return noise_table([first, second, third], confidence=0.9)


def test_noise_by_hand(table):
    row = row_of(table, "a", "all")
    # p: 90, 92; q: 80, 81, 85 around 82; t has one known accuracy, r one network.
    assert [row[name] for name in NUMBERS] == [2, 5, 3]
    assert row[APART] == pytest.approx((2 + (1 + 5 + 4) / 3) / 2)
    assert row[DEVIATION] == pytest.approx(sqrt((1 + 1 + 4 + 1 + 9) / 3))
    low, high = stats.chi2.ppf([0.95, 0.05], 3)
    assert row["standard_deviation_low"] == pytest.approx(sqrt(16 / low))
    assert row["standard_deviation_high"] == pytest.approx(sqrt(16 / high))


def test_only_whole_trainings_count_at_full_budget(table):
    row = row_of(table, "a", "full_budget")
    assert [row[name] for name in NUMBERS] == [1, 2, 1]
    assert row[APART] == 1
    assert row[DEVIATION] == pytest.approx(sqrt(0.5))


def test_across_experiments_groups_are_pooled_and_not_joined(table):
    row = row_of(table, None, "all")
    assert [row[name] for name in NUMBERS] == [3, 7, 4]
    assert row[APART] == pytest.approx((2 + 10 / 3 + 6) / 3)
    assert row[DEVIATION] == pytest.approx(sqrt((16 + 18) / 4))


def test_nothing_to_tell_is_zero_and_nan(table):
    row = row_of(table, "c", "all", BEST)
    assert [row[name] for name in NUMBERS] == [0, 0, 0]
    assert all(np.isnan(row[name]) for name in (APART, DEVIATION, "standard_deviation_low"))


def test_columns_types_and_order_are_as_declared(table):
    assert table.dtypes.to_dict() == TRAINING_NOISE.empty().dtypes.to_dict()
    key = [TRAINING_NOISE.sort_key.index(name) for name in TRAINING_NOISE.sort_key]
    assert key == [0, 1, 2, 3]
    assert table["experiment"].fillna("~").tolist() == [name for name in "abc~" for _ in range(4)]
    assert table["training"].tolist() == ["all", "all", "full_budget", "full_budget"] * 4
    assert table["measure"].tolist() == [BEST, LAST] * 8


@pytest.mark.parametrize("training", ["all", "full_budget"])
@pytest.mark.parametrize("measure", [BEST, LAST])
def test_the_real_noise_equals_the_slow_oracle(real_tables, real_networks, training, measure):
    found = {}
    for row in real_networks.to_dict("records"):
        if training == "all" or row["status"] == "ok":
            key = (row["experiment"], row["structure_id"])
            found.setdefault(key, []).append(row[measure])
    for name in [*sorted(set(real_networks["experiment"])), None]:
        groups = [
            values
            for (experiment, _), values in found.items()
            if name in (experiment, None) and len(values) > 1
        ]
        row = row_of(real_tables.noise, name, training, measure)
        networks = sum(map(len, groups))
        assert [row[n] for n in NUMBERS] == [len(groups), networks, networks - len(groups)]
        if not groups:
            assert np.isnan(row[APART])
            continue
        apart = [
            sum(abs(a - b) for a, b in combinations(values, 2))
            / (len(values) * (len(values) - 1) / 2)
            for values in groups
        ]
        squares = sum(
            (value - sum(values) / len(values)) ** 2 for values in groups for value in values
        )
        assert row[APART] == pytest.approx(sum(apart) / len(apart), abs=1e-9)
        assert row[DEVIATION] == pytest.approx(sqrt(squares / (networks - len(groups))), abs=1e-9)


def test_a_training_cut_short_is_told_apart_from_noise(real_tables):
    everything, full = (row_of(real_tables.noise, None, t) for t in ("all", "full_budget"))
    assert (everything["structure_count"], full["structure_count"]) == (27, 9)
    assert everything[DEVIATION] > 2.8
    assert full["standard_deviation_high"] < 0.4
