"""Whether a deposit calls itself what the data card calls it: title, authors, year and licence.

A version's record, as Dataverse tells it, in; checks out. Asks nobody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vinarch.catalog import Archive
    from vinarch.fetching.live_notes import LiveCheck, Notes

_NOT_OURS = frozenset({"licence", "license", "the", "version", "v"})
"""Words that licences are written with and without."""

_SHOWN_TERMS = 100
"""Characters of the terms that are quoted."""


def description_checks(
    archive: Archive, notes: Notes, record: Mapping[str, Any]
) -> Iterator[LiveCheck]:
    """Hold a version's record against the card."""
    said = _citation_fields(record)
    title = str(said.get("title", "none told"))
    yield notes.write("card-title", _plain(title) == _plain(archive.title), title)
    authors = _authors(said.get("author"))
    same = sorted(map(_plain, authors)) == sorted(map(_plain, archive.authors))
    yield notes.write("card-authors", same, "; ".join(authors) or "none told")
    dates = [str(record[key]) for key in ("publicationDate", "releaseTime") if key in record]
    years = sorted({date[:4] for date in dates})
    yield notes.write("card-year", str(archive.year) in years, " and ".join(years) or "none told")
    terms = _terms(record)
    missing = _words(archive.licence) - _words(terms)
    shown = f"{terms[:_SHOWN_TERMS]}…" if len(terms) > _SHOWN_TERMS else terms or "none told"
    yield notes.write(
        "card-licence",
        not missing,
        shown if not missing else f"{shown}; without: {', '.join(sorted(missing))}",
    )


def _citation_fields(record: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        fields = record["metadataBlocks"]["citation"]["fields"]
        return {str(field["typeName"]): field["value"] for field in fields}
    except (KeyError, TypeError):
        return {}


def _authors(value: Any) -> list[str]:
    try:
        return [str(author["authorName"]["value"]) for author in value]
    except (KeyError, TypeError):
        return []


def _terms(record: Mapping[str, Any]) -> str:
    licence = record.get("license")
    name = licence.get("name", "") if isinstance(licence, dict) else licence or ""
    return " ".join(f"{name} {record.get('termsOfUse', '')}".split())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)*|[^\W\d_]+", text.casefold())) - _NOT_OURS
