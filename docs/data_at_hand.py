"""Find JS9FR6 without a network, so that pages can be executed, and put it into a home of the docs.

Environment in, a folder `docs/_build/home` and an answer out; nothing of the user's is changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import vinarch
from vinarch.catalog import find_archive
from vinarch.fetching import default_home

ARCHIVE = "JS9FR6"
ROOT = Path(__file__).resolve().parent.parent


def fetch_into(home: Path) -> bool:
    """Return whether the archive is at hand, and make `home` the home of what is executed.

    Asked in this order: ``VINARCH_MIRROR``, ``VINARCH_TEST_ARCHIVES``, what the user fetched
    earlier, and the sources on the network if ``VINARCH_DOCS_FETCH`` is 1.
    """
    mirror = _mirror(home.parent / "mirror")
    if mirror is None and os.environ.get("VINARCH_DOCS_FETCH") != "1":
        return False
    os.environ["VINARCH_HOME"] = str(home)
    vinarch.fetch(ARCHIVE, mirror=mirror)
    # The pages ask nobody: what they fetch is in the home already.
    for name in ("VINARCH_MIRROR", "VINARCH_DATAVERSE_URL", "VINARCH_TEST_ARCHIVES"):
        os.environ.pop(name, None)
    return True


def _mirror(copies: Path) -> str | None:
    named = os.environ.get("VINARCH_MIRROR", "").strip()
    if named:
        return named
    archives = os.environ.get("VINARCH_TEST_ARCHIVES", "").strip()
    if archives:
        return str((ROOT / Path(archives).expanduser()).resolve())
    fetched = default_home() / "downloads" / ARCHIVE / find_archive(ARCHIVE).version
    if (fetched / "provenance.json").is_file():
        shutil.copytree(fetched, copies / ARCHIVE, dirs_exist_ok=True)
        return str(copies)
    return None
