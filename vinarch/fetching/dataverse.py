"""A Dataverse installation as a source: a DOI and a version in, offered files out.

Speaks the native API: pages through a version's files, takes ingested tables in their original
form, and refuses in one sentence.
It sends no API token, so it sees what the public sees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO

from vinarch.errors import RefusedError
from vinarch.fetching.addresses import shown_url
from vinarch.fetching.offers import (
    ALGORITHMS,
    Checksum,
    OfferedFile,
    fault_of_path,
    repeated_path,
)
from vinarch.fetching.streaming import stream
from vinarch.fetching.web import Question, get_json, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

    from vinarch.catalog import Archive
    from vinarch.fetching.streaming import Advance

PAGE_FILES = 1000
"""Files a page: few questions without a page that a busy server cannot finish."""

SHOWN_NAMES = 3
"""Listed names that an error quotes."""

_ORIGINAL_SUFFIXES = {
    "text/csv": ".csv",
    "text/comma-separated-values": ".csv",
    "text/tsv": ".tsv",
    "text/tab-separated-values": ".tsv",
}
"""For servers too old to tell an ingested table's original name."""


@dataclass(frozen=True)
class DataverseSource:
    """One dataset of a Dataverse installation as a source."""

    url: str
    doi: str
    session: requests.Session

    @property
    def name(self) -> str:
        """Return what the provenance calls it; no user, password or query of the URL is in it."""
        return f"Dataverse: {shown_url(self.url).rstrip('/')}"

    @property
    def next_step(self) -> str:
        """Return what the user can do when Dataverse refuses."""
        return (
            f"Download the files in a browser from https://doi.org/{self.doi}, keep their folders, "
            "and set VINARCH_MIRROR to a folder that holds them as <archive>/<path>; "
            "see docs/how-to/get-the-data.md."
        )

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Page through the version's files and return the tables."""
        entries = list(self._entries(archive))
        try:
            paths = [_path_in(entry) for entry in entries]
            tables = [
                (path, entry)
                for path, entry in zip(paths, entries, strict=True)
                if archive.role_of(path) is not None
            ]
            offers = [self._offer(path, entry) for path, entry in tables]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise self._refusal(
                "its list of files",
                f"a file entry that cannot be read ({type(error).__name__}: {error})",
            ) from error
        if not offers:
            raise self._refusal(
                f"tables of {archive.name} {archive.version}",
                f"{len(paths)} files, none of them a table that the data card names"
                + _examples(paths),
            )
        self._check([offer.path for offer in offers])
        closed = [path for path, entry in tables if entry.get("restricted")]
        if closed:
            raise self._refusal(
                f"public tables of {archive.name}",
                f"{len(closed)} of {len(offers)} tables restricted{_examples(closed)}",
            )
        return tuple(sorted(offers, key=lambda offer: offer.path))

    def deliver(self, file: OfferedFile, target: BinaryIO, advance: Advance) -> None:
        """Stream a file in its original form; only the first question counts as a download."""
        question = Question(
            file.location, self.name, file.path, self.next_step, {"format": "original"}
        )
        again = replace(question, parameters={"format": "original", "gbrecs": "true"})
        stream(self.session, question, file, target, advance, question_again=again)

    def _entries(self, archive: Archive) -> Iterator[Mapping[str, Any]]:
        """Yield the file entries of all pages."""
        offset = 0
        for page in count(1):
            envelope = self._ask_page(archive, offset)
            total, entries = envelope.get("totalCount"), envelope["data"]
            yield from entries
            offset += len(entries)
            # Servers that cannot page tell no total, and give all files at once.
            if (len(entries) != PAGE_FILES) if total is None else (offset >= total):
                return
            if not entries:
                raise self._refusal(
                    f"{total} files in its list", f"an empty page {page} after {offset} files"
                )

    def _ask_page(self, archive: Archive, offset: int) -> Mapping[str, Any]:
        base = self.url.rstrip("/")
        question = Question(
            f"{base}/api/datasets/:persistentId/versions/{archive.version}/files",
            self.name,
            f"the list of files of {archive.name} {archive.version}",
            self.next_step,
            {
                "persistentId": f"doi:{self.doi}",
                "limit": str(PAGE_FILES),
                "offset": str(offset),
            },
        )
        envelope = get_json(self.session, question)
        if not isinstance(envelope, dict):
            raise question.refusal("JSON that is no Dataverse answer")
        if envelope.get("status") != "OK":
            said = shorten(str(envelope.get("message", "nothing more")))
            raise question.refusal(f'status {envelope.get("status")!r}, saying "{said}"')
        total = envelope.get("totalCount")
        if not isinstance(envelope.get("data"), list) or not isinstance(total, int | None):
            raise question.refusal("JSON that is no list of files")
        return envelope

    def _offer(self, path: str, entry: Mapping[str, Any]) -> OfferedFile:
        data = entry["dataFile"]
        size = data.get("originalFileSize") if _is_ingested(data) else data["filesize"]
        return OfferedFile(
            path,
            None if size is None else int(size),
            _checksum_in(data),
            f"{self.url.rstrip('/')}/api/access/datafile/{int(data['id'])}",
        )

    def _check(self, paths: list[str]) -> None:
        for path in paths:
            fault = fault_of_path(path)
            if fault:
                raise self._refusal("paths inside the archive", f"{path!r}, which has {fault}")
        twice = repeated_path(paths)
        if twice is not None:
            raise self._refusal("each path once in its list", f"{twice!r} twice")

    def _refusal(self, wanted: str, reason: str) -> RefusedError:
        return RefusedError(self.name, wanted, reason, self.next_step)


def _is_ingested(data: Mapping[str, Any]) -> bool:
    return bool(data.get("tabularData")) or "originalFileFormat" in data


def _path_in(entry: Mapping[str, Any]) -> str:
    """Return a file's path as its authors uploaded it."""
    data = entry["dataFile"]
    name = str(entry["label"])
    if _is_ingested(data):
        suffix = _ORIGINAL_SUFFIXES.get(data.get("originalFileFormat", ""))
        if "originalFileName" in data:
            name = str(data["originalFileName"])
        elif suffix:
            name = name.removesuffix(".tab") + suffix
    folder = entry.get("directoryLabel")
    return f"{folder}/{name}" if folder else name


def _checksum_in(data: Mapping[str, Any]) -> Checksum | None:
    checksum = data.get("checksum")
    if checksum is not None:
        return Checksum(ALGORITHMS[checksum["type"]], str(checksum["value"]).lower())
    return Checksum("md5", str(data["md5"]).lower()) if "md5" in data else None


def _examples(paths: list[str]) -> str:
    if not paths:
        return ""
    more = ", …" if len(paths) > SHOWN_NAMES else ""
    return " (" + ", ".join(paths[:SHOWN_NAMES]) + more + ")"
