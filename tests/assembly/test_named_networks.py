"""Sources that name their networks instead of numbering them, and tell more than histories."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import FLAT_A, FLAT_B, GENOME_A, SPACE

from vinarch.assembly import ExperimentKey, assemble
from vinarch.assembly.trainings import TrainingTerms
from vinarch.dialects.rows import LINEAGE_ROWS, MEASUREMENT_ROWS, SOURCE_ROWS, Records
from vinarch.schema import LINEAGE, MEASUREMENTS

KEY = ExperimentKey("TOY", "one", TrainingTerms(epoch_budget=12, first_epoch=1, epoch_step=None))


def network(native_id, flat=FLAT_A, **values):
    return {
        "source_file": "a.json",
        "native_id": native_id,
        "flat": flat,
        "genome": GENOME_A,
        "genome_refused": False,
    } | values


def records(*rows, measurements=(), lineage=()):
    placed = [{"source_row": place, "line": place + 1, **row} for place, row in enumerate(rows)]
    about = [
        {"source_file": "a.json", "source_row": place, "unit": "", "source_name": "x", **row}
        for place, row in enumerate(measurements)
    ]
    family = [
        {"source_file": "p.csv", "source_row": place, "line": place + 1, **row}
        for place, row in enumerate(lineage)
    ]
    return Records(
        pa.Table.from_pylist(placed, schema=SOURCE_ROWS),
        pa.Table.from_pylist(about, schema=MEASUREMENT_ROWS),
        pa.Table.from_pylist(family, schema=LINEAGE_ROWS),
    )


def made_of(*rows, key=KEY, **more):
    return assemble(key, [records(*rows, **more)], SPACE)


def pick(table, *names):
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_networks_are_numbered_by_first_appearance():
    made = made_of(network("owl", epoch=1), network("asp", epoch=1), network("owl", epoch=4))
    assert pick(made.architectures, "architecture", "native_id") == [(0, "owl"), (1, "asp")]
    assert pick(made.histories, "architecture", "epoch") == [(0, 1.0), (0, 4.0), (1, 1.0)]


def test_recorded_order_counts_before_appearance():
    made = made_of(network("owl", search_order=7), network("asp", search_order=2), network("elk"))
    assert pick(made.architectures, "architecture", "native_id", "search_order") == [
        (0, "asp", 2),
        (1, "owl", 7),
        (2, "elk", None),
    ]


def test_repeats_of_one_genome_are_architectures_of_one_structure():
    made = made_of(
        network("f00", repeat=2, last_val_accuracy_percent=70.0),
        network("f00", repeat=1, last_val_accuracy_percent=60.0),
        network("ba5", FLAT_B, repeat=1, last_val_accuracy_percent=50.0),
    )
    assert pick(
        made.architectures, "architecture", "native_id", "repeat", "structure",
        "last_val_accuracy_percent",
    ) == [(0, "f00", 2, 0, 70.0), (1, "f00", 1, 0, 60.0), (2, "ba5", 1, 1, 50.0)]  # fmt: skip


def test_a_trained_network_without_history_has_its_budget_and_its_values():
    made = made_of(network("owl", last_val_accuracy_percent=61.5, last_test_accuracy_percent=60.0))
    (row,) = made.architectures.to_pylist()
    assert len(made.histories) == 0
    assert row["history_row_count"] == 0
    assert row["epochs_trained"] == 12
    assert row["last_val_accuracy_percent"] == 61.5
    assert row["last_test_accuracy_percent"] == 60.0
    assert row["best_val_accuracy_percent"] is None
    assert row["status"] == "ok"


def test_the_last_epoch_counts_before_a_value_of_the_trained_network():
    made = made_of(
        network("owl", epoch=4, val_accuracy_percent=50.0, last_val_accuracy_percent=99.0),
        network("owl", epoch=12, test_accuracy_percent=40.0),
    )
    (row,) = made.architectures.to_pylist()
    assert row["last_val_accuracy_percent"] is None
    assert row["last_test_accuracy_percent"] == 40.0
    assert row["best_val_accuracy_percent"] == 50.0


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"status": "failed"}, "failed"),
        ({"status": "lent", "last_val_accuracy_percent": 5.0}, "lent"),
        ({}, "not_trained"),
        ({"last_test_accuracy_percent": 5.0}, "ok"),
        ({"epoch": 4, "val_accuracy_percent": 5.0}, "incomplete"),
        ({"epoch": 4, "val_accuracy_percent": 5.0, "epoch_budget": 4}, "ok"),
        ({"epoch": 12, "val_accuracy_percent": 5.0}, "ok"),
    ],
)
def test_status(values, status):
    assert made_of(network("owl", **values)).architectures["status"].to_pylist() == [status]


@pytest.mark.parametrize(("epochs", "status"), [((0.5, 1.0), "ok"), ((1.0,), "incomplete")])
def test_half_epochs_are_whole_where_none_is_missing(epochs, status):
    key = ExperimentKey("TOY", "one", TrainingTerms(epoch_budget=1, first_epoch=1, epoch_step=0.5))
    made = made_of(*(network("owl", epoch=epoch) for epoch in epochs), key=key)
    (row,) = made.architectures.to_pylist()
    assert (row["epochs_trained"], row["status"]) == (1.0, status)


def test_a_network_told_twice_is_rejected_once():
    made = made_of(network("owl", last_val_accuracy_percent=1.0), network("owl"))
    assert len(made.architectures) == 1
    assert pick(made.rejects, "line", "expected", "got") == [
        (2, "one row of architecture 0", "another; the first is in line 1")
    ]


def test_what_a_network_is_known_by_may_stand_in_any_row():
    made = made_of(
        network("owl", epoch=1),
        network("owl", epoch=2, seed=4, generation=3, parameter_count=77, mflops=1.5),
    )
    (row,) = made.architectures.to_pylist()
    assert [row[n] for n in ("seed", "generation", "parameter_count", "mflops")] == [4, 3, 77, 1.5]


def test_a_genome_may_stand_in_one_row_of_a_history():
    bare = {"flat": None, "genome": None}
    made = made_of(
        network("owl", epoch=1, val_accuracy_percent=50.0, **bare),
        network("owl", epoch=4, val_accuracy_percent=60.0, genome_refused=False),
        network("owl", epoch=12, val_accuracy_percent=70.0, **bare),
    )
    (row,) = made.architectures.to_pylist()
    assert (row["history_row_count"], row["last_val_accuracy_percent"]) == (3, 70.0)
    assert (row["genome"], row["source_row"]) == (GENOME_A, 0)
    assert len(made.histories) == 3


def test_a_history_without_any_genome_is_rejected():
    bare = {"flat": None, "genome": None}
    made = made_of(network("owl", epoch=1, **bare), network("asp", epoch=1))
    assert pick(made.architectures, "native_id") == [("asp",)]
    assert pick(made.rejects, "line", "expected", "got") == [(1, "a genome", "none")]


def test_a_row_of_nobody_is_rejected():
    made = made_of(network(None, epoch=1), network("asp", epoch=1))
    assert pick(made.rejects, "line", "expected") == [(1, "a row that says whose it is")]


def test_measurements_find_their_training():
    made = made_of(
        network("f00", repeat=1), network("f00", repeat=2),
        measurements=[
            {"native_id": "f00", "repeat": 2, "measure": "energy_kwh", "value": 0.5, "unit": "kWh"},
            {"native_id": "f00", "repeat": 1, "measure": "device", "text": "Quadro"},
        ],
    )  # fmt: skip
    assert made.measurements.schema == MEASUREMENTS.arrow()
    assert pick(made.measurements, "architecture", "measure", "value", "text") == [
        (0, "device", None, "Quadro"),
        (1, "energy_kwh", 0.5, None),
    ]


def test_a_measurement_of_nobody_is_rejected():
    made = made_of(network("owl"), measurements=[{"native_id": "asp", "measure": "x", "value": 1}])
    assert len(made.measurements) == 0
    assert pick(made.rejects, "source_file", "line", "expected", "got") == [
        ("a.json", 1, "a measurement of a network that could be read", "x of asp")
    ]


def test_lineage_finds_both_networks_and_rejects_strangers():
    made = made_of(
        network("owl"), network("asp"), network("elk"),
        lineage=[
            {"child": "elk", "parent": "asp", "parent_number": 2, "cut": 3},
            {"child": "elk", "parent": "owl", "parent_number": 1, "cut": 4},
            {"child": "elk", "parent": "gnu", "parent_number": 1},
        ],
    )  # fmt: skip
    assert made.lineage.schema == LINEAGE.arrow()
    assert pick(made.lineage, "child", "parent", "parent_number", "cut") == [
        (2, 0, 1, 4),
        (2, 1, 2, 3),
    ]
    assert pick(made.rejects, "source_file", "line", "got") == [("p.csv", 3, "elk from gnu")]


@given(st.data())
def test_any_cut_into_blocks_gives_the_same(data):
    rows = data.draw(
        st.lists(
            st.builds(
                network,
                st.sampled_from(["a", "b", "c"]),
                st.sampled_from([FLAT_A, FLAT_B]),
                epoch=st.sampled_from([None, 1.0, 2.5, 4.0]),
                repeat=st.sampled_from([None, 1, 2]),
                search_order=st.sampled_from([None, 0, 1]),
                val_accuracy_percent=st.sampled_from([None, 1.0, 2.0]),
            ),
            min_size=1,
            max_size=12,
        )
    )
    whole = records(*rows)
    cut = data.draw(st.integers(0, len(rows)))
    blocks = [Records(whole.rows[:cut]), Records(whole.rows[cut:])]
    one, two = assemble(KEY, [whole], SPACE), assemble(KEY, blocks, SPACE)
    assert one == two
    told = one.histories.num_rows + one.rejects.num_rows
    without_epoch = sum(row["epoch"] is None for row in rows)
    assert len(rows) - without_epoch <= told <= len(rows)
