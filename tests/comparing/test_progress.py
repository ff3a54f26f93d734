from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import cuts
from toy_runs import FOUR, OBJECTIVES, record

import vinarch
from vinarch.comparing.progress import compare_searches
from vinarch.errors import ParameterError, SelectionError
from vinarch.fronts import hypervolume
from vinarch.schema import SEARCH_PROGRESS

ALL = ("networks", "epochs", "seconds")


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    return record(tmp_path_factory.mktemp("runs") / "four", FOUR)


def curve(frame, against, measure, *, of="search", column="value"):
    rows = frame[(frame["against"] == against) & (frame["measure"] == measure)]
    rows = rows[rows["experiment"].notna() == (of == "search")]
    return list(zip(rows["budget"], rows[column], strict=True))


def test_four_networks_by_hand(four):
    found = compare_searches(four, against=ALL, reference=[50.0, 10.0])
    budgets = {"networks": [1, 2, 3, 4], "epochs": [2, 3, 5, 7], "seconds": [2, 4, 10, 12]}
    for against, spent in budgets.items():
        best = curve(found, against, "best_so_far_percent")
        assert best == list(zip(spent, [60, 60, 70, 70], strict=True)), against
        volume = curve(found, against, "hypervolume")
        assert volume == list(zip(spent, [60, 60, 100, 140], strict=True)), against


def test_the_reference_is_the_worst_of_what_did_not_fail_and_is_told(four):
    found = compare_searches(four)
    # The third has the most MFLOPs, the first the lowest accuracy: only the last is better in both.
    volume = curve(found, "networks", "hypervolume")
    assert volume == [(1, 0), (2, 0), (3, 0), (4, (65 - 60) * (6 - 2))]
    assert set(found["reference"]) == {"val_accuracy_percent 60.0; mflops 6.0"}
    assert set(found["reference_from"]) == {"worst of all"}
    given_ = compare_searches(four, reference={"mflops": 10, "val_accuracy_percent": 50})
    assert set(given_["reference"]) == {"val_accuracy_percent 50.0; mflops 10.0"}
    assert set(given_["reference_from"]) == {"given"}


def test_columns_and_dtypes_are_declared_and_those_of_by_come_first(four):
    found = compare_searches(four, ["strategy", "seed"], against="epochs")
    assert list(found.columns) == ["strategy", "seed", *SEARCH_PROGRESS.names]
    declared = SEARCH_PROGRESS.empty().dtypes
    assert found[list(SEARCH_PROGRESS.names)].dtypes.to_dict() == declared.to_dict()
    assert set(found["group"]) == {"toy, seed 0"}


def test_one_search_has_no_interval_and_says_so(four):
    found = compare_searches(four)
    assert found[["low", "high"]].isna().all(axis=None)
    assert set(found["interval"]) == {"none: 1 search"}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """Two strategies of two seeds; the second seed of `b` ends after three networks."""
    folder = tmp_path_factory.mktemp("seeds")
    a0 = [([60.0] * 2, 1.0, 4.0), ([80.0] * 2, 1.0, 4.0), ([80.0] * 2, 1.0, 4.0)]
    a1 = [([70.0] * 2, 1.0, 4.0), ([70.0] * 2, 1.0, 4.0), ([90.0] * 2, 1.0, 4.0)]
    b0 = [([50.0], 1.0, 4.0), ([60.0], 1.0, 4.0), ([70.0], 1.0, 4.0), ([80.0], 1.0, 4.0)]
    runs = {"a0": (a0, 0), "a1": (a1, 1), "b0": (b0, 0), "b1": (b0[:3], 1)}
    return [
        record(folder / name, networks, seed=seed, strategy=name[0])
        for name, (networks, seed) in runs.items()
    ]


def test_a_group_is_the_mean_of_its_searches_as_far_as_all_run(seeds):
    found = compare_searches(seeds, "strategy", against=["networks", "epochs"])
    first, second = found[found["group"] == "a"], found[found["group"] == "b"]
    best = "best_so_far_percent"
    assert curve(first, "networks", best, of="group") == [(1, 65), (2, 75), (3, 85)]
    assert curve(first, "networks", best, of="group", column="lowest")[-1] == (3, 80)
    assert curve(first, "networks", best, of="group", column="highest")[-1] == (3, 90)
    # The longer search of b goes on to 4 networks, its group does not.
    assert curve(second, "networks", best, of="group") == [(1, 50), (2, 60), (3, 70)]
    epochs = dict(curve(first, "epochs", best, of="group"))
    assert (min(epochs), max(epochs)) == (2, 6)
    assert {value for budget, value in epochs.items() if budget < 4} == {65}
    assert {value for budget, value in epochs.items() if 4 <= budget < 6} == {75}
    rows = found[found["experiment"].isna()]
    assert set(rows["n"]) == {2}
    assert set(rows["interval"]) == {"none: 2 searches, a mean needs 4"}


def test_a_median_has_an_interval_from_two_searches_on(seeds):
    found = compare_searches(seeds, "strategy", statistic="median")
    rows = found[(found["group"] == "a") & found["experiment"].isna()]
    assert set(rows["interval"]) == {"95 % bootstrap of 2 searches"}
    last = rows[rows["measure"] == "best_so_far_percent"].iloc[-1]
    assert (last["value"], last["low"], last["high"]) == (85, 80, 90)


def test_groups_share_their_budgets_but_for_where_they_begin_and_end(seeds):
    found = compare_searches(seeds, "strategy", against="epochs", points=6)
    rows = found[found["experiment"].isna() & (found["measure"] == "hypervolume")]
    assert rows.loc[rows["group"] == "a", "budget"].tolist() == [2, 3, 4, 5, 6]
    assert rows.loc[rows["group"] == "b", "budget"].tolist() == [1, 2, 3]


def test_pairs_are_told_and_must_tell_the_searches_of_a_group_apart(seeds):
    found = compare_searches(seeds, "strategy", paired_by="seed")
    own = found[found["experiment"].notna()]
    pairs = own.groupby("experiment")["pair"].first().to_dict()
    assert pairs == {"a0": "seed 0", "a1": "seed 1", "b0": "seed 0", "b1": "seed 1"}
    with pytest.raises(ParameterError, match="a0 and b0, both seed 0, in all searches"):
        compare_searches(seeds, None, paired_by="seed")


def test_times_that_are_not_on_record_are_null_and_of_no_group(tmp_path):
    timed = record(tmp_path / "timed", FOUR, strategy="s")
    networks = [([60.0], 1.0, 4.0), ([70.0], None, 5.0), ([80.0], 1.0, 5.0)]
    untimed = record(tmp_path / "untimed", networks, seed=1, strategy="s")
    found = compare_searches([timed, untimed], "strategy", against=["epochs", "seconds"])
    mine = found[(found["experiment"] == "untimed") & (found["measure"] == "hypervolume")]
    assert mine.loc[mine["against"] == "seconds", "budget"].tolist()[:1] == [1]
    assert mine.loc[mine["against"] == "seconds", "budget"].isna().tolist() == [False, True, True]
    groups = found[found["experiment"].isna()]
    assert set(groups.loc[groups["against"] == "seconds", "n"]) == {1}
    assert set(groups.loc[groups["against"] == "epochs", "n"]) == {2}
    with pytest.raises(SelectionError, match="seconds are on record, got none of 1"):
        compare_searches(untimed, against="seconds")


def test_a_network_that_failed_before_its_first_epoch_took_none(tmp_path):
    networks = [([60.0], 1.0, 4.0), ([], 1.0, 4.0, "failed"), ([80.0], 1.0, 5.0)]
    found = compare_searches(record(tmp_path / "run", networks), against=ALL)
    assert [budget for budget, _ in curve(found, "epochs", "hypervolume")] == [1, 1, 2]
    assert [budget for budget, _ in curve(found, "seconds", "hypervolume")] == [1, 1, 2]
    assert [budget for budget, _ in curve(found, "networks", "hypervolume")] == [1, 2, 3]


def test_a_search_that_found_nothing_yet_has_no_best(tmp_path):
    networks = [([60.0], 1.0, 4.0, "failed"), ([70.0], 1.0, 4.0)]
    found = compare_searches(record(tmp_path / "run", networks))
    best = curve(found, "networks", "best_so_far_percent")
    assert best[0][0] == 1
    assert np.isnan(best[0][1])
    assert curve(found, "networks", "best_so_far_percent", of="group") == [(2, 70)]


def with_tables(commons, **tables):
    changed = replace(commons)
    for name, frame in tables.items():
        vars(changed)[name] = frame
    return changed


def test_the_order_is_the_recorded_one_and_else_that_of_the_numbers(four):
    networks = four.architectures.compute()
    backwards = networks.assign(search_order=3 - networks["architecture"])
    found = compare_searches(with_tables(four, architectures=dd.from_pandas(backwards)))
    assert [value for _, value in curve(found, "networks", "best_so_far_percent")] == [65, 70] + [
        70
    ] * 2
    assert set(found["ordered_by"]) == {"search_order"}
    partly = networks.assign(search_order=networks["search_order"].where(networks.index > 0))
    found = compare_searches(with_tables(four, architectures=dd.from_pandas(partly)))
    assert [value for _, value in curve(found, "networks", "best_so_far_percent")] == [60, 60] + [
        70
    ] * 2
    assert set(found["ordered_by"]) == {"architecture"}


def test_objectives_are_columns_or_measurements_and_their_directions_count(tmp_path):
    recorder = vinarch.Recorder(tmp_path / "run", space="chain-layers", epoch_budget=1)
    for genome, energy in (("c", 3.0), ("m", 1.0), ("k", 2.0)):
        with recorder.start(genome, parameter_count=10, energy_joule=energy) as network:
            network.log(0, val_accuracy_percent=50.0)
    commons = vinarch.open(tmp_path / "run")
    found = compare_searches(commons, objectives={"energy_joule": "min"}, reference=[4])
    assert [value for _, value in curve(found, "networks", "hypervolume")] == [1, 3, 3]
    found = compare_searches(commons, objectives=["max energy_joule"], reference=[0])
    assert [value for _, value in curve(found, "networks", "hypervolume")] == [3, 3, 3]
    with pytest.raises(ParameterError, match="'energy'"):
        compare_searches(commons, objectives={"energy": "min"})
    with pytest.raises(SelectionError, match="same objectives on record, got 1 of 1 without any"):
        compare_searches(commons)


accuracy = st.one_of(st.none(), st.integers(50, 60).map(float))


@given(
    st.lists(
        st.tuples(accuracy, st.integers(1, 9).map(float), st.integers(0, 4).map(float)),
        min_size=1,
        max_size=12,
    ).filter(lambda rows: any(row[0] is not None for row in rows))
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_search_is_as_a_slow_walk_over_its_networks(four, rows):
    frame = pd.concat([four.architectures.compute().iloc[[0]]] * len(rows), ignore_index=True)
    columns = ("last_val_accuracy_percent", "mflops", "epochs_trained")
    values = pd.DataFrame(rows, columns=columns, dtype="float64")
    places = pd.Series(range(len(rows)), dtype="int64")
    frame = frame.assign(**values, architecture=places, search_order=places.astype("Int64"))
    commons = with_tables(four, architectures=dd.from_pandas(frame))
    with dask.config.set(scheduler="sync"):
        found = compare_searches(commons, against="epochs", reference=[52.0, 8.0])
    epochs, best, expected = 0.0, np.nan, []
    for place, (reached, _, spent) in enumerate(rows):
        epochs += spent
        best = np.nanmax([best, reached]) if reached is not None else best
        seen = values.iloc[: place + 1, :2].to_numpy()
        volume = hypervolume(seen, ("maximise", "minimise"), [52.0, 8.0])
        expected.append((epochs, best, volume))
    best_curve = curve(found, "epochs", "best_so_far_percent")
    volumes = curve(found, "epochs", "hypervolume")
    np.testing.assert_array_equal(best_curve, [row[:2] for row in expected])
    np.testing.assert_allclose(volumes, [row[::2] for row in expected], atol=1e-9)


@pytest.fixture(scope="module")
def low(real_commons):
    commons = real_commons.select(beam="1e14")
    tables = commons.architectures.compute(), commons.histories.compute()
    how = {"against": ALL, "accuracy": "fitness"}
    return commons, tables, how, compare_searches(commons, "early_termination", **how)


@given(places=cuts(300), borders=cuts(6768))
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_partitioning_and_no_order_shows(low, places, borders):
    commons, tables, how, expected = low
    cut = {}
    for name, frame, edges in zip(
        ("architectures", "histories"), tables, (places, borders), strict=True
    ):
        shuffled = frame.sample(frac=1, random_state=3)
        parts = [
            dd.from_pandas(shuffled.iloc[first:stop], npartitions=1)
            for first, stop in pairwise([*edges[:-1], len(frame)])
        ]
        cut[name] = dd.concat(parts)
    with dask.config.set(scheduler="sync"):
        found = compare_searches(with_tables(commons, **cut), "early_termination", **how)
    pd.testing.assert_frame_equal(found, expected)


def test_the_budgets_of_the_real_searches_are_those_of_their_histories(real_commons):
    found = compare_searches(real_commons, against=ALL)
    own = found[found["experiment"].notna() & (found["measure"] == "hypervolume")]
    spent = own.pivot_table(index="experiment", columns="against", values="budget", aggfunc="max")
    index = real_commons.experiment_index.set_index("experiment").loc[spent.index]
    assert spent["networks"].tolist() == [100] * 9
    assert spent["epochs"].tolist() == index["history_row_count"].tolist()
    # Each epoch saved is seen: the searches with early termination end sooner.
    ended = index["early_termination"].to_numpy(dtype=bool)
    assert set(spent.loc[~ended, "epochs"]) == {2500}
    assert spent.loc[ended, "epochs"].max() == 2167
    histories = real_commons.histories.compute()
    seconds = histories.groupby("experiment")[["epoch_time_seconds", "engine_time_seconds"]]
    known = seconds.sum().sum(axis=1).where(seconds.count().min(axis=1) > 0)
    assert spent["seconds"].count() == known.count() == 5
    pd.testing.assert_series_equal(spent["seconds"], known, check_names=False)
    assert set(found["ordered_by"]) == {"architecture"}
    best = own.groupby("experiment").tail(1).set_index("experiment")["n"]
    assert set(best) == {1}


def test_what_a_search_worked_with_is_its_prediction(real_commons):
    name = "1gpu_1e14_early_termination"
    commons = real_commons.select(experiment=name)
    best = "best_so_far_percent"
    last = compare_searches(commons)
    fitness = compare_searches(commons, accuracy="fitness")
    networks = commons.architectures.compute()
    assert curve(last, "networks", best)[-1][1] == networks["last_val_accuracy_percent"].max()
    histories = commons.histories.compute()
    first = histories[histories["converged"].fillna(value=False)].sort_values("epoch")
    first = first.drop_duplicates("architecture").set_index("architecture")["prediction_percent"]
    known = networks.set_index("architecture")["last_val_accuracy_percent"]
    assert curve(fitness, "networks", best)[-1][1] == first.combine_first(known).max()
    assert set(fitness["accuracy"]) == {"fitness"}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "stratgy"}, "Did you mean 'strategy'"),
        ({"by": ["seed", "seed"]}, "each attribute once"),
        ({"against": "epoch"}, "Did you mean 'epochs'"),
        ({"against": []}, "some of networks, epochs, seconds, each once"),
        ({"against": 5}, "some of networks, epochs, seconds, each once, got 5"),
        ({"objectives": 5}, "objectives, each once, got 5"),
        ({"accuracy": "best"}, "'last' or 'fitness', got 'best'"),
        ({"statistic": "mode"}, "'mean' or 'median', got 'mode'"),
        ({"points": 1}, "a whole number from 2"),
        ({"confidence": 95}, "For 95 % pass 0.95"),
        ({"objectives": {}}, "objectives, each once"),
        ({"objectives": ["mflops"]}, "a direction and a name, got 'mflops'"),
        ({"objectives": {"mflops": "down"}}, "'max', 'min', 'maximise' or 'minimise'"),
        ({"objectives": {"mflop": "min"}}, "Did you mean 'mflops'"),
        ({"reference": [50.0]}, "a finite number for each of val_accuracy_percent, mflops"),
        ({"reference": {"mflops": 5}}, "a finite number for each of"),
        ({"reference": [50.0, float("inf")]}, "a finite number for each of"),
        ({"paired_by": "sed"}, "Did you mean 'seed'"),
    ],
)
def test_an_argument_that_cannot_be_is_refused(four, how, said):
    with pytest.raises(ParameterError, match=said.replace("?", r"\?")):
        compare_searches(four, **how)


def test_what_is_no_commons_and_a_search_named_twice_are_refused(four):
    with pytest.raises(ParameterError, match="expected a Commons"):
        compare_searches([four, "JS9FR6"])
    with pytest.raises(ParameterError, match="expected a Commons"):
        compare_searches([])
    with pytest.raises(ParameterError, match="four of four twice"):
        compare_searches([four, four])


def test_searches_of_other_objectives_are_refused(tmp_path, four):
    other = record(tmp_path / "other", FOUR, objectives=OBJECTIVES[:1])
    with pytest.raises(SelectionError, match="'max val_accuracy_percent'; 'max val_accuracy_perc"):
        compare_searches([four, other])
    shared = compare_searches([four, other], objectives=OBJECTIVES)
    assert shared["experiment"].nunique() == 2


def test_searches_without_networks_are_refused(real_commons):
    with pytest.raises(SelectionError, match="a search whose networks are known"):
        compare_searches(real_commons.select(status="no_histories"))
