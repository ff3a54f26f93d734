"""What one process does for one run: it appends to one file, and holds the networks it trains.

A folder in; numbers, lines and locks out. Knows no engine and no value.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Final

from vinarch.recording.appending import AppendFile, disk_errors
from vinarch.recording.byte_locks import lock, try_lock, unlock
from vinarch.recording.ledger import Ledger
from vinarch.run_files import (
    EVENTS,
    LOCKS,
    EpochEnded,
    EventError,
    Predicted,
    event_line,
    event_of,
    read_description,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vinarch.run_files import NetworkStarted

_LEDGER_BYTE = 0
_FIRST_NETWORK_BYTE = 1


class Desk:
    """What this process does for one run; there is one for each run, see `desk_of`.

    Parameters
    ----------
    folder : Path
        Of the run, absolute.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turn = threading.RLock()
        self._depth = 0
        self._holders: dict[int, object] = {}

    @cached_property
    def _locks(self) -> int:
        with disk_errors(self.folder):
            return os.open(self.folder / LOCKS, os.O_CREAT | os.O_RDWR, 0o666)

    @cached_property
    def _ledger(self) -> Ledger:
        return Ledger(self.folder)

    @cached_property
    def _events(self) -> AppendFile:
        host = re.sub(r"[^0-9A-Za-z-]", "-", socket.gethostname())[:40]
        name = f"{host}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        return AppendFile(self.folder / EVENTS / name)

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Hold the list of networks, up to date, so that no other process or thread changes it."""
        with self._turn:
            if self._depth == 0:
                with disk_errors(self.folder / LOCKS):
                    lock(self._locks, _LEDGER_BYTE)
            self._depth += 1
            try:
                self._ledger.catch_up()
                yield self._ledger
            finally:
                self._depth -= 1
                if self._depth == 0:
                    unlock(self._locks, _LEDGER_BYTE)

    def hold(self, network: int, holder: object) -> bool:
        """Hold a network for one of this process's objects, if no other process holds it.

        An earlier holder in this process loses it.
        """
        with self._turn, disk_errors(self.folder / LOCKS):
            if not try_lock(self._locks, _FIRST_NETWORK_BYTE + network):
                return False
            self._holders[network] = holder
            return True

    def holds(self, network: int, holder: object) -> bool:
        """Tell whether an object still holds its network."""
        return self._holders.get(network) is holder

    def release(self, network: int, holder: object) -> None:
        """Let go of a network."""
        with self._turn:
            if self.holds(network, holder):
                del self._holders[network]
                unlock(self._locks, _FIRST_NETWORK_BYTE + network)

    def write(self, event: EpochEnded | Predicted) -> None:
        """Append an event."""
        if "_events" not in self.__dict__:
            with self._turn:
                _ = self._events
        self._events.append(event_line(event))

    def sync(self) -> None:
        """Make what was appended outlive a power cut, if anything was."""
        if "_events" in self.__dict__:
            with disk_errors(self._events.path):
                os.fsync(self._events.descriptor)

    def read_events(self, started: NetworkStarted) -> list[EpochEnded | Predicted]:
        """Return what was appended of a network's attempt, by whatever process, by epoch."""
        mark = f'"network": {started.network},'.encode()
        found: list[EpochEnded | Predicted] = []
        with disk_errors(self.folder / EVENTS):
            for path in sorted((self.folder / EVENTS).glob("*.jsonl")):
                for line in _lines_with(mark, path.read_bytes()):
                    # A damaged line is told when the run is opened; it is no epoch to go on from.
                    with contextlib.suppress(EventError, ValueError):
                        event = event_of(json.loads(line))
                        if (
                            isinstance(event, (EpochEnded, Predicted))
                            and event.network == started.network
                            and event.attempt == started.attempt
                        ):
                            found.append(event)
        return sorted(found, key=lambda event: (event.epoch, event.kind))


def _lines_with(mark: bytes, data: bytes) -> Iterator[bytes]:
    """Give the whole lines that hold a mark: a run may have many, and few of one network."""
    end = data.rfind(b"\n") + 1
    place = data.find(mark, 0, end)
    while place >= 0:
        stop = data.index(b"\n", place)
        yield data[data.rfind(b"\n", 0, place) + 1 : stop]
        place = data.find(mark, stop, end)


_DESKS: Final[dict[tuple[int, str, str], Desk]] = {}
"""By process, since a forked child has none of its parent's locks; never closed, since closing
would let go of all locks."""


def desk_of(folder: Path) -> Desk:
    """Return this process's desk for a run.

    Parameters
    ----------
    folder : Path
        Absolute.
    """
    run_id = read_description(folder).run_id
    key = (os.getpid(), str(folder.resolve()), run_id)
    # Threads may come at once: one of their desks stays, and another has opened nothing yet.
    return _DESKS.setdefault(key, Desk(folder))
