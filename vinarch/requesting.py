"""What a user asks of the fetch layer: arguments in, archives and terms out, and one archive in.

Wires catalog, fetch layer, ingestion and store for `vinarch.access` and the command line, and
reads the environment's settings for both. Opens no commons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from vinarch.catalog import find_archive, load_catalog
from vinarch.dialects.rows import SourceFile
from vinarch.errors import FetchError, ParameterError, RejectedRowsError, VinarchError
from vinarch.fetching import (
    ClosedTablesError,
    Pace,
    Sitting,
    Terms,
    Wish,
    fetch_archive,
    fetch_other_files,
    folder_named,
    plan_archive,
    selection_of,
    settings_from_environment,
)
from vinarch.ingestion import ingest
from vinarch.progress import LogProgress, Progress

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching import Plan

ALL = "all"
"""Stands for every archive in the catalog; no data card may bear it as its name."""

LONGEST_STEP = 250
"""Characters of a next step that a summary of several archives repeats."""

COMMONS = "commons"
"""The folder below a home that holds what was ingested."""


def plan_fetch(  # noqa: PLR0913 - the settings of `fetch`
    archive: str | Sequence[str],
    *,
    mirror: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    include: str | Sequence[str] | None = None,
    exclude: str | Sequence[str] | None = None,
    from_folder: str | os.PathLike[str] | None = None,
    offline: bool | None = None,
    refresh: bool = False,
    progress: Progress | None = None,
) -> tuple[Plan, ...]:
    """Say what `fetch` would take with these arguments, from where, and what of it is here.

    Sources are asked for their lists only; no file of an archive is downloaded.

    Raises
    ------
    FetchError
        If no source could tell its files; `OfflineError` if none may be asked.
    """
    home, terms = terms_of(mirror, include, exclude, from_folder, offline)
    terms = replace(terms, refresh=refresh, progress=progress or LogProgress())
    return tuple(plan_archive(card, home, terms) for card in archives_of(archive))


def terms_from_environment() -> tuple[Path, Terms]:
    """Return the home, and the terms on which sources are asked where nothing else is said."""
    settings = settings_from_environment()
    return settings.home, Terms(
        mirror=settings.mirror,
        dataverse_url=settings.dataverse_url,
        dataverse_token=settings.dataverse_token,
        pace=Pace(settings.lowest_speed_bytes),
        wish=Wish(offline=settings.offline),
    )


def terms_of(
    mirror: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None,
    include: str | Sequence[str] | None,
    exclude: str | Sequence[str] | None,
    from_folder: str | os.PathLike[str] | None,
    offline: bool | None,  # noqa: FBT001 - as `fetch` has it
) -> tuple[Path, Terms]:
    """Return the home and the terms that the arguments of `fetch` mean."""
    home, terms = terms_from_environment()
    wish = Wish(
        selection_of(include, exclude),
        terms.wish.offline if offline is None else offline,
        None if from_folder is None else folder_named(from_folder),
    )
    # The command line gives an empty tuple where it was told none.
    nothing = mirror is None or mirror in ("", ())
    return home, replace(terms, mirror=terms.mirror if nothing else mirror, wish=wish)


def archives_of(named: str | Sequence[str]) -> list[Archive]:
    """Return the archives that are named, each once; all names are known before any is fetched."""
    if isinstance(named, str) and named.strip().lower() == ALL:
        return list(load_catalog())
    if isinstance(named, str | bytes) or not isinstance(named, Sequence):
        return [find_archive(named)]
    found = [find_archive(name) for name in named]
    if not found:
        raise ParameterError(
            "archive", "at least one name or DOI", repr(named), "Name one, or 'all'."
        )
    return list({card.name: card for card in found}.values())


def fetch_one(card: Archive, home: Path, terms: Terms, *, strict: bool) -> None:
    """Fetch one archive and ingest its tables; its new files stay only if they could be read."""
    with Sitting() as sitting:
        terms = replace(terms, sitting=sitting)
        try:
            _fetch_tables(card, home, terms, strict=strict)
        except ClosedTablesError as closed:
            if terms.wish.selection.include:
                _fetch_others_without_tables(card, home, terms, closed)
            raise
        if terms.wish.selection.include:
            fetch_other_files(card, home, terms)


def raise_failed(failed: Mapping[str, VinarchError], tried: int) -> NoReturn:
    """Raise the error for the archives, of several that were tried, that could not be had."""
    errors = list(failed.values())
    if len(failed) == tried and len(set(map(str, errors))) == 1:
        raise errors[0]
    left = tried - len(failed)
    raise FetchError(
        f"{len(failed)} of {tried} archives",
        "each to be fetched and ingested",
        " ".join(f"[{name}] {_in_brief(name, error)}" for name, error in failed.items()).rstrip(
            "."
        ),
        f"The other{'s' * (left > 1)} can be used: vinarch.open()." if left else "",
    ) from errors[0]


def _in_brief(name: str, error: VinarchError) -> str:
    """Say an error among others; a long next step, such as how to prepare tables, is left out."""
    if len(error.next_step) <= LONGEST_STEP:
        return str(error)
    return (
        f"{error.where}: expected {error.expected}, got {error.got}. "
        f"`vinarch fetch {name}` tells how it can be had."
    )


def _fetch_others_without_tables(
    card: Archive, home: Path, terms: Terms, closed: ClosedTablesError
) -> None:
    """Fetch files that are no tables where these cannot come; an error tells of both."""
    try:
        fetch_other_files(card, home, terms)
    except ParameterError:
        return  # the globs match nothing but tables
    except FetchError as error:
        got = f"{closed.got}; and besides its tables {error.got}"
        raise FetchError(closed.where, closed.expected, got, closed.next_step) from error


def _fetch_tables(card: Archive, home: Path, terms: Terms, *, strict: bool) -> None:
    progress = terms.progress
    holding = fetch_archive(
        card,
        home,
        mirror=terms.mirror,
        dataverse_url=terms.dataverse_url,
        dataverse_token=terms.dataverse_token,
        refresh=terms.refresh,
        wish=terms.wish,
        progress=progress,
        sitting=terms.sitting,
        pace=terms.pace,
    )
    files = [SourceFile(file.path, holding.path_of(file)) for file in holding.provenance.files]
    root = home / COMMONS
    try:
        ingest(card, files, holding.provenance, root, strict=strict, progress=progress)
    except RejectedRowsError:
        # The files can be read and are as published; only this call wanted more of them.
        holding.confirm()
        raise
    except BaseException:
        holding.undo()
        raise
    holding.confirm()
