"""What the fetch layer keeps below a home: listed, verified, and freed of what nobody needs.

A home in, records out. Looks at files and asks nobody; what a running fetch works on is left alone.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from vinarch.fetching.keeping import storing
from vinarch.fetching.neighbours import is_in_use
from vinarch.fetching.other_record import OTHERS, OtherRecord
from vinarch.fetching.receipts import RECEIPT_NAME
from vinarch.fetching.stamps import Stamps
from vinarch.provenance import Provenance, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.other_record import OtherFile
    from vinarch.provenance import FetchedFile

_LITTER = (".incoming", ".previous", ".parts", ".locks")
"""What a fetch that was ended leaves: hidden folders beside a version's."""


@dataclass(frozen=True)
class KeptVersion:
    """One version of an archive on this disk."""

    archive: str
    version: str
    source: str
    """Who gave its tables; empty where no receipt can be read."""
    fetched_at: str
    file_count: int
    size_bytes: int
    other_count: int
    """Of files that are no tables."""
    other_bytes: int
    folder: Path


@dataclass(frozen=True)
class Leftover:
    """A folder that no fetch needs to go on, or needs no more."""

    archive: str
    folder: Path
    size_bytes: int
    meaning: str


@dataclass(frozen=True)
class Damage:
    """A kept file that is not what came."""

    archive: str
    version: str
    path: str
    fault: str


def kept_versions(home: Path) -> tuple[KeptVersion, ...]:
    """Return every version of every archive that is kept, sorted by name and version."""
    found = []
    for folder in _version_folders(home):
        receipt = _receipt_in(folder)
        others = OtherRecord.read(folder)
        files = [] if receipt is None else [file.size_bytes for file in receipt.files]
        found.append(
            KeptVersion(
                folder.parent.name,
                folder.name,
                "" if receipt is None else receipt.source,
                "" if receipt is None else receipt.fetched_at,
                len(files),
                sum(files) if receipt is not None else _size_of(folder),
                len(others.files),
                sum(file.size_bytes for file in others.files),
                folder,
            )
        )
    return tuple(found)


def damages(version: KeptVersion) -> Iterator[Damage]:
    """Read every kept file of a version, and yield those that are not what came.

    A stamp that vouched for such a file is taken back, so that the next fetch does not believe it.
    """
    receipt = _receipt_in(version.folder)
    if receipt is None and not version.other_count:
        yield Damage(version.archive, version.version, RECEIPT_NAME, "no receipt can be read")
    listed: list[tuple[Path, FetchedFile | OtherFile]] = (
        [] if receipt is None else [(version.folder, one) for one in receipt.files]
    )
    others = version.folder.with_name(f"{version.version}{OTHERS}")
    listed += [(others, one) for one in OtherRecord.read(version.folder).files]
    for folder, file in listed:
        local = folder / file.path
        try:
            size = local.stat().st_size
            if size != file.size_bytes:
                fault = f"{size:,} bytes, not {file.size_bytes:,}"
            else:
                fault = (
                    "" if sha256_of(local) == file.sha256 else "other bytes than those that came"
                )
        except FileNotFoundError:
            fault = "it is missing"
        except OSError as error:
            fault = f"it cannot be read: {error.strerror}"
        if fault:
            Stamps.read(folder.with_name(f"{folder.name}.stamps.jsonl")).forget(file.path)
            yield Damage(version.archive, version.version, file.path, fault)


def leftovers(home: Path, catalog: tuple[Archive, ...], *, old: bool = False) -> list[Leftover]:
    """Return what half fetches left, and old versions if they are asked for.

    Parameters
    ----------
    home : Path
        Whose downloads are looked at.
    catalog : tuple of Archive
        Its cards say which version is the current one.
    old : bool
        Whether versions that no card names count, of archives that some card names.
    """
    current = {card.name: card.version for card in catalog}
    found = []
    for place in _folders_in(home / "downloads"):
        for folder in _folders_in(place):
            if folder.name.startswith(".") and folder.name.endswith(_LITTER):
                meaning = "left by a fetch that was ended; the next one would go on with it"
            elif old and place.name in current and not _is_of(folder, current[place.name]):
                meaning = f"the data card names version {current[place.name]}"
            else:
                continue
            found.append(Leftover(place.name, folder, _size_of(folder), meaning))
    return found


def remove_leftover(home: Path, leftover: Leftover) -> bool:
    """Remove a folder, unless another process is fetching its archive; tell whether it is gone.

    Raises
    ------
    StoreError
        If the disk does not let it go.
    """
    lock = FileLock(home / "downloads" / f"{leftover.archive}.lock")
    with storing(leftover.folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        try:
            if any(map(is_in_use, leftover.folder.parent.glob(".*.locks"))):
                return False
            shutil.rmtree(leftover.folder)
        finally:
            lock.release()
    return True


def _version_folders(home: Path) -> Iterator[Path]:
    for place in _folders_in(home / "downloads"):
        for folder in _folders_in(place):
            if not folder.name.startswith(".") and not folder.name.endswith(OTHERS):
                yield folder


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_of(folder: Path, version: str) -> bool:
    return folder.name in {version, f"{version}{OTHERS}"} or folder.name.startswith(".")


def _receipt_in(folder: Path) -> Provenance | None:
    try:
        return Provenance.from_json((folder / RECEIPT_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _size_of(folder: Path) -> int:
    return sum(
        os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - many of them
        for place, _, names in os.walk(folder)
        for name in names
    )
