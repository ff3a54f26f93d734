from __future__ import annotations

import contextlib
from dataclasses import replace
from itertools import pairwise

import dask
import dask.dataframe as dd
import naive
import numpy as np
import pandas as pd
import pytest
from dask.local import get_sync
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import cuts

import vinarch
from vinarch.errors import MixedSpacesError, ParameterError, SelectionError
from vinarch.genome_state import genome_states, merge_states
from vinarch.schema import MATCHES

PUBLISHED = ("1gpu_1e14_early_termination", 0, "10110110101010")
STRUCTURES = {
    "1gpu_1e14_early_termination": 97,
    "1gpu_1e14_no_early_termination": 97,
    "1gpu_1e15_early_termination": 98,
    "1gpu_1e15_no_early_termination": 96,
    "1gpu_1e16_early_termination": 96,
    "1gpu_1e16_no_early_termination": 97,
    "4gpu_1e14_early_termination": 98,
    "4gpu_1e15_early_termination": 97,
    "4gpu_1e16_early_termination": 94,
}


@contextlib.contextmanager
def nothing_computes():
    """Fail if any task of a graph runs."""

    def refuse(*_, **__):
        pytest.fail("a task ran while a graph was built")

    with dask.config.set(scheduler=refuse):
        yield


def networks(commons, experiment: str | None) -> list[tuple[str, list[float]]]:
    """Return (genome, accuracies) of each network in source order, by plain pandas."""
    architectures = commons.architectures.compute()
    histories = commons.histories.compute()
    if experiment is not None:
        architectures = architectures[architectures["experiment"] == experiment]
    accuracies = dict(
        histories.groupby(["experiment", "architecture"])["val_accuracy_percent"].apply(list)
    )
    ordered = architectures.sort_values(["source_file", "source_row"])
    return [
        (
            row.structure_id.split(":")[1],
            accuracies[(row.experiment, row.architecture)]
            if row.history_row_count
            else [row.last_val_accuracy_percent],
        )
        for row in ordered.itertuples()
    ]


def as_rows(table: pd.DataFrame) -> list[tuple]:
    return [
        (
            row.start,
            row.length,
            row.subsequence,
            [] if row.structures is pd.NA else list(row.structures),
            row.network_count,
            row.epoch_row_count,
            row.mean_val_accuracy_percent,
        )
        for row in table.itertuples()
    ]


def with_partitions(commons, architecture_cuts, history_cuts):
    """Return the commons with its tables cut anew, rows shuffled."""

    def cut(frame: pd.DataFrame, places: list[int]) -> dd.DataFrame:
        shuffled = frame.sample(frac=1, random_state=3)
        parts = [dd.from_pandas(shuffled.iloc[a:b], npartitions=1) for a, b in pairwise(places)]
        return dd.concat(parts)

    return with_tables(
        commons,
        cut(commons.architectures.compute(), architecture_cuts),
        cut(commons.histories.compute(), history_cuts),
    )


def with_tables(commons, architectures, histories):
    """Return the commons with other lazy tables of its networks."""
    other = replace(commons)
    vars(other).update(architectures=architectures, histories=histories)
    return other


def without_some_histories(commons):
    """Return the commons as if half of its networks were known by their last accuracy only."""
    architectures, histories = commons.architectures.compute(), commons.histories.compute()
    architectures = architectures.reset_index(drop=True)
    histories = histories.reset_index(drop=True)
    single = architectures["architecture"] % 2 == 0
    architectures.loc[single, "history_row_count"] = 0
    kept = histories[histories["architecture"] % 2 == 1]
    return with_tables(
        commons,
        dd.from_pandas(architectures, npartitions=1, sort=False),
        dd.from_pandas(kept, npartitions=1, sort=False),
    )


@pytest.fixture(scope="module")
def matches(real_commons) -> pd.DataFrame:
    return vinarch.match(real_commons).compute()


def test_the_published_row_comes_out_to_all_its_digits(matches):
    experiment, start, subsequence = PUBLISHED
    (row,) = matches[
        (matches["experiment"] == experiment)
        & (matches["start"] == start)
        & (matches["subsequence"] == subsequence)
    ].itertuples()
    assert row.length == 14
    assert list(row.structures) == [11, 29, 30, 43, 49]
    assert row.count == 5
    assert row.mean_val_accuracy_percent == 89.6596773139983
    assert f"{row.mean_val_accuracy_percent:.2f}" == "89.66"
    lengths = matches.loc[matches["experiment"] == experiment, "length"]
    assert (lengths.min(), lengths.max()) == (5, 20)


@pytest.mark.parametrize("experiment", sorted(STRUCTURES))
def test_each_experiments_table_equals_the_pairwise_oracle(real_commons, matches, experiment):
    rows = networks(real_commons, experiment)
    assert len({genome for genome, _ in rows}) == STRUCTURES[experiment]
    mine = matches[matches["experiment"] == experiment]
    assert as_rows(mine) == naive.match(rows)


def test_the_table_across_experiments_equals_the_pairwise_oracle(real_commons):
    table = vinarch.match(real_commons, by=None).compute()
    rows = networks(real_commons, None)
    assert len({genome for genome, _ in rows}) == 745
    expected = naive.match(rows)
    assert table["structures"].isna().all()
    assert table["experiment"].isna().all()
    assert table["count"].tolist() == [len(row[3]) for row in expected]
    got = [(*row[:3], *row[4:]) for row in as_rows(table)]
    assert got == [(*row[:3], *row[4:]) for row in expected]


def test_a_row_across_experiments_says_in_how_many_it_occurs(real_commons):
    table = vinarch.match(real_commons, by=None).compute()
    row = table.sort_values("count").iloc[-1]
    held = vinarch.members(real_commons, int(row["start"]), row["subsequence"]).compute()
    assert held["structure_id"].nunique() == row["count"]
    assert len(held) == row["network_count"]
    assert held["experiment"].nunique() == row["experiment_count"]
    assert held["history_row_count"].sum() == row["epoch_row_count"]


def test_building_the_graphs_computes_nothing(fetched_home):
    with nothing_computes():
        commons = vinarch.open(fetched_home / "commons")
        low = commons.select(beam="1e14", early_termination=True)
        vinarch.match(low)
        vinarch.match(commons, by=None)
        vinarch.members(low, 0, "10110")
        vinarch.distances(low)
        vinarch.distances(commons, by=None)


def test_the_scheduler_that_refuses_does_refuse(real_commons):
    with nothing_computes(), pytest.raises(pytest.fail.Exception):
        real_commons.histories.compute()


@given(architecture_cuts=cuts(200), history_cuts=cuts(4268))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_partitioning_and_no_order_shows(low_commons, architecture_cuts, history_cuts):
    commons, expected, expected_across = low_commons
    cut = with_partitions(commons, architecture_cuts, history_cuts)
    pd.testing.assert_frame_equal(
        vinarch.match(cut).compute(scheduler="sync").reset_index(drop=True), expected
    )
    pd.testing.assert_frame_equal(
        vinarch.match(cut, by=None).compute(scheduler="sync").reset_index(drop=True),
        expected_across,
    )


def test_a_network_without_a_history_counts_with_its_single_accuracy(low_commons):
    commons = without_some_histories(low_commons[0].select(gpus=1))
    (experiment,) = {name for _, name in commons.trained_experiments()}
    expected = naive.match(networks(commons, experiment))
    assert as_rows(vinarch.match(commons).compute()) == expected
    across = vinarch.match(commons, by=None).compute()
    assert across["epoch_row_count"].tolist() == [row[5] for row in expected]
    assert across["mean_val_accuracy_percent"].tolist() == [row[6] for row in expected]
    cut = with_partitions(commons, [0, 13, 13, 60, 100], [0, 5, 700, len(commons.histories)])
    pd.testing.assert_frame_equal(
        vinarch.match(cut).compute(scheduler="sync"), vinarch.match(commons).compute()
    )


@pytest.fixture(scope="module")
def low_commons(real_commons):
    commons = real_commons.select(beam="1e14", early_termination=True)
    return (
        commons,
        vinarch.match(commons).compute().reset_index(drop=True),
        vinarch.match(commons, by=None).compute().reset_index(drop=True),
    )


@pytest.mark.parametrize("scheduler", ["sync", "threads", "processes"])
def test_every_local_scheduler_gives_the_same_table(real_commons, matches, scheduler):
    options = {"num_workers": 2} if scheduler == "processes" else {}
    again = vinarch.match(real_commons).compute(scheduler=scheduler, **options)
    pd.testing.assert_frame_equal(again, matches)


def test_two_worker_processes_give_the_same_tables(real_commons, matches, cluster):
    assert len(cluster.scheduler_info()["workers"]) == 2
    pd.testing.assert_frame_equal(vinarch.match(real_commons).compute(), matches)
    distributed = vinarch.distances(real_commons).compute()
    local = vinarch.distances(real_commons).compute(scheduler="sync")
    pd.testing.assert_frame_equal(distributed, local)


def test_the_result_has_the_declared_columns_and_types(real_commons):
    lazy = vinarch.match(real_commons.select(beam="1e16", gpus=4, status="ok"))
    assert lazy.npartitions == 1
    assert lazy.dtypes.to_dict() == MATCHES.empty().dtypes.to_dict()
    assert lazy.compute().dtypes.to_dict() == MATCHES.empty().dtypes.to_dict()


def test_experiments_without_histories_match_nothing(real_commons):
    silent = real_commons.select(status="no_histories")
    assert vinarch.match(silent).compute().empty
    assert vinarch.match(silent, by=None).compute().empty
    assert vinarch.distances(silent).compute().empty


def test_members_are_the_networks_of_the_published_structures(real_commons):
    mine = real_commons.select(experiment=PUBLISHED[0])
    held = vinarch.members(mine, *PUBLISHED[1:]).compute()
    assert sorted(set(held["structure"])) == [11, 29, 30, 43, 49]
    assert len(held) == 6
    bracketed = vinarch.members(mine, 0, "[1,0,1,1,0,1,1,0,1,0,1,0,1,0]").compute()
    pd.testing.assert_frame_equal(bracketed, held)


@pytest.mark.parametrize(
    ("start", "subsequence", "message"),
    [
        (0, "", "expected symbols 0 and 1 as text, got ''"),
        (0, "10210", "expected symbols 0 and 1 as text, got '10210'"),
        (10, "1" * 12, "within the 21 symbols of a genome, got start 10, length 12"),
        (-1, "10110", r"from 0 to 20 \(start index, symbols\), got -1"),
        ("0", "10110", "from 0 to 20 .*, got '0'"),
        (0, ["1", "0"], r"symbols 0 and 1 as text, got \['1', '0'\]"),
    ],
)
def test_a_subsequence_that_cannot_be_is_refused(real_commons, start, subsequence, message):
    with pytest.raises(ParameterError, match=message):
        vinarch.members(real_commons, start, subsequence)


@pytest.mark.parametrize("min_length", [0, 22, -3, "5", 5.5, None, True])
def test_a_length_that_cannot_be_is_refused(real_commons, min_length):
    with pytest.raises(ParameterError, match=rf"from 1 to 21 \(symbols\), got {min_length!r}"):
        vinarch.match(real_commons, min_length=min_length)


def test_an_unknown_grouping_is_refused(real_commons):
    with pytest.raises(ParameterError, match="'experiment' or None, got 'beam'"):
        vinarch.match(real_commons, by="beam")


@pytest.mark.parametrize("what", ["JS9FR6", None, [1], pd.DataFrame({"a": [1]})])
def test_what_is_no_commons_is_refused(what):
    for question in (vinarch.match, vinarch.distances, vinarch.distance_matrix):
        with pytest.raises(ParameterError, match="expected a Commons, got "):
            question(what)
    with pytest.raises(ParameterError, match="expected a Commons, got "):
        vinarch.members(what, 0, "10110")


def test_mixed_search_spaces_are_refused_by_name(real_commons):
    index = real_commons.experiment_index.copy()
    index.loc[0, "search_space"] = "nsga-net-macro-3x5"
    mixed = replace(real_commons, experiment_index=index)
    message = "got nsga-net-macro-3x4 and nsga-net-macro-3x5"
    for question in (vinarch.match, vinarch.distances, vinarch.distance_matrix):
        with pytest.raises(MixedSpacesError, match=message):
            question(mixed)


def test_an_empty_commons_is_refused(real_commons):
    empty = replace(real_commons, experiment_index=real_commons.experiment_index.iloc[:0])
    with pytest.raises(SelectionError, match="at least one experiment"):
        vinarch.match(empty)


def state(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    columns = ["structure_id", "network_count", "epoch_row_count", "accuracy_high", "accuracy_low"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(archive="A", experiment="e", structure=0)


def test_low_words_carry_into_high_words():
    merged = merge_states(state([("s:1", 1, 0, 3, 2**32 - 1), ("s:1", 0, 2, 4, 2)]))
    (row,) = merged.itertuples()
    assert (row.network_count, row.epoch_row_count) == (1, 2)
    assert (row.accuracy_high, row.accuracy_low) == (8, 1)


@given(st.lists(st.floats(0, 100, allow_subnormal=False), min_size=1, max_size=50))
def test_the_mean_is_rounded_once(values):
    from fractions import Fraction

    from vinarch.genome_state import _epoch_state, mean_of_states

    scale = 2**60
    frame = pd.DataFrame({"val_accuracy_percent": values}).assign(
        archive="A", experiment="e", structure=0, structure_id="s:1"
    )
    kept = [Fraction(round(Fraction(value) * scale), scale) for value in values]
    assert mean_of_states(_epoch_state(frame)) == [float(sum(kept) / len(kept))]


def test_a_genome_in_two_partitions_counts_its_networks_once(real_commons):
    frame = real_commons.architectures.compute()
    states = genome_states(real_commons).compute(scheduler=get_sync)
    assert states["network_count"].sum() == len(frame) == 900
    assert states["epoch_row_count"].sum() == 18_290
    assert not states.duplicated(["experiment", "structure_id"]).any()


def test_the_sum_of_an_accuracy_column_is_exact(real_commons):
    from fractions import Fraction

    states = genome_states(real_commons).compute()
    exact = sum(Fraction(v) for v in real_commons.histories.compute()["val_accuracy_percent"])
    total = sum(
        (int(high) << 32) + int(low)
        for high, low in zip(states["accuracy_high"], states["accuracy_low"], strict=True)
    )
    assert Fraction(total, 2**60) == exact
    assert np.isfinite(float(exact))


def test_within_phases_a_run_across_two_is_cut_where_the_phase_ends(real_commons):
    mine = real_commons.select(experiment=PUBLISHED[0])
    found = vinarch.match(mine, min_length=7, within_phase=True).compute()
    flats = {text.split(":")[1] for text in genome_states(mine).compute()["structure_id"]}
    # A run of seven symbols is a whole phase, held by two structures at least.
    expected = {
        (start, flat[start : start + 7]): sum(
            other[start : start + 7] == flat[start : start + 7] for other in flats
        )
        for flat in flats
        for start in (0, 7, 14)
    }
    rows = zip(found["start"], found["subsequence"], found["count"], strict=True)
    assert {(start, run): count for start, run, count in rows} == {
        key: count for key, count in expected.items() if count > 1
    }
    with nothing_computes():
        vinarch.match(mine, within_phase=True)


def test_no_phase_is_longer_than_the_longest(real_commons):
    with pytest.raises(ParameterError, match=r"from 1 to 7 \(symbols\), got 8"):
        vinarch.match(real_commons, min_length=8, within_phase=True)


@pytest.mark.parametrize("value", ["no", None, [True], 1])
def test_what_is_neither_true_nor_false_is_refused(real_commons, value):
    with pytest.raises(ParameterError, match=r"match\(within_phase=…\): expected True or False"):
        vinarch.match(real_commons, within_phase=value)
    vinarch.match(real_commons, within_phase=np.bool_(True))  # noqa: FBT003 - NumPy's
