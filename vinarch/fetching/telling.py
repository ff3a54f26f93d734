"""Tell one progress of several transfers: calls of many threads in, one call at a time out.

Also carries the word to stop from one transfer to all others.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vinarch.progress import FileProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vinarch.fetching.offers import OfferedFile
    from vinarch.progress import Progress


class StoppedError(Exception):
    """Another transfer failed, so that this one is not wanted any more."""


class Telling:
    """A progress as the transfers of one piece of work see it.

    Parameters
    ----------
    progress : Progress
        Hears of all bytes; a `FileProgress` of each file, too.
    abandon : callable, optional
        Ends the connections behind the transfers, of which some may wait for a silent server.
    """

    def __init__(self, progress: Progress, abandon: Callable[[], object] | None = None) -> None:
        self._abandon = abandon
        self._progress = progress
        self._files = progress if isinstance(progress, FileProgress) else None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let every transfer end when it next tells of bytes."""
        self._stopped.set()

    def abandon(self) -> None:
        """Let every transfer end now, even one that waits."""
        self.stop()
        if self._abandon is not None:
            self._abandon()

    @property
    def stopped(self) -> bool:
        """Tell whether they were told to."""
        return self._stopped.is_set()

    def say(self, message: str) -> None:
        """Tell the user something."""
        with self._lock:
            self._progress.say(message)

    def advance(self, amount: int) -> None:
        """Tell of bytes that are here without a transfer."""
        if amount:
            with self._lock:
                self._progress.advance(amount)

    @contextmanager
    def file(self, offer: OfferedFile, done: int) -> Iterator[Callable[[int], None]]:
        """Begin a file of which some bytes were told already, and give what tells of more."""
        here = done

        def more(amount: int) -> None:
            nonlocal here
            here += amount
            with self._lock:
                self._progress.advance(amount)
                if self._files is not None:
                    self._files.advance_file(offer.path, amount)
            # What is whole is not thrown away.
            if self.stopped and here != offer.size_bytes:
                raise StoppedError

        if self._files is not None:
            with self._lock:
                self._files.start_file(offer.path, offer.size_bytes, done)
        try:
            yield more
        finally:
            if self._files is not None:
                with self._lock:
                    self._files.finish_file(offer.path)
