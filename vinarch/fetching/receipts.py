"""The receipt of a fetch: a provenance beside the files; written last, believed only if it fits.

Knows one file name and what makes a receipt count; asks no source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.fetching.offers import fault_of_path
from vinarch.fetching.staging import open_new, sync_folder
from vinarch.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vinarch.catalog import Archive

RECEIPT_NAME = "provenance.json"


def read_receipt(
    archive: Archive, folder: Path, mirror_name: str | None, say: Callable[[str], object]
) -> Provenance | None:
    """Return the provenance of an archive's folder if its receipt counts.

    It counts when it can be read, speaks of this version of the archive, all its files are there
    with the right sizes, and the mirror, if there is one, was asked then.

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
        fault = _fault_of(provenance, archive, folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fault = f"it cannot be read ({type(error).__name__}: {error})"
    if fault:
        say(f"The receipt {path} does not count: {fault}. The sources are asked anew.")
        return None
    if mirror_name is not None and mirror_name not in {asked.source for asked in provenance.asked}:
        return None
    return provenance


def write_receipt(provenance: Provenance, folder: Path) -> None:
    """Write the receipt at once or not at all.

    Raises
    ------
    OSError
        From this disk.
    """
    fresh = folder / f"{RECEIPT_NAME}.new"
    try:
        with open_new(fresh) as file:
            file.write(provenance.to_json().encode())
        fresh.replace(folder / RECEIPT_NAME)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def _fault_of(provenance: Provenance, archive: Archive, folder: Path) -> str:
    told = (provenance.archive, provenance.version)
    if told != (archive.name, archive.version):
        return f"it speaks of {' '.join(told)}, not of {archive.name} {archive.version}"
    if not provenance.files:
        return "it lists no file"
    for file in provenance.files:
        if fault_of_path(file.path):
            return f"it lists {file.path!r}"
        path = folder / file.path
        if not path.is_file():
            return f"{file.path} is missing"
        size = path.stat().st_size
        if size != file.size_bytes:
            return f"{file.path} has {size} bytes, not {file.size_bytes}"
    return ""
