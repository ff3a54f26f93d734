"""The frame behind a drawing of claims: the published values of one place of a paper.

The table of claims in, some of its rows out; nothing is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import SelectionError
from vinarch.schema.published import CLAIMED_VALUES

if TYPE_CHECKING:
    import pandas as pd


def claimed_points(claims: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return the claims of one place that have a published value.

    Parameters
    ----------
    claims : pandas.DataFrame
        What `vinarch.claims` returns.
    place : str
        As its column ``place`` has it, such as ``"Fig. 7"``.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.published.CLAIMED_VALUES`, in the order of the paper.

    Raises
    ------
    SelectionError
        If no claim stands there, or none has a published value.
    """
    rows = claims[(claims["place"] == place).fillna(value=False) & claims["published"].notna()]
    if rows.empty:
        places = claims.loc[claims["published"].notna(), "place"].drop_duplicates()
        raise SelectionError(
            "argument place",
            "a place with published values: " + ", ".join(places),
            repr(place),
            "Name one of these.",
        )
    return rows[list(CLAIMED_VALUES.names)].reset_index(drop=True)
