"""The catalog: data cards (TOML) in, frozen archives out.

A card says what an archive is, how it is cited, which of its files are tables and how a path
gives an experiment's attributes.
This package reads cards and nothing else: it fetches no file and opens no table.
"""

from vinarch.catalog.citing import Citation
from vinarch.catalog.finding import (
    BrokenCard,
    Catalog,
    cards_folder,
    find_archive,
    load_catalog,
    read_catalog,
)
from vinarch.catalog.records import (
    Archive,
    Attribute,
    AttributeValue,
    Companion,
    ListedFile,
    Rule,
    Setting,
    TableFiles,
)

__all__ = [
    "Archive",
    "Attribute",
    "AttributeValue",
    "BrokenCard",
    "Catalog",
    "Citation",
    "Companion",
    "ListedFile",
    "Rule",
    "Setting",
    "TableFiles",
    "cards_folder",
    "find_archive",
    "load_catalog",
    "read_catalog",
]
