from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import dask
import numpy as np
import pandas as pd
import pytest
from tables import (
    GENOME_A,
    GENOME_B,
    PATH_8,
    PATH_10,
    PATH_13,
    PATH_TIMES,
    TOP,
    TOY_8,
    TOY_10,
    TOY_13,
    TOY_FILES,
    ingest_files,
    provenance_of,
    save_files,
    split_rows,
    state_of,
    table_text,
    toy_archive,
)

import vinarch
from vinarch import file_blocks, ingestion
from vinarch.commons import open_commons
from vinarch.dialects.rows import SourceFile
from vinarch.errors import CardError, DialectError, RejectedRowsError, StoreError
from vinarch.file_blocks import plan_blocks
from vinarch.ingestion import ingest
from vinarch.schema import STORED_TABLES
from vinarch.store import write_part

BAD_FILES = TOY_FILES | {PATH_8: TOY_8.replace("82.5,", "8Z.5,")}


class Told:
    """A progress that remembers."""

    def __init__(self):
        self.calls = []

    def say(self, message):
        self.calls.append(("say", message))

    def start(self, label, total, unit):
        self.calls.append(("start", label, total, unit))

    def advance(self, amount):
        self.calls.append(("advance", amount))

    def finish(self):
        self.calls.append(("finish",))


def tables_of(root):
    commons = open_commons(root)
    return {table.name: getattr(commons, table.name).compute() for table in STORED_TABLES}


def assert_same_tables(one, other, *, but=()):
    for name in one:
        pd.testing.assert_frame_equal(
            one[name].drop(columns=list(but), errors="ignore"),
            other[name].drop(columns=list(but), errors="ignore"),
        )


# Blocks.


def test_blocks_by_hand_and_in_any_order_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr(file_blocks, "BLOCK_FILES", 2)
    monkeypatch.setattr(file_blocks, "NETWORK_FILES", 1)
    names = [f"{TOP}/1gpu/no_stopping/1e14/part{n}_training_data.csv" for n in range(5)]
    files = [SourceFile(name, tmp_path / "none") for name in (PATH_10, *names, PATH_TIMES)]
    blocks = plan_blocks(toy_archive(), files)
    assert [(block.experiment, [file.path for file in block.files]) for block in blocks] == [
        ("1gpu_1e14_no_early_termination", names[:2]),
        ("1gpu_1e14_no_early_termination", names[2:4]),
        ("1gpu_1e14_no_early_termination", names[4:]),
        ("4gpu_1e16_early_termination", [PATH_10]),
    ]
    assert plan_blocks(toy_archive(), files[::-1]) == blocks


def test_blocks_end_when_they_are_large_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(file_blocks, "BLOCK_BYTES", 100)
    monkeypatch.setattr(file_blocks, "NETWORK_FILES", 1)
    paths = {f"{TOP}/1gpu/no_stopping/1e14/{n}_training_data.csv": b"x" * 60 for n in range(5)}
    blocks = plan_blocks(toy_archive(), save_files(tmp_path, paths))
    assert [len(block.files) for block in blocks] == [2, 2, 1]


def test_the_few_files_of_a_folder_stay_together(tmp_path, monkeypatch):
    monkeypatch.setattr(file_blocks, "BLOCK_FILES", 3)
    names = [
        f"{TOP}/1gpu/no_stopping/1e14/{folder}/{n}_training_data.csv"
        for folder in "abc"
        for n in range(2)
    ]
    blocks = plan_blocks(toy_archive(), [SourceFile(name, tmp_path / "none") for name in names])
    assert [[file.path for file in block.files] for block in blocks] == [names[:4], names[4:]]


def in_small_files(text):
    """Cut a table into one file an architecture, whose names keep the order of the table."""
    (_, header), *rows = split_rows(text)
    rows = [dict(zip(header, cells, strict=True)) for _, cells in rows]
    names = list(dict.fromkeys(row["arch"] for row in rows))
    return {
        f"{TOP}/4gpu/early_termination/1e16/{place:02d}_training_data.csv": table_text(
            header, [row for row in rows if row["arch"] == name]
        )
        for place, name in enumerate(names)
    }


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
@pytest.mark.parametrize("size", [1, 2, 5, 256])
def test_many_small_files_equal_one_big_one(tmp_path, monkeypatch, size, scheduler):
    monkeypatch.setattr(file_blocks, "BLOCK_FILES", size)
    monkeypatch.setattr(file_blocks, "NETWORK_FILES", 1)
    long = TOY_10 + "".join(
        f'0,{10 + n}.5,{20 + n}.5,1.5,inf,False,0.5,"{(GENOME_A, GENOME_B)[n % 2]}",5.5,{90 - n}\n'
        for n in range(10)
    )
    ingest_files(tmp_path / "big", tmp_path / "one", {PATH_10: long})
    with dask.config.set(scheduler=scheduler):
        ingest_files(tmp_path / "small", tmp_path / "many", in_small_files(long))
    places = ("source_file", "source_row", "checksums")
    assert_same_tables(tables_of(tmp_path / "big"), tables_of(tmp_path / "small"), but=places)
    assert len(open_commons(tmp_path / "small").histories) == 14


def test_processes_give_the_same(tmp_path):
    ingest_files(tmp_path / "one", tmp_path / "files", BAD_FILES)
    with dask.config.set(scheduler="processes", num_workers=2):
        ingest_files(tmp_path / "two", tmp_path / "files", BAD_FILES)
    assert_same_tables(tables_of(tmp_path / "one"), tables_of(tmp_path / "two"))


def test_two_worker_processes_ingest_the_real_archive_to_the_same_bytes(
    archives, fetched_home, home, monkeypatch, cluster
):
    monkeypatch.setenv("VINARCH_MIRROR", str(archives))
    commons = vinarch.fetch("JS9FR6")
    assert len(cluster.scheduler_info()["workers"]) == 2
    mine, theirs = (
        {
            path.relative_to(root): path.read_bytes()
            for path in sorted(root.rglob("*.parquet"))
            # The table of archives tells when they were fetched.
            if path.parent.parent.name != "archives"
        }
        for root in (home / "commons", fetched_home / "commons")
    )
    # The experiments, nine parts of networks and of histories; three tables are empty.
    assert len(mine) == 1 + 9 + 9 + 3
    assert mine == theirs
    assert len(commons.histories) == 18_290


def test_progress_counts_every_task_and_ends(tmp_path):
    archive, told = toy_archive(), Told()
    files = save_files(tmp_path / "files", TOY_FILES)
    ingest(archive, files, provenance_of(archive, files), tmp_path / "c", progress=told)
    (start,) = [call for call in told.calls if call[0] == "start"]
    assert start[0:2] == ("start", "Reading tables")
    assert start[3] == "tasks"
    assert told.calls.count(("advance", 1)) == start[2] > 0
    assert told.calls[-1] == ("finish",)


# Running again.


def test_running_again_changes_nothing(tmp_path):
    root = tmp_path / "commons"
    assert ingest_files(root, tmp_path / "files", BAD_FILES) == 1
    before = state_of(root)
    assert ingest_files(root, tmp_path / "elsewhere", dict(reversed(BAD_FILES.items()))) == 1
    assert state_of(root) == before


def test_other_files_replace_the_archive_and_nothing_else(tmp_path):
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "and", TOY_FILES, archive=toy_archive("AND"))
    ingest_files(root, tmp_path / "files", BAD_FILES)
    assert open_commons(root).rejected_row_count == 1
    other = tables_of(root)["histories"].query("archive == 'AND'")
    ingest_files(root, tmp_path / "files", {PATH_13: TOY_13})
    commons = open_commons(root)
    assert len(commons.rejects) == 0
    assert len(commons.select(archive="TOY").histories) == 4
    pd.testing.assert_frame_equal(commons.select(archive="AND").histories.compute(), other)


def test_bytes_do_not_depend_on_when_or_by_whom(tmp_path):
    for name, scheduler in (("one", "synchronous"), ("two", "threads")):
        with dask.config.set(scheduler=scheduler):
            ingest_files(tmp_path / name, tmp_path / "files", BAD_FILES)
    one, two = state_of(tmp_path / "one"), state_of(tmp_path / "two")
    assert {path: digest for path, (digest, _) in one.items()} == {
        path: digest for path, (digest, _) in two.items()
    }


# Strictness.


def test_strict_names_the_first_rejected_row_and_leaves_the_commons(tmp_path):
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "and", TOY_FILES, archive=toy_archive("AND"))
    before = state_of(root)
    with pytest.raises(RejectedRowsError) as caught:
        ingest_files(root, tmp_path / "files", BAD_FILES, strict=True)
    assert str(caught.value) == (
        f"archive TOY: expected no rejected rows (strict), got 1; the first: {PATH_8}, line 3: "
        "expected val_accs: a percentage from 0 to 100, got '8Z.5'. "
        "Mend the source, or go on without strict: the rest can be read."
    )
    assert state_of(root) == before
    assert sorted(p.name for p in (root / "snapshots").iterdir()) == ["000001"]
    assert ingest_files(root, tmp_path / "files", TOY_FILES, strict=True) == 0


def test_strict_objects_to_what_was_ingested_without(tmp_path):
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "files", BAD_FILES)
    before = state_of(root)
    with pytest.raises(RejectedRowsError) as caught:
        ingest_files(root, tmp_path / "files", BAD_FILES, strict=True)
    assert str(caught.value) == (
        "archive TOY: expected no rejected rows (strict), got 1; they are listed "
        "in the commons' table rejects. "
        "Mend the source, or go on without strict: the rest can be read."
    )
    assert state_of(root) == before


def test_tasks_that_outlive_a_failure_leave_nothing_behind(tmp_path, monkeypatch):
    """One task meets a full disk; its neighbours, in other threads, are still writing."""
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "and", TOY_FILES, archive=toy_archive("AND"))
    before = state_of(root)
    late = []

    def write(path, *rest):
        if path.name == "part-00000.parquet":
            raise StoreError(str(path), "room", "none", "")
        time.sleep(0.3)
        late.append(path)
        return write_part(path, *rest)

    monkeypatch.setattr(ingestion, "write_part", write)
    with dask.config.set(scheduler="threads", num_workers=3), pytest.raises(StoreError):
        ingest_files(root, tmp_path / "files", TOY_FILES)
    time.sleep(0.6)
    assert late
    assert state_of(root) == before
    assert [path.name for path in (root / "snapshots").iterdir()] == ["000001"]


# Names and files.


def test_an_archive_without_histories_is_an_error(tmp_path):
    with pytest.raises(DialectError) as caught:
        ingest_files(tmp_path / "c", tmp_path / "files", {PATH_TIMES: TOY_FILES[PATH_TIMES]})
    assert str(caught.value) == (
        "archive TOY: expected at least one table of training histories, "
        "got 1 files, none of them one. Look at the globs of its data card."
    )


def test_a_path_that_names_no_experiment_is_an_error(tmp_path):
    path = f"{TOP}/2gpu/early_termination/1gpu2_1e14_training_data.csv"
    with pytest.raises(CardError) as caught:
        ingest_files(tmp_path / "c", tmp_path / "files", {path: TOY_13})
    assert str(caught.value) == (
        f"{path}: expected a path that names exactly one value of gpus (1gpu, 4gpu), "
        "got none of them. "
        "Rename the file as the archive names it, or mend the rules in the data card."
    )


def test_a_wall_time_of_an_unknown_setting_is_an_error(tmp_path):
    times = TOY_FILES[PATH_TIMES].replace("4,15,", "2,15,")
    with pytest.raises(CardError) as caught:
        ingest_files(tmp_path / "c", tmp_path / "files", TOY_FILES | {PATH_TIMES: times})
    assert str(caught.value) == (
        "attribute gpus: expected one of 1, 4, got 2. "
        "Mend the source, or add a rule to the data card."
    )


def test_a_file_that_went_missing_is_an_error(tmp_path):
    archive = toy_archive()
    files = save_files(tmp_path / "files", TOY_FILES)
    provenance = provenance_of(archive, files)
    files[0].local.unlink()
    with pytest.raises(DialectError, match=r"expected a readable file, got No such file or dir"):
        ingest(archive, files, provenance, tmp_path / "c", progress=Told())


# Interruptions. One subprocess imports once and forks a child for every trial.

TRIALS = """
import json, os, random, shutil, signal, sys, time
from pathlib import Path
import dask
import pyarrow as pa
from tables import PATH_8, PATH_TIMES, TOY_FILES, ingest_files, state_of, toy_archive
from vinarch import store
from vinarch.schema import HISTORIES

top = Path(sys.argv[1])
dask.config.set(scheduler="synchronous")
pa.set_cpu_count(1)
pa.set_io_thread_count(1)


def fork(act):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return pid


def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def ingest_toys(root):
    ingest_files(root, top / "files", TOY_FILES)


def content(root):
    # A cheap look: building Dask tables would take most of the time.
    snapshot = store.open_snapshot(root)
    rows = sum(len(store.read_piece(piece)) for piece in snapshot.pieces(HISTORIES))
    return rows, [record.provenance.archive for record in snapshot.records]


def killed_at(count):
    # Die before the count-th call that changes the disk for good.
    seen = 0

    def watched(call):
        def counting(*args, **kwargs):
            nonlocal seen
            seen += 1
            if seen == count:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)
        return counting

    os.fsync = watched(os.fsync)
    for name in ("rename", "replace", "hardlink_to"):
        setattr(Path, name, watched(getattr(Path, name)))
    store.drafts.pq.write_table = watched(store.drafts.pq.write_table)


def slowly():
    for name in ("rename", "replace", "hardlink_to"):
        call = getattr(Path, name)
        setattr(Path, name, lambda *a, call=call: (time.sleep(0.02), call(*a))[1])
    sync = os.fsync
    os.fsync = lambda descriptor: (time.sleep(0.02), sync(descriptor))[1]


def verdict(root, was):
    # What a child that knows nothing finds, and after it what the next run makes of it.
    found = {}
    now = state_of(root)
    found["old_files_kept"] = was["files"].items() <= now.items()
    found["rows"], found["archives"] = content(root)
    ingest_toys(root)
    found["then"] = content(root)
    found["left"] = sorted(p.name for p in (root / "snapshots").iterdir())
    found["hidden"] = sorted(p.name for p in root.iterdir() if p.name not in (".lock",))
    (root / "verdict.json").write_text(json.dumps(found))


def trial(root, act):
    shutil.copytree(base, root)
    was = {"files": {k: v for k, v in state_of(root).items() if k != "commons.json"}}
    pid = fork(act)
    yield pid
    code = ended(pid)
    assert ended(fork(lambda: verdict(root, was))) == 0
    print(json.dumps({"code": code, **json.loads((root / "verdict.json").read_text())}))


def steps():
    for count in range(1, 200):
        root = top / f"step{count}"
        for pid in trial(root, lambda: (killed_at(count), ingest_toys(root))):
            pass
        if (last := json.loads((root / "verdict.json").read_text()))["archives"] != ["BEFORE"]:
            return


def moments():
    random.seed(2)
    for number in range(6):
        root = top / f"moment{number}"
        for pid in trial(root, lambda: (slowly(), ingest_toys(root))):
            time.sleep(random.uniform(0.05, 0.6))
            os.kill(pid, signal.SIGKILL)


def together():
    for number, names in enumerate((["TOY", "TOY"], ["TOY", "AND"])):
        root = top / f"together{number}"
        def act(name):
            slowly()
            # Each its own files: one that is being written would have another checksum.
            mine = top / f"files-{os.getpid()}"
            ingest_files(root, mine, TOY_FILES, archive=toy_archive(name))
        codes = [ended(pid) for pid in [fork(lambda: act(name)) for name in names]]
        rows, archives = content(root)
        name = store.open_snapshot(root).name
        print(json.dumps({"codes": codes, "archives": archives, "rows": rows, "snapshot": name}))


# The children inherit what a first ingestion imports.
base = top / "base"
ingest_files(base, top / "files", TOY_FILES, archive=toy_archive("BEFORE"))
if sys.argv[2] == "steps":
    TOY_FILES = {path: TOY_FILES[path] for path in (PATH_8, PATH_TIMES)}
{"steps": steps, "moments": moments, "together": together}[sys.argv[2]]()
"""


def run_trials(folder, kind):
    done = subprocess.run(
        [sys.executable, "-c", TRIALS, str(folder), kind],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks, which Windows cannot")


def assert_survived(trials, both):
    for found in trials:
        assert found["old_files_kept"]
        if found["archives"] == ["BEFORE"]:
            assert found["rows"] == 12
        else:
            assert [found["rows"], found["archives"]] == both
        assert found["then"] == both
        assert found["left"] == ["000001", "000002"]
        assert set(found["hidden"]) <= {"commons.json", "snapshots", ".commons.json.tmp"}


@needs_fork
def test_killed_before_any_step_the_old_commons_stays_and_the_next_run_finishes(tmp_path):
    trials = run_trials(tmp_path, "steps")
    assert len(trials) > 20
    assert {found["code"] for found in trials[:-1]} == {-9}
    assert all(found["archives"] == ["BEFORE"] for found in trials[:-1])
    assert_survived(trials, [16, ["BEFORE", "TOY"]])


@needs_fork
def test_killed_at_random_moments_the_old_commons_stays(tmp_path):
    trials = run_trials(tmp_path, "moments")
    assert len(trials) == 6
    assert [found["code"] for found in trials].count(-9) >= 4
    assert_survived(trials, [24, ["BEFORE", "TOY"]])


@needs_fork
def test_two_processes_at_once_both_end_well(tmp_path):
    same, two = run_trials(tmp_path, "together")
    assert same == {"codes": [0, 0], "archives": ["TOY"], "rows": 12, "snapshot": "000001"}
    assert two == {"codes": [0, 0], "archives": ["AND", "TOY"], "rows": 24, "snapshot": "000002"}


# The published archive.


def published(archives, row):
    name = {True: "_stopping", False: ""}[row["early_termination"]]
    folder = {True: "early_termination", False: "no_early_termination"}[row["early_termination"]]
    gpus, beam = row["gpus"], row["beam"]
    path = f"{TOP}/{gpus}gpu/{folder}/{gpus}gpu_{beam}{name}_training_data.csv"
    # Numbers as text: pandas' own reading of the last digit differs from release to release.
    source = pd.read_csv(archives / "JS9FR6" / path, dtype=str, keep_default_na=False)
    numbers = [n for n in source if n in {"train_accs", "val_accs", "predictions", "flops"}]
    for column in [*numbers, *(n for n in source if n.endswith("_times"))]:
        source[column] = source[column].map(float)
    for column in ("epoch", "arch"):
        source[column] = source[column].map(int)
    source["converged"] = source["converged"] == "True"
    return path, source


@pytest.mark.archives
def test_every_published_row_comes_out_at_its_place(archives, real_commons):
    for row in real_commons.experiment_index.query("status == 'ok'").to_dict("records"):
        path, source = published(archives, row)
        mine = real_commons.select(experiment=row["experiment"])
        histories = mine.histories.compute()
        assert histories["source_file"].unique().tolist() == [path]
        assert histories[["architecture", "epoch"]].apply(tuple, axis=1).is_monotonic_increasing
        histories = histories.sort_values("source_row").reset_index(drop=True)
        assert histories["source_row"].tolist() == list(range(len(source)))
        finite = np.isfinite(source["predictions"])
        for target, values in {
            "architecture": source["arch"],
            "epoch": source["epoch"],
            "train_accuracy_percent": source["train_accs"],
            "val_accuracy_percent": source["val_accs"],
            "prediction_percent": source["predictions"].where(finite),
            "prediction_is_inf": ~finite,
            "converged": source["converged"],
            "epoch_time_seconds": source.get("epoch_times", pd.Series(np.nan, source.index)),
            "engine_time_seconds": source.get("penguin_times", pd.Series(np.nan, source.index)),
        }.items():
            pd.testing.assert_series_equal(
                histories[target], values, check_names=False, check_dtype=False, check_exact=True
            )
        numbers = {genome: place for place, genome in enumerate(source["genome"].unique())}
        assert histories["structure"].tolist() == source["genome"].map(numbers).tolist()


@pytest.mark.archives
def test_every_published_training_in_brief(archives, real_commons):
    for row in real_commons.experiment_index.query("status == 'ok'").to_dict("records"):
        path, source = published(archives, row)
        brief = real_commons.select(experiment=row["experiment"]).architectures.compute()
        groups = source.sort_values("epoch", kind="stable").groupby("arch")
        last = groups.tail(1).sort_values("arch").reset_index(drop=True)
        assert brief["architecture"].tolist() == list(range(100)) == last["arch"].tolist()
        finite = np.isfinite(last["predictions"])
        first = source.reset_index().groupby("arch")["index"].min()
        for target, values in {
            "genome": last["genome"],
            "mflops": last["flops"],
            "epochs_trained": groups.size(),
            "last_val_accuracy_percent": last["val_accs"],
            "best_val_accuracy_percent": groups["val_accs"].max(),
            "mean_val_accuracy_percent": groups["val_accs"].mean(),
            "last_prediction_percent": last["predictions"].where(finite),
            "converged": last["converged"],
            "source_row": first,
        }.items():
            pd.testing.assert_series_equal(
                brief[target],
                values.reset_index(drop=True),
                check_names=False,
                check_dtype=False,
                rtol=1e-14,
            )
        whole = groups.size().to_numpy() == 25
        stopped = last["converged"].to_numpy() & row["early_termination"]
        assert (
            brief["status"].tolist()
            == np.select([whole, stopped], ["ok", "early_stopped"], "incomplete").tolist()
        )
        assert (brief["rejected_rows"] == 0).all()
        assert brief["source_file"].unique().tolist() == [path]


@pytest.mark.archives
def test_provenance_travels_with_the_tables(archives, real_commons):
    (provenance,) = real_commons.provenance
    assert len(provenance.files) == 10
    for file in provenance.files:
        data = (archives / "JS9FR6" / file.path).read_bytes()
        assert (file.size_bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
