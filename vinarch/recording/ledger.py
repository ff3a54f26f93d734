"""Which networks a run has: lines of `networks.jsonl` in, the next number and who is known out.

Read further from where it was left, so that asking costs what is new.
Locks nothing: whoever adds a line holds the run's first byte.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError, StoreError
from vinarch.recording.appending import AppendFile, disk_errors
from vinarch.run_files import (
    NETWORKS,
    EventError,
    NetworkEnded,
    NetworkStarted,
    event_line,
    event_of,
    whole_lines,
)

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """What is known of a network: its latest start, and its end if it has one."""

    started: NetworkStarted
    ended: NetworkEnded | None = None

    @property
    def identity(self) -> tuple[str, int]:
        """Return what two networks of a run never share."""
        return self.started.sequence, self.started.repeat


class Ledger:
    """The networks of a run, in the order of their numbers.

    Parameters
    ----------
    folder : Path
        Of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._file = AppendFile(folder / NETWORKS)
        self._seen = 0
        self._lines = 0
        self.entries: list[Entry] = []
        self.numbers: dict[tuple[str, int], int] = {}

    def catch_up(self) -> None:
        """Read what other processes added.

        Raises
        ------
        StoreError
            If the file is damaged.
        """
        with disk_errors(self._file.path):
            size = os.fstat(self._file.descriptor).st_size
            data = _read_at(self._file.descriptor, self._seen, size - self._seen)
        end = data.rfind(b"\n") + 1
        for number, line in whole_lines(data[:end]):
            try:
                event = event_of(json.loads(line))
                self._take(event)
            except (EventError, ValueError, IndexError) as error:
                expected, got = getattr(error, "expected", "an event"), getattr(error, "got", "")
                raise StoreError(
                    f"{self._file.path}, line {self._lines + number}",
                    str(expected),
                    str(got) or repr(line[:80]),
                    "Bring the line back as it was, or take it out with those of its network.",
                ) from error
        self._seen += end
        self._lines += data.count(b"\n")

    def add(self, event: NetworkStarted | NetworkEnded) -> None:
        """Add a line and keep it through a power cut; the caller holds the run's first byte.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        with disk_errors(self._file.path):
            # What a killed writer left of a line would stand before this one.
            if os.fstat(self._file.descriptor).st_size > self._seen:
                os.ftruncate(self._file.descriptor, self._seen)
        line = event_line(event)
        self._file.append(line, sync=True)
        self._take(event)
        self._seen += len(line)
        self._lines += 1

    def _take(self, event: object) -> None:
        if isinstance(event, NetworkEnded):
            entry = self.entries[event.network]
            if event.attempt == entry.started.attempt:
                self.entries[event.network] = Entry(entry.started, event)
            return
        if not isinstance(event, NetworkStarted):
            raise EventError("a start or an end", type(event).__name__)
        entry = Entry(event)
        if event.network < len(self.entries):
            self.entries[event.network] = entry
            return
        if event.network > len(self.entries):
            raise EventError(f"network {len(self.entries)}", str(event.network))
        self.entries.append(entry)
        self.numbers[entry.identity] = event.network


def refuse_other(entry: Entry, wanted: NetworkStarted) -> None:
    """Refuse to start a network in another way than was recorded of it.

    Raises
    ------
    ParameterError
        If what is given now differs.
    """
    for name in ("parents", "operator", "generation", "seed"):
        told, known = getattr(wanted, name), getattr(entry.started, name)
        if told not in (None, ()) and told != known:
            _raise_other(entry, name, known, told)
    for name, told in wanted.values.items():
        if entry.started.values.get(name) != told:
            _raise_other(entry, name, entry.started.values.get(name), told)


def _raise_other(entry: Entry, name: str, known: Any, told: Any) -> None:
    raise ParameterError(
        f"recorder.start({name}=…)",
        f"{known!r}, as recorded of network {entry.started.network} of this genome",
        repr(told),
        "Leave it out to go on with that network, or train the genome once more with "
        f"repeat={entry.started.repeat + 1}.",
    )


def _read_at(descriptor: int, start: int, size: int) -> bytes:
    os.lseek(descriptor, start, os.SEEK_SET)
    parts = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
