"""What is known of an archive's files before anybody is asked: a data card and a kept list in.

The list of the deposit's files counts before what the card says of a companion's; where neither
knows a file, nothing is known. Reads files that are kept beside the data; asks no source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vinarch.fetching.companion import checksum_of
from vinarch.fetching.manifest import Manifest
from vinarch.fetching.mirrors import AT_THEIR_WORD
from vinarch.fetching.offers import RECORDED, Checksum
from vinarch.fetching.other_record import OtherRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source


@dataclass(frozen=True)
class KnownFile:
    """A published file."""

    path: str
    size_bytes: int | None
    checksum: Checksum | None
    shown_name: str
    """Its name on the deposit's page, where an ingested table ends in ``.tab``."""


def kept_manifest(places: Places) -> Manifest | None:
    """Return the version's list of files if it is kept here and can be read."""
    try:
        manifest = Manifest.from_json(places.manifest.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    archive = places.archive
    told = (manifest.archive, manifest.doi, manifest.version)
    return manifest if told == (archive.name, archive.doi, archive.version) else None


def known_files(archive: Archive, manifest: Manifest | None) -> tuple[KnownFile, ...]:
    """Return every file that is known, tables or not, sorted by path."""
    if manifest is not None:
        return tuple(
            KnownFile(file.path, file.download_bytes, file.checksum, file.shown_name)
            for file in manifest.files
        )
    listed = {file.path: file for companion in archive.companions for file in companion.files}
    return tuple(
        KnownFile(path, file.size_bytes, checksum_of(file), path.rpartition("/")[2])
        for path, file in sorted(listed.items())
    )


def with_known_checksums(
    files: Sequence[OfferedFile], source: Source, places: Places, *, doubting: bool
) -> tuple[OfferedFile, ...]:
    """Return offers of files that are no tables, each with a checksum if anybody knows one.

    The source's own counts first, then the published one; where none is, what the source gave
    before is the record, unless that is doubted or the source is taken at its word.
    """
    known = known_files(places.archive, kept_manifest(places))
    checksums = {file.path: file.checksum for file in known if file.checksum is not None}
    if not doubting and not isinstance(source, AT_THEIR_WORD):
        for file in OtherRecord.read(places.folder).files:
            if file.source == source.name:
                checksums.setdefault(file.path, Checksum(RECORDED, file.sha256))
    return tuple(
        replace(file, checksum=file.checksum or checksums.get(file.path)) for file in files
    )
