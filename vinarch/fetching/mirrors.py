r"""The mirrors that a user named, in order: one text or several in, sources out.

A mirror is a folder, an address that a web server answers, any address that fsspec understands
(``s3://…``, ``sftp://…``, ``memory://…``), or a folder of a GitHub repository at a commit.
``VINARCH_MIRROR`` separates several by ``;``, since a colon is part of addresses.
Asks nobody.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import fsspec

from vinarch.errors import MirrorError, ParameterError
from vinarch.fetching.addresses import shown_url
from vinarch.fetching.filled_folder import FilledFolder
from vinarch.fetching.fsspec_mirror import FsspecMirror
from vinarch.fetching.mirror import NEXT_STEP, FolderMirror, UrlMirror, open_mirror
from vinarch.fetching.refusals import shorten
from vinarch.fetching.shipped import ShippedSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    import requests

    from vinarch.fetching.offers import Checksum
    from vinarch.fetching.sources import Source
    from vinarch.provenance import Provenance

    MirrorText: TypeAlias = str | os.PathLike[str]

SEPARATOR = ";"

AT_THEIR_WORD = (FolderMirror, UrlMirror, FilledFolder)
"""The user's own, or held against a list of their own: nothing is recorded to hold them to."""

MIRRORS = (*AT_THEIR_WORD, FsspecMirror)

_BYTES: tuple[type, ...] = (bytes, bytearray)

_OWN_SCHEMES = {"file", "http", "https"}
"""Those that need no fsspec."""

_SCHEME = re.compile(r"([A-Za-z][\w+.-]*):(?://|:)")
"""Of an address, or of a chain of them, such as ``zip::https://…``."""

_COMMIT = re.compile(
    r"https://github\.com/(?P<owner>[^/]+)/(?P<name>[^/]+)/(?:tree|blob|commit)/"
    r"(?P<reference>[^/]+)(?P<folder>/[^?#]*)?"
)


def open_mirrors(
    named: MirrorText | Iterable[MirrorText] | None,
    session: requests.Session,
    known: Mapping[str, Checksum],
) -> tuple[Source, ...]:
    """Return the sources that a user's mirrors mean, each once.

    Parameters
    ----------
    named : str, path-like, iterable of these or None
        A text with several separates them by ``;``.
    session : requests.Session
        For web mirrors.
    known : mapping of str to Checksum
        The published checksum of each file, by path, where one is known.

    Raises
    ------
    MirrorError
        If a text is no mirror, or the driver for its kind is not installed.
    ParameterError
        If one is no text.
    """
    found: dict[str, Source] = {}
    for text in mirror_texts(named):
        source = _open_one(text, session, known)
        found.setdefault(source.name, source)
    return tuple(found.values())


def mirror_texts(named: MirrorText | Iterable[MirrorText] | None) -> tuple[MirrorText, ...]:
    """Return the mirrors that are named, in order, each as a text of its own.

    Raises
    ------
    ParameterError
        If what is named is neither text, path nor several of these.

    Examples
    --------
    >>> mirror_texts("/data/mirror; https://example.org/mirror:8080 ;")
    ('/data/mirror', 'https://example.org/mirror:8080')
    >>> mirror_texts(["/data/mirror", "s3://bucket/mirror"])
    ('/data/mirror', 's3://bucket/mirror')
    """
    if named is None:
        return ()
    if isinstance(named, str):
        parts = [part.strip() for part in named.split(SEPARATOR)]
        # A blank text is no mirror: open_mirror() says so.
        return tuple(part for part in parts if part) or ((named,) if named else ())
    if isinstance(named, os.PathLike):
        return (named,)
    # Bytes can be gone through, too, and are no mirrors.
    if isinstance(named, Iterable) and not isinstance(named, _BYTES):
        texts = tuple(text for one in named for text in _texts_of_one(one))
        if texts:
            return texts
    raise ParameterError(
        "mirror",
        "a folder or a URL, as text or as a path, or a list of these",
        shorten(repr(named)),
        "Give it like mirror='/data/mirror'.",
    )


def is_on_this_machine(source: Source) -> bool:
    """Tell whether a source can be asked without a connection."""
    return isinstance(source, FolderMirror | ShippedSource) or (
        isinstance(source, FsspecMirror) and source.is_on_this_machine
    )


def were_asked(named: Iterable[Source], provenance: Provenance) -> bool:
    """Tell whether a fetch asked these mirrors in this order, up to the one that gave the files.

    A mirror behind that one need not have been asked.
    """
    asked = {one.source for one in provenance.asked}
    for source in named:
        if source.name not in asked:
            return False
        if source.name == provenance.source:
            return True
    return True


def _texts_of_one(one: object) -> tuple[MirrorText, ...]:
    if isinstance(one, str) and one.strip():
        return (one.strip(),)
    if isinstance(one, os.PathLike):
        return (one,)
    raise ParameterError(
        "mirror",
        "each of several mirrors to be a folder or a URL, as text or as a path",
        shorten(repr(one)),
        "Give them like mirror=['/data/mirror', 'https://example.org/mirror'].",
    )


def _open_one(text: MirrorText, session: requests.Session, known: Mapping[str, Checksum]) -> Source:
    if isinstance(text, str):
        pinned = _COMMIT.fullmatch(text)
        if pinned is not None:
            return UrlMirror(_raw_address(pinned, text), session)
        scheme = _SCHEME.match(text)
        protocol = "" if scheme is None else scheme[1].lower()
        if protocol not in {"", *_OWN_SCHEMES} and protocol in fsspec.available_protocols():
            return FsspecMirror(text.rstrip("/"), known)
    return open_mirror(text, session)


def _raw_address(pinned: re.Match[str], text: str) -> str:
    """Return where GitHub serves the files of a commit; a branch would change below us."""
    if not re.fullmatch(r"[0-9a-f]{40}", pinned["reference"]):
        raise MirrorError(
            "mirror",
            "a GitHub address with a whole commit in it (40 hexadecimal digits)",
            repr(shown_url(text)),
            "Press y on the page in a browser: its address then names the commit. " + NEXT_STEP,
        )
    folder = (pinned["folder"] or "").rstrip("/")
    base = "https://raw.githubusercontent.com"
    return f"{base}/{pinned['owner']}/{pinned['name']}/{pinned['reference']}{folder}"
