"""Ingest an archive: files in, a published snapshot of the commons out.

A Dask bag of file blocks is parsed by the archive's dialect; each experiment's blocks are then
assembled and written as one part of each table, and the driver publishes them all at once.
Nothing is fetched here. Runs on the active `distributed` client if there is one (its workers must
see the same disk), else on threads.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dask
import dask.bag as db
import pyarrow as pa
from dask.base import get_scheduler

from vinarch import __version__
from vinarch.assembly import ExperimentKey, assemble
from vinarch.dialects import find_dialect
from vinarch.errors import DialectError, RejectedRowsError
from vinarch.experiment_table import ExperimentCounts, experiment_table
from vinarch.genome import MacroSpace
from vinarch.schema import ARCHITECTURES, EXPERIMENTS, FORMAT_VERSION, HISTORIES, REJECTS
from vinarch.store import (
    ArchiveRecord,
    Draft,
    drafting,
    has_commons,
    open_snapshot,
    write_part,
)
from vinarch.task_progress import TaskProgress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive, AttributeValue
    from vinarch.dialects.rows import WallTime
    from vinarch.progress import Progress
    from vinarch.provenance import Provenance

BLOCK_BYTES = 32 * 2**20
"""Files of an experiment are parsed together up to this size …"""
BLOCK_FILES = 256
"""… and up to this number: what one task opens."""


@dataclass(frozen=True)
class SourceFile:
    """One fetched table: its path inside the archive, and where it is."""

    path: str
    local: Path


@dataclass(frozen=True)
class FileBlock:
    """Files of one experiment that one task parses."""

    experiment: str
    files: tuple[SourceFile, ...]


def ingest(
    archive: Archive,
    files: Sequence[SourceFile],
    provenance: Provenance,
    root: Path,
    *,
    strict: bool = False,
    progress: Progress,
) -> int:
    """Parse an archive's files into the commons at `root`; the same files again change nothing.

    Parameters
    ----------
    archive : Archive
    files : sequence of SourceFile
        The files that the data card calls tables.
    provenance : Provenance
        Where they came from; stored beside the tables.
    root : Path
        Folder of the commons.
    strict : bool, default False
        Refuse the whole archive when a row cannot be read.
    progress : Progress

    Returns
    -------
    int
        How many rows were rejected.

    Raises
    ------
    DialectError
        If a file is no table of the archive's dialect.
    RejectedRowsError
        If `strict` and rows were rejected; the commons stays as it was.
    StoreError
        If the disk refuses; the commons stays as it was.
    """
    recipe = _recipe(archive, provenance)
    # First without the lock, so that a commons that cannot be written still serves what it has.
    known = _ingested(root, archive, recipe)
    if known is None:
        with drafting(root, progress) as draft:
            known = _ingested(root, archive, recipe)
            if known is None:
                return _ingest_anew(archive, files, provenance, draft, recipe, strict, progress)
    if strict and known:
        _raise_strict(archive, known, "they are listed in the commons' table rejects")
    return known


def _ingested(root: Path, archive: Archive, recipe: str) -> int | None:
    """Return how many rows were rejected if just these files are in the commons, else None."""
    if not has_commons(root):
        return None
    snapshot = open_snapshot(root)
    record = snapshot.record(archive.name)
    # Damaged tables are made anew: the error that they raise sends the user here.
    if record is None or record.recipe != recipe or not snapshot.is_whole(archive.name):
        return None
    return record.rejected_row_count


def _ingest_anew(
    archive: Archive,
    files: Sequence[SourceFile],
    provenance: Provenance,
    draft: Draft,
    recipe: str,
    strict: bool,  # noqa: FBT001 - one private step of `ingest`
    progress: Progress,
) -> int:
    blocks = plan_blocks(archive, files)
    attributes = {block.experiment: archive.attributes_of(block.files[0].path) for block in blocks}
    counts = _compute_parts(archive, blocks, attributes, draft, progress)
    rejected = sum(count.rejected_rows for count in counts)
    if strict and rejected:
        first = next(count.first_reject for count in counts if count.first_reject)
        _raise_strict(archive, rejected, f"the first: {first}")
    rows = experiment_table(archive, attributes, counts, _wall_times(archive, files))
    write_part(draft.part_path(EXPERIMENTS, archive.name, 0), EXPERIMENTS, rows)
    draft.publish(ArchiveRecord(recipe, archive.licence, rejected, __version__, provenance))
    return rejected


def plan_blocks(archive: Archive, files: Sequence[SourceFile]) -> list[FileBlock]:
    """Group the history tables by experiment and cut each group into blocks.

    Returns
    -------
    list of FileBlock
        In ascending order of experiment, then path; independent of the order of `files`.
    """
    by_experiment: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in sorted(files, key=lambda file: file.path):
        if archive.role_of(file.path) == "histories":
            name = archive.experiment_id(archive.attributes_of(file.path))
            _refuse_second_file(archive, name, file, by_experiment[name])
            by_experiment[name].append(file)
    if not by_experiment:
        raise DialectError(
            f"archive {archive.name}",
            "at least one table of training histories",
            f"{len(files)} files, none of them one",
            "Look at the globs of its data card.",
        )
    blocks = []
    for name, members in sorted(by_experiment.items()):
        block: list[SourceFile] = []
        size = 0
        for file in members:
            if block and (size >= BLOCK_BYTES or len(block) >= BLOCK_FILES):
                blocks.append(FileBlock(name, tuple(block)))
                block, size = [], 0
            block.append(file)
            # The parser says what is wrong with a file that is not there.
            with contextlib.suppress(OSError):
                size += file.local.stat().st_size
        blocks.append(FileBlock(name, tuple(block)))
    return blocks


def _refuse_second_file(
    archive: Archive, experiment: str, file: SourceFile, known: Sequence[SourceFile]
) -> None:
    table = archive.table_of(file.path)
    if known and table is not None and table.one_file_per_experiment:
        raise DialectError(
            file.path,
            f"one file of the experiment {experiment}",
            f"another, {known[0].path}",
            "Remove the one that is not the archive's.",
        )


def parse_block(block: FileBlock, dialect: str, search_space: str) -> pa.Table:
    """Parse the files of a block into one table of source rows."""
    parse = find_dialect(dialect).parse_histories
    space = MacroSpace.from_name(search_space)
    return pa.concat_tables([parse(file.local, file.path, space) for file in block.files])


def write_experiment(
    key: ExperimentKey, parsed: Sequence[Sequence[pa.Table]], search_space: str, parts: Parts
) -> ExperimentCounts:
    """Assemble an experiment from its parsed blocks and write its part of each table."""
    space = MacroSpace.from_name(search_space)
    made = assemble(key, [table for block in parsed for table in block], space)
    write_part(parts.architectures, ARCHITECTURES, made.architectures)
    write_part(parts.histories, HISTORIES, made.histories)
    first = ""
    if len(made.rejects):
        write_part(parts.rejects, REJECTS, made.rejects)
        row = made.rejects.slice(0, 1).to_pylist()[0]
        first = (
            f"{row['source_file']}, line {row['line']}: expected {row['expected']}, "
            f"got {row['got']}"
        )
    return ExperimentCounts(
        key.experiment,
        len(made.architectures),
        len(made.architectures["structure"].unique()),
        len(made.histories),
        len(made.rejects),
        first,
    )


@dataclass(frozen=True)
class Parts:
    """Where the parts of one experiment go."""

    architectures: Path
    histories: Path
    rejects: Path


def _compute_parts(
    archive: Archive,
    blocks: Sequence[FileBlock],
    attributes: Mapping[str, Mapping[str, AttributeValue]],
    draft: Draft,
    progress: Progress,
) -> list[ExperimentCounts]:
    bag = db.from_sequence(blocks, npartitions=len(blocks))
    parsed = bag.map(parse_block, archive.dialect, archive.search_space).to_delayed()
    of_experiment: defaultdict[str, list[Any]] = defaultdict(list)
    for block, tables in zip(blocks, parsed, strict=True):
        of_experiment[block.experiment].append(tables)
    tasks = []
    for part, (experiment, tables) in enumerate(of_experiment.items()):
        stopped = attributes[experiment].get("early_termination")
        key = ExperimentKey(
            archive.name,
            experiment,
            None if stopped is None else bool(stopped),
            archive.epoch_budget,
        )
        where = Parts(
            *(
                draft.part_path(table, archive.name, part)
                for table in (ARCHITECTURES, HISTORIES, REJECTS)
            )
        )
        tasks.append(dask.delayed(write_experiment)(key, tables, archive.search_space, where))
    # Bags would start processes by default; parsing happens in Arrow, outside Python's lock.
    scheduler = {} if get_scheduler() is not None else {"scheduler": "threads"}
    with TaskProgress(progress, "Reading tables"):
        return list(dask.compute(*tasks, **scheduler))


def _wall_times(archive: Archive, files: Sequence[SourceFile]) -> list[WallTime]:
    parse = find_dialect(archive.dialect).parse_wall_times
    return [
        time
        for file in sorted(files, key=lambda file: file.path)
        if archive.role_of(file.path) == "wall_times"
        for time in parse(file.local, file.path)
    ]


def _recipe(archive: Archive, provenance: Provenance) -> str:
    parts = (
        repr(archive),
        str(find_dialect(archive.dialect).revision),
        str(FORMAT_VERSION),
        provenance.fingerprint,
        provenance.source,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _raise_strict(archive: Archive, rejected: int, which: str) -> None:
    raise RejectedRowsError(
        f"archive {archive.name}",
        "no rejected rows (strict)",
        f"{rejected}; {which}",
        "Mend the source, or go on without strict: the rest can be read.",
    )
