"""A Dataverse installation as a source: a DOI and a version in, offered files out.

Speaks the native API: pages through a version's files once and keeps the list, takes ingested
tables in their original form, and refuses in one sentence.
An API token, if there is one, goes to this installation and to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from vinarch.errors import RefusedError
from vinarch.fetching.addresses import shown_url
from vinarch.fetching.dataverse_hints import hints_of
from vinarch.fetching.listing import ListingError, check_paths, files_listed
from vinarch.fetching.manifest import Manifest
from vinarch.fetching.offers import SHOWN_NAMES, Closed, OfferedFile
from vinarch.fetching.refusals import NoneListedError, Question
from vinarch.fetching.staging import write_whole
from vinarch.fetching.streaming import stream
from vinarch.fetching.web import TOKEN_HEADER, get_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import requests

    from vinarch.catalog import Archive
    from vinarch.fetching.streaming import Advance, Target

PAGE_FILES = 1000
"""Files a page: few questions without a page that a busy server cannot finish."""

FILES_AT_ONCE = 4


@dataclass(frozen=True)
class DataverseSource:
    """One dataset of a Dataverse installation as a source."""

    kind: ClassVar[str] = "Dataverse"
    """The first word of its name."""

    url: str
    doi: str
    session: requests.Session
    token: str | None = field(default=None, repr=False)
    kept: Path | None = None
    """Where the list of files is kept; None keeps none."""
    refresh: bool = False
    """Whether to ask for the list even if it is here."""
    at_once: int = FILES_AT_ONCE
    tell: Callable[[str], object] | None = None
    """Hears of a newer version where the server is asked for the list anyway."""

    @property
    def name(self) -> str:
        """Return what the provenance calls it; no user, password or query of the URL is in it."""
        return f"{self.kind}: {shown_url(self.url).rstrip('/')}"

    @property
    def next_step(self) -> str:
        """Return what the user can do when Dataverse refuses."""
        return (
            f"Download the files in a browser from https://doi.org/{self.doi}, keep their folders, "
            "and set VINARCH_MIRROR to a folder that holds them as <archive>/<path>; "
            "see docs/how-to/get-the-data.md."
        )

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return the version's tables, from the list that is kept or else from the server.

        Without a token, those that are restricted are closed.
        """
        kept = None if self.refresh else self._kept_manifest(archive)
        if kept is not None:
            try:
                offers = self._offers(kept, archive)
            except RefusedError as error:
                if isinstance(error, NoneListedError) and kept.files:
                    raise  # the list of a version has no more to tell
            else:
                if not any(file.closed for file in offers):
                    return offers
            # A restriction may have been lifted, a damaged list is mended: ask.
        manifest = self.fetch_manifest(archive)
        self._tell_newer(archive)
        return self._offers(manifest, archive)

    def fetch_manifest(self, archive: Archive) -> Manifest:
        """Page through the version's files, and keep the list.

        Raises
        ------
        RefusedError
            If the server refuses, or its list cannot be used.
        OSError
            If the list cannot be written.
        """
        try:
            files = files_listed(list(self._entries(archive)))
        except ListingError as error:
            raise self._refusal(error.expected, error.got) from error
        manifest = Manifest(
            archive=archive.name,
            doi=self.doi,
            version=archive.version,
            source=self.name,
            fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            files=files,
        )
        if self.kept is not None:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.kept, manifest.to_json())
        return manifest

    def latest_version(self, *, patient: bool = True) -> str:
        """Ask which version of the dataset was published last, such as ``"9.0"``.

        Parameters
        ----------
        patient : bool, default True
            Whether to ask again where that may help.

        Raises
        ------
        RefusedError
            If the server refuses, or tells no version.
        """
        question = self._question(
            f"{self.url.rstrip('/')}/api/datasets/:persistentId/versions/:latest-published",
            "its latest published version",
            {"persistentId": f"doi:{self.doi}", "excludeFiles": "true"},
        )
        envelope = self._ask(question, patient=patient)
        try:
            told = envelope["data"]
            return f"{int(told['versionNumber'])}.{int(told['versionMinorNumber'])}"
        except (KeyError, TypeError, ValueError, OverflowError):
            raise question.refusal("an answer without a version's number") from None

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Stream a file in its original form; only the first question counts as a download."""
        question = self._question(file.location, file.path, {"format": "original"})
        again = replace(question, parameters={"format": "original", "gbrecs": "true"})
        stream(self.session, question, file, target, advance, question_again=again)

    def _tell_newer(self, archive: Archive) -> None:
        """Tell of a newer version; that nobody answers to this is no fault of the fetch."""
        if self.tell is None:
            return
        try:
            latest = self.latest_version(patient=False)
        except RefusedError:
            return
        if is_newer(latest, archive.version):
            self.tell(
                f"{archive.name} {latest} was published. vinarch stays with {archive.version}, "
                "which the data card pins; an own card can name the other, see "
                "docs/reference/data-cards.md."
            )

    def _kept_manifest(self, archive: Archive) -> Manifest | None:
        """Return the list that is kept, None if there is none of this version and place."""
        if self.kept is None:
            return None
        try:
            manifest = Manifest.from_json(self.kept.read_bytes())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        told = (manifest.archive, manifest.doi, manifest.version, manifest.source)
        asked = (archive.name, self.doi, archive.version, self.name)
        return manifest if told == asked else None

    def _offers(self, manifest: Manifest, archive: Archive) -> tuple[OfferedFile, ...]:
        """Return the tables of a manifest."""
        tables = [file for file in manifest.files if archive.role_of(file.path) is not None]
        if not tables:
            raise NoneListedError(
                self.name,
                f"tables of {archive.name} {archive.version}",
                f"{len(manifest.files)} files, none of them a table that the data card names"
                + _examples([file.path for file in manifest.files]),
                self.next_step,
            )
        try:
            check_paths([file.path for file in tables])
        except ListingError as error:
            raise self._refusal(error.expected, error.got) from error
        base = f"{self.url.rstrip('/')}/api/access/datafile"
        closed = Closed(
            "restricted",
            f"Ask for access at https://doi.org/{self.doi}, and set VINARCH_DATAVERSE_TOKEN to "
            "your API token.",
        )
        return tuple(
            OfferedFile(
                file.path,
                file.download_bytes,
                file.checksum,
                f"{base}/{file.id}",
                closed if file.restricted and self.token is None else None,
            )
            for file in tables
        )

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
        question = self._question(
            f"{base}/api/datasets/:persistentId/versions/{archive.version}/files",
            f"the list of files of {archive.name} {archive.version}",
            {
                "persistentId": f"doi:{self.doi}",
                "limit": str(PAGE_FILES),
                "offset": str(offset),
            },
        )
        envelope = self._ask(question)
        total = envelope.get("totalCount")
        if not isinstance(envelope.get("data"), list) or not isinstance(total, int | None):
            raise question.refusal("JSON that is no list of files")
        return envelope

    def _ask(self, question: Question, *, patient: bool = True) -> Mapping[str, Any]:
        envelope = get_json(self.session, question, patient=patient)
        if not isinstance(envelope, dict):
            raise question.refusal("JSON that is no Dataverse answer")
        if envelope.get("status") != "OK":
            said = question.quoted(str(envelope.get("message", "nothing more")))
            raise question.refusal(f'status {envelope.get("status")!r}, saying "{said}"')
        return envelope

    def _question(self, url: str, wanted: str, parameters: Mapping[str, str]) -> Question:
        secrets = {} if self.token is None else {TOKEN_HEADER: self.token}
        return Question(
            url,
            self.name,
            wanted,
            self.next_step,
            parameters,
            secrets=secrets,
            hints=hints_of(f"https://doi.org/{self.doi}", with_token=self.token is not None),
        )

    def _refusal(self, wanted: str, reason: str) -> RefusedError:
        return RefusedError(self.name, wanted, reason, self.next_step)


def is_newer(version: str, than: str) -> bool:
    """Tell whether a version of Dataverse came after another one.

    Examples
    --------
    >>> is_newer("10.0", "9.0"), is_newer("9.0", "9"), is_newer("9.1", "9")
    (True, False, True)
    """
    if not all(part.isdecimal() for one in (version, than) for part in one.split(".")):
        return False
    later, earlier = ([*map(int, one.split(".")), 0][:2] for one in (version, than))
    return later > earlier


def _examples(paths: list[str]) -> str:
    if not paths:
        return ""
    more = ", …" if len(paths) > SHOWN_NAMES else ""
    return " (" + ", ".join(paths[:SHOWN_NAMES]) + more + ")"
