"""Open a commons, and bring one of an older format to the current one.

A snapshot of old in, a snapshot of now out, published as any other: by switching the pointer,
under the writer's lock. A reader sees the old one or the new one, and whoever is interrupted
leaves the old one as it was.
What an older format did not keep (titles, citations, settings of the data cards) is not made up:
the next fetch of the archive reads its files anew.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vinarch.errors import StoreError
from vinarch.progress import LogProgress
from vinarch.schema import (
    ARCHITECTURES,
    ARCHIVES,
    EXPERIMENTS,
    FORMAT_VERSION,
    HISTORIES,
    REJECTS,
    Table,
)
from vinarch.store import snapshots
from vinarch.store.drafts import (
    draft_folder,
    fill_empty,
    locked,
    publish_folder,
    remove_leftovers,
    write_part,
)
from vinarch.store.snapshots import RECORDS, SNAPSHOTS, Snapshot, read_pointer

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = 1
"""The first format version; its tables are those of vinarch 0.1."""

_NETWORK = ["experiment", "architecture"]


def open_snapshot(root: Path) -> Snapshot:
    """Open the current snapshot of the commons in a folder; one of an older format is brought on.

    Raises
    ------
    StoreError
        If the folder holds no commons, a damaged one, or one of an older format that cannot be
        written.
    NewerFormatError
        If a newer vinarch wrote it.
    """
    if read_pointer(root).format_version < FORMAT_VERSION:
        _migrate(root)
    return snapshots.open_snapshot(root)


def _migrate(root: Path) -> None:
    try:
        with locked(root):
            # Another process may have done it while this one waited.
            pointer = read_pointer(root)
            if pointer.format_version == FORMAT_VERSION:
                return
            _check_known(root, pointer.format_version)
            LogProgress().say(
                f"bringing the commons {root} from format version {pointer.format_version} to "
                f"{FORMAT_VERSION}"
            )
            remove_leftovers(root, int(pointer.snapshot))
            with draft_folder(root) as folder:
                _from_1(root / SNAPSHOTS / pointer.snapshot, folder)
                publish_folder(root, folder, int(pointer.snapshot))
    except StoreError as error:
        if not isinstance(error.__cause__, OSError):
            raise
        raise StoreError(
            str(root),
            f"a commons of format version {FORMAT_VERSION}, or one that can be written, to bring "
            "it to that",
            f"an older one, and: {error.got}",
            "Open it once where there is room and it can be written, or copy it there and open "
            "the copy with vinarch.open(path). Nothing was changed.",
        ) from error


def _check_known(root: Path, version: int) -> None:
    if version < OLDEST:
        raise StoreError(
            str(root),
            f"a format version from {OLDEST} to {FORMAT_VERSION}",
            f"version {version}",
            "Remove the folder and fetch again, or set VINARCH_HOME to another.",
        )


def _from_1(before: Path, folder: Path) -> None:
    """Write the tables of format 2 from a snapshot of format 1."""
    shutil.copytree(before / RECORDS, folder / RECORDS)
    for path in sorted((folder / RECORDS).glob("*.json")):
        archive, origin = _origin(path)
        _write(folder, ARCHIVES, archive, "part-00000.parquet", origin)
        budgets: dict[str, Any] = {}
        for part in _parts(before, EXPERIMENTS, archive):
            experiments = _experiments(_read(part), archive)
            told = experiments.select(["experiment", "epoch_budget"]).to_pydict()
            budgets |= dict(zip(told["experiment"], told["epoch_budget"], strict=True))
            _write(folder, EXPERIMENTS, archive, part.name, experiments)
        trained = [
            _histories_of(part, folder, archive) for part in _parts(before, HISTORIES, archive)
        ]
        last = pd.concat([pd.DataFrame({"last_epoch": []}), *trained])["last_epoch"]
        for part in _parts(before, ARCHITECTURES, archive):
            networks = _architectures(_read(part), archive, budgets, last)
            _write(folder, ARCHITECTURES, archive, part.name, networks)
        for part in _parts(before, REJECTS, archive):
            rejects = _read(part)
            _write(folder, REJECTS, archive, part.name, _table(REJECTS, rejects, archive))
        fill_empty(folder, archive)


def _origin(path: Path) -> tuple[str, pa.Table]:
    """Return an archive's name and its row of the table of archives, from its record."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        told = record["provenance"]
        archive, doi, version = (str(told[name]) for name in ("archive", "doi", "version"))
        columns: dict[str, Any] = {
            "archive": [archive],
            "title": [archive],
            "doi": [doi],
            "version": [version],
            "licence": [str(record["licence"])],
            "citation": [f"{archive}, version {version}, https://doi.org/{doi}"],
            "source": [str(told["source"])],
            "fetched_at": [str(told["fetched_at"])],
            "vinarch_version": [str(record["vinarch_version"])],
            "checksums": [told["files"]],
        }
        return archive, ARCHIVES.arrow_table(columns, 1)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            str(path),
            "the record of an archive",
            f"something else ({type(error).__name__}: {error})",
            _AGAIN,
        ) from error


def _experiments(old: pa.Table, archive: str) -> pa.Table:
    # Format 1 knew one dialect, whose epochs go from 0 by 1, and neither of the tables counted.
    rows = len(old)
    known = [count > 0 for count in old["history_row_count"].to_pylist()]
    return _table(
        EXPERIMENTS,
        old,
        archive,
        first_epoch=[0.0 if told else None for told in known],
        epoch_step=[1.0 if told else None for told in known],
        measurement_count=[0] * rows,
        lineage_count=[0] * rows,
    )


def _histories_of(part: Path, folder: Path, archive: str) -> pd.DataFrame:
    """Write the training histories of a part; return the last epoch of each network."""
    old = _read(part)
    _write(folder, HISTORIES, archive, part.name, _table(HISTORIES, old, archive))
    last = old.group_by(_NETWORK).aggregate([("epoch", "max")]).to_pandas()
    told: pd.DataFrame = last.rename(columns={"epoch_max": "last_epoch"}).set_index(_NETWORK)
    return told


def _architectures(
    old: pa.Table, archive: str, budgets: dict[str, Any], last: pd.Series
) -> pa.Table:
    key = pd.MultiIndex.from_frame(old.select(_NETWORK).to_pandas())
    rows = old["epochs_trained"].to_pandas()
    trained = last.reindex(key) + 1.0 if len(last) else pd.Series([None] * len(old), dtype=float)
    return _table(
        ARCHITECTURES,
        old,
        archive,
        native_id=pc.cast(old["architecture"], pa.string()),
        sequence=pc.replace_substring_regex(old["structure_id"], "^.*:", ""),
        epoch_budget=[budgets.get(name) for name in old["experiment"].to_pylist()],
        history_row_count=rows.to_numpy(),
        epochs_trained=pa.Array.from_pandas(trained),
    )


def _table(table: Table, old: pa.Table, archive: str, **columns: Any) -> pa.Table:
    """Return a table of now: columns of the same name as of old, and the others as given."""
    same = {name: old[name] for name in table.names if name in old.column_names}
    return table.arrow_table({**same, "archive": [archive] * len(old), **columns}, len(old))


def _parts(before: Path, table: Table, archive: str) -> list[Path]:
    return sorted((before / table.name / f"archive={archive}").glob("*.parquet"))


def _read(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            str(path), "a Parquet file of the commons", str(error).splitlines()[0], _AGAIN
        ) from ValueError(str(error))


def _write(folder: Path, table: Table, archive: str, part: str, rows: pa.Table) -> None:
    write_part(folder / table.name / f"archive={archive}" / part, table, rows)


_AGAIN = "Remove the folder of the commons, or set VINARCH_HOME to another, and fetch again."
