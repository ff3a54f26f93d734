"""Which searches belong together: rows of `experiments` in, groups with names in words out.

No networks, no Dask.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_list_like

from vinarch.errors import ParameterError
from vinarch.parameters import check_choice
from vinarch.schema import EXPERIMENTS
from vinarch.selection import SELECTABLE, setting_names

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAYS_ITSELF = {"archive", "experiment", "strategy", "search_space", "task_data", "hardware"}
"""Attributes whose values are understood without their names."""


@dataclass(frozen=True)
class Member:
    """Where a search belongs."""

    held: tuple[Any, ...]
    """Of the attributes grouped by; None where unknown."""
    group: str
    """The same in words."""
    pair: str | None
    """What the search shares with its partner in another group."""


def attribute_names(asked: Any, index: pd.DataFrame, where: str) -> tuple[str, ...]:
    """Return the attributes that an argument names: none, one or several.

    Raises
    ------
    ParameterError
        If no experiment has such an attribute, or one stands twice.
    """
    names = [] if asked is None else list(asked) if is_list_like(asked) else [asked]
    known = [*SELECTABLE, *setting_names(index)]
    checked = [str(check_choice(where, name, known)) for name in names]
    if len(set(checked)) < len(checked):
        raise ParameterError(where, "each attribute once", repr(asked), "Leave the second out.")
    if "experiment" in checked and "archive" not in checked and len(set(index["archive"])) > 1:
        # The name of an experiment is unique in its archive only.
        checked.insert(checked.index("experiment"), "archive")
    return tuple(checked)


def members_of(
    index: pd.DataFrame, by: Sequence[str], paired_by: Sequence[str]
) -> dict[tuple[str, str], Member]:
    """Say of each experiment which group it is in, groups in the order of their values.

    Parameters
    ----------
    index : pandas.DataFrame
        Rows of `experiments`.
    by, paired_by : sequence of str
        As `attribute_names` returns them.

    Returns
    -------
    dict of (archive, experiment) to Member

    Raises
    ------
    ParameterError
        If two searches of a group have the same partner.

    Examples
    --------
    >>> index = pd.DataFrame({"archive": "a", "experiment": ["e", "f"], "setting": None,
    ...     "early_termination": [True, False]})
    >>> [member.group for member in members_of(index, ["early_termination"], []).values()]
    ['no early termination', 'early termination']
    """
    found = []
    for _, row in index.iterrows():
        values = tuple(_value(row, name) for name in by)
        shared = [_words(name, _value(row, name)) for name in paired_by]
        found.append(((str(row["archive"]), str(row["experiment"])), values, ", ".join(shared)))
    found.sort(key=lambda one: ([_rank(value) for value in one[1]], one[0]))
    names = _group_names({values for _, values, _ in found}, by)
    members = {
        key: Member(values, names[values], pair if paired_by else None)
        for key, values, pair in found
    }
    if paired_by:
        _check_pairs(members, paired_by)
    return members


def by_columns(by: Sequence[str], members: Sequence[Member]) -> dict[str, pd.Series]:
    """Return a column an attribute, one value a member; archive and experiment left out."""
    columns = {}
    for place, name in enumerate(by):
        if name in {"archive", "experiment"}:
            continue
        values = [member.held[place] for member in members]
        if name in EXPERIMENTS.names:
            dtype = EXPERIMENTS.column(name).pandas_dtype
        else:
            dtype = pd.StringDtype("pyarrow")
            values = [None if value is None else str(value) for value in values]
        columns[name] = pd.Series(values, dtype=dtype)
    return columns


def _group_names(groups: set[tuple[Any, ...]], by: Sequence[str]) -> dict[tuple[Any, ...], str]:
    names = {
        values: ", ".join(_words(name, value) for name, value in zip(by, values, strict=True))
        or "all searches"
        for values in groups
    }
    if len(set(names.values())) == len(groups):
        return names
    return {
        values: ", ".join(f"{name}={value!r}" for name, value in zip(by, values, strict=True))
        for values in groups
    }


def _words(name: str, value: Any) -> str:
    spaced = name.replace("_", " ")
    if value is None:
        return f"{spaced} unknown"
    if isinstance(value, bool):
        return spaced if value else f"no {spaced}"
    return str(value) if name in _SAYS_ITSELF else f"{spaced} {value}"


def _value(row: pd.Series, name: str) -> Any:
    if name in EXPERIMENTS.names:
        value = row[name]
    else:
        setting = row["setting"]
        value = None if pd.isna(setting) else json.loads(setting).get(name)
        if is_list_like(value):
            return json.dumps(value)
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _rank(value: Any) -> tuple[bool, bool, Any]:
    return (value is None, isinstance(value, str), 0 if value is None else value)


def _check_pairs(members: dict[tuple[str, str], Member], paired_by: Sequence[str]) -> None:
    seen: dict[tuple[str, str | None], str] = {}
    for (_, experiment), member in members.items():
        other = seen.setdefault((member.group, member.pair), experiment)
        if other != experiment:
            raise ParameterError(
                "compare_searches(paired_by=…)",
                f"searches of a group that differ in {' and '.join(paired_by)}",
                f"{other} and {experiment}, both {member.pair}, in {member.group}",
                "Name what tells the searches of a group apart, or leave it out.",
            )
