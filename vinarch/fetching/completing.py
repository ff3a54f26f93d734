"""A folder that the user filled holds only what was missing: its offers in, completed ones out.

What is here already is taken along if its bytes are verified: by the receipt of an earlier fetch,
or by what is published. Asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import MirrorError
from vinarch.fetching.filled_folder import FilledFolder
from vinarch.fetching.gathering import is_held
from vinarch.fetching.offers import RECORDED, Checksum, OfferedFile, fault_of_path, some_of
from vinarch.fetching.receipts import files_of_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.sources import Source
    from vinarch.fetching.stamps import Stamps


def completed(
    source: Source, files: Sequence[OfferedFile], places: Places, stamps: Stamps
) -> tuple[OfferedFile, ...]:
    """Return what a filled folder offers and what is kept besides; other offers as they are.

    Parameters
    ----------
    source : Source
        Who offers.
    files : sequence of OfferedFile
        What it offers.
    places : Places
        Where the archive is kept; files that wait there for the rest of an earlier fetch count.
    stamps : Stamps
        Of the archive's files.

    Raises
    ------
    MirrorError
        If a table of an earlier fetch is in neither.
    """
    if not isinstance(source, FilledFolder):
        return tuple(files)
    found = {file.path: file for file in files}
    for offer in _known_here(source, places):
        if offer.path not in found and any(
            is_held(folder / offer.path, offer, stamps)
            for folder in (places.folder, places.staging)
        ):
            found[offer.path] = offer
    earlier = files_of_receipt(places.archive, places.folder)
    lost = [file.path for file in earlier if file.path not in found]
    if lost:
        raise MirrorError(
            source.name,
            f"what is not whole here of the {len(earlier)} tables of an earlier fetch",
            f"{len(lost)} neither here nor in it: {some_of(lost)}",
            "Nothing is changed. Add them to the folder; or take it as it is, so that all other "
            "tables go away, with refresh=True (on the command line --refresh).",
        )
    return tuple(found[path] for path in sorted(found))


def kept_count(files: Sequence[OfferedFile], source: Source) -> int:
    """Return how many files a filled folder did not give itself."""
    if not isinstance(source, FilledFolder):
        return 0
    return len(files) - len({file.path for file in files} & source.paths)


def _known_here(source: FilledFolder, places: Places) -> Iterator[OfferedFile]:
    archive: Archive = places.archive
    tables = {
        file.path: (file.size_bytes, file.checksum)
        for file in source.known
        if file.checksum is not None
    }
    for kept in files_of_receipt(archive, places.folder):
        tables.setdefault(kept.path, (kept.size_bytes, Checksum(RECORDED, kept.sha256)))
    for path, (size, checksum) in sorted(tables.items()):
        if archive.role_of(path) is not None and fault_of_path(path) is None:
            yield OfferedFile(path, size, checksum, str(places.folder / path))
