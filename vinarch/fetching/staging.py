"""Bring offered files to this disk by way of Pooch: a source and its offers in, whole files out.

Files gather in a staging folder that takes the place of the archive's folder only when all are
there and verified, so that a refusal half-way leaves what was there before.
This module alone knows Pooch; which source is asked, and what a receipt is, it does not know.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pooch

from vinarch.fetching.offers import is_held, verify

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.fetching.streaming import Advance

FILE_MODE = 0o644
"""Before the umask; Pooch's temporary files would stay at 0600."""


def gather(
    source: Source, files: Sequence[OfferedFile], folder: Path, staging: Path, advance: Advance
) -> None:
    """Bring every offered file into the staging folder, whole and verified, and nothing else.

    Parameters
    ----------
    source : Source
        Delivers the bytes.
    files : sequence of OfferedFile
        What it offers.
    folder : Path
        The archive's folder, left as it is: a file there that is known to be right is not asked
        for, but shared by a hard link.
    staging : Path
        Where the files go; right files of an earlier, interrupted run count.
    advance : callable
        Told the number of bytes, held ones included.

    Raises
    ------
    ChecksumError, RefusedError, MirrorError
        From the source.
    OSError
        From this disk.
    """
    prune(staging, {file.path for file in files})
    kennel = pooch.create(
        path=staging,
        base_url="",
        # Hashes here would make Pooch read every file again at each call.
        registry=dict.fromkeys(file.path for file in files),
        urls={file.path: file.location for file in files},
        retry_if_failed=0,
    )
    for file in files:
        staged = staging / file.path
        if is_held(staged, file):
            advance(file.size_bytes or 0)
            continue
        staged.unlink(missing_ok=True)
        if is_held(folder / file.path, file):
            _share(folder / file.path, staged)
            advance(file.size_bytes or 0)
            continue
        with _quiet_pooch():
            kennel.fetch(file.path, downloader=_Downloader(source, file, advance))


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
        sync_folder(folder.parent)
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


def sync_folder(folder: Path) -> None:
    """Make sure that new names in a folder survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def open_new(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing bytes with mode 0644 less the umask; on the disk at the end."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True)
class _Downloader:
    """What Pooch calls for one file, with the path of its temporary file."""

    source: Source
    file: OfferedFile
    advance: Advance

    def __call__(
        self,
        url: str,  # noqa: ARG002  the offer has it
        output_file: str,
        pooch: Any,  # noqa: ARG002
        *,
        check_only: bool = False,
    ) -> bool | None:
        if check_only:
            return True
        with open_new(Path(output_file)) as target:
            self.source.deliver(self.file, target, self.advance)
        verify(Path(output_file), self.file, self.source.name)
        return None


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Keep Pooch from announcing every download, and leave its logger as it was."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def prune(folder: Path, kept: Collection[str]) -> None:
    """Remove everything below a folder but the kept paths; links are removed, not followed.

    The folder itself goes, too, if nothing is left in it.
    """
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


def _share(held: Path, staged: Path) -> None:
    """Give a held file a second name; copy it where the disk knows no hard links."""
    staged.parent.mkdir(parents=True, exist_ok=True)
    try:
        staged.hardlink_to(held)
    except OSError:
        shutil.copy(held, staged)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
