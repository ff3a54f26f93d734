"""Open the explorer on a commons: what users call, and the handle that they get."""

from __future__ import annotations

import sys
import warnings
import webbrowser
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from vinarch.access import fetch
from vinarch.commons import check_commons
from vinarch.explorer.guard import check_address
from vinarch.explorer.saving import query_of, target_of, write_page
from vinarch.explorer.server import Serving
from vinarch.parameters import check_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vinarch.commons import Commons

SAMPLE = "digits"
"""The archive that ships with vinarch, shown where none is named."""

_FRAME_PIXELS = 820


class Explorer:
    """The explorer as it runs: an address to open, and a way to stop it.

    Attributes
    ----------
    url : str
        What to open in a browser. Where it holds a token, it is the way in: keep it to yourself.
    """

    def __init__(self, serving: Serving, query: str = "") -> None:
        self._serving = serving
        joint = "&" if "?" in serving.url else "?"
        self.url = f"{serving.url}{joint}{query}" if query else serving.url

    @property
    def running(self) -> bool:
        """Tell whether it still serves."""
        return self._serving.running

    def wait(self) -> None:
        """Wait until it is stopped, as from another thread or by Ctrl-C."""
        self._serving.wait()

    def save(self, path: str | Path, link: str = "") -> Path:
        """Save what a link shows as one HTML file, as `vinarch.save_explorer` does.

        Parameters
        ----------
        path : str or Path
            File to write; one that is there is replaced.
        link : str, optional
            A link copied from the page, or its query; by default what is shown first.

        Returns
        -------
        Path
            The file.
        """
        target, query = target_of(path), query_of(link)
        page = self._serving.page(query)
        for notice in page.notices:
            warnings.warn(notice, stacklevel=2)
        return write_page(page, target)

    def stop(self) -> None:
        """Stop it; open tabs keep what they show."""
        self._serving.stop()

    def __repr__(self) -> str:
        """Say where it is."""
        if not self.running:
            return "Explorer, stopped"
        return f"Explorer of {self._serving.commons!r} at {self.url}"

    def _repr_html_(self) -> str:
        if not self.running:
            return escape(repr(self))
        return (
            f'<iframe src="{escape(self.url)}" width="100%" height="{_FRAME_PIXELS}" '
            f'style="border:1px solid #dcdcdc" title="vinarch explorer"></iframe>'
        )


def explore(
    commons: Commons | None = None,
    *,
    port: int | None = None,
    address: str = "127.0.0.1",
    allow_origin: str | Sequence[str] = (),
    token: str | None = None,
    open_browser: bool | None = None,
    link: str = "",
) -> Explorer:
    """Explore a commons in the browser.

    The page runs in a thread of this process, until `Explorer.stop` or the end of the program.
    A notebook shows it where the returned handle is the last value of a cell.

    Parameters
    ----------
    commons : Commons, optional
        What to explore; by default the archive ``digits`` that ships with vinarch.
    port : int, optional
        Where to listen; by default 5006 or the next free one, 0 for any free one.
    address : str, default "127.0.0.1"
        On which address of this machine to listen; by default others cannot reach it.
    allow_origin : str or sequence of str, optional
        Hosts by which browsers reach the page, ``HOST`` or ``HOST:PORT``; needed where `address`
        is not this machine's own.
    token : str, optional
        A secret that readers need, of 16 characters at least; another address always needs one,
        which is made where none is given. `Explorer.url` holds it.
    open_browser : bool, optional
        Whether to open a browser; by default not in a notebook.
    link : str, optional
        What to show first: a link copied from an explorer, or its query ``?experiment=…``.

    Returns
    -------
    Explorer
        With ``url``, ``save()`` and ``stop()``.

    Raises
    ------
    ParameterError
        If `commons` is none, an address that others reach comes without `allow_origin`, the
        token is too short, `link` is no text, or the port cannot be listened on.

    See Also
    --------
    save_explorer : The same page as a file.

    References
    ----------
    An, Channing, Schuman, Taufer, VINARCH, IEEE Cluster 2023.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> explorer = vinarch.explore(commons, port=0, open_browser=False)
    >>> explorer
    Explorer of Commons of 1 archive (JS9FR6 9.0): 12 experiments ... at http://127.0.0.1:...
    >>> explorer.stop()
    >>> explorer
    Explorer, stopped
    """
    asked: Any = allow_origin
    several = isinstance(asked, Iterable) and not isinstance(asked, str)
    origins = tuple(asked) if several else (asked,)
    if port is not None:
        check_whole("explore(port=…)", port, 0, 65_535, "0 for any free one")
    secret, query = check_address(address, origins, token), query_of(link)
    shown = fetch(SAMPLE) if commons is None else check_commons(commons, "explore")
    explorer = Explorer(Serving(shown, address, port, origins, secret), query)
    if open_browser or (open_browser is None and not in_notebook()):
        webbrowser.open(explorer.url)
    return explorer


def in_notebook() -> bool:
    """Tell whether a notebook runs this."""
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell is not None and hasattr(shell, "kernel")
