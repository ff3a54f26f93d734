"""A companion of an archive: another public place, pinned, whose files the data card lists.

Nothing is listed over the network: paths, sizes and SHA-256 come from the card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from vinarch.errors import RefusedError
from vinarch.fetching.offers import Checksum, OfferedFile
from vinarch.fetching.streaming import stream
from vinarch.fetching.web import Question

if TYPE_CHECKING:
    import requests

    from vinarch.catalog import Archive, Companion
    from vinarch.fetching.streaming import Advance

NEXT_STEP = (
    "Try again later, or set VINARCH_MIRROR to a folder that holds the tables as "
    "<archive>/<path>; see docs/how-to/get-the-data.md."
)


@dataclass(frozen=True)
class CompanionSource:
    """A card's companion as a source."""

    companion: Companion
    session: requests.Session

    @property
    def name(self) -> str:
        """Return what the provenance calls it."""
        return f"companion: {self.companion.name}"

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return what the card lists."""
        base = self.companion.url.rstrip("/")
        offers = tuple(
            OfferedFile(
                file.path,
                file.size_bytes,
                Checksum("sha256", file.sha256),
                f"{base}/{quote(file.path)}",
            )
            for file in self.companion.files
            if archive.role_of(file.path) is not None
        )
        if not offers:
            raise RefusedError(
                self.name, f"tables of {archive.name}", "none in the data card", NEXT_STEP
            )
        return offers

    def deliver(self, file: OfferedFile, target: BinaryIO, advance: Advance) -> None:
        """Stream a file from below the companion's URL."""
        question = Question(file.location, self.name, file.path, NEXT_STEP)
        stream(self.session, question, file, target, advance)
