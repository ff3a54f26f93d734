from dataclasses import replace
from math import isnan, sqrt

import dask.dataframe as dd
import pandas as pd
import pytest

from vinarch.describing import NETWORK_MEASURES, check_groups, describe
from vinarch.errors import ParameterError
from vinarch.intervals import mean_interval, median_interval
from vinarch.schema import EXPERIMENTS, STATISTICS

NOT_KNOWN = float("nan")


@pytest.fixture
def experiments():
    """Two experiments with networks, and one of which only the wall time is known."""
    rows = {
        "archive": ["TOY"] * 3,
        "experiment": ["a", "b", "silent"],
        "status": ["ok", "ok", "no_histories"],
        "search_space": ["nsga-net-macro-1x2"] * 3,
        "gpus": [1, 4, 4],
        "beam": ["1e14", "1e14", pd.NA],
        "early_termination": [True, False, False],
        "epoch_budget": [4] * 3,
        "wall_time_seconds": [100.0, NOT_KNOWN, 40.0],
        "architecture_count": [4, 2, 0],
        "structure_count": [3, 1, 0],
        "history_row_count": [10, 8, 0],
        "rejected_row_count": [0] * 3,
    }
    dtypes = {column.name: column.pandas_dtype for column in EXPERIMENTS.columns}
    frame = pd.DataFrame(rows).reindex(columns=list(dtypes))
    counts = [name for name, dtype in dtypes.items() if dtype == "int64"]
    return frame.fillna(dict.fromkeys(counts, 0)).astype(dtypes)


@pytest.fixture
def networks():
    return pd.DataFrame(
        {
            "archive": "TOY",
            "experiment": ["a", "a", "a", "a", "b", "b"],
            "structure_id": ["s0", "s1", "s2", "s0", "s1", "s1"],
            "epochs_trained": [1, 2, 3, 4, 4, 4],
            "last_val_accuracy_percent": [80.0, 90.0, 60.0, 70.0, 99.0, 97.0],
            "best_val_accuracy_percent": [80.0, 92.0, 60.0, 78.0, 99.0, 97.0],
            "mean_val_accuracy_percent": [80.0, 90.0, 60.0, 70.0, 95.0, 93.0],
            "last_prediction_percent": [NOT_KNOWN, 91.0, NOT_KNOWN, NOT_KNOWN] + [NOT_KNOWN] * 2,
            "mflops": [10.0, 10.0, 10.0, 10.0, 20.0, NOT_KNOWN],
            "last_test_accuracy_percent": NOT_KNOWN,
            "parameter_count": pd.array([None] * 6, dtype="Int64"),
        }
    )


def row_of(frame, measure, **group):
    chosen = frame[frame["measure"] == measure]
    for name, value in group.items():
        chosen = chosen[chosen[name].isna() if value is None else chosen[name] == value]
    (row,) = chosen.to_dict("records")
    return row


def test_accuracies_by_hand(networks, experiments):
    """60, 70, 80, 90: mean and median 75, deviation sqrt(500/3), quartiles 67.5 and 82.5."""
    found = describe(networks, experiments, ("archive", "experiment"), 0.95)
    row = row_of(found, "last_val_accuracy_percent", experiment="a")
    assert (row["network_count"], row["structure_count"], row["n"]) == (4, 3, 4)
    assert row["unit"] == "%"
    assert (row["mean"], row["median"]) == (75.0, 75.0)
    assert row["standard_deviation"] == pytest.approx(sqrt(500 / 3))
    assert (row["minimum"], row["maximum"]) == (60.0, 90.0)
    assert (row["quantile_25"], row["quantile_75"]) == (67.5, 82.5)
    assert (row["quantile_05"], row["quantile_95"]) == pytest.approx((61.5, 88.5))
    assert isnan(row["total"])
    assert row["mean_low"] < 75 < row["mean_high"]


def test_epochs_and_wall_time_have_a_total(networks, experiments):
    found = describe(networks, experiments, ("archive", "experiment"), 0.95)
    assert row_of(found, "epochs_trained", experiment="a")["total"] == 10
    assert row_of(found, "epochs_trained", experiment="b")["total"] == 8
    wall = row_of(found, "wall_time_seconds", experiment="a")
    assert (wall["n"], wall["mean"], wall["total"], wall["unit"]) == (1, 100.0, 100.0, "s")
    assert isnan(wall["mean_low"])
    unknown = row_of(found, "wall_time_seconds", experiment="b")
    assert unknown["n"] == 0
    assert isnan(unknown["total"])


def test_an_experiment_without_networks_has_its_wall_time_only(networks, experiments):
    found = describe(networks, experiments, ("archive", "experiment"), 0.95)
    silent = found[found["experiment"] == "silent"]
    assert silent["measure"].tolist() == ["wall_time_seconds"]
    assert silent[["network_count", "n", "total"]].iloc[0].tolist() == [0, 1, 40.0]


def test_missing_values_are_counted_out(networks, experiments):
    found = describe(networks, experiments, ("archive", "experiment"), 0.95)
    one = row_of(found, "last_prediction_percent", experiment="a")
    assert (one["n"], one["mean"], one["network_count"]) == (1, 91.0, 4)
    assert isnan(one["standard_deviation"])
    none = row_of(found, "last_prediction_percent", experiment="b")
    assert (none["n"], none["network_count"]) == (0, 2)
    assert isnan(none["median"])


def test_a_measure_that_nobody_knows_is_left_out(networks, experiments):
    unknown = {"mflops": NOT_KNOWN, "last_prediction_percent": NOT_KNOWN}
    found = describe(networks.assign(**unknown), experiments, ("archive", "experiment"), 0.95)
    assert found["measure"].unique().tolist() == [
        "epochs_trained", "last_val_accuracy_percent", "best_val_accuracy_percent",
        "mean_val_accuracy_percent", "wall_time_seconds",
    ]  # fmt: skip
    no_times = experiments.assign(wall_time_seconds=NOT_KNOWN).iloc[:2]
    found = describe(networks, no_times, (), 0.95)
    assert "wall_time_seconds" not in set(found["measure"])
    # A group without networks has no other row.
    found = describe(networks, experiments.assign(wall_time_seconds=NOT_KNOWN), (), 0.95)
    assert "wall_time_seconds" not in set(found["measure"])
    by_experiment = describe(
        networks, experiments.assign(wall_time_seconds=NOT_KNOWN), ("archive", "experiment"), 0.95
    )
    assert set(by_experiment["experiment"]) == {"a", "b", "silent"}


def test_counts_of_networks_stay_where_nothing_else_is_known(networks, experiments):
    bare = networks.assign(**dict.fromkeys(NETWORK_MEASURES, NOT_KNOWN))
    found = describe(bare, experiments.iloc[:2].assign(wall_time_seconds=NOT_KNOWN), (), 0.95)
    assert found["measure"].tolist() == ["epochs_trained"]
    assert found["network_count"].tolist() == [6]


def test_rare_measures_stand_where_they_are_known(networks, experiments):
    parameters = pd.array([100, 200, 300, 400, None, None], dtype="Int64")
    found = describe(
        networks.assign(parameter_count=parameters), experiments, ("archive", "experiment"), 0.95
    )
    (row,) = found[found["measure"] == "parameter_count"].to_dict("records")
    assert (row["experiment"], row["n"], row["mean"], row["unit"]) == ("a", 4, 250.0, "count")
    assert "last_test_accuracy_percent" not in set(found["measure"])


def test_across_all_and_by_attribute(networks, experiments):
    across = describe(networks, experiments, (), 0.95)
    assert across.columns.tolist() == list(STATISTICS.names[5:])
    row = row_of(across, "last_val_accuracy_percent")
    assert (row["n"], row["structure_count"]) == (6, 3)
    assert row["mean"] == pytest.approx(496 / 6)
    assert row_of(across, "wall_time_seconds")["total"] == 140.0
    by_beam = describe(networks, experiments, ("beam",), 0.95)
    assert row_of(by_beam, "mflops", beam="1e14")["n"] == 5
    assert row_of(by_beam, "wall_time_seconds", beam=None)["total"] == 40.0
    assert by_beam["beam"].isna().tolist() == [False] * 7 + [True]


def test_columns_and_dtypes_are_those_of_the_schema(networks, experiments):
    found = describe(networks, experiments, ("archive", "experiment", "gpus"), 0.95)
    for name in found.columns:
        assert found[name].dtype == STATISTICS.column(name).pandas_dtype, name


def test_no_experiment_gives_no_row(networks, experiments):
    assert describe(networks.iloc[:0], experiments.iloc[:0], ("archive", "experiment"), 0.95).empty


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (None, ()),
        ([], ()),
        ("archive", ("archive",)),
        ("experiment", ("archive", "experiment")),
        (["gpus", "experiment"], ("gpus", "archive", "experiment")),
        (("archive", "experiment"), ("archive", "experiment")),
    ],
)
def test_groups(by, groups):
    assert check_groups(by) == groups


def test_a_group_that_cannot_be_is_refused():
    with pytest.raises(ParameterError, match=r"got 'experiments'\. Did you mean 'experiment'"):
        check_groups("experiments")
    with pytest.raises(ParameterError, match=r"got '3'|got 3"):
        check_groups(3)
    with pytest.raises(ParameterError, match="each group once"):
        check_groups(["beam", "beam"])


@pytest.mark.archives
def test_the_real_archive_against_pandas(real_commons):
    found = real_commons.statistics()
    networks = real_commons.architectures.compute()
    assert len(found) == 9 * 7 + 3
    for (_, experiment), mine in networks.groupby(["archive", "experiment"]):
        for measure in NETWORK_MEASURES:
            row = row_of(found, measure, experiment=experiment)
            values = mine[measure].dropna().astype(float)
            told = values.describe(percentiles=[0.05, 0.25, 0.5, 0.75, 0.95])
            names = {
                "n": "count", "mean": "mean", "standard_deviation": "std", "minimum": "min",
                "quantile_05": "5%", "quantile_25": "25%", "median": "50%",
                "quantile_75": "75%", "quantile_95": "95%", "maximum": "max",
            }  # fmt: skip
            for ours, theirs in names.items():
                assert row[ours] == pytest.approx(told[theirs], rel=1e-12), (experiment, measure)
            assert row["network_count"] == len(mine) == 100
            assert row["structure_count"] == mine["structure_id"].nunique()
            assert row["mean_low"] == mean_interval(values).low
            assert (row["median_low"], row["median_high"]) == (
                median_interval(values).low,
                median_interval(values).high,
            )


@pytest.mark.archives
def test_epochs_of_the_real_archive_add_up_to_its_history_rows(real_commons):
    across = real_commons.statistics(by=None)
    epochs = row_of(across, "epochs_trained")
    assert (epochs["network_count"], epochs["structure_count"]) == (900, 745)
    assert epochs["total"] == len(real_commons.histories) == 18290
    wall = row_of(across, "wall_time_seconds")
    assert (wall["n"], wall["total"]) == (12, 1222254.0)


@pytest.mark.archives
@pytest.mark.parametrize("by", ["experiment", None, ["gpus", "beam"]])
def test_the_partitioning_does_not_show(real_commons, by):
    whole = real_commons.architectures.compute().sample(frac=1, random_state=3)
    cut = replace(real_commons)
    vars(cut)["architectures"] = dd.from_pandas(whole, npartitions=7, sort=False)
    pd.testing.assert_frame_equal(cut.statistics(by), real_commons.statistics(by), check_exact=True)


@pytest.mark.archives
def test_a_level_that_cannot_be_is_refused_before_anything_is_read(real_commons):
    with pytest.raises(ParameterError, match=r"statistics\(confidence=…\): expected a number"):
        real_commons.statistics(confidence=95)
