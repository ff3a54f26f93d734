from __future__ import annotations

import pickle
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dask.base import tokenize
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import TOY_FILES, ingest_files, state_of, toy_archive

import vinarch
from vinarch.commons import from_snapshot, open_commons
from vinarch.conditions import parse_condition
from vinarch.errors import ParameterError, SelectionError, StoreError
from vinarch.schema import ARCHITECTURES, EXPERIMENTS, HISTORIES, LINEAGE, MEASUREMENTS
from vinarch.store import kept_pieces, matching_networks, open_snapshot, read_kept, write_part

E14, E15, E16 = (
    "1gpu_1e14_early_termination",
    "1gpu_1e15_no_early_termination",
    "4gpu_1e16_early_termination",
)
KEY = ["archive", "experiment", "architecture"]


def refuse(*_, **__):
    pytest.fail("a Dask graph ran")


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return folder / "commons"


@pytest.fixture(scope="module")
def toys(toy_root):
    return open_commons(toy_root)


def networks(commons):
    frame = commons.architectures[KEY[1:]].compute()
    return [(name[:8], number) for name, number in frame.itertuples(index=False)]


@pytest.mark.parametrize(
    ("where", "attributes", "kept"),
    [
        ("mflops < 400", {}, [("1gpu_1e1", 7), ("1gpu_1e1", 2)]),
        ("mflops < 400", {"beam": "1e14"}, [("1gpu_1e1", 7)]),
        ("mflops < 400 and beam == '1e14'", {}, [("1gpu_1e1", 7)]),
        ("mflops < 400 or gpus == 4 and architecture > 0",
         {}, [("1gpu_1e1", 7), ("1gpu_1e1", 2), ("4gpu_1e1", 1), ("4gpu_1e1", 3)]),
        ("early_termination and epochs_trained == 2",
         {}, [("1gpu_1e1", 7), ("1gpu_1e1", 51), ("4gpu_1e1", 3)]),
        ("sequence == '100111000000001011011'",
         {}, [("1gpu_1e1", 7), ("4gpu_1e1", 1), ("4gpu_1e1", 3)]),
        ("parameter_count is null and architecture == 51", {}, [("1gpu_1e1", 51)] * 2),
        (f"experiment == '{E16}' and status != 'ok'", {}, [("4gpu_1e1", 0), ("4gpu_1e1", 1)]),
        ("archive == 'TOY' and mflops > 800", {"gpus": 1}, [("1gpu_1e1", 51)] * 2),
    ],
)  # fmt: skip
def test_conditions_by_hand(toys, where, attributes, kept):
    low = toys.select(where, **attributes)
    assert networks(low) == kept
    # Every other table tells of these networks and of no others.
    mine = low.architectures[KEY].compute()
    for table in (HISTORIES, MEASUREMENTS, LINEAGE):
        whole = getattr(toys, table.name).compute()
        key = [*KEY[:2], "child" if table is LINEAGE else "architecture"]
        expected = whole[pd.MultiIndex.from_frame(whole[key]).isin(pd.MultiIndex.from_frame(mine))]
        pd.testing.assert_frame_equal(
            getattr(low, table.name).compute().reset_index(drop=True),
            expected.reset_index(drop=True),
        )
    index = low.experiment_index
    assert index["architecture_count"].tolist() == mine.groupby("experiment").size().tolist()
    assert index["history_row_count"].sum() == len(low.histories)
    assert low.trained_experiments() == [("TOY", name) for name in sorted(set(mine["experiment"]))]
    pd.testing.assert_frame_equal(low.experiments.compute(), index)
    assert index.dtypes.to_dict() == EXPERIMENTS.empty().dtypes.to_dict()


def test_structures_are_counted_among_the_networks_kept(toys):
    low = toys.select("experiment == '4gpu_1e16_early_termination'")
    assert low.experiment_index["structure_count"].tolist() == [2]
    assert low.select("mflops < 700").experiment_index["structure_count"].tolist() == [1]
    assert repr(low.select("mflops < 700")) == (
        "Commons of 1 archive (TOY 9.0): 1 experiment, 2 architectures, 3 history rows"
    )


def test_conditions_add_up_in_any_order(toys):
    one = toys.select("mflops > 300").select("architecture < 10").select(gpus=4)
    other = toys.select("architecture < 10 and mflops > 300", gpus=4)
    assert networks(one) == networks(other) == [("4gpu_1e1", 0), ("4gpu_1e1", 1), ("4gpu_1e1", 3)]
    pd.testing.assert_frame_equal(one.experiment_index, other.experiment_index)
    twice = toys.select("mflops < 400").select("architecture > 1")
    assert networks(twice) == [("1gpu_1e1", 7), ("1gpu_1e1", 2)]
    assert len(one.histories) == len(other.histories) == 4
    with pytest.raises(SelectionError, match="select\\(gpus=…\\): expected one of 4, got 1"):
        one.select(gpus=1)


def test_a_row_of_lineage_stays_with_its_child_and_measurements_with_their_network(
    toy_root, tmp_path
):
    root = shutil.copytree(toy_root, tmp_path / "commons")
    top = open_snapshot(root).folder
    place = {"experiment": E16, "source_file": "f", "source_row": 0}
    lineage = [
        place | {"child": child, "parent": parent, "parent_number": number}
        for child, parent, number in [(1, 0, 1), (1, 3, 2), (3, 0, 1)]
    ]
    values = [
        place | {"architecture": number, "measure": "energy_kwh", "value": 1.5, "unit": "kWh",
                 "source_name": "e"}
        for number in (0, 0, 3)
    ]  # fmt: skip
    for table, told in ((LINEAGE, lineage), (MEASUREMENTS, values)):
        rows = pa.Table.from_pylist([row | {"archive": "TOY"} for row in told], table.arrow())
        write_part(top / table.name / "archive=TOY/part-00002.parquet", table, rows)
    snapshot = open_snapshot(root)
    index = snapshot.experiment_index()
    counted = index["experiment"] == E16
    index.loc[counted, ["lineage_count", "measurement_count"]] = 3
    low = from_snapshot(snapshot, index).select("architecture > 0")
    assert low.lineage[["child", "parent"]].compute().to_numpy().tolist() == [
        [1, 0],
        [1, 3],
        [3, 0],
    ]
    assert low.measurements["architecture"].compute().tolist() == [3]
    counts = low.experiment_index.set_index("experiment")
    assert counts.loc[E16, ["lineage_count", "measurement_count"]].tolist() == [3, 1]
    assert counts.loc[E14, ["lineage_count", "measurement_count"]].tolist() == [0, 0]
    assert repr(low).endswith("11 history rows, 1 measurement, 3 lineage rows")
    lower = low.select("architecture == 1")
    assert len(lower.measurements) == 0
    assert lower.lineage["parent"].compute().tolist() == [0, 3]


def test_nothing_kept_is_told(toys):
    for where in ("mflops < 0", "mflops < 0 or beam == '1e17'"):
        with pytest.raises(SelectionError) as caught:
            toys.select(where)
        assert str(caught.value) == (
            f"select: expected a network with {where}, got none of 7 in 4 experiments. "
            "A missing value meets no comparison; `is null` asks for it."
        )
    with pytest.raises(SelectionError, match=r"got 'mflop'\. Did you mean mflops"):
        toys.select("mflop < 0")
    with pytest.raises(ParameterError, match="Compare with == instead of ="):
        toys.select("mflops = 0")
    with pytest.raises(ParameterError, match="expected a condition of 1 to 20,000 characters"):
        toys.select("")


def test_selecting_runs_no_graph_and_writes_nothing(toys, toy_root):
    import dask

    before = state_of(toy_root)
    with dask.config.set(scheduler=refuse):
        low = toys.select("mflops < 400", gpus=1)
        for name in ("architectures", "histories", "measurements", "lineage", "rejects"):
            assert getattr(low, name).npartitions >= 1
        assert repr(low)
    assert state_of(toy_root) == before


def test_only_the_row_groups_left_open_are_read(toy_root, tmp_path):
    """The statistics of E14 leave no network open, so its pages may be nonsense."""
    root = shutil.copytree(toy_root, tmp_path / "commons")
    for table in ("architectures", "histories"):
        path = root / f"snapshots/000001/{table}/archive=TOY/part-00000.parquet"
        data = bytearray(path.read_bytes())
        data[4:300] = b"\xff" * 296
        path.write_bytes(data)
    low = open_commons(root).select("architecture < 5")
    assert networks(low) == [("1gpu_1e1", 2), ("4gpu_1e1", 0), ("4gpu_1e1", 1), ("4gpu_1e1", 3)]
    assert len(low.histories) == 6
    with pytest.raises(StoreError, match="expected a Parquet file of the commons, got "):
        open_commons(root).select("mflops < 1")


def test_a_selection_survives_pickling_and_has_one_token(toys):
    low = toys.select("mflops < 400")
    again = pickle.loads(pickle.dumps(low))
    assert len(again.histories) == len(low.histories) == 4
    assert tokenize(again.histories) == tokenize(low.histories)
    assert tokenize(toys.select("mflops < 400").histories) == tokenize(low.histories)
    assert tokenize(toys.select("mflops < 300").histories) != tokenize(low.histories)


def test_lengths_and_single_columns_are_those_of_the_table(toys):
    low = toys.select("mflops < 400")
    assert len(low.histories) == low.histories.shape[0].compute() == 4
    assert low.histories["epoch"].count().compute() == 4
    assert low.histories.archive.compute().tolist() == ["TOY"] * 4
    assert len(low.histories[["archive"]].compute()) == 4


def test_settings_of_the_card_can_be_asked_for(toys):
    index = toys.experiment_index.copy()
    index["setting"] = pd.array(
        ['{"optimiser": "sgd", "decay": 0.5}', '{"optimiser": "adam"}', None, '{"decay": 1}'],
        dtype=index["setting"].dtype,
    )
    told = from_snapshot(toys.snapshot, index)
    assert told.select(optimiser="sgd").experiment_index["experiment"].tolist() == [E14]
    assert told.select(decay=[0.5, 1]).experiment_index["experiment"].tolist() == [E14, E16]
    assert len(networks(told.select("optimiser == 'adam' or decay >= 1"))) == 5
    assert len(networks(told.select("optimiser is null"))) == 3
    with pytest.raises(SelectionError, match="epoch_budget, decay, optimiser, got 'optimizer'"):
        told.select(optimizer="sgd")
    with pytest.raises(SelectionError, match="expected one of 'adam', 'sgd', got 'adan'"):
        told.select(optimiser="adan")


def test_two_archives_of_equal_names_are_told_apart(tmp_path):
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "one", TOY_FILES)
    ingest_files(root, tmp_path / "two", TOY_FILES, archive=toy_archive("AND"))
    both = open_commons(root)
    low = both.select("archive == 'TOY' and mflops < 400 or archive == 'AND' and mflops > 800")
    found = low.architectures[["archive", "architecture"]].compute().to_numpy().tolist()
    assert found == [["AND", 51], ["AND", 51], ["TOY", 7], ["TOY", 2]]
    rows = low.histories[["archive", "architecture"]].compute().drop_duplicates()
    assert rows.to_numpy().tolist() == [["AND", 51], ["TOY", 7], ["TOY", 2]]
    assert low.experiment_index["archive"].tolist() == ["AND", "AND", "TOY", "TOY"]


def test_what_comes_after_a_selection_works_on_it(toys):
    low = toys.select("mflops > 300")
    found = vinarch.match(low, min_length=3).compute()
    whole = vinarch.match(toys, min_length=3).compute()
    assert set(found["experiment"]) < set(whole["experiment"]) | {E15, E16}
    statistics = low.statistics(by=None)
    assert statistics.loc[statistics["measure"] == "mflops", "n"].tolist() == [6]


# Against pandas, whatever the row groups hold.


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.integers(0, 8), st.one_of(st.none(), st.integers(0, 3))
        ),
        min_size=1, max_size=14, unique_by=lambda row: row[:2],
    ),
    st.integers(1, 5),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from("abc"),
)  # fmt: skip
def test_foreign_row_groups_are_narrowed_right(toys, tmp_path, rows, group, statistics, low, name):
    """Row groups may mix experiments and lack statistics: another program may have written them."""
    top = tmp_path / "commons"
    shutil.rmtree(top, ignore_errors=True)
    template = toys.architectures.compute().iloc[0].to_dict()
    for table in (ARCHITECTURES, HISTORIES):
        base = template if table is ARCHITECTURES else {"epoch": 0.0, "structure": 0,
            "structure_id": "s", "source_file": "f", "source_row": 0}  # fmt: skip
        base = {key: None if value is pd.NA else value for key, value in base.items()}
        made = pa.Table.from_pylist(
            [
                base | {"experiment": e, "architecture": number, "mflops": value}
                for e, number, value in rows
            ],
            schema=table.arrow().remove(0),
        )
        path = top / f"snapshots/000001/{table.name}/archive=TOY/part-00000.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(made, path, row_group_size=group, write_statistics=statistics)
    snapshot = type(toys.snapshot)(top, "000001", toys.snapshot.records)
    index = pd.concat([toys.experiment_index.iloc[:1]] * 3, ignore_index=True)
    index["experiment"] = list("abc")
    columns = {"mflops": "number", "experiment": "text"}
    condition = parse_condition(f"mflops >= {low} and experiment != '{name}'", columns)
    found = matching_networks(snapshot, index, condition, {})
    expected = [
        (e, number) for e, number, value in rows if value is not None and value >= low and e != name
    ]
    got = list(zip(found["experiment"], found["architecture"], strict=True))
    assert got == expected
    pieces = kept_pieces(snapshot, HISTORIES, index, found) if len(found) else []
    read = [row for piece in pieces for row in read_kept(piece, KEY).itertuples(index=False)]
    assert [(row.experiment, row.architecture) for row in read] == expected
    if statistics:
        groups = [rows[i : i + group] for i in range(0, len(rows), group)]
        # A row group whose experiments and numbers are all beyond those kept is not looked at.
        for piece in pieces:
            held = groups[piece.piece.row_group]
            assert min(number for _, number, _ in held) <= max(number for _, number in expected)
            assert max(number for _, number, _ in held) >= min(number for _, number in expected)


def test_read_kept_gives_the_columns_asked_for(toys):
    low = toys.select("mflops < 400", gpus=1, beam="1e14")
    (piece,) = kept_pieces(toys.snapshot, HISTORIES, low.experiment_index, low.networks)
    assert list(read_kept(piece, ["epoch", "archive"]).columns) == ["epoch", "archive"]
    assert read_kept(piece).dtypes.to_dict() == HISTORIES.empty().dtypes.to_dict()
    assert piece.networks[0][1].dtype == np.int64


@pytest.mark.archives
def test_the_published_archive_by_a_condition(real_commons):
    low = real_commons.select("mflops < 500 and status == 'early_stopped'", gpus=1)
    networks = real_commons.architectures.compute()
    expected = networks[
        (networks["mflops"] < 500)
        & (networks["status"] == "early_stopped")
        & networks["experiment"].str.startswith("1gpu")
    ]
    found = low.architectures.compute()
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True))
    assert len(found) == 15
    assert len(low.histories) == expected["history_row_count"].sum() == 228
    assert low.histories.npartitions == 2
