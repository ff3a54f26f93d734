"""Make a deposit: recorded runs in, its folder out, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from vinarch.catalog.cards import read_card
from vinarch.depositing.card import card_text
from vinarch.depositing.croissant import croissant_text
from vinarch.depositing.readme import readme_text
from vinarch.depositing.records import About, DepositedExperiment, attributes_of, setting_of
from vinarch.depositing.shipping import pack, refuse_card, write_card
from vinarch.depositing.tables import csv_of
from vinarch.errors import ParameterError, RejectedRowsError, StoreError
from vinarch.run_commons import open_run
from vinarch.run_files import is_run
from vinarch.schema import ARCHITECTURES, HISTORIES, LINEAGE, MEASUREMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.commons import Commons
    from vinarch.schema import Table

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DOI = re.compile(r"10\.\d+/\S+")
_TABLES = (ARCHITECTURES, HISTORIES, MEASUREMENTS, LINEAGE)
_CARD = "card.toml"


class Further(TypedDict, total=False):
    """What else a call can say of a deposit."""

    description: str
    version: str
    doi: str
    publisher: str
    paper: str


_DEFAULTS = {
    "description": "",
    "version": "1.0",
    "doi": "",
    "publisher": "Harvard Dataverse",
    "paper": "",
}


def deposit(
    runs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    title: str,
    authors: str | Sequence[str],
    licence: str,
    shipped: bool = False,
    **further: Unpack[Further],
) -> Path:
    """Write recorded runs as a folder that is ready for Dataverse, and that vinarch reads back.

    Parameters
    ----------
    runs : path-like or sequence of path-like
        Folders of recorded runs; each becomes an experiment under its run's name.
    out : path-like
        A folder that is not there yet, or empty; its name becomes the archive's.
    title : str
    authors : str or sequence of str
        ``"Family, Given"``; a name without a comma is an organisation.
    licence : str
        Like ``"CC0-1.0"``.
    shipped : bool, default False
        Write what a catalog has instead: the data card beside the folder, as ``<out>.toml``, and
        in the folder packed tables only. Where the card is found, the tables are there, too.
    **further
        ``description``: a sentence on what it holds; by default how many networks of which search
        space.
        ``version`` (default ``"1.0"``): Dataverse's first version is 1.0.
        ``doi``: if it is known already; Dataverse reserves one for a draft.
        ``publisher`` (default ``"Harvard Dataverse"``).
        ``paper``: the paper that it belongs to.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ParameterError
        If an argument cannot be, or two runs have one name.
    StoreError
        If a run cannot be read, or the folder is not empty or cannot be written.
    RejectedRowsError
        If a run has lines that cannot be read.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> folder = tempfile.mkdtemp()
    >>> recorder = vinarch.Recorder(folder + "/my-search", space="chain-layers", epoch_budget=1)
    >>> with recorder.start("c m c") as network:
    ...     network.log(0, val_accuracy=0.5)
    >>> made = vinarch.deposit(
    ...     recorder.folder,
    ...     folder + "/layers",
    ...     title="A search over layers",
    ...     authors="Doe, Jane",
    ...     licence="CC0-1.0",
    ... )
    >>> sorted(path.name for path in made.iterdir())
    ['README.md', 'SHA256SUMS', 'card.toml', 'croissant.json', 'my-search']
    """
    folder = _out(out)
    card_beside = folder.with_name(f"{folder.name}.toml") if shipped else None
    refuse_card(card_beside)
    opened = _open_all(runs)
    told = _about(
        folder.name,
        opened,
        title=title,
        authors=(authors,) if isinstance(authors, str) else tuple(authors),
        licence=licence,
        **further,
    )
    with _staged(folder) as staged:
        experiments = [_write_experiment(name, commons, staged) for name, commons in opened]
        if card_beside is not None:
            write_card(card_beside, card_text(told, experiments, pack(staged)))
            return folder
        card = card_text(told, experiments)
        citation = read_card(f"data card of {told.name}", card).citation().text
        for name, text in (
            (_CARD, card),
            ("croissant.json", croissant_text(told, experiments, citation)),
            ("README.md", readme_text(told, experiments, citation)),
        ):
            (staged / name).write_text(text, encoding="utf-8", newline="\n")
        (staged / "SHA256SUMS").write_text(_checksums(staged), encoding="utf-8", newline="\n")
    return folder


def _open_all(runs: Any) -> list[tuple[str, Commons]]:
    named = [runs] if isinstance(runs, (str, os.PathLike)) else list(runs)
    if not named:
        raise ParameterError(
            "deposit(runs)", "at least one recorded run", "none", "Name its folder."
        )
    opened: dict[str, Commons] = {}
    for one in named:
        folder = Path(one).expanduser().absolute()
        if not is_run(folder):
            raise StoreError(
                str(folder),
                "a recorded run (a folder with run.json)",
                "none",
                "Name the folder that vinarch.Recorder wrote.",
            )
        commons = open_run(folder)
        (name,) = commons.experiment_index["experiment"]
        if name.lower() in map(str.lower, opened):
            raise ParameterError(
                "deposit(runs)",
                "runs of different names",
                f"{name!r} twice",
                "A run's name is given by Recorder(name=…).",
            )
        if commons.rejected_row_count:
            raise RejectedRowsError(
                str(folder),
                "a run whose lines can all be read",
                f"{commons.rejected_row_count} that cannot",
                "See them by vinarch.open(…).rejects.compute(), and take them out.",
            )
        opened[name] = commons
    return list(opened.items())


def _write_experiment(name: str, commons: Commons, staged: Path) -> DepositedExperiment:
    (row,) = commons.experiment_index.to_dict("records")
    (staged / name).mkdir()
    tables = []
    for table in _TABLES:
        frame = _sorted(table, commons)
        if len(frame) or table is ARCHITECTURES:
            data, written = csv_of(table, frame, f"{name}/{table.name}.csv")
            (staged / written.path).write_bytes(data)
            tables.append(written)
        if table is ARCHITECTURES:
            unfinished = int((frame["status"] == "incomplete").sum())
    made = DepositedExperiment(
        name,
        setting_of(row),
        attributes_of(row),
        str(row["configuration"]),
        tuple(tables),
        int(row["architecture_count"]),
        unfinished,
    )
    (staged / made.configuration_path).write_text(made.configuration, encoding="utf-8", newline="")
    return made


def _sorted(table: Table, commons: Commons) -> Any:
    frame = getattr(commons, table.name).compute()
    return frame.sort_values(list(table.sort_key), kind="stable", ignore_index=True)


def _about(name: str, opened: list[tuple[str, Commons]], **given: Any) -> About:
    for key in given:
        if key not in About.__dataclass_fields__:
            known = ", ".join(_DEFAULTS)
            raise ParameterError("deposit", f"arguments among {known}", repr(key), "Leave it out.")
    given = _DEFAULTS | given
    authors = given["authors"]
    texts = {
        **{key: given[key] for key in ("title", "licence", "version", "publisher")},
        **{f"authors, number {number}": one for number, one in enumerate(authors, start=1)},
    }
    for key, value in texts.items():
        if not isinstance(value, str) or not value.strip():
            raise ParameterError(f"deposit({key})", "text", repr(value), "Say it.")
    if not authors:
        raise ParameterError("deposit(authors)", "at least one author", "none", "Name one.")
    for key, form, example in (("version", _NAME, "1.0"), ("doi", _DOI, "10.7910/DVN/JS9FR6")):
        if given[key] and not form.fullmatch(str(given[key])):
            raise ParameterError(
                f"deposit({key}=…)", f"a {key} such as {example}", repr(given[key]), "Mend it."
            )
    now = datetime.now(UTC)
    given["description"] = given["description"] or _summary([commons for _, commons in opened])
    return About(name=name, year=now.year, date=now.strftime("%Y-%m-%d"), **given)


def _summary(opened: list[Commons]) -> str:
    count = sum(int(one.experiment_index["architecture_count"].sum()) for one in opened)
    spaces = dict.fromkeys(one.search_space() for one in opened)
    return (
        f"Records of {count:,} trained networks of {' and '.join(spaces)} from "
        f"{len(opened)} search{'es' * (len(opened) > 1)}."
    )


def _out(out: Any) -> Path:
    folder = Path(out).expanduser().absolute()
    if not _NAME.fullmatch(folder.name) or folder.name.lower() == "all":
        raise ParameterError(
            "deposit(out)",
            "a folder whose name has letters, digits, dots, hyphens and underscores",
            repr(folder.name),
            "It becomes the archive's name.",
        )
    return folder


@contextlib.contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which becomes the one that is wanted if all goes well."""
    staged = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError(
                str(folder),
                "a folder that is not there yet, or empty",
                "one with files in it" if folder.is_dir() else "a file",
                "Name another, or remove it.",
            )
        staged.mkdir(parents=True)
        yield staged
        if folder.is_dir():
            folder.rmdir()
        staged.rename(folder)
    except OSError as error:
        raise StoreError(
            str(error.filename or folder),
            "a folder that can be written",
            error.strerror or str(error),
            "Free some space, or name another folder.",
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _checksums(folder: Path) -> str:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = []
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    return "".join(lines)
