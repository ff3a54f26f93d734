"""The receipt of a fetch: a provenance beside the files; written last, believed only if it fits.

Knows one file name and what makes a receipt count; asks no source.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from vinarch.errors import RefusedError
from vinarch.fetching.offers import fault_of_path, file_and_folder
from vinarch.fetching.staging import write_whole
from vinarch.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.stamps import Stamps
    from vinarch.provenance import FetchedFile

RECEIPT_NAME = "provenance.json"


def read_receipt(
    archive: Archive,
    folder: Path,
    mirror_name: str | None,
    say: Callable[[str], object],
    stamps: Stamps | None = None,
) -> Provenance | None:
    """Return the provenance of an archive's folder if its receipt counts.

    It counts when it can be read, speaks of this version of the archive, all its files are there
    with the right sizes, and the mirror, if there is one, was asked then. With stamps, the files
    must also have the right bytes: those that changed since they were verified are read.

    Parameters
    ----------
    archive : Archive
        From its data card.
    folder : Path
        Where the files are.
    mirror_name : str or None
        The mirror's `name` as a source.
    say : callable
        Told why a receipt does not count; silent where there is none or the mirror is new.
    stamps : Stamps, optional
        Of the archive's files; added to.

    Raises
    ------
    OSError
        If the disk fails; a missing file is no failure.
    """
    path = folder / RECEIPT_NAME
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        provenance = Provenance.from_json(text.decode())
        fault = _fault_of(provenance, archive, folder, stamps)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fault = f"it cannot be read ({type(error).__name__}: {error})"
    if fault:
        say(f"The receipt {path} does not count: {fault}. The sources are asked anew.")
        return None
    if mirror_name is not None and mirror_name not in {asked.source for asked in provenance.asked}:
        return None
    return provenance


def recorded_checksums(archive: Archive, folder: Path, source: str) -> dict[str, str]:
    """Return the SHA-256 of each file, by path, that a source gave when it was asked before.

    Parameters
    ----------
    archive : Archive
        From its data card.
    folder : Path
        Where the receipt is; none, an unreadable one, or one of another version tells nothing.
    source : str
        The source's name; what came from another place is not its promise.

    Raises
    ------
    OSError
        If the disk fails; a missing file is no failure.
    """
    provenance = _receipt_of(archive, folder)
    if provenance is None or provenance.source != source:
        return {}
    return {file.path: file.sha256 for file in provenance.files}


def files_of_receipt(archive: Archive, folder: Path) -> tuple[FetchedFile, ...]:
    """Return what a receipt lists, even where it does not count since files are missing.

    Raises
    ------
    OSError
        If the disk fails; a missing file is no failure.
    """
    provenance = _receipt_of(archive, folder)
    return () if provenance is None else provenance.files


def _receipt_of(archive: Archive, folder: Path) -> Provenance | None:
    try:
        provenance = Provenance.from_json((folder / RECEIPT_NAME).read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None
    told = (provenance.archive, provenance.version)
    return provenance if told == (archive.name, archive.version) else None


def check_names(source: str, files: Sequence[OfferedFile]) -> None:
    """Refuse a table that would stand where the receipt or another one's folder stands.

    Raises
    ------
    RefusedError
        With what the source could do.
    """
    for file in files:
        if file.path.casefold() == RECEIPT_NAME:
            raise RefusedError(
                source,
                "names that leave room for our receipt",
                f"a table {file.path!r}, which is called as our receipt is",
                "Leave it out with --exclude.",
            )
    both = file_and_folder([file.path for file in files])
    if both is not None:
        raise RefusedError(
            source, "each path to be a file or a folder", f"{both!r} as both", "Leave one out."
        )


def write_receipt(provenance: Provenance, folder: Path) -> None:
    """Write the receipt at once or not at all.

    Raises
    ------
    OSError
        From this disk.
    """
    write_whole(folder / RECEIPT_NAME, provenance.to_json())


def _fault_of(provenance: Provenance, archive: Archive, folder: Path, stamps: Stamps | None) -> str:
    told = (provenance.archive, provenance.version)
    if told != (archive.name, archive.version):
        return f"it speaks of {' '.join(told)}, not of {archive.name} {archive.version}"
    if not provenance.files:
        return "it lists no file"
    for file in provenance.files:
        fault = _fault_of_file(file, folder, stamps)
        if fault:
            return fault
    return ""


def _fault_of_file(file: FetchedFile, folder: Path, stamps: Stamps | None) -> str:
    if fault_of_path(file.path):
        return f"it lists {file.path!r}"
    try:
        status = os.stat(f"{folder}/{file.path}")  # noqa: PTH116 - ten thousands of them
    except (FileNotFoundError, NotADirectoryError):
        return f"{file.path} is missing"
    if not stat.S_ISREG(status.st_mode):
        return f"{file.path} is missing"
    if status.st_size != file.size_bytes:
        return f"{file.path} has {status.st_size} bytes, not {file.size_bytes}"
    if stamps is None or stamps.hashes_of(file.path, status).get("sha256") == file.sha256:
        return ""
    got = stamps.hash_of(file.path, folder / file.path, "sha256")
    return "" if got == file.sha256 else f"{file.path} has other bytes than those that came"
