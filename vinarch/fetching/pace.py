"""Read an answer as it comes, and leave a server that crawls: an open answer in, its bytes out.

Time-outs see a server that falls silent, not one that sends a byte now and then.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vinarch.fetching.refusals import SlowError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests
    import urllib3

    from vinarch.fetching.refusals import Question

LOWEST_SPEED_BYTES = 1_000
"""A second; whoever sends less for `LOWEST_SPEED_SECONDS` is asked once more, then the next."""

LOWEST_SPEED_SECONDS = 60.0
"""Over how long the speed is measured, again and again."""

PIECE_BYTES = 2**20
"""At most as much is taken at once; a piece is what has come."""


def pieces_of(answer: requests.Response, question: Question) -> Iterator[bytes]:
    """Yield an answer's bytes as they come, unpacked if they were packed.

    Raises
    ------
    SlowError
        If they come too slowly.
    """
    raw: urllib3.response.HTTPResponse = answer.raw
    # Asked for as it is stored; a server that packs it all the same is understood.
    packed = answer.headers.get("Content-Encoding", "identity").lower() != "identity"
    begun, came = time.monotonic(), 0
    while piece := raw.read1(PIECE_BYTES, decode_content=packed):
        yield piece
        came += len(piece)
        now = time.monotonic()
        if now - begun >= LOWEST_SPEED_SECONDS:
            if came < LOWEST_SPEED_BYTES * (now - begun):
                raise question.refusal(
                    f"an answer slower than {LOWEST_SPEED_BYTES:,} bytes a second, for "
                    f"{now - begun:.0f} seconds",
                    SlowError,
                )
            begun, came = now, 0
