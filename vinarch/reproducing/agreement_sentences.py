"""Say in plain sentences how well accuracies of two experiments agree: replication and transfer.

The table of pairs in, sentences with its numbers out.
Each sentence names its measure; none tells a test that was not made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.intervals import FEWEST_CORRELATED
from vinarch.reproducing.pairs import EVERYTHING, WITHOUT_START
from vinarch.reproducing.searches import BEST, LAST, REPLICATION, TRANSFER, UNKNOWN
from vinarch.reproducing.wording import counted, decimal, level, listed, span, were, whole
from vinarch.schema import ATTRIBUTES

if TYPE_CHECKING:
    import pandas as pd


def replication_sentences(pairs: pd.DataFrame, confidence: float) -> list[str]:
    """Say how well accuracies agree between experiments on the same task data.

    Parameters
    ----------
    pairs : DataFrame
        Of the schema `vinarch.schema.EXPERIMENT_PAIRS`.
    confidence : float

    Returns
    -------
    list of str
    """
    if pairs.empty:
        return []
    rows = pairs[pairs["relation"] == REPLICATION]
    if rows.empty:
        return [
            (
                "No two experiments are known to have the same task data, so no difference between "
                "experiments is evidence about replication."
            )
        ]
    data = "the same task data"
    return [*_shared(rows, data), *_settings(rows), *_agreement(rows, data, confidence)]


def transfer_sentences(pairs: pd.DataFrame, confidence: float) -> list[str]:
    """Say how far accuracies lie apart between experiments on other task data."""
    said = []
    rows = pairs[pairs["relation"] == TRANSFER]
    if len(rows):
        data = "different task data"
        said += [*_shared(rows, data), *_agreement(rows, data, confidence)]
        said.append(
            "Differences between experiments on different task data are transfer: they say nothing "
            "about replication."
        )
    unknown = len(_one_row_a_pair(pairs[pairs["relation"] == UNKNOWN]))
    if unknown:
        said.append(
            f"For {counted(unknown, 'pair')} it is unknown whether the task data are the same: "
            "their differences count neither as replication nor as transfer."
        )
    return said


def _one_row_a_pair(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["scope"] == EVERYTHING) & (rows["measure"] == LAST)]


def _shared(rows: pd.DataFrame, data: str) -> list[str]:
    everything = _one_row_a_pair(rows)
    rest = rows[(rows["scope"] == WITHOUT_START) & (rows["measure"] == LAST)]
    counts = everything["shared_structure_count"]
    one = len(counts) == 1
    said = (
        f"{counted(len(counts), 'pair')} of experiments {were(len(counts))} trained on {data} and "
        f"{'shares' if one else 'share'} {_structures(counts)}{'' if one else ' each'}"
    )
    if (everything["shared_start_length"] > 0).any():
        said += f", {span(rest['shared_structure_count'], whole)} without the shared start"
    return [f"{said}."]


def _settings(rows: pd.DataFrame) -> list[str]:
    differing = [set(text.split("; ")) - {""} for text in _one_row_a_pair(rows)["differing"]]
    names = [name for name in ATTRIBUTES if any(name in found for found in differing)]
    others = sum(bool(found) for found in differing)
    if not others:
        same = "The two have" if len(differing) == 1 else "The experiments of each pair have"
        return [f"{same} the same recorded setting."]
    which = "All" if others == len(differing) else f"{others:,}"
    verb = "differs" if others == 1 else "differ"
    if len(differing) == 1:
        return [
            (
                f"The two differ in {listed(names)}, so that more than noise may lie in their "
                "differences."
            )
        ]
    return [
        (
            f"{which} of these pairs {verb} in {listed(names, 'or')} as well, so that more than "
            "noise may lie in their differences."
        )
    ]


def _agreement(rows: pd.DataFrame, data: str, confidence: float) -> list[str]:
    told = rows[(rows["scope"] == EVERYTHING) & (rows["n"] > 0)]
    last, best = (told[told["measure"] == measure] for measure in (LAST, BEST))
    if last.empty or best.empty:
        return []
    apart = "mean_absolute_difference_points"
    each = " a pair" if len(last) > 1 else ""
    full = last["full_budget_count"]
    return [
        (
            f"Between two experiments on {data} the last validation accuracy of a structure "
            f"differs by {_spread(last[apart])} percentage points on average, over "
            f"{_structures(last['n'])}{each}."
        ),
        f"The best validation accuracy differs there by {_spread(best[apart])} points.",
        (
            f"Of these structures {span(full, whole)}{each} "
            f"{'was' if full.max() == full.min() == 1 else 'were'} trained for the whole budget in "
            "both."
        ),
        *_without_start(rows, int(last["n"].sum())),
        *_ranks(last, best, confidence),
    ]


def _without_start(rows: pd.DataFrame, everything: int) -> list[str]:
    """Say how much of the comparison the shared start is."""
    rest = rows[(rows["scope"] == WITHOUT_START) & (rows["measure"] == LAST)]
    left = int(rest["n"].sum())
    if not (rest["shared_start_length"] > 0).any():
        return []
    others = ": the others are of structures that the searches began with"
    said = [
        (
            f"Of {counted(everything, 'such comparison')} of a structure in two experiments "
            f"{left:,} {'remains' if left == 1 else 'remain'} without the shared start"
            f"{others if left < everything else ''}."
        )
    ]
    known = rest[rest["n"] > 0]
    if left:
        many = f", in {counted(len(known), 'pair')} that have any"
        said.append(
            f"In {'it' if left == 1 else 'them'} the last validation accuracy differs by "
            f"{_spread(known['mean_absolute_difference_points'])} points on average"
            f"{many if len(known) > 1 else ''}."
        )
    return said


def _ranks(last: pd.DataFrame, best: pd.DataFrame, confidence: float) -> list[str]:
    last, best = last[last["spearman"].notna()], best[best["spearman"].notna()]
    if last.empty or best.empty:
        return [
            (
                f"A rank correlation takes {FEWEST_CORRELATED} structures or more whose accuracies "
                "are not all equal: it cannot be told here."
            )
        ]
    said = [
        (
            "Spearman's rank correlation of last accuracies is there "
            f"{span(last['spearman'], decimal)}, of best accuracies "
            f"{span(best['spearman'], decimal)}."
        )
    ]
    known = last[last["spearman_low"].notna()]
    zero = int(((known["spearman_low"] <= 0) & (known["spearman_high"] >= 0)).sum())
    if len(known):
        said.append(
            f"The {level(confidence)} interval of the former includes 0 in {zero:,} of "
            f"{counted(len(known), 'pair')}{' that have one' if len(known) < len(last) else ''}."
        )
    return said


def _structures(counts: pd.Series) -> str:
    return f"{span(counts, whole)} {'structure' if counts.max() == 1 else 'structures'}"


def _spread(values: pd.Series) -> str:
    if len(values) == 1:
        return decimal(values.iloc[0])
    return f"{span(values, decimal)} (median of the pairs {decimal(values.median())})"
