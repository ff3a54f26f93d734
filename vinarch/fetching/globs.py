"""Globs that choose nothing, seen before anything is downloaded: a wish and lists in, errors out.

Asks sources for their lists only, and only where the lists that are known leave it open.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError, RefusedError
from vinarch.fetching.choosing import Selection, other_files
from vinarch.fetching.refusals import NoneListedError
from vinarch.fetching.tarball import TarballSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Wish
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress

_BETWEEN_WORDS = re.compile(r"[/_.\s]+")

_MOST_NAMES = 3


def check_globs(
    archive: Archive,
    paths: Iterable[str],
    sources: Sequence[Source],
    wish: Wish,
    progress: Progress,
) -> None:
    """Refuse globs to include that match no file, before tables come.

    A glob that matches nothing beside others that match is told.

    Parameters
    ----------
    archive : Archive
        From its data card.
    paths : iterable of str
        Of the files that are known, tables or not.
    sources : sequence of Source
        Asked for what else they have where no known file matches. A tarball is not, since its
        list is a download of all; what it has shows later.
    wish : Wish
        With the globs.
    progress : Progress
        Told of single globs.

    Raises
    ------
    ParameterError
        If nothing matches.
    """
    include, exclude = wish.selection.include, wish.selection.exclude
    if not include:
        return
    known = frozenset(paths)
    lost = [one for one in include if not _chosen(archive, known, Selection((one,), exclude))]
    if not lost:
        return
    wanted = other_files(archive, wish.selection)
    refused: dict[str, RefusedError] = {}
    listed: set[str] = set()
    for source in sources:
        if isinstance(source, TarballSource):
            return  # nobody knows yet
        try:
            listed.update(file.path for file in source.list_files(wanted))
        except RefusedError as error:
            refused[source.name] = error
    lost = [one for one in lost if not _chosen(archive, listed, Selection((one,), exclude))]
    if len(lost) == len(include):
        raise refuse_nothing(archive, wish, refused, known)
    for glob in lost:
        progress.say(
            f"No file of {archive.name} {archive.version} matches {glob!r}. "
            + near_globs([glob], known)
        )


def refuse_nothing(
    archive: Archive, wish: Wish, refused: Mapping[str, RefusedError], known: Iterable[str]
) -> ParameterError:
    """Return the error for globs that no file matches, as far as anybody knows.

    `refused` says why sources gave no list, `known` are the paths that others listed.
    """
    answers = "".join(
        f"; [{source}] {error.got}"
        for source, error in refused.items()
        if not isinstance(error, NoneListedError)
    )
    return ParameterError(
        "include",
        f"globs that match a file of {archive.name} {archive.version}",
        ", ".join(map(repr, wish.selection.include)) + answers,
        near_globs(wish.selection.include, known)
        + f"`vinarch catalog show {archive.name} --files` lists the files.",
    )


def near_globs(globs: Iterable[str], paths: Iterable[str]) -> str:
    """Return a question that names globs like these that match some paths; else nothing.

    Examples
    --------
    >>> near_globs(["modles/*"], ["models/1gpu/a.zip", "models/4gpu/a.zip"])
    "Did you mean 'models/*'? "
    >>> near_globs(["*4gup*"], ["models/4gpu_a.zip"])
    "Did you mean '*4gpu*'? "
    """
    candidates: dict[str, None] = {}
    for path in sorted(paths):
        parents = path.split("/")[:-1]
        candidates |= dict.fromkeys(
            "/".join(parents[: depth + 1]) + "/*" for depth in range(len(parents))
        )
        candidates |= dict.fromkeys(f"*{word}*" for word in _BETWEEN_WORDS.split(path) if word)
        candidates[path] = None
    near: dict[str, None] = {}
    for glob in globs:
        found = difflib.get_close_matches(glob, candidates, n=_MOST_NAMES, cutoff=_LIKE)
        best = difflib.SequenceMatcher(None, found[0], glob).ratio() if found else 0.0
        near |= dict.fromkeys(
            one
            for one in found
            if difflib.SequenceMatcher(None, one, glob).ratio() > best - _AS_GOOD
        )
    shown = " or ".join(map(repr, list(near)[:_MOST_NAMES]))
    return f"Did you mean {shown}? " if shown else ""


_LIKE = 0.7
"""Likeness of two texts from which one may be meant by the other."""

_AS_GOOD = 0.05
"""What falls behind the best by more than this is not named beside it."""


def _chosen(archive: Archive, paths: Iterable[str], selection: Selection) -> bool:
    return any(selection.takes(archive, path) for path in paths)
