"""From a name or DOI to a commons: the functions at the top of every user's script.

Wires the layers: catalog → fetch layer → ingestion → store → commons.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.catalog import Citation, find_archive, load_catalog
from vinarch.commons import Commons, open_commons
from vinarch.errors import ParameterError, StoreError, VinarchError
from vinarch.fetching import accept, default_home
from vinarch.progress import LogProgress, Progress
from vinarch.requesting import COMMONS, archives_of, fetch_one, raise_failed, terms_of
from vinarch.run_commons import open_run
from vinarch.run_files import is_run
from vinarch.store import has_commons

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.fetching import Coming


def fetch(  # noqa: PLR0913 - each is a setting of its own
    archive: str | Sequence[str],
    *,
    mirror: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    include: str | Sequence[str] | None = None,
    exclude: str | Sequence[str] | None = None,
    from_folder: str | os.PathLike[str] | None = None,
    offline: bool | None = None,
    strict: bool = False,
    refresh: bool = False,
    approve: Callable[[Coming], None] = accept,
    progress: Progress | None = None,
) -> Commons:
    """Download the tables of archives, ingest them into the commons, and open it.

    A second call asks nobody and changes nothing.
    New files replace those of an earlier call only once they could be read; after any error but
    `RejectedRowsError` the earlier ones are there as before.

    Parameters
    ----------
    archive : str or sequence of str
        Name or DOI of an archive in the catalog: ``"JS9FR6"``, ``"doi:10.7910/DVN/JS9FR6"``;
        several of them; or ``"all"`` for every archive in the catalog, own cards included.
    mirror : str, path-like or sequence of these, optional
        Folders or URLs that hold ``<archive>/<path>``, asked first and in this order; in one text
        they are separated by ``;``. Default ``VINARCH_MIRROR``.
    include : str or sequence of str, optional
        Globs of the files to take, in place of the tables of the data card; ``*`` also matches a
        slash, and ``"*"`` is every file of the deposit. If they choose no table, all tables come
        besides, since the commons is made of them. Files that are no tables are kept in
        ``<VINARCH_HOME>/downloads/<archive>/<version>.others/``. What is here already stays.
    exclude : str or sequence of str, optional
        Globs of what is left out of that.
    from_folder : str or path-like, optional
        A folder that you filled, as from a browser: the only source, each file verified by its
        bytes, whatever its name is.
    offline : bool, optional
        Ask nobody and open no connection; default ``VINARCH_OFFLINE``.
    strict : bool, default False
        Raise an error if any row of an archive cannot be read, instead of listing it in
        `Commons.rejects`. The downloaded files are kept all the same: they are as published.
    refresh : bool, default False
        Ask the sources again even if the archive is here, and take what they give even if these
        are fewer tables than are here.
    approve : callable, optional
        Called with what is about to be downloaded, before it is: its `archive`, `source`,
        `file_count` and `size_bytes`. What it raises stops the fetch.
    progress : Progress, optional
        Listens to long work; by default notable events are logged.

    Returns
    -------
    Commons
        Confined to these archives.

    Raises
    ------
    UnknownArchiveError
        If no data card bears a name; nothing is fetched then.
    ParameterError
        If a name, a glob or a mirror is no text, no archive is named, no file matches, or there
        is no such folder.
    CardError
        If a data card cannot be read, or a file's path does not say which experiment it holds.
    MirrorError
        If the mirror does not exist, breaks its promise, or has fewer tables than are here.
    ChecksumError
        If a source gives other bytes than the published ones, or than it gave before.
    OfflineError
        If files are missing here and nobody may be asked; its `missing` lists what is known of
        them. It is a `FetchError`.
    FetchError
        If no source could give the files, the message says what each answered; or if the one
        that could has fewer tables than are here. `MirrorError` and `ChecksumError` are such.
        Of several archives: if any failed for any reason, once all were tried; the message says
        what became of each that failed, and the others are in the commons.
    DialectError
        If a file is no table at all.
    RejectedRowsError
        If `strict` and a row cannot be read.
    StoreError
        If ``VINARCH_HOME`` cannot be written; of several archives the rest is not tried then.

    See Also
    --------
    vinarch.open : everything that was ever ingested here.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> commons
    Commons of 1 archive (JS9FR6 9.0): 12 experiments (3 without histories),
    900 architectures, 18,290 history rows
    """
    found = archives_of(archive)
    home, terms = terms_of(mirror, include, exclude, from_folder, offline)
    wish = replace(terms.wish, approve=approve)
    progress = progress or LogProgress()
    terms = replace(terms, wish=wish, refresh=refresh, progress=progress)
    failed: dict[str, VinarchError] = {}
    for card in found:
        try:
            fetch_one(card, home, terms, strict=strict)
        except StoreError:
            raise
        except VinarchError as error:
            if len(found) == 1:
                raise
            failed[card.name] = error
            progress.say(f"{card.name} could not be fetched; going on without it.")
    if failed:
        raise_failed(failed, len(found))
    return open_commons(home / COMMONS).select(archive=[card.name for card in found])


def open(path: str | os.PathLike[str] | None = None) -> Commons:  # noqa: A001 - users write vinarch.open()
    """Open everything that was ever ingested, here or in another folder.

    Parameters
    ----------
    path : str or path-like, optional
        A commons folder, or that of a recorded run (see `vinarch.Recorder`), which may be
        written meanwhile; ``~`` is expanded. By default the commons in ``VINARCH_HOME``.

    Returns
    -------
    Commons

    Raises
    ------
    StoreError
        If there is no commons yet, or the path is none.
    NewerFormatError
        If a newer vinarch wrote it.
    ParameterError
        If the path is no path, or begins with the ``~`` of a user who has no home.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> sorted(vinarch.open().experiment_index["archive"].unique())
    ['JS9FR6']
    """
    if path is None:
        return open_commons(default_home() / COMMONS)
    folder = _commons_folder(path)
    return open_run(folder) if is_run(folder) else open_commons(folder)


def cite(archive: str) -> Citation:
    """Return how to cite an archive, as text and as BibTeX.

    Parameters
    ----------
    archive : str
        Name or DOI.

    Returns
    -------
    Citation
        With `text` and `bibtex`; printing it shows both.

    Examples
    --------
    >>> import vinarch
    >>> print(vinarch.cite("JS9FR6").bibtex)
    @data{channing2023js9fr6,
      author = {Channing, Georgia and Patel, Ria and Taufer, Michela},
      title = {{Analytics For Neural Networks Workflow (A4NN) on Protein Diffraction Data}},
      year = {2023},
      version = {9.0},
      publisher = {Harvard Dataverse},
      doi = {10.7910/DVN/JS9FR6},
      url = {https://doi.org/10.7910/DVN/JS9FR6}
    }
    """
    return find_archive(archive).citation()


def archives() -> pd.DataFrame:
    """List the archives of the catalog.

    Returns
    -------
    pandas.DataFrame
        One row an archive: name, DOI, pinned address, version, licence, search space, title.

    Examples
    --------
    >>> import vinarch
    >>> archives = vinarch.archives().set_index("name")
    >>> archives.loc["JS9FR6", ["doi", "version", "search_space"]]
    doi             10.7910/DVN/JS9FR6
    version                        9.0
    search_space    nsga-net-macro-3x4
    Name: JS9FR6, dtype: str
    """
    columns = ["name", "doi", "url", "version", "licence", "search_space", "title"]
    rows = [[getattr(archive, column) for column in columns] for archive in load_catalog()]
    return pd.DataFrame(rows, columns=columns)


def _commons_folder(path: str | os.PathLike[str]) -> Path:
    """Return an absolute path, after a look at what stands there instead of a commons."""
    folder = None
    with suppress(TypeError, RuntimeError):
        text = os.fspath(path)
        if isinstance(text, str) and text.strip() and "\0" not in text:
            # Absolute, because the lazy tables read it later, when the program may be elsewhere.
            folder = Path(text).expanduser().absolute()
    if folder is None:
        raise ParameterError(
            "path",
            "a commons folder, as text or as a path, without the ~ of an unknown user",
            repr(path),
            "Name the folder that holds commons.json, or leave it out for the one in VINARCH_HOME.",
        )
    if os.path.isfile(folder):  # noqa: PTH113 - Path.is_file() raises where it may not look
        raise StoreError(
            str(folder),
            "a commons (a folder with commons.json)",
            "a file",
            f"Open its folder if the file is a commons' own: vinarch.open({str(folder.parent)!r}).",
        )
    inside = folder / COMMONS
    with suppress(OSError):  # what cannot be looked at is the store's to tell
        if not has_commons(folder) and has_commons(inside):
            raise StoreError(
                str(folder),
                "a commons (a folder with commons.json)",
                f"a folder that holds one in {COMMONS}",
                f"Open that one: vinarch.open({str(inside)!r}).",
            )
    return folder
