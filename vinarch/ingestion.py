"""Ingest an archive: files in, a published snapshot of the commons out.

A Dask bag of file blocks is parsed by the archive's dialect; each experiment's blocks are then
assembled and written as one part of each table, and the driver publishes them all at once.
Nothing is fetched here. Runs on the active `distributed` client if there is one (its workers must
see the same disk), else on threads.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dask
import dask.bag as db
from dask.base import get_scheduler

from vinarch import __version__
from vinarch.assembly import ExperimentKey, assemble
from vinarch.dialects import find_dialect
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import CardError, RejectedRowsError
from vinarch.experiment_table import (
    Described,
    ExperimentCounts,
    Told,
    archive_table,
    describe_experiment,
    experiment_table,
    read_configuration,
)
from vinarch.file_blocks import FileBlock, plan_blocks
from vinarch.genome import search_space
from vinarch.schema import (
    ARCHITECTURES,
    ARCHIVES,
    EXPERIMENTS,
    FORMAT_VERSION,
    HISTORIES,
    LINEAGE,
    MEASUREMENTS,
    REJECTS,
    Table,
)
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
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.dialects.rows import Records, WallTime
    from vinarch.genome import SearchSpace
    from vinarch.progress import Progress
    from vinarch.provenance import Provenance


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
    described = {
        block.experiment: describe_experiment(archive, block.table, block.files[0].path)
        for block in blocks
    }
    side = tuple(_of_role(archive, files, "genomes"))
    counts = _compute_parts(archive, blocks, side, described, draft, progress)
    rejected = sum(count.rejected_rows for count in counts)
    if strict and rejected:
        first = next(count.first_reject for count in counts if count.first_reject)
        _raise_strict(archive, rejected, f"the first: {first}")
    told = Told(
        described,
        tuple(_wall_times(archive, files)),
        _configurations(archive, files),
    )
    rows = experiment_table(archive, counts, told)
    write_part(draft.part_path(EXPERIMENTS, archive.name, 0), EXPERIMENTS, rows)
    origin = archive_table(archive, provenance)
    write_part(draft.part_path(ARCHIVES, archive.name, 0), ARCHIVES, origin)
    draft.publish(ArchiveRecord(recipe, archive.licence, rejected, __version__, provenance))
    return rejected


def parse_block(
    block: FileBlock,
    dialect: str,
    spaces: Mapping[str, SearchSpace],
    side: tuple[SourceFile, ...],
) -> Records:
    """Parse the files of a block into source rows, measurements and lineage."""
    reading = Reading(spaces[block.experiment], block.table.columns, side)
    return find_dialect(block.table.dialect or dialect).read_records(block.files, reading)


def write_experiment(
    key: ExperimentKey, parsed: Sequence[Sequence[Records]], space: SearchSpace, parts: Parts
) -> ExperimentCounts:
    """Assemble an experiment from its parsed blocks and write its part of each table."""
    made = assemble(key, [records for block in parsed for records in block], space)
    write_part(parts.path_of(ARCHITECTURES), ARCHITECTURES, made.architectures)
    for table, rows in (
        (HISTORIES, made.histories),
        (MEASUREMENTS, made.measurements),
        (LINEAGE, made.lineage),
        (REJECTS, made.rejects),
    ):
        if len(rows):
            write_part(parts.path_of(table), table, rows)
    first = ""
    if len(made.rejects):
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
        len(made.measurements),
        len(made.lineage),
        len(made.rejects),
        first,
        made.configurations,
    )


@dataclass(frozen=True)
class Parts:
    """Where the parts of one experiment go."""

    draft: Draft
    archive: str
    number: int

    def path_of(self, table: Table) -> Path:
        """Return where the experiment's part of a table goes."""
        return self.draft.part_path(table, self.archive, self.number)


def _compute_parts(
    archive: Archive,
    blocks: Sequence[FileBlock],
    side: tuple[SourceFile, ...],
    described: Mapping[str, Described],
    draft: Draft,
    progress: Progress,
) -> list[ExperimentCounts]:
    spaces = {name: search_space(one.setting.search_space) for name, one in described.items()}
    bag = db.from_sequence(blocks, npartitions=len(blocks))
    parsed = bag.map(parse_block, archive.dialect, spaces, side).to_delayed()
    of_experiment: defaultdict[str, list[Any]] = defaultdict(list)
    for block, records in zip(blocks, parsed, strict=True):
        of_experiment[block.experiment].append(records)
    tasks = []
    for part, (experiment, parts) in enumerate(of_experiment.items()):
        key = ExperimentKey(archive.name, experiment, described[experiment].terms)
        where = Parts(draft, archive.name, part)
        tasks.append(dask.delayed(write_experiment)(key, parts, spaces[experiment], where))
    # Bags would start processes by default; parsing happens in Arrow, outside Python's lock.
    scheduler = {} if get_scheduler() is not None else {"scheduler": "threads"}
    with TaskProgress(progress, "Reading tables"):
        counts: list[ExperimentCounts] = list(dask.compute(*tasks, **scheduler))
    return counts


def _of_role(archive: Archive, files: Sequence[SourceFile], role: str) -> Iterator[SourceFile]:
    for file in sorted(files, key=lambda file: file.path):
        if archive.role_of(file.path) == role:
            yield file


def _configurations(archive: Archive, files: Sequence[SourceFile]) -> dict[str, dict[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for file in _of_role(archive, files, "configuration"):
        for table in archive.tables_of(file.path):
            if table.role == "configuration":
                experiment = describe_experiment(archive, table, file.path).experiment
                found[experiment][file.path.rpartition("/")[2]] = read_configuration(file)
    return found


def _wall_times(archive: Archive, files: Sequence[SourceFile]) -> Iterator[WallTime]:
    read = find_dialect(archive.dialect).read_wall_times
    for file in _of_role(archive, files, "wall_times"):
        if read is None:
            raise CardError(
                f"data card {archive.name}",
                f"no wall_times, which the dialect {archive.dialect} cannot read",
                file.path,
                "Mend the card.",
            )
        yield from read(file)


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
