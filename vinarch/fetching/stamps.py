"""Which bytes were verified: a file's size and time in, its hashes out, without reading it.

A stamp holds as long as a file's size and time of change, in nanoseconds, stay the same.
Stamps stand in one file of lines, one a verified file, added to as files are verified, so that a
killed process leaves what it did. A line that cannot be read is a stamp that is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

FIRST_LINE = '["vinarch stamps", 1]'
"""Names the format; a file that begins otherwise holds no stamps for us."""

_Key: TypeAlias = tuple[str, int, int]


@dataclass
class Stamps:
    """The stamps of one archive's files."""

    path: Path
    """Of the file of lines; made when the first stamp is added."""
    _hashes: dict[_Key, dict[str, str]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> Stamps:
        """Return the stamps in a file, none if there is no such file."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        hashes = {}
        if lines and lines[0] == FIRST_LINE:
            for name, size, time, known in _entries(lines[1:]):
                hashes[name, size, time] = known
        return cls(path, hashes)

    def names(self) -> tuple[str, ...]:
        """Return the paths of which there are stamps, each once."""
        return tuple(dict.fromkeys(name for name, *_ in self._hashes))

    def hashes_of(self, name: str, status: os.stat_result) -> Mapping[str, str]:
        """Return the hashes that a file was found to have, by algorithm; none if it changed."""
        return self._hashes.get((name, status.st_size, status.st_mtime_ns), {})

    def hash_of(self, name: str, local: Path, algorithm: str) -> str:
        """Return one hash of a file; it is read only where no stamp holds.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        known = self.hashes_of(name, local.stat()).get(algorithm)
        if known is not None:
            return known
        with local.open("rb") as file:
            before = os.fstat(file.fileno())
            made = hashlib.file_digest(
                file, lambda: hashlib.new(algorithm, usedforsecurity=False)
            ).hexdigest()
        self.add(name, before, {algorithm: made})
        return made

    def add(self, name: str, status: os.stat_result, hashes: Mapping[str, str]) -> None:
        """Remember what a file was found to be; a folder that is read-only remembers nothing."""
        key = (name, status.st_size, status.st_mtime_ns)
        with self._lock:
            known = self._hashes.setdefault(key, {})
            if all(known.get(name) == value for name, value in hashes.items()):
                return
            known.update(hashes)
            with suppress(OSError):
                self._append(_line(key, known))

    def forget(self, name: str) -> None:
        """Believe no stamp of a file any more: its bytes were found to be others."""
        with self._lock:
            for key in [key for key in self._hashes if key[0] == name]:
                del self._hashes[key]
                with suppress(OSError):
                    # A line without hashes: it takes the place of the one before it.
                    self._append(_line(key, {}))

    def keep(self, folders: Iterable[Path], names: Collection[str]) -> None:
        """Write the file anew, with the stamps of the files of these names in these folders.

        Without any there is no file.
        """
        kept: dict[_Key, None] = {}
        for folder, name in product(folders, names):
            with suppress(OSError):
                status = os.stat(f"{folder}/{name}")  # noqa: PTH116 - ten thousands of them
                key = (name, status.st_size, status.st_mtime_ns)
                if key in self._hashes:
                    kept[key] = None
        with self._lock, suppress(OSError):
            if not kept:
                self.path.unlink(missing_ok=True)
                return
            fresh = self.path.with_name(f"{self.path.name}.new")
            lines = [_line(key, self._hashes[key]) for key in kept]
            fresh.write_text("\n".join([FIRST_LINE, *lines, ""]), encoding="utf-8")
            fresh.replace(self.path)

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            # A process that was killed may have left half a line.
            file.write(f"{line}\n" if file.tell() else f"{FIRST_LINE}\n{line}\n")


def _line(key: _Key, hashes: Mapping[str, str]) -> str:
    return json.dumps([*key, hashes])


def _entries(lines: list[str]) -> Collection[tuple[str, int, int, dict[str, str]]]:
    with suppress(ValueError):
        # At once, which is much faster than line by line.
        found = json.loads(f"[{','.join(lines)}]")
        if all(map(_is_entry, found)):
            return found  # type: ignore[no-any-return]
    one_by_one = []
    for line in lines:
        with suppress(ValueError):
            entry = json.loads(line)
            if _is_entry(entry):
                one_by_one.append(entry)
    return one_by_one


def _is_entry(entry: object) -> bool:
    return isinstance(entry, list) and list(map(type, entry)) == [str, int, int, dict]
