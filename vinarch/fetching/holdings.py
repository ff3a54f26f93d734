"""Fetch an archive's tables once and keep them: an archive in, a holding with its provenance out.

Asks the sources in order, and nobody where a receipt stands.
What it gathers is on trial until the caller, who can read tables, confirms it (see
`vinarch.fetching.keeping`).
Reads no environment variable and opens no table.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vinarch.errors import FetchError, MirrorError, RefusedError
from vinarch.fetching.keeping import Exchange, Holding, Places, lock_for, storing
from vinarch.fetching.mirror import FolderMirror, UrlMirror, open_mirror
from vinarch.fetching.receipts import read_receipt, write_receipt
from vinarch.fetching.settings import DEFAULT_DATAVERSE_URL
from vinarch.fetching.sources import sources_of
from vinarch.fetching.staging import gather
from vinarch.fetching.web import web_session
from vinarch.progress import LogProgress
from vinarch.provenance import Asked, FetchedFile, Provenance, sha256_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from filelock import FileLock

    from vinarch.catalog import Archive
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress

GAVE = "gave the files"
"""The outcome of the source that the files came from."""


def fetch_archive(
    archive: Archive,
    home: Path,
    *,
    mirror: str | os.PathLike[str] | None = None,
    dataverse_url: str = DEFAULT_DATAVERSE_URL,
    refresh: bool = False,
    progress: Progress | None = None,
) -> Holding:
    r"""Make sure that an archive's tables are on this disk.

    Parameters
    ----------
    archive : Archive
        From `vinarch.catalog`; only the files that its card calls tables are taken.
    home : Path
        The files go to ``<home>/downloads/<archive>/<version>/``.
    mirror : str or path-like, optional
        A folder or URL that holds ``<archive>/<path>`` (see `vinarch.fetching.mirror`), asked
        before Dataverse.
    dataverse_url : str
        The Dataverse installation, asked before the card's companions.
    refresh : bool
        Ask the sources even if a receipt stands, and take what they give even if these are fewer
        tables than are here.
    progress : Progress, optional
        Told bytes and fallbacks; the logger ``vinarch`` if not given.

    Returns
    -------
    Holding
        The files and their provenance. With a receipt that counts, nobody is asked for it.
        Otherwise the files are on trial: call `Holding.confirm` once they could be read, else
        `Holding.undo`. Until then the files that were there before stay.

    Raises
    ------
    MirrorError
        If the mirror does not exist, breaks its promise, or gives fewer tables than are here.
    ChecksumError
        If a source gives other bytes than the published ones; no other source is asked then.
    FetchError
        If every source refuses, the message says why each does; or if a source gives fewer
        tables than are here.
    ParameterError
        If the mirror is no text and no path.
    StoreError
        If the home cannot be written.

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
    with web_session() as session, storing(places.folder):
        named = None if mirror is None else open_mirror(mirror, session)
        name = None if named is None else named.name
        if not refresh:
            # First without the lock, so that a home that is read-only serves what it has.
            provenance = read_receipt(archive, places.folder, name, say=lambda _: None)
            if provenance is not None:
                return Holding(archive, places.folder, provenance)
        lock = lock_for(places, progress)
        try:
            provenance = (
                None if refresh else read_receipt(archive, places.folder, name, progress.say)
            )
            if provenance is not None:
                lock.release()
                return Holding(archive, places.folder, provenance)
            sources = sources_of(archive, named, dataverse_url, session)
            with _tidying(places.staging):
                return _ask_in_order(sources, places, lock, progress, refresh=refresh)
        except BaseException:
            lock.release()
            raise


def _ask_in_order(
    sources: Sequence[Source], places: Places, lock: FileLock, progress: Progress, *, refresh: bool
) -> Holding:
    archive = places.archive
    held = None if refresh else read_receipt(archive, places.folder, None, say=lambda _: None)
    asked: list[Asked] = []
    for source in sources:
        try:
            files = source.list_files(archive)
            if held is not None and len(files) < len(held.files):
                raise _fewer(source, len(files), held)
            _gather_with_progress(source, files, places, progress)
        except RefusedError as error:
            asked.append(Asked(source.name, error.got))
            if len(asked) < len(sources):
                following = sources[len(asked)].name
                progress.say(f"{source.name} refused: {error.got}. Trying {following}.")
            continue
        asked.append(Asked(source.name, GAVE))
        provenance = _record(files, places, tuple(asked))
        _tell(provenance, archive, progress)
        vouched = frozenset(file.path for file in files if file.checksum is not None)
        return Holding(archive, places.staging, provenance, Exchange(places, lock, vouched))
    raise FetchError(
        f"archive {archive.name} {archive.version}",
        f"its tables from one of {len(sources)} sources",
        "; ".join(f"[{one.source}] {one.outcome}" for one in asked),
        "Try again later, or download the tables from another place and set VINARCH_MIRROR to a "
        f"folder that holds {_example_of(archive)} and so on; see docs/how-to/get-the-data.md.",
    )


def _fewer(source: Source, given: int, held: Provenance) -> FetchError:
    kind = MirrorError if isinstance(source, FolderMirror | UrlMirror) else FetchError
    return kind(
        source.name,
        f"at least the {len(held.files)} tables of {held.archive} {held.version} that are here "
        f"already, from {held.source}",
        f"{given} of {len(held.files)}",
        "Nothing is changed. Complete the source; or take it all the same, so that the tables "
        "that it lacks go away, with refresh=True (on the command line --refresh).",
    )


def _gather_with_progress(
    source: Source, files: Sequence[OfferedFile], places: Places, progress: Progress
) -> None:
    total = sum(file.size_bytes or 0 for file in files)
    label = f"{places.archive.name} {places.archive.version} from {source.name}"
    progress.start(label, total, "B")
    try:
        gather(source, files, places.folder, places.staging, progress.advance)
    finally:
        progress.finish()


def _record(files: Sequence[OfferedFile], places: Places, asked: tuple[Asked, ...]) -> Provenance:
    """Write beside the gathered files what came from where."""
    archive = places.archive
    fetched = []
    for file in files:
        path = places.staging / file.path
        fetched.append(FetchedFile(file.path, path.stat().st_size, sha256_of(path)))
    provenance = Provenance(
        archive=archive.name,
        doi=archive.doi,
        version=archive.version,
        source=asked[-1].source,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        asked=asked,
        files=tuple(sorted(fetched)),
    )
    write_receipt(provenance, places.staging)
    return provenance


def _tell(provenance: Provenance, archive: Archive, progress: Progress) -> None:
    """Tell how the gathered files differ from what the data card knows."""
    count = len(provenance.files)
    listed = max((len(companion.files) for companion in archive.companions), default=0)
    if count < listed:
        progress.say(
            f"{provenance.source} gave {count} of the {listed} tables that the data card of "
            f"{archive.name} lists; the commons will know no more."
        )
    given = {file.path for file in provenance.files}
    known = {file.path for companion in archive.companions for file in companion.files}
    if given & known:
        # Another naming style than the card's has no path in common, and is no reason to talk.
        for word, paths in (("lacks", known - given), ("also gave, unlisted,", given - known)):
            if paths:
                progress.say(f"{provenance.source} {word} {', '.join(sorted(paths))}.")
    others = [
        file.path
        for file in provenance.files
        if archive.known_sha256(file.path) not in {None, file.sha256}
    ]
    if others:
        progress.say(
            f"{provenance.source} gave {len(others)} of {count} tables with another SHA-256 "
            f"than the data card of {archive.name} knows; they are taken as they are: "
            + ", ".join(others)
        )


@contextmanager
def _tidying(staging: Path) -> Iterator[None]:
    """Give a disk that failed its room back; after other failures, gathered files may serve."""
    try:
        yield
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _example_of(archive: Archive) -> str:
    listed = [file.path for companion in archive.companions for file in companion.files]
    return f"{archive.name}/{(listed or [archive.tables[0].globs[0]])[0]}"
