"""Keep own records on disk: one Parquet file an experiment, with what its call said of it.

Tables and descriptions in; the archive that they make up, as a data card would describe it, out.
Knows neither frames nor the commons that is made of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from vinarch.catalog import Archive, Citation, TableFiles
from vinarch.dialects.rows import SourceFile
from vinarch.errors import StoreError
from vinarch.provenance import FetchedFile, Provenance, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KEY = b"vinarch_own_records"
_ENDING = ".parquet"
_SOURCE = "a frame in memory"
_DIALECT = "columns"
_VERSION_DIGITS = 12


@dataclass(frozen=True)
class Description:
    """What a call says of the experiment that its frame is.

    Attributes
    ----------
    columns : dict
        The mapping, as given.
    setting : dict
        Fields of `vinarch.catalog.Setting`.
    licence, citation : str or None
        Of the whole archive.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    setting: dict[str, Any] = field(default_factory=dict)
    licence: str | None = None
    citation: str | None = None

    def to_json(self) -> str:
        """Write the description; an equal one gives an equal text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Description:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, kw_only=True)
class OwnArchive(Archive):
    """An archive that no data card describes."""

    told_citation: str | None = None

    def citation(self) -> Citation:
        """Return the citation that was given, else what the records are."""
        text = self.told_citation or (
            f"Own records {self.name!r}, version {self.version}, read by vinarch; not published."
        )
        note = "{" + text + "}"
        return Citation(text, f"@misc{{{self.name.lower()},\n  note = {{{note}}}\n}}")


@dataclass(frozen=True)
class KeptExperiment:
    """The file of one experiment, and what was said of it."""

    name: str
    local: Path
    description: Description

    @property
    def path(self) -> str:
        """Return the file's path inside the archive."""
        return f"{self.name}{_ENDING}"


@contextlib.contextmanager
def archive_folder(root: Path, archive: str) -> Iterator[Path]:
    """Hold the folder of an archive's own records, beside the snapshots of the commons.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    folder = root / "own" / archive
    with _disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire()
    try:
        yield folder
    finally:
        lock.release()


def kept_experiments(folder: Path, but: str) -> list[KeptExperiment]:
    """Return the experiments of an archive but for one, in order of their names.

    Raises
    ------
    StoreError
        If a file is damaged.
    """
    found = []
    for local in sorted(folder.glob(f"[!.]*{_ENDING}")):
        if local.stem == but:
            continue
        try:
            said = Description.from_json((pq.read_schema(local).metadata or {})[_KEY])
            found.append(KeptExperiment(local.stem, local, said))
        except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as error:
            raise StoreError(
                str(local),
                "records that vinarch.ingest kept",
                f"something else ({type(error).__name__})",
                "Remove the file, and ingest its frame again.",
            ) from error
    return found


@contextlib.contextmanager
def staged_experiment(
    folder: Path, name: str, table: pa.Table, description: Description
) -> Iterator[KeptExperiment]:
    """Write an experiment beside the one that is kept, which it replaces if all goes well.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    staged = folder / f".{name}.new"
    metadata = {_KEY: description.to_json().encode()}
    try:
        with _disk_errors(staged):
            pq.write_table(table.replace_schema_metadata(metadata), staged, compression="zstd")
        yield KeptExperiment(name, staged, description)
        with _disk_errors(staged):
            staged.replace(folder / f"{name}{_ENDING}")
    finally:
        with contextlib.suppress(OSError):
            staged.unlink(missing_ok=True)


def describe_archive(
    name: str, experiments: list[KeptExperiment]
) -> tuple[OwnArchive, list[SourceFile], Provenance]:
    """Return the archive that some experiments make up, its files and where they came from.

    Parameters
    ----------
    name : str
    experiments : list of KeptExperiment
        The one that was ingested last comes first: its licence and citation count.
    """
    files = tuple(
        sorted(
            FetchedFile(one.path, one.local.stat().st_size, sha256_of(one.local))
            for one in experiments
        )
    )
    content = "".join(f"{file.path} {file.sha256}\n" for file in files)
    version = hashlib.sha256(content.encode()).hexdigest()[:_VERSION_DIGITS]
    said = [one.description for one in experiments]
    archive = OwnArchive(
        name=name,
        doi="",
        url="",
        version=version,
        title=f"Own records {name}",
        authors=(),
        year=0,
        publisher="",
        licence=next((one.licence for one in said if one.licence), "not stated"),
        description="Records that were given as a frame.",
        paper="",
        preparation="",
        search_space=said[0].setting["search_space"],
        dialect=_DIALECT,
        experiment=name,
        strategy=None,
        task_data=None,
        hardware=None,
        protocol=None,
        objectives=(),
        epoch_budget=None,
        first_epoch=0,
        epoch_step=1,
        tables=tuple(_section(one) for one in sorted(experiments, key=lambda one: one.name)),
        attributes=(),
        companions=(),
        told_citation=next((one.citation for one in said if one.citation), None),
    )
    provenance = Provenance(
        archive=name,
        doi="",
        version=version,
        source=_SOURCE,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        asked=(),
        files=files,
    )
    return archive, [SourceFile(one.path, one.local) for one in experiments], provenance


def _section(experiment: KeptExperiment) -> TableFiles:
    setting = dict(experiment.description.setting)
    if "objectives" in setting:
        setting["objectives"] = tuple(setting["objectives"])
    return TableFiles(
        role="histories",
        globs=(experiment.path,),
        one_file_per_experiment=True,
        experiment=experiment.name,
        columns=experiment.description.columns,
        setting=setting,
    )


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            str(error.filename or path),
            "a folder that can be written",
            error.strerror or str(error),
            "Free some space, or name another folder: ingest(…, into=…).",
        ) from error
