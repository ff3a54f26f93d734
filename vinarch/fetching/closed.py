"""Files that a source lists and does not give to us: offers in, those that may be had, or why not.

A commons that lacks a table would answer with wrong numbers, so where one is closed none comes,
unless the user leaves it out; but tables that come only beside other files that he asked for come
as far as they may be had.
Asks no source and looks at no disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vinarch.errors import FetchError
from vinarch.fetching.offers import SHOWN_NAMES
from vinarch.fetching.refusals import RestrictedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Selection
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source


class ClosedTablesError(FetchError):
    """No source gives all tables, and one that lists them all does not give them to everybody.

    Raised before anything is downloaded; files that are no tables are not concerned.
    """


def split_closed(
    files: Sequence[OfferedFile], is_here: Callable[[OfferedFile], bool] = lambda _: False
) -> tuple[tuple[OfferedFile, ...], tuple[OfferedFile, ...]]:
    """Return the files that may be had, those that are here among them, and the others."""
    closed = tuple(file for file in files if file.closed is not None and not is_here(file))
    left = frozenset(file.path for file in closed)
    return tuple(file for file in files if file.path not in left), closed


def refuse_closed(
    source: Source,
    archive: Archive,
    files: Sequence[OfferedFile],
    closed: Sequence[OfferedFile],
    kind: Literal["tables", "files"],
) -> RestrictedError:
    """Return the error for files of which some are closed."""
    names = [file.path for file in closed]
    reasons = " and ".join(dict.fromkeys(file.closed.reason for file in closed if file.closed))
    steps = " ".join(dict.fromkeys(file.closed.next_step for file in closed if file.closed))
    more = ", …" if len(names) > SHOWN_NAMES else ""
    error = RestrictedError(
        source.name,
        f"public {kind} of {archive.name}",
        f"{len(closed)} of {len(files)} {kind} {reasons} ({', '.join(names[:SHOWN_NAMES])}{more})",
        steps,
    )
    error.hint = steps
    if kind == "tables":
        error.hint += (
            " Or leave them out with --exclude (exclude=…), which makes a commons without them; "
            "--dry-run lists them."
        )
    return error


def open_tables(
    source: Source,
    archive: Archive,
    files: Sequence[OfferedFile],
    selection: Selection,
    is_here: Callable[[OfferedFile], bool],
    *,
    partly: bool,
) -> tuple[tuple[OfferedFile, ...], tuple[OfferedFile, ...]]:
    """Return chosen tables that may be had, and those that are left out since they may not.

    Parameters
    ----------
    source : Source
        Whose they are.
    archive : Archive
        From its data card.
    files : sequence of OfferedFile
        The tables that a selection chose.
    selection : Selection
        Says whether they were asked for.
    is_here : callable
        Tells whether a table need not be had.
    partly : bool
        Whether some may be left out.

    Raises
    ------
    RestrictedError
        If not all may be had; it says whether some could be left out.
    """
    given, closed = split_closed(files, is_here)
    if not closed or (partly and given):
        return given, closed
    refusal = refuse_closed(source, archive, files, closed, "tables")
    refusal.leaves_some = bool(given) and not selection.asks_for_tables(
        archive, (file.path for file in files)
    )
    raise refusal


def tell_left_out(source: Source, archive: Archive, closed: Sequence[OfferedFile]) -> str:
    """Say which tables are left out."""
    refusal = refuse_closed(source, archive, closed, closed, "tables")
    count = f"{len(closed)} table{'s' * (len(closed) > 1)}"
    return (
        f"{source.name} does not give {count} of {archive.name}: {refusal.got}; left out of the "
        f"commons. {refusal.next_step}"
    )
