"""Fetch an archive's tables once and keep them: an archive in, a holding with its provenance out.

Asks the sources in order, writes the receipt last, and asks nobody where a receipt stands.
Reads no environment variable and opens no table.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from vinarch.errors import FetchError, RefusedError, StoreError
from vinarch.fetching.mirror import open_mirror
from vinarch.fetching.receipts import read_receipt, remove_receipt, write_receipt
from vinarch.fetching.settings import DEFAULT_DATAVERSE_URL
from vinarch.fetching.sources import sources_of
from vinarch.fetching.staging import gather, settle
from vinarch.fetching.web import web_session
from vinarch.progress import LogProgress
from vinarch.provenance import Asked, FetchedFile, Provenance, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress

GAVE = "gave the files"
"""The outcome of the source that the files came from."""


@dataclass(frozen=True)
class Holding:
    """An archive's tables on this disk."""

    archive: Archive
    folder: Path
    """``<home>/downloads/<archive>/<version>``."""
    provenance: Provenance

    def path_of(self, file: FetchedFile) -> Path:
        """Return where a file of the provenance is."""
        return self.folder / file.path


@dataclass(frozen=True)
class _Places:
    """Where an archive is kept below a home."""

    home: Path
    archive: Archive

    @property
    def folder(self) -> Path:
        return self.home / "downloads" / self.archive.name / self.archive.version

    @property
    def staging(self) -> Path:
        return self.folder.with_name(f".{self.archive.version}.incoming")

    @property
    def lock(self) -> Path:
        return self.home / "downloads" / f"{self.archive.name}.lock"


def fetch_archive(
    archive: Archive,
    home: Path,
    *,
    mirror: str | None = None,
    dataverse_url: str = DEFAULT_DATAVERSE_URL,
    refresh: bool = False,
    progress: Progress | None = None,
) -> Holding:
    r"""Make sure that an archive's tables are on this disk.

    Parameters
    ----------
    archive : Archive
        From `vinarch.catalog`; only the files that its card calls tables are taken.
    home : Path
        The files go to ``<home>/downloads/<archive>/<version>/``.
    mirror : str, optional
        A folder or URL that holds ``<archive>/<path>`` (see `vinarch.fetching.mirror`), asked
        before Dataverse.
    dataverse_url : str
        The Dataverse installation, asked before the card's companions.
    refresh : bool
        Ask the sources even if a receipt stands.
    progress : Progress, optional
        Told bytes and fallbacks; the logger ``vinarch`` if not given.

    Returns
    -------
    Holding
        The files and their provenance. With a receipt that counts, nobody is asked for it.

    Raises
    ------
    MirrorError
        If the mirror does not exist or breaks its promise.
    ChecksumError
        If a source gives other bytes than the published ones; no other source is asked then.
    FetchError
        If every source refuses; the message says why each does.
    StoreError
        If the home cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from vinarch.catalog import find_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "mirror/JS9FR6/icpp_training_results/1gpu_training_data.csv")
    ...     table.parent.mkdir(parents=True)
    ...     _ = table.write_text("architecture,epoch\n")
    ...     holding = fetch_archive(
    ...         find_archive("JS9FR6"), Path(folder, "home"), mirror=f"{folder}/mirror"
    ...     )
    ...     [(file.path, file.size_bytes) for file in holding.provenance.files]
    [('icpp_training_results/1gpu_training_data.csv', 19)]
    """
    progress = progress or LogProgress()
    places = _Places(home.absolute(), archive)
    with web_session() as session, _storing(places.folder):
        named = None if mirror is None else open_mirror(mirror, session)
        name = None if named is None else named.name
        if not refresh:
            # First without the lock, so that a home that is read-only serves what it has.
            provenance = read_receipt(archive, places.folder, name, say=lambda _: None)
            if provenance is not None:
                return Holding(archive, places.folder, provenance)
        with _locked(places, progress):
            provenance = (
                None if refresh else read_receipt(archive, places.folder, name, progress.say)
            )
            if provenance is None:
                sources = sources_of(archive, named, dataverse_url, session)
                with _tidying(places.staging):
                    provenance = _ask_in_order(sources, places, progress)
    return Holding(archive, places.folder, provenance)


def _ask_in_order(sources: Sequence[Source], places: _Places, progress: Progress) -> Provenance:
    archive = places.archive
    asked: list[Asked] = []
    for source in sources:
        try:
            files = source.list_files(archive)
            _gather_with_progress(source, files, places, progress)
        except RefusedError as error:
            asked.append(Asked(source.name, error.got))
            if len(asked) < len(sources):
                following = sources[len(asked)].name
                progress.say(f"{source.name} refused: {error.got}. Trying {following}.")
            continue
        asked.append(Asked(source.name, GAVE))
        return _keep(files, places, tuple(asked), progress)
    raise FetchError(
        f"archive {archive.name} {archive.version}",
        f"its tables from one of {len(sources)} sources",
        "; ".join(f"[{one.source}] {one.outcome}" for one in asked),
        f"Try again later, or set VINARCH_MIRROR to a folder that holds {_example_of(archive)}; "
        "see docs/how-to/get-the-data.md.",
    )


def _gather_with_progress(
    source: Source, files: Sequence[OfferedFile], places: _Places, progress: Progress
) -> None:
    total = sum(file.size_bytes or 0 for file in files)
    label = f"{places.archive.name} {places.archive.version} from {source.name}"
    progress.start(label, total, "B")
    try:
        gather(source, files, places.folder, places.staging, progress.advance)
    finally:
        progress.finish()


def _keep(
    files: Sequence[OfferedFile],
    places: _Places,
    asked: tuple[Asked, ...],
    progress: Progress,
) -> Provenance:
    """Exchange the folder's files for the gathered ones, and write what came from where."""
    archive, folder = places.archive, places.folder
    folder.mkdir(parents=True, exist_ok=True)
    remove_receipt(folder)
    settle(files, folder, places.staging)
    fetched = []
    for file in files:
        path = folder / file.path
        fetched.append(FetchedFile(file.path, path.stat().st_size, sha256_of(path)))
    provenance = Provenance(
        archive=archive.name,
        doi=archive.doi,
        version=archive.version,
        source=asked[-1].source,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        asked=asked,
        files=tuple(sorted(fetched)),
    )
    write_receipt(provenance, folder)
    listed = max((len(companion.files) for companion in archive.companions), default=0)
    if len(files) < listed:
        progress.say(
            f"{provenance.source} gave {len(files)} of the {listed} tables that the data card of "
            f"{archive.name} lists; the commons will know no more."
        )
    others = [
        file.path
        for file in provenance.files
        if archive.known_sha256(file.path) not in {None, file.sha256}
    ]
    if others:
        progress.say(
            f"{provenance.source} gave {len(others)} of {len(files)} tables with another SHA-256 "
            f"than the data card of {archive.name} knows; they are taken as they are: "
            + ", ".join(others)
        )
    return provenance


@contextmanager
def _locked(places: _Places, progress: Progress) -> Iterator[None]:
    """Let one process at a time fetch an archive."""
    places.lock.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(places.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say(f"Another process is fetching {places.archive.name}; waiting for it.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _tidying(staging: Path) -> Iterator[None]:
    """Give a disk that failed its room back; after other failures, gathered files may serve."""
    try:
        yield
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise


@contextmanager
def _storing(folder: Path) -> Iterator[None]:
    """Say which disk error it was, and what helps."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            str(error.filename or folder),
            "to be able to write there",
            f"{error.strerror or error}",
            "Set VINARCH_HOME to a folder on a disk with room that you may write.",
        ) from error


def _example_of(archive: Archive) -> str:
    listed = [file.path for companion in archive.companions for file in companion.files]
    return f"{archive.name}/{(listed or [archive.tables[0].globs[0]])[0]}"
