"""Read the bytes of a fetched file: unpacked, and checked where they must be text.

A path in; bytes out, or an error that says where the first wrong byte stands.
Knows no table.
"""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from vinarch.errors import DialectError

if TYPE_CHECKING:
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
_NEXT_STEP = "See docs/how-to/mend-a-file.md; if the archive is right, fetch it again."


def read_bytes(local: Path, path: str) -> bytes:
    """Return the bytes of a file, unpacked if its name ends in ``.gz``.

    Parameters
    ----------
    local : Path
        Where the file is.
    path : str
        Its path inside the archive, for messages.

    Raises
    ------
    DialectError
        If it cannot be read or unpacked.
    """
    try:
        data = local.read_bytes()
    except OSError as error:
        raise DialectError(
            path, "a readable file", error.strerror or str(error), _NEXT_STEP
        ) from error
    if not path.endswith(".gz"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DialectError(path, "a file packed by gzip", str(error), _NEXT_STEP) from error


def read_text(local: Path, path: str, what: str) -> bytes:
    """Return the bytes of a file that must be text in UTF-8, unpacked if it ends in ``.gz``.

    Parameters
    ----------
    local, path
        As for `read_bytes`.
    what : str
        What the file should be, for the message about an empty one.

    Raises
    ------
    DialectError
        If it cannot be read, is empty or is no such text.
    """
    data = read_bytes(local, path)
    if not data.removeprefix(BOM).strip():
        raise DialectError(path, what, f"an empty file of {len(data)} bytes", _NEXT_STEP)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DialectError(
            f"{path}, line {_line_of(data, error.start)}",
            "text in UTF-8",
            f"byte 0x{data[error.start]:02x} at offset {error.start}",
            _NEXT_STEP,
        ) from error
    if b"\0" in data:
        line = _line_of(data, data.index(b"\0"))
        raise DialectError(f"{path}, line {line}", "text", "a NUL byte", _NEXT_STEP)
    return data


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
