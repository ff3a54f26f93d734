"""Read one data card: the text of a TOML file in, an archive or an error that names the key out.

Each section is held against the keys that it can have; nothing is guessed.
Which search spaces and dialects there are, and what a path that a card names holds, is not
this module's to know.
"""

from __future__ import annotations

import re
import string
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vinarch.catalog import keys as k
from vinarch.catalog.companion_sections import read_companion
from vinarch.catalog.keys import NAME, Key, check_choice, check_url, read_keys, refuse, shown
from vinarch.catalog.records import Archive, Attribute, Rule, TableFiles
from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

ROLES = ("histories", "wall_times", "configuration", "genomes", "lineage")

RESERVED_NAMES = ("all",)
"""What `vinarch.fetch` understands as something else than an archive's name."""

_SETTING = (
    Key("strategy", k.TEXT, required=False),
    Key("task_data", k.TEXT, required=False),
    Key("hardware", k.TEXT, required=False),
    Key("protocol", k.TEXT, required=False),
    Key("objectives", k.TEXTS, required=False, default=()),
    Key("epoch_budget", k.POSITIVE, required=False),
    Key("first_epoch", k.NUMBER, required=False, default=0),
    Key("epoch_step", k.NUMBER, required=False, default=1),
)
_ARCHIVE = (
    Key("name", k.TEXT),
    Key("title", k.TEXT),
    Key("authors", k.SOME_TEXTS),
    Key("year", k.WHOLE),
    Key("publisher", k.TEXT),
    Key("licence", k.TEXT),
    Key("description", k.TEXT),
    Key("paper", k.ANY_TEXT, required=False, default=""),
    Key("version", k.TEXT),
    Key("doi", k.TEXT, required=False, default=""),
    Key("url", k.TEXT, required=False, default=""),
    Key("unpublished", k.YES_NO, required=False, default=False),
    Key("preparation", k.TEXT, required=False, default=""),
    Key("search_space", k.TEXT),
    Key("dialect", k.TEXT),
    Key("experiment", k.TEXT),
    *_SETTING,
    Key("tables", k.SOME_SECTIONS),
    Key("attributes", k.SECTIONS, required=False, default=()),
    Key("companions", k.SECTIONS, required=False, default=()),
)
_TABLES = (
    Key("role", k.TEXT),
    Key("globs", k.SOME_TEXTS),
    Key("one_file_per_experiment", k.YES_NO, required=False, default=False),
    Key("experiment", k.TEXT, required=False),
    Key("dialect", k.TEXT, required=False),
    Key("columns", k.SECTION, required=False, default={}),
    Key("attributes", k.SECTION, required=False, default={}),
    Key("setting", k.SECTION, required=False, default={}),
)
_SECTION_SETTING = (Key("search_space", k.TEXT, required=False), *_SETTING)
_ATTRIBUTE = (Key("name", k.TEXT), Key("rules", k.SOME_SECTIONS))
_RULE = (Key("pattern", k.TEXT), Key("value", k.VALUE), Key("label", k.TEXT))
_OBJECTIVE = re.compile(r"(max|min) [a-z][a-z0-9_]*")


@lru_cache(maxsize=256)
def read_card(where: str, text: str) -> Archive:
    """Read a data card.

    Parameters
    ----------
    where : str
        What errors call the card.
    text : str
        TOML.

    Raises
    ------
    CardError
        If it is no TOML, or a key is missing, unknown or of the wrong kind.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CardError(
            where,
            "TOML",
            str(error),
            "Mend the card, or install vinarch anew if you did not write it; "
            "see docs/reference/data-cards.md.",
        ) from error
    card = read_keys(where, raw, _ARCHIVE)
    _check_archive(where, card)
    card.pop("unpublished")
    tables = tuple(
        _read_table(f"{where}, [[tables]] number {number}", table)
        for number, table in enumerate(card.pop("tables"), start=1)
    )
    attributes = tuple(
        _read_attribute(f"{where}, [[attributes]] number {number}", attribute)
        for number, attribute in enumerate(card.pop("attributes"), start=1)
    )
    companions = tuple(
        read_companion(f"{where}, [[companions]] number {number}", companion)
        for number, companion in enumerate(card.pop("companions"), start=1)
    )
    card |= _frozen_setting(where, card)
    archive = Archive(
        **card | {"authors": tuple(card["authors"])},
        tables=tables,
        attributes=attributes,
        companions=companions,
    )
    _check_templates(where, archive)
    return archive


def _check_archive(where: str, card: Mapping[str, Any]) -> None:
    for key in ("name", "version"):
        if not NAME.fullmatch(card[key]) or card[key].lower() in RESERVED_NAMES:
            refuse(
                f"{where}, key {key}",
                "letters, digits, dots, hyphens and underscores, a letter or digit first, "
                f"and not {' or '.join(RESERVED_NAMES)}",
                shown(card[key]),
            )
    if not card["doi"] and not card["url"] and not card["unpublished"]:
        refuse(where, "the key doi, or url where there is no DOI", "neither")
    if card["unpublished"] and (card["doi"] or card["url"]):
        refuse(where, "either unpublished = true, or a doi or url", "both")
    if card["doi"] and not re.fullmatch(r"10\.\d+/\S+", card["doi"]):
        refuse(f"{where}, key doi", "a DOI such as 10.7910/DVN/JS9FR6", shown(card["doi"]))
    if card["url"]:
        check_url(where, card["url"])


def _frozen_setting(where: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a setting that need another form than TOML's."""
    frozen: dict[str, Any] = {}
    if "objectives" in values:
        frozen["objectives"] = tuple(values["objectives"])
        for objective in frozen["objectives"]:
            if not _OBJECTIVE.fullmatch(objective):
                refuse(
                    f"{where}, key objectives",
                    "max or min, a space and a column, such as 'max val_accuracy_percent'",
                    shown(objective),
                )
    if "epoch_step" in values:
        frozen["epoch_step"] = values["epoch_step"] or None
    return frozen


def _read_table(where: str, raw: Mapping[str, Any]) -> TableFiles:
    table = read_keys(where, raw, _TABLES)
    check_choice(f"{where}, key role", table["role"], ROLES)
    for name, value in table["attributes"].items():
        if not k.VALUE.fits(value):
            refuse(f"{where}, attributes, key {name}", k.VALUE.words, shown(value))
    inner = f"{where}, setting"
    read = read_keys(inner, table["setting"], _SECTION_SETTING)
    given = {name: read[name] for name in table["setting"]}
    changed = {
        "globs": tuple(table["globs"]),
        "columns": dict(table["columns"]),
        "attributes": dict(table["attributes"]),
        "setting": given | _frozen_setting(inner, given),
    }
    return TableFiles(**table | changed)


def _read_attribute(where: str, raw: Mapping[str, Any]) -> Attribute:
    attribute = read_keys(where, raw, _ATTRIBUTE)
    rules = []
    for number, entry in enumerate(attribute["rules"], start=1):
        place = f"{where}, rule {number}"
        rule = read_keys(place, entry, _RULE)
        try:
            re.compile(rule["pattern"])
        except re.error as error:
            refuse(f"{place}, key pattern", "a regular expression", f"{error}")
        rules.append(Rule(**rule))
    return Attribute(attribute["name"], tuple(rules))


def _check_templates(where: str, archive: Archive) -> None:
    """Refuse a ``{name}`` that can be no attribute."""
    declared = {attribute.name for attribute in archive.attributes}
    anywhere = declared.union(*(table.attributes for table in archive.tables))
    for key in ("experiment", "strategy", "task_data", "hardware", "protocol"):
        _check_template(f"{where}, key {key}", getattr(archive, key), anywhere)
    for number, table in enumerate(archive.tables, start=1):
        known = declared | set(table.attributes)
        for key, text in {"experiment": table.experiment, **table.setting}.items():
            _check_template(f"{where}, [[tables]] number {number}, key {key}", text, known)


def _check_template(where: str, text: Any, known: Collection[str]) -> None:
    if not isinstance(text, str):
        return
    try:
        names = list(_names_in(text))
    except ValueError as error:
        refuse(where, "text, with {attribute} for an attribute", f"{shown(text)} ({error})")
    for name in names:
        if name not in known:
            words = ", ".join(f"{{{one}}}" for one in sorted(known)) or "none: there is none"
            refuse(where, f"attributes among {words}", f"{{{name}}}")


def _names_in(template: str) -> Iterator[str]:
    for _, name, form, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if form or conversion:
            raise ValueError("no format is understood here")
        yield name
