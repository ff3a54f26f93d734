"""Who may ask the server, and what the page may do in the browser.

The machine itself may ask, or whoever has the token. Hosts that are not its own are refused, so
that no other site can pass for it. A token comes once, in the link that is printed, and is then a
cookie, so that copied links do not hold it. The page runs its own scripts only, whatever an archive
holds, and stands in no frame but that of a notebook.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from bokeh.server.auth_provider import AuthProvider
from bokeh.server.views.autoload_js_handler import AutoloadJsHandler
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

COOKIE = "vinarch-explorer-{port}"
"""Cookies are those of a host, whatever the port: two explorers must not share one."""

SEALED = b"reader of a vinarch explorer"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_TOKEN = 16

EDITORS = ("vscode-webview:", "vscode-file:")
"""Frames of notebooks that are no site: no web page can have such an address."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard(AuthProvider):
    """Bokeh's way to ask who a request is from.

    Parameters
    ----------
    hosts : sequence of str
        ``host:port`` that the server is reached by.
    token : str or None
        The secret; None asks for none.
    port : int
        Where the server listens.
    """

    def __init__(self, hosts: Sequence[str], token: str | None, port: int) -> None:
        self.cookie = COOKIE.format(port=port)
        self.hosts = frozenset(host.lower() for host in hosts)
        self._ancestors = ancestors_of(hosts)
        self._token = token
        # The cookie does not tell the token, and outlives a restart with the same one.
        self._seal = (
            "" if token is None else hmac.new(token.encode(), SEALED, hashlib.sha256).hexdigest()
        )
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], str | None]:
        """Return the check that all of Bokeh's handlers make."""
        return self._user

    @property
    def login_url(self) -> str:
        """Return where those are sent who may not."""
        return "/enter"

    @property
    def login_handler(self) -> type[RequestHandler]:
        """Return what takes the token."""
        guard = self

        class Enter(RequestHandler):
            """Take the token, set the cookie, and go on to the page."""

            def get(self) -> None:
                guard.check_host(self)
                if not guard.takes(self.get_query_argument("token", "")):
                    raise HTTPError(403, reason="The link that vinarch explore printed is needed")
                # Strict: no other site can make the browser send it.
                self.set_cookie(guard.cookie, guard.seal, httponly=True, samesite="Strict")
                kept = {
                    name: [value.decode(errors="replace") for value in values]
                    for name, values in self.request.query_arguments.items()
                    if name not in {"token", "next"}
                }
                self.redirect("/?" + urlencode(kept, doseq=True))

        return Enter

    # Bokeh asks for these; a function of one name is enough for it.
    get_user_async = None
    get_login_url = None
    logout_url = None
    logout_handler = None

    @property
    def seal(self) -> str:
        """Return the value of the cookie."""
        return self._seal

    def takes(self, token: str) -> bool:
        """Tell whether a token is the right one, in a time that does not tell how wrong it is."""
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())

    def check_host(self, handler: RequestHandler) -> None:
        """Refuse a request for another host, such as a site that resolves to this machine.

        Raises
        ------
        HTTPError
        """
        if handler.request.host.lower() not in self.hosts:
            raise HTTPError(403, reason="This server is not reached by that name")

    def _user(self, handler: Any) -> str | None:
        self.check_host(handler)
        if isinstance(handler, AutoloadJsHandler):
            # Pages of any origin may read it, by Bokeh's headers; nothing here is embedded so.
            raise HTTPError(404)
        if not isinstance(handler, WebSocketHandler):
            for name, value in HEADERS.items():
                handler.set_header(name, value)
            policy = policy_of(handler.request.host.lower(), self._ancestors)
            handler.set_header("Content-Security-Policy", policy)
        given = handler.get_cookie(self.cookie) or ""
        known = self._token is None or hmac.compare_digest(given.encode(), self._seal.encode())
        return "reader" if known else None


def policy_of(host: str, ancestors: str) -> str:
    """Return what the page may load, run and speak to: files and the socket of its own host.

    Bokeh writes styles into the page, and draws its icons from ``data:`` addresses; of scripts it
    needs its own files only, nothing inline and nothing made from text.

    Examples
    --------
    >>> policy_of("localhost:5006", "'self'").split("; ")[1]
    "script-src 'self'"
    """
    # Older browsers do not count the socket to the page's own host; a source has no IPv6 form.
    sockets = "" if host.startswith("[") else f" ws://{host} wss://{host}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


def ancestors_of(hosts: Sequence[str]) -> str:
    """Return in which frames the page may stand: those of notebooks on the hosts of the server.

    A notebook is served from another port of the same host, and which one cannot be known. Who
    serves pages from there can ask the server without a frame as well.

    Examples
    --------
    >>> ancestors_of(["lab.example.org:5006"])
    "'self' http://lab.example.org:* https://lab.example.org:* vscode-webview: vscode-file:"
    """
    names = [urlsplit(f"//{host}").hostname or "" for host in hosts]
    if any(name in LOOPBACK for name in names):
        names += LOOPBACK
    known = [name for name in dict.fromkeys(names) if name and ":" not in name]
    sources = (f"{scheme}://{name}:*" for name in known for scheme in ("http", "https"))
    return " ".join(("'self'", *sources, *EDITORS))


def check_address(address: str, origins: Sequence[str], token: str | None) -> str | None:
    """Return the token that a server at an address needs; None on this machine without one.

    Raises
    ------
    ParameterError
        If others can reach the address and no origin is named, a token is too short, or either is
        no text.
    """
    texts: dict[str, Iterable[object]] = {
        "token": () if token is None else (token,),
        "allow_origin": origins,
    }
    for name, given in texts.items():
        for value in given:
            if not isinstance(value, str):
                hint = "Leave it out where this machine alone is to reach it."
                raise ParameterError(f"explore({name}=…)", "text", type(value).__name__, hint)
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise ParameterError(
            "explore(token=…)",
            f"at least {SHORTEST_TOKEN} characters",
            f"{len(token)}",
            "Leave it out: a secret one is made.",
        )
    if address in LOOPBACK:
        return token
    if not origins:
        raise ParameterError(
            "explore(allow_origin=…)",
            f"the host by which browsers reach {address}, such as lab.example.org:5006",
            "none",
            "Name it with --allow-origin, or leave the address out: then only this machine "
            "is listened to.",
        )
    return token if token is not None else secrets.token_urlsafe(24)


def hosts_of(origins: Sequence[str], address: str, port: int) -> list[str]:
    """Return ``host:port`` of every name that the server is reached by.

    Examples
    --------
    >>> hosts_of(["https://lab.example.org"], "127.0.0.1", 5006)
    ['127.0.0.1:5006', 'localhost:5006', 'lab.example.org:5006', 'lab.example.org']
    """
    own = {"::1": ("[::1]",)}.get(address, LOOPBACK[:2] if address in LOOPBACK else ())
    found = [f"{host}:{port}" for host in own]
    for origin in origins:
        host = urlsplit(origin if "//" in origin else f"//{origin}").netloc
        if not host or "*" in host:
            raise ParameterError(
                "explore(allow_origin=…)", "HOST or HOST:PORT", repr(origin),
                "For example lab.example.org:5006.",
            )  # fmt: skip
        if ":" not in host:
            found.append(f"{host}:{port}")
        found.append(host)
    return found
