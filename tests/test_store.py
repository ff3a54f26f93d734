from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import TOY_FILES, ingest_files, state_of, toy_archive

from vinarch.commons import open_commons
from vinarch.errors import NewerFormatError, StoreError
from vinarch.schema import ARCHITECTURES, EXPERIMENTS, HISTORIES, REJECTS, STORED_TABLES
from vinarch.store import drafting, open_snapshot, read_piece, write_part

NAMES = ["a", "b", "c", "d", "e"]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A commons of the toy tables; not to be changed."""
    folder = tmp_path_factory.mktemp("published")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return folder / "commons"


@pytest.fixture
def root(published, tmp_path):
    """A copy of it, to be broken."""
    return shutil.copytree(published, tmp_path / "commons")


@pytest.fixture
def snapshot(published):
    return open_snapshot(published)


def wanted(*experiments):
    return pd.DataFrame({"archive": "TOY", "experiment": experiments})


def test_the_folder_by_hand(published):
    top = published / "snapshots/000001"
    assert json.loads((published / "commons.json").read_text()) == {
        "format_version": 2,
        "snapshot": "000001",
    }
    assert {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()} == {
        "records/TOY.json",
        "archives/archive=TOY/part-00000.parquet",
        "experiments/archive=TOY/part-00000.parquet",
        *(
            f"{table}/archive=TOY/part-0000{part}.parquet"
            for table in ("architectures", "histories")
            for part in range(3)
        ),
        # Without rows, so that any reader finds the columns.
        *(
            f"{table}/archive=TOY/part-00000.parquet"
            for table in ("measurements", "lineage", "rejects")
        ),
    }
    assert sorted(path.name for path in (published / "snapshots").iterdir()) == ["000001"]


def test_pieces_of_one_experiment_are_one_row_group_each(snapshot):
    for table in (ARCHITECTURES, HISTORIES):
        assert len(snapshot.pieces(table)) == 3
        (piece,) = snapshot.pieces(table, wanted("1gpu_1e15_no_early_termination"))
        assert piece.path.endswith(f"{table.name}/archive=TOY/part-00001.parquet")
        # Statistics say that all of its rows are wanted: nothing is left to filter.
        assert piece.experiments is None
        assert set(read_piece(piece)["experiment"]) == {"1gpu_1e15_no_early_termination"}
    assert snapshot.pieces(HISTORIES, wanted("4gpu_1e15_no_early_termination")) == []
    assert snapshot.pieces(HISTORIES, wanted("unknown")) == []
    assert snapshot.pieces(HISTORIES, pd.DataFrame({"archive": ["X"], "experiment": ["a"]})) == []
    assert snapshot.pieces(REJECTS) == []


def test_only_footers_are_read_to_plan(root):
    """Pages of a piece that is not wanted may be nonsense."""
    path = root / "snapshots/000001/histories/archive=TOY/part-00000.parquet"
    data = bytearray(path.read_bytes())
    data[4:400] = b"\xff" * 396
    path.write_bytes(data)
    broken, other, *_ = open_snapshot(root).pieces(HISTORIES)
    assert len(read_piece(other)) == 4
    with pytest.raises(StoreError) as caught:
        read_piece(broken)
    assert str(caught.value).startswith(f"{path}: expected a Parquet file of the commons, got ")
    assert str(caught.value).endswith(
        " It may have been replaced since this commons was opened: open it again."
    )


def foreign(path, experiments, *, group, statistics=True):
    """Write a histories file as another program might: row groups mix experiments."""
    rows = [
        {
            "experiment": name,
            "architecture": place,
            "epoch": 0,
            "structure": 0,
            "structure_id": "s",
            "train_accuracy_percent": 1.0,
            "val_accuracy_percent": 2.0,
            "source_file": "f",
            "source_row": place,
        }
        for place, name in enumerate(experiments)
    ]
    schema = HISTORIES.arrow().remove(0)
    table = pa.Table.from_pylist(rows, schema=schema)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=group, write_statistics=statistics)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=12),
    st.integers(1, 5),
    st.booleans(),
    st.lists(st.sampled_from([*NAMES, "", "bb"]), max_size=3, unique=True),
)
def test_foreign_row_groups_are_filtered_right(
    snapshot, tmp_path, experiments, group, statistics, names
):
    top = tmp_path / "commons"
    shutil.rmtree(top, ignore_errors=True)
    mixed = replace(snapshot, root=top)
    foreign(
        mixed.folder / "histories/archive=TOY/part-00000.parquet",
        experiments,
        group=group,
        statistics=statistics,
    )
    pieces = mixed.pieces(HISTORIES, wanted(*names))
    got = [int(n) for piece in pieces for n in read_piece(piece, ["architecture"])["architecture"]]
    assert got == [place for place, name in enumerate(experiments) if name in names]
    groups = [experiments[i : i + group] for i in range(0, len(experiments), group)]
    if statistics:
        reach = [any(min(g) <= name <= max(g) for name in names) for g in groups]
        assert [piece.row_group for piece in pieces] == [i for i, near in enumerate(reach) if near]


def test_large_experiments_are_cut_into_row_groups(tmp_path, snapshot, monkeypatch):
    monkeypatch.setattr("vinarch.store.drafts.ROW_GROUP_ROWS", 3)
    big = replace(snapshot, root=tmp_path)
    data = pa.concat_tables(
        [pa.Table.from_pandas(read_piece(p), HISTORIES.arrow()) for p in snapshot.pieces(HISTORIES)]
    )
    (big.folder / "histories").mkdir(parents=True)
    write_part(big.folder / "histories/archive=TOY/part-00000.parquet", HISTORIES, data)
    pieces = big.pieces(HISTORIES)
    assert [piece.row_group for piece in pieces] == [0, 1, 2, 3]
    assert pd.concat([read_piece(piece) for piece in pieces])["source_row"].tolist() == (
        data["source_row"].to_pylist()
    )


def test_read_piece_gives_the_columns_asked_for(snapshot):
    piece = snapshot.pieces(HISTORIES)[0]
    assert list(read_piece(piece, ["epoch", "archive"]).columns) == ["epoch", "archive"]
    mixed = replace(piece, experiments=("none",))
    frame = read_piece(mixed, ["epoch"])
    assert (list(frame.columns), len(frame)) == (["epoch"], 0)


def test_a_snapshot_that_is_gone_is_an_error_and_no_empty_table(root):
    commons = open_commons(root)
    shutil.rmtree(root / "snapshots")
    with pytest.raises(StoreError, match="expected the snapshot that this commons reads, got no"):
        _ = commons.histories


def test_no_commons_says_how_to_get_one(tmp_path):
    with pytest.raises(StoreError) as caught:
        open_snapshot(tmp_path / "none")
    assert str(caught.value) == (
        f"{tmp_path}/none: expected a commons (a folder with commons.json), got no such file. "
        "Fill one with vinarch.fetch, or set VINARCH_HOME to where yours is."
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("pointer", "got"),
    [
        ("", "something else (JSONDecodeError: Expecting value: line 1 column 1 (char 0))"),
        ("[]", "something else (TypeError: list indices must be integers or slices, not str)"),
        ('{"snapshot": "000001"}', "something else (KeyError: 'format_version')"),
        ('{"format_version": 1, "snapsh', "something else (JSONDecodeError: "),
        ("\udcff", "something else (UnicodeDecodeError: "),
        (
            '{"format_version": 1, "snapshot": "000002"}',
            "one to snapshot '000002', which is not there",
        ),
        ('{"format_version": 1, "snapshot": ".."}', "one to snapshot '..', which is not there"),
    ],
)
def test_a_damaged_pointer_is_told_and_not_written_over(root, tmp_path, pointer, got):
    (root / "commons.json").write_bytes(pointer.encode("utf-8", "surrogateescape"))
    before = state_of(root)
    for act in (open_snapshot, lambda r: ingest_files(r, tmp_path / "files", TOY_FILES)):
        with pytest.raises(StoreError) as caught:
            act(root)
        message = str(caught.value)
        assert message.startswith(
            f"{root}/commons.json: expected the pointer of a commons, got {got}"
        )
        assert message.endswith(
            ". Remove this file and fetch again, or set VINARCH_HOME to another folder."
        )
        assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert state_of(root) == before


@pytest.mark.parametrize(
    ("damage", "got"),
    [
        (lambda text: text[:-20], "something else (JSONDecodeError: "),
        (lambda text: text.replace('"licence"', '"license"'), "something else (TypeError: "),
        (lambda text: text.replace('"files"', '"filez"'), "something else (KeyError: 'files')"),
        (lambda _: "[]", "something else (TypeError: "),
        (
            lambda _: "",
            "something else (JSONDecodeError: Expecting value: line 1 column 1 (char 0))",
        ),
    ],
)
def test_a_damaged_record_is_told_and_not_written_over(root, tmp_path, damage, got):
    record = root / "snapshots/000001/records/TOY.json"
    record.write_text(damage(record.read_text()))
    before = state_of(root)
    for act in (open_snapshot, lambda r: ingest_files(r, tmp_path / "files", TOY_FILES)):
        with pytest.raises(StoreError) as caught:
            act(root)
        message = str(caught.value)
        assert message.startswith(f"{record}: expected the record of an archive, got {got}")
        assert message.endswith(". Fetch the archive again into a new folder.")
        assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert state_of(root) == before


@pytest.mark.parametrize("table", [EXPERIMENTS, ARCHITECTURES, HISTORIES], ids=lambda t: t.name)
@pytest.mark.parametrize("damage", ["cut", "empty", "junk"])
def test_a_damaged_footer_is_told_and_mended_by_the_next_ingestion(root, tmp_path, table, damage):
    path = root / f"snapshots/000001/{table.name}/archive=TOY/part-00000.parquet"
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-9], "empty": b"", "junk": data[:-40] + b"\xff" * 40}[damage])
    with pytest.raises(StoreError) as caught:
        open_snapshot(root).pieces(table)
    message = str(caught.value)
    assert message.startswith(f"{path}: expected a Parquet file of the commons, got ")
    assert message.endswith(" Fetch the archive again with refresh=True.")
    assert str(pickle.loads(pickle.dumps(caught.value))) == message
    ingest_files(root, tmp_path / "files", TOY_FILES)
    assert sum(len(read_piece(piece)) for piece in open_snapshot(root).pieces(HISTORIES)) == 12


def test_a_lost_part_is_made_anew_by_the_next_ingestion(root, tmp_path):
    (root / "snapshots/000001/histories/archive=TOY/part-00002.parquet").unlink()
    assert not open_snapshot(root).is_whole("TOY")
    ingest_files(root, tmp_path / "files", TOY_FILES)
    snapshot = open_snapshot(root)
    assert snapshot.is_whole("TOY")
    assert len(snapshot.pieces(HISTORIES)) == 3


def test_a_newer_format_is_refused_and_not_touched(root, tmp_path):
    (root / ".lock").unlink(missing_ok=True)
    pointer = root / "commons.json"
    pointer.write_text('{"format_version": 3, "snapshot": {"of": "another kind"}}')
    shutil.rmtree(root / "snapshots")
    (root / "of-the-future").write_text("x")
    before = {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]}
    for act in (open_snapshot, lambda r: ingest_files(r, tmp_path / "files", TOY_FILES)):
        with pytest.raises(NewerFormatError) as caught:
            act(root)
        message = (
            f"{pointer}: expected format version 2 or older, got version 3. "
            "Install a newer vinarch, or set VINARCH_HOME to another folder."
        )
        assert str(caught.value) == message
        assert str(pickle.loads(pickle.dumps(caught.value))) == message
    assert {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]} == before


def test_a_draft_that_is_not_published_leaves_nothing(root):
    before = state_of(root)
    with drafting(root) as draft:
        write_part(draft.part_path(REJECTS, "TOY", 0), REJECTS, REJECTS.arrow().empty_table())
        assert open_snapshot(root).name == "000001"
        assert draft.folder.exists()
    assert state_of(root) == before
    assert [path.name for path in (root / "snapshots").iterdir()] == ["000001"]


def test_leftovers_of_the_killed_are_removed(root):
    for name in (".draft-0123", "000002", "junk"):
        (root / "snapshots" / name / "histories").mkdir(parents=True)
    with drafting(root):
        pass
    assert [path.name for path in (root / "snapshots").iterdir()] == ["000001"]


def test_leftovers_of_a_first_writer_are_removed_too(tmp_path):
    (tmp_path / "new" / "snapshots" / ".draft-0123" / "histories").mkdir(parents=True)
    with drafting(tmp_path / "new"):
        pass
    assert list((tmp_path / "new" / "snapshots").iterdir()) == []


def test_the_snapshot_before_stays_readable_and_files_are_shared(root, tmp_path):
    first = open_snapshot(root)
    pieces = first.pieces(HISTORIES)
    ingest_files(root, tmp_path / "files", TOY_FILES, archive=toy_archive("AND"))
    second = open_snapshot(root)
    assert [record.provenance.archive for record in second.records] == ["AND", "TOY"]
    for table in STORED_TABLES:
        for path in (first.folder / table.name).rglob("*.parquet"):
            assert path.samefile(second.folder / path.relative_to(first.folder))
    assert sum(len(read_piece(piece)) for piece in pieces) == 12
    ingest_files(root, tmp_path / "files", TOY_FILES, archive=toy_archive("THIRD"))
    assert sorted(p.name for p in (root / "snapshots").iterdir()) == ["000002", "000003"]
    assert sum(len(read_piece(piece)) for piece in second.pieces(HISTORIES)) == 24
    ingest_files(root, tmp_path / "files", TOY_FILES, archive=toy_archive("FOURTH"))
    # The one before is kept for readers that have it open.
    assert sorted(p.name for p in (root / "snapshots").iterdir()) == ["000003", "000004"]
    with pytest.raises(StoreError, match=r"part-00000\.parquet: expected a Parquet file of the"):
        read_piece(pieces[0])
    assert len(open_snapshot(root).pieces(HISTORIES)) == 12


def test_files_are_copied_where_they_cannot_be_linked(root, tmp_path, monkeypatch):
    def refuse(self, target):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    before = {name: digest for name, (digest, _) in state_of(root / "snapshots/000001").items()}
    ingest_files(root, tmp_path / "files", TOY_FILES, archive=toy_archive("AND"))
    after = {name: digest for name, (digest, _) in state_of(root / "snapshots/000002").items()}
    assert before.items() <= after.items()
