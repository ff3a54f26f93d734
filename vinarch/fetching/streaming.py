"""Stream one file from a web server: an offer in, its bytes in an open file out.

A transfer that drops goes on where it stopped, at a freshly asked URL, because the one behind a
redirect expires.
What is not the file is refused before a byte of it is written, and never more bytes are taken than
were offered. Checksums are not this module's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeAlias

import requests
import urllib3

from vinarch.fetching.offers import wrong_size
from vinarch.fetching.pace import CrawlError, pieces_of
from vinarch.fetching.patience import patiently
from vinarch.fetching.refusals import EmptyAnswerError, PageError, PassingError
from vinarch.fetching.web import WebSession, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.refusals import Question

Advance: TypeAlias = "Callable[[int], None]"

BLOCK_BYTES = 2**20
"""What is written and hashed at once; what came of a block before a drop is not lost."""

_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)

_PAGE_SUFFIXES = (".htm", ".html", ".xhtml")

_SPAN = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class Target(Protocol):
    """What a transfer needs of an open file; its position says how much is there already."""

    def tell(self) -> int:
        """Return the number of bytes that are there."""

    def write(self, block: bytes, /) -> int:
        """Add bytes at the end."""

    def seek(self, place: int, /) -> int:
        """Go to the start, before it is cut there."""

    def truncate(self) -> int:
        """Forget everything behind the position."""


@dataclass
class _Transfer:
    session: requests.Session
    question: Question
    offer: OfferedFile
    target: Target
    advance: Advance
    question_again: Question
    received: int = 0
    reported: int = 0
    answered: bool = False
    refused_ranges: int = 0

    def attempt(self) -> None:
        question = self.question_again if self.answered or self.received else self.question
        headers = {"Accept-Encoding": "identity"}  # sizes and ranges count published bytes
        if self.received:
            headers["Range"] = f"bytes={self.received}-"
        question = replace(question, headers=headers, accepted=(200, 206, 416))
        with answering(self.session, question) as answer:
            self.answered = True
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                self._discard(question)
            blocks = _blocks_of(answer)
            first = next(blocks, b"")
            self._refuse_what_is_no_file(answer, first, question)
            self._go_to_start_of(answer, question)
            start = self.received
            for block in chain((first,), blocks):
                self._write(block)
            whole = answer.headers.get("Content-Length") == str(self.received - start)
        size = self.offer.size_bytes
        if size is not None and self.received < size:
            if whole:
                raise wrong_size(self.offer, question.source, f"{self.received} bytes")
            raise PassingError(
                question.source,
                f"{size} bytes of {self.offer.path}",
                f"a connection that dropped after {self.received} bytes",
                question.next_step,
            )

    def furthest(self) -> int:
        return self.reported

    def _discard(self, question: Question) -> None:
        """Begin again where the server knows no such range; if it says so twice, it is too short.

        A part can be longer than the file if what it was begun from is no longer there.
        """
        self.refused_ranges += 1
        if self.refused_ranges > 1 or not self.received:
            raise wrong_size(self.offer, question.source, f"no more than {self.received} bytes")
        got = f"status 416: no bytes behind {self.received}"
        self._restart()
        raise question.refusal(got, PassingError)

    def _refuse_what_is_no_file(
        self, answer: requests.Response, first: bytes, question: Question
    ) -> None:
        if not first and self.offer.size_bytes != self.received:
            raise question.refusal("an empty answer", EmptyAnswerError)
        if self.offer.path.lower().endswith(_PAGE_SUFFIXES):
            return
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        begins_as_page = answer.status_code == requests.codes.ok and _PAGE.match(first)
        if kind in {"text/html", "application/xhtml+xml"} or begins_as_page:
            raise question.refusal("a web page (HTML) in place of the file", PageError)

    def _go_to_start_of(self, answer: requests.Response, question: Question) -> None:
        if answer.status_code == requests.codes.partial_content:
            span = answer.headers.get("Content-Range", "")
            if self._is_the_rest(span):
                return
            self._restart()
            raise question.refusal(f"another piece than asked for ({span!r})", PassingError)
        self._restart()

    def _is_the_rest(self, span: str) -> bool:
        match = _SPAN.fullmatch(span.strip())
        if match is None or int(match[1]) != self.received:
            return False
        return match[2] == "*" or self.offer.size_bytes in {None, int(match[2])}

    def _restart(self) -> None:
        self.received = 0
        self.target.seek(0)
        self.target.truncate()

    def _write(self, block: bytes) -> None:
        received = self.received + len(block)
        if self.offer.size_bytes is not None and received > self.offer.size_bytes:
            raise wrong_size(self.offer, self.question.source, f"{received} bytes and perhaps more")
        self.target.write(block)
        self.received = received
        # After a restart the same bytes come again, and are told only once.
        if received > self.reported:
            amount, self.reported = received - self.reported, received
            self.advance(amount)


def stream(
    session: requests.Session,
    question: Question,
    offer: OfferedFile,
    target: Target,
    advance: Advance,
    *,
    question_again: Question | None = None,
) -> None:
    """Write the bytes of an offered file into an open file.

    Parameters
    ----------
    session : requests.Session
        From `vinarch.fetching.web.web_session`.
    question : Question
        Asks for the whole file.
    offer : OfferedFile
        Its size is the limit.
    target : Target
        Open for writing at its end; what it holds already is not asked for again.
    advance : callable
        Told the number of new bytes.
    question_again : Question, optional
        Asked instead of `question` once the server has answered, and to go on with what the
        target holds.

    Raises
    ------
    ChecksumError
        If the server sends more bytes than offered, or says that it has fewer.
    RefusedError
        If it refuses, or the transfer drops more often than we have patience.
    """
    held = target.tell()
    transfer = _Transfer(
        session, question, offer, target, advance, question_again or question, held, held
    )
    pause = session.pause if isinstance(session, WebSession) else None
    patiently(transfer.attempt, transfer.furthest, pause)


def _blocks_of(answer: requests.Response) -> Iterator[bytes]:
    """Yield an answer in whole blocks; before a drop is told, what came until then."""
    gathered = bytearray()
    try:
        for piece in pieces_of(answer):
            gathered += piece
            if len(gathered) >= BLOCK_BYTES:
                yield bytes(gathered)
                gathered.clear()
    except (urllib3.exceptions.HTTPError, CrawlError):
        if gathered:
            yield bytes(gathered)
        raise
    if gathered:
        yield bytes(gathered)
