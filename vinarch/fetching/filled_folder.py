"""A folder that the user filled from a browser, as a source: what is in it, verified by its bytes.

A browser forgets folders, renames what it has twice and calls an ingested table ``.tab``; so files
are known by size and checksum, and by name only where no checksum is published.
Each file that is not taken is told with the reason.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from vinarch.errors import MirrorError, ParameterError
from vinarch.fetching.mirror import FolderMirror
from vinarch.fetching.offers import OfferedFile, fault_of_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.known import KnownFile
    from vinarch.fetching.streaming import Advance, Target
    from vinarch.progress import Progress

NEXT_STEP = "See docs/how-to/folder-from-a-browser.md."

_AGAIN = re.compile(r" ?\(\d+\)(?=\.[^.]*$|$)")
"""What a browser adds to the name of a second download: `` (1)``."""

_UNFINISHED = (".crdownload", ".part", ".partial", ".download")


@dataclass(frozen=True)
class Findings:
    """What a folder was found to hold."""

    taken: dict[str, Path]
    """The local file of each published path."""
    left: tuple[tuple[str, str], ...]
    """Each file that is none of them, below the folder, and why."""


@dataclass(frozen=True)
class FilledFolder:
    """A folder that the user filled as a source."""

    folder: Path
    archive: Archive
    known: Sequence[KnownFile]
    """All published files, tables or not; empty where nothing is known."""
    progress: Progress
    at_once: int = 1

    @property
    def name(self) -> str:
        """Return what the provenance calls it: a mirror, which the user named."""
        return f"mirror: {self.folder}"

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return the chosen files among those that are in the folder."""
        found = self._findings
        checksums = {file.path: file.checksum for file in self.known}
        offers = tuple(
            OfferedFile(path, local.stat().st_size, checksums.get(path), str(local))
            for path, local in sorted(found.taken.items())
            if archive.role_of(path) is not None
        )
        if not offers:
            raise MirrorError(
                self.name,
                f"files of {self.archive.name} {self.archive.version}",
                f"none among {len(found.left) + len(found.taken)} files",
                "Each is named above with the reason. " * bool(found.left) + NEXT_STEP,
            )
        return offers

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Copy a file's bytes."""
        FolderMirror(self.folder).deliver(file, target, advance)

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of the published files that are in it, tables or not."""
        return frozenset(self._findings.taken)

    @cached_property
    def _findings(self) -> Findings:
        found = look_into(self.folder, self.archive, self.known)
        for path, reason in found.left:
            self.progress.say(f"{path} in {self.folder} is not taken: {reason}.")
        if found.taken and not self.known:
            self.progress.say(
                f"No checksum of {self.archive.name} is known here, so that its files are taken by "
                "their names, unverified; what came is recorded."
            )
        return found


def folder_named(text: str | os.PathLike[str]) -> Path:
    """Return the folder that a user names.

    Raises
    ------
    ParameterError
        If there is no such folder.
    """
    folder = Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - a ~ that is nobody's stays
    if not folder.is_dir():
        raise ParameterError(
            "from_folder",
            "a folder with files that a browser downloaded",
            repr(str(text)) + (", a file" if folder.exists() else ", which is not there"),
            NEXT_STEP,
        )
    return folder


def look_into(folder: Path, archive: Archive, known: Sequence[KnownFile]) -> Findings:
    """Find the published files in a folder, by their bytes.

    Parameters
    ----------
    folder : Path
        Searched with all its folders; hidden files are passed over.
    archive : Archive
        Tells tables by their paths where nothing is known.
    known : sequence of KnownFile
        What is published.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    found = [
        Path(place, name)
        for place, folders, names in os.walk(folder)
        for name in sorted(names)
        if not name.startswith(".") and _keep_visible(folders)
    ]
    by_size: defaultdict[int | None, list[KnownFile]] = defaultdict(list)
    for file in known:
        by_size[file.size_bytes].append(file)
    taken: dict[str, Path] = {}
    left: list[tuple[str, str]] = []
    for local in sorted(found):
        path = local.relative_to(folder).as_posix()
        if not known and archive.role_of(path) is not None and fault_of_path(path) is None:
            taken[path] = local
            continue
        meant = _meant_by(path, local, [*by_size[local.stat().st_size], *by_size[None]])
        new = [file.path for file in meant if file.path not in taken]
        if new:
            taken.update(dict.fromkeys(new, local))
        elif meant:
            here = taken[meant[0].path].relative_to(folder).as_posix()
            left.append((path, f"{here} has the same bytes"))
        else:
            left.append((path, _why_not(path, local, archive, known)))
    return Findings(taken, tuple(left))


def _keep_visible(folders: list[str]) -> bool:
    """Let `os.walk` pass over hidden folders."""
    folders[:] = sorted(name for name in folders if not name.startswith("."))
    return True


def _meant_by(path: str, local: Path, candidates: Sequence[KnownFile]) -> list[KnownFile]:
    """Return the published files whose bytes a local file has; of some only the name is known."""
    digests: dict[str, str] = {}
    meant = []
    for file in candidates:
        if file.checksum is None:
            if _name_of(path) in _names_of(file):
                meant.append(file)
            continue
        algorithm = file.checksum.algorithm
        if algorithm not in digests:
            with local.open("rb") as stream:
                digests[algorithm] = file_digest(stream, algorithm).hexdigest()
        if digests[algorithm] == file.checksum.value:
            meant.append(file)
    return meant


def _why_not(path: str, local: Path, archive: Archive, known: Sequence[KnownFile]) -> str:
    name = _name_of(path)
    lower = name.lower()
    if lower.endswith(_UNFINISHED):
        return "a download that the browser has not finished"
    namesakes = [file for file in known if name in _names_of(file)]
    if not namesakes:
        if lower.endswith(".zip"):
            return "a zip that is no published file; unpack it, and fetch again"
        return f"no file of {archive.name} {archive.version} has its bytes or its name"
    size = local.stat().st_size
    published = namesakes[0]
    if lower.endswith(".tab") and published.shown_name == name:
        return (
            "it is not the original of the table, but what Dataverse made of it; choose Original "
            "File Format where the page offers Download"
        )
    if published.size_bytes not in {None, size}:
        return f"it has {size:,} bytes, and {published.path} has {published.size_bytes:,}"
    return f"its bytes are not those of {published.path}, though there are as many"


def _name_of(path: str) -> str:
    return _AGAIN.sub("", path.rpartition("/")[2])


def _names_of(file: KnownFile) -> set[str]:
    uploaded = file.path.rpartition("/")[2]
    return {uploaded, file.shown_name, re.sub(r"\.[^.]*$", ".tab", uploaded)}
