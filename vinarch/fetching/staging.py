"""A folder that takes another one's place, and files that are whole or not there.

New files stand in a staging folder that takes the place of the archive's folder in two renames, so
that whatever happens half-way leaves what was there before.
Knows neither sources nor receipts.
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FILE_MODE = 0o644
"""Before the umask; Pooch's temporary files would stay at 0600."""


def exchange(folder: Path, staging: Path, previous: Path) -> None:
    """Put the staging folder in the place of the archive's folder, which then goes away.

    Between its two renames there is no archive's folder; `mend_exchange` repairs that.

    Raises
    ------
    OSError
        From this disk; the archive's folder is what it was.
    """
    _remove(previous)
    try:
        with suppress(FileNotFoundError):
            folder.rename(previous)
        staging.rename(folder)
        sync(folder.parent)
    finally:
        mend_exchange(folder, previous)


def mend_exchange(folder: Path, previous: Path) -> None:
    """Bring the previous folder back if nothing stands in its place, else remove it.

    Raises
    ------
    OSError
        From this disk.
    """
    if not os.path.lexists(folder):
        with suppress(FileNotFoundError):
            previous.rename(folder)
    # What cannot be removed now is only in nobody's way; the next fetch tries again.
    with suppress(OSError):
        _remove(previous)


def sync(path: Path) -> None:
    """Make sure that a file's bytes, or the names in a folder, survive a power cut, too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def open_new(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing bytes with mode 0644 less the umask."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        yield file


def write_whole(path: Path, text: str) -> None:
    """Write a text file at once or not at all.

    Raises
    ------
    OSError
        From this disk.
    """
    # A name of its own: another process may write the same file.
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        with open_new(fresh) as file:
            file.write(text.encode())
        sync(fresh)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync(path.parent)


def prune(folder: Path, kept: Collection[str]) -> None:
    """Remove everything below a folder but the kept paths; links are removed, not followed.

    The folder itself goes, too, if nothing is left in it, or if it is a link.
    """
    if folder.is_symlink():
        folder.unlink()
        return
    for place, folders, files in os.walk(folder, topdown=False):
        for name in (*files, *folders):
            path = Path(place, name)
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(folder).as_posix() not in kept:
                path.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
