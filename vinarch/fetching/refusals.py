"""Why a server's answer is not the file: an answer in, the error that says so out.

Each reason has a class of its own below `RefusedError`, so that the next source is asked; those
that may pass are told apart, so that another try is made.
Quotes a server's own message, and of an address no more than its host: what a redirect leads to is
signed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NoReturn

import requests

from vinarch.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LONGEST_MESSAGE = 200
"""Characters that we quote of a server's own message."""

_QUERY = re.compile(r"(https?://[^\s?]*)\?\S*", re.IGNORECASE)

_MESSAGE_BYTES = 65_536

_FIRST_FAILURE = 500
_LAST_FAILURE = 599


class AnsweredError(RefusedError):
    """The server answered with a status that is no file."""

    hint = ""
    """What helps against this status at this source; empty where nothing special does."""


class GuestbookError(AnsweredError):
    """The files are given only to those who fill in a guestbook (400)."""


class LoginError(AnsweredError):
    """The server wants a login, or does not know the one that it got (401)."""


class ForbiddenError(AnsweredError):
    """The server refuses the file, or our client (403)."""


class NotFoundError(AnsweredError):
    """The server answered, and does not have what it was asked for (404)."""


class TooManyRequestsError(AnsweredError):
    """The server is asked too often (429), and went on saying so."""


class ChallengeError(AnsweredError):
    """A firewall wants a challenge solved that only a browser can solve."""


class PageError(AnsweredError):
    """A web page came in place of the file."""


class EmptyAnswerError(AnsweredError):
    """Nothing came in place of the file."""


class RestrictedError(RefusedError):
    """The list of files says that some are not public."""

    hint = ""
    """What helps."""
    leaves_some: bool = False
    """Whether what is public may come without the rest."""


class NoneListedError(RefusedError):
    """The list of files came, and has none of those that are wanted."""


class PassingError(AnsweredError):
    """A refusal that may pass, so that another try is worth while."""

    retry_after_seconds: float | None = None
    most_retries: int | None = None
    """Fewer than usual, where the next source is the better hope."""
    lasting: type[RefusedError] = RefusedError
    """What it is called if it does not pass."""


class SlowError(PassingError):
    """The server answers, but so slowly that another is the better hope."""

    most_retries = 1


@dataclass(frozen=True)
class Question:
    """One GET, and the words for its refusal."""

    url: str
    source: str
    """Who is asked, as the provenance names it."""
    wanted: str
    """What is asked for, as the error names it."""
    next_step: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: Collection[int] = (200,)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """More headers, for the host of the URL only; never shown."""
    hints: Mapping[int, str] = field(default_factory=dict, repr=False)
    """The next step for a status where that is another than `next_step`."""

    def refusal(self, reason: str, kind: type[RefusedError] = RefusedError) -> RefusedError:
        """Return the error that says why the question got no answer."""
        return kind(self.source, self.wanted, self.hidden(reason), self.next_step)

    def hidden(self, text: str) -> str:
        """Return a text in which none of our secrets is left."""
        for secret in filter(None, self.secrets.values()):
            text = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE)
        return text

    def quoted(self, text: str) -> str:
        """Return a server's own words as we quote them: without secrets and queries, and short."""
        return shorten(_QUERY.sub(r"\1?…", self.hidden(text)))


_KINDS: Mapping[int, type[AnsweredError]] = {
    401: LoginError,
    403: ForbiddenError,
    404: NotFoundError,
}

_MEANINGS = {
    401: "it asks for a login",
    403: "it forbids the file, or our client name",
    404: "it does not have this",
    407: "the proxy asks for a login, as in https_proxy=http://user:password@host:port",
    408: "it waited too long for our question",
    429: "too many requests",
    500: "the server failed",
    502: "the server behind it does not answer",
    503: "the service is down or busy",
    504: "the server behind it took too long",
}


def may_pass(status: int) -> bool:
    """Tell whether the same question may get an answer a little later."""
    return (
        status in {requests.codes.request_timeout, requests.codes.too_many_requests}
        or _FIRST_FAILURE <= status <= _LAST_FAILURE
    )


def refuse(question: Question, answer: requests.Response) -> NoReturn:
    """Raise the error that a status means.

    Raises
    ------
    PassingError
        If another try is worth while.
    RefusedError
        If not.
    """
    refuse_challenge(question, answer)
    status = answer.status_code
    meaning = _MEANINGS.get(status)
    message = question.quoted(_message_in(answer))
    reason = f"status {status}" + (f": {meaning}" if meaning else "")
    reason += f', saying "{message}"' if message else ""
    kind = _KINDS.get(status, AnsweredError)
    if status == requests.codes.bad_request and "guestbook" in message.lower():
        kind = GuestbookError
    if may_pass(status):
        kind = PassingError
    error = _worded(question, reason, kind, status)
    if isinstance(error, PassingError):
        error.retry_after_seconds = _retry_after(answer.headers.get("Retry-After", ""))
        if status == requests.codes.too_many_requests:
            error.lasting = TooManyRequestsError
    raise error


def refuse_challenge(question: Question, answer: requests.Response) -> None:
    """Raise an error if a firewall answered; trying again does not help there.

    Raises
    ------
    ChallengeError
        Whatever the status is: 202, 405 and 200 were seen.
    """
    if "x-amzn-waf-action" in answer.headers:
        raise question.refusal(
            f"status {answer.status_code}: its firewall wants a challenge solved (AWS WAF), "
            "which only a browser can",
            ChallengeError,
        )


def hint_of(error: RefusedError) -> str:
    """Return what helps against a refusal; empty where nothing special does."""
    return error.hint if isinstance(error, AnsweredError | RestrictedError) else ""


def settled(error: PassingError, reason: str) -> RefusedError:
    """Return what a refusal that did not pass is called."""
    final = error.lasting(error.where, error.expected, reason, error.next_step)
    if isinstance(final, AnsweredError):
        final.hint = error.hint
    return final


def shorten(text: str) -> str:
    """Return a server's words on one line, cut where they grow long."""
    # Half a pair of surrogates could be written nowhere.
    line = " ".join(text.encode(errors="replace").decode().split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def _worded(
    question: Question, reason: str, kind: type[AnsweredError], status: int
) -> AnsweredError:
    hint = question.hints.get(status, "")
    error = kind(question.source, question.wanted, reason, hint or question.next_step)
    error.hint = hint
    return error


def _message_in(answer: requests.Response) -> str:
    try:
        message = json.loads(next(answer.iter_content(_MESSAGE_BYTES), b""))["message"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return str(message)


def _retry_after(text: str) -> float | None:
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
