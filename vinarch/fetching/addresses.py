"""What of a web address may be shown: a URL in, a text without secrets out.

Errors, progress messages and receipts name sources by these texts only.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def host_of(url: str) -> str:
    """Return host and port of a URL, without user, path and query."""
    address = _split(url)
    return (address and address.netloc.rpartition("@")[2]) or "no host"


def shown_url(url: str) -> str:
    """Return scheme, host, port and path of a URL; no user, password, query or fragment.

    Where these cannot be told apart, nothing behind the scheme is shown.

    Examples
    --------
    >>> shown_url("https://user:secret@host:8080/data/x?token=secret")
    'https://host:8080/data/x'
    >>> shown_url("https://user:sec/ret@host/x")
    'https://…'
    """
    address = _split(url)
    if address and address.netloc and "@" not in address.query + address.fragment:
        return f"{address.scheme}://{host_of(url)}{address.path}"
    if "@" in url:
        scheme, separator, _ = url.partition("://")
        return f"{scheme}{separator}…" if separator else "…"
    return url.partition("?")[0].partition("#")[0]


def _split(url: str) -> SplitResult | None:
    try:
        address = urlsplit(url)
        _ = address.port  # a password with a slash in it reads as a port that is no number
    except ValueError:
        return None
    return address
