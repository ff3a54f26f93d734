import numpy as np
import pandas as pd
import pytest

from vinarch.errors import ParameterError, SelectionError
from vinarch.summary.curve_frames import FEWEST_IN_BAND, band_of, curve_points, mark_chosen
from vinarch.summary.search_frames import mark_fronts, order_points, pareto_points

EARLY = "1gpu_1e14_early_termination"


def curves_of(rows):
    columns = ["architecture", "epoch", "val_accuracy_percent"]
    return pd.DataFrame(rows, columns=columns)


def test_the_band_is_of_the_networks_that_still_train():
    whole = [(number, 0, float(number)) for number in range(9)]
    later = [(number, 1, 10.0 * number) for number in range(FEWEST_IN_BAND)]
    band = band_of(curves_of([*whole, *later, (0, 2, 99.0)]))
    assert band["networks_training"].tolist() == [9, 8, 1]
    assert band["median_percent"].tolist()[:2] == [4.0, 35.0]
    assert band["quantile_25_percent"].tolist()[:2] == [2.0, 17.5]
    assert band["quantile_75_percent"].tolist()[:2] == [6.0, 52.5]


def test_the_band_ends_where_fewer_networks_train_than_eight():
    rows = [(number, epoch, 50.0) for number in range(8) for epoch in range(3)]
    band = band_of(curves_of(rows[:-1]))
    assert band["median_percent"].notna().tolist() == [True, True, False]


def test_the_network_marked_by_default_has_the_highest_last_accuracy():
    rows = [(0, 0, 99.0), (0, 1, 80.0), (2, 0, 85.0), (1, 0, 60.0), (1, 1, 85.0)]
    marked = mark_chosen(curves_of(rows), None)
    # 1 and 2 both end at 85: the lower number.
    assert set(marked.loc[marked["chosen"], "architecture"]) == {1}


def test_chosen_networks_are_marked_whatever_kind_of_number_names_them():
    points = curves_of([(0, 0, 50.0), (1, 0, 60.0), (2, 0, 70.0)])
    assert mark_chosen(points, np.int64(2))["chosen"].tolist() == [False, False, True]
    assert mark_chosen(points, (0, 2, 2))["chosen"].tolist() == [True, False, True]
    assert mark_chosen(points, np.array([1]))["chosen"].tolist() == [False, True, False]
    assert not mark_chosen(points, [])["chosen"].any()


def test_networks_that_are_not_there_or_too_many_are_refused():
    points = curves_of([(number, 0, 50.0) for number in range(19)])
    with pytest.raises(SelectionError, match="numbers of 19 architectures, 0 to 18, got 22"):
        mark_chosen(points, [3, 22])
    with pytest.raises(ParameterError, match="up to 12 architectures, got 13"):
        mark_chosen(points, range(13))
    with pytest.raises(ParameterError, match=r"numbers of architectures.*'best'"):
        mark_chosen(points, ["best"])
    with pytest.raises(ParameterError, match=r"numbers of architectures.*1\.5"):
        mark_chosen(points, 1.5)


def test_fronts_are_those_of_each_experiment():
    networks = pd.DataFrame(
        {
            "archive": "toy",
            "experiment": ["one", "one", "one", "two", "two"],
            "mflops": [700.0, 400.0, 800.0, 900.0, np.nan],
            "val_accuracy_percent": [98.5, 97.0, 96.0, 50.0, 99.0],
        }
    )
    assert mark_fronts(networks)["on_front"].tolist() == [True, True, False, True, False]


def test_real_learning_curves_hold_every_history_row(real_commons):
    points = curve_points(real_commons, EARLY, [0, 5])
    assert len(points) == 2167
    assert points["architecture"].nunique() == 100
    band = points.drop_duplicates("epoch").set_index("epoch")
    assert band["networks_training"].loc[[0, 24]].tolist() == [100, 46]
    at_24 = points.loc[points["epoch"] == 24, "val_accuracy_percent"].to_numpy()
    assert band.loc[24, "median_percent"] == pytest.approx(np.median(at_24))
    assert set(points.loc[points["status"] == "early_stopped", "architecture"].unique()) == set(
        points.groupby("architecture")["epoch"].max().loc[lambda last: last < 24].index
    )


def test_one_experiment_must_be_named_unless_there_is_one(real_commons):
    with pytest.raises(ParameterError, match=r"the name of one experiment, got 1gpu.* and 6 more"):
        curve_points(real_commons)
    one = real_commons.select(experiment=EARLY)
    assert len(curve_points(one)) == 2167
    with pytest.raises(SelectionError, match="an experiment whose training histories are known"):
        curve_points(real_commons, "4gpu_1e14_no_early_termination")


def test_real_fronts_are_those_of_a_slow_comparison(real_commons):
    points = pareto_points(real_commons, measure="best")
    assert len(points) == 900
    assert set(points["measure"]) == {"best_val_accuracy_percent"}
    for _, rows in points.groupby("experiment"):
        accuracy, cost = rows["val_accuracy_percent"].tolist(), rows["mflops"].tolist()
        for place, marked in enumerate(rows["on_front"]):
            beaten = any(
                a >= accuracy[place]
                and c <= cost[place]
                and (a > accuracy[place] or c < cost[place])
                for a, c in zip(accuracy, cost, strict=True)
            )
            assert marked == (not beaten)


def test_the_best_so_far_is_the_highest_up_to_each_network(real_commons):
    points = order_points(real_commons, [EARLY])
    accuracy = points["val_accuracy_percent"].tolist()
    expected = [max(accuracy[: place + 1]) for place in range(len(accuracy))]
    assert points["best_so_far_percent"].tolist() == expected
    assert points["architecture"].tolist() == list(range(100))
    assert not points["in_shared_start"].any()


def test_shared_starts_are_marked_where_they_are_told(real_commons):
    starts = pd.DataFrame(
        {"archive": ["JS9FR6"] * 2, "experiment": [EARLY] * 2, "architecture": [3, 7]}
    )
    points = order_points(real_commons, starts=starts)
    marked = points[points["in_shared_start"]]
    assert marked[["experiment", "architecture"]].to_numpy().tolist() == [[EARLY, 3], [EARLY, 7]]


def test_an_unknown_measure_is_refused(real_commons):
    with pytest.raises(ParameterError, match="'last' or 'best', got 'mean'"):
        pareto_points(real_commons, measure="mean")
