"""Ask web servers politely: a URL in, an open answer or a refusal with its reason out.

Knows our client name, which refusals may pass, and how long to wait for that.
It never quotes where a redirect led beyond the host: such URLs are signed.
It knows no archive.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

import requests
import urllib3

from vinarch.errors import RefusedError
from vinarch.fetching.addresses import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

T = TypeVar("T")

WAITS_SECONDS = (1.0, 5.0, 20.0)
"""Between the first try and the second, and so on: one try more than there are waits."""

LONGEST_WAIT_SECONDS = 120.0
"""A server that asks for more patience (Retry-After) counts as refusing."""

TIMEOUT_SECONDS = (10.0, 60.0)
"""To connect, and between two pieces of an answer."""

PASSING_STATUSES = frozenset({429, 502, 503, 504})

LONGEST_MESSAGE = 200
"""Characters that we quote of a server's own message."""

_MESSAGE_BYTES = 65_536

_MEANINGS = {
    401: "it asks for a login",
    403: "it forbids the file, or our client name",
    404: "it does not have this",
    429: "too many requests",
    500: "the server failed",
    502: "the server behind it does not answer",
    503: "the service is down or busy",
    504: "the server behind it took too long",
}


class NotFoundError(RefusedError):
    """The server answered, and does not have what it was asked for (404)."""


class PassingError(RefusedError):
    """A refusal that may pass, so that another try is worth while."""

    retry_after_seconds: float | None = None


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

    def refusal(self, reason: str, kind: type[RefusedError] = RefusedError) -> RefusedError:
        """Return the error that says why the question got no answer."""
        return kind(self.source, self.wanted, reason, self.next_step)


def client_name() -> str:
    """Return our User-Agent: name, version and, if the package has one, the project's URL."""
    try:
        package = metadata("vinarch")
    except PackageNotFoundError:  # a bare checkout on the path
        return "vinarch"
    urls = [entry.rpartition(",")[2].strip() for entry in package.get_all("Project-URL") or ()]
    return f"vinarch/{package['Version']}" + (f" (+{urls[0]})" if urls else "")


def web_session() -> requests.Session:
    """Return a session that says who we are; the caller closes it."""
    session = requests.Session()
    session.headers["User-Agent"] = client_name()
    return session


def patiently(attempt: Callable[[], T]) -> T:
    """Try until it works or patience ends.

    Parameters
    ----------
    attempt : callable
        Raises `PassingError` where another try is worth while.

    Raises
    ------
    RefusedError
        The last refusal, with the number of tries.
    """
    for wait in WAITS_SECONDS:
        try:
            return attempt()
        except PassingError as error:
            asked_for = error.retry_after_seconds
            if asked_for is not None and asked_for > LONGEST_WAIT_SECONDS:
                raise RefusedError(
                    error.where,
                    error.expected,
                    f"{error.got}; it asks to come back in {asked_for:.0f} seconds",
                    error.next_step,
                ) from None
            time.sleep(wait if asked_for is None else asked_for)
    try:
        return attempt()
    except PassingError as error:
        tries = len(WAITS_SECONDS) + 1
        raise RefusedError(
            error.where, error.expected, f"{error.got} (tried {tries} times)", error.next_step
        ) from None


def get_json(session: requests.Session, question: Question) -> Any:
    """Return the JSON that a URL gives, trying again where that may help.

    Raises
    ------
    NotFoundError
        If the server does not have it.
    RefusedError
        If it does not answer, refuses, or answers with something else than JSON.
    """

    def attempt() -> Any:
        with answering(session, question) as answer:
            try:
                return answer.json()
            except requests.JSONDecodeError:
                kind = answer.headers.get("Content-Type", "no Content-Type")
                raise question.refusal(f"an answer that is no JSON ({kind})") from None

    return patiently(attempt)


@contextmanager
def answering(session: requests.Session, question: Question) -> Iterator[requests.Response]:
    """Open one answer as a stream; trouble while it is read is translated as well.

    Raises
    ------
    PassingError
        If another try is worth while.
    RefusedError
        If not.
    """
    try:
        with _get(session, question) as answer:
            if answer.status_code not in question.accepted:
                _refuse(question, answer)
            yield answer
    except requests.RequestException as error:
        # Not chained: the text of such an error quotes the URL that a redirect led to.
        raise _translate(question, error) from None


def _get(session: requests.Session, question: Question) -> requests.Response:
    try:
        return session.get(
            question.url,
            params=question.parameters,
            headers=question.headers,
            stream=True,
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException:
        raise
    except OSError as error:
        # Such as a CA bundle that is not there: no fault of the folder that we write to.
        raise question.refusal(f"no way to ask {host_of(question.url)}: {error}") from error


def _refuse(question: Question, answer: requests.Response) -> NoReturn:
    status = answer.status_code
    if "x-amzn-waf-action" in answer.headers:
        raise question.refusal(
            f"status {status}: its firewall wants a challenge solved (AWS WAF), "
            "which only a browser can"
        )
    meaning = _MEANINGS.get(status)
    message = _message_in(answer)
    reason = f"status {status}" + (f": {meaning}" if meaning else "")
    reason += f', saying "{message}"' if message else ""
    if status not in PASSING_STATUSES:
        raise question.refusal(
            reason, NotFoundError if status == requests.codes.not_found else RefusedError
        )
    passing = PassingError(question.source, question.wanted, reason, question.next_step)
    passing.retry_after_seconds = _retry_after(answer.headers.get("Retry-After", ""))
    raise passing


def _message_in(answer: requests.Response) -> str:
    try:
        message = json.loads(next(answer.iter_content(_MESSAGE_BYTES), b""))["message"]
    except (ValueError, TypeError, KeyError):
        return ""
    return shorten(str(message))


def shorten(text: str) -> str:
    """Return a server's words on one line, cut where they grow long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


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


def _translate(question: Question, error: requests.RequestException) -> RefusedError:
    request = getattr(error, "request", None)
    host = host_of((request and request.url) or question.url)
    cause = error.args[0] if error.args else None
    cause = getattr(cause, "reason", None) or cause
    said = getattr(getattr(cause, "__cause__", None), "strerror", None) or "it cannot be reached"
    for kinds, words, refusal in _TROUBLES:
        if isinstance(error, kinds) or isinstance(cause, kinds):
            return question.refusal(words.format(host=host, said=said), refusal)
    return question.refusal(f"a request to {host} that failed with {type(error).__name__}")


_Kinds: TypeAlias = tuple[type[Exception], ...]

_NO_ADDRESS = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)

_TROUBLES: tuple[tuple[_Kinds, str, type[RefusedError]], ...] = (
    (_NO_ADDRESS, "an address that is no http(s) URL", RefusedError),
    (
        (requests.Timeout, urllib3.exceptions.ReadTimeoutError),
        "no answer from {host} in time",
        PassingError,
    ),
    ((requests.exceptions.SSLError,), "no trustworthy TLS connection to {host}", RefusedError),
    ((requests.exceptions.ProxyError,), "the proxy gives no connection to {host}", RefusedError),
    (
        (urllib3.exceptions.NameResolutionError,),
        "the host name of {host} is unknown",
        RefusedError,
    ),
    (
        (urllib3.exceptions.NewConnectionError,),
        "no connection to {host}: {said}",
        RefusedError,
    ),
    (
        (requests.ConnectionError, requests.exceptions.ChunkedEncodingError),
        "the connection to {host} dropped",
        PassingError,
    ),
)
"""The first row that fits the error, or the cause inside it, words the refusal."""
