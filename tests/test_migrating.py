from __future__ import annotations

import json
import subprocess
import sys
import threading

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tables import (
    FLAT_A,
    FLAT_B,
    FLAT_C,
    GENOME_A,
    GENOME_B,
    GENOME_C,
    PATH_8,
    PATH_10,
    PATH_13,
    TOY_FILES,
    ingest_files,
    state_of,
    toy_archive,
)

import vinarch
from vinarch.commons import open_commons
from vinarch.errors import NewerFormatError, StoreError
from vinarch.genome import search_space
from vinarch.schema import FORMAT_VERSION, STORED_TABLES
from vinarch.store import drafting, open_snapshot

E14, E15, SILENT, E16 = (
    "1gpu_1e14_early_termination",
    "1gpu_1e15_no_early_termination",
    "4gpu_1e15_no_early_termination",
    "4gpu_1e16_early_termination",
)
SPACE = "nsga-net-macro-3x4"
FLOATS = pa.list_(pa.float64())

# The tables of format 1, as vinarch 0.1 declared them.
EXPERIMENTS_1 = pa.schema(
    [
        ("experiment", pa.string()),
        ("status", pa.string()),
        ("search_space", pa.string()),
        ("gpus", pa.int64()),
        ("beam", pa.string()),
        ("early_termination", pa.bool_()),
        ("epoch_budget", pa.int64()),
        ("wall_time_seconds", pa.float64()),
        ("architecture_count", pa.int64()),
        ("structure_count", pa.int64()),
        ("history_row_count", pa.int64()),
        ("rejected_row_count", pa.int64()),
    ]
)
ARCHITECTURES_1 = pa.schema(
    [
        ("experiment", pa.string()),
        ("architecture", pa.int64()),
        ("genome", pa.string()),
        ("genome_bits", pa.binary()),
        ("structure", pa.int64()),
        ("structure_id", pa.string()),
        ("canonical_id", pa.string()),
        ("mflops", pa.float64()),
        ("epochs_trained", pa.int64()),
        ("last_val_accuracy_percent", pa.float64()),
        ("best_val_accuracy_percent", pa.float64()),
        ("mean_val_accuracy_percent", pa.float64()),
        ("last_prediction_percent", pa.float64()),
        ("converged", pa.bool_()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("rejected_rows", pa.int64()),
        ("status", pa.string()),
    ]
)
HISTORIES_1 = pa.schema(
    [
        ("experiment", pa.string()),
        ("architecture", pa.int64()),
        ("epoch", pa.int64()),
        ("structure", pa.int64()),
        ("structure_id", pa.string()),
        ("train_accuracy_percent", pa.float64()),
        ("val_accuracy_percent", pa.float64()),
        ("prediction_percent", pa.float64()),
        ("prediction_is_inf", pa.bool_()),
        ("converged", pa.bool_()),
        ("epoch_time_seconds", pa.float64()),
        ("engine_time_seconds", pa.float64()),
        ("fit_parameters", FLOATS),
        ("fitted_curve_percent", FLOATS),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
    ]
)
REJECTS_1 = pa.schema(
    [
        ("experiment", pa.string()),
        ("architecture", pa.int64()),
        ("source_file", pa.string()),
        ("line", pa.int64()),
        ("expected", pa.string()),
        ("got", pa.string()),
    ]
)
GENOMES = {FLAT_A: GENOME_A, FLAT_B: GENOME_B, FLAT_C: GENOME_C}

EXPERIMENT_ROWS = [
    # experiment, status, gpus, beam, early termination, wall time, counts
    (E14, "ok", 1, "1e14", True, 167584.0, (2, 2, 4, 0)),
    (E15, "ok", 1, "1e15", False, None, (2, 2, 4, 0)),
    (SILENT, "no_histories", 4, "1e15", False, 53672.5, (0, 0, 0, 0)),
    (E16, "ok", 4, "1e16", True, None, (3, 2, 4, 0)),
]
ARCHITECTURE_ROWS = {
    # architecture, genome, structure, MFLOPs, epochs, last, best, mean, prediction, converged,
    # first row, status
    (E14, PATH_13): [
        (7, FLAT_B, 1, 0.0161, 2, 55.0, 55.0, 52.5, 56.5, True, 2, "ok"),
        (51, FLAT_A, 0, 893.3721, 2, 75.5, 75.5, 72.875, 90.75, False, 0, "ok"),
    ],
    (E15, PATH_8): [
        (2, FLAT_C, 0, 352.8169, 2, 82.5, 82.5, 82.0, 83.5, True, 0, "ok"),
        (51, FLAT_A, 1, 893.3721, 2, 78.5, 79.5, 79.0, None, False, 2, "ok"),
    ],
    (E16, PATH_10): [
        (0, FLAT_C, 1, 700.5, 1, 69.5, 69.5, 69.5, None, False, 2, "incomplete"),
        (1, FLAT_B, 0, 641.7559, 1, 68.5, 68.5, 68.5, None, False, 3, "incomplete"),
        (3, FLAT_B, 0, 641.7559, 2, 72.5, 72.5, 72.0, 73.5, False, 0, "ok"),
    ],
}
HISTORY_ROWS = {
    # architecture, epoch, structure, genome, train, val, prediction, is inf, converged, epoch
    # time, engine time, parameters, curve, row
    (E14, PATH_13): [
        (7, 0, 1, FLAT_B, 60.5, 50.0, None, True, False, 61.5, 0.5,
         [float("inf")] * 3, [float("inf")], 2),
        (7, 1, 1, FLAT_B, 65.5, 55.0, 56.5, False, True, 62.5, 0.75,
         [56.5, 2.0, 3.0], [50.5, 56.5], 3),
        (51, 0, 0, FLAT_A, 80.5, 70.25, None, True, False, 400.5, 0.125, None, None, 0),
        (51, 1, 0, FLAT_A, 85.5, 75.5, 90.75, False, False, 60.5, 0.25,
         [90.75, 1.5, 0.25], [70.5, 75.25, 80.0, 81.125, 82.5], 1),
    ],
    (E15, PATH_8): [
        (2, 0, 0, FLAT_C, 91.5, 81.5, None, True, False, None, None, None, None, 0),
        (2, 1, 0, FLAT_C, 92.5, 82.5, 83.5, False, True, None, None, None, None, 1),
        (51, 0, 1, FLAT_A, 93.5, 79.5, None, True, False, None, None, None, None, 2),
        (51, 1, 1, FLAT_A, 94.5, 78.5, None, True, False, None, None, None, None, 3),
    ],
    (E16, PATH_10): [
        (0, 0, 1, FLAT_C, 83.5, 69.5, None, True, False, 13.5, 0.003, None, None, 2),
        (1, 0, 0, FLAT_B, 84.5, 68.5, None, True, False, 14.5, 0.004, None, None, 3),
        (3, 0, 0, FLAT_B, 81.5, 71.5, None, True, False, 11.5, 0.001, None, None, 0),
        (3, 1, 0, FLAT_B, 82.5, 72.5, 73.5, False, False, 12.5, 0.002, None, None, 1),
    ],
}  # fmt: skip


def write_1(root, archive="TOY", rejects=()):
    """Write a commons of format 1 by hand."""
    top = root / "snapshots/000001"

    def write(table, part, rows, schema):
        path = top / table / f"archive={archive}" / f"part-{part:05d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema), path)

    for table in ("experiments", "architectures", "histories", "rejects", "records"):
        (top / table).mkdir(parents=True, exist_ok=True)
    counts = ("architecture", "structure", "history_row", "rejected_row")
    write("experiments", 0, [
        {"experiment": name, "status": status, "search_space": SPACE, "gpus": gpus, "beam": beam,
         "early_termination": stopped, "epoch_budget": 2, "wall_time_seconds": seconds}
        | {f"{word}_count": number for word, number in zip(counts, numbers, strict=True)}
        for name, status, gpus, beam, stopped, seconds, numbers in EXPERIMENT_ROWS
    ], EXPERIMENTS_1)  # fmt: skip
    space = search_space(SPACE)
    for part, ((name, path), rows) in enumerate(ARCHITECTURE_ROWS.items()):
        write("architectures", part, [
            dict(zip(ARCHITECTURES_1.names, (
                name, number, GENOMES[flat], b"bits", structure, f"{SPACE}:{flat}",
                space.from_flat(flat).canonical_id, mflops, epochs, last, best, mean, prediction,
                converged, path, row, 0, status), strict=True))
            for (number, flat, structure, mflops, epochs, last, best, mean, prediction, converged,
                 row, status) in rows
        ], ARCHITECTURES_1)  # fmt: skip
    for part, ((name, path), rows) in enumerate(HISTORY_ROWS.items()):
        write("histories", part, [
            dict(zip(HISTORIES_1.names, (
                name, number, epoch, structure, f"{SPACE}:{flat}", *told, path, row), strict=True))
            for number, epoch, structure, flat, *told, row in rows
        ], HISTORIES_1)  # fmt: skip
    if rejects:
        write("rejects", 1, list(rejects), REJECTS_1)
    files = [
        {"path": path, "size_bytes": len(body.encode()), "sha256": "0" * 64}
        for path, body in sorted(TOY_FILES.items())
    ]
    record = {
        "recipe": "of old",
        "licence": "Apache-2.0 with LLVM exceptions",
        "rejected_row_count": len(rejects),
        "vinarch_version": "0.1.0",
        "provenance": {
            "archive": archive,
            "doi": "10.7910/DVN/JS9FR6",
            "version": "9.0",
            "source": "mirror: by hand",
            "fetched_at": "2026-01-02T03:04:05Z",
            "asked": [{"source": "mirror: by hand", "outcome": "gave the files"}],
            "files": files,
        },
    }
    (top / f"records/{archive}.json").write_text(json.dumps(record, indent=1))
    (root / "commons.json").write_text('{"format_version": 1, "snapshot": "000001"}')
    return root


@pytest.fixture
def old(tmp_path):
    return write_1(tmp_path / "old")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The same tables ingested by the vinarch of now."""
    folder = tmp_path_factory.mktemp("fresh")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return open_commons(folder / "commons")


FROM_THE_CARD = ["strategy", "task_data", "hardware", "objectives", "protocol"]


def test_a_commons_of_old_becomes_what_a_fresh_ingestion_gives(old, fresh):
    mine = vinarch.open(old)
    for table in STORED_TABLES:
        got, expected = (getattr(one, table.name).compute() for one in (mine, fresh))
        if table.name == "experiments":
            assert got[FROM_THE_CARD].isna().all(axis=None)
            got, expected = (frame.drop(columns=FROM_THE_CARD) for frame in (got, expected))
        if table.name == "archives":
            unknown = ["title", "citation", "checksums"]
            got, expected = (frame.drop(columns=unknown) for frame in (got, expected))
        pd.testing.assert_frame_equal(got, expected)
    assert repr(mine) == repr(fresh)


def test_the_archive_is_told_as_far_as_its_record_goes(old):
    (row,) = vinarch.open(old).archives.compute().to_dict("records")
    assert row["title"] == "TOY"
    assert row["citation"] == "TOY, version 9.0, https://doi.org/10.7910/DVN/JS9FR6"
    assert row["licence"] == "Apache-2.0 with LLVM exceptions"
    assert [file["path"] for file in row["checksums"]] == sorted(TOY_FILES)
    assert {file["sha256"] for file in row["checksums"]} == {"0" * 64}


def test_the_folder_after_it(old):
    before = state_of(old / "snapshots/000001")
    open_snapshot(old)
    assert json.loads((old / "commons.json").read_text()) == {
        "format_version": FORMAT_VERSION,
        "snapshot": "000002",
    }
    # Who has the old snapshot open reads on.
    assert state_of(old / "snapshots/000001") == before
    assert sorted(path.name for path in (old / "snapshots").iterdir()) == ["000001", "000002"]
    assert open_snapshot(old).is_whole("TOY")
    after = state_of(old)
    open_snapshot(old)
    assert state_of(old) == after


def test_several_archives_and_rejected_rows_come_along(tmp_path):
    reject = {
        "experiment": E15,
        "architecture": 2,
        "source_file": PATH_8,
        "line": 3,
        "expected": "a number",
        "got": "x",
    }
    root = write_1(tmp_path / "old", rejects=[reject, reject | {"architecture": None, "line": 4}])
    write_1(root, archive="AND")
    both = vinarch.open(root)
    assert [p.archive for p in both.provenance] == ["AND", "TOY"]
    rejects = both.rejects.compute()
    assert rejects["archive"].tolist() == ["TOY", "TOY"]
    assert rejects["architecture"].tolist() == [2, pd.NA]
    assert len(both.histories) == 24
    assert len(both.select(archive="AND").architectures) == 7


def test_the_next_fetch_reads_the_files_anew(old, tmp_path):
    """Its recipe is one of old, so what only the card knows comes in."""
    assert ingest_files(old, tmp_path / "files", TOY_FILES) == 0
    assert open_snapshot(old).name == "000003"
    assert vinarch.open(old).experiment_index["strategy"].notna().all()
    ingest_files(old, tmp_path / "files", TOY_FILES, archive=toy_archive("AND"))
    assert len(vinarch.open(old).histories) == 24


@pytest.mark.parametrize("place", [1, 2, 9, 11, 12])
def test_whoever_is_killed_leaves_the_old_one(old, place):
    """Die while the n-th of eleven files is written, or when the pointer is."""
    before = state_of(old)
    program = f"""
import os
from pathlib import Path
from vinarch.store import drafts, migrating, open_snapshot
left = {place}
def write_and_die(*arguments):
    global left
    left -= 1
    if left == 0:
        os._exit(9)
    return write(*arguments)
write, drafts.write_part, migrating.write_part = drafts.write_part, write_and_die, write_and_die
drafts.json.dumps = lambda *_, **__: os._exit(9)
open_snapshot(Path({str(old)!r}))
"""
    died = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert died.returncode == 9
    left = state_of(old)
    assert {name: left[name] for name in before} == before
    assert len(vinarch.open(old).histories) == 12
    assert sorted(path.name for path in (old / "snapshots").iterdir()) == ["000001", "000002"]


def test_several_who_open_it_at_once_bring_it_on_once(old):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(open_snapshot(old).name)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["000002"] * 4
    assert sorted(path.name for path in (old / "snapshots").iterdir()) == ["000001", "000002"]


def test_a_commons_that_cannot_be_written_says_what_to_do(old):
    # Even the superuser cannot open a folder for writing.
    (old / ".lock").mkdir()
    before = state_of(old)
    with pytest.raises(StoreError) as caught:
        vinarch.open(old)
    assert str(caught.value) == (
        f"{old}: expected a commons of format version 2, or one that can be written, to bring it "
        "to that, got an older one, and: Is a directory. Open it once where there is room and it "
        "can be written, or copy it there and open the copy with vinarch.open(path). "
        "Nothing was changed."
    )
    assert state_of(old) == before


def test_damaged_tables_of_old_are_told_and_left(old):
    path = old / "snapshots/000001/histories/archive=TOY/part-00001.parquet"
    path.write_bytes(path.read_bytes()[:-30])
    before = state_of(old)
    with pytest.raises(StoreError, match="part-00001") as caught:
        vinarch.open(old)
    assert str(caught.value).startswith(f"{path}: expected a Parquet file of the commons, got ")
    assert str(caught.value).endswith(
        "Remove the folder of the commons, or set VINARCH_HOME to another, and fetch again."
    )
    assert state_of(old) == before
    assert [path.name for path in (old / "snapshots").iterdir()] == ["000001"]


def test_a_format_before_the_first_is_refused(old):
    (old / "commons.json").write_text('{"format_version": 0, "snapshot": "000001"}')
    with pytest.raises(StoreError, match="expected a format version from 1 to 2, got version 0"):
        open_snapshot(old)


def test_a_writer_opens_it_first(old):
    with (
        pytest.raises(
            StoreError, match=r"expected format version 2, got version 1\. vinarch\.open"
        ),
        drafting(old),
    ):
        pass


def test_one_of_the_future_is_not_touched(old):
    (old / "commons.json").write_text('{"format_version": 3, "snapshot": "000001"}')
    before = state_of(old)
    with pytest.raises(NewerFormatError):
        vinarch.open(old)
    assert state_of(old) == before
