"""Ask web servers politely: a question in, an open answer or a refusal with its reason out.

Knows our client name, the time-outs, and what must not be sent on or logged.
It knows no archive.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import TYPE_CHECKING, Any

import requests
import urllib3

from vinarch.errors import RefusedError
from vinarch.fetching.addresses import host_of
from vinarch.fetching.pace import USUAL_PACE, CrawlError, pieces_of
from vinarch.fetching.patience import patiently
from vinarch.fetching.refusals import Question, refuse, refuse_challenge
from vinarch.fetching.telling import StoppedError
from vinarch.fetching.troubles import translate
from vinarch.fetching.waking import WakingAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vinarch.fetching.pace import Pace
    from vinarch.fetching.sitting import Answers

TIMEOUT_SECONDS = (10.0, 60.0)
"""To connect, and between two pieces of an answer."""

TOKEN_HEADER = "X-Dataverse-key"  # noqa: S105 - its name, not its value

_QUERY = re.compile(r"\?[^\s\"'<>]*")

_WIRE_LOGGER = logging.getLogger("urllib3.connectionpool")
"""Tells every address that is asked, queries included, to those who listen at level DEBUG."""


class WebSession(requests.Session):
    """A session that says who we are, keeps the token at its host, and logs no query."""

    def __init__(self, answers: Answers | None = None, pace: Pace = USUAL_PACE) -> None:
        super().__init__()
        self.answers = answers
        self.headers["User-Agent"] = client_name()
        self._connections = WakingAdapter(pace)
        for scheme in ("http://", "https://"):
            self.mount(scheme, self._connections)
        self._hiding = _QueriesHidden()
        _WIRE_LOGGER.addFilter(self._hiding)

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Take the token out of a request that is redirected to another host or port."""
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        before, after = response.request.url, prepared_request.url
        elsewhere = self.should_strip_auth(before, after)  # type: ignore[no-untyped-call]
        if elsewhere:
            prepared_request.headers.pop(TOKEN_HEADER, None)

    def abandon(self) -> None:
        """End all transfers at once, in whatever thread; nothing more can be asked."""
        self._connections.end()

    @property
    def abandoned(self) -> bool:
        """Tell whether it was."""
        return self._connections.ended.is_set()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the session is abandoned.

        Raises
        ------
        StoppedError
            If it is.
        """
        if self._connections.ended.wait(seconds):
            raise StoppedError

    def close(self) -> None:
        """Close the connections and stop watching the log."""
        _WIRE_LOGGER.removeFilter(self._hiding)
        super().close()


class _QueriesHidden(logging.Filter):
    """Keeps signatures of addresses out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _QUERY.sub("?…", value) if isinstance(value, str) else value
                for value in record.args
            )
        return True


def own_version() -> str:
    """Return the version of this package; empty where it is not installed, but only unpacked."""
    try:
        return version("vinarch")
    except PackageNotFoundError:
        return ""


def client_name() -> str:
    """Return our User-Agent: name, version and, if the package has one, the project's URL."""
    try:
        package = metadata("vinarch")
    except PackageNotFoundError:  # a bare checkout on the path
        return "vinarch"
    urls = [entry.rpartition(",")[2].strip() for entry in package.get_all("Project-URL") or ()]
    return f"vinarch/{package['Version']}" + (f" (+{urls[0]})" if urls else "")


def web_session(answers: Answers | None = None, pace: Pace = USUAL_PACE) -> WebSession:
    """Return a session for one fetch; the caller closes it.

    Proxies and certificates are those of the environment, as the library requests reads it.

    Parameters
    ----------
    answers : Answers, optional
        The JSON and the refusals of an earlier session of the same fetch; added to. Without it
        each question is asked, however often it comes.
    pace : Pace, optional
        How slowly a server may answer.
    """
    return WebSession(answers, pace)


def get_json(session: requests.Session, question: Question, *, patient: bool = True) -> Any:
    """Return the JSON that a URL gives, trying again where that may help.

    Parameters
    ----------
    session : requests.Session
        One with answers is asked each question once.
    question : Question
        What is asked.
    patient : bool, default True
        Whether to try again.

    Raises
    ------
    NotFoundError
        If the server does not have it.
    RefusedError
        If it does not answer, refuses, or answers with something else than JSON.
    """
    answers = session.answers if isinstance(session, WebSession) else None
    key = (question.url, *(f"{name}={value}" for name, value in question.parameters.items()))
    if answers is not None and key in answers:
        if isinstance(answers[key], RefusedError):
            raise answers[key]
        return answers[key]

    def attempt() -> Any:
        with answering(session, question) as answer:
            try:
                return json.loads(b"".join(pieces_of(answer)))
            except (ValueError, RecursionError):  # no JSON, a number too long, nested too deep
                kind = answer.headers.get("Content-Type", "no Content-Type")
                raise question.refusal(f"an answer that is no JSON ({kind})") from None

    try:
        answer = patiently(attempt) if patient else attempt()
    except RefusedError as error:
        if answers is not None:
            answers[key] = error
        raise
    if answers is not None:
        answers[key] = answer
    return answer


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
            refuse_challenge(question, answer)
            if answer.status_code not in question.accepted:
                refuse(question, answer)
            yield answer
    except (requests.RequestException, urllib3.exceptions.HTTPError, CrawlError) as error:
        # Not chained: the text of such an error quotes the URL that a redirect led to.
        raise translate(question, error) from None


def _get(session: requests.Session, question: Question) -> requests.Response:
    if isinstance(session, WebSession) and session.abandoned:
        raise StoppedError
    try:
        return session.get(
            question.url,
            params=question.parameters,
            headers={**question.headers, **question.secrets},
            stream=True,
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException:
        raise
    except ValueError:
        # Not chained: it quotes where a redirect leads, and what is no URL can still be signed.
        raise question.refusal(
            f"an address of {host_of(question.url)}, or where it leads to, that is no URL"
        ) from None
    except OSError as error:
        # Such as a CA bundle that is not there: no fault of the folder that we write to.
        raise question.refusal(f"no way to ask {host_of(question.url)}: {error}") from error
