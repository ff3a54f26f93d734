"""Leave a server that crawls: what a connection gives goes in, and out, as long as it goes on.

Time-outs see a server that falls silent, not one that sends a byte now and then.
Watched is what comes from the wire, so that headers, the lines between chunks, redirects, errors
and a proxy's answer count as well as files; only the time that is spent waiting counts.
Knows no question and no archive.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse

    import requests
    import urllib3

PIECE_BYTES = 2**20
"""At most as much is taken at once; a piece is what has come."""


class CrawlError(Exception):
    """A server answers too slowly; the text says how slowly."""


@dataclass(frozen=True)
class Pace:
    """How slowly a server may answer; whoever is slower is asked once more, then the next."""

    lowest_bytes: int = 1_000
    """A second. With 0, whatever comes is waited for."""
    over_seconds: float = 60.0
    """Over how long the speed is measured, again and again."""
    headers_seconds: float = 60.0
    """From the question to the end of the answer's headers."""


USUAL_PACE = Pace()


class PacedReader(io.RawIOBase):
    """What an answer is read from.

    Parameters
    ----------
    raw : io.RawIOBase
        The connection.
    pace : Pace
        How slowly it may go on.
    """

    def __init__(self, raw: io.RawIOBase, pace: Pace) -> None:
        super().__init__()
        self._raw = raw
        self._pace = pace
        self._is_in_headers = True
        self._waited = 0.0
        self._came = 0

    def end_headers(self) -> None:
        """Watch the speed from now on."""
        self._is_in_headers = False
        self._waited, self._came = 0.0, 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, room: Any, /) -> int | None:
        """Wait for bytes, and put them into a buffer.

        Raises
        ------
        CrawlError
            If they come too slowly.
        """
        begun = time.monotonic()
        count: int | None = self._raw.readinto(room)
        self._waited += time.monotonic() - begun
        if count:
            self._came += count
            self._judge()
        return count

    def close(self) -> None:
        """Let go of the connection, too."""
        if not self.closed:
            self._raw.close()
        super().close()

    def _judge(self) -> None:
        pace, waited = self._pace, self._waited
        if self._is_in_headers:
            if waited > pace.headers_seconds:
                raise CrawlError(f"headers that had no end after {waited:.0f} seconds")
        elif waited >= pace.over_seconds:
            if self._came < pace.lowest_bytes * waited:
                raise CrawlError(
                    f"an answer slower than {pace.lowest_bytes:,} bytes a second, for "
                    f"{waited:.0f} seconds"
                )
            self._waited, self._came = 0.0, 0


def paced(kind: type[HTTPResponse], pace: Pace) -> type[HTTPResponse]:
    """Return the class of answers that keep a pace."""

    class Paced(kind):  # type: ignore[valid-type, misc]
        def __init__(self, *words: Any, **named: Any) -> None:
            super().__init__(*words, **named)
            plain: io.BufferedReader = self.fp
            self._paced = PacedReader(plain.detach(), pace)
            self.fp: io.BufferedReader = io.BufferedReader(self._paced)

        def begin(self) -> None:
            super().begin()
            self._paced.end_headers()

    return Paced


def pieces_of(answer: requests.Response) -> Iterator[bytes]:
    """Yield an answer's bytes as they come, unpacked if they were packed."""
    raw: urllib3.response.HTTPResponse = answer.raw
    # Asked for as it is stored; a server that packs it all the same is understood.
    packed = answer.headers.get("Content-Encoding", "identity").lower() != "identity"
    while piece := raw.read1(PIECE_BYTES, decode_content=packed):
        yield piece
