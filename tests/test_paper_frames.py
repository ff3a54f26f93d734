"""The frames behind a paper's figures: what they say of the real searches is what claims say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import vinarch
from vinarch.errors import ParameterError, SelectionError
from vinarch.schema import published
from vinarch.summary.paper_claims import claimed_points
from vinarch.summary.paper_curves import fitted_points
from vinarch.summary.paper_networks import convergence_points, fitness_points, mark_fitness_fronts
from vinarch.summary.paper_searches import epochs_of_searches, hours_of_searches

MEDIUM = "1gpu_1e15_no_early_termination"
SILENT = "4gpu_1e14_no_early_termination"


@pytest.fixture(scope="module")
def claims(real_commons):
    return vinarch.claims(real_commons)


def recomputed(claims, statistic):
    rows = claims[claims["computation"].str.startswith(f"{statistic}(", na=False)]
    return rows.set_index("experiments")["recomputed"]


def test_the_shares_saved_are_those_of_the_claims(real_commons, claims):
    found = epochs_of_searches(real_commons).set_index("experiment")["saved_percent"]
    expected = recomputed(claims, "share_of_epochs_saved")
    assert len(expected) == 3
    assert found[expected.index].tolist() == pytest.approx(expected.tolist(), abs=1e-9)


def test_the_hours_are_those_of_the_claims(real_commons, claims):
    found = hours_of_searches(real_commons)
    assert len(found) == 12
    expected = recomputed(claims, "wall_hours")
    mine = found.set_index("experiment")["wall_time_hours"]
    assert mine[expected.index].tolist() == expected.tolist()


def test_shares_and_medians_of_convergence_are_those_of_the_claims(real_commons, claims):
    groups = convergence_points(real_commons).groupby("experiment")
    share = recomputed(claims, "share_converged")
    assert len(share) == groups.ngroups == 6
    assert (100 * groups["converged"].mean())[share.index].tolist() == pytest.approx(share.tolist())
    median = recomputed(claims, "median_epoch_of_convergence")
    assert groups["convergence_epoch"].median()[median.index].tolist() == median.tolist()


def test_the_fronts_are_those_of_the_claims(real_commons, claims):
    found = fitness_points(real_commons)
    sizes = found.groupby("experiment")["on_front"].sum()
    expected = recomputed(claims, "pareto_front_size")
    assert sizes[expected.index].tolist() == expected.tolist() == [6, 11, 16, 10, 2, 8]


def test_without_the_engine_the_fitness_is_the_last_accuracy(real_commons):
    found = fitness_points(real_commons)
    last = real_commons.architectures[
        ["experiment", "architecture", "last_val_accuracy_percent", "last_prediction_percent"]
    ].compute()
    both = found.merge(last, on=["experiment", "architecture"])
    whole = both[~both["early_termination"]]
    assert (whole["fitness_percent"] == whole["last_val_accuracy_percent"]).all()
    assert not whole["predicted"].any()
    # A training that the engine ends stops where its prediction converges.
    ended = both[both["predicted"]]
    assert (ended["fitness_percent"] == ended["last_prediction_percent"]).all()
    rest = both[both["early_termination"] & ~both["predicted"]]
    assert (rest["fitness_percent"] == rest["last_val_accuracy_percent"]).all()
    assert len(ended) == 391


def test_the_function_fitted_again_ends_where_the_record_says(real_commons):
    points = fitted_points(real_commons, MEDIUM, 38)
    series = points.groupby("series")["accuracy_percent"]
    assert series.get_group("fitted").iloc[-1] == pytest.approx(99.614529, abs=1e-6)
    assert series.get_group("prediction").tolist() == [pytest.approx(99.614529, abs=1e-6)]
    assert len(series.get_group("recorded")) == 25
    assert points.loc[points["series"] == "recorded", "avoidable"].sum() == 13
    assert set(points["convergence_epoch"]) == {11}


@pytest.mark.parametrize(
    ("function", "table"),
    [
        (epochs_of_searches, published.EPOCHS_TRAINED),
        (hours_of_searches, published.WALL_TIMES),
        (fitness_points, published.NETWORK_FITNESS),
        (convergence_points, published.CONVERGENCE_EPOCHS),
        (lambda commons: fitted_points(commons, MEDIUM, 38), published.FITTED_CURVES),
        (
            lambda commons: claimed_points(vinarch.claims(commons), "Fig. 7"),
            published.CLAIMED_VALUES,
        ),
    ],
)
def test_a_frame_is_as_declared(real_commons, function, table):
    found = function(real_commons)
    assert list(found.columns) == list(table.names)
    assert found.dtypes.to_dict() == table.empty().dtypes.to_dict()
    assert not found.duplicated([*table.sort_key]).any()
    for column in table.columns:
        assert column.nullable or found[column.name].notna().all(), column.name


def test_searches_that_lack_what_is_drawn_are_refused_by_name(real_commons):
    with pytest.raises(SelectionError, match=rf"training histories, got {SILENT}\."):
        epochs_of_searches(real_commons, ["1gpu_1e14_early_termination", SILENT])
    with pytest.raises(SelectionError, match=rf"an engine that ended trainings, got {MEDIUM}\."):
        convergence_points(real_commons, MEDIUM)
    with pytest.raises(SelectionError, match="Did you mean"):
        fitness_points(real_commons, "1gpu_1e15_no_early")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ((MEDIUM, 100), SelectionError, "a network of .*: 0 to 99, got 100"),
        ((SILENT, 1), SelectionError, f"an experiment with histories, unlike {SILENT}, got 1"),
        ((MEDIUM, 38, "a4nn"), ParameterError, "Did you mean 'a4nn_2023'"),
        (("1gpu_1e14_early_termination", 0), SelectionError, "converged, got none in its record"),
    ],
)
def test_a_network_without_a_curve_to_draw_is_refused(real_commons, words, error, message):
    with pytest.raises(error, match=message):
        fitted_points(real_commons, *words)


def test_fronts_of_a_part_are_made_anew():
    networks = pd.DataFrame(
        {
            "archive": "toy", "experiment": ["one", "one", "one", "two"], "gpus": 1,
            "beam": "1e14", "early_termination": True, "architecture": [0, 1, 2, 0],
            "mflops": [1.0, 2.0, 3.0, np.nan], "fitness_percent": [9.0, 8.0, 9.0, 1.0],
            "predicted": False, "on_front": True,
        }
    )  # fmt: skip
    assert mark_fitness_fronts(networks)["on_front"].tolist() == [True, False, False, False]
