"""Several files at a time, and each in its turn: what takes one file in, all of them taken out.

In one process a file that fails ends the others, but for a few that a server refuses; of several
processes one at a time brings a file, and the others find it.
Knows no source.
"""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vinarch.errors import RefusedError
from vinarch.fetching.offers import RECORDED
from vinarch.fetching.refusals import AnsweredError
from vinarch.fetching.telling import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from vinarch.fetching.gathering import Room
    from vinarch.fetching.neighbours import Seat
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.telling import Telling


def each(
    at_once: int,
    files: Sequence[OfferedFile],
    take: Callable[[OfferedFile], None],
    telling: Telling,
) -> None:
    """Take some files at a time; the first that fails ends the others."""
    if at_once == 1 or len(files) == 1:
        for file in files:
            take(file)
        return
    works: list[Future[None]] = []
    with ThreadPoolExecutor(at_once) as threads:
        try:
            works += [threads.submit(take, file) for file in files]
            wait(works, return_when=FIRST_EXCEPTION)
        except (KeyboardInterrupt, SystemExit):
            telling.abandon()
            raise
        finally:
            # After an error the others end at their next block.
            if not all(work.done() and not work.exception() for work in works):
                telling.stop()
    errors = [work.exception() for work in works]
    told = [error for error in errors if error and not isinstance(error, StoppedError)]
    if told:
        # Wrong bytes or a bad disk weigh more than a refusal, after which another is asked.
        raise min(told, key=lambda error: isinstance(error, RefusedError))


MOST_REFUSED = 3
"""Files that a server may refuse before it is asked for no more."""


@dataclass
class Turns:
    """Files that other processes may be bringing here at the same time."""

    seat: Seat
    room: Room
    telling: Telling
    begun: dict[str, int]
    take: Callable[[OfferedFile], None]
    is_here: Callable[[OfferedFile, Room], bool]
    """Whether the archive's folder has a file, with the right bytes."""
    busy: list[OfferedFile] = field(default_factory=list)
    """What others were at when its turn came first."""
    refused: list[AnsweredError] = field(default_factory=list)
    _told: bool = False

    def take_if_free(self, file: OfferedFile) -> None:
        """Take a file unless another process is at it."""
        with self.seat.turn(file.path) as mine:
            if mine:
                self._take(file)
            else:
                self.busy.append(file)

    def take_when_free(self, file: OfferedFile) -> None:
        """Take a file that another process was at, if it did not bring it."""
        with self.seat.turn(file.path, self._meanwhile):
            self._take(file)

    def _meanwhile(self) -> None:
        """Say once that others are waited for, and wait no longer than for a word to stop."""
        if self.telling.stopped:
            raise StoppedError
        if not self._told:
            self._told = True
            self.telling.say(
                f"Another process is bringing {len(self.busy)} of these files; waiting for it."
            )

    def _take(self, file: OfferedFile) -> None:
        room = self.room
        here = room.folder / file.path
        if self.is_here(file, room):
            self.telling.advance(here.stat().st_size - self.begun[file.path])
            return
        now = room.parts.begun(file)
        self.telling.advance(max(now - self.begun[file.path], 0))
        self.begun[file.path] = now
        try:
            self.take(file)
        except AnsweredError as error:
            # One file may be closed to us; a server that turns us away is not asked on and on.
            self.refused.append(error)
            if len(self.refused) == MOST_REFUSED:
                raise
            return
        if self.telling.stopped:
            return
        here.parent.mkdir(parents=True, exist_ok=True)
        (room.staging / file.path).replace(here)
        if file.checksum is None:
            self.seat.tell(file, room.stamps.hash_of(file.path, here, RECORDED))
