"""Which matching subsequence a study shows: read from the command line, or chosen from the matches.

Text or a frame of matches in, one `ChosenRow` out; nothing is computed from a commons here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError, SelectionError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ChosenRow:
    """One matching subsequence of one experiment: what the figures of a study are about."""

    experiment: str
    start: int
    subsequence: str

    @classmethod
    def parse(cls, text: str) -> ChosenRow:
        """Read ``EXPERIMENT:START:BITS``.

        Raises
        ------
        ParameterError
            If the text has another form.

        Examples
        --------
        >>> ChosenRow.parse("1gpu_1e14_early_termination:0:10110")
        ChosenRow(experiment='1gpu_1e14_early_termination', start=0, subsequence='10110')
        """
        experiment, _, rest = str(text).partition(":")
        start, _, bits = rest.partition(":")
        if not (experiment and start.isdecimal() and bits):
            raise ParameterError(
                "select",
                "EXPERIMENT:START:BITS",
                repr(text),
                "For example 1gpu_1e14_early_termination:0:10110110101010.",
            )
        return cls(experiment, int(start), bits)


PUBLISHED_ROW = ChosenRow("1gpu_1e14_early_termination", 0, "10110110101010")
"""The row that the VINARCH paper shows (An et al., IEEE Cluster 2023)."""


def default_row(matches: pd.DataFrame) -> ChosenRow:
    """Choose a row to show: the published one where it is present, else the best supported.

    Parameters
    ----------
    matches : DataFrame
        Rows of `vinarch.match` by experiment.

    Returns
    -------
    ChosenRow
        Best supported is the row of most structures; of equal ones the longest, then the one of
        highest mean accuracy, then the first.

    Raises
    ------
    SelectionError
        If there is no row.
    """
    if matches.empty:
        raise SelectionError(
            "matches",
            "at least one matching subsequence",
            "none",
            "Try a smaller min_length, or experiments that have two structures or more.",
        )
    published = matches[
        (matches["experiment"] == PUBLISHED_ROW.experiment)
        & (matches["start"] == PUBLISHED_ROW.start)
        & (matches["subsequence"] == PUBLISHED_ROW.subsequence)
    ]
    if len(published):
        return PUBLISHED_ROW
    ranked = matches.sort_values(
        ["count", "length", "mean_val_accuracy_percent"], ascending=False, kind="stable"
    )
    best = ranked.iloc[0]
    return ChosenRow(str(best["experiment"]), int(best["start"]), str(best["subsequence"]))
