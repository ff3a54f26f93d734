"""From a name or DOI to a commons: the functions at the top of every user's script.

Wires the layers: catalog → fetch layer → ingestion → store → commons.
The only module beside the command line that reads the environment's settings.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pandas as pd

from vinarch.catalog import Citation, find_archive, load_catalog
from vinarch.commons import Commons, open_commons
from vinarch.errors import ParameterError, RejectedRowsError, StoreError
from vinarch.fetching import default_home, fetch_archive, settings_from_environment
from vinarch.ingestion import SourceFile, ingest
from vinarch.progress import LogProgress, Progress
from vinarch.store import has_commons

_COMMONS = "commons"


def fetch(
    archive: str,
    *,
    mirror: str | os.PathLike[str] | None = None,
    strict: bool = False,
    refresh: bool = False,
    progress: Progress | None = None,
) -> Commons:
    """Download an archive's tables, ingest them into the commons, and open it.

    A second call asks nobody and changes nothing.
    New files replace those of an earlier call only once they could be read; after any error but
    `RejectedRowsError` the earlier ones are there as before.

    Parameters
    ----------
    archive : str
        Name or DOI of an archive in the catalog: ``"JS9FR6"``, ``"doi:10.7910/DVN/JS9FR6"``.
    mirror : str or path-like, optional
        Folder or URL that holds ``<archive>/<path>``, asked first; default ``VINARCH_MIRROR``.
    strict : bool, default False
        Raise an error if any row of the archive cannot be read, instead of listing it in
        `Commons.rejects`. The downloaded files are kept all the same: they are as published.
    refresh : bool, default False
        Ask the sources again even if the archive is here, and take what they give even if these
        are fewer tables than are here.
    progress : Progress, optional
        Listens to long work; by default notable events are logged.

    Returns
    -------
    Commons
        Confined to this archive.

    Raises
    ------
    UnknownArchiveError
        If no data card bears the name.
    ParameterError
        If the name or the mirror is no text.
    CardError
        If a data card cannot be read, or a file's path does not say which experiment it holds.
    MirrorError
        If the mirror does not exist, breaks its promise, or has fewer tables than are here.
    ChecksumError
        If a source gives other bytes than the published ones.
    FetchError
        If no source could give the files, the message says what each answered; or if the one
        that could has fewer tables than are here. `MirrorError` and `ChecksumError` are such.
    DialectError
        If a file is no table at all.
    RejectedRowsError
        If `strict` and a row cannot be read.
    StoreError
        If ``VINARCH_HOME`` cannot be written.

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
    progress = progress or LogProgress()
    settings = settings_from_environment()
    found = find_archive(archive)
    holding = fetch_archive(
        found,
        settings.home,
        mirror=settings.mirror if mirror is None or mirror == "" else mirror,
        dataverse_url=settings.dataverse_url,
        refresh=refresh,
        progress=progress,
    )
    files = [SourceFile(file.path, holding.path_of(file)) for file in holding.provenance.files]
    root = settings.home / _COMMONS
    try:
        ingest(found, files, holding.provenance, root, strict=strict, progress=progress)
    except RejectedRowsError:
        # The files can be read and are as published; only this call wanted more of them.
        holding.confirm()
        raise
    except BaseException:
        holding.undo()
        raise
    holding.confirm()
    return open_commons(root).select(archive=found.name)


def open(path: str | os.PathLike[str] | None = None) -> Commons:  # noqa: A001 - users write vinarch.open()
    """Open everything that was ever ingested, here or in another folder.

    Parameters
    ----------
    path : str or path-like, optional
        A commons folder, ``~`` is expanded; by default the one in ``VINARCH_HOME``.

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
    return open_commons(default_home() / _COMMONS if path is None else _commons_folder(path))


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
        One row an archive: name, DOI, version, licence, search space, title.

    Examples
    --------
    >>> import vinarch
    >>> vinarch.archives()[["name", "doi", "version", "search_space"]]
         name                  doi version        search_space
    0  JS9FR6  10.7910/DVN/JS9FR6     9.0  nsga-net-macro-3x4
    """
    columns = ["name", "doi", "version", "licence", "search_space", "title"]
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
    inside = folder / _COMMONS
    with suppress(OSError):  # what cannot be looked at is the store's to tell
        if not has_commons(folder) and has_commons(inside):
            raise StoreError(
                str(folder),
                "a commons (a folder with commons.json)",
                f"a folder that holds one in {_COMMONS}",
                f"Open that one: vinarch.open({str(inside)!r}).",
            )
    return folder
