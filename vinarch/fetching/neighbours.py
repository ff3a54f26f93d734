"""Several processes that bring files of one archive here at once: places in, turns out.

Each process has a seat, with a staging folder of its own; a file is one process's work at a time,
and what it brought, the others find. Who leaves last tidies up.
Only for files that are added one by one; tables take each other's place all at once.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from vinarch.fetching.keeping import lock_for, releasing
from vinarch.fetching.other_record import OTHERS
from vinarch.fetching.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vinarch.fetching.keeping import Places
    from vinarch.progress import Progress

_SEAT = "seat-"


@dataclass(frozen=True)
class Seat:
    """One process's place beside others."""

    number: int
    locks: Path
    """Folder of the lock files."""

    @contextmanager
    def turn(self, path: str, *, wait: bool) -> Iterator[bool]:
        """Tell whether a file is this process's work now.

        Parameters
        ----------
        path : str
            Of the file, inside the archive.
        wait : bool
            Whether to wait until it is.
        """
        lock = FileLock(self.locks / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.lock")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            yield False
            return
        with releasing(lock):
            yield True

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Let one process at a time write the record."""
        with FileLock(self.locks / "record.lock"):
            yield


def locks_of(places: Places) -> Path:
    """Return the folder of the lock files of an archive's files."""
    return places.folder.with_name(f".{places.archive.version}{OTHERS}.locks")


@contextmanager
def seated(places: Places, progress: Progress) -> Iterator[Seat]:
    """Take a seat; others are waited for only while they exchange the archive's tables.

    Raises
    ------
    OSError
        From this disk.
    """
    folder = locks_of(places)
    with releasing(lock_for(places, progress)):
        folder.mkdir(parents=True, exist_ok=True)
        number, lock = _first_free(folder)
    try:
        yield Seat(number, folder)
    finally:
        lock.release()
        _tidy(places, folder)


def is_in_use(folder: Path) -> bool:
    """Tell whether a process has a seat; the caller holds the archive's lock, so none comes."""
    for path in folder.glob(f"{_SEAT}*.lock"):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
    return False


def other_parts(places: Places) -> Parts:
    """Return the parts of files that are no tables; processes go on with each other's."""
    return Parts(places.folder.with_name(f".{places.archive.version}{OTHERS}.parts"))


def _first_free(folder: Path) -> tuple[int, FileLock]:
    for number in count():
        # A seat may be left in another thread than it was taken in.
        lock = FileLock(folder / f"{_SEAT}{number}.lock", thread_local=False)
        with suppress(Timeout):
            lock.acquire(timeout=0)
            return number, lock
    raise AssertionError


def _tidy(places: Places, folder: Path) -> None:
    """Remove the lock files if nobody else is there; else the last one does."""
    lock, parts = FileLock(places.lock), other_parts(places)
    with suppress(OSError):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return
        with releasing(lock):
            if not is_in_use(folder):
                parts.remove_if_empty()
                # What killed processes were at; whole files are where they belong.
                for staging in folder.parent.glob(f".{places.archive.version}{OTHERS}*.incoming"):
                    shutil.rmtree(staging)
                shutil.rmtree(folder)
