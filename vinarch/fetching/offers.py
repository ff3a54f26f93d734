"""What a source offers: paths, sizes and checksums, and whether a file on disk keeps the promise.

A source's listing is untrusted: a path that could leave the archive's folder never becomes an
offer.
No network and no Pooch.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import ChecksumError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
"""Dataverse's names of the checksums, and those of `hashlib`."""


@dataclass(frozen=True)
class Checksum:
    """A published checksum."""

    algorithm: str
    """One of the values of `ALGORITHMS`."""
    value: str
    """Hexadecimal, lower case."""


@dataclass(frozen=True)
class OfferedFile:
    """One file that a source says it has."""

    path: str
    """Path inside the archive, with forward slashes; `fault_of_path` found no fault."""
    size_bytes: int | None
    """None where the source does not know."""
    checksum: Checksum | None
    location: str
    """The URL, or the path on this disk, that gives the bytes."""


def fault_of_path(path: str) -> str | None:
    """Say why a listed path must not be used below a folder, or return None if it may.

    Examples
    --------
    >>> fault_of_path("results/table.csv") is None
    True
    >>> fault_of_path("../table.csv")
    'an empty part, "." or ".."'
    """
    if path.startswith("/"):
        return "an absolute path"
    if "\\" in path:
        return "a backslash"
    if not path.isprintable():
        return "a character that cannot be printed"
    if ":" in path.split("/", 1)[0]:
        return "a drive letter or a scheme"
    if any(part in {"", ".", ".."} for part in path.split("/")):
        return 'an empty part, "." or ".."'
    return None


def repeated_path(paths: Iterable[str]) -> str | None:
    """Return the first path that is listed twice, or None."""
    seen: set[str] = set()
    for path in paths:
        if path in seen:
            return path
        seen.add(path)
    return None


def is_held(path: Path, offer: OfferedFile) -> bool:
    """Tell whether a path is a file that is known to hold the offered bytes.

    False where the source gave no checksum: then nothing is known.
    """
    if offer.checksum is None or path.is_symlink() or not path.is_file():
        return False
    if offer.size_bytes is not None and path.stat().st_size != offer.size_bytes:
        return False
    return _digest(path, offer.checksum.algorithm) == offer.checksum.value


def verify(path: Path, offer: OfferedFile, source: str) -> None:
    """Hold a complete download against its offer.

    Raises
    ------
    ChecksumError
        If the size or the checksum differs.
    """
    size = path.stat().st_size
    if offer.size_bytes is not None and size != offer.size_bytes:
        raise wrong_size(offer, source, f"{size} bytes")
    if offer.checksum is None:
        return
    algorithm = offer.checksum.algorithm
    got = _digest(path, algorithm)
    if got != offer.checksum.value:
        hint = ""
        if source.startswith("Dataverse"):
            hint = (
                "The size is right; some records at Harvard hold the checksum of the .tab file "
                "without its header (IQSS/dataverse#9501). "
                if offer.size_bytes is not None
                else ""
            )
        raise ChecksumError(
            f"{offer.path} from {source}",
            f"{algorithm} {offer.checksum.value}",
            f"{got} over {size} bytes",
            f"{hint}Ask again, and if it stays so, ask another source (VINARCH_MIRROR) "
            "or tell the archive's authors.",
        )


def wrong_size(offer: OfferedFile, source: str, got: str) -> ChecksumError:
    """Return the error for a file whose size is not the published one."""
    return ChecksumError(
        f"{offer.path} from {source}",
        f"{offer.size_bytes} bytes",
        got,
        "Ask again, and if it stays so, ask another source (VINARCH_MIRROR).",
    )


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()
