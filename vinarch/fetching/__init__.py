"""Get an archive's files onto this disk: an archive in, a holding with its provenance out.

This package alone knows Pooch, Dataverse and mirrors; it opens no table that it fetches, so a
holding of new files is on trial until its caller could read them.
"""

from vinarch.fetching.asking import (
    RefreshedList,
    Terms,
    fetch_other_files,
    list_of,
    other_files_here,
    plan_archive,
    refresh_list,
)
from vinarch.fetching.choosing import EVERY_FILE, Coming, Selection, Wish, accept, selection_of
from vinarch.fetching.closed import ClosedTablesError
from vinarch.fetching.filled_folder import folder_named
from vinarch.fetching.holdings import fetch_archive
from vinarch.fetching.keeping import Holding
from vinarch.fetching.kept_files import (
    Damage,
    KeptVersion,
    Leftover,
    damages,
    kept_versions,
    leftovers,
    remove_leftover,
)
from vinarch.fetching.known import KnownFile
from vinarch.fetching.known import known_files as known_to_us
from vinarch.fetching.live_check import check_live
from vinarch.fetching.live_notes import LiveCheck
from vinarch.fetching.manifest import Manifest, ManifestFile
from vinarch.fetching.order import OfflineError
from vinarch.fetching.other_record import OtherFile
from vinarch.fetching.pace import Pace
from vinarch.fetching.planning import Plan, PlannedFile
from vinarch.fetching.settings import (
    DEFAULT_DATAVERSE_URL,
    Settings,
    default_home,
    settings_from_environment,
)
from vinarch.fetching.sitting import Sitting

__all__ = [
    "DEFAULT_DATAVERSE_URL",
    "EVERY_FILE",
    "ClosedTablesError",
    "Coming",
    "Damage",
    "Holding",
    "KeptVersion",
    "KnownFile",
    "Leftover",
    "LiveCheck",
    "Manifest",
    "ManifestFile",
    "OfflineError",
    "OtherFile",
    "Pace",
    "Plan",
    "PlannedFile",
    "RefreshedList",
    "Selection",
    "Settings",
    "Sitting",
    "Terms",
    "Wish",
    "accept",
    "check_live",
    "damages",
    "default_home",
    "fetch_archive",
    "fetch_other_files",
    "folder_named",
    "kept_versions",
    "known_to_us",
    "leftovers",
    "list_of",
    "other_files_here",
    "plan_archive",
    "refresh_list",
    "remove_leftover",
    "selection_of",
    "settings_from_environment",
]
