"""The commons on disk: the only module that knows Parquet paths, partitions and format versions.

A commons is a folder of immutable snapshots and one pointer file::

    commons/
      commons.json                        format version, current snapshot
      snapshots/000001/
        records/JS9FR6.json               what was ingested, from where
        histories/archive=JS9FR6/part-00000.parquet
        …

A new snapshot is written beside the old one, which it shares unchanged files with by hard links,
and becomes visible by replacing the pointer: a reader sees the old commons or the new one, and an
interrupted writer leaves the old one as it was.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock

from vinarch.errors import NewerFormatError, StoreError
from vinarch.provenance import Provenance
from vinarch.schema import (
    ARCHITECTURES,
    EXPERIMENTS,
    FORMAT_VERSION,
    HISTORIES,
    REJECTS,
    STORED_TABLES,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_POINTER = "commons.json"
_SNAPSHOTS = "snapshots"
_RECORDS = "records"
_DRAFT_PREFIX = ".draft-"
ROW_GROUP_ROWS = 131_072
"""Most rows in a row group, and so in a partition of a lazy table."""


@dataclass(frozen=True)
class ArchiveRecord:
    """What a commons remembers of an archive's ingestion."""

    recipe: str
    """Hash of what determines the tables: files, data card, dialect revision, format version."""
    licence: str
    rejected_row_count: int
    vinarch_version: str
    provenance: Provenance


@dataclass(frozen=True)
class Piece:
    """One row group of one file, and which of its experiments are wanted (all if None)."""

    path: str
    row_group: int
    table: Table
    archive: str
    experiments: tuple[str, ...] | None


@dataclass(frozen=True)
class Snapshot:
    """One immutable state of a commons."""

    root: Path
    name: str
    records: tuple[ArchiveRecord, ...]
    """Sorted by archive."""

    @property
    def folder(self) -> Path:
        """Return the snapshot's folder."""
        return self.root / _SNAPSHOTS / self.name

    def record(self, archive: str) -> ArchiveRecord | None:
        """Return an archive's record, or None if the commons does not hold it."""
        for record in self.records:
            if record.provenance.archive == archive:
                return record
        return None

    def pieces(self, table: Table, selected: pd.DataFrame | None = None) -> list[Piece]:
        """List the row groups of a table that can hold rows of the selected experiments.

        Only Parquet footers are read: row-group statistics decide, no row is looked at.

        Parameters
        ----------
        table : Table
        selected : DataFrame with columns archive and experiment, optional
            The experiments wanted; all by default.
        """
        wanted: dict[str, tuple[str, ...]] | None = None
        if selected is not None:
            groups = selected.groupby("archive")["experiment"]
            wanted = {str(archive): tuple(sorted(names)) for archive, names in groups}
        pieces: list[Piece] = []
        for record in self.records:
            archive = record.provenance.archive
            if wanted is not None and archive not in wanted:
                continue
            names = None if wanted is None else wanted[archive]
            for path in sorted((self.folder / table.name / f"archive={archive}").glob("*.parquet")):
                pieces += _pieces_of(path, table, archive, names)
        return pieces

    def is_whole(self, archive: str) -> bool:
        """Return whether the files of an archive are all there, going by their footers."""
        mine = replace(
            self, records=tuple(r for r in self.records if r.provenance.archive == archive)
        )
        try:
            index = mine.experiment_index()
            rows = {
                table: sum(
                    pq.read_metadata(path).num_rows
                    for path in {piece.path for piece in mine.pieces(table)}
                )
                for table in (ARCHITECTURES, HISTORIES, REJECTS)
            }
        except StoreError:
            return False
        return [*rows.values()] == [
            index[f"{name}_count"].sum() for name in ("architecture", "history_row", "rejected_row")
        ]

    def experiment_index(self) -> pd.DataFrame:
        """Read the experiments table: one small row an experiment, needed to select and plan."""
        frames = [read_piece(piece) for piece in self.pieces(EXPERIMENTS)]
        if not frames:
            return EXPERIMENTS.empty()
        return pd.concat(frames, ignore_index=True)


def read_piece(piece: Piece, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read one row group as a frame of the declared dtypes.

    Parameters
    ----------
    piece : Piece
    columns : sequence of str, optional
        Which columns; Dask asks for no more than a computation needs.

    Raises
    ------
    StoreError
        If the file is gone or damaged.
    """
    names = list(piece.table.names if columns is None else columns)
    stored = [name for name in names if name != "archive"]
    extra = ["experiment"] if piece.experiments is not None else []
    try:
        with pq.ParquetFile(piece.path) as file:
            table = file.read_row_group(piece.row_group, columns=list({*stored, *extra}))
            rows = file.metadata.row_group(piece.row_group).num_rows
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            piece.path,
            "a Parquet file of the commons",
            str(error).splitlines()[0],
            "It may have been replaced since this commons was opened: open it again.",
        ) from error
    table = table.append_column("archive", pa.array([piece.archive] * rows, pa.string()))
    if piece.experiments is not None:
        table = table.filter(pc.is_in(table["experiment"], pa.array(piece.experiments)))
    return piece.table.frame(table, names)


def open_snapshot(root: Path) -> Snapshot:
    """Open the current snapshot of the commons in a folder.

    Raises
    ------
    StoreError
        If the folder holds no commons, or a damaged one.
    NewerFormatError
        If a newer vinarch wrote it.
    """
    pointer = root / _POINTER
    try:
        current = json.loads(pointer.read_text(encoding="utf-8"))
        version, name = int(current["format_version"]), str(current["snapshot"])
    except FileNotFoundError as error:
        raise StoreError(
            str(root),
            f"a commons (a folder with {_POINTER})",
            "no such file",
            "Fill one with vinarch.fetch, or set VINARCH_HOME to where yours is.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            str(pointer), "the pointer of a commons", repr(error), "Fetch into a new folder."
        ) from error
    if version > FORMAT_VERSION:
        raise NewerFormatError(
            str(pointer),
            f"format version {FORMAT_VERSION} or older",
            f"version {version}",
            "Install a newer vinarch, or set VINARCH_HOME to another folder.",
        )
    folder = root / _SNAPSHOTS / name
    if not (name.isdecimal() and folder.is_dir()):
        raise StoreError(
            str(pointer),
            "the pointer of a commons",
            f"one to snapshot {name!r}, which is not there",
            "Fetch into a new folder.",
        )
    records = sorted((folder / _RECORDS).glob("*.json"))
    return Snapshot(root, name, tuple(_read_record(path) for path in records))


@dataclass(frozen=True)
class Draft:
    """A snapshot being written; it shows nowhere until it is published."""

    root: Path
    folder: Path
    before: Snapshot | None

    def part_path(self, table: Table, archive: str, part: int) -> Path:
        """Return where a part of a table goes; parts sort by their number."""
        return self.folder / table.name / f"archive={archive}" / f"part-{part:05d}.parquet"

    def publish(self, record: ArchiveRecord) -> Snapshot:
        """Add the record and the other archives' files, and switch the pointer."""
        with _disk_errors(self.root):
            records = self.folder / _RECORDS
            records.mkdir(exist_ok=True)
            mine = record.provenance.archive
            if self.before is not None:
                self._link_others(self.before, mine)
            _write_synced(records / f"{mine}.json", _record_json(record))
            for folder in sorted({path.parent for path in self.folder.rglob("*")}):
                _sync_folder(folder)
            name = f"{int(self.before.name) + 1 if self.before else 1:06d}"
            final = self.root / _SNAPSHOTS / name
            self.folder.rename(final)
            _sync_folder(final.parent)
            pointer = {"format_version": FORMAT_VERSION, "snapshot": name}
            staged = self.root / f".{_POINTER}.tmp"
            _write_synced(staged, json.dumps(pointer, indent=1) + "\n")
            staged.replace(self.root / _POINTER)
            _sync_folder(self.root)
        return open_snapshot(self.root)

    def _link_others(self, before: Snapshot, mine: str) -> None:
        for path in sorted(before.folder.rglob("*")):
            relative = path.relative_to(before.folder)
            if f"archive={mine}" in relative.parts or path.stem == mine or path.is_dir():
                continue
            target = self.folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.hardlink_to(path)
            except OSError:
                shutil.copy2(path, target)


@contextlib.contextmanager
def drafting(root: Path) -> Iterator[Draft]:
    """Hold the commons' lock and give a draft; whatever is not published is removed.

    Leftovers of writers that were killed are removed too: the lock says that none is alive.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    if (root / _POINTER).exists():
        # A folder of a newer format must not be touched at all, so it is opened first.
        open_snapshot(root)
    with _disk_errors(root):
        (root / _SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / ".lock")
        lock.acquire()
    try:
        before = open_snapshot(root) if (root / _POINTER).exists() else None
        _remove_leftovers(root, before)
        folder = root / _SNAPSHOTS / f"{_DRAFT_PREFIX}{uuid.uuid4().hex}"
        with _disk_errors(root):
            for table in STORED_TABLES:
                (folder / table.name).mkdir(parents=True)
        try:
            yield Draft(root, folder, before)
        finally:
            _discard(folder)
    finally:
        lock.release()


def write_part(path: Path, table: Table, data: pa.Table) -> None:
    """Write one experiment's rows of a table; the file says its format version.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    stored = data.drop_columns(["archive"]).replace_schema_metadata(
        {"vinarch_format_version": str(FORMAT_VERSION), "vinarch_table": table.name}
    )
    with _disk_errors(path):
        # Not with its parents: a draft that was discarded must not come back.
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            pq.write_table(
                stored, file, row_group_size=ROW_GROUP_ROWS, compression="zstd", version="2.6"
            )
            file.flush()
            os.fsync(file.fileno())


def _pieces_of(
    path: Path, table: Table, archive: str, wanted: tuple[str, ...] | None
) -> list[Piece]:
    try:
        metadata = pq.read_metadata(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            str(path),
            "a Parquet file of the commons",
            str(error).splitlines()[0],
            "Fetch the archive again with refresh=True.",
        ) from error
    place = metadata.schema.names.index("experiment")
    pieces = []
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(place).statistics
        names = wanted
        if wanted is not None and statistics is not None and statistics.has_min_max:
            low, high = statistics.min, statistics.max
            names = tuple(name for name in wanted if low <= name <= high)
            if not names:
                continue
            if low == high:
                names = None
        pieces.append(Piece(str(path), group, table, archive, names))
    return pieces


def _discard(draft: Path) -> None:
    """Remove a draft, if it was not published, while other tasks may still be writing to it."""
    # Under another name it is out of their reach, so that nothing is added while it is removed.
    gone = draft.with_name(f"{draft.name}-gone")
    with contextlib.suppress(OSError):
        draft.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _remove_leftovers(root: Path, before: Snapshot | None) -> None:
    """Keep the current snapshot and the one before it, which readers may still have open."""
    current = int(before.name) if before else 0
    for folder in (root / _SNAPSHOTS).iterdir():
        number = int(folder.name) if folder.name.isdecimal() else -1
        if number not in {current, current - 1}:
            shutil.rmtree(folder, ignore_errors=True)


def _read_record(path: Path) -> ArchiveRecord:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["provenance"] = Provenance.from_json(json.dumps(raw["provenance"]))
        return ArchiveRecord(**raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            str(path),
            "the record of an archive",
            repr(error),
            "Fetch the archive again into a new folder.",
        ) from error


def _record_json(record: ArchiveRecord) -> str:
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows cannot open folders; there the rename alone has to do.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        got: Any = error.strerror or str(error)
        raise StoreError(
            str(error.filename or path),
            "a folder that can be written",
            got,
            "Free some space or set VINARCH_HOME to another folder; "
            "what the commons held before is untouched.",
        ) from error
