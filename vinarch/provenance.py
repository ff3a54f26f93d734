"""What was fetched, from where, and with which checksums: the record that travels with the data.

Plain frozen records and their JSON form; no network, no Parquet.
The fetch layer writes one as its receipt, the store keeps it beside the tables, the report
prints it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, order=True)
class FetchedFile:
    """One file of an archive on this disk."""

    path: str
    """Path inside the archive, with forward slashes."""
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Asked:
    """One source that was asked, and what came of it."""

    source: str
    """``mirror: …``, ``Dataverse: …``, ``companion: …`` or ``shipped with …``."""
    outcome: str
    """``gave the files``, or the reason why not in one sentence."""


def came_from(source: str) -> str:
    """Return the words for where files came from.

    Examples
    --------
    >>> came_from("companion: GitHub"), came_from("shipped with vinarch 0.1.0")
    ('from companion: GitHub', 'shipped with vinarch 0.1.0')
    """
    return source if source.startswith("shipped") else f"from {source}"


@dataclass(frozen=True)
class Provenance:
    """Where an archive's files came from."""

    archive: str
    doi: str
    version: str
    source: str
    fetched_at: str
    """UTC, ISO 8601, to the second."""
    asked: tuple[Asked, ...]
    files: tuple[FetchedFile, ...]
    """Sorted by path."""
    left_out: tuple[str, ...] = ()
    """Paths of tables that the source has and that the user chose not to take; sorted."""

    def to_json(self) -> str:
        """Write the record as JSON, keys in the order of the fields."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If the text is not such a record; the caller knows the file's name and says so.
        """
        raw = json.loads(text)
        return cls(
            archive=str(raw["archive"]),
            doi=str(raw["doi"]),
            version=str(raw["version"]),
            source=str(raw["source"]),
            fetched_at=str(raw["fetched_at"]),
            asked=tuple(Asked(**asked) for asked in raw["asked"]),
            files=tuple(sorted(FetchedFile(**file) for file in raw["files"])),
            left_out=tuple(map(str, raw.get("left_out", ()))),
        )

    @property
    def fingerprint(self) -> str:
        """Return a SHA-256 over paths and contents: equal files give an equal fingerprint."""
        lines = [f"{file.sha256}  {file.path}\n" for file in self.files]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, reading it in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
