"""Which experiments have the wanted attributes: a column and a value in, a mask out.

Also what of an experiment a condition on networks can ask for.
Refuses what no experiment has, and says what there is.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_list_like

from vinarch.conditions import kind_of_type, kind_of_values
from vinarch.errors import SelectionError
from vinarch.schema import ARCHITECTURES, ATTRIBUTES, EXPERIMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.conditions import Kind
    from vinarch.store import Known

SELECTABLE = (
    "archive",
    "experiment",
    "status",
    "search_space",
    "strategy",
    "task_data",
    "hardware",
    "protocol",
    *ATTRIBUTES,
    "epoch_budget",
)
"""Columns of `experiments` that `Commons.select` takes, besides what `setting` holds."""

_SHOWN_VALUES = 20


def matching_experiments(index: pd.DataFrame, name: str, wanted: Any) -> pd.Series:
    """Return which rows of an index of experiments have a value, or one of several.

    Raises
    ------
    SelectionError
        If there is no such attribute, or no experiment has such a value.
    """
    names = [*SELECTABLE, *setting_names(index)]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise SelectionError(
            f"select({name}=…)",
            "an attribute: " + ", ".join(names),
            repr(name),
            f"Did you mean {near[0]}?" if near else "Pass one of these.",
        )
    values = [_plain(value) for value in (wanted if is_list_like(wanted) else [wanted])]
    held = [_plain(value) for value in _values(index, name)]
    known: list[Any] = []
    for value in held:
        if value is not None and not any(_same(value, other) for other in known):
            known.append(value)
    strange = [value for value in values if not any(_same(value, has) for has in known)]
    if strange or not values:
        raise SelectionError(
            f"select({name}=…)",
            "one of " + (_listed(known) or "nothing: none is known"),
            repr(strange[0]) if strange else "an empty list",
            _hint(strange, known),
        )
    chosen = [value is not None and any(_same(value, has) for has in values) for value in held]
    return pd.Series(chosen, index=index.index, dtype=bool)


def setting_names(index: pd.DataFrame) -> list[str]:
    """Return the attributes that the column `setting` of some experiment tells, sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> setting_names(pd.DataFrame({"setting": ['{"optimiser": "sgd"}', None]}))
    ['optimiser']
    """
    found = {name for setting in map(_setting, index["setting"]) for name in setting}
    return sorted(found - set(SELECTABLE))


def condition_columns(index: pd.DataFrame) -> dict[str, Kind]:
    """Return what a condition can name, and of which kind each is.

    A column of `architectures` comes before one of `experiments` of the same name, and that
    before a key of `setting`.
    """
    found: dict[str, Kind] = {
        name: kind_of_values(_plain(value) for value in _values(index, name))
        for name in setting_names(index)
    }
    for table in (EXPERIMENTS, ARCHITECTURES):
        for column in table.columns:
            kind = kind_of_type(column.type)
            if kind is not None:
                found[column.name] = kind
    return found


def known_values(index: pd.DataFrame, columns: Sequence[str]) -> dict[tuple[str, str], Known]:
    """Return what each experiment knows of the columns that are none of `architectures`."""
    names = [name for name in columns if name not in ARCHITECTURES.names]
    values = {name: [_plain(value) for value in _values(index, name)] for name in names}
    keys = zip(index["archive"].astype(str), index["experiment"].astype(str), strict=True)
    return {
        key: tuple((name, values[name][place]) for name in names) for place, key in enumerate(keys)
    }


def _values(index: pd.DataFrame, name: str) -> list[Any]:
    if name in index.columns and name in EXPERIMENTS.names:
        return index[name].tolist()
    return [_setting(setting).get(name) for setting in index["setting"]]


def _setting(text: Any) -> dict[str, Any]:
    return {} if pd.isna(text) else dict(json.loads(text))


def _listed(known: list[Any]) -> str:
    ordered = sorted(known, key=lambda value: (isinstance(value, str), value))
    more = len(ordered) - _SHOWN_VALUES
    shown = ", ".join(map(repr, ordered[:_SHOWN_VALUES]))
    return shown + (f" and {more} more" if more > 0 else "")


def _hint(strange: list[Any], known: list[Any]) -> str:
    for value in strange[:1]:
        for has in known:
            # 1e14 and "1" are what people type for the texts and numbers that an archive has.
            if str(has) == str(value) or (type(value) is float and str(has) == _short(value)):
                return f"Did you mean {has!r}?"
        # A short name of an experiment is half of its long one; difflib asks for 0.6 by default.
        words = {str(has).lower(): has for has in known}
        near = difflib.get_close_matches(str(value).lower(), words, n=1, cutoff=0.4)
        if near:
            return f"Did you mean {words[near[0]]!r}?"
    return "Pass one of these, or a list of them."


def _short(value: float) -> str:
    return f"{value:.0e}".replace("e+", "e")


def _plain(value: Any) -> Any:
    if not is_list_like(value) and pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _same(value: Any, known: Any) -> bool:
    # In Python 1 == True; as an attribute 1 GPU is not "with early termination".
    return isinstance(value, bool) == isinstance(known, bool) and bool(value == known)
