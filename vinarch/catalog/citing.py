"""How an archive is cited: an archive in, a text and a BibTeX entry out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vinarch.catalog.records import Archive


@dataclass(frozen=True)
class Citation:
    """How to cite an archive.

    Examples
    --------
    >>> import vinarch
    >>> print(vinarch.cite("JS9FR6").text)
    Channing, G., Patel, R., & Taufer, M. (2023). Analytics For Neural Networks Workflow (A4NN)
    on Protein Diffraction Data (Version 9.0) [Data set]. Harvard Dataverse.
    https://doi.org/10.7910/DVN/JS9FR6
    """

    text: str
    bibtex: str

    def __str__(self) -> str:
        """Return the text, an empty line and the BibTeX entry."""
        return f"{self.text}\n\n{self.bibtex}"


def citation_of(archive: Archive) -> Citation:
    """Return how to cite an archive: by its DOI, or without one by its pinned address."""
    short = [_initials(author) for author in archive.authors]
    names = short[0] if len(short) == 1 else ", ".join(short[:-1]) + ", & " + short[-1]
    url = f"https://doi.org/{archive.doi}" if archive.doi else archive.url
    text = (
        f"{names} ({archive.year}). {archive.title} (Version {archive.version}) [Data set]. "
    ) + (f"{archive.publisher}. {url}" if url else _where_without_address(archive))
    values = {
        "author": " and ".join(_bibtex_name(author) for author in archive.authors),
        "title": "{" + _escape(archive.title) + "}",
        "year": str(archive.year),
        "version": _escape(archive.version),
        "publisher": _escape(archive.publisher),
        "doi": archive.doi,
        "url": url,
        "note": "" if url else _where_without_address(archive).rstrip("."),
    }
    body = ",\n".join(f"  {key} = {{{value}}}" for key, value in values.items() if value)
    first = re.sub(r"[^a-z0-9]", "", archive.authors[0].split(",")[0].lower())
    # `data` is Dataverse's own kind; where there is no deposit, every style knows `misc`.
    kind = "data" if archive.doi else "misc"
    return Citation(text, f"@{kind}{{{first}{archive.year}{archive.name.lower()},\n{body}\n}}")


def _where_without_address(archive: Archive) -> str:
    if any(one.with_vinarch for one in archive.shipped):
        return "Distributed with the Python package vinarch."
    return "Not published yet."


def _initials(author: str) -> str:
    """Shorten the given names; an author without a comma is an organisation or an account."""
    family, comma, given = author.partition(",")
    return f"{family}, " + " ".join(f"{part[0]}." for part in given.split()) if comma else author


def _bibtex_name(author: str) -> str:
    return _escape(author) if "," in author else "{" + _escape(author) + "}"


def _escape(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", text)
