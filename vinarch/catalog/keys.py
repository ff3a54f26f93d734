"""Check the keys of one section of a data card: a TOML table in, known values or an error out.

Knows which types a key can have; what the keys are, its callers know.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from vinarch.catalog.records import MEND
from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Of an archive, a version or a folder: all become names of folders, and an archive's name also
stands in the paths of the commons."""


@dataclass(frozen=True)
class Kind:
    """What a value must be, in words and as a test."""

    words: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Key:
    """One key of a section."""

    name: str
    kind: Kind
    required: bool = True
    default: Any = None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    # NaN is below nothing, and infinity above everything.
    return _whole(value) or (isinstance(value, float) and abs(value) < float("inf"))


def _list_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(part, kind) for part in value)


TEXT = Kind("text", lambda value: isinstance(value, str) and bool(value.strip()))
ANY_TEXT = Kind("text", lambda value: isinstance(value, str))
WHOLE = Kind("a whole number, zero or more", lambda value: _whole(value) and value >= 0)
NUMBER = Kind("a number, zero or more", lambda value: _number(value) and value >= 0)
POSITIVE = Kind("a number above zero", lambda value: _number(value) and value > 0)
YES_NO = Kind("true or false", lambda value: isinstance(value, bool))
VALUE = Kind(
    "text, a number, true or false", lambda value: isinstance(value, str | bool) or _number(value)
)
TEXTS = Kind("a list of text", _list_of(str))
SOME_TEXTS = Kind("a list of text, not empty", lambda value: _list_of(str)(value) and bool(value))
SECTION = Kind("a section of keys", lambda value: isinstance(value, dict))
SECTIONS = Kind("a list of sections", _list_of(dict))
SOME_SECTIONS = Kind(
    "a list of sections, not empty", lambda value: _list_of(dict)(value) and bool(value)
)


def read_keys(where: str, raw: Mapping[str, Any], keys: Sequence[Key]) -> dict[str, Any]:
    """Return the values of a section, defaults where an optional key is left out.

    Raises
    ------
    CardError
        If a key is unknown, missing, or of another type; the message names it and, for an unknown
        one, the nearest that is known.
    """
    names = [key.name for key in keys]
    for name in raw:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            refuse(
                where,
                "keys among " + ", ".join(names),
                f"{name!r}",
                f"Did you mean {near[0]}? " if near else "",
            )
    values = {}
    for key in keys:
        if key.name not in raw:
            if key.required:
                refuse(where, f"the key {key.name} ({key.kind.words})", "none")
            values[key.name] = key.default
        elif not key.kind.fits(raw[key.name]):
            refuse(f"{where}, key {key.name}", key.kind.words, shown(raw[key.name]))
        else:
            values[key.name] = raw[key.name]
    return values


def refuse(where: str, expected: str, got: str, hint: str = "") -> NoReturn:
    """Raise the error of a fault in a card."""
    raise CardError(where, expected, got, hint + MEND)


def check_choice(where: str, value: str, choices: Collection[str]) -> None:
    """Refuse a value that is not among the choices."""
    if value not in choices:
        refuse(where, " or ".join(choices), shown(value))


def check_url(where: str, url: str) -> None:
    """Refuse what is no web address."""
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        refuse(f"{where}, key url", "an http(s) address", shown(url))


def shown(value: Any) -> str:
    """Quote a value of a card; a long one is cut."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_LONGEST = 80
