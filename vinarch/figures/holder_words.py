"""What the view of one subsequence in every experiment says in words: heading and caption.

The rows that are drawn in, sentences out; nothing is computed here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from vinarch.figures.measure_words import counted, percent

X_WORDS = "validation accuracy of the last epoch, mean over networks (%)"

_MOST_SYMBOLS = 60
"""Longer subsequences would fill the heading; their start and length tell them."""

_MOST_TOLD = 12
"""Of more experiments the data tell the numbers."""


def holder_heading(
    drawn: pd.DataFrame, found: int, start: int, subsequence: str
) -> tuple[str, str]:
    """Return the title and the line below it."""
    symbols = f"{subsequence}, " if len(subsequence) <= _MOST_SYMBOLS else ""
    below = f"{symbols}start index {start}, length {len(subsequence)}"
    if found > len(drawn):
        below += f"; the first {len(drawn)} of {found} experiments"
    return "The same subsequence in every experiment", below


def told_counts(row: Any) -> str:
    """Say how many hold it in an experiment.

    Examples
    --------
    >>> import pandas as pd
    >>> told_counts(pd.Series({"structure_count": 5, "network_count": 6}))
    '5 structures, 6 networks'
    >>> told_counts(pd.Series({"structure_count": 0, "network_count": 0}))
    'nobody holds it'
    """
    if not row.structure_count:
        return "nobody holds it"
    structures = counted(int(row.structure_count), "structure")
    return f"{structures}, {counted(int(row.network_count), 'network')}"


def holder_caption(drawn: pd.DataFrame, found: int, start: int, subsequence: str) -> str:
    """Say where it is held, by how many, and how accurate they are beside all networks."""
    archives = ", ".join(sorted(set(drawn["archive"].astype(str))))
    holding = drawn[drawn["structure_count"] > 0]
    held = f"{len(holding)} hold{'s' * (len(holding) == 1)} it"
    said = (
        f"The subsequence {subsequence} (start index {start}, length {len(subsequence)}) in "
        f"{counted(found, 'experiment')} of {archives}"
    )
    if found > len(drawn):
        said += f", the first {len(drawn)} of them drawn"
    said += f", of which {held}; filled circles: where it is a matching subsequence; diamonds: all "
    said += "networks of the experiment."
    known = drawn[["mean", "own_mean"]].notna()
    if known.any(axis=None):
        said += (
            " Means over networks of the validation accuracy of their last epoch; lines: 95 % "
            "bootstrap intervals, where there are networks enough."
        )
    else:
        said += " No validation accuracy is recorded."
    for _, row in holding.iterrows() if len(holding) <= _MOST_TOLD else ():
        mean, own = row["mean"], row["own_mean"]
        told = f", {percent(float(mean))} %" if pd.notna(mean) else ""
        told += f" (all {percent(float(own))} %)" if pd.notna(own) else ""
        said += f" {row['experiment']}: {told_counts(row)}{told}."
    return said
