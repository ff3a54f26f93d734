from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import vinarch
from vinarch.errors import GenomeError, ParameterError, RejectedRowsError, StoreError

SPACE = "chain-layers"
FRAME = pd.DataFrame(
    {
        "layers": ["c m c", "c c k", "m"],
        "acc": [0.5, 0.75, None],
        "watts": [1.5, None, 2.5],
    },
    index=["net-a", "net-b", "net-c"],
)
COLUMNS = {"genome": "layers", "val_accuracy_percent": {"column": "acc", "unit": "fraction"}}


@pytest.fixture
def ingest(tmp_path):
    """Ingest a frame into a commons of the test's own."""

    def into_here(frame=FRAME, **given):
        given = {"space": SPACE, "columns": COLUMNS, "into": tmp_path / "commons"} | given
        return vinarch.ingest(frame, **given)

    return into_here


def told(commons, *names):
    frame = commons.architectures[list(names)].compute()
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.to_numpy()]


def test_a_frame_by_hand(ingest):
    commons = ingest(epoch_budget=12, task_data="CIFAR-10", objectives=["max val_accuracy_percent"])
    names = ("architecture", "native_id", "sequence", "last_val_accuracy_percent", "status")
    assert told(commons, *names) == [
        (0, "own.parquet:0", "cmc", 50.0, "ok"),
        (1, "own.parquet:1", "cck", 75.0, "ok"),
        (2, "own.parquet:2", "m", None, "not_trained"),
    ]
    row = commons.experiments.compute().iloc[0]
    assert (row["archive"], row["experiment"], row["search_space"]) == ("own", "own", SPACE)
    assert (row["task_data"], row["epoch_budget"]) == ("CIFAR-10", 12)
    assert row["objectives"] == "max val_accuracy_percent"
    assert row["measurement_count"] == 2


def test_vinarchs_own_names_need_no_mapping(ingest):
    frame = pd.DataFrame(
        {
            "native_id": ["a", "a", "b"],
            "genome": ["c", "c", "k"],
            "epoch": [1, 2, 1],
            "val_accuracy_percent": [50.0, 60.0, 70.0],
        }
    )
    commons = ingest(frame, columns=None, first_epoch=1)
    assert told(commons, "native_id", "epochs_trained", "last_val_accuracy_percent") == [
        ("a", 2.0, 60.0),
        ("b", 1.0, 70.0),
    ]
    assert len(commons.histories) == 3


def test_a_named_index_is_a_column(ingest):
    frame = FRAME.rename_axis("net")
    commons = ingest(frame, columns=COLUMNS | {"native_id": "net"})
    assert [name for (name,) in told(commons, "native_id")] == ["net-a", "net-b", "net-c"]


def test_the_same_frame_again_changes_nothing(ingest, tmp_path):
    first = ingest()
    again = ingest()
    assert again.snapshot.name == first.snapshot.name
    kept = tmp_path / "commons" / "own" / "own"
    assert sorted(path.name for path in kept.iterdir()) == [".lock", "own.parquet"]
    other = ingest(experiment="other")
    assert ingest(columns=dict(reversed(COLUMNS.items()))).snapshot.name == other.snapshot.name


def test_another_frame_takes_the_place_of_its_experiment_only(ingest):
    ingest(experiment="first", licence="CC-BY-4.0", citation="A thesis, 2024.")
    cells = pd.DataFrame({"cell": ["|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"]})
    ingest(cells, experiment="second", space="nas-bench-201", columns={"genome": "cell"})
    commons = ingest(FRAME.iloc[:1], experiment="first")
    found = commons.experiments.compute().set_index("experiment")
    assert found["architecture_count"].to_dict() == {"first": 1, "second": 1}
    assert found["search_space"].to_dict() == {"first": SPACE, "second": "nas-bench-201"}


def test_a_frame_that_cannot_be_read_leaves_the_one_before(ingest, tmp_path):
    before = ingest()
    with pytest.raises(RejectedRowsError) as caught:
        ingest(FRAME.assign(layers=["c", "x y", "q"]))
    assert str(caught.value) == (
        "ingest(frame), row 'net-b': expected layers: layers: names or characters of "
        "c=conv3x3-bn-relu, k=conv1x1-bn-relu, m=maxpool3x3, got 'x'; 2 of 3 rows cannot be read. "
        "Nothing was stored: mend the frame, or pass strict=False to store the other rows."
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    again = vinarch.open(tmp_path / "commons")
    assert again.snapshot.name == before.snapshot.name
    assert told(ingest(), "sequence") == told(before, "sequence")


def test_rows_can_be_left_out_by_wish(ingest):
    commons = ingest(FRAME.assign(layers=["c", "x", "m"]), strict=False)
    assert [name for (name,) in told(commons, "sequence")] == ["c", "m"]
    assert commons.rejects.compute()["line"].tolist() == [2]
    # Another experiment is not refused for rows that were left out of the first.
    assert len(ingest(experiment="other").experiments) == 2


def test_a_repeated_epoch_is_told_by_its_row(ingest):
    frame = pd.DataFrame(
        {"genome": ["c", "c"], "epoch": [0, 0], "train_loss": [1, 2]}, index=["x", "y"]
    )
    with pytest.raises(RejectedRowsError, match=r"row 'y': expected one row for epoch 0"):
        ingest(frame, columns=None)


@pytest.mark.parametrize("kind", ["polars", "arrow", "arrow dictionary"])
def test_other_frames(ingest, kind):
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    if kind == "polars":
        frame = pytest.importorskip("polars").from_arrow(table)
    elif kind == "arrow":
        frame = table
    else:
        frame = table.set_column(0, "layers", table["layers"].dictionary_encode())
    assert told(ingest(frame), "sequence", "last_val_accuracy_percent") == told(
        ingest(experiment="pandas").select(experiment="pandas"),
        "sequence", "last_val_accuracy_percent",
    )  # fmt: skip


def test_awkward_pandas_columns(ingest):
    frame = pd.DataFrame(
        {
            "genome": pd.Categorical(["c", "k"]),
            "seed": pd.array([1, None], dtype="Int64"),
            "generation": [0.0, None],
            "numpy": np.array([1, 2], dtype=np.uint8),
            "mixed": ["text", 3],
            "lists": [[1, 2], [3]],
            "when": pd.to_datetime(["2024-01-01", "2024-01-02"]),
            5: [1.5, 2.5],
        }
    )
    commons = ingest(frame, columns=None)
    assert told(commons, "sequence", "seed", "generation") == [("c", 1, 0), ("k", None, None)]
    measured = commons.snapshot.folder / "measurements"
    found = pd.read_parquet(measured).query("architecture == 0").set_index("measure")
    assert found["value"].dropna().to_dict() == {"numpy": 1.0, "5": 1.5}
    assert found["text"].dropna().to_dict() == {
        "mixed": "text",
        "lists": "[1, 2]",
        "when": "2024-01-01 00:00:00",
    }


BAD_CALLS = [
    ({"frame": {"genome": ["c"]}}, ParameterError, "expected a DataFrame of pandas or Polars"),
    ({"frame": FRAME.iloc[:0]}, ParameterError, "ingest(frame): expected at least one row"),
    ({"frame": FRAME.set_axis(["a", "a", "b"], axis=1)}, ParameterError, "each column once"),
    ({"space": "nope"}, GenomeError, "search space"),
    ({"space": None}, GenomeError, "search space"),
    ({"frame": FRAME.assign(experiment=["a", "b"] * 1 + ["b"] * (len(FRAME) - 2))}, ParameterError,
     "ingest(frame), column experiment: expected one experiment a call, got 2: 'a', 'b'"),
    ({"frame": FRAME.assign(x=1j)}, ParameterError, "ingest(frame), column x"),
    ({"epoch_budget": -1}, ParameterError, "a number, more than 0, got -1"),
    ({"archive": "js9fr6"}, ParameterError, "a name that no archive of the catalog has"),
    ({"archive": "all"}, ParameterError, "ingest(archive=…)"),
    ({"archive": "../x"}, ParameterError, "ingest(archive=…)"),
    ({"experiment": ".x"}, ParameterError, "ingest(experiment=…)"),
    ({"experiment": 5}, ParameterError, "ingest(experiment=…)"),
    ({"into": 5}, ParameterError, "ingest(into=…)"),
    ({"epoch_budget": 0}, ParameterError, "ingest(epoch_budget=…)"),
    ({"epoch_budget": "12"}, ParameterError, "ingest(epoch_budget=…)"),
    ({"first_epoch": -1}, ParameterError, "ingest(first_epoch=…)"),
    ({"task_data": 3}, ParameterError, "ingest(task_data=…): expected text"),
    ({"objectives": "max x"}, ParameterError, "ingest(objectives=…)"),
    ({"epoch_bugdet": 12}, ParameterError, "Did you mean 'epoch_budget'?"),
    ({"columns": {"genom": "layers"}}, ParameterError, "Did you mean 'genome'?"),
    ({"columns": {"genome": "layer"}}, ParameterError, "Did you mean 'layers'?"),
    ({"columns": {}}, ParameterError, "ingest(columns=…) genome: expected the column"),
    ({"columns": {"genome": "layers", "val_accuracy_percent": "acc"}}, ParameterError,
     "ingest(frame), column acc: expected percentages, some of them above 1"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "kind", "message"), BAD_CALLS)
def test_a_call_that_cannot_be_meant_is_refused(ingest, tmp_path, given, kind, message):
    with pytest.raises(kind) as caught:
        ingest(**given)
    assert message in str(caught.value)
    assert not list(tmp_path.rglob("*.parquet"))


def test_names_that_differ_by_case_only_are_refused(ingest):
    ingest(experiment="First")
    with pytest.raises(ParameterError, match="'first' beside 'First'"):
        ingest(experiment="first")


def test_a_damaged_kept_file_is_told(ingest, tmp_path):
    ingest(experiment="one")
    (tmp_path / "commons" / "own" / "own" / "one.parquet").write_bytes(b"no")
    with pytest.raises(StoreError, match=r"one\.parquet: expected records that vinarch\.ingest"):
        ingest(experiment="two")
    assert len(ingest(experiment="one").experiments) == 1


def test_into_the_home_by_default(home):
    commons = vinarch.ingest(FRAME, space=SPACE, columns=COLUMNS)
    assert (home / "commons" / "commons.json").is_file()
    assert repr(vinarch.open()).startswith("Commons of 1 archive (own ")
    assert len(commons.architectures) == 3


def test_a_large_frame(ingest):
    """Large frames of histories go through, each row once."""
    networks, epochs = 2_000, 50
    rng = np.random.default_rng(7)
    genomes = np.array(["c m", "k", "c k m", "m c"])
    frame = pd.DataFrame(
        {
            "native_id": np.repeat(np.arange(networks), epochs).astype(str),
            "genome": np.repeat(genomes[rng.integers(0, 4, networks)], epochs),
            "epoch": np.tile(np.arange(epochs), networks),
            "val_accuracy_percent": rng.uniform(0, 100, networks * epochs),
        }
    )
    commons = ingest(frame, columns=None)
    kept = commons.histories.compute()
    assert len(kept) == networks * epochs
    assert kept["val_accuracy_percent"].sum() == pytest.approx(frame["val_accuracy_percent"].sum())
