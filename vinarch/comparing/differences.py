"""How far groups of searches lie apart, quantity by quantity.

The frame of `search_outcomes` in, `vinarch.schema.SEARCH_DIFFERENCES` out.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.comparing.contrasts import Contrast, independent_contrast, paired_contrast
from vinarch.errors import ParameterError
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.schema import SEARCH_DIFFERENCES, SEARCH_OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = ["against", "measure", "quantity", "share", "level", "unit"]


def search_differences(outcomes: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Compare each two groups of searches: the second's mean less the first's.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        What `search_outcomes` returns.
    confidence : float, default 0.95
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.SEARCH_DIFFERENCES`. Searches are compared in pairs where
        `compare_searches` was told what pairs them. Intervals need four pairs, or four searches
        on either side, p values three; ``interval`` says what is missing.

    Raises
    ------
    ParameterError
        If the frame is another one, or has one group only.

    Notes
    -----
    The interval is a studentised bootstrap, of the differences where they are paired. The p value
    is that of a permutation test, exact where there are at most 9,999 permutations: three pairs
    cannot give less than 0.25. Neither is corrected for the number of rows.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6").select(gpus=1)
    >>> progress = vinarch.compare_searches(
    ...     commons, "early_termination", against="epochs", paired_by="beam"
    ... )
    >>> found = vinarch.search_differences(vinarch.search_outcomes(progress))
    >>> found[found["quantity"] == "spent"][["group_b", "measure", "n_a", "difference", "p_value"]]
                 group_b              measure  n_a  difference  p_value
    1  early termination  best_so_far_percent    3 -649.666667     0.25
    8  early termination          hypervolume    3 -649.666667     0.25
    """
    check_confidence("search_differences(confidence=…)", confidence)
    _check(outcomes)
    single = outcomes[outcomes["experiment"].notna()]
    groups = list(dict.fromkeys(outcomes["group"].astype(str)))
    rows = [
        row
        for first, second in combinations(groups, 2)
        for row in _differences(single, first, second, confidence)
    ]
    frame = pd.DataFrame(rows, columns=list(SEARCH_DIFFERENCES.names))
    return frame.astype(SEARCH_DIFFERENCES.empty().dtypes.to_dict())


def _check(outcomes: Any) -> None:
    columns = set(outcomes.columns) if isinstance(outcomes, pd.DataFrame) else set()
    missing = [name for name in SEARCH_OUTCOMES.names if name not in columns]
    if missing:
        raise ParameterError(
            "search_differences",
            "the frame that search_outcomes returns",
            f"no {', '.join(missing)}" if columns else type(outcomes).__name__,
            "Pass vinarch.search_outcomes(vinarch.compare_searches(…)).",
        )
    groups = outcomes["group"].nunique()
    if groups < 2:  # noqa: PLR2004 - a pair
        raise ParameterError(
            "search_differences",
            "at least two groups of searches",
            str(groups),
            'Group them: compare_searches(…, by="strategy").',
        )


def _differences(
    single: pd.DataFrame, first: str, second: str, confidence: float
) -> Iterator[dict[str, Any]]:
    both = single[single["group"].isin([first, second])]
    paired = bool(both["pair"].notna().all())
    for key, rows in both.groupby(_KEY, sort=False, dropna=False):
        one, other = rows[rows["group"] == first], rows[rows["group"] == second]
        found = _contrast(one, other, confidence, paired=paired)
        told = dict(zip(_KEY, key, strict=True))
        yield {
            **{name: told[name] for name in _KEY if name != "level"},
            "group_a": first,
            "group_b": second,
            "paired": paired,
            "n_a": found.n_a,
            "n_b": found.n_b,
            "difference": found.difference,
            "low": found.interval.low,
            "high": found.interval.high,
            "p_value": found.p_value,
            "interval": found.told,
        }


def _contrast(
    one: pd.DataFrame, other: pd.DataFrame, confidence: float, *, paired: bool
) -> Contrast:
    if paired:
        sides = one.merge(other, on="pair", suffixes=("_a", "_b"))
        return paired_contrast(_values(sides["value_a"]), _values(sides["value_b"]), confidence)
    return independent_contrast(_values(one["value"]), _values(other["value"]), confidence)


def _values(column: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    return column.to_numpy(dtype=np.float64)
