"""Where an archive is kept below a home, and how new files take the place of the old ones.

New files wait beside the archive's folder until their holding is confirmed, which exchanges the
folders in two renames; until then, whatever happens, the old files and their receipt stand.
Asks no source.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from vinarch.errors import StoreError
from vinarch.fetching.staging import exchange, mend_exchange, prune
from vinarch.fetching.stamps import Stamps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.progress import Progress
    from vinarch.provenance import FetchedFile, Provenance


@dataclass(frozen=True)
class Places:
    """Where an archive is kept below a home."""

    home: Path
    archive: Archive

    @property
    def folder(self) -> Path:
        """Return where the files and their receipt stand once they are confirmed."""
        return self.home / "downloads" / self.archive.name / self.archive.version

    @property
    def staging(self) -> Path:
        """Return where new files gather, and wait to be confirmed."""
        return self.folder.with_name(f".{self.archive.version}.incoming")

    @property
    def previous(self) -> Path:
        """Return where the old files are while the folders are exchanged."""
        return self.folder.with_name(f".{self.archive.version}.previous")

    @property
    def parts(self) -> Path:
        """Return where files are that came half."""
        return self.folder.with_name(f".{self.archive.version}.parts")

    @property
    def manifest(self) -> Path:
        """Return where the version's list of files is kept, beside the folder, not in it.

        In the folder it would become a part of a mirror that somebody makes of it.
        """
        return self.folder.with_name(f"{self.archive.version}.manifest.json")

    @property
    def stamps(self) -> Path:
        """Return where the stamps of verified files are kept, old and new ones."""
        return self.folder.with_name(f"{self.archive.version}.stamps.jsonl")

    @property
    def lock(self) -> Path:
        """Return the file that one process at a time locks to fetch the archive."""
        return self.home / "downloads" / f"{self.archive.name}.lock"


@dataclass(frozen=True)
class Exchange:
    """New files that wait beside the old ones, and the lock that is held meanwhile."""

    places: Places
    lock: FileLock
    vouched: frozenset[str]
    """Paths of the new files that a published checksum vouches for."""

    def make(self) -> None:
        """Put the new files where the old ones are, all at once, and free the lock."""
        with releasing(self.lock), storing(self.places.folder):
            exchange(self.places.folder, self.places.staging, self.places.previous)

    def drop(self) -> None:
        """Leave the old files where they are, and free the lock."""
        # What is left over is litter that the next fetch removes: no reason for another error.
        with releasing(self.lock), suppress(OSError):
            prune(self.places.staging, self.vouched)
            stamps = Stamps.read(self.places.stamps)
            stamps.keep([self.places.folder, self.places.staging], stamps.names())


@dataclass(frozen=True)
class Holding:
    """An archive's tables on this disk.

    A holding of newly gathered files is on trial: it takes the place of what was held before with
    `confirm`, or goes away with `undo`; other processes wait for one of the two.
    A process that dies in between has undone it.
    """

    archive: Archive
    folder: Path
    """``<home>/downloads/<archive>/<version>``; on trial, a hidden folder beside it."""
    provenance: Provenance
    exchange: Exchange | None = field(default=None, compare=False, repr=False)
    """None where nothing is on trial."""

    def path_of(self, file: FetchedFile) -> Path:
        """Return where a file of the provenance is."""
        return self.folder / file.path

    def confirm(self) -> Holding:
        """Make the files the archive's own: they can be read.

        Returns
        -------
        Holding
            With the paths at which the files stand from now on.

        Raises
        ------
        StoreError
            If the disk fails; the previous files stand then.
        """
        if self.exchange is None:
            return self
        self.exchange.make()
        return Holding(self.archive, self.exchange.places.folder, self.provenance)

    def undo(self) -> None:
        """Go back to the files and the receipt that were there before, if there were any.

        New files that a published checksum vouches for wait for the next fetch, which need not
        download them again.
        """
        if self.exchange is not None:
            self.exchange.drop()


def lock_for(places: Places, progress: Progress, faults: Sequence[str] = ()) -> FileLock:
    """Return a lock, taken, that lets one process at a time fetch an archive.

    Whatever a process that died has left half exchanged is mended.

    Parameters
    ----------
    places : Places
        Where the archive is kept.
    progress : Progress
        Told if another process is waited for.
    faults : sequence of str
        Why a fetch is needed at all, told where this disk lets nobody lock.
    """
    try:
        return _lock_for(places, progress)
    except OSError:
        for fault in faults:
            progress.say(fault)
        raise


def _lock_for(places: Places, progress: Progress) -> FileLock:
    places.lock.parent.mkdir(parents=True, exist_ok=True)
    # A holding may be confirmed in another thread than the one that fetched it.
    lock = FileLock(places.lock, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        name = places.archive.name
        progress.say(f"Another process or thread is fetching {name}; waiting for it.")
        lock.acquire()
    try:
        mend_exchange(places.folder, places.previous)
    except BaseException:
        lock.release()
        raise
    return lock


@contextmanager
def releasing(lock: FileLock) -> Iterator[None]:
    """Free a lock at the end, however it comes."""
    try:
        yield
    finally:
        lock.release()


@contextmanager
def tidying(places: Places) -> Iterator[None]:
    """Give a disk that failed its room back; after other failures, gathered files may serve."""
    try:
        yield
    except OSError:
        for folder in (places.staging, places.parts):
            shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def storing(folder: Path) -> Iterator[None]:
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
