"""Why a question got no answer, or half of one: the library's error in, our refusal out.

Quotes of an address no more than its host: what a redirect leads to is signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import requests
import urllib3
from requests.utils import get_environ_proxies, select_proxy
from urllib3.util import parse_url

from vinarch.errors import RefusedError
from vinarch.fetching.addresses import host_of
from vinarch.fetching.pace import CrawlError
from vinarch.fetching.refusals import PassingError, SlowError

if TYPE_CHECKING:
    from vinarch.fetching.refusals import Question


def translate(
    question: Question,
    error: requests.RequestException | urllib3.exceptions.HTTPError | CrawlError,
) -> RefusedError:
    """Return the error for a question that got no answer, or half of one."""
    if isinstance(error, CrawlError):
        return question.refusal(str(error), SlowError)
    request = getattr(error, "request", None)
    host = host_of((request and request.url) or question.url)
    if isinstance(error, requests.exceptions.InvalidURL) and _has_bad_proxy(question.url):
        return question.refusal(_BAD_PROXY)
    cause = error.args[0] if error.args else None
    cause = getattr(cause, "reason", None) or cause
    said = getattr(getattr(cause, "__cause__", None), "strerror", None) or "it cannot be reached"
    for kinds, words, refusal in _TROUBLES:
        if isinstance(error, kinds) or isinstance(cause, kinds):
            return question.refusal(words.format(host=host, said=said), refusal)
    return question.refusal(f"a request to {host} that failed with {type(error).__name__}")


_BAD_PROXY = (
    "a proxy setting (http_proxy, https_proxy, all_proxy) that is no URL with host and port"
)


def _has_bad_proxy(url: str) -> bool:
    """Tell whether the environment names a proxy for a URL that is no address."""
    try:
        proxy = select_proxy(url, get_environ_proxies(url))
    except ValueError:
        return False  # the URL itself is the one that is none
    if proxy is None:
        return False
    try:
        return not parse_url(proxy if "://" in proxy else f"http://{proxy}").host
    except (ValueError, urllib3.exceptions.HTTPError):
        return True


class _NoConnectionError(PassingError):
    """Nobody listens there: a server that starts anew is back soon, or it is no server."""

    most_retries = 1


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
    (
        (requests.exceptions.SSLError, urllib3.exceptions.SSLError),
        "no trustworthy TLS connection to {host}",
        RefusedError,
    ),
    ((requests.exceptions.ProxyError,), "the proxy gives no connection to {host}", RefusedError),
    (
        (urllib3.exceptions.NameResolutionError,),
        "the host name of {host} is unknown",
        RefusedError,
    ),
    (
        (urllib3.exceptions.NewConnectionError,),
        "no connection to {host}: {said}",
        _NoConnectionError,
    ),
    (
        (
            requests.ConnectionError,
            requests.exceptions.ChunkedEncodingError,
            urllib3.exceptions.ProtocolError,
        ),
        "the connection to {host} dropped",
        PassingError,
    ),
)
"""The first row that fits the error, or the cause inside it, words the refusal."""
