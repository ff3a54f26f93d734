"""The catalog: data cards (TOML) in, frozen archives out.

A card says what an archive is, how it is cited, which of its files are tables and how a path
gives an experiment's attributes.
This module reads cards and nothing else: it fetches no file and opens no table.
"""

from __future__ import annotations

import difflib
import re
import string
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from vinarch.errors import CardError, ParameterError, UnknownArchiveError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

AttributeValue = bool | int | str

_DOI = re.compile(r"10\.\d+/[^\s?&#]+")
"""A DOI in a longer text, such as a web address, where a query may follow it."""

_AROUND_A_NAME = string.punctuation + string.whitespace
"""Quotes, brackets, a slash or a full stop that was copied along with a name."""


@dataclass(frozen=True)
class Rule:
    """A pattern in a path, the attribute value that it means, and its word in the id."""

    pattern: str
    value: AttributeValue
    label: str


@dataclass(frozen=True)
class Attribute:
    """How a path, or a row of wall times, gives one attribute of an experiment."""

    name: str
    rules: tuple[Rule, ...]

    def read(self, path: str) -> AttributeValue:
        """Return the value that a path gives.

        Raises
        ------
        CardError
            If no rule matches, or rules of different values do.
        """
        values = {rule.value for rule in self.rules if re.search(rule.pattern, path)}
        if len(values) != 1:
            words = ", ".join(rule.label for rule in self.rules)
            found = "none of them" if not values else " and ".join(sorted(map(str, values)))
            raise CardError(
                path,
                f"a path that names exactly one value of {self.name} ({words})",
                found,
                "Rename the file as the archive names it, or mend the rules in the data card.",
            )
        return values.pop()

    def label(self, value: AttributeValue) -> str:
        """Return the word that stands for a value in an experiment's id."""
        for rule in self.rules:
            if rule.value == value:
                return rule.label
        raise CardError(
            f"attribute {self.name}",
            "one of " + ", ".join(str(rule.value) for rule in self.rules),
            repr(value),
            "Mend the source, or add a rule to the data card.",
        )


@dataclass(frozen=True)
class TableFiles:
    """Which files of an archive hold tables of one role."""

    role: str
    globs: tuple[str, ...]
    one_file_per_experiment: bool = False
    """Whether a second file of one experiment is a mistake: a copy under another name."""


@dataclass(frozen=True, order=True)
class ListedFile:
    """A file whose size and SHA-256 the card knows."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Companion:
    """Another public place that holds the tables, pinned to a commit."""

    name: str
    url: str
    commit: str
    files: tuple[ListedFile, ...]


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


@dataclass(frozen=True)
class Archive:
    """One published archive, as its data card describes it."""

    name: str
    doi: str
    version: str
    title: str
    authors: tuple[str, ...]
    year: int
    publisher: str
    licence: str
    description: str
    paper: str
    search_space: str
    dialect: str
    epoch_budget: int
    experiment: str
    tables: tuple[TableFiles, ...]
    attributes: tuple[Attribute, ...]
    companions: tuple[Companion, ...]

    def role_of(self, path: str) -> str | None:
        """Return the role of a file among the archive's tables, or None if it is no table."""
        table = self.table_of(path)
        return None if table is None else table.role

    def table_of(self, path: str) -> TableFiles | None:
        """Return what the card says of the tables that a file belongs to, None if it is none."""
        for table in self.tables:
            if any(fnmatchcase(path, glob) for glob in table.globs):
                return table
        return None

    def attributes_of(self, path: str) -> dict[str, AttributeValue]:
        """Return the experiment's attributes that a path gives."""
        return {attribute.name: attribute.read(path) for attribute in self.attributes}

    def experiment_id(self, values: Mapping[str, AttributeValue]) -> str:
        """Return the id of the experiment that has these attributes."""
        labels = {a.name: a.label(values[a.name]) for a in self.attributes}
        return self.experiment.format(**labels)

    def known_sha256(self, path: str) -> str | None:
        """Return the published SHA-256 of a file, where the card has it."""
        for companion in self.companions:
            for file in companion.files:
                if file.path == path:
                    return file.sha256
        return None

    def citation(self) -> Citation:
        """Return how to cite the archive, as text and as BibTeX."""
        short = [_initials(author) for author in self.authors]
        names = short[0] if len(short) == 1 else ", ".join(short[:-1]) + ", & " + short[-1]
        url = f"https://doi.org/{self.doi}"
        text = (
            f"{names} ({self.year}). {self.title} (Version {self.version}) [Data set]. "
            f"{self.publisher}. {url}"
        )
        fields = {
            "author": " and ".join(self.authors),
            "title": "{" + self.title + "}",
            "year": str(self.year),
            "version": self.version,
            "publisher": self.publisher,
            "doi": self.doi,
            "url": url,
        }
        body = ",\n".join(f"  {key} = {{{value}}}" for key, value in fields.items())
        key = f"{self.authors[0].split(',')[0].lower()}{self.year}{self.name.lower()}"
        return Citation(text, f"@data{{{key},\n{body}\n}}")


def load_catalog() -> tuple[Archive, ...]:
    """Read every data card, sorted by name.

    Raises
    ------
    CardError
        If a card is no valid TOML or lacks a key.
    """
    cards = [entry for entry in cards_folder().iterdir() if entry.name.endswith(".toml")]
    return tuple(_parse_card(card) for card in sorted(cards, key=lambda card: card.name))


def find_archive(name: str) -> Archive:
    """Return the archive of a name or DOI.

    Parameters
    ----------
    name : str
        ``JS9FR6``, or any text with the DOI in it, such as ``10.7910/DVN/JS9FR6``, ``doi:…``,
        ``https://doi.org/…`` or the address of the dataset's page; case is ignored.

    Raises
    ------
    ParameterError
        If it is no text.
    UnknownArchiveError
        If no card bears it; the message names the nearest ones.
    CardError
        If a data card cannot be read.
    """
    if not isinstance(name, str):
        raise ParameterError(
            "archive",
            "a name or DOI as text",
            f"{name!r} ({type(name).__name__})",
            "Name one like 'JS9FR6'; `vinarch catalog` lists them all.",
        )
    archives = load_catalog()
    text = unquote(name)
    doi = _DOI.search(text)
    wanted = (doi[0] if doi else text).strip(_AROUND_A_NAME)
    for archive in archives:
        if wanted.lower() in {archive.name.lower(), archive.doi.lower()}:
            return archive
    names = [archive.name for archive in archives]
    near = difflib.get_close_matches(wanted.rsplit("/", 1)[-1].upper(), names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise UnknownArchiveError(
        f"archive {name!r}",
        "a name or DOI of the catalog (" + ", ".join(names) + ")",
        repr(name),
        f"{hint}`vinarch catalog` lists them all.",
    )


def cards_folder() -> Traversable:
    """Return the folder of the data cards, in a wheel or in a checkout."""
    inside = resources.files("vinarch") / "_cards"
    if inside.is_dir():
        return inside
    # An editable install runs from the checkout, where the cards stand at the top level.
    return Path(__file__).resolve().parent.parent / "catalog"


def _parse_card(card: Traversable) -> Archive:
    try:
        raw = tomllib.loads(card.read_text(encoding="utf-8"))
        return Archive(
            **{key: raw[key] for key in _PLAIN_KEYS},
            authors=tuple(raw["authors"]),
            tables=tuple(TableFiles(**t | {"globs": tuple(t["globs"])}) for t in raw["tables"]),
            attributes=tuple(
                Attribute(a["name"], tuple(Rule(**rule) for rule in a["rules"]))
                for a in raw.get("attributes", ())
            ),
            companions=tuple(_parse_companion(c) for c in raw.get("companions", ())),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise CardError(
            f"data card {card.name}",
            "TOML with the keys " + ", ".join((*_PLAIN_KEYS, "authors", "tables")),
            f"{type(error).__name__}: {error}",
            "Mend the card, or install vinarch anew if you did not write it; "
            "see docs/reference/data-cards.md.",
        ) from error


_PLAIN_KEYS = (
    "name",
    "doi",
    "version",
    "title",
    "year",
    "publisher",
    "licence",
    "description",
    "paper",
    "search_space",
    "dialect",
    "epoch_budget",
    "experiment",
)


def _parse_companion(raw: Mapping[str, Any]) -> Companion:
    files = tuple(sorted(ListedFile(**file) for file in raw["files"]))
    return Companion(raw["name"], raw["url"], raw["commit"], files)


def _initials(author: str) -> str:
    family, _, given = author.partition(",")
    return f"{family}, " + " ".join(f"{part[0]}." for part in given.split())
