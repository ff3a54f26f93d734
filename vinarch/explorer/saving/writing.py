"""Save what the explorer shows without opening it: a commons and a link in, a file out."""

from __future__ import annotations

import os
import stat
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from vinarch.commons import check_commons
from vinarch.errors import ParameterError, StoreError
from vinarch.explorer.answers import Desk, known_of
from vinarch.explorer.saving.pages import SavedPage, page_of

if TYPE_CHECKING:
    from vinarch.commons import Commons


def save_explorer(commons: Commons, path: str | Path, link: str = "") -> Path:
    r"""Save what the explorer shows as one HTML file that needs no server and no network.

    It holds the views of `explore` with the answers for one selection. Hovering tells what it
    tells there, and a structure, an experiment or a point that is tapped is marked in all views;
    what would need new answers, such as another subsequence, is not in it.

    Parameters
    ----------
    commons : Commons
        What to show.
    path : str or Path
        File to write, ``~`` for the home folder; its folder is made if it is missing. A file that
        is there is replaced.
    link : str, optional
        Which selection: a link copied from the explorer, or its query ``?experiment=…``. By
        default what the explorer shows first. What of it cannot be shown is told on the page and
        as a warning.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        If `commons` is none, or `link` is no text.
    SelectionError
        If nothing would be shown: `link` chooses no experiment, or none has networks.
    StoreError
        If the file cannot be written; no half-written file is left.

    Warns
    -----
    UserWarning
        What of the link could not be followed.

    See Also
    --------
    explore : The same page, alive.

    References
    ----------
    An, Channing, Schuman, Taufer, VINARCH, IEEE Cluster 2023.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> one = "1gpu_1e14_early_termination"
    >>> link = f"?experiment={one}&of={one}&start=0&subsequence=10110110101010"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = vinarch.save_explorer(commons, f"{folder}/talk.html", link)
    ...     print(page.name, one in page.read_text("utf-8"))
    talk.html True
    """
    target, query = target_of(path), query_of(link)
    page = saved_page(check_commons(commons, "save_explorer"), query)
    for notice in page.notices:
        warnings.warn(notice, stacklevel=2)
    return write_page(page, target)


def saved_page(commons: Commons, query: str) -> SavedPage:
    """Return what the explorer of a commons shows for a query."""
    desk = Desk(commons)
    try:
        return page_of(desk, known_of(commons), query)
    finally:
        desk.close()


def query_of(link: object) -> str:
    """Return the query of a link.

    Raises
    ------
    ParameterError
        If it is no text.

    Examples
    --------
    >>> query_of("http://127.0.0.1:5006/?archive=A&experiment=one#main")
    'archive=A&experiment=one'
    >>> query_of("?experiment=one"), query_of("experiment=one"), query_of("")
    ('experiment=one', 'experiment=one', '')
    >>> query_of("http://127.0.0.1:5006/enter?token=secret&experiment=one")
    'experiment=one'
    """
    refusal = ParameterError(
        "link",
        "a link copied from the explorer, or its query, as text",
        f"{link!a} ({type(link).__name__})",
        "For example '?experiment=NAME'; leave it out to see what is shown first.",
    )
    if not isinstance(link, str):
        raise refusal
    text = link.strip()
    try:
        query = urlsplit(text).query if "?" in text or "://" in text else text
    except ValueError as error:
        raise refusal from error
    # A token lets in, and chooses nothing: it must not travel with a page.
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != "token"]
    return urlencode(kept, errors="replace")


def target_of(path: object) -> Path:
    """Return where a page is to lie, before anything long is done for it.

    Raises
    ------
    StoreError
        If there can be no such file.
    """
    if not isinstance(path, (str, os.PathLike)) or not str(path).strip():
        raise StoreError("path", "the path of a file", repr(path), 'Name one, such as "talk.html".')
    try:
        # A link is followed: what it points to is replaced, not the link.
        target = Path(path).expanduser().resolve()
        there = target.exists()
    except RuntimeError as error:
        raise StoreError(
            str(path), "a user's home folder after ~", str(error), "Write the path in full."
        ) from error
    except (OSError, ValueError) as error:
        raise StoreError(
            ascii(str(path)), "the path of a file", str(error), "Write another path, in full."
        ) from error
    if there and not target.is_dir() and not target.is_file():
        raise StoreError(
            str(path), "the path of a file", "a device or a pipe", "Name a file of its own."
        )
    if target.is_dir():
        raise StoreError(
            str(path), "the path of a file", "a folder", f"Name a file in it: {path}/talk.html."
        )
    return target


def write_page(page: SavedPage, target: Path) -> Path:
    """Write a page, whole or not at all, and return where it lies.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
        with suppress(FileNotFoundError):
            # A page that only some may read stays one.
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.write_text(page.html, encoding="utf-8", newline="\n")
        part.replace(target)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise StoreError(
            str(target),
            "a file that a page can be written to",
            f"{type(error).__name__}: {error.strerror}",
            "Name a file in another folder, or make room and permission in this one.",
        ) from error
    return target
