"""The tables that a study writes and shows: frames of matches and distances in, small frames out.

No Dask, no files, no commons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

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
