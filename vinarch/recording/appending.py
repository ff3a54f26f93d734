"""Append lines to a file so that a line is there whole or not at all: bytes in, nothing out.

One `os.write` a line on a descriptor that appends.
A process that is killed leaves every line that was written, since the system has it; a power cut
may lose what was not synced.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from typing import TYPE_CHECKING

from vinarch.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class AppendFile:
    """A file that one process appends to, from any of its threads.

    Parameters
    ----------
    path : Path
        Made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_CREAT | os.O_APPEND | os.O_RDWR | getattr(os, "O_BINARY", 0)
        with disk_errors(path):
            self.descriptor = os.open(path, flags, 0o666)
        self._turn = threading.Lock()

    def append(self, line: bytes, *, sync: bool = False) -> None:
        """Append a line.

        Raises
        ------
        StoreError
            If the disk refuses; then nothing of the line stays.
        """
        with self._turn, disk_errors(self.path):
            before = os.fstat(self.descriptor).st_size
            written = os.write(self.descriptor, line)
            if written < len(line):
                os.ftruncate(self.descriptor, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            if sync:
                os.fsync(self.descriptor)


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Tell what a disk refuses as an error that says what is safe."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            str(error.filename or path),
            "a folder that can be written",
            error.strerror or str(error),
            "Nothing of this call was kept, and all before it is safe: free some space or mend "
            "the permissions, and call again.",
        ) from error
