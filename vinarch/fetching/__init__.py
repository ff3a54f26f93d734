"""Get an archive's tables onto this disk: an archive in, a holding with its provenance out.

This package alone knows Pooch, Dataverse and mirrors; it opens no table that it fetches, so a
holding of new files is on trial until its caller could read them.
"""

from vinarch.fetching.holdings import fetch_archive
from vinarch.fetching.keeping import Holding
from vinarch.fetching.settings import (
    DEFAULT_DATAVERSE_URL,
    Settings,
    default_home,
    settings_from_environment,
)

__all__ = [
    "DEFAULT_DATAVERSE_URL",
    "Holding",
    "Settings",
    "default_home",
    "fetch_archive",
    "settings_from_environment",
]
