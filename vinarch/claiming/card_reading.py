"""Check what a paper's file holds: raw TOML values in, values of a kind or a refusal out."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, get_args, get_origin

from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEXT_STEP = "See docs/how-to/check-a-papers-claims.md."
_TYPE_WORDS = {str: "text", int: "a whole number", Decimal: "a number", dict: "a table"}


def check_keys(where: str, raw: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a key that is none of those known."""
    for key in raw:
        if key not in known:
            refuse(f"{where}, key {key}", "one of " + ", ".join(known), key, nearest(key, known))


def take(where: str, raw: Mapping[str, Any], key: str, kind: type, *, needed: bool = True) -> Any:
    """Return the value of a key, of a kind; None where it is neither there nor needed."""
    value: Any = raw.get(key)
    if key not in raw and not needed:
        return None
    if not is_of(value, kind):
        refuse(f"{where}, key {key}", type_words(kind), shown(value))
    return Decimal(value) if kind is Decimal else value


def is_of(value: Any, kind: Any) -> bool:
    """Tell whether a value is of a kind; no truth value is a number, and no blank text a text."""
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        return isinstance(value, list) and all(is_of(item, inner) for item in value)
    if kind is Decimal:
        # A whole number is printed without decimals.
        return is_of(value, int) or (isinstance(value, Decimal) and value.is_finite())
    if kind is str:
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, kind) and not isinstance(value, bool)


def type_words(kind: Any) -> str:
    """Name a kind."""
    if get_origin(kind) is list:
        return f"a list, each {type_words(get_args(kind)[0])}"
    return _TYPE_WORDS[kind]


def shown(value: Any) -> str:
    """Write a value as a message quotes it."""
    if value is None:
        return "nothing"
    return str(value) if isinstance(value, Decimal) else repr(value)


def nearest(name: str, known: Sequence[str]) -> str:
    """Ask whether the nearest of some names was meant; empty where none is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}? " if near else ""


def refuse(where: str, expected: str, got: str, hint: str = "") -> NoReturn:
    """Refuse what stands at a place of the file.

    Raises
    ------
    CardError
    """
    raise CardError(where, expected, got, hint + NEXT_STEP)
