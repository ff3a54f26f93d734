"""Read JSON lines: one object a line in, the objects and the lines that are none out."""

from __future__ import annotations

import json
from typing import Any

from vinarch.dialects.file_bytes import BOM
from vinarch.dialects.rows import Refusal, shorten

Rows = tuple[list[dict[str, Any]], list[int], list[int], list[tuple[int, int, Refusal]]]


def json_rows(data: bytes) -> Rows:
    r"""Read the objects of a file; lines without anything in them do not count as rows.

    Parameters
    ----------
    data : bytes
        UTF-8 without NUL bytes.

    Returns
    -------
    rows : list of dict
    source_rows : list of int
        Position of each among the rows, from 0.
    lines : list of int
        Line of each, from 1.
    refused : list of (source_row, line, Refusal)
        The other rows.

    Examples
    --------
    >>> rows, places, lines, refused = json_rows(b'{"a": 1}\n\n{"a": \n{"a": 2}\n')
    >>> rows, places, lines
    ([{'a': 1}, {'a': 2}], [0, 2], [1, 4])
    >>> refused
    [(1, 3, Refusal(expected='one JSON object in the line', got='\'{"a":\''))]
    """
    rows, places, lines = [], [], []
    refused = []
    place = -1
    for line, content in enumerate(data.removeprefix(BOM).split(b"\n"), start=1):
        text = content.strip()
        if not text:
            continue
        place += 1
        try:
            rows.append(_read_object(text))
        except _RepeatedKeyError as error:
            refused.append((place, line, Refusal("each key once", f"{error} twice")))
        except (ValueError, RecursionError):
            got = shorten(text.decode("utf-8"))
            refused.append((place, line, Refusal("one JSON object in the line", got)))
        else:
            places.append(place)
            lines.append(line)
    return rows, places, lines, refused


class _RepeatedKeyError(ValueError):
    """A key stands twice in an object, so that one of its values would be lost."""


def _read_object(text: bytes) -> dict[str, Any]:
    row = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(row, dict):
        raise ValueError  # noqa: TRY004 - refused like a line that is no JSON
    if b"\\u" in text:
        # Half of a surrogate pair is no text: this raises UnicodeEncodeError, a ValueError.
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    return row


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKeyError(next(name for name in names if names.count(name) > 1))
    return found
