"""Cut the bytes of a growing file into whole lines; a last one without its end is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def whole_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    r"""Give the lines that have their end, each with its number from 1.

    Parameters
    ----------
    data : bytes
        From the start of a line on.

    Yields
    ------
    tuple of int and bytes
        Lines without anything in them are left out, but counted.

    Examples
    --------
    >>> list(whole_lines(b'{"a": 1}\n\n{"a": 2}\n{"a'))
    [(1, b'{"a": 1}'), (3, b'{"a": 2}')]
    """
    *lines, _ = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line
