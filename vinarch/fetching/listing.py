"""What Dataverse says of a version's files: its JSON in, a manifest out.

Knows the forms in which old and new servers tell names, sizes and checksums.
A listing is untrusted: one with a path that could leave the archive's folder, or with a path
twice, becomes no manifest. Asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.fetching.manifest import ManifestFile
from vinarch.fetching.offers import (
    ALGORITHMS,
    Checksum,
    fault_of_path,
    file_and_folder,
    repeated_path,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ORIGINAL_SUFFIXES = {
    "text/csv": ".csv",
    "text/comma-separated-values": ".csv",
    "text/tsv": ".tsv",
    "text/tab-separated-values": ".tsv",
}
"""For servers too old to tell an ingested table's original name."""


class ListingError(Exception):
    """A listing that becomes no manifest: what was expected of it, and what came."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(expected, got)
        self.expected = expected
        self.got = got


def files_listed(entries: Sequence[Mapping[str, Any]]) -> tuple[ManifestFile, ...]:
    """Return the files of a listing, sorted by path.

    Parameters
    ----------
    entries : sequence of mapping
        The file entries of all pages.

    Raises
    ------
    ListingError
        If an entry cannot be read, or a path must not be used or comes twice.
    """
    try:
        files = [_file_in(entry) for entry in entries]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ListingError(
            "its list of files",
            f"a file entry that cannot be read ({type(error).__name__}: {error})",
        ) from error
    check_paths([file.path for file in files])
    return tuple(sorted(files, key=lambda file: file.path))


def check_paths(paths: Sequence[str]) -> None:
    """Refuse paths that must not be used below a folder, and a path that is there twice.

    Raises
    ------
    ListingError
        For the first of them.
    """
    for path in paths:
        fault = fault_of_path(path)
        if fault:
            raise ListingError("paths inside the archive", f"{path!r}, which has {fault}")
    twice = repeated_path(paths)
    if twice is not None:
        raise ListingError("each path once in its list", f"{twice!r} twice")
    both = file_and_folder(paths)
    if both is not None:
        raise ListingError("each path to be a file or a folder", f"{both!r} as both")


def _file_in(entry: Mapping[str, Any]) -> ManifestFile:
    data = entry["dataFile"]
    ingested = bool(data.get("tabularData")) or "originalFileFormat" in data
    shown = str(entry["label"])
    name = str(data["originalFileName"]) if ingested and "originalFileName" in data else None
    folder = entry.get("directoryLabel")
    checksum = _checksum_in(data)
    kind = None if data.get("contentType") is None else str(data["contentType"])
    for text in (shown, name, folder, kind, checksum and checksum.value):
        str(text).encode()  # half a pair of surrogates could be kept nowhere: a ValueError
    uploaded = (name or _guessed_name(shown, data)) if ingested else shown
    return ManifestFile(
        path=f"{folder}/{uploaded}" if folder else uploaded,
        id=int(data["id"]),
        size_bytes=_size(data.get("filesize")) if ingested else int(data["filesize"]),
        checksum=checksum,
        content_type=kind,
        shown_name=shown,
        original_name=name,
        original_size_bytes=_size(data.get("originalFileSize")) if ingested else None,
        ingested=ingested,
        restricted=bool(entry.get("restricted")),
    )


def _guessed_name(shown: str, data: Mapping[str, Any]) -> str:
    suffix = _ORIGINAL_SUFFIXES.get(data.get("originalFileFormat", ""))
    return shown.removesuffix(".tab") + suffix if suffix else shown


def _size(told: Any) -> int | None:
    return None if told is None else int(told)


def _checksum_in(data: Mapping[str, Any]) -> Checksum | None:
    told = data.get("checksum")
    if told is None:
        return Checksum("md5", str(data["md5"]).lower()) if "md5" in data else None
    algorithm = ALGORITHMS.get(told["type"])
    if algorithm is None:
        raise ValueError(
            f"a checksum of the type {told['type']!r}; known are {', '.join(ALGORITHMS)}"
        )
    return Checksum(algorithm, str(told["value"]).lower())
