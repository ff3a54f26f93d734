"""Read a commons from disk: the current snapshot, its records, its row groups.

Row-group statistics decide what is read; nothing is written here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vinarch.errors import NewerFormatError, StoreError
from vinarch.provenance import Provenance
from vinarch.schema import (
    ARCHITECTURES,
    EXPERIMENTS,
    FORMAT_VERSION,
    HISTORIES,
    LINEAGE,
    MEASUREMENTS,
    REJECTS,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

POINTER = "commons.json"
SNAPSHOTS = "snapshots"
_REPLACED = "It may have been replaced since this commons was opened: open it again."
RECORDS = "records"
_COUNTED = {
    ARCHITECTURES: "architecture_count",
    HISTORIES: "history_row_count",
    MEASUREMENTS: "measurement_count",
    LINEAGE: "lineage_count",
    REJECTS: "rejected_row_count",
}
"""Tables whose rows the table of experiments counts."""


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
        return self.root / SNAPSHOTS / self.name

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

        Raises
        ------
        StoreError
            If the snapshot is gone: newer ones push old ones out.
        """
        if not self.folder.is_dir():
            raise StoreError(
                str(self.folder),
                "the snapshot that this commons reads",
                "no such folder",
                _REPLACED,
            )
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
                for table in _COUNTED
            }
        except StoreError:
            return False
        return [*rows.values()] == [index[name].sum() for name in _COUNTED.values()]

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
            _REPLACED,
        ) from error
    table = table.append_column("archive", pa.array([piece.archive] * rows, pa.string()))
    if piece.experiments is not None:
        table = table.filter(pc.is_in(table["experiment"], pa.array(piece.experiments)))
    return piece.table.frame(table, names)


def has_commons(root: Path) -> bool:
    """Return whether a folder holds a commons, of whatever format."""
    return (root / POINTER).exists()


@dataclass(frozen=True)
class Pointer:
    """What the pointer of a commons says: the form of its tables, and which snapshot is current."""

    format_version: int
    snapshot: str


def read_pointer(root: Path) -> Pointer:
    """Read the pointer of the commons in a folder.

    Raises
    ------
    StoreError
        If the folder holds no commons, or a damaged one.
    NewerFormatError
        If a newer vinarch wrote it.
    """
    pointer = root / POINTER
    try:
        current = json.loads(pointer.read_text(encoding="utf-8"))
        version, name = int(current["format_version"]), str(current["snapshot"])
    except FileNotFoundError as error:
        raise StoreError(
            str(root),
            f"a commons (a folder with {POINTER})",
            "no such file",
            "Fill one with vinarch.fetch, or set VINARCH_HOME to where yours is.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            str(pointer),
            "the pointer of a commons",
            f"something else ({type(error).__name__}: {error})",
            "Remove this file and fetch again, or set VINARCH_HOME to another folder.",
        ) from error
    if version > FORMAT_VERSION:
        raise NewerFormatError(
            str(pointer),
            f"format version {FORMAT_VERSION} or older",
            f"version {version}",
            "Install a newer vinarch, or set VINARCH_HOME to another folder.",
        )
    if not (name.isdecimal() and (root / SNAPSHOTS / name).is_dir()):
        raise StoreError(
            str(pointer),
            "the pointer of a commons",
            f"one to snapshot {name!r}, which is not there",
            "Remove this file and fetch again, or set VINARCH_HOME to another folder.",
        )
    return Pointer(version, name)


def open_snapshot(root: Path) -> Snapshot:
    """Open the current snapshot of the commons in a folder, which is of the current format.

    Raises
    ------
    StoreError
        If the folder holds no commons, a damaged one, or one of an older format.
    NewerFormatError
        If a newer vinarch wrote it.
    """
    pointer = read_pointer(root)
    if pointer.format_version < FORMAT_VERSION:
        raise StoreError(
            str(root / POINTER),
            f"format version {FORMAT_VERSION}",
            f"version {pointer.format_version}",
            "vinarch.open brings it to the current one.",
        )
    records = sorted((root / SNAPSHOTS / pointer.snapshot / RECORDS).glob("*.json"))
    return Snapshot(root, pointer.snapshot, tuple(_read_record(path) for path in records))


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
    if "experiment" not in table.names:
        wanted = None
    place = metadata.schema.names.index("experiment") if wanted is not None else 0
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


def _read_record(path: Path) -> ArchiveRecord:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["provenance"] = Provenance.from_json(json.dumps(raw["provenance"]))
        return ArchiveRecord(**raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            str(path),
            "the record of an archive",
            f"something else ({type(error).__name__}: {error})",
            "Fetch the archive again into a new folder.",
        ) from error
