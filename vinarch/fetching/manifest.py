"""The list of files of one published version, as it is kept beside the data: records and JSON.

Asked for once; every later call works from it. It holds all files of the version, tables or not,
so that a selection needs no new question.
Pure: asks no server and looks at no file of the archive.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from vinarch.fetching.offers import ALGORITHMS, Checksum

if TYPE_CHECKING:
    from collections.abc import Collection

FORMAT = 1
"""Of the JSON; a manifest of another format is asked for anew."""


@dataclass(frozen=True)
class ManifestFile:
    """One file of a published version."""

    path: str
    """Folder and name as its authors uploaded it, with forward slashes: the file's key."""
    id: int
    """The server's number of the file."""
    size_bytes: int | None
    """Of the file as the server stores it; of an ingested table, that is not the original."""
    checksum: Checksum | None
    """Of the file as its authors uploaded it."""
    content_type: str | None
    shown_name: str
    """The name on the dataset's page; that of an ingested table ends in ``.tab``."""
    original_name: str | None
    """The uploaded name of an ingested table, where the server tells it."""
    original_size_bytes: int | None
    """The uploaded size of an ingested table, where the server tells it."""
    ingested: bool
    """Whether the server made a table of its own kind of it."""
    restricted: bool

    @property
    def download_bytes(self) -> int | None:
        """Return the size of the file as its authors uploaded it, which is what we download."""
        return self.original_size_bytes if self.ingested else self.size_bytes


@dataclass(frozen=True)
class Manifest:
    """All files of one published version."""

    archive: str
    doi: str
    version: str
    source: str
    """Who told it, as the provenance names sources."""
    fetched_at: str
    """UTC, ISO 8601, to the second."""
    files: tuple[ManifestFile, ...]
    """Sorted by path."""

    def to_json(self) -> str:
        """Write the record as JSON, keys in the order of the fields."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If the text is not such a record; the caller asks for the list anew.

        Examples
        --------
        >>> manifest = Manifest("A", "10.1/A", "1.0", "Dataverse: d", "2026-01-01T00:00:00Z", ())
        >>> Manifest.from_json(manifest.to_json()) == manifest
        True
        """
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r}")
        return cls(
            archive=str(raw["archive"]),
            doi=str(raw["doi"]),
            version=str(raw["version"]),
            source=str(raw["source"]),
            fetched_at=str(raw["fetched_at"]),
            files=tuple(map(_file_from, raw["files"])),
        )


@dataclass(frozen=True)
class ManifestDifferences:
    """How one manifest differs from an earlier one; paths, each sorted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    """With other bytes to download, by checksum or size."""

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.added or self.removed or self.changed)


def compare_manifests(before: Manifest, after: Manifest) -> ManifestDifferences:
    """Say how the files of two manifests differ.

    Examples
    --------
    >>> from dataclasses import replace
    >>> file = ManifestFile("a.csv", 7, 3, None, "text/csv", "a.csv", None, None, False, False)
    >>> before = Manifest("A", "10.1/A", "1.0", "Dataverse: d", "2026-01-01T00:00:00Z", (file,))
    >>> after = replace(before, files=(replace(file, size_bytes=4), replace(file, path="b.csv")))
    >>> compare_manifests(before, after)
    ManifestDifferences(added=('b.csv',), removed=(), changed=('a.csv',))
    """
    old = {file.path: file for file in before.files}
    new = {file.path: file for file in after.files}
    return ManifestDifferences(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(
            path
            for path in sorted(old.keys() & new.keys())
            if _bytes(old[path]) != _bytes(new[path])
        ),
    )


def missing_files(manifest: Manifest, held: Collection[str]) -> tuple[ManifestFile, ...]:
    """Return the files of a manifest whose paths are not among those that are held.

    Examples
    --------
    >>> file = ManifestFile("a.csv", 7, 3, None, "text/csv", "a.csv", None, None, False, False)
    >>> manifest = Manifest("A", "10.1/A", "1.0", "Dataverse: d", "2026-01-01T00:00:00Z", (file,))
    >>> [file.path for file in missing_files(manifest, held=())]
    ['a.csv']
    """
    there = frozenset(held)
    return tuple(file for file in manifest.files if file.path not in there)


def _bytes(file: ManifestFile) -> tuple[Checksum | None, int | None]:
    return file.checksum, file.download_bytes


def _file_from(raw: dict[str, Any]) -> ManifestFile:
    checksum = raw["checksum"]
    if checksum is not None:
        checksum = Checksum(**checksum)
        if checksum.algorithm not in ALGORITHMS.values():
            raise ValueError(f"checksum {checksum.algorithm!r}")
    return ManifestFile(**{**raw, "checksum": checksum})
