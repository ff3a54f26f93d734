"""Which experiments have the wanted attributes: a column and a value in, a mask out.

Refuses what no experiment has, and says what there is.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pandas.api.types import is_list_like

from vinarch.errors import SelectionError
from vinarch.schema import ATTRIBUTES

if TYPE_CHECKING:
    import pandas as pd

SELECTABLE = ("archive", "experiment", "status", "search_space", *ATTRIBUTES)
"""Columns of `experiments` that `Commons.select` takes."""


def matching_experiments(index: pd.DataFrame, name: str, wanted: Any) -> pd.Series:
    """Return which rows of an index of experiments have a value, or one of several.

    Raises
    ------
    SelectionError
        If there is no such attribute, or no experiment has such a value.
    """
    if name not in SELECTABLE:
        near = difflib.get_close_matches(name, SELECTABLE, n=1)
        raise SelectionError(
            f"select({name}=…)",
            "an attribute: " + ", ".join(SELECTABLE),
            repr(name),
            f"Did you mean {near[0]}?" if near else "Pass one of these.",
        )
    values = [_plain(value) for value in (wanted if is_list_like(wanted) else [wanted])]
    known = index[name].dropna().unique().tolist()
    strange = [value for value in values if not any(_same(value, has) for has in known)]
    if strange or not values:
        raise SelectionError(
            f"select({name}=…)",
            "one of " + (", ".join(repr(has) for has in sorted(known)) or "nothing: none is known"),
            repr(strange[0]) if strange else "an empty list",
            _hint(strange, known),
        )
    return index[name].isin(values).fillna(value=False).astype(bool)


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
    return value.item() if hasattr(value, "item") else value


def _same(value: Any, known: Any) -> bool:
    # In Python 1 == True; as an attribute 1 GPU is not "with early termination".
    return isinstance(value, bool) == isinstance(known, bool) and bool(value == known)
