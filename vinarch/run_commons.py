"""Open a recorded run as a commons: its folder in, a commons of one experiment out.

The run may be written meanwhile: its files are copied as they stand, and the copy is ingested into
a commons inside the run's folder, unless that holds the same already.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vinarch import ingestion
from vinarch.catalog import Archive, Citation, TableFiles
from vinarch.commons import Commons, open_commons
from vinarch.dialects.rows import SourceFile
from vinarch.errors import StoreError
from vinarch.progress import LogProgress
from vinarch.provenance import FetchedFile, Provenance, sha256_of
from vinarch.run_files import (
    COMMONS,
    EVENTS,
    NETWORKS,
    RUN,
    RunDescription,
    read_description,
    whole_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.progress import Progress

_DIALECT = "recorded-run"
_VERSION_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class RunArchive(Archive):
    """A recorded run as an archive; no data card describes it."""

    def citation(self) -> Citation:
        """Return what the records are; nobody has published them."""
        text = f"Recorded run {self.name!r} of {self.year}, version {self.version}; not published."
        note = "{" + text + "}"
        return Citation(text, f"@misc{{{self.name.lower()},\n  note = {{{note}}}\n}}")


def open_run(folder: Path, progress: Progress | None = None) -> Commons:
    """Open a run as a commons of what is recorded now.

    Parameters
    ----------
    folder : Path
        Of the run.
    progress : Progress, optional

    Returns
    -------
    Commons

    Raises
    ------
    StoreError
        If the folder holds no run, a damaged one, one without networks, or cannot be written.
    NewerFormatError
        If a newer vinarch wrote the run.
    """
    description = read_description(folder)
    root = folder / COMMONS
    with tempfile.TemporaryDirectory(prefix="vinarch-") as frozen:
        files = _frozen(folder, Path(frozen))
        if not any(whole_lines(files[0].local.read_bytes())):
            raise StoreError(
                str(folder),
                "a recorded run with networks",
                "one without any yet",
                "Open it once a network was started.",
            )
        archive, provenance = _describe(description, files)
        ingestion.ingest(archive, files, provenance, root, progress=progress or LogProgress())
    return open_commons(root)


def _frozen(folder: Path, into: Path) -> list[SourceFile]:
    """Copy a run's files, the list of networks last, so that each event's network is in it."""
    paths = [one for one in sorted((folder / EVENTS).glob("*.jsonl")) if one.stat().st_size]
    names = [RUN, *(f"{EVENTS}/{path.name}" for path in paths), NETWORKS]
    (into / EVENTS).mkdir()
    try:
        for name in names:
            shutil.copyfile(folder / name, into / name)
    except OSError as error:
        raise StoreError(
            str(error.filename or folder),
            "the files of a recorded run",
            error.strerror or str(error),
            "Copy the run's folder whole.",
        ) from error
    return [SourceFile(name, into / name) for name in reversed(names)]


def _describe(run: RunDescription, files: Sequence[SourceFile]) -> tuple[RunArchive, Provenance]:
    copied = tuple(
        sorted(
            FetchedFile(file.path, file.local.stat().st_size, sha256_of(file.local))
            for file in files
        )
    )
    provenance = Provenance(
        archive=run.name,
        doi="",
        version="",
        source="a recorded run",
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        asked=(),
        files=copied,
    )
    version = provenance.fingerprint[:_VERSION_DIGITS]
    shared: dict[str, Any] = {
        "one_file_per_experiment": False,
        "experiment": run.name,
        "attributes": {"early_termination": run.early_termination, **run.attributes},
    }
    archive = RunArchive(
        name=run.name,
        doi="",
        url="",
        version=version,
        title=f"Recorded run {run.name}",
        authors=(),
        year=int(run.started_at[:4]),
        publisher="",
        licence="not stated",
        description="Networks recorded while they were trained.",
        paper="",
        preparation="",
        search_space=run.search_space,
        dialect=_DIALECT,
        experiment=run.name,
        strategy=run.strategy,
        task_data=run.task_data,
        hardware=run.hardware,
        protocol=run.protocol,
        objectives=run.objectives,
        epoch_budget=run.epoch_budget,
        first_epoch=run.first_epoch,
        epoch_step=run.epoch_step,
        tables=(
            TableFiles(role="histories", globs=(NETWORKS,), **shared),
            # Read beside the list of networks, as files of lineage are: who belongs to which
            # attempt only shows in both.
            TableFiles(role="lineage", globs=(f"{EVENTS}/*.jsonl",), **shared),
            TableFiles(role="configuration", globs=(RUN,), **shared),
        ),
        attributes=(),
        companions=(),
    )
    return archive, Provenance(**{**vars(provenance), "version": version})
