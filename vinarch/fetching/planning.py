"""What a fetch would take, from where, and what of it is here: a wish in, a plan out.

Sources are asked for their lists, never for a file, and nothing but the deposit's list is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import RefusedError
from vinarch.fetching.choosing import Coming, Wish, other_files
from vinarch.fetching.closed import refuse_closed
from vinarch.fetching.completing import completed
from vinarch.fetching.gathering import is_held
from vinarch.fetching.known import with_known_checksums
from vinarch.fetching.other_record import OTHERS
from vinarch.fetching.receipts import read_receipt
from vinarch.fetching.stamps import Stamps
from vinarch.provenance import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Selection
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.offers import Closed, OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.provenance import Provenance


@dataclass(frozen=True)
class PlannedFile:
    """One file that a fetch would take."""

    path: str
    size_bytes: int | None
    """None where the source does not know."""
    source: str
    """Who would give it, or gave it."""
    is_here: bool
    is_table: bool
    closed: Closed | None = None
    """Why it would not come."""


@dataclass(frozen=True)
class Plan:
    """What a fetch of one archive would do."""

    archive: Archive
    files: tuple[PlannedFile, ...]
    """Tables first, each kind sorted by path."""
    refused: tuple[Asked, ...] = ()
    """Sources that refused their list, or all tables at once."""
    stops: bool = False
    """Whether a fetch would end with an error before tables come, since some are closed."""

    @property
    def coming(self) -> tuple[PlannedFile, ...]:
        """Return the files that are not here and may be had."""
        return tuple(file for file in self.files if not file.is_here and file.closed is None)

    @property
    def closed(self) -> tuple[PlannedFile, ...]:
        """Return the files that are not here and may not be had."""
        return tuple(file for file in self.files if file.closed is not None)

    @property
    def coming_bytes(self) -> int:
        """Return the size of what would come; files of unknown size count nothing."""
        return sum(file.size_bytes or 0 for file in self.coming)


def chosen_of(
    archive: Archive,
    files: Sequence[OfferedFile],
    selection: Selection,
    held: Provenance | None,
) -> tuple[tuple[OfferedFile, ...], tuple[str, ...]]:
    """Return the tables of a source's list that come, and the paths of those that do not.

    What is here stays, whatever is wanted now.

    Raises
    ------
    ParameterError
        If nothing is left.
    """
    stays = frozenset(() if held is None else (file.path for file in held.files))
    wanted = selection.tables_of(archive, (file.path for file in files)) | stays
    left = tuple(sorted(file.path for file in files if file.path not in wanted))
    return tuple(file for file in files if file.path in wanted), left


def tell_coming(
    wish: Wish,
    archive: Archive,
    source: Source,
    files: Sequence[OfferedFile],
    places: tuple[Sequence[Path], Stamps],
) -> None:
    """Tell the wish's `approve` what of some files is not in any of the folders."""
    absent = [file for file in files if not is_in(file, *places)]
    if absent:
        size = sum(file.size_bytes or 0 for file in absent)
        wish.approve(Coming(archive.name, source.name, len(absent), size))


def plan_from(
    places: Places,
    sources: Sequence[Source],
    standing: Provenance | None,
    wish: Wish,
    stamps: Stamps,
    *,
    refresh: bool = False,
) -> Plan:
    """Return what a fetch would do that asks these sources.

    Parameters
    ----------
    places : Places
        Where the archive is kept.
    sources : sequence of Source
        Who would be asked, in order.
    standing : Provenance or None
        A receipt with which nobody would be asked for tables.
    wish : Wish
        What is wanted.
    stamps : Stamps
        Of the archive's tables.
    refresh : bool
        Whether what came without a published checksum would come again.
    """
    archive = places.archive
    refused: dict[str, str] = {}
    stops = False
    if standing is not None:
        tables = [
            PlannedFile(file.path, file.size_bytes, standing.source, True, True)  # noqa: FBT003
            for file in standing.files
        ]
    else:
        tables = _planned_tables(places, sources, wish, stamps, refused)
        closed = [file for file in tables if file.closed is not None]
        paths = [file.path for file in tables]
        stops = bool(closed) and (
            len(closed) == len(tables) or wish.selection.asks_for_tables(archive, paths)
        )
    others: dict[str, PlannedFile] = {}
    if wish.selection.include:
        wanted = other_files(archive, wish.selection)
        folders = other_folders(places)
        known = Stamps.read(other_stamps(places))
        for source, files in _lists(wanted, sources, refused):
            offers = with_known_checksums(files, source, places, doubting=refresh)
            for file in _planned(source, offers, folders, known, table=False):
                if file.path not in others or others[file.path].closed is not None:
                    others[file.path] = file
    return Plan(
        archive,
        (*tables, *(others[path] for path in sorted(others))),
        tuple(Asked(*told) for told in refused.items()),
        stops,
    )


def _planned_tables(
    places: Places,
    sources: Sequence[Source],
    wish: Wish,
    stamps: Stamps,
    refused: dict[str, str],
) -> list[PlannedFile]:
    """Return the tables of the first source that gives all, or else of the first that gives some.

    Why others do not goes to `refused`.
    """
    archive = places.archive
    held = read_receipt(archive, places.folder, None, lambda _: None)
    partly: list[PlannedFile] = []
    for source, files in _lists(archive, sources, refused):
        if wish.from_folder is not None:
            files = completed(source, files, places, stamps)  # noqa: PLW2901
        taken, _ = chosen_of(archive, files, wish.selection, held)
        tables = _planned(source, taken, (places.folder, places.staging), stamps, table=True)
        closed = {file.path for file in tables if file.closed is not None}
        if not closed:
            return tables
        offers = [file for file in taken if file.path in closed]
        refused[source.name] = refuse_closed(source, archive, taken, offers, "tables").got
        partly = partly or tables
    return partly


def other_stamps(places: Places) -> Path:
    """Return where the stamps of files that are no tables are kept."""
    folder, _ = other_folders(places)
    return folder.with_name(f"{folder.name}.stamps.jsonl")


def other_folders(places: Places, seat: int = 0) -> tuple[Path, Path]:
    """Return where files that are no tables stand, and where they gather for a seat."""
    name = f"{places.archive.version}{OTHERS}"
    own = f".{seat}" if seat else ""
    return places.folder.with_name(name), places.folder.with_name(f".{name}{own}.incoming")


def _lists(
    archive: Archive, sources: Sequence[Source], refused: dict[str, str]
) -> Iterator[tuple[Source, Sequence[OfferedFile]]]:
    for source in sources:
        try:
            yield source, source.list_files(archive)
        except RefusedError as error:
            refused.setdefault(source.name, error.got)


def _planned(
    source: Source,
    files: Sequence[OfferedFile],
    folders: Sequence[Path],
    stamps: Stamps,
    *,
    table: bool,
) -> list[PlannedFile]:
    planned = []
    for file in files:
        here = is_in(file, folders, stamps)
        closed = None if here else file.closed
        planned.append(PlannedFile(file.path, file.size_bytes, source.name, here, table, closed))
    return planned


def is_in(file: OfferedFile, folders: Sequence[Path], stamps: Stamps) -> bool:
    """Tell whether one of some folders has the bytes of an offered file."""
    return any(is_held(folder / file.path, file, stamps) for folder in folders)
