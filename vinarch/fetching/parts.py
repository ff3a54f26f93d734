"""Files that are half here: an offer in, a file to go on with out.

A part has a sidecar that says of which offer it is, so that another process can go on with it, and
nobody with what only looks alike. Both have names made of the file's path, in one flat folder.
Asks no source.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from vinarch.fetching.addresses import shown_url
from vinarch.fetching.staging import FILE_MODE
from vinarch.fetching.streaming import BLOCK_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from vinarch.fetching.offers import OfferedFile

FORMAT = 1
"""Of the sidecar; a part with another one is not gone on with."""


@dataclass(frozen=True)
class Part:
    """What lies in a folder of parts."""

    path: str
    """Of the file that it is to become, inside the archive; empty where the sidecar is gone."""
    size_bytes: int
    """What is here of it, the sidecar not counted."""
    local: Path


@dataclass(frozen=True)
class Parts:
    """The parts of one archive's files."""

    folder: Path

    def is_kept(self, offer: OfferedFile) -> bool:
        """Tell whether a part of this file outlives its process.

        Without a checksum nobody would notice that two halves are of different files; and a file
        of one block is had again as fast as it is looked up.
        """
        is_long = offer.size_bytes is None or offer.size_bytes > BLOCK_BYTES
        return offer.checksum is not None and is_long

    def begun(self, offer: OfferedFile) -> int:
        """Return how many bytes of a file are here already."""
        part, sidecar = self._pair(offer.path)
        try:
            told = json.loads(sidecar.read_bytes())
            size = part.stat().st_size
            if part.is_symlink():
                return 0  # what it leads to is not ours to fill
        except (OSError, ValueError):
            return 0
        if told != _identity(offer) or size > (offer.size_bytes or size):
            return 0
        return size

    @contextmanager
    def filling(self, offer: OfferedFile) -> Iterator[BinaryIO]:
        """Open a file's part, with what is here of it; what is of another offer goes away."""
        part, sidecar = self._pair(offer.path)
        if not self.begun(offer):
            self.discard(offer.path)
            self.folder.mkdir(parents=True, exist_ok=True)
            sidecar.write_text(json.dumps(_identity(offer)))
        handle = os.open(part, os.O_RDWR | os.O_CREAT | _BINARY, FILE_MODE)
        try:
            with os.fdopen(handle, "r+b") as file:
                yield file
        finally:
            if not part.stat().st_size:
                self.discard(offer.path)

    def take(self, offer: OfferedFile, target: Path) -> None:
        """Give a whole part its name elsewhere on this disk."""
        part, sidecar = self._pair(offer.path)
        part.replace(target)
        sidecar.unlink(missing_ok=True)

    def discard(self, path: str) -> None:
        """Remove what is here of a file."""
        for file in self._pair(path):
            file.unlink(missing_ok=True)

    def prune(self, kept: Collection[str]) -> None:
        """Remove the parts of all files but those with these paths, and a folder left empty.

        A link in the folder's place goes, and what it leads to stays.
        """
        if self.folder.is_symlink():
            self.folder.unlink()
        wanted = {file for path in kept for file in self._pair(path)}
        for file in _files_in(self.folder):
            if file not in wanted:
                file.unlink(missing_ok=True)
        self.remove_if_empty()

    def remove_if_empty(self) -> None:
        """Remove the folder where no part is left in it."""
        with suppress(OSError):  # there is more in it, or nothing at all
            self.folder.rmdir()

    def found(self) -> tuple[Part, ...]:
        """List the parts that are here, whoever left them."""
        return tuple(
            Part(_path_told(file.with_suffix(".json")), file.stat().st_size, file)
            for file in _files_in(self.folder)
            if file.suffix == ".part"
        )

    def _pair(self, path: str) -> tuple[Path, Path]:
        name = hashlib.sha256(path.encode()).hexdigest()[:32]
        return self.folder / f"{name}.part", self.folder / f"{name}.json"


_BINARY = getattr(os, "O_BINARY", 0)


def _identity(offer: OfferedFile) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "path": offer.path,
        "location": shown_url(offer.location),
        "size_bytes": offer.size_bytes,
        "checksum": None if offer.checksum is None else asdict(offer.checksum),
    }


def _path_told(sidecar: Path) -> str:
    try:
        told = json.loads(sidecar.read_bytes())
        return str(told["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in {".part", ".json"})
    except (FileNotFoundError, NotADirectoryError):
        return []
