from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from strategies import cuts

from vinarch.errors import ParameterError
from vinarch.prediction import PredictionEngine, a4nn_2023, penguin_2022
from vinarch.replaying import (
    compare_functions,
    function_summary,
    replay,
    replay_ranking,
    replay_summary,
    replay_sweep,
)
from vinarch.replaying.network_table import RECORD_COLUMNS, replay_table
from vinarch.replaying.ranking import ranking
from vinarch.replaying.whole_networks import whole_networks
from vinarch.schema import (
    FUNCTION_ERRORS,
    HISTORIES,
    NETWORK_FUNCTIONS,
    REPLAY_RANKING,
    REPLAY_SUMMARY,
    REPLAY_SWEEP,
    REPLAYED_NETWORKS,
)

FULL = "1gpu_1e15_no_early_termination"


def with_histories(commons, histories):
    """Return the commons with other training histories, as a lazy table of it."""
    other = replace(commons)
    vars(other)["histories"] = histories
    return other


def records(curves, experiment="one", *, recorded=None, epochs=None):
    """History rows of some curves, networks numbered from 0."""
    rows = []
    for network, curve in enumerate(curves):
        for place, value in enumerate(curve):
            said = recorded[network][place] if recorded else (None, None)
            epoch = epochs[place] if epochs is not None else place
            rows.append(("TOY", experiment, network, f"s:{network}", epoch, value, *said))
    frame = pd.DataFrame(rows, columns=RECORD_COLUMNS)
    dtypes = HISTORIES.empty()[RECORD_COLUMNS].dtypes.to_dict()
    if epochs is not None:
        dtypes["epoch"] = "float64"
    return frame.astype(dtypes)


def statuses(rows, status="ok"):
    keys = rows[["archive", "experiment", "architecture"]].drop_duplicates(ignore_index=True)
    return keys.assign(status=status).astype({"status": rows["experiment"].dtype})


RISING = 90 - 30 / 2.0 ** np.arange(25)
STEADY = np.full(25, 50.0)
LINE = 20 + 2.0 * np.arange(25)


def test_a_curve_that_is_foretold_at_once_converges_after_three_fits():
    rows = records([RISING, STEADY, LINE])
    found = replay_table(rows, statuses(rows), a4nn_2023)
    # First fit after epoch 3, so that epoch 5 is the first with three predictions.
    assert found["convergence_epoch"].tolist()[:2] == [5, 5]
    assert found["prediction_percent"].iloc[0] == pytest.approx(90, abs=1e-4)
    assert found["last_val_accuracy_percent"].tolist() == pytest.approx([90, 50, 68], abs=1e-4)
    assert found["error_points"].iloc[:2].tolist() == pytest.approx([0, 0], abs=1e-4)
    assert found["epochs_saved"].tolist()[:2] == [19, 19]
    assert found["epochs_trained"].tolist() == [25, 25, 25]
    assert found["fit_count"].tolist() == [22, 22, 22]
    assert (found["history"] == "full").all()
    # A line runs away from a function whose asymptote is at most 200: a wrong convergence.
    assert found["fitness_percent"].iloc[2] == found["prediction_percent"].iloc[2] < 66
    assert found["recorded_convergence_epoch"].isna().all()
    assert found.dtypes.to_dict() == REPLAYED_NETWORKS.empty().dtypes.to_dict()


@pytest.mark.parametrize(("status", "history"), [("early_stopped", "cut"), ("incomplete",) * 2])
def test_only_histories_that_ran_to_the_end_say_what_was_saved(status, history):
    rows = records([RISING[:10]])
    found = replay_table(rows, statuses(rows, status), a4nn_2023).iloc[0]
    assert (found["history"], found["convergence_epoch"]) == (history, 5)
    assert np.isnan(found["error_points"])
    assert np.isnan(found["epochs_saved"])
    assert found["fitness_percent"] == found["prediction_percent"]


def test_a_training_that_ended_before_the_engines_last_epoch_is_cut():
    rows = records([RISING[:10]])
    assert replay_table(rows, statuses(rows), a4nn_2023)["history"].tolist() == ["cut"]
    engine = replace(a4nn_2023, last_epoch=10)
    assert replay_table(rows, statuses(rows), engine)["history"].tolist() == ["full"]


def test_a_network_that_does_not_converge_saves_nothing():
    zigzag = 50 + 30 * (-1.0) ** np.arange(25)
    rows = records([zigzag])
    engine = replace(a4nn_2023, threshold=1e-9)
    found = replay_table(rows, statuses(rows), engine).iloc[0]
    assert not found["converged"]
    assert np.isnan(found["convergence_epoch"])
    assert np.isnan(found["error_points"])
    assert found["epochs_saved"] == 0
    assert found["fitness_percent"] == zigzag[-1]


def test_what_the_archive_says_stands_beside():
    said = [[(None, False)] * 3 + [(88.0, False), (89.0, True), (90.0, True)]]
    rows = records([RISING[:6]], recorded=said)
    found = replay_table(rows, statuses(rows, "early_stopped"), a4nn_2023).iloc[0]
    assert found["recorded_convergence_epoch"] == 4
    assert found["recorded_prediction_percent"] == 89


def test_half_epochs_and_records_past_the_last_epoch():
    epochs = np.arange(1, 81) / 2
    rows = records([60 - 40 * np.exp(-0.1 * 2 * epochs)], epochs=epochs)
    found = replay_table(rows, statuses(rows), penguin_2022).iloc[0]
    assert (found["record_count"], found["last_epoch"], found["epochs_trained"]) == (40, 20, 20)
    assert found["history"] == "full"
    assert found["epochs_saved"] == 20 - found["convergence_epoch"]
    assert found["convergence_epoch"] % 0.5 == 0
    assert found["convergence_epoch"] < 5


def test_an_engine_that_begins_later_than_a_history_is_refused():
    rows = records([RISING])
    said = r"TOY, one, architecture 0: expected epochs from 0\.5 on, .*, got epoch 0\."
    with pytest.raises(ParameterError, match=said):
        replay_table(rows, statuses(rows), penguin_2022)


def test_sparse_histories_are_fitted_where_they_lie():
    epochs = [0, 2, 3, 7, 8, 15, 24]
    rows = records([90 - 30 / 2.0 ** np.array(epochs)], epochs=epochs)
    found = replay_table(rows, statuses(rows), a4nn_2023).iloc[0]
    assert (found["convergence_epoch"], found["epochs_saved"]) == (15, 9)
    assert found["prediction_percent"] == pytest.approx(90, abs=1e-4)


def test_a_hole_in_the_fitness_ends_the_fits():
    curve = RISING.copy()
    curve[4] = np.nan
    rows = records([curve])
    found = replay_table(rows, statuses(rows), a4nn_2023).iloc[0]
    assert found["fit_count"] == 1
    assert not found["converged"]


def test_rows_in_any_order_give_the_same_networks():
    random = np.random.default_rng(3)
    rows = records([RISING, STEADY, LINE])
    whole = replay_table(rows, statuses(rows), a4nn_2023)
    mixed = rows.iloc[random.permutation(len(rows))]
    pd.testing.assert_frame_equal(replay_table(mixed, statuses(rows), a4nn_2023), whole)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_no_partitioning_splits_a_history(data):
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    rows = records([LINE[:length] for length in lengths])
    borders = data.draw(cuts(len(rows)))
    pieces = [rows.iloc[a:b] for a, b in pairwise(borders)]
    lazy = dd.from_map(lambda piece: piece, pieces, meta=rows.iloc[:0])
    parts = [
        part.compute(scheduler="sync") for part in whole_networks(lazy, RECORD_COLUMNS).partitions
    ]
    together = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(together, rows)
    homes = [set(part["architecture"]) for part in parts]
    assert sum(len(home) for home in homes) == len(lengths)


def test_any_partitioning_of_the_commons_gives_the_same_replay(real_commons):
    some = real_commons.select(experiment=FULL)
    rows = some.histories.compute()
    rows = rows[rows["architecture"] < 25]
    some = with_histories(some, dd.from_pandas(rows, npartitions=1))
    whole = replay(some).compute().reset_index(drop=True)
    for size in (40, 111):
        pieces = [rows.iloc[a : a + size] for a in range(0, len(rows), size)]
        lazy = dd.from_map(lambda piece: piece, pieces, meta=rows.iloc[:0])
        cut = replay(with_histories(some, lazy)).compute().reset_index(drop=True)
        pd.testing.assert_frame_equal(cut, whole, atol=1e-6, rtol=0)


def refuse(*_, **__):
    message = "something was computed"
    raise AssertionError(message)


def test_a_replay_is_lazy_and_of_the_declared_types(real_commons):
    with dask.config.set(scheduler=refuse):
        lazy = replay(real_commons)
        errors = compare_functions(real_commons)
    assert lazy.dtypes.to_dict() == REPLAYED_NETWORKS.empty().dtypes.to_dict()
    assert errors.dtypes.to_dict() == NETWORK_FUNCTIONS.empty().dtypes.to_dict()


@pytest.fixture(scope="module")
def networks(real_commons):
    return replay(real_commons).compute()


def test_every_network_has_one_row(networks, real_commons):
    assert len(networks) == 900
    key = ["archive", "experiment", "architecture"]
    assert not networks.duplicated(key).any()
    stored = real_commons.architectures[[*key, "epochs_trained", "last_val_accuracy_percent"]]
    both = networks.merge(stored.compute(), on=key, suffixes=("", "_stored"))
    assert (both["record_count"] == both["epochs_trained_stored"]).all()
    assert (both["last_val_accuracy_percent"] == both["last_val_accuracy_percent_stored"]).all()
    assert networks.dtypes.to_dict() == REPLAYED_NETWORKS.empty().dtypes.to_dict()


def test_the_published_network_converges_as_published(networks):
    one = networks[(networks["experiment"] == FULL) & (networks["architecture"] == 38)].iloc[0]
    assert one["convergence_epoch"] == one["recorded_convergence_epoch"] == 11
    assert one["prediction_percent"] == pytest.approx(99.6145, abs=1e-2)
    assert one["last_val_accuracy_percent"] == pytest.approx(99.9433, abs=5e-5)
    assert one["epochs_saved"] == 13


def test_the_reference_solver_converges_where_the_archive_says(real_commons):
    some = real_commons.select(experiment="1gpu_1e16_early_termination")
    first = some.histories.compute()
    first = first[first["architecture"] < 6]
    lazy = dd.from_pandas(first, npartitions=1)
    found = replay(with_histories(some, lazy), replace(a4nn_2023, solver="reference")).compute()
    both = found["convergence_epoch"].fillna(-1) == found["recorded_convergence_epoch"].fillna(-1)
    assert both.mean() > 0.8
    known = both & found["recorded_prediction_percent"].notna()
    assert known.sum() >= 2
    np.testing.assert_allclose(
        found["prediction_percent"][known], found["recorded_prediction_percent"][known], atol=0.01
    )


def test_the_summary_counts_what_the_rows_say(networks):
    found = replay_summary(networks).set_index("experiment")
    assert list(replay_summary(networks).columns) == list(REPLAY_SUMMARY.names)
    mine = networks[networks["experiment"] == FULL]
    row = found.loc[FULL]
    assert row["network_count"] == row["full_count"] == 100
    assert row["converged_count"] == mine["converged"].sum()
    assert row["epochs_saved"] == mine["epochs_saved"].sum()
    assert row["epochs_saved_share"] == pytest.approx(mine["epochs_saved"].sum() / 2500)
    absolute = mine["error_points"].abs()
    assert row["mean_absolute_error_points"] == pytest.approx(absolute.mean())
    assert row["mean_absolute_error_low"] < absolute.mean() < row["mean_absolute_error_high"]
    assert row["recorded_converged_count"] == 73
    cut = found.loc["1gpu_1e15_early_termination"]
    assert cut["full_count"] < cut["network_count"] == 100


def test_the_summary_of_a_lazy_table_is_the_same(real_commons, networks):
    lazy = replay_summary(replay(real_commons.select(experiment=FULL)))
    whole = replay_summary(networks[networks["experiment"] == FULL])
    pd.testing.assert_frame_equal(lazy, whole, rtol=1e-6)


def test_another_table_is_refused(networks):
    with pytest.raises(
        ParameterError, match=r"the table that vinarch\.replay returns, got DataFrame"
    ):
        replay_summary(pd.DataFrame({"a": [1]}))
    with pytest.raises(ParameterError, match="got list without"):
        replay_ranking([1, 2])
    with pytest.raises(ParameterError, match=r"For 95 % pass 0\.95"):
        replay_summary(networks, confidence=95)
    with pytest.raises(ParameterError, match="a whole number from 1"):
        replay_ranking(networks, [0])


def test_a_perfect_ranking_has_no_regret():
    truth = np.array([90.0, 70, 95, 80, 60])
    for row in ranking(truth / 2, truth, [1, 3], 0.95):
        assert row["kendall"] == pytest.approx(1)
        assert row["regret_points"] == row["regret_low"] == row["regret_high"] == 0
        assert row["top_overlap"] == 1


def test_a_reversed_ranking_has_all_of_it():
    truth = np.array([90.0, 70, 95, 80, 60])
    row = ranking(-truth, truth, [1, 9], 0.95)
    assert len(row) == 1
    assert row[0]["kendall"] == pytest.approx(-1)
    assert row[0]["regret_points"] == 35
    assert row[0]["top_overlap"] == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_tau_of_resamples_is_scipys(seed):
    from vinarch.replaying.ranking import _taus

    random = np.random.default_rng(seed)
    fitness, truth = (random.integers(0, 6, 9).astype(float) for _ in range(2))
    drawn = np.sort(random.integers(0, 9, (5, 9)), axis=1)
    expected = [stats.kendalltau(fitness[row], truth[row]).statistic for row in drawn]
    np.testing.assert_allclose(_taus(fitness, truth, drawn), expected, atol=1e-12)


def test_the_ranking_of_an_experiment(networks):
    found = replay_ranking(networks, [1, 10])
    assert list(found.columns) == list(REPLAY_RANKING.names)
    mine = networks[networks["experiment"] == FULL]
    row = found[(found["experiment"] == FULL) & (found["top_k"] == 10)].iloc[0]
    tau = stats.kendalltau(mine["fitness_percent"], mine["last_val_accuracy_percent"]).statistic
    assert row["kendall"] == pytest.approx(tau)
    assert row["kendall_low"] < tau < row["kendall_high"]
    assert row["n"] == 100


def test_a_sweep_at_the_engines_own_setting_is_its_summary(real_commons, networks):
    some = real_commons.select(experiment=FULL)
    found = replay_sweep(
        some, thresholds=[0.5, 2.0], predictions_needed=[2, 3], minimum_epochs=[3, 8]
    )
    assert list(found.columns) == list(REPLAY_SWEEP.names)
    assert len(found) == 8
    same = found[
        (found["threshold"] == 0.5)
        & (found["predictions_needed"] == 3)
        & (found["minimum_epochs"] == 3)
    ]
    summary = replay_summary(networks[networks["experiment"] == FULL])
    for name in ("converged_count", "epochs_saved", "mean_absolute_error_points"):
        assert same[name].iloc[0] == pytest.approx(summary[name].iloc[0], rel=1e-6)
    later = replay_summary(replay(some, replace(a4nn_2023, minimum_epochs=8, threshold=2.0)))
    row = found[
        (found["threshold"] == 2.0)
        & (found["predictions_needed"] == 3)
        & (found["minimum_epochs"] == 8)
    ]
    assert row["epochs_saved"].iloc[0] == later["epochs_saved"].iloc[0]


def test_a_sweep_takes_functions_with_their_own_bounds(real_commons):
    some = real_commons.select(experiment=FULL)
    found = replay_sweep(some, functions=["penguin", "pow3"], thresholds=[1.0])
    assert found["function"].tolist() == ["penguin", "pow3"]
    assert set(found["method"]) == {"variable_projection"}
    alone = replay_summary(replay(some, PredictionEngine(function="pow3", threshold=1.0)))
    row = found[found["function"] == "pow3"].iloc[0]
    assert row["converged_count"] == alone["converged_count"].iloc[0]


@pytest.mark.parametrize("wrong", [{"thresholds": []}, {"functions": "penguin"}, {"thresholds": 1}])
def test_a_sweep_over_nothing_is_refused(real_commons, wrong):
    with pytest.raises(ParameterError, match="expected a list of values"):
        replay_sweep(real_commons, **wrong)


def test_what_cannot_be_replayed_is_refused(real_commons):
    with pytest.raises(ParameterError, match="a Commons"):
        replay("JS9FR6")
    with pytest.raises(ParameterError, match="one of a4nn_2023, penguin_2022, got 'fast'"):
        replay(real_commons, "fast")


def test_a_function_of_the_users_own_is_replayed_and_its_faults_are_told(real_commons):
    some = real_commons.select(experiment=FULL)
    few = some.histories.compute().query("architecture < 2")
    some = with_histories(some, dd.from_pandas(few, npartitions=1))

    def level(x, a):
        return a + 0 * x

    found = replay(some, PredictionEngine(function=level, last_epoch=25)).compute()
    curve = few[few["architecture"] == 0]["val_accuracy_percent"].to_numpy()
    place = int(found["convergence_epoch"].iloc[0])
    assert found["prediction_percent"].iloc[0] == pytest.approx(curve[: place + 1].mean())

    def faulty(x, a):
        raise KeyError("a")

    with pytest.raises(ParameterError, match="function 'faulty'"):
        replay(some, PredictionEngine(function=faulty)).compute()


def test_the_function_that_made_the_curves_is_chosen(real_commons):
    x = np.arange(25.0)
    curves = [60 + 8 * np.log(x + 1), 90 - 30 / 2**x, np.full(25, 40.0)]
    rows = records(curves, FULL)
    for name in HISTORIES.names:
        if name not in rows:
            rows[name] = pd.NA
    rows["archive"] = "JS9FR6"
    rows = rows[list(HISTORIES.names)].astype(
        {"archive": "string", "experiment": "string", "structure_id": "string"}
    )
    some = real_commons.select(experiment=FULL)
    some = with_histories(some, dd.from_pandas(rows, npartitions=2))
    errors = compare_functions(some, functions=["penguin", "log2_rising"]).compute()
    assert len(errors) == 3 * 4
    best = errors[errors["best"]].groupby("architecture")["function"].first()
    assert best[:2].tolist() == ["log2_rising", "penguin"]
    last = errors[(errors["architecture"] == 0) & (errors["function"] == "last_value")].iloc[0]
    expected = np.abs(curves[0][20:] - curves[0][9]).mean()
    assert last["mean_absolute_error_points"] == pytest.approx(expected)


def test_functions_are_compared_over_the_commons(real_commons):
    some = real_commons.select(experiment=[FULL, "1gpu_1e15_early_termination"])
    errors = compare_functions(some, functions=["penguin", "exp3"], seen_count=8)
    found = function_summary(errors)
    assert list(found.columns) == list(FUNCTION_ERRORS.names)
    every = found[found["experiment"].isna()].set_index("function")
    assert set(every.index) == {"last_value", "best_so_far", "penguin", "exp3"}
    assert every["method"].to_dict()["last_value"] == "baseline"
    full = found[found["experiment"] == FULL].set_index("function")
    assert (full["network_count"] == 100).all()
    assert full["best_count"].sum() >= 100
    table = errors.compute()
    mine = table[(table["function"] == "penguin") & (table["experiment"] == FULL)]
    assert full.loc["penguin", "mean_absolute_error_points"] == pytest.approx(
        mine["mean_absolute_error_points"].mean()
    )


def test_a_comparison_of_nothing_is_refused(real_commons):
    with pytest.raises(ParameterError, match="a list of functions"):
        compare_functions(real_commons, functions="penguin")
    with pytest.raises(ParameterError, match="held_out_count"):
        compare_functions(real_commons, held_out_count=0)


def test_a_replay_runs_on_worker_processes(real_commons, networks, cluster):
    some = real_commons.select(experiment=FULL)
    found = replay(some).compute()
    mine = networks[networks["experiment"] == FULL]
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), mine.reset_index(drop=True), atol=1e-6, rtol=0
    )
