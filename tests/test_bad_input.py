"""Bad input as a user meets it: each failure says what is wrong and costs nothing."""

from __future__ import annotations

import pickle
import random
import re
import shutil
import subprocess

import pytest
from tables import (
    FLAT_A,
    FLAT_B,
    GENOME_A,
    GENOME_B,
    GENOME_C,
    PATH_8,
    PATH_13,
    TOP,
    TOY_8,
    TOY_13,
    TOY_FILES,
    ingest_files,
    state_of,
    toy_archive,
)

import vinarch
from vinarch.commons import open_commons
from vinarch.errors import DialectError, NewerFormatError, RejectedRowsError, StoreError

MEND = "See docs/how-to/mend-a-file.md; if the archive is right, fetch it again."
NO_SPACE = (
    "Free some space or set VINARCH_HOME to another folder; "
    "what the commons held before is untouched."
)


@pytest.fixture
def root(tmp_path):
    """A commons that holds another archive already."""
    folder = tmp_path / "commons"
    ingest_files(folder, tmp_path / "before", TOY_FILES, archive=toy_archive("BEFORE"))
    return folder


@pytest.fixture
def fails(root, tmp_path):
    """Ingest bad files: the error is matched in full and pickled, the commons stays as it was."""

    def check(files, error, message, *, strict=False):
        before = state_of(root)
        with pytest.raises(error) as caught:
            ingest_files(root, tmp_path / "files", TOY_FILES | files, strict=strict)
        assert str(caught.value) == message
        again = pickle.loads(pickle.dumps(caught.value))
        assert (type(again), str(again)) == (error, message)
        assert state_of(root) == before
        assert len(open_commons(root).histories) == 12
        assert [p.name for p in (root / "snapshots").iterdir()] == ["000001"]

    return check


@pytest.fixture
def rejects(root, tmp_path):
    """Ingest files with bad rows: rejects and architectures of that file; strictly, an error."""

    def check(path, text, expected, architectures):
        before = state_of(root)
        strictly = (
            f"archive TOY: expected no rejected rows (strict), got {len(expected)}; "
            f"the first: {path}, line {expected[0][1]}: "
            f"expected {expected[0][2]}, got {expected[0][3]}. "
            "Mend the source, or go on without strict: the rest can be read."
        )
        with pytest.raises(RejectedRowsError, match=re.escape(strictly)):
            ingest_files(root, tmp_path / "files", TOY_FILES | {path: text}, strict=True)
        assert state_of(root) == before
        count = ingest_files(root, tmp_path / "files", TOY_FILES | {path: text})
        commons = open_commons(root).select(archive="TOY")
        found = commons.rejects.compute()
        assert found["source_file"].unique().tolist() == [path]
        names = ["architecture", "line", "expected", "got"]
        rows = found[names].astype(object).where(found[names].notna(), None)
        assert list(rows.itertuples(index=False, name=None)) == expected
        assert count == commons.rejected_row_count == len(expected)
        everything = commons.architectures.compute()
        mine = everything[everything["source_file"] == path]
        names = ["architecture", "epochs_trained", "rejected_rows", "status"]
        assert list(mine[names].itertuples(index=False, name=None)) == architectures
        assert len(commons.histories) == 12 - (4 - mine["epochs_trained"].sum())
        assert len(open_commons(root).select(archive="BEFORE").histories) == 12

    return check


# Files that are no tables.


@pytest.mark.parametrize(
    ("body", "where", "slots"),
    [
        (b"", "", "expected a CSV table, got an empty file of 0 bytes"),
        (b"\n \r\n", "", "expected a CSV table, got an empty file of 4 bytes"),
        (TOY_8[: TOY_8.index("\n") + 1], "", "expected rows below the header, got none"),
        (
            b"\x89PNG\r\n\x1a\n",
            ", line 1",
            "expected text in UTF-8, got byte 0x89 at offset 0",
        ),
        (
            TOY_8.encode().replace(b"81.5", b"\xe981.5"),
            ", line 2",
            "expected text in UTF-8, got byte 0xe9 at offset 73",
        ),
        (TOY_8.encode().replace(b"82.5", b"\0\0"), ", line 3", "expected text, got a NUL byte"),
        (
            "<!DOCTYPE html>\n<html>\n",
            ", line 1",
            (
                "expected the columns epoch, train_accs, val_accs, predictions, converged, genome, "
                "flops, arch, got a header without them: '<!DOCTYPE html>'"
            ),
        ),
        (
            TOY_8.split("\n", 1)[1],
            ", line 1",
            (
                "expected the columns epoch, train_accs, val_accs, predictions, converged, "
                "genome, flops, arch, got a header without them: '0,91.5,81.5,inf,False,"
                f'"{GENOME_C}",2,352.8169\''
            ),
        ),
    ],
)
def test_a_file_that_is_no_table_stops_the_run(fails, body, where, slots):
    fails({PATH_8: body}, DialectError, f"{PATH_8}{where}: {slots}. {MEND}")


@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_stop_the_run(root, tmp_path, seed):
    before = state_of(root)
    noise = random.Random(seed).randbytes(5000)
    with pytest.raises(DialectError, match=rf"^{PATH_8}, line \d+: expected text in UTF-8, got b"):
        ingest_files(root, tmp_path / "files", TOY_FILES | {PATH_8: noise})
    assert state_of(root) == before


def test_a_required_column_renamed(fails):
    fails(
        {PATH_8: TOY_8.replace("val_accs", "val_acc", 1)},
        DialectError,
        f"{PATH_8}, line 1: expected the columns val_accs, got a header without them: "
        "'epoch,train_accs,val_acc,predictions,converged,genome,arch,flops'. "
        f"Was a column renamed, 'val_acc' in place of 'val_accs'? {MEND}",
    )


def test_an_optional_column_renamed(fails):
    fails(
        {PATH_13: TOY_13.replace("epoch_times", "epoch_seconds", 1)},
        DialectError,
        f"{PATH_13}, line 1: expected no columns but epoch, train_accs, val_accs, predictions, "
        "converged, genome, flops, arch, epoch_times, params, function, penguin_times, "
        "architecture, got 'epoch_seconds'. "
        f"A column that is not known would be lost. {MEND}",
    )


def test_a_column_twice(fails):
    fails(
        {
            PATH_8: TOY_8.replace("train_accs", "val_accs", 1)
            .replace("\n", ",0\n")
            .replace("flops,0", "flops,train_accs", 1)
        },
        DialectError,
        f"{PATH_8}, line 1: expected each column once, got 'val_accs' twice. {MEND}",
    )


# Rows that cannot be read.


def test_cut_in_the_middle_of_a_row(rejects):
    text = TOY_13[: TOY_13.rindex("56.5,True")]
    rejects(
        PATH_13,
        text,
        [(None, 7, "13 cells", "5 cells: '1,65.5,55.0,62.5,'")],
        [(7, 1, 0, "incomplete"), (51, 2, 0, "ok")],
    )


def test_cut_in_the_last_number_51_does_not_read_5(rejects):
    lines = TOY_13.splitlines(keepends=True)
    # Architecture 51 last, and no other 5 in the file.
    text = "".join([lines[0], *lines[5:], *lines[1:5]]).removesuffix("1\n")
    rejects(
        PATH_13,
        text,
        [(None, 6, "a line end after the last row", "the end of the file after arch '5'")],
        [(7, 2, 0, "ok"), (51, 1, 0, "incomplete")],
    )


def test_cut_inside_a_quoted_array(rejects):
    text = TOY_13[: TOY_13.rindex("\n 56.5]")]
    rejects(
        PATH_13,
        text,
        [(None, 7, "13 cells", "8 cells: '1,65.5,55.0,62.5,56.5,True,[56.5 2. 3.],\"[50.5'")],
        [(7, 1, 0, "incomplete"), (51, 2, 0, "ok")],
    )


def test_letters_in_a_number(rejects):
    rejects(
        PATH_13,
        TOY_13.replace("1,65.5,55.0,", "1,65.5,5S.O,"),
        [(7, 7, "val_accs: a percentage from 0 to 100", "'5S.O'")],
        [(7, 1, 1, "incomplete"), (51, 2, 0, "ok")],
    )


def test_a_phase_of_six_bits_rejects_the_architecture_whole(rejects):
    six = GENOME_B.replace("[0, 0, 0, 0, 0, 0, 0]", "[0, 0, 0, 0, 0, 0]")
    before, after = TOY_13.rsplit(GENOME_B, 1)
    rejects(
        PATH_13,
        before + six + after,
        [
            (
                7,
                6,
                "a readable genome in every row of architecture 7",
                "one in line 7 that cannot be read",
            ),
            (
                7,
                7,
                "phase 2: 7 bits (6 connections and the skip bit)",
                "6 bits: '[0, 0, 0, 0, 0, 0]'",
            ),
        ],
        [(51, 2, 0, "ok")],
    )


def test_a_genome_that_contradicts_its_other_rows(rejects):
    before, after = TOY_8.rsplit(GENOME_A, 1)
    rejects(
        PATH_8,
        before + GENOME_B + after,
        [(51, 5, f"genome: {FLAT_A}, as in the first row of architecture 51", FLAT_B)],
        [(2, 2, 0, "ok"), (51, 1, 1, "incomplete")],
    )


def test_an_epoch_twice(rejects):
    rejects(
        PATH_8,
        TOY_8.replace("1,94.5", "0,94.5"),
        [(51, 5, "one row for epoch 0 of architecture 51", "another; the first is in line 4")],
        [(2, 2, 0, "ok"), (51, 1, 1, "incomplete")],
    )


def test_every_row_bad_leaves_an_experiment_of_rejects(rejects):
    lines = TOY_8.splitlines(keepends=True)
    rejects(
        PATH_8,
        lines[0] + "".join("1,2,3\n" for _ in range(4)),
        [(None, line, "8 cells", "3 cells: '1,2,3'") for line in (2, 3, 4, 5)],
        [],
    )


@pytest.mark.archives
def test_line_numbers_on_a_published_table(archives, root, tmp_path):
    """Arrays over many lines lie before the bad cell; the line is where an editor finds it."""
    path = f"{TOP}/1gpu/early_termination/1gpu_1e14_stopping_training_data.csv"
    text = (archives / "JS9FR6" / path).read_text()
    lines = text.splitlines(keepends=True)
    spot = next(
        n for n in range(len(lines) * 3 // 4, len(lines)) if re.match(r"\d+,\d+\.", lines[n])
    )
    epoch, accuracy, rest = lines[spot].split(",", 2)
    lines[spot] = f"{epoch},{accuracy}x,{rest}"
    assert ingest_files(root, tmp_path / "files", {path: "".join(lines)}) == 1
    (row,) = open_commons(root).rejects.compute().to_dict("records")
    assert (row["line"], row["got"]) == (spot + 1, repr(f"{accuracy}x"))
    assert row["line"] > 2000


# Disks and folders.


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own; mounting needs rights that not every machine gives."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no program to mount a small disk with")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a small disk: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, *, leave_bytes):
    free = shutil.disk_usage(folder).free
    (folder / "filler").write_bytes(b"x" * (free - leave_bytes))


@pytest.mark.parametrize("leave", [0, 4096, 16384, 40960])
def test_a_full_disk_costs_nothing_and_the_next_run_finishes(small_disk, tmp_path, leave):
    root = small_disk / "commons"
    ingest_files(root, tmp_path / "before", TOY_FILES, archive=toy_archive("BEFORE"))
    before = state_of(root)
    fill(small_disk, leave_bytes=leave)
    with pytest.raises(StoreError) as caught:
        ingest_files(root, tmp_path / "files", TOY_FILES)
    message = str(caught.value)
    assert message.startswith(f"{root}")
    assert ": expected a folder that can be written, got " in message
    assert "No space left on device" in message
    assert message.endswith(f". {NO_SPACE}")
    assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert {k: v for k, v in state_of(root).items() if not k.startswith(".commons")} == before
    assert len(open_commons(root).histories) == 12
    (small_disk / "filler").unlink()
    assert ingest_files(root, tmp_path / "files", TOY_FILES) == 0
    assert len(open_commons(root).histories) == 24


def test_a_read_only_folder(small_disk, tmp_path):
    root = small_disk / "commons"
    ingest_files(root, tmp_path / "before", TOY_FILES, archive=toy_archive("BEFORE"))
    before = state_of(root)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError) as caught:
        ingest_files(root, tmp_path / "files", TOY_FILES)
    message = (
        f"{root}/.lock: expected a folder that can be written, "
        f"got Read-only file system. {NO_SPACE}"
    )
    assert str(caught.value) == message
    assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert state_of(root) == before
    assert len(open_commons(root).histories) == 12


def test_a_new_folder_on_a_read_only_disk(small_disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError) as caught:
        ingest_files(small_disk / "commons", tmp_path / "files", TOY_FILES)
    assert str(caught.value) == (
        f"{small_disk}/commons: expected a folder that can be written, "
        f"got Read-only file system. {NO_SPACE}"
    )


def test_a_commons_below_a_regular_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError) as caught:
        ingest_files(tmp_path / "file/commons", tmp_path / "files", TOY_FILES)
    assert str(caught.value) == (
        f"{tmp_path}/file/commons/snapshots: expected a folder that can be written, "
        f"got Not a directory. {NO_SPACE}"
    )
    assert (tmp_path / "file").read_text() == "mine"


def test_snapshots_that_are_a_regular_file(tmp_path):
    (tmp_path / "commons").mkdir()
    (tmp_path / "commons/snapshots").write_text("mine")
    with pytest.raises(StoreError) as caught:
        ingest_files(tmp_path / "commons", tmp_path / "files", TOY_FILES)
    assert str(caught.value) == (
        f"{tmp_path}/commons/snapshots: expected a folder that can be written, "
        f"got File exists. {NO_SPACE}"
    )


# A commons of the future.


def test_a_newer_format_is_refused_by_open_and_by_fetch(home, tmp_path):
    mirror = tmp_path / "mirror"
    for path, text in TOY_FILES.items():
        (mirror / "JS9FR6" / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror / "JS9FR6" / path).write_text(text)
    root = home / "commons"
    assert len(vinarch.fetch("JS9FR6", mirror=str(mirror)).histories) == 12
    pointer = root / "commons.json"
    pointer.write_text(pointer.read_text().replace('"format_version": 2', '"format_version": 3'))
    before = state_of(root)
    message = (
        f"{pointer}: expected format version 2 or older, got version 3. "
        "Install a newer vinarch, or set VINARCH_HOME to another folder."
    )
    for act in (
        vinarch.open,
        lambda: vinarch.open(root),
        lambda: vinarch.fetch("JS9FR6", mirror=str(mirror)),
        lambda: vinarch.fetch("JS9FR6", mirror=str(mirror), refresh=True),
    ):
        with pytest.raises(NewerFormatError) as caught:
            act()
        assert str(caught.value) == message
        assert state_of(root) == before


def test_a_copy_of_a_table_under_another_name_is_refused(archives, home, tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    shutil.copytree(archives / "JS9FR6", mirror / "JS9FR6")
    top = "icpp_training_results"
    genuine = f"{top}/1gpu/early_termination/1gpu_1e14_stopping_training_data.csv"
    copy = f"{top}/0copy/early_termination/1gpu_1e14_stopping_training_data.csv"
    target = mirror / "JS9FR6" / copy
    for folder in [mirror, *mirror.rglob("*")]:
        folder.chmod(0o755 if folder.is_dir() else 0o644)
    target.parent.mkdir(parents=True)
    shutil.copy(mirror / "JS9FR6" / genuine, target)
    monkeypatch.setenv("VINARCH_MIRROR", str(mirror))
    with pytest.raises(DialectError) as caught:
        vinarch.fetch("JS9FR6")
    assert str(caught.value) == (
        f"{genuine}: expected one file of the experiment 1gpu_1e14_early_termination, "
        f"got another, {copy}. Remove the one that is not the archive's."
    )
