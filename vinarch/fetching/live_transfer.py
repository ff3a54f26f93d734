"""Whether files come as the fetch layer takes for granted: redirects, ranges, sizes, checksums.

A place and files that it offers in, checks out as they are made. Takes the smallest table whole,
and of other files one byte; keeps nothing.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from vinarch.errors import VinarchError
from vinarch.fetching.live_tables import tables_in
from vinarch.fetching.offers import OfferedFile, hold_against
from vinarch.fetching.probing import piece_of, redirect_of
from vinarch.fetching.refusals import GuestbookError, LoginError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from vinarch.fetching.live_deposit import Deposit
    from vinarch.fetching.live_notes import Finding, LiveCheck, Notes
    from vinarch.fetching.manifest import Manifest, ManifestFile
    from vinarch.fetching.refusals import Question
    from vinarch.fetching.sources import Source

_DIRECT = "it sends the file itself, from no storage behind it"

_HURDLES = {
    GuestbookError: "The deposit has a guestbook: ask its authors to take it away for the tables. "
    "A fetch goes to the companions meanwhile.",
    LoginError: "Set VINARCH_DATAVERSE_TOKEN to a token that may read it, and check again.",
}


@dataclass(frozen=True)
class _Download:
    """One file of the deposit, as it is asked for."""

    deposit: Deposit
    file: ManifestFile

    @property
    def question(self) -> Question:
        """Return what continuations ask, which counts as no download."""
        dataverse = self.deposit.dataverse
        address = f"{dataverse.url.rstrip('/')}/api/access/datafile/{self.file.id}"
        parameters = {"format": "original", "gbrecs": "true"}
        return self.deposit.question(address, self.file.path, parameters)

    @property
    def offer(self) -> OfferedFile:
        """Return the file as it is downloaded."""
        return OfferedFile(
            self.file.path, self.file.download_bytes, self.file.checksum, self.question.url
        )


def transfer_checks(deposit: Deposit, notes: Notes, manifest: Manifest) -> Iterator[LiveCheck]:
    """Try how a deposit gives its files."""
    session, may = deposit.dataverse.session, deposit.dataverse.token is not None
    open_files = [file for file in manifest.files if may or not file.restricted]
    tables = [file for file in tables_in(deposit.archive, manifest) if file in open_files]
    if not tables:
        return
    table = _Download(deposit, _smallest(tables))
    yield from _redirect_checks(table, notes)
    body = yield from whole_check(deposit.dataverse, table.offer, notes, "download-whole")
    known = deposit.archive.known_sha256(table.file.path)
    if body is not None and known is not None:
        got = hashlib.sha256(body).hexdigest()
        told = f"{table.file.path}: {got}" + ("" if got == known else f", the card {known}")
        yield notes.write("card-bytes", got == known, told)
    else:
        reason = "it did not come" if body is None else "the card has no SHA-256 of it"
        yield notes.write("card-bytes", None, f"{table.file.path}: {reason}")
    for name, kind, ingested in (
        ("download-original", "ingested table", True),
        ("download-plain", "file but ingested ones", False),
    ):
        sized = [
            file
            for file in (tables if ingested else open_files)
            if file.ingested == ingested and file.download_bytes
        ]
        if not sized:
            yield notes.write(name, None, f"there is no open {kind}")
            continue
        one = _Download(deposit, _smallest(sized))
        yield notes.attempt(name, partial(_size, session, one.question, one.offer))
    if body is not None:
        size = len(body)
        yield range_check(session, table.question, body, notes, "download-range")
        yield notes.attempt("download-past-end", lambda: _past_end(session, table.question, size))


def whole_check(
    source: Source, offer: OfferedFile, notes: Notes, name: str
) -> Generator[LiveCheck, None, bytes | None]:
    """Download a file whole, held against its offer, and return it if it is right."""
    try:
        body = taken_from(source, offer)
    except VinarchError as error:
        yield notes.write(name, False, f"{offer.path}: {error.got}")  # noqa: FBT003
        return None
    yield notes.write(name, True, f"{offer.path}, {len(body):,} bytes")  # noqa: FBT003
    return body


def taken_from(source: Source, offer: OfferedFile) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    ChecksumError
        If they are not those that were offered.
    RefusedError
        From the source.
    """
    landing = io.BytesIO()
    source.deliver(offer, landing, lambda _: None)
    body = landing.getvalue()
    digests = {}
    if offer.checksum is not None:
        algorithm = offer.checksum.algorithm
        digests[algorithm] = hashlib.new(algorithm, body, usedforsecurity=False).hexdigest()
    hold_against(offer, source.name, len(body), digests)
    return body


def range_check(
    session: requests.Session, question: Question, body: bytes, notes: Notes, name: str
) -> LiveCheck:
    """Ask for the second half of a file that is here."""
    start, size = len(body) // 2, len(body)

    def probe() -> Finding:
        if not start:
            return None, f"a file of {size} bytes has no half"
        piece = piece_of(session, question, start)
        told = piece.told()
        if piece.span != (start, size - 1, size):
            return False, f"{told}, no Content-Range of bytes {start}-{size - 1}/{size}"
        right = piece.body == body[start:]
        return right, told + ("" if right else ", other bytes than the whole has there")

    return notes.attempt(name, probe)


def _redirect_checks(table: _Download, notes: Notes) -> Iterator[LiveCheck]:
    session, question = table.deposit.dataverse.session, table.question
    try:
        first, second = redirect_of(session, question), redirect_of(session, question)
    except VinarchError as error:
        step = next((step for kind, step in _HURDLES.items() if isinstance(error, kind)), "")
        yield notes.write("download-open", False, f"{table.file.path}: {error.got}", step)  # noqa: FBT003
        return
    yield notes.write("download-open", True, table.file.path)  # noqa: FBT003
    if first.status == requests.codes.ok:
        for name in ("download-redirect", "download-fresh"):
            yield notes.write(name, None, _DIRECT)
        return
    own = urlsplit(question.url).scheme
    safe = first.scheme == "https" or first.scheme == own == "http"
    told = f"status {first.status} to {first.scheme or 'no address'}"
    yield notes.write("download-redirect", safe, f"{told}, {first.host}" if first.scheme else told)
    fresh = first.address != second.address
    yield notes.write(
        "download-fresh", fresh, "two questions, two addresses" if fresh else "the same one twice"
    )


def _smallest(files: Sequence[ManifestFile]) -> ManifestFile:
    """Return the smallest file; those of unknown size come last."""
    return min(files, key=lambda file: (file.download_bytes is None, file.download_bytes or 0))


def _size(session: requests.Session, question: Question, offer: OfferedFile) -> Finding:
    piece = piece_of(session, question, 0, 1)
    told = f"{offer.path}: {piece.told()}, {offer.size_bytes:,} are published"
    return piece.size_bytes == offer.size_bytes, told


def _past_end(session: requests.Session, question: Question, size: int) -> Finding:
    piece = piece_of(session, question, size)
    return piece.status == requests.codes.requested_range_not_satisfiable, f"status {piece.status}"
