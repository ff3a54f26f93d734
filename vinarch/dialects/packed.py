"""The files of an archive as bytes, packed or as published: files in, members out.

A ``.gz`` file is one member, a ``.tar.gz`` as many as it holds, any other file is itself.
Nothing is unpacked to disk; knows no dialect.
"""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vinarch.dialects.file_bytes import BOM, read_bytes
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.dialects.rows import SourceFile

NEXT_STEP: Final = "See docs/how-to/mend-a-file.md; if the archive is right, fetch it again."


@dataclass(frozen=True)
class Member:
    """A file of an archive.

    Attributes
    ----------
    path : str
        Its path inside the archive; for a member of a ``.tar.gz`` the path of that, a slash, and
        the path inside it.
    data : bytes
    """

    path: str
    data: bytes


def read_members(files: Sequence[SourceFile]) -> Iterator[Member]:
    """Read files, in order; the members of a ``.tar.gz`` in ascending order of path.

    Parameters
    ----------
    files : sequence of SourceFile

    Yields
    ------
    Member

    Raises
    ------
    DialectError
        If a file cannot be read or unpacked.
    """
    for file in files:
        # The gzip checksum tells a cut archive, of which tarfile would give what is left.
        data = read_bytes(file.local, file.path)
        if file.path.endswith(".tar.gz"):
            yield from _unpack(file.path, data)
        else:
            yield Member(file.path, data)


def read_text(data: bytes, where: str) -> str:
    """Decode UTF-8 text; a byte order mark before it is left out.

    Raises
    ------
    DialectError
        If it is no text in UTF-8.
    """
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        got = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise DialectError(where, "text in UTF-8", got, NEXT_STEP) from error


def _unpack(path: str, data: bytes) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in sorted(filter(_is_file, archive), key=lambda member: member.name):
                opened = archive.extractfile(member)
                yield Member(f"{path}/{member.name}", b"" if opened is None else opened.read())
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise DialectError(path, "a whole tar archive", str(error), NEXT_STEP) from error


def _is_file(member: tarfile.TarInfo) -> bool:
    return member.isfile()
