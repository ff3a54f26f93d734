"""What the server answers besides Bokeh's own pages: files of the page, and what is saved.

Nothing that a browser sends is ever part of a path: names are looked up in tables.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from tornado.web import authenticated

from vinarch.errors import VinarchError
from vinarch.explorer.page_files import page_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.explorer.session import Session

KINDS = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
PAGE_FILES = {
    "explorer.css": "text/css; charset=utf-8",
    "explorer.js": "text/javascript; charset=utf-8",
    "looks.js": "text/javascript; charset=utf-8",
}

SAVE = r"/save/([A-Za-z0-9_-]{32})/([a-z_]{1,40})\.(svg|png|csv|html)"
PAGE = r"/page/(explorer\.css|explorer\.js|looks\.js)"


class PageFile(AuthRequestHandler):
    """The style and the script of the page."""

    @authenticated
    def get(self, name: str) -> None:
        """Send one."""
        self.set_header("Content-Type", PAGE_FILES[name])
        # By this a page that lost its server knows one that can take its place.
        self.set_header("X-Vinarch-Explorer", "yes")
        self.write(page_text(name))


class Saved(AuthRequestHandler):
    """What a view of a session shows, or the whole page, as a file."""

    def initialize(self, sessions: Mapping[str, Session]) -> None:
        """Take the table of sessions."""
        self._sessions = sessions

    @authenticated
    async def get(self, key: str, name: str, ending: str) -> None:
        """Send it."""
        session = self._sessions.get(key)
        if session is None:
            self._refuse(404, "This tab is closed: reload the page, then save again.")
            return
        try:
            file, content = await asyncio.to_thread(session.save, name, ending)
        except LookupError as error:
            told = str(error) if isinstance(error, VinarchError) else "Nothing is chosen yet."
            self._refuse(404, told)
        except VinarchError as error:
            self._refuse(404, str(error))
        else:
            self.set_header("Content-Type", KINDS[ending])
            self.set_header("Content-Disposition", f'attachment; filename="{file}"')
            # An SVG opened on its own must run nothing.
            self.set_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
            )
            await self.finish(content)

    def _refuse(self, status: int, words: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(words)
