"""Read the JSON that archives print: text in, a value out; and quote a value in a message.

Knows no search space.
"""

from __future__ import annotations

import json
from typing import Any

from vinarch.genome.spaces import shorten


def read_json(text: str) -> Any:
    """Return the value of a JSON text, None if it is none.

    Examples
    --------
    >>> read_json("[0, 1]"), read_json("[0, 1")
    ([0, 1], None)
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_whole(value: Any) -> bool:
    """Return whether a JSON value is a whole number; true and false are none.

    Examples
    --------
    >>> is_whole(1), is_whole(True), is_whole(1.0)
    (True, False, False)
    """
    return type(value) is int


def quote_json(value: Any) -> str:
    r"""Quote a JSON value for a message.

    Examples
    --------
    >>> quote_json(["input", -2])
    '\'["input", -2]\''
    """
    try:
        return shorten(json.dumps(value))
    except RecursionError:
        return "lists too deeply nested"
