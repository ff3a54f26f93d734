"""The sources of an archive in the order in which they are asked: mirror, Dataverse, companions.

A source lists what it offers and delivers one file's bytes; it neither names nor keeps files on
this disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

from vinarch.fetching.companion import CompanionSource
from vinarch.fetching.dataverse import DataverseSource

if TYPE_CHECKING:
    import requests

    from vinarch.catalog import Archive
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.streaming import Advance


class Source(Protocol):
    """A place that may have an archive's tables."""

    @property
    def name(self) -> str:
        """As the provenance records it: ``mirror: …``, ``Dataverse: …``, ``companion: …``."""

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return the archive's tables that the source has, sorted by path; never none.

        Raises
        ------
        RefusedError
            If the next source should be asked.
        MirrorError
            If a mirror does not exist or breaks its promise.
        """

    def deliver(self, file: OfferedFile, target: BinaryIO, advance: Advance) -> None:
        """Write a file's bytes into an open, empty file and tell `advance` how many.

        Raises
        ------
        ChecksumError
            If the size is not the offered one.
        RefusedError, MirrorError
            As in `list_files`.
        """


def sources_of(
    archive: Archive, mirror: Source | None, dataverse_url: str, session: requests.Session
) -> tuple[Source, ...]:
    """Return who is asked for an archive, in order."""
    return (
        *(() if mirror is None else (mirror,)),
        DataverseSource(dataverse_url, archive.doi, session),
        *(CompanionSource(companion, session) for companion in archive.companions),
    )
