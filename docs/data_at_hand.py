"""Find archives without a network, so that pages can be executed, and put them into a docs' home.

Environment in, a folder `docs/_build/home` and their names out; nothing of the user's is changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import vinarch
from vinarch.catalog import find_archive
from vinarch.errors import VinarchError
from vinarch.fetching import default_home

if TYPE_CHECKING:
    from collections.abc import Sequence

ARCHIVE = "JS9FR6"
"""The archive that nearly every page reads; without it no page is executed."""

FAMILIES = (
    ARCHIVE,
    "ZXTCGF",
    "EC-NAS-Bench",
    "NASBench101-records",
    "mini-NASBench201",
    "EvoVis",
)
"""What the page across families reads."""

ROOT = Path(__file__).resolve().parent.parent


def fetch_into(home: Path, wanted: Sequence[str] = (ARCHIVE,)) -> frozenset[str]:
    """Make `home` the home of what is executed, and return which archives it holds.

    Asked in this order: ``VINARCH_MIRROR``, ``VINARCH_TEST_ARCHIVES``, what the user fetched
    earlier, and the sources on the network if ``VINARCH_DOCS_FETCH`` is 1.
    """
    mirror = _mirror(home.parent / "mirror", wanted)
    network = os.environ.get("VINARCH_DOCS_FETCH") == "1"
    if mirror is None and not network:
        return frozenset()
    os.environ["VINARCH_HOME"] = str(home)
    found = set()
    for name in wanted:
        if not network and not _may_hold(mirror, name):
            continue
        try:
            vinarch.fetch(name, mirror=mirror)
        except VinarchError:
            # The pages that need it are not executed, and say so.
            if name == ARCHIVE:
                raise
        else:
            found.add(name)
    # The pages ask nobody: what they fetch is in the home already.
    for name in ("VINARCH_MIRROR", "VINARCH_DATAVERSE_URL", "VINARCH_TEST_ARCHIVES"):
        os.environ.pop(name, None)
    return frozenset(found)


def _mirror(copies: Path, wanted: Sequence[str]) -> str | None:
    named = os.environ.get("VINARCH_MIRROR", "").strip()
    if named:
        return named
    archives = os.environ.get("VINARCH_TEST_ARCHIVES", "").strip()
    if archives:
        return str((ROOT / Path(archives).expanduser()).resolve())
    for name in wanted:
        fetched = default_home() / "downloads" / name / find_archive(name).version
        if (fetched / "provenance.json").is_file():
            shutil.copytree(fetched, copies / name, dirs_exist_ok=True)
    return str(copies) if (copies / ARCHIVE).is_dir() else None


def _may_hold(mirror: str | None, name: str) -> bool:
    """Return whether a mirror may hold an archive; of a folder that is known beforehand."""
    return mirror is not None and (
        name == ARCHIVE or "://" in mirror or (Path(mirror).expanduser() / name).is_dir()
    )
