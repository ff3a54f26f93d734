"""Connections that can be ended from another thread, which a time-out alone would end much later.

Knows sockets and no archive.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter

from vinarch.fetching.pace import paced

if TYPE_CHECKING:
    import requests
    import urllib3

    from vinarch.fetching.pace import Pace


class WakingAdapter(HTTPAdapter):
    """Makes the connections of a session, and remembers them as long as they last.

    Parameters
    ----------
    pace : Pace
        How slowly who answers on them may go on.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.ended = threading.Event()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._lock = threading.Lock()
        super().__init__()

    def end(self) -> None:
        """Shut all connections, so that whoever waits for them goes on with an error."""
        with self._lock:
            self.ended.set()
            for one in self._sockets:
                _shut(one)

    def remember(self, one: socket.socket) -> None:
        """Take note of a new connection; it is shut at once if all were."""
        with self._lock:
            self._sockets.add(one)
            if self.ended.is_set():
                _shut(one)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *words: Any, **named: Any
    ) -> urllib3.HTTPConnectionPool:
        """Return the connections to a host, new ones of which are remembered here."""
        pool: Any = super().get_connection_with_tls_context(request, *words, **named)
        if not hasattr(pool.ConnectionCls, "waker"):
            pool.ConnectionCls = _remembered(pool.ConnectionCls, self)
        return pool  # type: ignore[no-any-return]


def _remembered(kind: type[Any], adapter: WakingAdapter) -> type[Any]:
    class Remembered(kind):  # type: ignore[misc]
        waker = adapter
        response_class = paced(kind.response_class, adapter.pace)

        def connect(self) -> None:
            super().connect()
            self.waker.remember(self.sock)

    return Remembered


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
