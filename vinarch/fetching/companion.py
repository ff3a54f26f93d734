"""A companion of an archive: another public place, pinned, whose files the data card lists.

Nothing is listed over the network: paths, and sizes and SHA-256 where they are known, come from
the card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from vinarch.errors import CardError, RefusedError
from vinarch.fetching.offers import Checksum, OfferedFile, fault_of_path
from vinarch.fetching.refusals import Question
from vinarch.fetching.streaming import stream

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from vinarch.catalog import Archive, Companion, ListedFile
    from vinarch.fetching.streaming import Advance, Target

NEXT_STEP = (
    "Try again later, or set VINARCH_MIRROR to a folder that holds the tables as "
    "<archive>/<path>; see docs/how-to/get-the-data.md."
)


FILES_AT_ONCE = 4


@dataclass(frozen=True)
class CompanionSource:
    """A card's companion as a source."""

    companion: Companion
    session: requests.Session
    at_once: int = FILES_AT_ONCE

    @property
    def name(self) -> str:
        """Return what the provenance calls it."""
        return f"companion: {self.companion.name}"

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return what the card lists."""
        base = self.companion.url.rstrip("/")
        return offers_of(
            self.companion, archive, lambda path: f"{base}/{quote(path)}", (self.name, NEXT_STEP)
        )

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Stream a file from below the companion's URL."""
        question = Question(file.location, self.name, file.path, NEXT_STEP)
        stream(self.session, question, file, target, advance)


def offers_of(
    companion: Companion,
    archive: Archive,
    address_of: Callable[[str], str],
    told: tuple[str, str],
) -> tuple[OfferedFile, ...]:
    """Return the tables that the card lists of a companion; `told` is its name and what to do.

    Raises
    ------
    CardError
        If a path could leave the archive.
    RefusedError
        If the card lists no table.
    """
    name, next_step = told
    offers = tuple(
        OfferedFile(file.path, file.size_bytes, checksum_of(file), address_of(file.path))
        for file in companion.files
        if archive.role_of(file.path) is not None
    )
    if not offers:
        raise RefusedError(name, f"tables of {archive.name}", "none in the data card", next_step)
    for offer in offers:
        fault = fault_of_path(offer.path)
        if fault:
            raise CardError(
                f"data card of {archive.name}",
                "paths inside the archive",
                f"{offer.path!r}, which has {fault}",
                "Mend the card.",
            )
    return offers


def checksum_of(file: ListedFile) -> Checksum | None:
    """Return the checksum that a card knows of a file, None if it knows none."""
    return None if file.sha256 is None else Checksum("sha256", file.sha256)
