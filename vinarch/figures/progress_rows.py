"""Which rows of searches on a budget are drawn, and how the line of each group looks.

Rows of `vinarch.schema.SEARCH_PROGRESS` in, some of them in drawing order and looks out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.figures.paper_words import MARKERS
from vinarch.figures.progress_words import BEST
from vinarch.figures.theme import INK, SERIES, SERIES_DASHES
from vinarch.schema import SEARCH_PROGRESS

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = SEARCH_PROGRESS.names
MEASURES = (BEST, "hypervolume")
BUDGETS = ("networks", "epochs", "seconds")
MOST_GROUPS = 10
"""More lines cannot be told apart."""

_SAME = ("accuracy", "objectives", "reference", "reference_from")
_PANEL = ["group", "measure", "against"]


def drawn_rows(progress: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the rows that are drawn, in an order that is not that of the frame.

    Raises
    ------
    ParameterError
        If there is none, they come of several comparisons, or there are too many groups.
    """
    known = progress[progress[["budget", "value"]].notna().all(axis=1)]
    strange = sorted(
        {*progress["against"].astype(str)} - {*BUDGETS}
        | {*progress["measure"].astype(str)} - {*MEASURES}
    )
    several = [name for name in _SAME if len(known[name].drop_duplicates()) > 1]
    groups = sorted(set(known["group"].astype(str)), key=_natural)
    if known.empty or strange or several or len(groups) > MOST_GROUPS:
        got = (
            "no row with a budget and a value" if known.empty
            else repr(strange[0]) if strange
            else f"several {several[0]}" if several
            else f"{len(groups)} groups"
        )  # fmt: skip
        raise ParameterError(
            where,
            f"rows of one comparison of up to {MOST_GROUPS} groups of searches",
            got,
            "Pass what vinarch.compare_searches returns, or the rows of some groups of it.",
        )
    place = known["group"].astype(str).map({name: at for at, name in enumerate(groups)})
    ordered = known.assign(_place=place).sort_values(
        ["_place", "measure", "against", "archive", "experiment", "budget", "value"],
        na_position="first",
        ignore_index=True,
    )
    panel = [ordered[name] for name in _PANEL]
    own = ordered["experiment"].isna()
    # One search is drawn step by step, not at the budgets at which groups are told.
    single = (~own).groupby(panel).transform("any") & ordered.assign(
        n=ordered["n"].where(own)
    ).groupby(_PANEL)["n"].transform("max").isin([1])
    banded = (own & ordered["low"].notna()).groupby(panel).transform("any")
    kept = np.where(own, ~single, ~banded)
    return ordered.loc[kept.astype(bool), list(COLUMNS)].reset_index(drop=True)


def heavy_rows(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the heavy lines: of groups, where a group has any, else of its search."""
    own = drawn["experiment"].isna()
    grouped = own.groupby([drawn[name] for name in _PANEL])
    return drawn[own | ~grouped.transform("any")]


def looks_of_groups(lines: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the look of each group's line: colour and lightness, dash and mark all tell it."""
    looks = {}
    for place, name in enumerate(dict.fromkeys(lines["group"].astype(str))):
        turn = place + place // len(SERIES)
        looks[name] = {
            "color": SERIES[place % len(SERIES)],
            "linestyle": SERIES_DASHES[turn % len(SERIES_DASHES)],
            "linewidth": 0.9,
            "marker": MARKERS[turn % len(MARKERS)],
            "markersize": 3.0,
            "markeredgecolor": INK,
            "markeredgewidth": 0.3,
        }
    return looks


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Order names as people do: 2 before 10."""
    pieces = re.findall(r"\d+|\D+", text.casefold())
    return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in [*pieces, text]]
