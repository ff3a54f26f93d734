"""How the columns of a study's tables look on its page: shorter heads, words for codes, intervals.

Knows names of columns only; the frames keep their names and codes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vinarch.report import Look

if TYPE_CHECKING:
    from collections.abc import Iterable

SCOPES = {
    "all": "all structures",
    "without_shared_start": "structures of the shared start left out",
}

LOOKS = {
    "experiment": Look(words=((None, "all experiments"),)),
    "architecture_count": Look("architectures"),
    "structure_count": Look("structures"),
    "network_count": Look("networks"),
    "experiment_count": Look("experiments"),
    "history_row_count": Look("epochs read"),
    "rejected_row_count": Look("rows rejected"),
    "status": Look(words=(("no_histories", "no histories"),)),
    "mean_val_accuracy_percent": Look("mean accuracy (%)"),
    "last_mean": Look("mean of last", ends=("last_low", "last_high")),
    "last_median": Look("median of last"),
    "best_mean": Look("mean of best", ends=("best_low", "best_high")),
    "experiment_a": Look("first experiment"),
    "experiment_b": Look("second experiment"),
    "full_budget_count": Look("whole budget"),
    "mean_absolute_difference_points": Look(
        "mean difference (points)",
        ends=("mean_absolute_difference_low", "mean_absolute_difference_high"),
    ),
    "spearman": Look("Spearman", ends=("spearman_low", "spearman_high")),
    "shared_start_length": Look("shared start"),
    "shared_structure_count": Look("structures of both"),
    "structure_jaccard": Look("Jaccard"),
    "shared_subsequence_count": Look("subsequences of both"),
    "subsequence_jaccard": Look("Jaccard"),
    "chance_subsequence_jaccard": Look("by chance"),
    "training": Look("trainings", (("all", "all"), ("full_budget", "whole budget only"))),
    "standard_deviation_points": Look(
        "standard deviation (points)", ends=("standard_deviation_low", "standard_deviation_high")
    ),
}


def looks_of(columns: Iterable[str]) -> dict[str, Look]:
    """Return the looks of those columns that do not look as they are.

    An interval is left out where its ends are not among the columns.

    Examples
    --------
    >>> looks_of(["network_count", "n"])["network_count"].head
    'networks'
    """
    mine = set(columns)
    looks = {name: look for name, look in LOOKS.items() if name in mine}
    return {
        name: look if mine.issuperset(look.ends) else replace(look, ends=())
        for name, look in looks.items()
    }
