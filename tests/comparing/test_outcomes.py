from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from toy_runs import FOUR, record

import vinarch
from vinarch.comparing.contrasts import independent_contrast, paired_contrast
from vinarch.errors import ParameterError
from vinarch.schema import SEARCH_DIFFERENCES, SEARCH_OUTCOMES


def value(outcomes, quantity, *, group=None, share=None, column="value", **keys):
    rows = outcomes[outcomes["quantity"] == quantity]
    rows = rows[rows["experiment"].isna()]
    if group is not None:
        rows = rows[rows["group"] == group]
    if share is not None:
        rows = rows[rows["share"] == share]
    for name, wanted in keys.items():
        rows = rows[rows[name] == wanted]
    (found,) = rows[column]
    return found


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    commons = record(tmp_path_factory.mktemp("runs") / "four", FOUR)
    return vinarch.compare_searches(commons, against="epochs", reference=[50.0, 10.0])


def test_the_outcomes_of_one_search_by_hand(four):
    found = vinarch.search_outcomes(four, shares=[0.5, 1.0], levels={"hypervolume": [100, 150]})
    volume = found[found["measure"] == "hypervolume"]
    assert value(volume, "final") == 140
    assert value(volume, "spent") == 7
    assert value(volume, "spent", column="unit") == "epochs"
    assert value(volume, "at_shortest") == 140
    # 60 over 2 to 5, 100 over 5 to 7: the last value has no width.
    assert value(volume, "area") == (3 * 60 + 2 * 100) / 5
    assert value(volume, "to_reach", share=0.5) == 5
    assert value(volume, "to_reach", share=0.5, column="level") == 70
    assert value(volume, "to_reach", share=1.0) == 7
    assert value(volume, "to_reach", level=100.0) == 5
    assert np.isnan(value(volume, "to_reach", level=150.0))
    assert value(volume, "to_reach", level=150.0, column="known_count") == 0
    assert found.dtypes.to_dict() == SEARCH_OUTCOMES.empty().dtypes.to_dict()


@pytest.fixture(scope="module")
def eight(tmp_path_factory):
    """Two strategies of four seeds: `b` is 1 to 4 points better, and each trains 3 networks."""
    folder = tmp_path_factory.mktemp("eight")
    runs = []
    for seed in range(4):
        for strategy, better in (("a", 0), ("b", 1 + seed)):
            networks = [([50.0 + 10 * place + better + seed], 1.0, 4.0) for place in range(3)]
            runs.append(record(folder / f"{strategy}{seed}", networks, seed=seed,
                               strategy=strategy))  # fmt: skip
    return runs


def test_a_group_that_did_not_all_reach_a_level_has_no_budget_for_it(eight):
    progress = vinarch.compare_searches(eight, "strategy", against="networks")
    found = vinarch.search_outcomes(progress, levels={"best_so_far_percent": [71]})
    best = found[found["measure"] == "best_so_far_percent"]
    assert value(best, "to_reach", group="b", level=71.0) == 3
    assert np.isnan(value(best, "to_reach", group="a", level=71.0))
    assert value(best, "to_reach", group="a", level=71.0, column="known_count") == 3
    told = value(best, "to_reach", group="a", level=71.0, column="interval")
    assert told == "none: not all searches have a value"
    assert value(best, "final", group="a") == 71.5
    assert value(best, "final", group="a", column="n") == 4


def test_differences_of_pairs_by_hand(eight):
    progress = vinarch.compare_searches(eight, "strategy", paired_by="seed")
    found = vinarch.search_differences(vinarch.search_outcomes(progress))
    assert found.dtypes.to_dict() == SEARCH_DIFFERENCES.empty().dtypes.to_dict()
    final = found[(found["quantity"] == "final") & (found["measure"] == "best_so_far_percent")]
    (row,) = final.to_dict("records")
    assert (row["group_a"], row["group_b"], row["paired"], row["n_a"]) == ("a", "b", True, 4)
    assert row["difference"] == 2.5
    # All four differences have one sign, as 2 of the 16 arrangements of signs.
    assert row["p_value"] == 2 / 16
    assert row["low"] < 2.5 < row["high"]
    assert row["interval"] == "95 % bootstrap of 4 pairs"


def test_differences_of_unpaired_searches_take_all_of_both(eight):
    progress = vinarch.compare_searches(eight[:-1], "strategy")
    found = vinarch.search_differences(vinarch.search_outcomes(progress))
    final = found[(found["quantity"] == "final") & (found["measure"] == "best_so_far_percent")]
    (row,) = final.to_dict("records")
    assert (bool(row["paired"]), row["n_a"], row["n_b"]) == (False, 4, 3)
    assert row["difference"] == pytest.approx((71 + 73 + 75) / 3 - 71.5)
    assert row["interval"] == "none: 4 and 3 searches, 4 of each needed"
    assert 0 < row["p_value"] <= 1


def test_a_pair_of_which_one_is_missing_is_left_out(eight):
    progress = vinarch.compare_searches(eight[:-1], "strategy", paired_by="seed")
    found = vinarch.search_differences(vinarch.search_outcomes(progress))
    final = found[(found["quantity"] == "final") & (found["measure"] == "best_so_far_percent")]
    assert final[["n_a", "n_b", "difference"]].to_numpy().tolist() == [[3, 3, 2]]


def test_epochs_saved_by_early_termination_are_seen(real_commons):
    commons = real_commons.select(gpus=1)
    progress = vinarch.compare_searches(
        commons, "early_termination", against="epochs", paired_by="beam"
    )
    outcomes = vinarch.search_outcomes(progress)
    volume = outcomes[outcomes["measure"] == "hypervolume"]
    assert value(volume, "spent", group="no early termination") == 2500
    assert value(volume, "spent", group="early termination") == (2167 + 1647 + 1737) / 3
    found = vinarch.search_differences(outcomes)
    (row,) = found[(found["quantity"] == "spent") & (found["measure"] == "hypervolume")].to_dict(
        "records"
    )
    assert row["difference"] == pytest.approx(1850.333333 - 2500)
    assert (row["n_a"], row["p_value"]) == (3, 0.25)


def test_other_frames_and_a_single_group_are_refused(four):
    with pytest.raises(ParameterError, match="the frame that compare_searches returns, got no"):
        vinarch.search_outcomes(four.drop(columns="budget"))
    with pytest.raises(ParameterError, match="got dict"):
        vinarch.search_outcomes({})
    with pytest.raises(ParameterError, match="no row of a group"):
        vinarch.search_outcomes(four[four["experiment"].notna()])
    with pytest.raises(ParameterError, match="numbers above 0, up to 1, got 90"):
        vinarch.search_outcomes(four, shares=[90])
    with pytest.raises(ParameterError, match="numbers, got 'high'"):
        vinarch.search_outcomes(four, levels={"hypervolume": ["high"]})
    with pytest.raises(ParameterError, match="Did you mean 'hypervolume'"):
        vinarch.search_outcomes(four, levels={"hypervolum": [1]})
    with pytest.raises(ParameterError, match="at least two groups of searches, got 1"):
        vinarch.search_differences(vinarch.search_outcomes(four))
    with pytest.raises(ParameterError, match="the frame that search_outcomes returns"):
        vinarch.search_differences(four)


def test_outcomes_of_a_frame_read_back_are_the_same(eight, tmp_path):
    progress = vinarch.compare_searches(eight, "strategy")
    progress.to_csv(tmp_path / "progress.csv", index=False)
    again = vinarch.search_outcomes(pd.read_csv(tmp_path / "progress.csv"))
    pd.testing.assert_frame_equal(again, vinarch.search_outcomes(progress))


def test_few_values_have_a_difference_but_no_interval():
    found = independent_contrast(np.array([1.0, 2.0]), np.array([4.0, 6.0]), 0.95)
    assert found.difference == 3.5
    assert np.isnan([found.p_value, found.interval.low, found.interval.high]).all()
    alone = paired_contrast(np.array([1.0]), np.array([4.0]), 0.95)
    assert (alone.difference, alone.told) == (3.0, "none: 1 pair, 4 needed")


def test_equal_values_on_both_sides_have_an_interval_of_no_width():
    found = independent_contrast(np.full(4, 2.0), np.full(5, 5.0), 0.95)
    assert (found.difference, found.interval.low, found.interval.high) == (3.0, 3.0, 3.0)


def test_of_many_normal_values_the_interval_is_that_of_welch():
    random = np.random.default_rng(1)
    one, other = random.normal(0, 1, 60), random.normal(1, 3, 80)
    found = independent_contrast(one, other, 0.95).interval
    welch = stats.ttest_ind(other, one, equal_var=False).confidence_interval()
    width = welch.high - welch.low
    assert found.low == pytest.approx(welch.low, abs=0.1 * width)
    assert found.high == pytest.approx(welch.high, abs=0.1 * width)


@given(st.lists(st.integers(0, 9).map(float), min_size=3, max_size=6), st.permutations(range(6)))
@settings(max_examples=25)
def test_neither_contrast_hangs_on_the_order_of_searches(values, order):
    one = np.array(values)
    other = np.array(values[::-1]) + 1
    moved = [place for place in order if place < len(values)]
    pairs = paired_contrast(one, other, 0.9), paired_contrast(one[moved], other[moved], 0.9)
    sides = independent_contrast(one, other, 0.9), independent_contrast(one[moved], other, 0.9)
    # By their texts, since a missing number is not equal to itself.
    assert repr(pairs[0]) == repr(pairs[1])
    assert repr(sides[0]) == repr(sides[1])


@pytest.mark.parametrize("how", [{"shares": 0.9}, {"shares": None}, {"levels": [95]}])
def test_shares_are_a_list_and_levels_go_by_measure(four, how):
    with pytest.raises(ParameterError, match=next(iter(how))):
        vinarch.search_outcomes(four, **how)
