"""Check what a call of `vinarch.ingest` says: arguments in, a description of the records out.

Reads no row and touches no disk.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import pyarrow.compute as pc

from vinarch.catalog import load_catalog
from vinarch.dialects.columns_card import read_mapping
from vinarch.dialects.columns_mapping import check_columns, complete_mapping, nearest
from vinarch.errors import CardError, DialectError, ParameterError
from vinarch.fetching import default_home
from vinarch.own_records.keeping import Description

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import SearchSpace
    from vinarch.own_records.frames import OwnFrame

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_RESERVED = ("all",)


class About(TypedDict, total=False):
    """What else a call can say of its records."""

    strategy: str
    task_data: str
    hardware: str
    protocol: str
    objectives: Sequence[str]
    epoch_budget: float
    first_epoch: float
    epoch_step: float | None
    licence: str
    citation: str


_TEXTS = ("strategy", "task_data", "hardware", "protocol", "licence", "citation")
_NUMBERS = ("epoch_budget", "first_epoch", "epoch_step")


def describe_records(space: SearchSpace, columns: dict[str, Any], about: About) -> Description:
    """Return what a call says of its records.

    Raises
    ------
    ParameterError
        If there is no such argument, or it cannot have the value.
    """
    # NumPy's numbers are numbers.
    given: dict[str, Any] = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in about.items()
    }
    for name, value in given.items():
        where = f"ingest({name}=…)"
        if name not in About.__annotations__:
            known = tuple(About.__annotations__)
            raise ParameterError(
                "ingest", "arguments among " + ", ".join(known), repr(name), nearest(name, known)
            )
        if name in _TEXTS and not (isinstance(value, str) and value.strip()):
            raise ParameterError(where, "text", repr(value), "Leave it out if there is none.")
        if name in _NUMBERS and not _is_number(value, name):
            least = "0 or more" if name == "first_epoch" else "more than 0"
            raise ParameterError(where, f"a number, {least}", repr(value), "Pass one.")
    objectives = given.pop("objectives", ())
    if isinstance(objectives, str) or not all(isinstance(one, str) for one in objectives):
        raise ParameterError(
            "ingest(objectives=…)",
            "a list such as ['max val_accuracy_percent', 'min mflops']",
            repr(objectives),
            "Pass one.",
        )
    licence, citation = given.pop("licence", None), given.pop("citation", None)
    setting = given | {"search_space": space.name, "objectives": list(objectives)}
    # As it will be read again, so that the same call gives the same description.
    return Description.from_json(Description(columns, setting, licence, citation).to_json())


def _is_number(value: Any, name: str) -> bool:
    if name == "epoch_step" and value is None:
        return True
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 <= value < float("inf")
        and (value > 0 or name == "first_epoch")
    )


def check_mapping(columns: dict[str, Any], own: OwnFrame) -> None:
    """Refuse a mapping that cannot be read, or does not fit the frame.

    Raises
    ------
    ParameterError
        If it does not.
    """
    names = own.table.column_names
    try:
        mapping = read_mapping(columns, "ingest(columns=…)")
        check_columns(mapping, names, "ingest(frame)")
        complete_mapping(mapping, names, "the frame")
    except (CardError, DialectError) as error:
        raise as_parameter(error) from error
    for name in ("archive", "experiment"):
        if name in names and name not in mapping.named_columns:
            _refuse_several(name, pc.unique(own.table[name]).to_pylist())


def _refuse_several(name: str, values: Sequence[Any]) -> None:
    """Refuse a frame of several experiments, which would become one."""
    if len(values) > 1:
        shown = ", ".join(map(repr, values[:3])) + (", …" if len(values) > 3 else "")  # noqa: PLR2004 - enough to know them by
        raise ParameterError(
            f"ingest(frame), column {name}",
            f"one {name} a call",
            f"{len(values)}: {shown}",
            f"Ingest one part at a time: for name, part in frame.groupby({name!r}): "
            f"vinarch.ingest(part, {name}=name, …); or leave the column out: "
            f"columns={{'ignore': [{name!r}], …}}.",
        )


def as_parameter(error: CardError | DialectError, path: str = "") -> ParameterError:
    """Return the error as one of the call, which knows no file of that path."""
    where = error.where
    if path and where.startswith(path):
        where = "ingest(frame)" + where.removeprefix(path)
    return ParameterError(where, error.expected, error.got, error.next_step)


def check_name(argument: str, name: Any) -> None:
    """Refuse a name of an archive or experiment that no folder can have.

    Raises
    ------
    ParameterError
        If it is one.
    """
    if isinstance(name, str) and _NAME.fullmatch(name) and name.lower() not in _RESERVED:
        return
    raise ParameterError(
        f"ingest({argument}=…)",
        "a name of letters, digits, dots, hyphens, plus signs and underscores, a letter or digit "
        f"first, and not {' or '.join(_RESERVED)}",
        repr(name),
        "It becomes the name of a folder.",
    )


def refuse_published(archive: str) -> None:
    """Refuse the name of an archive of the catalog.

    Raises
    ------
    ParameterError
        If it is one.
    """
    for card in load_catalog():
        if card.name.lower() == archive.lower():
            raise ParameterError(
                "ingest(archive=…)",
                "a name that no archive of the catalog has",
                repr(archive),
                "Choose another, so that nobody takes these records for the published ones.",
            )


def commons_root(into: str | os.PathLike[str] | None) -> Path:
    """Return the folder of the commons that a call names, else the one in ``VINARCH_HOME``.

    Raises
    ------
    ParameterError
        If it is no folder's name.
    """
    if into is None:
        return default_home() / "commons"
    try:
        text = os.fspath(into)
        if isinstance(text, str) and text.strip() and "\0" not in text:
            return Path(text).expanduser().absolute()
    except (TypeError, RuntimeError):
        pass
    raise ParameterError(
        "ingest(into=…)", "a folder, as text or as a path", repr(into), "Name the commons' folder."
    )
