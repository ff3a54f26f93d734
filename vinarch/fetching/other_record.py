"""The record of files that are no tables: what came, from whom, and which selections that fulfils.

Stands beside a version's folder. Asks no source and looks at no other file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vinarch.fetching.choosing import Selection
from vinarch.fetching.staging import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from vinarch.catalog import Archive

FORMAT = 1
"""Of the JSON; a record of another one counts as none."""

OTHERS = ".others"
"""Behind a version's name: the folder of its files that are no tables."""


@dataclass(frozen=True, order=True)
class OtherFile:
    """One file that is no table, on this disk."""

    path: str
    size_bytes: int
    sha256: str
    source: str


@dataclass(frozen=True)
class Silence:
    """A deposit that refused its list of files, so that nobody knows what else there is."""

    source: str
    reason: str
    since: str
    """UTC, ISO 8601, to the second."""

    def lasts(self, now: datetime) -> bool:
        """Tell whether it is too soon to ask again."""
        return timedelta(0) <= now - datetime.fromisoformat(self.since) < ASK_AGAIN_AFTER

    def in_words(self, archive: Archive) -> str:
        """Say it."""
        return (
            f"{self.source} refused its list of files of {archive.name} at {self.since} "
            f"({self.reason}); whether there are more of these files is not known. "
            "--refresh asks again."
        )


ASK_AGAIN_AFTER = timedelta(hours=1)
"""A server that refused for good is not asked again before, unless the user says so."""


@dataclass(frozen=True)
class OtherRecord:
    """What was fetched besides tables."""

    files: tuple[OtherFile, ...] = ()
    """Sorted by path."""
    selections: tuple[Selection, ...] = ()
    silence: Silence | None = None
    """If the selections are fulfilled only as far as anybody knows."""

    @classmethod
    def read(cls, version_folder: Path) -> OtherRecord:
        """Return the record of a version; an empty one where none can be read."""
        try:
            raw = json.loads(_path(version_folder).read_bytes())
            if raw["format"] != FORMAT:
                return cls()
            files = tuple(OtherFile(**file) for file in raw["files"])
            selections = tuple(
                Selection(tuple(one["include"]), tuple(one["exclude"])) for one in raw["selections"]
            )
            told = raw.get("silence")
            silence = None if told is None else Silence(**told)
        except (OSError, ValueError, KeyError, TypeError):
            return cls()
        return cls(files, selections, silence)

    def write(self, version_folder: Path) -> None:
        """Write the record at once or not at all.

        Raises
        ------
        OSError
            From this disk.
        """
        path = _path(version_folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False)
        write_whole(path, text + "\n")


def _path(version_folder: Path) -> Path:
    return version_folder.with_name(f"{version_folder.name}{OTHERS}.json")
