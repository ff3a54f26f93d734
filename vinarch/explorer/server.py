"""The server: a commons in, a page at an address out; it runs in a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.server.server import Server
from tornado.ioloop import IOLoop

from vinarch.errors import ParameterError
from vinarch.explorer.answers import Desk, known_of
from vinarch.explorer.guard import Guard, hosts_of
from vinarch.explorer.handlers import PAGE, SAVE, PageFile, Saved
from vinarch.explorer.page_files import page_text
from vinarch.explorer.saving import SavedPage, page_of
from vinarch.explorer.scripts import script_files
from vinarch.explorer.session import Session
from vinarch.explorer.state.parts import PAGES
from vinarch.explorer.views import SLOTS
from vinarch.store import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bokeh.document import Document

    from vinarch.commons import Commons

USUAL_PORT = 5006
_PORTS_TRIED = 20
_LINGERS_MS = 60_000
"""How long a session waits for its browser, which a slow line may keep."""

_STARTS_WITHIN = 30.0


class Serving:
    """A server that runs.

    Parameters
    ----------
    commons : Commons
    address : str
        Where to listen.
    port : int or None
        0 for any free one; None for 5006 or the next free one.
    origins : sequence of str
        Other hosts that browsers reach it by.
    token : str or None
        The secret that readers need.

    Raises
    ------
    ParameterError
        If the address or the port cannot be listened on.
    """

    def __init__(
        self,
        commons: Commons,
        address: str,
        port: int | None,
        origins: Sequence[str],
        token: str | None,
    ) -> None:
        self.commons = commons
        self.address = address
        self.port = free_port(address, port)
        self._token = token
        self._hosts = hosts_of(origins, address, self.port)
        self._desk = Desk(commons)
        self._known = known_of(commons)
        self._sessions: dict[str, Session] = {}
        # While it is open other archives may be fetched into the same commons.
        self._held = ExitStack()
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._loop: IOLoop | None = None
        # Not the thread is asked: one that a Ctrl-C interrupts the wait for may seem to have ended.
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="vinarch-explorer", daemon=True)
        self._thread.start()
        self._started.wait(_STARTS_WITHIN)
        if self._failure is not None:
            raise ParameterError(
                "explore",
                f"an address and port to listen on, such as 127.0.0.1:{USUAL_PORT}",
                f"{address}:{self.port}: {self._failure}",
                "Name another port.",
            ) from self._failure
        self._held.enter_context(held(commons.snapshot))

    @property
    def session_count(self) -> int:
        """Return how many tabs are open."""
        return len(self._sessions)

    @property
    def running(self) -> bool:
        """Tell whether it still serves."""
        return not self._ended.is_set()

    @property
    def url(self) -> str:
        """Return the link to open, with the token where one is needed."""
        host = self._hosts[0]
        if self._token is None:
            return f"http://{host}/"
        return f"http://{host}/enter?{urlencode({'token': self._token})}"

    def page(self, query: str) -> SavedPage:
        """Return what a link shows as a page that needs no server; waits for answers."""
        return page_of(self._desk, self._known, query)

    def wait(self) -> None:
        """Wait until it is stopped."""
        while not self._ended.wait(1.0):
            pass

    def stop(self) -> None:
        """Stop serving; a second time nothing happens."""
        if self._loop is not None and self.running:
            self._loop.add_callback(self._loop.stop)
            self._ended.wait()
        self._desk.close()
        self._held.close()

    def _serve(self) -> None:
        try:
            self._run()
        finally:
            self._ended.set()

    def _run(self) -> None:
        # A thread has no event loop until it is given one.
        asyncio.set_event_loop(asyncio.new_event_loop())
        loop = IOLoop.current()
        try:
            server = Server(
                {"/": Application(FunctionHandler(self._open))},
                io_loop=loop,
                address=self.address,
                port=self.port,
                allow_websocket_origin=self._hosts,
                auth_provider=Guard(self._hosts, self._token, self.port),
                extra_patterns=[
                    (PAGE, PageFile),
                    (SAVE, Saved, {"sessions": self._sessions}),
                ],
                generate_session_ids=True,
                sign_sessions=True,
                secret_key=secrets.token_urlsafe(48).encode(),
                include_headers=[],
                include_cookies=[],
                unused_session_lifetime_milliseconds=_LINGERS_MS,
                check_unused_sessions_milliseconds=5_000,
                keep_alive_milliseconds=20_000,
            )
            server.start()
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            self._failure = error
            self._started.set()
            return
        self._loop = loop
        loop.add_callback(self._started.set)
        loop.start()
        server.stop()
        server.unlisten()
        loop.run_sync(_settle)
        loop.close(all_fds=True)

    def _open(self, document: Document) -> None:
        context = document.session_context
        arguments: dict[str, list[bytes]] = dict(context.request.arguments) if context else {}
        pairs = [
            (name, value.decode(errors="replace"))
            for name, values in arguments.items()
            for value in values
        ]
        session = Session(document, self._desk, self._known, urlencode(pairs))
        self._sessions[session.key] = session
        document.template = page_text("explorer.html")
        document.template_variables.update(
            key=session.key,
            scripts=script_files(),
            pages=PAGES,
            shown=session.store.state.page,
            slots=[slot for slot in SLOTS if slot.page == session.store.state.page],
        )

        def closed(_: Any) -> None:
            session.end()
            self._sessions.pop(session.key, None)

        document.on_session_destroyed(closed)
        session.begin()


async def _settle() -> None:
    """Let what was cancelled end."""
    await asyncio.sleep(0)


def free_port(address: str, port: int | None) -> int:
    """Return a port that can be listened on.

    Raises
    ------
    ParameterError
        If there is none, or the one that is asked for is taken.
    """
    wanted = range(USUAL_PORT, USUAL_PORT + _PORTS_TRIED) if port is None else (port,)
    failure: OSError | OverflowError | None = None
    for candidate in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, candidate))
            except (OSError, OverflowError) as error:
                failure = error
                continue
            return int(probe.getsockname()[1])
    raise ParameterError(
        "explore(port=…)",
        "an address of this machine and a free port",
        f"{address}:{wanted[0]}: {failure}",
        "Name another port, or leave it out to take the next free one.",
    ) from failure
