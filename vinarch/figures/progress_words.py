"""What the figure of searches on a budget says: axes, keys and caption.

Rows of `vinarch.schema.SEARCH_PROGRESS` in, words out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale
from vinarch.figures.measure_words import counted, fitted_name, percent

if TYPE_CHECKING:
    import pandas as pd

BEST = "best_so_far_percent"

_ACCURACY = {
    "last": "validation accuracy of the last epoch",
    "fitness": "validation accuracy, or the prediction of it where the engine's had converged",
}
_MINUTE, _HOUR = 60, 3600
_SEVERAL = 3
"""So many minutes or hours before an axis counts in them."""

_SCALES = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "))

_BUDGETS = ("networks", "epochs", "seconds")


@dataclass(frozen=True)
class AxisWords:
    """What an axis says, and what its values are divided by."""

    text: str
    divisor: float = 1.0


def budget_axis(against: str, highest: float) -> AxisWords:
    """Name the axis of a budget.

    Examples
    --------
    >>> budget_axis("seconds", 20_000)
    AxisWords(text='summed training time (h)', divisor=3600)
    """
    if against != "seconds":
        return AxisWords(f"{against} trained" if against == "epochs" else "networks tried")
    for divisor, unit in ((_HOUR, "h"), (_MINUTE, "min")):
        if highest > _SEVERAL * divisor:
            return AxisWords(f"summed training time ({unit})", divisor)
    return AxisWords("summed training time (s)")


def measure_axis(measure: str, unit: str, highest: float) -> AxisWords:
    """Name the axis of a measure.

    Examples
    --------
    >>> measure_axis("hypervolume", "% · MFLOPs", 40_317.6)
    AxisWords(text='hypervolume (thousand % · MFLOPs)', divisor=1000.0)
    """
    if measure == BEST:
        return AxisWords("best so far (%)")
    for divisor, word in _SCALES:
        if highest >= _SEVERAL * divisor:
            return AxisWords(f"hypervolume ({word}{unit})".replace(" )", ")"), divisor)
    return AxisWords(f"hypervolume ({unit})" if unit else "hypervolume")


def group_label(group: str, counts: set[int], room: float) -> str:
    """Name a group in the key with the number of its searches, shortened to some millimetres.

    Examples
    --------
    >>> group_label("random", {5}, 80), group_label("nsga2", {5, 6}, 80), group_label("a", {1}, 9)
    ('random (5 searches)', 'nsga2 (5 to 6 searches)', 'a')
    """
    low, high = min(counts), max(counts)
    many = counted(high, "search").replace("searchs", "searches")
    told = "" if high == 1 else f" ({many})" if low == high else f" ({low} to {many})"
    # The whole name stands in the caption and the data.
    return fitted_name(group, room, told)


def caption_of(drawn: pd.DataFrame, lines: pd.DataFrame) -> str:
    """Say in sentences what the figure shows.

    Parameters
    ----------
    drawn : pandas.DataFrame
        All rows that are drawn.
    lines : pandas.DataFrame
        Those of them that are the heavy lines: of groups, or of the one search of a group.
    """
    first = drawn.iloc[0]
    measures = set(drawn["measure"])
    said = []
    if BEST in measures:
        said.append(f"Best so far: highest {_ACCURACY[str(first['accuracy'])]} of any network.")
    if "hypervolume" in measures:
        from_ = {"given": "", "worst of all": ", the worst of all networks compared"}
        said.append(
            f"Hypervolume for {first['objectives'].replace('; ', ', ')} up to "
            f"{_reference(str(first['reference']))}{from_[str(first['reference_from'])]}."
        )
    said.append(_lines(drawn, lines))
    said += [_end(rows) for _, rows in lines.groupby("measure", sort=True)]
    timed = drawn[drawn["against"] == "seconds"]
    if len(timed):
        said.append(f"Time: {' or '.join(sorted(set(timed['counted'])))}.")
        untimed = sorted({*drawn["group"].astype(str)} - {*timed["group"].astype(str)})
        if untimed:
            said.append(f"No times are on record of {', '.join(untimed)}.")
    if "architecture" in set("; ".join(drawn["ordered_by"]).split("; ")):
        said.append("Where no order is on record the numbers of the architectures stand for it.")
    accuracies = drawn.loc[drawn["measure"] == BEST, "value"]
    if len(accuracies) and AccuracyScale.fitted(accuracies).finer:
        said.append(SCALE_WORDS)
    return " ".join(said)


def _reference(text: str) -> str:
    """Write a reference point with few digits.

    Examples
    --------
    >>> _reference("val_accuracy_percent 55.54925673973293; mflops 900.0")
    'val_accuracy_percent 55.55 and mflops 900'
    """
    parts = [part.rsplit(" ", 1) for part in text.split("; ")]
    return " and ".join(f"{name} {float(value):.4g}" for name, value in parts)


def _lines(drawn: pd.DataFrame, lines: pd.DataFrame) -> str:
    grouped = lines[lines["experiment"].isna()]
    if grouped.empty:
        return "Each line is one search; one search has no interval."
    name = str(grouped["statistic"].iloc[0])
    told = f"Heavy lines are the {name} of the searches of a group, as far as all of them run"
    banded = grouped[grouped["low"].notna()]
    if len(banded):
        intervals = sorted({text.split(" bootstrap")[0] for text in banded["interval"]})
        told += f"; bands its bootstrap interval ({' or '.join(intervals)})"
    if len(drawn) > len(lines):
        told += "; thin lines the searches of groups too small for one"
    if (lines["n"] == 1).any():
        told += "; a line without a number in the key is one search"
    return told + "."


def _end(rows: pd.DataFrame) -> str:
    """Say where the lines of a measure end, over the first kind of budget that is drawn."""
    against = next(name for name in _BUDGETS if name in set(rows["against"]))
    ends = rows[rows["against"] == against].groupby("group", sort=True).tail(1)
    measure, unit = str(rows["measure"].iloc[0]), str(rows["unit"].iloc[0])
    ranked = ends.sort_values(["value", "group"], ascending=[False, True])
    word = "the best accuracy" if measure == BEST else "the hypervolume"
    high, low = (_number(value, measure, unit) for value in ranked["value"].iloc[[0, -1]])
    best, last = ranked["group"].iloc[[0, -1]]
    spent = [f"{value:,.0f}" for value in (ends["budget"].min(), ends["budget"].max())]
    after = f"After {' to '.join(dict.fromkeys(spent))} {against}"
    if high == low:
        return f"{after} {word} is {high}" + (" for all." if len(ranked) > 1 else ".")
    return f"{after} {word} lies between {low} for {last} and {high} for {best}."


def _number(value: float, measure: str, unit: str) -> str:
    if not np.isfinite(value):
        return "an unknown value"
    if measure == BEST:
        return f"{percent(float(value))} %"
    return f"{value:,.4g} {unit}".strip() if abs(value) < 1e4 else f"{value:,.0f} {unit}".strip()  # noqa: PLR2004 - five digits
