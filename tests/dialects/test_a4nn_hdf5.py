from __future__ import annotations

import importlib

import h5py
import numpy as np
import pytest
from dialects.mutations import mutations, possible
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects import a4nn_hdf5
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import DialectError
from vinarch.genome import search_space

GENOMES = [
    [[0, 0, 0, 1, 1, 0, 1], [1, 1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 1, 0]],
    [[1, 0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 1, 1]],
    [[1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 1, 1]],
]
FLAT = "000110111000000110010"


@pytest.fixture
def trail(tmp_path):
    """A search of three networks as the workflow writes it: trained, lent, not yet trained."""

    def write(path, **datasets):
        local = tmp_path / path
        local.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(local, "w") as file:
            for name, data in datasets.items():
                file.create_dataset(name, data=data, maxshape=(None, *np.shape(data)[1:]))
        return SourceFile(f"run/{path}", local)

    def make(training=(), penguin=(), genomes=()):
        known = {
            "epoch": [0, 1, 2],
            "train_accs": [50.5, 60.5, 70.5],
            "val_accs": [40.0, 50.0, 60.0],
            "epoch_time": [9.5, 8.5, 7.5],
            "n_flops": np.array([641.7559]),
        }
        engine = {
            "epoch": [0, 1, 2],
            "converged": [False, False, True],
            "predictions": [np.inf, np.nan, 61.5],
        }
        names = {"id": ["arch_1", "arch_2", "arch_3"], "genome": GENOMES}
        lent = {"epoch": [-1], "train_accs": [70.5], "val_accs": [60.0], "n_flops": [641.7559]}
        return [
            write("global_vinarch.h5", **names | dict(genomes)),
            write("arch_1/penguin.h5", **engine | dict(penguin)),
            write("arch_1/training.h5", **known | dict(training)),
            write("arch_2/training.h5", **lent),
        ]

    return make


def read(files, side=()):
    return a4nn_hdf5.read_records(files, Reading(search_space("nsga-net-macro-3x4"), {}, side))


def test_a_trained_a_lent_and_an_untrained_network(trail):
    records = read(trail())
    rows = records.rows.to_pylist()
    names = ("native_id", "search_order", "epoch", "val_accuracy_percent", "status", "mflops")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("arch_1", 0, 0, 40, None, 641.7559),
        ("arch_1", 0, 1, 50, None, 641.7559),
        ("arch_1", 0, 2, 60, None, 641.7559),
        ("arch_2", 1, None, None, "lent", None),
        ("arch_3", 2, None, None, "not_trained", None),
    ]
    names = ("prediction_percent", "prediction_is_inf", "converged", "epoch_time_seconds")
    assert [tuple(row[name] for name in names) for row in rows[:3]] == [
        (None, True, False, 9.5),
        (None, False, False, 8.5),
        (61.5, False, True, 7.5),
    ]
    assert rows[0]["flat"] == FLAT
    assert rows[0]["genome"] == str(GENOMES[0])
    names = ("native_id", "measure", "split", "value", "unit")
    assert [tuple(row[name] for name in names) for row in records.measurements.to_pylist()] == [
        ("arch_2", "lent_train_accuracy_percent", "train", 70.5, "%"),
        ("arch_2", "lent_val_accuracy_percent", "val", 60.0, "%"),
        ("arch_2", "lent_mflops", None, 641.7559, "MFLOPs"),
    ]
    assert not [row for row in rows if row["expected"]]


def test_the_trail_is_written_back_from_what_was_read(trail):
    files = {file.path: file.local for file in trail()}
    rows = read(trail()).rows.to_pylist()
    mine = [row for row in rows if row["native_id"] == "arch_1"]
    with h5py.File(files["run/arch_1/training.h5"]) as file:
        columns = {
            "epoch": "epoch",
            "train_accs": "train_accuracy_percent",
            "val_accs": "val_accuracy_percent",
            "epoch_time": "epoch_time_seconds",
        }
        for name, column in columns.items():
            assert file[name][()].tolist() == [row[column] for row in mine]
        assert file["n_flops"][()].tolist() == [mine[0]["mflops"]]
    with h5py.File(files["run/arch_1/penguin.h5"]) as file:
        told = [np.inf if row["prediction_is_inf"] else row["prediction_percent"] for row in mine]
        np.testing.assert_array_equal(
            file["predictions"][()], [np.nan if one is None else one for one in told]
        )
        assert file["converged"][()].tolist() == [row["converged"] for row in mine]


def test_genomes_beside_the_block_serve_it_but_tell_of_no_other_network(trail):
    genomes, *others = trail()
    records = read(others, side=(genomes,))
    assert records.rows["native_id"].to_pylist() == ["arch_1"] * 3 + ["arch_2"]


@pytest.mark.parametrize(
    ("change", "expected", "got"),
    [
        (
            {"training": {"val_accs": [1.0, 2.0, 101.0]}},
            "val_accs: a number from 0 to 100",
            "101.0",
        ),
        ({"training": {"val_accs": [1.0, 2.0]}}, "val_accs: a number from 0 to 100", "none"),
        ({"training": {"train_accs": [1.0, np.nan, 3.0]}}, "train_accs: a number from 0", "nan"),
        ({"training": {"epoch": [0, 1, -1]}}, "epoch: a number from 0", "-1"),
        ({"training": {"n_flops": [1.0, 2.0]}}, "n_flops: one number of MFLOPs", "[1.0, 2.0]"),
        ({"training": {"more": [1.0]}}, "run/arch_1/training.h5: the datasets epoch, ", None),
        ({"penguin": {"predictions": [1.0]}}, "penguin.h5: datasets of one length", None),
        ({"penguin": {"converged": [0, 1, 2]}}, "converged: true or false", "2"),
        ({"penguin": {"epoch": [0, 1, 3]}}, "penguin.h5: the epochs of training.h5", "another, 3"),
        ({"genomes": {"genome": [[[0, 1]]] * 3}}, "genome: ", None),
        (
            {"genomes": {"id": ["a", "b", "c"]}},
            "genome: one of arch_1 in global_vinarch.h5",
            "none",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(trail, change, expected, got):
    rows = read(trail(**change)).rows.to_pylist()
    refused = [row for row in rows if row["expected"] and row["native_id"] == "arch_1"]
    assert len(refused) == 1
    assert refused[0]["expected"].startswith(expected) or "genome" in change
    assert got is None or refused[0]["got"] == got


def test_a_network_with_two_genomes_is_refused(trail):
    (*_, row) = [
        row
        for row in read(trail(genomes={"id": ["arch_1", "arch_2", "arch_1"]})).rows.to_pylist()
        if row["native_id"] == "arch_1"
    ]
    assert row["expected"] == "genome: one of arch_1"


def test_other_files_stop_the_run(trail, tmp_path):
    (tmp_path / "x").write_text("x")
    with pytest.raises(DialectError, match=r"^run/x\.h5: expected <network>/training\.h5, "):
        read([*trail(), SourceFile("run/x.h5", tmp_path / "x")])
    with pytest.raises(DialectError, match=r"^run/global_vinarch\.h5: expected an HDF5 file"):
        read([SourceFile("run/global_vinarch.h5", tmp_path / "x")])


def test_without_h5py_the_error_names_the_extra(trail, monkeypatch):
    def refuse(name):
        raise ImportError(name)

    files = trail()
    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(DialectError, match=r"expected the library h5py.*Install vinarch\[hdf5\]"):
        read(files)


@settings(max_examples=60)
@given(mutation=mutations(), place=st.integers(0, 3))
def test_mutated_trails_give_rows_or_refusals_or_one_error(tmp_path_factory, mutation, place):
    folder = tmp_path_factory.mktemp("trail")
    _, change = mutation
    files = []
    datasets = {
        "global_vinarch.h5": {"id": ["arch_1"], "genome": GENOMES[:1]},
        "arch_1/penguin.h5": {"converged": [True], "predictions": [61.5]},
        "arch_1/training.h5": {
            "epoch": [0],
            "train_accs": [50.5],
            "val_accs": [40.0],
            "n_flops": [641.7559],
        },
    }
    for path, columns in datasets.items():
        local = folder / path
        local.parent.mkdir(exist_ok=True)
        with h5py.File(local, "w") as file:
            for name, data in columns.items():
                file.create_dataset(name, data=data)
        files.append(SourceFile(path, local))
    local = files[place % 3].local
    local.write_bytes(change(local.read_bytes()))
    try:
        records = read(files)
    except DialectError:
        return
    assert possible(records)
