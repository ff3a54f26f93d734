from __future__ import annotations

import math
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import FLAT_A, FLAT_B, FLAT_C, GENOME_A, GENOME_B, GENOME_C, SPACE

from vinarch.assembly import ExperimentKey, assemble
from vinarch.assembly.trainings import TrainingTerms
from vinarch.dialects.rows import SOURCE_ROWS, Records
from vinarch.schema import ARCHITECTURES, HISTORIES, REJECTS

PRINTED = {FLAT_A: GENOME_A, FLAT_B: GENOME_B, FLAT_C: GENOME_C}
KEY = ExperimentKey("TOY", "one", TrainingTerms(early_termination=True, epoch_budget=3))


def row(architecture, epoch, flat=FLAT_A, *, accuracy=50.0, **changes):
    plain = {
        "source_file": "a.csv",
        "architecture": architecture,
        "epoch": epoch,
        "flat": flat,
        "genome": PRINTED.get(flat),
        "mflops": 500.5,
        "train_accuracy_percent": 90.0,
        "val_accuracy_percent": accuracy,
        "prediction_is_inf": True,
        "converged": False,
        "genome_refused": False,
    }
    return plain | changes


def refused(architecture, flat=FLAT_A, **changes):
    return row(architecture, None, flat, expected="a number", got="'x'", **changes)


def source(*rows):
    placed = [
        {"source_row": place, "line": place + 2, **values} for place, values in enumerate(rows)
    ]
    return pa.Table.from_pylist(placed, schema=SOURCE_ROWS)


def assemble_rows(*rows, key=KEY):
    return assemble(key, [Records(source(*rows))], SPACE)


def pick(table, *names):
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_histories_are_sorted_and_keep_their_place_in_the_source():
    made = assemble_rows(row(9, 1), row(9, 0), row(4, 0, FLAT_B), row(9, 2), row(4, 1, FLAT_B))
    assert pick(made.histories, "architecture", "epoch", "source_row") == [
        (4, 0, 2),
        (4, 1, 4),
        (9, 0, 1),
        (9, 1, 0),
        (9, 2, 3),
    ]
    assert len(made.rejects) == 0
    assert made.histories.schema == HISTORIES.arrow()
    assert made.architectures.schema == ARCHITECTURES.arrow()
    assert made.rejects.schema == REJECTS.arrow()


def test_structures_are_numbered_by_first_appearance_in_the_source():
    made = assemble_rows(row(9, 0, FLAT_B), row(4, 0, FLAT_A), row(7, 0, FLAT_B), row(1, 0, FLAT_C))
    assert pick(made.architectures, "architecture", "structure", "source_row") == [
        (1, 2, 3),
        (4, 1, 1),
        (7, 0, 2),
        (9, 0, 0),
    ]
    assert pick(made.histories, "architecture", "structure") == [(1, 2), (4, 1), (7, 0), (9, 0)]
    assert made.histories["structure_id"].to_pylist() == [
        f"nsga-net-macro-3x4:{flat}" for flat in (FLAT_C, FLAT_A, FLAT_B, FLAT_B)
    ]


def test_a_training_in_brief_by_hand():
    made = assemble_rows(
        row(5, 2, accuracy=70.0, prediction_percent=88.5, prediction_is_inf=False, converged=True),
        row(5, 0, accuracy=80.0, prediction_percent=77.0, prediction_is_inf=False),
        row(5, 1, accuracy=54.0, prediction_percent=66.0, prediction_is_inf=False),
    )
    (brief,) = made.architectures.to_pylist()
    assert brief == {
        "archive": "TOY",
        "experiment": "one",
        "architecture": 5,
        "native_id": "5",
        "repeat": None,
        "seed": None,
        "genome": GENOME_A,
        "sequence": FLAT_A,
        "structure": 0,
        "structure_id": f"nsga-net-macro-3x4:{FLAT_A}",
        "canonical_id": SPACE.from_flat(FLAT_A).canonical_id,
        "generation": None,
        "search_order": None,
        "epoch_budget": 3.0,
        "mflops": 500.5,
        "parameter_count": None,
        "history_row_count": 3,
        "epochs_trained": 3.0,
        "last_val_accuracy_percent": 70.0,
        "best_val_accuracy_percent": 80.0,
        "mean_val_accuracy_percent": 68.0,
        "last_test_accuracy_percent": None,
        "last_prediction_percent": 88.5,
        "converged": True,
        "source_file": "a.csv",
        "source_row": 0,
        "rejected_rows": 0,
        "status": "ok",
    }


def test_a_missing_last_prediction_is_not_filled_from_an_earlier_epoch():
    made = assemble_rows(row(5, 0, prediction_percent=77.0), row(5, 1, prediction_percent=None))
    assert made.architectures["last_prediction_percent"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("rows", "stopped", "status"),
    [
        ([row(1, 0), row(1, 1), row(1, 2)], True, "ok"),
        ([row(1, 0), row(1, 1, converged=True)], True, "early_stopped"),
        ([row(1, 0), row(1, 1, converged=True)], False, "incomplete"),
        ([row(1, 0), row(1, 1, converged=True)], None, "incomplete"),
        ([row(1, 0), row(1, 1)], True, "incomplete"),
        ([row(1, 0), row(1, 1), row(1, 2), refused(1)], True, "incomplete"),
        ([row(1, 0, converged=True), row(1, 1)], True, "incomplete"),
    ],
)
def test_status(rows, stopped, status):
    made = assemble_rows(*rows, key=replace(KEY, terms=TrainingTerms(stopped, 3)))
    assert made.architectures["status"].to_pylist() == [status]


def test_a_refused_row_is_counted_and_its_architecture_stays():
    made = assemble_rows(row(5, 0), refused(5), row(6, 0, FLAT_B), refused(None, None))
    assert pick(made.architectures, "architecture", "epochs_trained", "rejected_rows") == [
        (5, 1, 1),
        (6, 1, 0),
    ]
    assert pick(made.rejects, "architecture", "line", "expected", "got") == [
        (5, 3, "a number", "'x'"),
        (None, 5, "a number", "'x'"),
    ]


def test_an_architecture_of_refused_rows_only_stays_without_history():
    made = assemble_rows(refused(5, mflops=None), row(6, 0, FLAT_B), refused(5, mflops=None))
    assert pick(
        made.architectures,
        "architecture",
        "history_row_count",
        "rejected_rows",
        "structure",
        "best_val_accuracy_percent",
        "converged",
        "mflops",
        "status",
    ) == [
        (5, 0, 2, 0, None, None, None, "incomplete"),
        (6, 1, 0, 1, 50.0, False, 500.5, "incomplete"),
    ]


def test_a_refused_row_lends_no_number_to_its_architecture():
    made = assemble_rows(refused(5, mflops=1.0), row(5, 1), refused(6, FLAT_B, mflops=1.0))
    assert pick(made.architectures, "architecture", "mflops") == [(5, 500.5), (6, None)]


def test_an_unreadable_genome_rejects_its_architecture_whole():
    bad = row(
        5, 1, None, expected="phase 1: 7 bits", got="6 bits", genome_refused=True, genome="[[0]]"
    )
    made = assemble_rows(row(5, 0), bad, row(6, 0, FLAT_B), refused(5))
    assert made.architectures["architecture"].to_pylist() == [6]
    assert made.architectures["structure"].to_pylist() == [0]
    assert pick(made.histories, "architecture", "epoch") == [(6, 0)]
    assert pick(made.rejects, "architecture", "line", "expected", "got") == [
        (
            5,
            2,
            "a readable genome in every row of architecture 5",
            "one in line 3 that cannot be read",
        ),
        (5, 3, "phase 1: 7 bits", "6 bits"),
        (5, 5, "a number", "'x'"),
    ]


def test_an_unreadable_genome_of_no_known_architecture_rejects_its_row_only():
    bad = row(None, 1, None, expected="phase 1: 7 bits", got="6 bits", genome_refused=True)
    made = assemble_rows(row(5, 0), bad)
    assert pick(made.architectures, "architecture", "rejected_rows") == [(5, 0)]
    assert made.rejects["line"].to_pylist() == [3]


@pytest.mark.parametrize(
    ("flats", "kept", "which", "bad_lines"),
    [
        ([FLAT_A, FLAT_B, FLAT_A], FLAT_A, "most rows", [3]),
        ([FLAT_B, FLAT_A, FLAT_A], FLAT_A, "most rows", [2]),
        ([FLAT_A, FLAT_B], FLAT_A, "the first row", [3]),
        ([FLAT_B, FLAT_A], FLAT_B, "the first row", [3]),
        ([FLAT_C, FLAT_B, FLAT_A, FLAT_A, FLAT_B], FLAT_B, "the first row", [2, 4, 5]),
    ],
)
def test_a_genome_that_contradicts_the_others_is_rejected(flats, kept, which, bad_lines):
    made = assemble_rows(*(row(5, epoch, flat) for epoch, flat in enumerate(flats)))
    assert pick(made.architectures, "genome", "rejected_rows") == [(PRINTED[kept], len(bad_lines))]
    assert pick(made.rejects, "line", "expected", "got") == [
        (line, f"genome: {kept}, as in {which} of architecture 5", flats[line - 2])
        for line in bad_lines
    ]
    assert set(made.histories["structure_id"].to_pylist()) == {f"nsga-net-macro-3x4:{kept}"}


def test_mflops_that_contradict_the_others_are_rejected():
    made = assemble_rows(row(5, 0), row(5, 1, mflops=0.0161), row(5, 2))
    assert pick(made.rejects, "line", "expected", "got") == [
        (3, "flops: 500.5, as in most rows of architecture 5", "0.0161")
    ]
    assert made.architectures["mflops"].to_pylist() == [500.5]


def test_a_second_row_for_an_epoch_is_rejected():
    made = assemble_rows(row(5, 0), row(5, 1), row(5, 0, accuracy=99.0), row(6, 0), row(5, 0))
    assert pick(made.rejects, "architecture", "line", "expected", "got") == [
        (5, 4, "one row for epoch 0 of architecture 5", "another; the first is in line 2"),
        (5, 6, "one row for epoch 0 of architecture 5", "another; the first is in line 2"),
    ]
    assert pick(made.histories, "architecture", "epoch", "val_accuracy_percent") == [
        (5, 0, 50.0),
        (5, 1, 50.0),
        (6, 0, 50.0),
    ]


def test_an_experiment_of_rejects_only_has_no_architecture():
    made = assemble_rows(refused(None, None), refused(None, None))
    assert [len(t) for t in (made.architectures, made.histories, made.rejects)] == [0, 0, 2]
    assert made.architectures.schema == ARCHITECTURES.arrow()


ROWS = st.builds(
    row,
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([FLAT_A, FLAT_A, FLAT_B]),
    accuracy=st.integers(0, 800).map(lambda eighths: eighths / 8),
    mflops=st.sampled_from([500.5, 500.5, 0.0161]),
) | st.builds(refused, st.sampled_from([None, 0, 1]), st.sampled_from([None, FLAT_A, FLAT_B]))
UNREADABLE = st.builds(
    lambda architecture: refused(architecture, None, genome_refused=True), st.integers(0, 3)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS | UNREADABLE, min_size=1, max_size=12), st.data())
def test_any_cut_into_blocks_gives_the_same_and_loses_nothing(rows, data):
    whole = source(*rows)
    made = assemble(KEY, [Records(whole)], SPACE)
    cut = data.draw(st.integers(0, len(rows)))
    blocks = [Records(whole.slice(0, cut)), Records(whole.slice(cut))]
    again = assemble(KEY, blocks, SPACE)
    assert again == made
    lines = [line for (line,) in pick(made.rejects, "line")]
    lines += [place + 2 for (place,) in pick(made.histories, "source_row")]
    assert sorted(lines) == [place + 2 for place in range(len(rows))]
    for brief in made.architectures.to_pylist():
        mine = [
            values
            for values in made.histories.to_pylist()
            if values["architecture"] == brief["architecture"]
        ]
        total = math.fsum(values["val_accuracy_percent"] for values in mine)
        assert brief["history_row_count"] == len(mine)
        assert brief["epochs_trained"] == (mine[-1]["epoch"] + 1 if mine else None)
        assert brief["mean_val_accuracy_percent"] == (
            pytest.approx(total / len(mine)) if mine else None
        )
        assert brief["last_val_accuracy_percent"] == (
            mine[-1]["val_accuracy_percent"] if mine else None
        )


STOPPED = replace(KEY, terms=TrainingTerms(early_termination=True, epoch_budget=25))


def seven_epochs():
    return [row(7, epoch, converged=epoch == 6) for epoch in range(7)]


def test_a_lost_row_counts_for_the_architecture_around_it():
    rows = seven_epochs()
    rows[3] = {"source_file": "a.csv", "expected": "8 cells", "got": "7", "genome_refused": False}
    made = assemble_rows(*rows, key=STOPPED)
    (architecture,) = made.architectures.to_pylist()
    assert (architecture["epochs_trained"], architecture["rejected_rows"]) == (7, 1)
    assert architecture["history_row_count"] == 6
    assert architecture["status"] == "incomplete"
    assert made.rejects["architecture"].to_pylist() == [7]


def test_a_lost_row_between_two_architectures_counts_for_none():
    lost = {"source_file": "a.csv", "expected": "8 cells", "got": "7", "genome_refused": False}
    made = assemble_rows(row(7, 0), lost, row(8, 0))
    assert made.architectures["rejected_rows"].to_pylist() == [0, 0]
    assert made.rejects["architecture"].to_pylist() == [None]


def test_a_history_with_a_gap_is_incomplete():
    whole = assemble_rows(*seven_epochs(), key=STOPPED)
    assert whole.architectures["status"].to_pylist() == ["early_stopped"]
    gap = [values for values in seven_epochs() if values["epoch"] != 3]
    made = assemble_rows(*gap, key=STOPPED)
    assert made.architectures["status"].to_pylist() == ["incomplete"]


def test_more_epochs_than_the_budget_are_a_whole_history():
    made = assemble_rows(*seven_epochs(), key=replace(KEY, terms=TrainingTerms(epoch_budget=5)))
    assert made.architectures["status"].to_pylist() == ["ok"]


def test_a_repeated_epoch_names_the_other_file():
    made = assemble_rows(row(5, 0), row(5, 0, source_file="b.csv"))
    assert made.rejects["got"].to_pylist() == ["another; the first is in a.csv, line 2"]
