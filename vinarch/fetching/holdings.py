"""Fetch an archive's tables once and keep them: an archive in, a holding with its provenance out.

Asks the sources in order, and nobody where a receipt stands.
What it gathers is on trial until the caller, who can read tables, confirms it (see
`vinarch.fetching.keeping`).
Reads no environment variable and opens no table.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from vinarch.errors import FetchError, RefusedError
from vinarch.fetching.choosing import PLAIN, Wish
from vinarch.fetching.closed import ClosedTablesError
from vinarch.fetching.comparing import (
    hold_against_record,
    narrowed,
    nobody_gave,
    tell_differences,
)
from vinarch.fetching.completing import kept_count
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.gathering import Room, gather_told
from vinarch.fetching.keeping import Exchange, Holding, Places, lock_for, storing, tidying
from vinarch.fetching.mirrors import AT_THEIR_WORD, MIRRORS
from vinarch.fetching.offers import RECORDED
from vinarch.fetching.order import asking_of, missing_here, offline_error, standing_receipt
from vinarch.fetching.pace import USUAL_PACE
from vinarch.fetching.parts import Parts
from vinarch.fetching.picking import Picking
from vinarch.fetching.receipts import (
    recorded_checksums,
    write_receipt,
)
from vinarch.fetching.refusals import RestrictedError, hint_of
from vinarch.fetching.settings import DEFAULT_DATAVERSE_URL
from vinarch.fetching.shipped import ShippedSource
from vinarch.fetching.sitting import Sitting
from vinarch.fetching.sources import Workshop
from vinarch.fetching.stamps import Stamps
from vinarch.fetching.web import web_session
from vinarch.progress import LogProgress
from vinarch.provenance import Asked, FetchedFile, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from filelock import FileLock

    from vinarch.catalog import Archive
    from vinarch.fetching.mirrors import MirrorText
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.pace import Pace
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress

GAVE = "gave the files"
"""The outcome of the source that the files came from."""

NO_DOI = "not asked: the archive has no DOI"


def fetch_archive(  # noqa: PLR0913 - each is a setting of its own
    archive: Archive,
    home: Path,
    *,
    mirror: MirrorText | Iterable[MirrorText] | None = None,
    dataverse_url: str = DEFAULT_DATAVERSE_URL,
    dataverse_token: str | None = None,
    refresh: bool = False,
    wish: Wish = PLAIN,
    progress: Progress | None = None,
    sitting: Sitting | None = None,
    pace: Pace = USUAL_PACE,
) -> Holding:
    r"""Make sure that an archive's tables are on this disk.

    Parameters
    ----------
    archive : Archive
        From `vinarch.catalog`; only the files that its card calls tables are taken.
    home : Path
        The files go to ``<home>/downloads/<archive>/<version>/``.
    mirror : str, path-like or several of these, optional
        Places that hold ``<archive>/<path>`` (see `vinarch.fetching.mirrors`), asked in this order
        before Dataverse.
    dataverse_url : str
        The Dataverse installation, asked before the card's companions.
    dataverse_token : str, optional
        API token, sent to that installation only.
    refresh : bool
        Ask the sources even if a receipt stands, and take what they give even if these are fewer
        tables than are here.
    wish : Wish
        Which tables are taken, whether anybody may be asked, or a folder that the user filled.
    progress : Progress, optional
        Told bytes and fallbacks; the logger ``vinarch`` if not given.
    sitting : Sitting, optional
        What other steps of the same fetch were answered; added to.
    pace : Pace, optional
        How slowly a server may answer.

    Returns
    -------
    Holding
        The files and their provenance. With a receipt that counts, nobody is asked for it.
        Otherwise the files are on trial: call `Holding.confirm` once they could be read, else
        `Holding.undo`. Until then the files that were there before stay.

    Raises
    ------
    OfflineError
        If something is missing here and nobody may be asked.
    MirrorError
        If a mirror does not exist, breaks its promise, or gives fewer tables than are here.
    ChecksumError
        If a source gives other bytes than the published ones; no other source is asked then.
    FetchError
        If every source refuses, the message says why each does; or if a source gives fewer
        tables than are here.
    ParameterError
        If the mirror is no text and no path, or the wish's globs match no file.
    StoreError
        If the home cannot be written, or its disk has not enough room.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from vinarch.catalog import find_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "mirror/JS9FR6/icpp_training_results/1gpu_training_data.csv")
    ...     table.parent.mkdir(parents=True)
    ...     _ = table.write_text("architecture,epoch\n")
    ...     holding = fetch_archive(
    ...         find_archive("JS9FR6"), Path(folder, "home"), mirror=Path(folder, "mirror")
    ...     ).confirm()
    ...     [(file.path, file.size_bytes) for file in holding.provenance.files]
    [('icpp_training_results/1gpu_training_data.csv', 19)]
    """
    progress = progress or LogProgress()
    places = Places(home.absolute(), archive)
    with storing(places.folder), ExitStack() as rooms:
        sitting = sitting or rooms.enter_context(Sitting())
        session = rooms.enter_context(web_session(sitting.answers, pace))
        workshop = Workshop(session, places.lock.parent, rooms, progress, sitting)
        dataverse = DataverseSource(
            dataverse_url,
            archive.doi,
            session,
            dataverse_token,
            places.manifest,
            refresh,
            tell=partial(sitting.tell, progress),
        )
        asking = asking_of(places, mirror, dataverse, workshop, wish)
        # What a user put into a folder since it was last looked at is wanted, too.
        look = refresh or wish.from_folder is not None
        # First without the lock, so that a home that is read-only serves what it has.
        faults: list[str] = []
        standing = None if look else standing_receipt(places, asking.named, wish, faults.append)
        if standing is not None:
            return Holding(archive, places.folder, standing)
        if wish.offline and not asking.sources:
            raise offline_error(archive, missing_here(places, wish), ())
        lock = lock_for(places, progress, faults)
        try:
            standing = None if look else standing_receipt(places, asking.named, wish, progress.say)
            if standing is not None:
                lock.release()
                return Holding(archive, places.folder, standing)
            with tidying(places):
                return _ask_in_order(asking.sources, places, lock, progress, wish, refresh=refresh)
        except BaseException:
            lock.release()
            raise


def _ask_in_order(
    sources: Sequence[Source],
    places: Places,
    lock: FileLock,
    progress: Progress,
    wish: Wish,
    *,
    refresh: bool,
) -> Holding:
    archive = places.archive
    asked: list[Asked] = []
    hints: list[str] = []
    kind: type[FetchError] = FetchError
    queue = list(sources)
    # Who asks anew doubts what is here, too: no stamp counts.
    stamps = Stamps(places.stamps) if refresh else Stamps.read(places.stamps)
    room = Room(places.folder, places.staging, Parts(places.parts), stamps)
    picking = Picking(places, room, wish, sources, progress, refresh)
    for number, source in enumerate(queue, start=1):
        if not isinstance(source, (*MIRRORS, ShippedSource)):
            asked += _not_asked(archive, asked)
        try:
            files, left_out = picking.tables_of(source, partly=number > len(sources))
            gather_told(source, files, room, archive, progress)
        except RefusedError as error:
            asked.append(Asked(source.name, error.got))
            # Not the error itself, whose traceback would hold this function's connections.
            hints += filter(None, [hint_of(error)])
            if isinstance(error, RestrictedError):
                kind = ClosedTablesError
                # Where nobody has all, what it gives is taken.
                queue += [source] * error.leaves_some
            if number < len(queue) and queue[number] is not source:
                following = queue[number].name
                progress.say(f"{source.name} refused: {error.got}. Trying {following}.")
            continue
        if kept := kept_count(files, source):
            asked.append(Asked("what was here", f"gave {kept} of {len(files)} files, verified"))
        asked.append(Asked(source.name, GAVE))
        provenance = _record(source, files, places, room.stamps, tuple(asked), progress)
        if left_out:
            provenance = replace(provenance, left_out=left_out)
        write_receipt(provenance, places.staging)
        tell_differences(provenance, narrowed(archive, left_out), progress)
        vouched = frozenset(file.path for file in files if file.checksum is not None)
        return Holding(archive, places.staging, provenance, Exchange(places, lock, vouched))
    if wish.offline:
        raise offline_error(archive, missing_here(places, wish), asked)
    raise nobody_gave(archive, [*asked, *_not_asked(archive, asked)], hints, kind)


def _not_asked(archive: Archive, asked: Sequence[Asked]) -> list[Asked]:
    """Tell once, after the mirror, that there is no deposit to ask for."""
    skipped = Asked("Dataverse", NO_DOI)
    return [] if archive.doi or skipped in asked else [skipped]


def _record(
    source: Source,
    files: Sequence[OfferedFile],
    places: Places,
    stamps: Stamps,
    asked: tuple[Asked, ...],
    progress: Progress,
) -> Provenance:
    """Return what came from where, once it was held against what came before."""
    archive = places.archive
    fetched = []
    for file in files:
        path = places.staging / file.path
        sha256 = stamps.hash_of(file.path, path, RECORDED)
        fetched.append(FetchedFile(file.path, path.stat().st_size, sha256))
    # The old files stay until the new ones are confirmed.
    stamps.keep([places.folder, places.staging], [file.path for file in files])
    if not isinstance(source, AT_THEIR_WORD):
        recorded = recorded_checksums(archive, places.folder, source.name)
        hold_against_record(source, files, fetched, recorded, places.folder, progress)
    return Provenance(
        archive=archive.name,
        doi=archive.doi,
        version=archive.version,
        source=asked[-1].source,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        asked=asked,
        files=tuple(sorted(fetched)),
    )
