"""A folder beside the data card as a source: the tables that ship with vinarch, or an own card's.

The card pins size and SHA-256 of each file, so that nothing needs to be asked and nobody is; a
link in the folder is followed, since only the pinned bytes are taken.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from vinarch.errors import ChecksumError
from vinarch.fetching.companion import offers_of
from vinarch.fetching.offers import OfferedFile, some_of
from vinarch.fetching.refusals import AnsweredError
from vinarch.fetching.streaming import BLOCK_BYTES
from vinarch.fetching.web import own_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BufferedReader

    from vinarch.catalog import Archive, Companion
    from vinarch.fetching.streaming import Advance, Target


class IncompleteError(AnsweredError):
    """A file that should lie beside the data card cannot be read there."""


@dataclass(frozen=True)
class ShippedSource:
    """A card's companion of the kind ``shipped`` as a source."""

    companion: Companion
    at_once: int = 1

    @property
    def name(self) -> str:
        """Return what the provenance calls it."""
        if self.companion.with_vinarch:
            return f"shipped with vinarch {own_version()}".rstrip()
        return f"shipped with its data card: {self._folder}"

    @property
    def next_step(self) -> str:
        """Return what the user can do where files lack or are damaged."""
        if self.companion.with_vinarch:
            return (
                "Install vinarch anew, which brings them along: "
                "pip install --force-reinstall --no-deps vinarch."
            )
        return f"Copy {self._folder} anew from the place that the data card came from."

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return what the card lists.

        Raises
        ------
        CardError
            If a path could leave the folder.
        RefusedError
            If the card lists no table, or a file is not there.
        """
        offers = offers_of(
            self.companion,
            archive,
            lambda path: str(self._folder / path),
            (self.name, self.next_step),
        )
        missing = [offer.path for offer in offers if not (self._folder / offer.path).is_file()]
        if missing:
            raise self._incomplete(f"{len(offers)} tables of {archive.name}", missing)
        return offers

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Copy a file's bytes, once the whole of it was found to be right.

        Raises
        ------
        ChecksumError
            If it has other bytes than the card pins; nothing is written then.
        RefusedError
            If it cannot be read.
        """
        path = Path(file.location)
        try:
            with path.open("rb") as source:
                self._check(file, source)
                source.seek(target.tell())
                while block := source.read(BLOCK_BYTES):
                    target.write(block)
                    advance(len(block))
        except OSError as error:
            if error.filename != str(path):
                raise  # of the disk that is written to
            raise self._incomplete(file.path, [file.path], f": {error.strerror}") from error

    def _check(self, file: OfferedFile, source: BufferedReader) -> None:
        size = os.fstat(source.fileno()).st_size
        where = f"{file.path} {self.name}"
        if size != file.size_bytes:
            raise ChecksumError(where, f"{file.size_bytes} bytes", f"{size} bytes", self.next_step)
        checksum = file.checksum
        got = "" if checksum is None else file_digest(source, checksum.algorithm).hexdigest()
        if checksum is not None and got != checksum.value:
            raise ChecksumError(
                where,
                f"{checksum.algorithm} {checksum.value}",
                f"{got} over {size} bytes",
                self.next_step,
            )

    @property
    def _folder(self) -> Path:
        # A card that was read as a mere text stands nowhere.
        return (self.companion.place or Path()) / self.companion.folder

    def _incomplete(self, wanted: str, missing: Sequence[str], why: str = "") -> IncompleteError:
        error = IncompleteError(
            self.name, wanted, f"not there to read: {some_of(missing)}{why}", self.next_step
        )
        error.hint = self.next_step
        return error
