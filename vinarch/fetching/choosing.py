"""Which files of an archive one fetch takes: globs and listed paths in, chosen paths out.

Without globs these are the tables that the data card names.
A commons is made of tables, so globs that choose none of them let all tables come as well.
Asks no source and looks at no disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from vinarch.catalog import Archive
from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from vinarch.provenance import Provenance

EVERY_FILE = "*"
"""The glob of all files; in globs, ``*`` also matches a slash, as in data cards."""


@dataclass(frozen=True)
class Selection:
    """Which files are wanted.

    Examples
    --------
    >>> from vinarch.catalog import find_archive
    >>> selection = Selection(include=("models/",), exclude=("*.zip",))
    >>> archive = find_archive("JS9FR6")
    >>> [selection.takes(archive, f"models/1gpu/a.{end}") for end in ("z01", "zip")]
    [True, False]
    """

    include: tuple[str, ...] = ()
    """Globs; none stands for the tables of the card."""
    exclude: tuple[str, ...] = ()
    """Globs of what is left out of that."""

    def takes(self, archive: Archive, path: str) -> bool:
        """Tell whether a file is wanted."""
        wanted = _matches(path, self.include) if self.include else archive.role_of(path) is not None
        return wanted and not _matches(path, self.exclude)

    def asks_for_tables(self, archive: Archive, paths: Iterable[str]) -> bool:
        """Tell whether tables are wanted, and do not only come because a commons is made of them.

        Examples
        --------
        >>> from vinarch.catalog import find_archive
        >>> paths = ["icpp_training_results/time_to_run.csv", "models/1gpu/a.zip"]
        >>> archive = find_archive("JS9FR6")
        >>> [Selection(include).asks_for_tables(archive, paths) for include in ((), ("models/",))]
        [True, False]
        """
        return not self.include or any(
            archive.role_of(path) is not None and self.takes(archive, path) for path in paths
        )

    def tables_of(self, archive: Archive, paths: Iterable[str]) -> frozenset[str]:
        """Return the tables among some paths that a fetch takes.

        Raises
        ------
        ParameterError
            If everything is excluded.
        """
        tables = [path for path in paths if archive.role_of(path) is not None]
        taken = frozenset(path for path in tables if self.takes(archive, path))
        if taken or not tables:
            return taken
        if self.include:
            return frozenset(tables)
        raise ParameterError(
            "exclude",
            f"globs that leave at least one of the {len(tables)} tables of {archive.name}",
            ", ".join(map(repr, self.exclude)),
            "Name fewer; `vinarch fetch NAME --dry-run` lists the files.",
        )


@dataclass(frozen=True)
class Coming:
    """What is about to be downloaded."""

    archive: str
    source: str
    file_count: int
    size_bytes: int
    """Files of unknown size count nothing."""


def accept(_: Coming) -> None:
    """Let everything come."""


@dataclass(frozen=True)
class Wish:
    """What one fetch wants besides its archive."""

    selection: Selection = Selection()
    offline: bool = False
    """Whether to open no connection to anybody."""
    from_folder: Path | None = None
    """The only source, if there is one: a folder that the user filled."""
    approve: Callable[[Coming], None] = field(default=accept, compare=False)
    """Called before a download begins; what it raises stops the fetch."""


PLAIN = Wish()
"""All tables, from whoever gives them."""


@dataclass(frozen=True, kw_only=True)
class OtherFiles(Archive):
    """An archive as sources see it that are asked for chosen files that are no tables."""

    selection: Selection

    def role_of(self, path: str) -> str | None:
        """Return a role for the files that are asked for, None for all others."""
        if super().role_of(path) is not None:
            return None
        return "other" if _matches(path, self.selection.include) and not _matches(
            path, self.selection.exclude
        ) else None  # fmt: skip


def other_files(archive: Archive, selection: Selection) -> OtherFiles:
    """Return an archive as it is asked for files that are no tables."""
    values = {one.name: getattr(archive, one.name) for one in fields(Archive)}
    return OtherFiles(**values, selection=selection)


def selection_of(include: object, exclude: object) -> Selection:
    """Return the selection that a user's globs make.

    Parameters
    ----------
    include, exclude : str, iterable of str or None
        One glob or several.

    Raises
    ------
    ParameterError
        If one is no text, or blank.

    Examples
    --------
    >>> selection_of("*1gpu*", None)
    Selection(include=('*1gpu*',), exclude=())
    """
    return Selection(_globs("include", include), _globs("exclude", exclude))


def missing_of(provenance: Provenance, archive: Archive, selection: Selection) -> tuple[str, ...]:
    """Return the tables that an earlier fetch left out and a selection wants, sorted."""
    left = frozenset(provenance.left_out)
    if not left:
        return ()
    known = [*(file.path for file in provenance.files), *provenance.left_out]
    return tuple(sorted(selection.tables_of(archive, known) & left))


def _globs(name: str, given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    globs = (given,) if isinstance(given, str) else given
    if isinstance(globs, Iterable) and not isinstance(globs, bytes):
        found = tuple(globs)
        if all(isinstance(glob, str) and glob.strip() for glob in found):
            return found
    raise ParameterError(
        name, "a glob or several, as text", repr(given), f"Pass {name}='models/*', for example."
    )


def _matches(path: str, globs: Collection[str]) -> bool:
    return any(fnmatchcase(path, f"{glob}*" if glob.endswith("/") else glob) for glob in globs)
