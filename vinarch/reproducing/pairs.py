"""Compare experiments two by two: shared structures, their accuracies, shared subsequences.

Experiments and the lengths of their shared starts in, the table of pairs out.
Each pair is compared as a whole and without the structures of its shared start.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.intervals import CONFIDENCE, mean_interval, rank_correlation
from vinarch.reproducing.overlap import Subsequences, chance_jaccard, jaccard, subsequences_of
from vinarch.reproducing.searches import MEASURES, differing, relation
from vinarch.schema import EXPERIMENT_PAIRS
from vinarch.subsequence import MIN_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from vinarch.reproducing.searches import Experiment

EVERYTHING, WITHOUT_START = "all", "without_shared_start"
SCOPES = (EVERYTHING, WITHOUT_START)


@dataclass(frozen=True)
class _Side:
    """One experiment of a pair, without the structures that are left out."""

    structures: pd.DataFrame
    subsequences: Subsequences


def pair_table(
    experiments: Sequence[Experiment],
    lengths: npt.NDArray[np.int64],
    min_length: int = MIN_LENGTH,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Compare every two experiments.

    Parameters
    ----------
    experiments : sequence of Experiment
        By archive and name; m of them.
    lengths : ndarray of int64, shape (m, m)
        Lengths of shared starts, from `vinarch.reproducing.starts.shared_lengths`.
    min_length : int, default 5
        Shortest matching subsequence, in symbols.
    confidence : float, default 0.95

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.EXPERIMENT_PAIRS`: m(m - 1)/2 pairs, two scopes, two measures.
    """
    # An experiment leaves out the same structures in most of its pairs.
    sides: dict[tuple[int, frozenset[str]], _Side] = {}

    def side(number: int, left_out: frozenset[str]) -> _Side:
        key = (number, left_out)
        if key not in sides:
            sides[key] = _side(experiments[number], left_out, min_length)
        return sides[key]

    rows = []
    for one, other in combinations(range(len(experiments)), 2):
        length = int(lengths[one, other])
        setting = _setting(experiments[one], experiments[other], length)
        for scope in SCOPES:
            left_out = frozenset(experiments[one].order[: length if scope != EVERYTHING else 0])
            first, second = side(one, left_out), side(other, left_out)
            overlap, both = _overlap(first, second), _shared(first, second)
            rows += [
                {
                    **setting,
                    "scope": scope,
                    "measure": measure,
                    **overlap,
                    **_agreement(both, measure, confidence),
                }
                for measure in MEASURES
            ]
    columns = {name: [row[name] for row in rows] for name in EXPERIMENT_PAIRS.names}
    return EXPERIMENT_PAIRS.frame(EXPERIMENT_PAIRS.arrow_table(columns, len(rows)))


def _side(experiment: Experiment, left_out: frozenset[str], min_length: int) -> _Side:
    structures = experiment.structures
    structures = structures[~structures.index.isin(left_out)]
    name = f"{experiment.archive}/{experiment.name}"
    return _Side(structures, subsequences_of(structures.index, name, min_length))


def _setting(first: Experiment, second: Experiment, length: int) -> dict[str, Any]:
    return {
        "archive_a": first.archive,
        "experiment_a": first.name,
        "archive_b": second.archive,
        "experiment_b": second.name,
        "relation": relation(first, second),
        "differing": differing(first, second),
        "shared_start_length": length,
    }


def _overlap(first: _Side, second: _Side) -> dict[str, Any]:
    one, other = first.structures.index, second.structures.index
    shared = len(one.intersection(other))
    either = len(one) + len(other) - shared
    return {
        "structure_count_a": len(one),
        "structure_count_b": len(other),
        "shared_structure_count": shared,
        "structure_jaccard": shared / either if either else float("nan"),
        "subsequence_count_a": len(first.subsequences.found),
        "subsequence_count_b": len(second.subsequences.found),
        "shared_subsequence_count": len(first.subsequences.found & second.subsequences.found),
        "subsequence_jaccard": jaccard(first.subsequences.found, second.subsequences.found),
        "chance_subsequence_jaccard": chance_jaccard(
            first.subsequences.by_chance, second.subsequences.by_chance
        ),
    }


def _shared(first: _Side, second: _Side) -> pd.DataFrame:
    return first.structures.merge(
        second.structures, left_index=True, right_index=True, suffixes=("_a", "_b")
    )


def _agreement(both: pd.DataFrame, measure: str, confidence: float) -> dict[str, Any]:
    both = both[both[f"{measure}_a"].notna() & both[f"{measure}_b"].notna()]
    one, other = both[f"{measure}_a"].to_numpy(), both[f"{measure}_b"].to_numpy()
    full = (both["full_budget_count_a"] == both["network_count_a"]) & (
        both["full_budget_count_b"] == both["network_count_b"]
    )
    apart = np.abs(other - one)
    interval = mean_interval(apart, confidence)
    rank = rank_correlation(one, other, confidence)
    return {
        "n": len(both),
        "full_budget_count": int(full.sum()),
        "mean_difference_points": float(np.mean(other - one)) if len(both) else float("nan"),
        "mean_absolute_difference_points": float(apart.mean()) if len(both) else float("nan"),
        # The interval of a mean may reach below what a distance can be.
        "mean_absolute_difference_low": float(np.maximum(interval.low, 0.0)),
        "mean_absolute_difference_high": interval.high,
        "spearman": rank.value,
        "spearman_low": rank.interval.low,
        "spearman_high": rank.interval.high,
    }
