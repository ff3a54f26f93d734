from __future__ import annotations

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import TOY_FILES, ingest_files

from vinarch.asking.ranking import KEY, MEASURES, best_rows, front_rows
from vinarch.commons import open_commons
from vinarch.errors import ParameterError, SelectionError
from vinarch.fronts import non_dominated

E14, E15, E16 = (
    "1gpu_1e14_early_termination",
    "1gpu_1e15_no_early_termination",
    "4gpu_1e16_early_termination",
)


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return open_commons(folder / "commons")


def keys(frame):
    return list(zip(frame["experiment"], frame["architecture"], strict=True))


def test_the_best_by_hand(toys):
    found = toys.best(3)
    assert keys(found) == [(E15, 2), (E15, 51), (E14, 51)]
    assert found["last_val_accuracy_percent"].tolist() == [82.5, 78.5, 75.5]
    assert list(found.columns) == [
        "archive", "experiment", "architecture", "last_val_accuracy_percent", "native_id",
        "status", "epochs_trained", "mflops", "parameter_count", "structure_id",
    ]  # fmt: skip
    assert found.index.tolist() == [0, 1, 2]
    assert len(toys.best()) == 7


def test_equal_networks_come_by_experiment_and_number(toys):
    found = toys.best(4, "mflops", direction="min")
    assert keys(found) == [(E14, 7), (E15, 2), (E16, 1), (E16, 3)]
    # Of the two equal ones the lower number is among three.
    assert keys(toys.best(3, "mflops", direction="minimise")) == keys(found)[:3]
    assert keys(toys.best(2, "mflops")) == [(E14, 51), (E15, 51)]


def test_the_best_of_each_experiment(toys):
    found = toys.best(1, each="experiment")
    assert keys(found) == [(E14, 51), (E15, 2), (E16, 3)]


def test_the_best_of_a_selection(toys):
    assert keys(toys.select("mflops < 700 and gpus == 4").best(5)) == [(E16, 3), (E16, 1)]


def test_a_network_without_the_value_is_left_out(toys):
    found = toys.best(9, "last_prediction_percent")
    assert found["last_prediction_percent"].tolist() == [90.75, 83.5, 73.5, 56.5]


@pytest.mark.parametrize("method", ["best", "pareto"])
def test_what_no_network_has_is_told_with_what_they_have(toys, method):
    ask = {
        "best": lambda: toys.best(by="parameter_count"),
        "pareto": lambda: toys.pareto({"mflops": "min", "parameter_count": "min"}),
    }[method]
    with pytest.raises(SelectionError) as caught:
        ask()
    message = str(caught.value)
    assert message.startswith(
        f"{method}: expected networks with a value of parameter_count, "
        "got none of 7 in 3 experiments. They have values of epoch_budget, mflops, "
    )
    assert "parameter_count" not in message.split("They have")[1]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda c: c.best(0), "best(n=…): expected a whole number from 1 (networks), got 0"),
        (lambda c: c.best(by="mflop"), "Did you mean 'mflops'?"),
        (lambda c: c.best(by="seed"), "best(by=…): expected 'generation', "),
        (lambda c: c.best(direction="up"), "best(direction=…): expected 'max', 'min', "),
        (lambda c: c.best(each="beam"), "best(each=…): expected 'experiment' or None, got 'beam'"),
        (lambda c: c.pareto({}), "expected at least one column of `architectures`, got none"),
        (lambda c: c.pareto(["mflops"]), "a mapping of columns to 'max' or 'min', got ['mflops']"),
        (lambda c: c.pareto({"mflops": "low"}), "pareto, objective mflops: expected 'max', "),
        (lambda c: c.pareto(by="gpus"), "pareto(by=…): expected 'experiment' or None, got 'gpus'"),
    ],
)
def test_wrong_arguments_are_told(toys, ask, message):
    with pytest.raises(ParameterError) as caught:
        ask(toys)
    assert message in str(caught.value)


def test_fronts_by_hand(toys):
    found = toys.pareto()
    # Of E16 network 1 is as light as network 3, and worse; network 0 is worse and heavier.
    assert keys(found) == [(E14, 51), (E14, 7), (E15, 2), (E16, 3)]
    assert list(found.columns[3:5]) == ["last_val_accuracy_percent", "mflops"]
    assert keys(toys.pareto(by=None)) == [(E15, 2), (E14, 7)]
    assert keys(toys.pareto({"mflops": "min"})) == [(E14, 7), (E15, 2), (E16, 1), (E16, 3)]


def test_a_front_needs_every_objective(toys):
    found = toys.pareto({"last_prediction_percent": "max", "mflops": "max"}, by=None)
    assert keys(found) == [(E14, 51)]


# Against slower ways, however the rows come in parts.

VALUES = st.one_of(st.just(float("nan")), st.integers(0, 3).map(float))
NETWORKS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("ef"), st.integers(0, 5), VALUES, VALUES),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row[:3],
)


def frame_of(rows):
    return pd.DataFrame(rows, columns=[*KEY, "mflops", "epochs_trained"])


@settings(max_examples=40)
@given(
    NETWORKS,
    st.integers(1, 4),
    st.sampled_from(["max", "min"]),
    st.sampled_from([[], ["archive", "experiment"]]),
    st.integers(1, 4),
)
def test_the_best_of_parts_are_the_best_of_all(rows, n, direction, each, parts):
    frame = frame_of(rows)
    pieces = [frame.iloc[part::parts] for part in range(parts)]
    reduced = pd.concat([best_rows(piece, n, "mflops", direction, each) for piece in pieces])
    sign = -1 if direction == "max" else 1
    ranked = sorted((sign * v, a, e, i) for a, e, i, v, _ in rows if not np.isnan(v))
    groups = {}
    for value, *key in ranked:
        groups.setdefault(tuple(key[:2]) if each else (), []).append((*key, sign * value))
    expected = [row for group in sorted(groups) for row in groups[group][:n]]
    for source in (frame, reduced):
        got = best_rows(source, n, "mflops", direction, each)[[*KEY, "mflops"]]
        assert list(got.itertuples(index=False, name=None)) == expected


@settings(max_examples=40)
@given(NETWORKS, st.sampled_from([[], ["archive", "experiment"]]))
def test_a_front_is_what_nothing_dominates(rows, each):
    frame = frame_of(rows)
    found = front_rows(frame, {"mflops": "min", "epochs_trained": "max"}, each)
    expected = set()
    for _, group in frame.groupby(each or (lambda _: 0)):
        marks = non_dominated(group[["mflops", "epochs_trained"]], ("minimise", "maximise"))
        expected |= set(map(tuple, group.loc[marks, list(KEY)].to_numpy()))
    assert set(map(tuple, found[list(KEY)].to_numpy())) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("partitions", [1, 2, 5])
def test_any_partitioning_gives_the_same(toys, partitions):
    again = type(toys)(toys.snapshot, toys.experiment_index)
    networks = toys.architectures.compute().sample(frac=1, random_state=3)
    again.__dict__["architectures"] = dd.from_pandas(networks, npartitions=partitions, sort=False)
    pd.testing.assert_frame_equal(again.best(4, "mflops"), toys.best(4, "mflops"))
    pd.testing.assert_frame_equal(again.pareto(), toys.pareto())


def test_measures_are_numbers_that_can_be_worth_something():
    assert {"mflops", "last_test_accuracy_percent", "parameter_count"} <= set(MEASURES)
    assert not {"architecture", "seed", "converged", "status", "source_row"} & set(MEASURES)


@pytest.mark.archives
def test_the_published_fronts_are_those_of_the_figure(real_commons):
    from vinarch.summary import pareto_points

    points = pareto_points(real_commons)
    expected = points[points["on_front"]]
    found = real_commons.pareto()
    assert set(keys(found)) == set(keys(expected))
    assert len(found) == len(expected)
    assert found.groupby("experiment")["last_val_accuracy_percent"].is_monotonic_decreasing.all()


def test_a_measurement_can_be_an_objective(toys, tmp_path):
    import shutil

    import pyarrow as pa

    from vinarch.commons import from_snapshot
    from vinarch.schema import MEASUREMENTS
    from vinarch.store import open_snapshot, write_part

    root = shutil.copytree(toys.snapshot.root, tmp_path / "commons")
    rows = [
        {"archive": "TOY", "experiment": E16, "architecture": number, "measure": "energy_kwh",
         "value": value, "unit": "kWh", "source_name": "e", "source_file": "f", "source_row": 0}
        for number, value in [(0, 5.0), (1, 1.0), (3, 2.0)]
    ]  # fmt: skip
    path = root / "snapshots/000001/measurements/archive=TOY/part-00002.parquet"
    write_part(path, MEASUREMENTS, pa.Table.from_pylist(rows, MEASUREMENTS.arrow()))
    mine = from_snapshot(open_snapshot(root), toys.experiment_index)
    assert keys(mine.best(2, "energy_kwh", direction="min")) == [(E16, 1), (E16, 3)]
    # Network 0 is worse than 3 in both; 1 is worse in accuracy only.
    found = mine.pareto({"last_val_accuracy_percent": "max", "energy_kwh": "min"})
    assert keys(found) == [(E16, 3), (E16, 1)]
    assert found["energy_kwh"].tolist() == [2.0, 1.0]
    with pytest.raises(ParameterError, match=r"'energy_kwh', got 'energy'\. Did you mean"):
        mine.best(by="energy")
    with pytest.raises(SelectionError, match="a value of parameter_count, got none of 7"):
        mine.pareto({"energy_kwh": "min", "parameter_count": "min"})
