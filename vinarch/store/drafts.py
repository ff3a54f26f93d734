"""Write a commons to disk: a draft beside the snapshots, published by switching one pointer.

A lock lets one writer work at a time, so that leftovers of killed writers can be told.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from vinarch.errors import StoreError
from vinarch.progress import LogProgress, Progress
from vinarch.schema import FORMAT_VERSION, STORED_TABLES, Table
from vinarch.store.holds import held_names
from vinarch.store.snapshots import (
    POINTER,
    RECORDS,
    SNAPSHOTS,
    ArchiveRecord,
    Snapshot,
    has_commons,
    open_snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

_DRAFT_PREFIX = ".draft-"
ROW_GROUP_ROWS = 131_072
"""Most rows in a row group, and so in a partition of a lazy table."""


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
        mine = record.provenance.archive
        fill_empty(self.folder, mine)
        with _disk_errors(self.root):
            records = self.folder / RECORDS
            records.mkdir(exist_ok=True)
            if self.before is not None:
                self._link_others(self.before, mine)
            _write_synced(records / f"{mine}.json", _record_json(record))
        return publish_folder(self.root, self.folder, int(self.before.name) if self.before else 0)

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


def publish_folder(root: Path, folder: Path, before: int) -> Snapshot:
    """Make a folder the current snapshot, the one after the number `before`.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    with _disk_errors(root):
        for inside in sorted({path.parent for path in folder.rglob("*")}):
            _sync_folder(inside)
        name = f"{before + 1:06d}"
        final = root / SNAPSHOTS / name
        folder.rename(final)
        _sync_folder(final.parent)
        pointer = {"format_version": FORMAT_VERSION, "snapshot": name}
        staged = root / f".{POINTER}.tmp"
        _write_synced(staged, json.dumps(pointer, indent=1) + "\n")
        staged.replace(root / POINTER)
        _sync_folder(root)
    published = open_snapshot(root)
    remove_leftovers(root, before + 1)
    return published


def fill_empty(folder: Path, archive: str) -> None:
    """Give an archive a part without rows of each table that it has none of.

    Readers that know nothing of vinarch then find a file, and in it the columns.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    for table in STORED_TABLES:
        path = folder / table.name / f"archive={archive}" / "part-00000.parquet"
        if not path.parent.is_dir():
            write_part(path, table, table.arrow().empty_table())


@contextlib.contextmanager
def locked(root: Path, progress: Progress | None = None) -> Iterator[None]:
    """Hold the lock of a commons, so that no other process writes to it.

    Waiting for another writer is told to `progress`.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    with _disk_errors(root):
        (root / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress = progress or LogProgress()
            progress.say(f"another process is writing to the commons {root}; waiting for it")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def draft_folder(root: Path) -> Iterator[Path]:
    """Give a folder with one inside for each table; it is removed unless it was renamed.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    folder = root / SNAPSHOTS / f"{_DRAFT_PREFIX}{uuid.uuid4().hex}"
    with _disk_errors(root):
        for table in STORED_TABLES:
            (folder / table.name).mkdir(parents=True)
    try:
        yield folder
    finally:
        _discard(folder)


@contextlib.contextmanager
def drafting(root: Path, progress: Progress | None = None) -> Iterator[Draft]:
    """Hold the commons' lock and give a draft; whatever is not published is removed.

    Leftovers of writers that were killed are removed too: the lock says that none is alive.
    Waiting for another writer is told to `progress`.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    if has_commons(root):
        # A folder of a newer format must not be touched at all, so it is opened first.
        open_snapshot(root)
    with locked(root, progress):
        before = open_snapshot(root) if has_commons(root) else None
        remove_leftovers(root, int(before.name) if before else 0)
        with draft_folder(root) as folder:
            yield Draft(root, folder, before)


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
            with pq.ParquetWriter(file, stored.schema, compression="zstd", version="2.6") as writer:
                # A table without rows has no row group, and so no partition.
                if len(stored):
                    writer.write_table(stored, row_group_size=ROW_GROUP_ROWS)
            file.flush()
            os.fsync(file.fileno())


def _discard(draft: Path) -> None:
    """Remove a draft, if it was not published, while other tasks may still be writing to it."""
    # Under another name it is out of their reach, so that nothing is added while it is removed.
    gone = draft.with_name(f"{draft.name}-gone")
    with contextlib.suppress(OSError):
        draft.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def remove_leftovers(root: Path, current: int) -> None:
    """Keep the current snapshot, the one before it, and those that readers hold."""
    holds = held_names(root)
    for folder in (root / SNAPSHOTS).iterdir():
        kept = folder.name.isdecimal() and int(folder.name) in {current, current - 1}
        if not kept and folder.name not in holds:
            shutil.rmtree(folder, ignore_errors=True)


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
