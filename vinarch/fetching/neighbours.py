"""Several processes that bring files of one archive here at once: places in, turns out.

Each process has a seat, with a staging folder of its own; a file is one process's work at a time,
and what it brought, the others find: by its published checksum, or else by the note that is left
of what came. Who leaves last tidies up.
Only for files that are added one by one; tables take each other's place all at once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from vinarch.fetching.addresses import shown_url
from vinarch.fetching.keeping import lock_for, releasing
from vinarch.fetching.offers import RECORDED, Checksum
from vinarch.fetching.other_record import OTHERS
from vinarch.fetching.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vinarch.fetching.keeping import Places
    from vinarch.fetching.offers import OfferedFile
    from vinarch.progress import Progress

LOOK_UP_SECONDS = 0.2
"""How often a process that waits for another one looks whether it is still to."""

_SEAT = "seat-"

_NOTE = ".came.json"


@dataclass(frozen=True)
class Seat:
    """One process's place beside others."""

    number: int
    locks: Path
    """Folder of the lock files."""
    doubted: frozenset[tuple[str, int]] = frozenset()
    """Names and times of notes that were there before who doubts them."""

    @contextmanager
    def turn(self, path: str, meanwhile: Callable[[], object] | None = None) -> Iterator[bool]:
        """Tell whether a file is this process's work now.

        Parameters
        ----------
        path : str
            Of the file, inside the archive.
        meanwhile : callable, optional
            Called again and again while another process is waited for; what it raises ends that.
            Without it, nobody is waited for.
        """
        lock = FileLock(self.locks / f"{_name_for(path)}.lock")
        while True:
            try:
                # A thread that waits in the lock itself would hear of no Ctrl-C.
                lock.acquire(timeout=LOOK_UP_SECONDS if meanwhile else 0)
                break
            except Timeout:
                if meanwhile is None:
                    yield False
                    return
                meanwhile()
        with releasing(lock):
            yield True

    def tell(self, offer: OfferedFile, sha256: str) -> None:
        """Leave a note for others of what came where no checksum is published; in its turn only."""
        # Half a note, of a process that was killed, is no JSON.
        self._note(offer.path).write_text(json.dumps([*_identity(offer), sha256]))

    def as_it_came(self, offer: OfferedFile) -> OfferedFile:
        """Return an offer with the checksum of what a process brought, if it published none."""
        if offer.checksum is not None:
            return offer
        note = self._note(offer.path)
        try:
            if _dated(note) in self.doubted:
                return offer
            *told, sha256 = json.loads(note.read_bytes())
        except (OSError, ValueError, TypeError):
            return offer
        if told != _identity(offer) or not isinstance(sha256, str):
            return offer
        return replace(offer, checksum=Checksum(RECORDED, sha256))

    def _note(self, path: str) -> Path:
        return self.locks / f"{_name_for(path)}{_NOTE}"

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Let one process at a time write the record."""
        with FileLock(self.locks / "record.lock"):
            yield


def locks_of(places: Places) -> Path:
    """Return the folder of the lock files of an archive's files."""
    return places.folder.with_name(f".{places.archive.version}{OTHERS}.locks")


@contextmanager
def seated(places: Places, progress: Progress, *, doubting: bool = False) -> Iterator[Seat]:
    """Take a seat; others are waited for only while they exchange the archive's tables.

    Parameters
    ----------
    places : Places
        Where the archive is kept. Links in the place of our folders go, not followed.
    progress : Progress
        Told if another process is waited for.
    doubting : bool
        Whether only what others bring from now on counts.

    Raises
    ------
    OSError
        From this disk.
    """
    folder = locks_of(places)
    with releasing(lock_for(places, progress)):
        for ours in (folder, other_parts(places).folder):
            if ours.is_symlink():
                ours.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        number, lock = _first_free(folder)
    try:
        notes = folder.glob(f"*{_NOTE}") if doubting else ()
        yield Seat(number, folder, frozenset(map(_dated, notes)))
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


def _name_for(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:32]


def _dated(note: Path) -> tuple[str, int]:
    return note.name, note.stat().st_mtime_ns


def _identity(offer: OfferedFile) -> list[str | int | None]:
    return [offer.path, shown_url(offer.location), offer.size_bytes]


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
