"""Find archives: the catalog's cards and the user's own in, archives by name or DOI out.

Reads ``VINARCH_CATALOG`` at each call: folders of own cards beside the catalog's.
An own card that cannot be read takes nothing down: it is told where it is asked for.
"""

from __future__ import annotations

import difflib
import os
import re
import string
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from vinarch.catalog.cards import read_card
from vinarch.errors import CardError, ParameterError, UnknownArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    from vinarch.catalog.records import Archive

_DOI = re.compile(r"10\.\d+/[^\s?&#]+")
"""A DOI in a longer text, such as a web address, where a query may follow it."""

_AROUND_A_NAME = string.punctuation + string.whitespace
"""Quotes, brackets, a slash or a full stop that was copied along with a name."""

_LISTS_THEM = "`vinarch catalog` lists them all."


@dataclass(frozen=True)
class BrokenCard:
    """An own card that cannot be used, and why."""

    name: str
    """The archive's name, or the file's without its suffix; empty for a folder of cards."""
    error: CardError


@dataclass(frozen=True)
class Catalog:
    """All archives that there are cards of, and the own cards that cannot be used."""

    archives: tuple[Archive, ...]
    """Sorted by name."""
    broken: tuple[BrokenCard, ...] = ()


def read_catalog(environment: Mapping[str, str] | None = None) -> Catalog:
    """Read every data card: those of the catalog, and own ones in ``VINARCH_CATALOG``.

    Parameters
    ----------
    environment : mapping of str to str, optional
        ``os.environ`` if not given. ``VINARCH_CATALOG`` holds folders, separated as in ``PATH``.

    Returns
    -------
    Catalog
        Own cards that cannot be read, and a name that two cards bear, are among `broken`.

    Raises
    ------
    CardError
        If a card of the catalog itself cannot be read.
    """
    values = os.environ if environment is None else environment
    broken: list[BrokenCard] = []
    found: defaultdict[str, list[tuple[str, Archive]]] = defaultdict(list)
    for card in _cards_in(cards_folder()):
        archive = read_card(f"data card {card.name}", _text_of(card, f"data card {card.name}"))
        archive = _placed(archive, Path(str(cards_folder())), with_vinarch=True)
        found[archive.name.lower()].append((card.name, archive))
    for folder in _own_folders(values):
        try:
            cards = _cards_in(folder)
        except OSError as error:
            broken.append(BrokenCard("", _no_folder(folder, error)))
            continue
        for card in cards:
            where = f"data card {card}"
            try:
                archive = read_card(where, _text_of(card, where))
            except CardError as error:
                broken.append(BrokenCard(card.name.removesuffix(".toml"), error))
            else:
                archive = _placed(archive, folder, with_vinarch=False)
                found[archive.name.lower()].append((str(card), archive))
    archives = []
    for bearers in found.values():
        if len(bearers) == 1:
            archives.append(bearers[0][1])
        else:
            broken.append(_twice(bearers))
    return Catalog(tuple(sorted(archives, key=lambda archive: archive.name)), tuple(broken))


def load_catalog() -> tuple[Archive, ...]:
    """Return the archives of every data card that can be read, sorted by name.

    Raises
    ------
    CardError
        If a card of the catalog itself is no valid TOML or has a wrong key.
    """
    return read_catalog().archives


def find_archive(name: str) -> Archive:
    """Return the archive of a name or DOI.

    Parameters
    ----------
    name : str
        ``JS9FR6``, or any text with the DOI in it, such as ``10.7910/DVN/JS9FR6``, ``doi:…``,
        ``https://doi.org/…`` or the address of the dataset's page; for an archive without a DOI
        the address that its card names. Case is ignored.

    Raises
    ------
    ParameterError
        If it is no text.
    UnknownArchiveError
        If no card bears it; the message names the nearest ones.
    CardError
        If its data card cannot be read, or two cards bear the name or the DOI.
    """
    if not isinstance(name, str):
        raise ParameterError(
            "archive",
            "a name or DOI as text",
            f"{name!r} ({type(name).__name__})",
            "Name one like 'JS9FR6'; `vinarch catalog` lists them all.",
        )
    catalog = read_catalog()
    text = unquote(name)
    doi = _DOI.search(text)
    wanted = (doi[0] if doi else text).strip(_AROUND_A_NAME).lower()
    for card in catalog.broken:
        if wanted and wanted == card.name.lower():
            raise card.error
    found = [archive for archive in catalog.archives if wanted in _names_of(archive)]
    if len(found) > 1:
        names = [archive.name for archive in found]
        raise CardError(
            f"archive {name!r}",
            "one data card of this DOI or address",
            " and ".join(names),
            f"Name the one that you mean, such as {names[0]!r}.",
        )
    if found:
        return found[0]
    raise _unknown(name, wanted, catalog)


def cards_folder() -> Traversable:
    """Return the folder of the data cards, in a wheel or in a checkout."""
    inside = resources.files("vinarch") / "_cards"
    if inside.is_dir():
        return inside
    # An editable install runs from the checkout, where the cards stand at the top level.
    return Path(__file__).resolve().parent.parent.parent / "catalog"


def _placed(archive: Archive, folder: Path, *, with_vinarch: bool) -> Archive:
    """Tell shipped companions where the data card stands."""
    if not archive.shipped:
        return archive
    placed = tuple(
        replace(one, place=folder, with_vinarch=with_vinarch) if one in archive.shipped else one
        for one in archive.companions
    )
    return replace(archive, companions=placed)


def _names_of(archive: Archive) -> Iterator[str]:
    yield archive.name.lower()
    for other in (archive.doi, archive.url):
        if other:
            yield other.strip(_AROUND_A_NAME).lower()


def _unknown(name: str, wanted: str, catalog: Catalog) -> UnknownArchiveError:
    names = {archive.name.lower(): archive.name for archive in catalog.archives}
    near = difflib.get_close_matches(wanted.rsplit("/", 1)[-1], names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(names[one] for one in near)}? " if near else ""
    if catalog.broken:
        count = len(catalog.broken)
        hint += (
            f"{count} own card{'s' * (count > 1)} or folders of VINARCH_CATALOG cannot be read. "
        )
    return UnknownArchiveError(
        f"archive {name!r}",
        "a name or DOI of the catalog (" + ", ".join(names.values()) + ")",
        repr(name),
        hint + _LISTS_THEM,
    )


def _own_folders(environment: Mapping[str, str]) -> list[Path]:
    texts = environment.get("VINARCH_CATALOG", "").split(os.pathsep)
    # os.path, because a ~ that is nobody's stays as it is, and is told as no folder.
    folders = [Path(os.path.expanduser(text.strip())) for text in texts if text.strip()]  # noqa: PTH111
    return list(dict.fromkeys(folder.absolute() for folder in folders))


def _cards_in(folder: Traversable) -> list[Traversable]:
    cards = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return sorted(cards, key=lambda card: card.name)


def _text_of(card: Traversable, where: str) -> str:
    try:
        return card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(
            where,
            "a file of UTF-8 text",
            f"{type(error).__name__}: {error}",
            "Mend the card, or install vinarch anew if you did not write it.",
        ) from error


def _no_folder(folder: Path, error: OSError) -> CardError:
    return CardError(
        "VINARCH_CATALOG",
        f"folders of data cards, separated by {os.pathsep!r}",
        f"{folder}: {error.strerror}",
        "Mend the variable or make the folder.",
    )


def _twice(bearers: list[tuple[str, Archive]]) -> BrokenCard:
    name = bearers[0][1].name
    return BrokenCard(
        name,
        CardError(
            f"archive {name}",
            "one data card of this name",
            " and ".join(place for place, _ in bearers),
            "Give your own archive another name.",
        ),
    )
