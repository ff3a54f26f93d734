"""Read the sections of a data card that say where else the tables are: keys in, companions out.

Looks at no place and at no file.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from vinarch.catalog import keys as k
from vinarch.catalog.keys import NAME, Key, check_choice, check_url, read_keys, refuse, shown
from vinarch.catalog.records import SHIPPED, Companion, ListedFile

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("files", "github-tarball", SHIPPED)

_COMPANION = (
    Key("name", k.TEXT),
    Key("url", k.TEXT, required=False, default=""),
    Key("commit", k.TEXT, required=False, default=""),
    Key("kind", k.TEXT, required=False, default="files"),
    Key("folder", k.TEXT, required=False, default=""),
    Key("files", k.SECTIONS, required=False, default=()),
)
_FILE = (
    Key("path", k.TEXT),
    Key("size_bytes", k.WHOLE, required=False),
    Key("sha256", k.TEXT, required=False),
)


def read_companion(where: str, raw: Mapping[str, Any]) -> Companion:
    """Return a companion.

    Raises
    ------
    CardError
        If a key is wrong, or does not go with the kind.
    """
    companion = read_keys(where, raw, _COMPANION)
    check_choice(f"{where}, key kind", companion["kind"], KINDS)
    files = tuple(
        sorted(
            (
                _read_file(f"{where}, file {number}", entry)
                for number, entry in enumerate(companion["files"], start=1)
            ),
            key=lambda file: file.path,
        )
    )
    if companion["kind"] == SHIPPED:
        _check_shipped(where, companion, files)
        return Companion(**companion | {"files": files})
    if not companion["url"]:
        refuse(where, f"the key url ({k.TEXT.words})", "none")
    check_url(where, companion["url"])
    commit, url = companion["commit"], companion["url"]
    if companion["kind"] == "files":
        if not files:
            refuse(where, "the key files with at least one file", "none")
        if companion["folder"]:
            refuse(f"{where}, key folder", "it with another kind only", "the kind files")
    else:
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            refuse(f"{where}, key commit", "a commit of 40 hexadecimal digits", shown(commit))
        companion["url"] = url = _tarball_url(url, commit)
        companion["folder"] = companion["folder"].strip("/")
    if commit not in url:
        refuse(f"{where}, key url", f"an address with the commit in it ({commit})", shown(url))
    return Companion(**companion | {"files": files})


def _check_shipped(where: str, companion: Mapping[str, Any], files: tuple[ListedFile, ...]) -> None:
    for key in ("url", "commit"):
        if companion[key]:
            refuse(f"{where}, key {key}", "it with another kind only", "the kind shipped")
    if not NAME.fullmatch(companion["folder"]):
        refuse(
            f"{where}, key folder",
            "the name of a folder beside the data card: letters, digits, dots, hyphens and "
            "underscores, a letter or digit first",
            shown(companion["folder"]),
        )
    if not files:
        refuse(where, "the key files with at least one file", "none")
    for file in files:
        parts = file.path.split("/")
        if "\\" in file.path or not {"", ".", ".."}.isdisjoint(parts):
            refuse(f"{where}, key files", "paths below the folder", shown(file.path))
        if file.size_bytes is None or file.sha256 is None:
            refuse(
                f"{where}, key files",
                "size_bytes and sha256 of each file of the kind shipped",
                f"not both of {file.path}",
            )
    twice = [one.path for one, other in pairwise(files) if one.path == other.path]
    if twice:
        refuse(f"{where}, key files", "each path once", f"{twice[0]!r} twice")


def _tarball_url(url: str, commit: str) -> str:
    """Return the address of a repository's tarball at a commit, from that of the repository."""
    repository = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+?)(\.git)?/?", url)
    if repository is None:
        return url
    return f"https://codeload.github.com/{repository[1]}/{repository[2]}/tar.gz/{commit}"


def _read_file(where: str, raw: Mapping[str, Any]) -> ListedFile:
    file = read_keys(where, raw, _FILE)
    if file["sha256"] is not None and not re.fullmatch(r"[0-9a-f]{64}", file["sha256"]):
        refuse(f"{where}, key sha256", "64 lower-case hexadecimal digits", shown(file["sha256"]))
    return ListedFile(**file)
