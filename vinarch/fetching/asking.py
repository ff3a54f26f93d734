"""What else one may ask of an archive's sources besides its tables: a plan, files, their list.

Each function does one thing for the command line or for `vinarch.fetch`, with the same settings as
`fetch_archive`. Reads no environment variable.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from vinarch.errors import FetchError
from vinarch.fetching.choosing import PLAIN, Wish
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.globs import refuse_nothing
from vinarch.fetching.keeping import Places, lock_for, releasing, storing
from vinarch.fetching.known import kept_manifest, known_files
from vinarch.fetching.manifest import Manifest, ManifestDifferences, compare_manifests
from vinarch.fetching.neighbours import seated
from vinarch.fetching.order import OfflineError, asking_of, offline_error, standing_receipt
from vinarch.fetching.others import OtherShelf, fetch_others
from vinarch.fetching.pace import USUAL_PACE, Pace
from vinarch.fetching.planning import Plan, plan_from
from vinarch.fetching.settings import DEFAULT_DATAVERSE_URL
from vinarch.fetching.sitting import Sitting
from vinarch.fetching.sources import Workshop
from vinarch.fetching.stamps import Stamps
from vinarch.fetching.web import web_session
from vinarch.progress import LogProgress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Selection
    from vinarch.fetching.mirrors import MirrorText
    from vinarch.fetching.order import Asking
    from vinarch.fetching.other_record import OtherFile
    from vinarch.progress import Progress


@dataclass(frozen=True)
class Terms:
    """With which settings sources are asked."""

    mirror: MirrorText | Iterable[MirrorText] | None = None
    dataverse_url: str = DEFAULT_DATAVERSE_URL
    dataverse_token: str | None = field(default=None, repr=False)
    refresh: bool = False
    pace: Pace = USUAL_PACE
    wish: Wish = PLAIN
    progress: Progress = field(default_factory=LogProgress)
    sitting: Sitting | None = field(default=None, compare=False, repr=False)
    """What other steps of the same fetch were answered."""


@dataclass(frozen=True)
class RefreshedList:
    """A deposit's list of files, asked for anew."""

    manifest: Manifest
    differences: ManifestDifferences | None
    """From the list that was kept here; None where none was."""
    latest_version: str
    """That was published last."""


def plan_archive(archive: Archive, home: Path, terms: Terms) -> Plan:
    """Return what a fetch of an archive would take, from where, and what of it is here.

    Raises
    ------
    OfflineError
        If nobody may be asked and the files are not here.
    ParameterError
        If no file matches the globs.
    FetchError
        If no source could tell its files.
    """
    with _asking(archive, home, terms) as (places, asking):
        wish = terms.wish
        look = terms.refresh or wish.from_folder is not None
        standing = None if look else standing_receipt(places, asking.named, wish, lambda _: None)
        plan = plan_from(
            places,
            asking.sources,
            standing,
            wish,
            Stamps.read(places.stamps),
            refresh=terms.refresh,
        )
        if plan.files:
            if not any(wish.selection.takes(archive, file.path) for file in plan.files):
                known = [file.path for file in known_files(archive, kept_manifest(places))]
                raise refuse_nothing(archive, wish, {}, known)
            return plan
        if wish.offline:
            raise offline_error(archive, None, plan.refused)
        raise FetchError(
            f"archive {archive.name} {archive.version}",
            f"a list of its files from one of {len(asking.sources)} sources",
            "; ".join(f"[{one.source}] {one.outcome}" for one in plan.refused),
            "Try again later, or name a mirror; see docs/how-to/get-the-data.md.",
        )


def fetch_other_files(archive: Archive, home: Path, terms: Terms) -> tuple[OtherFile, ...]:
    """Bring the files here that a wish includes and that are no tables.

    Parameters
    ----------
    archive : Archive
        From its data card.
    home : Path
        They go to ``<home>/downloads/<archive>/<version>.others/<path>``.
    terms : Terms
        The wish in it has globs to include.

    Returns
    -------
    tuple of OtherFile
        All that are here of what the globs choose.

    Raises
    ------
    OfflineError
        If nobody may be asked and the globs were not fetched before.
    ParameterError
        If no file matches the globs, table or not.
    ChecksumError, MirrorError, StoreError
        As `fetch_archive`.
    """
    wish = terms.wish
    with _asking(archive, home, terms) as (places, asking):
        shelf = OtherShelf(places)
        if not terms.refresh and shelf.has_all(archive, wish.selection):
            silence = shelf.silence()
            if silence is not None:
                terms.progress.say(silence.in_words(archive))
            if silence is None or wish.offline or silence.lasts(datetime.now(UTC)):
                return shelf.chosen(archive, wish.selection)
        with seated(places, terms.progress, doubting=terms.refresh) as seat:
            shelf = OtherShelf(places, seat)
            if terms.refresh:
                shelf.doubt()
            refused = fetch_others(shelf, asking.sources, wish, terms.progress)
            if shelf.chosen(archive, wish.selection) or _takes_a_table(places, wish):
                shelf.remember_silence(wish.selection, refused)
        found = shelf.chosen(archive, wish.selection)
        if wish.offline and wish.selection not in shelf.record().selections:
            raise offline_error(archive, None, ())
        if not found and not _takes_a_table(places, wish):
            known = [file.path for file in known_files(archive, kept_manifest(places))]
            raise refuse_nothing(archive, wish, refused, known)
        return found


def other_files_here(
    archive: Archive, home: Path, selection: Selection
) -> tuple[Path, tuple[OtherFile, ...]]:
    """Return the folder of files that are no tables, and those in it that a selection takes."""
    shelf = OtherShelf(Places(home.absolute(), archive))
    return shelf.folder, shelf.chosen(archive, selection)


def refresh_list(archive: Archive, home: Path, terms: Terms) -> RefreshedList:
    """Ask the deposit for its list of files anew, and keep it; nothing is downloaded.

    Raises
    ------
    FetchError
        If the archive has no deposit, or that refuses.
    OfflineError
        If nobody may be asked.
    """
    if not archive.doi:
        raise FetchError(
            f"archive {archive.name}",
            "a deposit with a DOI, whose list of files can be asked for",
            f"an archive of {_place_of(archive)}",
            "Its data card lists its files.",
        )
    if terms.wish.offline:
        raise OfflineError(
            f"archive {archive.name} {archive.version}",
            "to ask its deposit for the list of its files",
            "offline, where nobody is asked",
            "Unset VINARCH_OFFLINE where there is a network.",
        )
    with _listing(archive, home, terms) as (before, source):
        manifest = source.fetch_manifest(archive)
        latest = source.latest_version()
    differences = None if before is None else compare_manifests(before, manifest)
    return RefreshedList(manifest, differences, latest)


def list_of(archive: Archive, home: Path, terms: Terms) -> Manifest | None:
    """Return the deposit's list of files, the one that is kept or else a fresh one.

    None for an archive without a deposit, and offline where none is kept.

    Raises
    ------
    FetchError
        If the deposit refuses.
    """
    kept = kept_manifest(Places(home.absolute(), archive))
    if kept is not None or not archive.doi or terms.wish.offline:
        return kept
    with _listing(archive, home, terms) as (_, source):
        return source.fetch_manifest(archive)


def _place_of(archive: Archive) -> str:
    beside = "files beside its data card" if archive.shipped else "no public place"
    return archive.url or beside


@contextmanager
def _listing(
    archive: Archive, home: Path, terms: Terms
) -> Iterator[tuple[Manifest | None, DataverseSource]]:
    """Give the list that is kept, and who is asked for a new one."""
    places = Places(home.absolute(), archive)
    with (
        storing(places.folder),
        web_session(pace=terms.pace) as session,
        releasing(lock_for(places, terms.progress)),
    ):
        yield (
            kept_manifest(places),
            DataverseSource(
                terms.dataverse_url, archive.doi, session, terms.dataverse_token, places.manifest
            ),
        )


@contextmanager
def _asking(archive: Archive, home: Path, terms: Terms) -> Iterator[tuple[Places, Asking]]:
    places = Places(home.absolute(), archive)
    with storing(places.folder), ExitStack() as rooms:
        sitting = terms.sitting or rooms.enter_context(Sitting())
        session = rooms.enter_context(web_session(sitting.answers, terms.pace))
        workshop = Workshop(session, places.lock.parent, rooms, terms.progress, sitting)
        dataverse = DataverseSource(
            terms.dataverse_url,
            archive.doi,
            session,
            terms.dataverse_token,
            places.manifest,
            terms.refresh,
            tell=partial(sitting.tell, terms.progress),
        )
        yield places, asking_of(places, terms.mirror, dataverse, workshop, terms.wish)


def _takes_a_table(places: Places, wish: Wish) -> bool:
    archive, selection = places.archive, wish.selection
    try:
        paths = [path.relative_to(places.folder).as_posix() for path in places.folder.rglob("*")]
    except OSError:
        return False
    return any(
        archive.role_of(path) is not None and selection.takes(archive, path) for path in paths
    )
