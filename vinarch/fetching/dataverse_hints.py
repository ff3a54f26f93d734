"""What helps against a refusal of Dataverse: a status in, the next step out. Asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def hints_of(page: str, *, with_token: bool) -> Mapping[int, str]:
    """Return what helps against a status of Dataverse."""
    token = (
        "Check VINARCH_DATAVERSE_TOKEN: a token belongs to one installation and ends after a year"
        if with_token
        else "Set VINARCH_DATAVERSE_TOKEN to your API token of this installation"
    )
    return {
        400: f"Open {page} in a browser, answer what it asks, such as a guestbook, download the "
        "files there, and set VINARCH_MIRROR to a folder that holds them.",
        401: f"{token}.",
        403: f"See at {page} whether the files are restricted. If so, ask there for access. "
        f"{token}.",
        404: f"See at {page} whether this version was withdrawn; --refresh asks for the list of "
        "files anew.",
        429: "It counts questions by the hour: try again later.",
    }
