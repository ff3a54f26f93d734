"""The record of files that are no tables: what came, from whom, and which selections that fulfils.

Stands beside a version's folder. Asks no source and looks at no other file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from vinarch.fetching.choosing import Selection
from vinarch.fetching.staging import write_whole

if TYPE_CHECKING:
    from pathlib import Path

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
class OtherRecord:
    """What was fetched besides tables."""

    files: tuple[OtherFile, ...] = ()
    """Sorted by path."""
    selections: tuple[Selection, ...] = ()

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
        except (OSError, ValueError, KeyError, TypeError):
            return cls()
        return cls(files, selections)

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
