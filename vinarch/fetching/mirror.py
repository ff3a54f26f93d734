"""A mirror that the user named as a source: a folder or a URL in, offered files out.

A folder mirror holds ``<archive>/<path>``; hidden files are skipped, links are followed.
A URL mirror serves ``<url>/<archive>/<path>`` and says what it has in
``<url>/<archive>/manifest.json``::

    {"archive": "JS9FR6", "version": "9.0",
     "files": [{"path": "results/table.csv", "size_bytes": 1, "sha256": "…"}]}

A mirror that does not exist or breaks its promise is an error; one that merely lacks the archive
refuses, and the next source is asked.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from vinarch.errors import MirrorError, ParameterError, RefusedError
from vinarch.fetching.addresses import shown_url
from vinarch.fetching.offers import (
    Checksum,
    OfferedFile,
    fault_of_path,
    file_and_folder,
    repeated_path,
)
from vinarch.fetching.refusals import NotFoundError, Question, shorten
from vinarch.fetching.streaming import BLOCK_BYTES, stream
from vinarch.fetching.web import get_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from vinarch.catalog import Archive
    from vinarch.fetching.sources import Source
    from vinarch.fetching.streaming import Advance, Target

NEXT_STEP = "Mend the mirror or VINARCH_MIRROR, or leave it unset to ask Dataverse."

FILES_AT_ONCE = 4

_WEB_SCHEMES = {"http", "https"}

_URL = re.compile(r"\w[\w+.-]+:/|[^/]*:[^/]*@|.*://")
"""What is no folder: a scheme, whole or mistyped, or a login that must not be shown."""


def open_mirror(mirror: str | os.PathLike[str], session: requests.Session) -> Source:
    """Return the source that a mirror's text means; nothing is asked yet.

    Parameters
    ----------
    mirror : str or path-like
        A folder (``~`` is expanded), a ``file://`` URL or an ``http(s)://`` URL. Texts that mean
        the same mirror give the same `name`, with whatever user and password.
    session : requests.Session
        Used by URL mirrors.

    Raises
    ------
    MirrorError
        If the text is neither.
    ParameterError
        If it is no text.
    """
    text = _text_of(mirror)
    # Not resolve(): the provenance keeps the user's own words for a linked folder.
    # A text that no URL or home folder can be read from raises one of the two errors.
    with suppress(ValueError, RuntimeError):
        address = urlsplit(text)
        if address.scheme in _WEB_SCHEMES and _is_plain(address):
            return UrlMirror(text.rstrip("/"), session)
        if address.scheme == "file" and address.netloc in {"", "localhost"}:
            return FolderMirror(Path(os.path.abspath(unquote(address.path))))  # noqa: PTH100
        if text and not _URL.match(text):
            return FolderMirror(Path(os.path.abspath(Path(text).expanduser())))  # noqa: PTH100
    raise MirrorError(
        "mirror",
        "a folder, a file:// URL or an http(s) URL without a query",
        repr(shown_url(text)) + (" with a query or more" if "?" in text or "#" in text else ""),
        NEXT_STEP,
    )


def _text_of(mirror: object) -> str:
    with suppress(TypeError):
        text = os.fspath(mirror)  # type: ignore[call-overload]
        if isinstance(text, str):
            return text.strip()
    raise ParameterError(
        "mirror",
        "a folder or a URL, as text or as a path",
        shorten(repr(mirror)),
        "Give it like mirror='/data/mirror'.",
    )


def _is_plain(address: SplitResult) -> bool:
    """Tell whether a web address has a host, a port that is a number, and nothing behind it."""
    _ = address.port  # raises ValueError
    return bool(address.hostname) and not (address.query or address.fragment)


@dataclass(frozen=True)
class FolderMirror:
    """A folder on this disk as a source."""

    folder: Path
    at_once: int = 1

    @property
    def name(self) -> str:
        """Return what the provenance calls it."""
        return f"mirror: {self.folder}"

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Walk the archive's folder; sizes are known, checksums are not."""
        with self._reading(self.folder):
            if not self.folder.is_dir():
                got = "something else" if self.folder.exists() else "no such folder"
                raise MirrorError(self.name, "a folder", got, NEXT_STEP)
            top = self.folder / archive.name
            if not top.is_dir():
                raise self._lacks(archive, f"no folder {archive.name} in it")
            paths = [path for path in sorted(_walk(top, "", ())) if archive.role_of(path)]
            if not paths:
                raise self._lacks(
                    archive, f"a folder {archive.name} without a table that the data card names"
                )
            for path in paths:
                _refuse_fault(self.name, path)
            return tuple(
                OfferedFile(path, (top / path).stat().st_size, None, str(top / path))
                for path in paths
            )

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Copy a file's bytes."""
        for block in self._blocks_of(Path(file.location), target.tell()):
            target.write(block)
            advance(len(block))

    def _blocks_of(self, path: Path, start: int) -> Iterator[bytes]:
        with self._reading(path), path.open("rb") as source:
            source.seek(start)
            while block := source.read(BLOCK_BYTES):
                yield block

    @contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise MirrorError(
                self.name, f"{path} to be readable", f"{error.strerror}", NEXT_STEP
            ) from error

    def _lacks(self, archive: Archive, reason: str) -> RefusedError:
        return RefusedError(self.name, f"{archive.name}/<path> for its tables", reason, NEXT_STEP)


@dataclass(frozen=True)
class UrlMirror:
    """A folder on a web server, with a manifest, as a source."""

    url: str
    session: requests.Session
    at_once: int = FILES_AT_ONCE

    @property
    def name(self) -> str:
        """Return what the provenance calls it; a user name in the URL is left out."""
        return f"mirror: {shown_url(self.url)}"

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Read the manifest."""
        top = f"{self.url}/{archive.name}"
        question = Question(
            f"{top}/manifest.json", self.name, f"{archive.name}/manifest.json", NEXT_STEP
        )
        try:
            manifest = get_json(self.session, question)
        except NotFoundError as error:
            raise RefusedError(
                self.name, question.wanted, f"status 404: no {question.wanted}", NEXT_STEP
            ) from error
        except RefusedError as error:
            raise self._broken(error.expected, error.got) from None
        offers = self._offers(manifest, archive, top)
        tables = tuple(
            sorted(
                (offer for offer in offers if archive.role_of(offer.path)),
                key=lambda offer: offer.path,
            )
        )
        if not tables:
            raise RefusedError(
                self.name,
                f"tables of {archive.name}",
                f"a manifest of {len(offers)} files, none of them a table that the data card names",
                NEXT_STEP,
            )
        return tables

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Stream a file that the manifest promises."""
        question = Question(file.location, self.name, file.path, NEXT_STEP)
        try:
            stream(self.session, question, file, target, advance)
        except RefusedError as error:
            raise self._broken(f"{file.path}, which its manifest lists", error.got) from None

    def _offers(self, manifest: Any, archive: Archive, top: str) -> list[OfferedFile]:
        place = f"{archive.name}/manifest.json"
        try:
            name, version = manifest["archive"], manifest["version"]
            offers = [_promised(entry, top) for entry in manifest["files"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._broken(
                f"{place} with archive, version, and files of path, size_bytes, sha256",
                f"{type(error).__name__}: {error}",
            ) from error
        if name != archive.name:
            raise self._broken(f"{place} to speak of {archive.name}", repr(name))
        if version != archive.version:
            raise RefusedError(
                self.name,
                f"version {archive.version} of {archive.name}",
                shorten(f"version {version}"),
                NEXT_STEP,
            )
        for offer in offers:
            _refuse_fault(self.name, offer.path)
        twice = repeated_path(offer.path for offer in offers)
        if twice is not None:
            raise self._broken(f"each path once in {place}", f"{twice!r} twice")
        both = file_and_folder([offer.path for offer in offers])
        if both is not None:
            raise self._broken(f"each path in {place} a file or a folder", f"{both!r} as both")
        return offers

    def _broken(self, expected: str, got: str) -> MirrorError:
        return MirrorError(self.name, expected, got, NEXT_STEP)


def _promised(entry: Any, top: str) -> OfferedFile:
    path, size, sha256 = entry["path"], entry["size_bytes"], entry["sha256"]
    if not isinstance(path, str):
        raise TypeError(f"path {path!r}")
    if type(size) is not int or size < 0:
        raise ValueError(f"size_bytes {size!r} of {path!r}")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ValueError(f"sha256 {sha256!r} of {path!r}")
    return OfferedFile(path, size, Checksum("sha256", sha256.lower()), f"{top}/{quote(path)}")


def _refuse_fault(name: str, path: str) -> None:
    fault = fault_of_path(path)
    if fault:
        raise MirrorError(
            name, "paths inside the archive", f"{path!r}, which has {fault}", NEXT_STEP
        )


def _walk(folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """Yield the paths of all files below a folder that are not hidden.

    `above` holds the folders on the way here: a link back to one of them is not followed.
    """
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", (*above, here))
            elif entry.is_file():
                yield f"{prefix}{entry.name}"
