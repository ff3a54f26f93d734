"""A file that is being filled: blocks in, written and hashed as they come.

Hashing and writing go on side by side, so that the slower of the two sets the pace.
Knows no web and no file names.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO

from vinarch.fetching.streaming import BLOCK_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

ASIDE_FROM_BYTES = 4 * BLOCK_BYTES
"""A file that grows beyond this is hashed in threads of its own; for small ones they cost more."""


class Intake:
    """An open file, and the hashes of what is in it.

    Parameters
    ----------
    file : binary file
        Open for writing; what it holds is read and hashed first.
    algorithms : collection of str
        Names that `hashlib` knows.
    """

    def __init__(self, file: BinaryIO, algorithms: Collection[str]) -> None:
        self._file = file
        self._algorithms = tuple(dict.fromkeys(algorithms))
        self._hashes = self._new_hashes()
        self._threads: ThreadPoolExecutor | None = None
        self._busy: list[Future[None]] = []
        self._size = 0
        if os.fstat(file.fileno()).st_size:
            file.seek(0)
            while block := file.read(BLOCK_BYTES):
                self._hash(block)

    def __enter__(self) -> Self:
        """Use it until the end of a block of code."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the threads end; the file stays open."""
        if self._threads is not None:
            self._threads.shutdown()

    def tell(self) -> int:
        """Return the number of bytes that are there."""
        return self._size

    def write(self, block: bytes, /) -> int:
        """Add a block at the end."""
        self._hash(block)
        return self._file.write(block)

    def seek(self, place: int, /) -> int:
        """Go to the start; to no other place, since hashes go forward only.

        Raises
        ------
        ValueError
            For another place.
        """
        if place:
            raise ValueError(f"only the start, not {place}")
        self._wait()
        self._hashes = self._new_hashes()
        self._size = 0
        return self._file.seek(0)

    def truncate(self) -> int:
        """Forget what is behind the position."""
        return self._file.truncate()

    def digests(self) -> dict[str, str]:
        """Return the hash of all bytes so far, in hexadecimal, by algorithm."""
        self._wait()
        return {
            name: made.hexdigest()
            for name, made in zip(self._algorithms, self._hashes, strict=True)
        }

    def _new_hashes(self) -> list[hashlib._Hash]:
        return [hashlib.new(name, usedforsecurity=False) for name in self._algorithms]

    def _hash(self, block: bytes) -> None:
        self._wait()
        self._size += len(block)
        if self._size < ASIDE_FROM_BYTES:
            for made in self._hashes:
                made.update(block)
            return
        if self._threads is None:
            self._threads = ThreadPoolExecutor(len(self._hashes))
        self._busy = [self._threads.submit(made.update, block) for made in self._hashes]

    def _wait(self) -> None:
        for work in self._busy:
            work.result()
        self._busy = []
