"""What the scatter of matching subsequences says in words: its caption.

The rows that are drawn in, sentences out; nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.figures.measure_words import of_trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def scatter_caption(
    drawn: pd.DataFrame, whose: str, undrawn: int, reach: float, series: Sequence[str]
) -> str:
    """Say what is drawn, how points are told apart, and which rows are chosen.

    Parameters
    ----------
    drawn : pandas.DataFrame
        The rows that are drawn, with ``density``.
    whose : str
        What the rows are of, in words.
    undrawn : int
        Rows without an accuracy.
    reach : float
        Percentage points within which points coincide.
    series : sequence of str
        The experiments that have a colour and a mark each.
    """
    accuracy, counts = drawn["mean_val_accuracy_percent"], drawn["count"]
    over = "of the trained networks" if of_trained(drawn) else "over all epochs of the networks"
    said = (
        f"{len(drawn):,} matching subsequences of {whose}: length "
        f"{int(drawn['length'].min())} to {int(drawn['length'].max())} symbols, mean validation "
        f"accuracy ({over} that hold it) {float(accuracy.min()):.2f} to "
        f"{float(accuracy.max()):.2f} %; the area of a point grows with the number of structures "
        f"that hold the subsequence, {int(counts.min())} to {int(counts.max())}."
    )
    if series:
        rows = drawn["experiment"].astype(str)
        told = [f"{name} ({int((rows == name).sum()):,})" for name in series]
        said += f" Colour and mark tell the experiment: {', '.join(told)}."
    else:
        said += (
            " The darker a point, the more points lie on its spot, that is, have its length and "
            f"an accuracy within {reach:.2g} percentage points: up to "
            f"{int(drawn['density'].max())}."
        )
    if undrawn:
        said += f" {undrawn:,} without a recorded accuracy are not drawn."
    several = "experiment" in drawn.columns and len(drawn["experiment"].drop_duplicates()) > 1
    for _, row in drawn[drawn["chosen"].astype(bool)].iterrows():
        there = f" in {row['experiment']}" if several else ""
        said += (
            f" Chosen (yellow, ringed){there}: {row['subsequence']}, start index "
            f"{int(row['start'])}, length {int(row['length'])}, in {int(row['count'])} "
            f"structures, mean validation accuracy {float(row['mean_val_accuracy_percent']):.2f} %."
        )
    return said
