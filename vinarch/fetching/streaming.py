"""Stream one file from a web server: an offer in, its bytes in an open file out.

A transfer that drops goes on where it stopped, at a freshly asked URL, because the one behind a
redirect expires.
Never more bytes are taken than were offered. Checksums are not this module's work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import requests

from vinarch.fetching.offers import wrong_size
from vinarch.fetching.web import PassingError, Question, answering, patiently

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.fetching.offers import OfferedFile

Advance: TypeAlias = "Callable[[int], None]"

BLOCK_BYTES = 65_536
"""A transfer that drops loses its unfinished block; tables are small, so blocks are too."""


@dataclass
class _Transfer:
    session: requests.Session
    question: Question
    offer: OfferedFile
    target: BinaryIO
    advance: Advance
    question_again: Question
    received: int = 0
    reported: int = 0
    answered: bool = False

    def attempt(self) -> None:
        question = self.question_again if self.answered else self.question
        headers = {"Accept-Encoding": "identity"}  # sizes and ranges count published bytes
        if self.received:
            headers["Range"] = f"bytes={self.received}-"
        question = replace(question, headers=headers, accepted=(200, 206, 416))
        with answering(self.session, question) as answer:
            self.answered = True
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                raise wrong_size(self.offer, question.source, f"no more than {self.received} bytes")
            self._go_to_start_of(answer, question)
            start = self.received
            for block in answer.iter_content(BLOCK_BYTES):
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

    def _go_to_start_of(self, answer: requests.Response, question: Question) -> None:
        if answer.status_code == requests.codes.partial_content:
            span = answer.headers.get("Content-Range", "")
            if span.startswith(f"bytes {self.received}-"):
                return
            self._restart()
            raise question.refusal(f"another piece than asked for ({span!r})", PassingError)
        self._restart()

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
            self.advance(received - self.reported)
            self.reported = received


def stream(
    session: requests.Session,
    question: Question,
    offer: OfferedFile,
    target: BinaryIO,
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
    target : binary file
        Open for writing and empty.
    advance : callable
        Told the number of new bytes.
    question_again : Question, optional
        Asked instead of `question` once the server has answered.

    Raises
    ------
    ChecksumError
        If the server sends more bytes than offered, or says that it has fewer.
    RefusedError
        If it refuses, or the transfer drops more often than we have patience.
    """
    transfer = _Transfer(session, question, offer, target, advance, question_again or question)
    patiently(transfer.attempt)
