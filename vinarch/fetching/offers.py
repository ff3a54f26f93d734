"""What a source offers: paths, sizes and checksums, and whether what came keeps the promise.

A source's listing is untrusted: a path that could leave the archive's folder never becomes an
offer.
No network and no Pooch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import ChecksumError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
"""Dataverse's names of the checksums, and those of `hashlib`."""

RECORDED = "sha256"
"""The hash that every file gets, for receipts and records, whatever its source publishes."""

LONGEST_NAME_BYTES = 255
"""Of a file or folder on the usual file systems."""

_NO_NAMES = frozenset({"", ".", ".."})

SHOWN_NAMES = 3
"""Names that a message quotes of a long list."""


@dataclass(frozen=True)
class Checksum:
    """A published checksum."""

    algorithm: str
    """One of the values of `ALGORITHMS`."""
    value: str
    """Hexadecimal, lower case."""


@dataclass(frozen=True)
class Closed:
    """Why a listed file is not given to us."""

    reason: str
    """An adjective, such as ``restricted``."""
    next_step: str


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
    closed: Closed | None = None
    """None where the source says nothing against giving it."""


def fault_of_path(path: str) -> str | None:
    """Say why a listed path must not be used below a folder, or return None if it may.

    Examples
    --------
    >>> fault_of_path("results/table.csv") is None
    True
    >>> fault_of_path("../table.csv")
    'an empty part, "." or ".."'
    """
    parts = path.split("/")
    faults = (
        (path.startswith("/"), "an absolute path"),
        ("\\" in path, "a backslash"),
        (not path.isprintable(), "a character that cannot be printed"),
        (":" in parts[0], "a drive letter or a scheme"),
        (not _NO_NAMES.isdisjoint(parts), 'an empty part, "." or ".."'),
        (
            len(path) > LONGEST_NAME_BYTES / 4
            and any(len(part.encode(errors="replace")) > LONGEST_NAME_BYTES for part in parts),
            f"a name of more than {LONGEST_NAME_BYTES} bytes",
        ),
    )
    return next((words for is_so, words in faults if is_so), None)


def repeated_path(paths: Iterable[str]) -> str | None:
    """Return the first path that is listed twice, or None."""
    seen: set[str] = set()
    for path in paths:
        if path in seen:
            return path
        seen.add(path)
    return None


def file_and_folder(paths: Collection[str]) -> str | None:
    """Return the first path below which another one lies, or None.

    Examples
    --------
    >>> file_and_folder(["a/b", "ab", "a"])
    'a'
    """
    folders = {path[:end] for path in paths for end in _ends_of_folders(path)}
    return next((path for path in paths if path in folders), None)


def _ends_of_folders(path: str) -> Iterable[int]:
    return (place for place, sign in enumerate(path) if sign == "/")


def some_of(paths: Sequence[str]) -> str:
    """Name the first few of some paths, and say how many more there are.

    Examples
    --------
    >>> some_of(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = len(paths) - SHOWN_NAMES
    return ", ".join(paths[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def hold_against(offer: OfferedFile, source: str, size: int, digests: Mapping[str, str]) -> None:
    """Hold a complete download against its offer.

    Parameters
    ----------
    offer : OfferedFile
        What was promised.
    source : str
        By whom.
    size : int
        Bytes that came.
    digests : mapping of str to str
        Their hashes by algorithm; that of the offer's checksum is among them.

    Raises
    ------
    ChecksumError
        If the size or the checksum differs.
    """
    if offer.size_bytes is not None and size != offer.size_bytes:
        raise wrong_size(offer, source, f"{size} bytes")
    if offer.checksum is None:
        return
    algorithm = offer.checksum.algorithm
    got = digests[algorithm]
    if got == offer.checksum.value:
        return
    hint = ""
    if source.startswith("Dataverse") and offer.size_bytes is not None:
        hint = (
            "The size is right; some records at Harvard hold the checksum of the .tab file "
            "without its header (IQSS/dataverse#9501). "
        )
    raise ChecksumError(
        f"{offer.path} from {source}",
        f"{algorithm} {offer.checksum.value}",
        f"{got} over {size} bytes",
        f"{hint}Ask again with --refresh, and if it stays so, ask another source (VINARCH_MIRROR) "
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
