"""Read JSON strictly: text in, objects that say where each of their values stands out.

Refuses what Python's own reader lets pass: NaN and infinities, numbers that no double holds, a key
twice.
Knows no archive.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.dialects.packed import NEXT_STEP
from vinarch.dialects.rows import shorten
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def read_json(text: str, where: str) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    DialectError
        If it is none, or holds a number that is not finite, or a key twice.

    Examples
    --------
    >>> read_json('{"a": [1, 2.5]}', "x.json")
    {'a': [1, 2.5]}
    >>> read_json('{"a": NaN}', "x.json")
    Traceback (most recent call last):
    vinarch.errors.DialectError: x.json: expected finite numbers, got NaN. See ...
    """

    def refuse_constant(name: str) -> Any:
        raise DialectError(where, "finite numbers", name, NEXT_STEP)

    def read_float(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            raise DialectError(where, "numbers that a double holds", shorten(digits), NEXT_STEP)
        return value

    def read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DialectError(where, "each key once", f"{shorten(twice)} twice", NEXT_STEP)
        return members

    try:
        return json.loads(
            text,
            parse_constant=refuse_constant,
            parse_float=read_float,
            object_pairs_hook=read_pairs,
        )
    except json.JSONDecodeError as error:
        got = f"{error.msg} in line {error.lineno}, column {error.colno}"
        raise DialectError(where, "JSON", got, NEXT_STEP) from error
    except (ValueError, RecursionError) as error:
        # A whole number of thousands of digits; brackets thousands deep.
        raise DialectError(where, "JSON", str(error).split(";")[0], NEXT_STEP) from error


@dataclass(frozen=True)
class JsonObject:
    """A JSON object and the path to it, which messages and source names tell.

    Examples
    --------
    >>> network = JsonObject("", {"val_acc": 0.5, "size": {"h5": 3}})
    >>> network.percent("val_acc"), network.child("size").whole("h5")
    (50.0, 3)
    >>> network.percent("size")
    Traceback (most recent call last):
    vinarch.errors.DialectError: size: expected a number from 0 to 1, got {'h5': 3}. See ...
    """

    path: str
    members: dict[str, Any]

    @classmethod
    def of(cls, value: Any, path: str) -> JsonObject:
        """Return a value as an object.

        Raises
        ------
        DialectError
            If it is none.
        """
        if not isinstance(value, dict):
            raise _wrong(path, "a JSON object", value)
        return cls(path, value)

    def number(self, name: str, low: float = -math.inf, high: float = math.inf) -> float:
        """Return a number from `low` to `high`.

        Raises
        ------
        DialectError
            If there is none of that name.
        """
        value = self.value(name)
        found = as_number(value)
        if found is None or not low <= found <= high:
            raise _wrong(self.path_to(name), _range(low, high), value)
        return found

    def percent(self, name: str) -> float:
        """Return a fraction as percent.

        Raises
        ------
        DialectError
            If it is none from 0 to 1.
        """
        return 100 * self.number(name, 0, 1)

    def whole(self, name: str, low: int = 0) -> int:
        """Return a whole number from `low`.

        Raises
        ------
        DialectError
            If there is none of that name, or not one of 63 bits.
        """
        value = self.value(name)
        if type(value) is not int or not low <= value < 2**63:
            raise _wrong(self.path_to(name), f"a whole number from {low}", value)
        return value

    def text(self, name: str) -> str:
        """Return a text that is not empty.

        Raises
        ------
        DialectError
            If there is none of that name.
        """
        value = self.value(name)
        if not isinstance(value, str) or not value:
            raise _wrong(self.path_to(name), "a text", value)
        return value

    def flag(self, name: str) -> bool:
        """Return true or false.

        Raises
        ------
        DialectError
            If it is neither.
        """
        value = self.value(name)
        if not isinstance(value, bool):
            raise _wrong(self.path_to(name), "true or false", value)
        return value

    def child(self, name: str) -> JsonObject:
        """Return the object of that name.

        Raises
        ------
        DialectError
            If there is none.
        """
        return JsonObject.of(self.value(name), self.path_to(name))

    def children(self, name: str) -> list[JsonObject]:
        """Return the objects of a list of that name.

        Raises
        ------
        DialectError
            If it is no list of objects, or empty.
        """
        value = self.value(name)
        if not isinstance(value, list) or not value:
            raise _wrong(self.path_to(name), "a list of JSON objects", value)
        path = self.path_to(name)
        return [JsonObject.of(item, f"{path}[{place}]") for place, item in enumerate(value)]

    def leaves(self, without: Iterable[str]) -> Iterator[tuple[str, str, float | str]]:
        """Give every number and text but those of the names `without`.

        Yields
        ------
        path : str
        name : str
            The last name of the path.
        value : float or str

        Raises
        ------
        DialectError
            If something else stands there, which would be lost.
        """
        known = set(without)
        for name, value in self.members.items():
            if name not in known:
                yield from _leaves(value, self.path_to(name), name)

    def refuse_others(self, *known: str) -> None:
        """Refuse values of other names, which would be lost.

        Raises
        ------
        DialectError
            If there are any.
        """
        for name in self.members.keys() - set(known):
            got = f"another, {shorten(name)}"
            raise DialectError(self.path or "the file", "only " + ", ".join(known), got, NEXT_STEP)

    def path_to(self, name: str) -> str:
        """Return the path to one of its values."""
        return f"{self.path}.{name}" if self.path else name

    def value(self, name: str) -> Any:
        """Return what stands under a name.

        Raises
        ------
        DialectError
            If nothing does.
        """
        if name not in self.members:
            raise DialectError(self.path_to(name), "a value", "none", NEXT_STEP)
        return self.members[name]


def as_number(value: Any) -> float | None:
    """Return a JSON number as a double, None if it is no number or no double is equal to it.

    Examples
    --------
    >>> as_number(3), as_number(True), as_number(2**53 + 1)
    (3.0, None, None)
    """
    if type(value) is float:
        return value
    if type(value) is not int:
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if found == value else None


def show(value: Any) -> str:
    """Write a value for a message; a long one is cut.

    Examples
    --------
    >>> show("x"), show([1, "x"])
    ("'x'", "[1, 'x']")
    """
    return shorten(value) if isinstance(value, str) else shorten(repr(value))[1:-1]


def _leaves(value: Any, path: str, name: str) -> Iterator[tuple[str, str, float | str]]:
    if isinstance(value, dict) and value:
        for inner, found in value.items():
            yield from _leaves(found, f"{path}.{inner}", inner)
        return
    if isinstance(value, list) and value:
        for place, found in enumerate(value):
            yield from _leaves(found, f"{path}[{place}]", name)
        return
    leaf = value if isinstance(value, str) else as_number(value)
    if leaf is None:
        raise _wrong(path, "a number or a text", value)
    yield path, name, leaf


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "a number"
    return f"a number from {low:g}" + ("" if math.isinf(high) else f" to {high:g}")


def _wrong(path: str, expected: str, value: Any) -> DialectError:
    return DialectError(path or "the file", expected, show(value), NEXT_STEP)
