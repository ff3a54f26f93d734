"""The sources of an archive in the order in which they are asked.

A folder beside the data card, mirrors, Dataverse, companions.

A source lists what it offers and delivers one file's bytes; it neither names nor keeps files on
this disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vinarch.fetching.companion import CompanionSource
from vinarch.fetching.shipped import ShippedSource
from vinarch.fetching.tarball import TarballSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    import requests

    from vinarch.catalog import Archive, Companion
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sitting import Sitting
    from vinarch.fetching.streaming import Advance, Target
    from vinarch.progress import Progress


@dataclass(frozen=True)
class Workshop:
    """What sources work with during one fetch."""

    session: requests.Session
    folder: Path
    """For nameless files that a source needs on the way."""
    rooms: ExitStack
    """Closes them at the end of a step."""
    progress: Progress
    sitting: Sitting
    """What other steps of the same fetch were given."""


class Source(Protocol):
    """A place that may have an archive's tables."""

    @property
    def name(self) -> str:
        """As the provenance records it.

        ``mirror: …``, ``Dataverse: …``, ``companion: …``, ``shipped with vinarch …``.
        """

    @property
    def at_once(self) -> int:
        """How many files it may be asked for at the same time."""

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return the archive's tables that the source has, sorted by path; never none.

        Raises
        ------
        RefusedError
            If the next source should be asked.
        MirrorError
            If a mirror does not exist or breaks its promise.
        """

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Write a file's bytes behind those that the target holds, and tell `advance` how many.

        Raises
        ------
        ChecksumError
            If the size is not the offered one.
        RefusedError, MirrorError
            As in `list_files`.
        """


def sources_of(
    archive: Archive, mirrors: Sequence[Source] | None, dataverse: Source, workshop: Workshop
) -> tuple[Source, ...]:
    """Return who is asked for an archive, in order; Dataverse only where there is a DOI.

    What lies beside the data card is pinned by it and needs no network, so it is the first.
    """
    return (
        *(ShippedSource(companion) for companion in archive.shipped),
        *(mirrors or ()),
        *((dataverse,) if archive.doi else ()),
        *(
            _COMPANIONS[companion.kind](companion, workshop)
            for companion in archive.companions
            if companion.kind in _COMPANIONS
        ),
    )


def _file_by_file(companion: Companion, workshop: Workshop) -> Source:
    return CompanionSource(companion, workshop.session)


def _one_tarball(companion: Companion, workshop: Workshop) -> Source:
    return TarballSource(
        companion,
        workshop.session,
        workshop.folder,
        workshop.rooms,
        workshop.progress,
        workshop.sitting,
    )


_COMPANIONS: Mapping[str, Callable[[Companion, Workshop], Source]] = {
    "files": _file_by_file,
    "github-tarball": _one_tarball,
}
