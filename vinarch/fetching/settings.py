"""Where data is kept and who is asked for it: environment variables in, plain values out.

The only module of the fetch layer that reads the environment; callers pass its values on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from vinarch.errors import ParameterError
from vinarch.fetching.pace import USUAL_PACE
from vinarch.fetching.refusals import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DATAVERSE_URL = "https://dataverse.harvard.edu"


@dataclass(frozen=True)
class Settings:
    """What the environment says about fetching."""

    home: Path
    mirror: str | None
    dataverse_url: str
    dataverse_token: str | None = field(default=None, repr=False)
    """Sent to the installation at `dataverse_url` only, and never shown."""
    offline: bool = False
    """Whether no connection may be opened."""
    lowest_speed_bytes: int = USUAL_PACE.lowest_bytes
    """A second; a server that sends less is left."""


def settings_from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``VINARCH_HOME``, ``VINARCH_MIRROR`` and the others that tell how files are fetched.

    Parameters
    ----------
    environment : mapping of str to str, optional
        ``os.environ`` if not given. An empty or blank value counts as unset.

    Returns
    -------
    Settings
        With the defaults in place of what is unset; the home is absolute, so that it stays the
        same folder when the program changes its own.

    Raises
    ------
    ParameterError
        If ``VINARCH_HOME`` begins with the ``~`` of a user who has no home, the token cannot be
        one, ``VINARCH_OFFLINE`` is neither yes nor no, or ``VINARCH_LOWEST_SPEED`` no number.

    Examples
    --------
    >>> settings = settings_from_environment({"VINARCH_MIRROR": "/data/mirror"})
    >>> settings.mirror, settings.dataverse_url
    ('/data/mirror', 'https://dataverse.harvard.edu')
    """
    values = os.environ if environment is None else environment
    home = values.get("VINARCH_HOME", "").strip()
    return Settings(
        home=(_expand(home) if home else platformdirs.user_cache_path("vinarch")).absolute(),
        mirror=values.get("VINARCH_MIRROR", "").strip() or None,
        dataverse_url=values.get("VINARCH_DATAVERSE_URL", "").strip() or DEFAULT_DATAVERSE_URL,
        dataverse_token=_token(values.get("VINARCH_DATAVERSE_TOKEN", "").strip()),
        offline=_yes_no("VINARCH_OFFLINE", values.get("VINARCH_OFFLINE", "")),
        lowest_speed_bytes=_speed(
            "VINARCH_LOWEST_SPEED", values.get("VINARCH_LOWEST_SPEED", "").strip()
        ),
    )


def default_home() -> Path:
    """Return the folder that ``VINARCH_HOME`` names, else the user's cache folder for vinarch.

    The folder is not made.
    """
    return settings_from_environment().home


def _token(text: str) -> str | None:
    if text and not (text.isascii() and text.isprintable() and " " not in text):
        raise ParameterError(
            "VINARCH_DATAVERSE_TOKEN",
            "an API token, one word of plain letters, digits and hyphens",
            f"{len(text)} characters, not shown, with others among them",
            "Copy it anew from your account's page, API Token.",
        )
    return text or None


def _yes_no(name: str, text: str) -> bool:
    word = text.strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise ParameterError(name, "1 or 0", repr(text), "Set it to 1 to ask nobody, or unset it.")


def _speed(name: str, text: str) -> int:
    if not text:
        return USUAL_PACE.lowest_bytes
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    raise ParameterError(
        name,
        "a whole number of bytes a second",
        shorten(repr(text)),
        f"Unset it for {USUAL_PACE.lowest_bytes:,}, or set it to 0 to wait for whatever comes.",
    )


_MOST_DIGITS = 15

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


def _expand(home: str) -> Path:
    try:
        return Path(home).expanduser()
    except RuntimeError as error:
        raise ParameterError(
            "VINARCH_HOME", "a folder", repr(home), "Name it without the ~."
        ) from error
