"""The tables that a study writes and shows: frames of matches and distances in, small frames out.

No Dask, no files, no commons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.genome import flat_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def subsequence_table(matches: pd.DataFrame) -> pd.DataFrame:
    """Return matches in the columns and the form in which VINARCH publishes them.

    Returns
    -------
    DataFrame
        Columns ``experiment, subsequence, length, start, structures, count,
        mean_val_accuracy_percent``; a subsequence reads ``[1,0,1]`` (so that no spreadsheet takes
        it for a number), structures ``11;29;30``.
    """
    table = matches[
        [
            "experiment",
            "subsequence",
            "length",
            "start",
            "structures",
            "count",
            "mean_val_accuracy_percent",
        ]
    ].copy()
    table["subsequence"] = ["[" + ",".join(flat) + "]" for flat in table["subsequence"]]
    table["structures"] = [";".join(map(str, held)) for held in table["structures"]]
    return table


def experiments_holding(
    across: pd.DataFrame, structures: pd.DataFrame, left_out: Iterable[str] = ()
) -> pd.Series:
    """Return in how many experiments a structure holds each matching subsequence.

    Parameters
    ----------
    across : pandas.DataFrame
        Rows of `vinarch.match` across experiments.
    structures : pandas.DataFrame
        One row a structure and experiment: ``archive, experiment, structure_id``.
    left_out : iterable of str, optional
        Structures that do not count.

    Returns
    -------
    pandas.Series of int64
        One value a row of `across`, with its index.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.summary import experiments_holding
    >>> across = pd.DataFrame({"start": [0, 1], "length": [2, 2], "subsequence": ["10", "01"]})
    >>> structures = pd.DataFrame(
    ...     {
    ...         "archive": "toy",
    ...         "experiment": ["a", "a", "b"],
    ...         "structure_id": ["s:100", "s:101", "s:101"],
    ...     }
    ... )
    >>> experiments_holding(across, structures).tolist()
    [2, 2]
    >>> experiments_holding(across, structures, ["s:101"]).tolist()
    [1, 0]
    """
    kept = structures[~structures["structure_id"].isin(list(left_out))]
    flats = kept["structure_id"].map(flat_of)
    by_experiment = flats.groupby([kept["archive"], kept["experiment"]])
    experiments = [mine.tolist() for _, mine in by_experiment]
    rows = list(zip(across["start"], across["length"], across["subsequence"], strict=True))
    held = {
        place: [{flat[place[0] : sum(place)] for flat in mine} for mine in experiments]
        for place in {(start, length) for start, length, _ in rows}
    }
    counts = [
        sum(symbols in mine for mine in held[start, length]) for start, length, symbols in rows
    ]
    return pd.Series(counts, index=across.index, dtype="int64")


def distance_digest(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return number, sum, lowest and highest of the distances of each experiment.

    Digests of pieces of a table add up: `distance_overview` takes them.
    """
    return pairs.groupby("experiment")["distance"].agg(["size", "sum", "min", "max"])


def distance_overview(digests: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return one row an experiment from the digests of all pieces of the distances.

    Returns
    -------
    DataFrame
        Columns ``experiment, pairs, lowest_distance, mean_distance, highest_distance``.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.summary import distance_digest, distance_overview
    >>> pairs = pd.DataFrame({"experiment": ["a", "a", "b"], "distance": [1.0, 4.0, 2.0]})
    >>> distance_overview([distance_digest(pairs[:1]), distance_digest(pairs[1:])])
      experiment  pairs  lowest_distance  mean_distance  highest_distance
    0          a      2              1.0            2.5               4.0
    1          b      1              2.0            2.0               2.0
    """
    merged = (
        pd.concat(list(digests))
        .groupby(level="experiment")
        .agg({"size": "sum", "sum": "sum", "min": "min", "max": "max"})
    )
    return pd.DataFrame(
        {
            "experiment": merged.index.astype(object),
            "pairs": merged["size"].to_numpy(dtype="int64"),
            "lowest_distance": merged["min"].to_numpy(),
            "mean_distance": (merged["sum"] / merged["size"]).to_numpy(),
            "highest_distance": merged["max"].to_numpy(),
        }
    )
