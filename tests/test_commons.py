from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest
from tables import PATH_TIMES, TOY_FILES, TOY_TIMES, ingest_files, toy_archive

from vinarch.commons import from_snapshot, open_commons
from vinarch.errors import MixedSpacesError, SelectionError
from vinarch.schema import STORED_TABLES
from vinarch.selection import SELECTABLE

E14, E15, E16 = (
    "1gpu_1e14_early_termination",
    "1gpu_1e15_no_early_termination",
    "4gpu_1e16_early_termination",
)
SILENT = "4gpu_1e15_no_early_termination"


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return folder / "commons"


@pytest.fixture
def toys(toy_root):
    return open_commons(toy_root)


def test_experiments_by_hand(toys):
    frame = toys.experiments.compute()
    assert frame["experiment"].tolist() == [E14, E15, SILENT, E16]
    assert frame["status"].tolist() == ["ok", "ok", "no_histories", "ok"]
    assert frame["gpus"].tolist() == [1, 1, 4, 4]
    assert frame["beam"].tolist() == ["1e14", "1e15", "1e15", "1e16"]
    assert frame["early_termination"].tolist() == [True, False, False, True]
    assert frame["epoch_budget"].tolist() == [2] * 4
    assert frame["wall_time_seconds"].fillna(-1).tolist() == [167584.0, -1, 53672.5, -1]
    assert frame["architecture_count"].tolist() == [2, 2, 0, 3]
    assert frame["structure_count"].tolist() == [2, 2, 0, 2]
    assert frame["history_row_count"].tolist() == [4, 4, 0, 4]
    assert frame["rejected_row_count"].tolist() == [0] * 4
    assert repr(toys) == (
        "Commons of 1 archive (TOY 9.0): 4 experiments (1 without histories), "
        "7 architectures, 12 history rows"
    )
    pd.testing.assert_frame_equal(frame, toys.experiment_index.astype(frame.dtypes))


@pytest.mark.parametrize(
    ("attributes", "experiments"),
    [
        ({}, [E14, E15, SILENT, E16]),
        ({"gpus": 1}, [E14, E15]),
        ({"gpus": [1, 4]}, [E14, E15, SILENT, E16]),
        ({"beam": ["1e14", "1e16"]}, [E14, E16]),
        ({"beam": {"1e15"}, "early_termination": False}, [E15, SILENT]),
        ({"status": "ok", "gpus": 4}, [E16]),
        ({"archive": "TOY", "experiment": E15}, [E15]),
        ({"gpus": np.int64(1), "early_termination": np.True_}, [E14]),
        ({"beam": np.array(["1e14", "1e16"])}, [E14, E16]),
        ({"beam": pd.Series(["1e15"])}, [E15, SILENT]),
        ({"gpus": pd.Index([4])}, [SILENT, E16]),
    ],
)
def test_select_confines_every_table(toys, attributes, experiments):
    low = toys.select(**attributes)
    assert low.experiment_index["experiment"].tolist() == experiments
    for table in STORED_TABLES:
        lazy, everything = getattr(low, table.name), getattr(toys, table.name).compute()
        if "experiment" in table.names:
            everything = everything[everything["experiment"].isin(experiments)]
        expected = everything.reset_index(drop=True)
        pd.testing.assert_frame_equal(lazy.compute().reset_index(drop=True), expected)
        assert len(lazy) == len(expected)
    assert [name for _, name in low.trained_experiments()] == [
        name for name in experiments if name != SILENT
    ]


@pytest.mark.parametrize("lower", [0, 1, 2])
def test_lengths_and_single_columns_are_those_of_the_table(toys, lower):
    low = toys.select(gpus=[1, 4][:lower]) if lower else toys
    rows = {0: 12, 1: 8, 2: 12}[lower]
    assert len(low.histories) == low.histories.shape[0].compute() == rows
    assert low.histories["epoch"].count().compute() == rows
    assert low.histories.archive.compute().tolist() == ["TOY"] * rows
    assert len(low.histories[["archive"]].compute()) == rows


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            {"beems": "1e14"},
            (
                "select(beems=…): expected an attribute: archive, experiment, status, "
                "search_space, strategy, task_data, hardware, protocol, gpus, beam, "
                "early_termination, epoch_budget, got 'beems'. Did you mean beam?"
            ),
        ),
        (
            {"beam": "1e17"},
            (
                "select(beam=…): expected one of '1e14', '1e15', '1e16', got '1e17'. "
                "Did you mean '1e16'?"
            ),
        ),
        (
            {"gpus": 1, "beam": "1e16"},
            (
                "select: expected an experiment with all of these attributes, "
                "got gpus=1, beam='1e16'. `commons.experiment_index` lists the experiments."
            ),
        ),
        (
            {"gpus": 2},
            "select(gpus=…): expected one of 1, 4, got 2. Pass one of these, or a list of them.",
        ),
        ({"gpus": "1"}, "select(gpus=…): expected one of 1, 4, got '1'. Did you mean 1?"),
        (
            {"gpus": True},
            "select(gpus=…): expected one of 1, 4, got True. Pass one of these, or a list of them.",
        ),
        (
            {"gpus": []},
            (
                "select(gpus=…): expected one of 1, 4, got an empty list. "
                "Pass one of these, or a list of them."
            ),
        ),
        (
            {"beam": 1e14},
            (
                "select(beam=…): expected one of '1e14', '1e15', '1e16', got 100000000000000.0. "
                "Did you mean '1e14'?"
            ),
        ),
        (
            {"early_termination": 1},
            (
                "select(early_termination=…): expected one of False, True, got 1. "
                "Pass one of these, or a list of them."
            ),
        ),
    ],
)
def test_a_selection_that_cannot_be_met_says_what_there_is(toys, attributes, message):
    with pytest.raises(SelectionError) as caught:
        toys.select(**attributes)
    assert str(caught.value) == message
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_a_commons_can_be_compared_and_kept_in_a_set(toys):
    assert toys in [toys.select(gpus=1), toys]
    assert toys != toys.select(gpus=1)
    assert len({toys, toys}) == 1


def test_every_selectable_column_is_one_of_experiments(toys):
    assert set(SELECTABLE) <= set(toys.experiment_index.columns)


def test_a_commons_survives_pickling(toys):
    again = pickle.loads(pickle.dumps(toys.select(gpus=1)))
    assert len(again.histories) == 8


def test_search_space_of_one_several_and_none(toys, tmp_path):
    assert toys.search_space() == "nsga-net-macro-3x4"
    empty = from_snapshot(toys.snapshot, toys.experiment_index.iloc[:0])
    with pytest.raises(SelectionError) as caught:
        empty.search_space()
    assert str(caught.value) == (
        "commons: expected at least one experiment, got none. Fetch an archive first."
    )
    index = toys.experiment_index.copy()
    index.loc[0, "search_space"] = "nsga-net-macro-2x3"
    mixed = from_snapshot(toys.snapshot, index)
    with pytest.raises(MixedSpacesError) as caught:
        mixed.search_space()
    assert str(caught.value) == (
        "commons: expected experiments of one search space, got nsga-net-macro-2x3 and "
        "nsga-net-macro-3x4. Select one: commons.select(search_space='nsga-net-macro-2x3')."
    )


def test_two_archives_stand_side_by_side(toys, tmp_path):
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "one", TOY_FILES)
    one = open_commons(root)
    other = {path: text.replace("80.5", "10.5") for path, text in TOY_FILES.items()}
    ingest_files(root, tmp_path / "two", other, archive=toy_archive("AND"))
    both = open_commons(root)
    assert [p.archive for p in both.provenance] == ["AND", "TOY"]
    assert len(both.histories) == 24
    for table in STORED_TABLES:
        mine = getattr(both.select(archive="TOY"), table.name).compute()
        pd.testing.assert_frame_equal(mine, getattr(one, table.name).compute())
    values = both.select(archive="AND").histories["train_accuracy_percent"].compute()
    assert 10.5 in values.tolist()
    assert 80.5 not in values.tolist()
    assert repr(both.select(archive="AND")).startswith("Commons of 1 archive (AND 9.0): ")


@pytest.mark.parametrize("table", STORED_TABLES, ids=lambda table: table.name)
def test_plain_arrow_reads_the_folders_as_hive(toys, table):
    """No vinarch is needed to read what vinarch wrote."""
    rows = ds.dataset(toys.snapshot.folder / table.name, partitioning="hive").to_table()
    expected = getattr(toys, table.name).compute()
    assert rows.num_rows == len(expected)
    if rows.num_rows:
        ordered = rows.select(list(table.names)).sort_by([(n, "ascending") for n in table.sort_key])
        frame = table.frame(ordered).astype(expected.dtypes)
        pd.testing.assert_frame_equal(frame, expected.reset_index(drop=True))


def test_wall_times_alone_add_no_histories(tmp_path):
    files = {path: text for path, text in TOY_FILES.items() if path != PATH_TIMES}
    ingest_files(tmp_path / "commons", tmp_path / "files", files)
    frame = open_commons(tmp_path / "commons").experiment_index
    assert frame["experiment"].tolist() == [E14, E15, E16]
    assert frame["wall_time_seconds"].isna().all()
    ingest_files(tmp_path / "commons", tmp_path / "more", files | {PATH_TIMES: TOY_TIMES})
    assert len(open_commons(tmp_path / "commons").experiment_index) == 4


# The published archive.


@pytest.mark.archives
def test_published_counts(real_commons):
    frame = real_commons.experiments.compute()
    trained = frame[frame["status"] == "ok"].set_index("experiment")
    assert trained["architecture_count"].tolist() == [100] * 9
    assert trained["structure_count"].to_dict() == {
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
    silent = frame[frame["status"] == "no_histories"]
    assert silent["experiment"].tolist() == [
        f"4gpu_1e{n}_no_early_termination" for n in (14, 15, 16)
    ]
    assert silent["wall_time_seconds"].tolist() == [52338.0, 53672.0, 49992.0]
    assert frame["wall_time_seconds"].notna().all()
    assert frame["history_row_count"].sum() == len(real_commons.histories) == 18_290
    assert frame["rejected_row_count"].sum() == len(real_commons.rejects) == 0
    architectures = real_commons.architectures.compute()
    assert len(architectures) == 900
    assert architectures["structure_id"].nunique() == 745
    assert (
        architectures.groupby("experiment")["structure_id"].nunique() == trained["structure_count"]
    ).all()


@pytest.mark.archives
def test_one_selected_experiment_reads_one_row_group(real_commons):
    low = real_commons.select(experiment="1gpu_1e15_no_early_termination")
    assert [
        low.experiments.npartitions,
        low.architectures.npartitions,
        low.histories.npartitions,
    ] == [1] * 3
    assert len(low.histories) == 2500
