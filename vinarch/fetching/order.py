"""Who is asked for an archive, in which order: a wish and the settings in, sources out.

A folder that the user filled stands alone; else what lies beside the data card comes first, for
which no mirror is asked, then mirrors, Dataverse and the companions. Offline only those are left
that need no connection.
Asks only for the deposit's list of files, where a filled folder is to be held against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import FetchError, RefusedError
from vinarch.fetching.choosing import missing_of
from vinarch.fetching.filled_folder import FilledFolder
from vinarch.fetching.known import kept_manifest, known_files
from vinarch.fetching.mirrors import is_on_this_machine, open_mirrors, were_asked
from vinarch.fetching.offers import some_of
from vinarch.fetching.receipts import read_receipt
from vinarch.fetching.sources import sources_of
from vinarch.fetching.stamps import Stamps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Wish
    from vinarch.fetching.dataverse import DataverseSource
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.mirrors import MirrorText
    from vinarch.fetching.sources import Source, Workshop
    from vinarch.provenance import Asked, Provenance


class OfflineError(FetchError):
    """Files are missing here, and nobody may be asked for them.

    `missing` are their paths, as far as they are known.
    """

    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """Who is asked in one fetch."""

    named: tuple[Source, ...]
    """What the user named and must have been asked: mirrors, or a folder that he filled."""
    sources: tuple[Source, ...]
    """All that are asked, in order."""


def asking_of(
    places: Places,
    mirrors: MirrorText | Iterable[MirrorText] | None,
    dataverse: DataverseSource,
    workshop: Workshop,
    wish: Wish,
) -> Asking:
    """Return who is asked for an archive.

    Raises
    ------
    MirrorError, ParameterError
        If a mirror cannot be one.
    """
    archive = places.archive
    if wish.from_folder is not None:
        folder = _filled_folder(places, wish, dataverse, workshop)
        return Asking((folder,), (folder,))
    known = known_files(archive, kept_manifest(places))
    checksums = {file.path: file.checksum for file in known if file.checksum is not None}
    named = open_mirrors(mirrors, workshop.session, checksums)
    sources = sources_of(archive, named, dataverse, workshop)
    if wish.offline:
        sources = tuple(source for source in sources if is_on_this_machine(source))
    # The card pins what is shipped: a mirror would have to give the same.
    return Asking(() if archive.shipped else named, sources)


def standing_receipt(
    places: Places, named: Iterable[Source], wish: Wish, say: Callable[[str], object]
) -> Provenance | None:
    """Return the receipt of an earlier fetch with which nobody need be asked.

    Such a receipt counts (see `read_receipt`), the mirrors that are named now were asked then, and
    no table was left out that is wanted now. Offline, mirrors that cannot be asked do not matter.
    """
    archive = places.archive
    provenance = read_receipt(archive, places.folder, None, say, Stamps.read(places.stamps))
    if provenance is None or _missing_of(places, provenance, wish):
        return None
    if not _is_as_pinned(provenance, archive):
        return None  # another vinarch brought along other files of this version
    named = [one for one in named if not wish.offline or is_on_this_machine(one)]
    return provenance if were_asked(named, provenance) else None


def missing_here(places: Places, wish: Wish) -> tuple[str, ...] | None:
    """Return the tables that a wish wants and that are not here, None if nobody knows them."""
    archive, selection = places.archive, wish.selection
    standing = read_receipt(archive, places.folder, None, lambda _: None)
    if standing is not None:
        return _missing_of(places, standing, wish)
    known = [file.path for file in known_files(archive, kept_manifest(places))]
    wanted = selection.tables_of(archive, known)
    if not wanted:
        return None
    return tuple(sorted(path for path in wanted if not (places.folder / path).is_file()))


def offline_error(
    archive: Archive, missing: Sequence[str] | None, asked: Sequence[Asked]
) -> OfflineError:
    """Return the error for what is not here.

    Parameters
    ----------
    archive : Archive
        From its data card.
    missing : sequence of str or None
        Paths of missing files; None where nobody knows which there are.
    asked : sequence of Asked
        Sources on this machine that could not help.
    """
    answers = "".join(f"; [{one.source}] {one.outcome}" for one in asked)
    got = (
        "none of them"
        if missing is None
        else f"{len(missing):,} missing: {some_of(missing)}"
        if missing
        else "no receipt of them that counts"
    )
    error = OfflineError(
        f"archive {archive.name} {archive.version}",
        "its files on this machine, since offline nobody is asked",
        got + answers,
        "Fetch them where there is a network, or bring them here by --mirror FOLDER or --from "
        "FOLDER; see docs/how-to/offline-cluster.md.",
    )
    error.missing = tuple(missing or ())
    return error


def _missing_of(places: Places, provenance: Provenance, wish: Wish) -> tuple[str, ...]:
    """Return the tables that were left out and are wanted.

    Those that the deposit closes are not, where tables only come besides.
    """
    archive, selection = places.archive, wish.selection
    missing = missing_of(provenance, archive, selection)
    known = (*(file.path for file in provenance.files), *provenance.left_out)
    if not missing or selection.asks_for_tables(archive, known):
        return missing
    manifest = kept_manifest(places)
    closed = {file.path for file in manifest.files if file.restricted} if manifest else set()
    return tuple(path for path in missing if path not in closed)


def _is_as_pinned(provenance: Provenance, archive: Archive) -> bool:
    """Tell whether the tables that are here are those that lie beside the data card, if any do."""
    if not archive.shipped:
        return True
    left = frozenset(provenance.left_out)
    pinned = {
        (file.path, file.sha256)
        for one in archive.shipped
        for file in one.files
        if archive.role_of(file.path) is not None and file.path not in left
    }
    return pinned == {(file.path, file.sha256) for file in provenance.files}


def _filled_folder(
    places: Places, wish: Wish, dataverse: DataverseSource, workshop: Workshop
) -> FilledFolder:
    archive, folder = places.archive, wish.from_folder
    if folder is None:
        raise TypeError("no folder is named")
    manifest = kept_manifest(places)
    if manifest is None and archive.doi and not wish.offline:
        try:
            manifest = dataverse.fetch_manifest(archive)
        except RefusedError as error:
            workshop.progress.say(
                f"{error.where} refused: {error.got}. The folder is held against the data card."
            )
    return FilledFolder(folder, archive, known_files(archive, manifest), workshop.progress)
