"""Small questions that a live check puts to servers: a question in, the bare answer out.

Other than a fetch it looks at one answer at a time, follows a redirect only when told to, and takes
no more bytes than it needs. Judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import requests
import urllib3

from vinarch.fetching.addresses import host_of
from vinarch.fetching.pace import CrawlError
from vinarch.fetching.patience import patiently
from vinarch.fetching.refusals import may_pass, refuse, refuse_challenge
from vinarch.fetching.troubles import translate
from vinarch.fetching.web import TIMEOUT_SECONDS, answering

if TYPE_CHECKING:
    from vinarch.fetching.refusals import Question

_SPAN = re.compile(r"bytes (\d+)-(\d+)/(\d+)")

Finish: TypeAlias = Callable[[], None]


@dataclass(frozen=True)
class Piece:
    """What came for a Range."""

    status: int
    span: tuple[int, int, int] | None
    """First byte, last byte and size of the whole, None where no Content-Range told them."""
    length: int | None
    """Content-Length."""
    body: bytes

    @property
    def size_bytes(self) -> int | None:
        """Return the size of the whole file, as the answer tells it."""
        return self.span[2] if self.span else self.length

    def told(self) -> str:
        """Say the status and the size."""
        size = "no size" if self.size_bytes is None else f"{self.size_bytes:,} bytes"
        return f"status {self.status}, {size}"


def piece_of(
    session: requests.Session, question: Question, start: int, stop: int | None = None
) -> Piece:
    """Ask for the bytes of a file from one to another, or to the end as a continuation does.

    Raises
    ------
    RefusedError
        For a status other than 200, 206 and 416.
    """
    span = f"bytes={start}-" + ("" if stop is None else f"{stop - 1}")
    most = None if stop is None else stop - start
    asked = replace(
        question,
        headers={"Range": span, "Accept-Encoding": "identity"},
        accepted=(200, 206, 416),
    )

    def ask() -> Piece:
        with answering(session, asked) as answer:
            match = _SPAN.fullmatch(answer.headers.get("Content-Range", "").strip())
            length = answer.headers.get("Content-Length", "")
            return Piece(
                answer.status_code,
                (int(match[1]), int(match[2]), int(match[3])) if match else None,
                int(length) if length.isdecimal() else None,
                answer.raw.read(most) if answer.status_code == requests.codes.partial else b"",
            )

    return patiently(ask)


@dataclass(frozen=True)
class Redirect:
    """Where a download is sent on to."""

    status: int
    address: str = field(repr=False)
    """Signed, so it is never shown; empty where there is none."""

    @property
    def host(self) -> str:
        """Return host and port of the address, which may be shown."""
        return host_of(self.address)

    @property
    def scheme(self) -> str:
        """Return the address's scheme, ``http`` or ``https`` if it is one of the web."""
        return self.address.partition(":")[0].lower() if ":" in self.address else ""


def redirect_of(session: requests.Session, question: Question) -> Redirect:
    """Ask for a file without following the redirect, and take none of its bytes.

    Raises
    ------
    RefusedError
        For a status that is no redirect and no file.
    """

    def ask() -> Redirect:
        with _unfollowed(session, question) as answer:
            return Redirect(answer.status_code, answer.headers.get("Location", ""))

    return patiently(ask)


@dataclass
class Counted:
    """How a host answered all questions so far."""

    host: str
    answers: int = 0
    impatient: int = 0
    """Answers that asked for patience."""
    longest_wait: str = ""
    """The last Retry-After that was told."""

    def note(self, answer: requests.Response, **_: object) -> None:
        """Count an answer; a hook of a session."""
        if host_of(answer.url) != self.host:
            return
        self.answers += 1
        if may_pass(answer.status_code) or "Retry-After" in answer.headers:
            self.impatient += 1
            self.longest_wait = answer.headers.get("Retry-After", "") or self.longest_wait


@contextmanager
def counting(session: requests.Session, url: str) -> Iterator[Counted]:
    """Count how the host of a URL answers."""
    counted = Counted(host_of(url))
    hooks = session.hooks["response"]
    hooks.append(counted.note)
    try:
        yield counted
    finally:
        hooks.remove(counted.note)


@contextmanager
def _unfollowed(session: requests.Session, question: Question) -> Iterator[requests.Response]:
    try:
        with session.get(
            question.url,
            params=question.parameters,
            headers={**question.headers, **question.secrets},
            stream=True,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        ) as answer:
            refuse_challenge(question, answer)
            if not answer.ok:  # a redirect counts as such
                refuse(question, answer)
            yield answer
    except (requests.RequestException, urllib3.exceptions.HTTPError, CrawlError) as error:
        raise translate(question, error) from None
    except ValueError:
        # The library looks at the next address even where it does not go there.
        raise question.refusal("a redirect to an address that cannot be read") from None
