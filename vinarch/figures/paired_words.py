"""What a plot of paired accuracies says in words: title, caption, statistics.

The frame that is drawn in, sentences out; nothing is computed here.
"""

from __future__ import annotations

import pandas as pd

from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale
from vinarch.figures.measure_words import caption_words, counted

RELATIONS = {
    "replication": "Both were trained on the same task data, so the differences tell of "
    "replication.",
    "transfer": "Their task data differ, so this is transfer: it says nothing of reproducibility, "
    "which only replication on the same task data does.",
    "unknown": "Whether their task data are the same is not recorded, so this cannot count as "
    "replication, and only replication says something of reproducibility.",
}
TITLES = {
    "replication": "Replication: same structures, same task data",
    "transfer": "Transfer: same structures, other task data",
    "unknown": "Same structures, task data not known to be the same",
}


def paired_caption(drawn: pd.DataFrame, measure: str, unknown: int) -> str:
    """Say what a plot of paired accuracies shows, and what it tells of reproducibility."""
    first = drawn.iloc[0]
    shared = int(drawn["in_shared_start"].sum())
    full = int(drawn["full_budget"].sum())
    n = len(drawn)
    said = (
        f"{caption_words(measure).capitalize()} of the {counted(n, 'structure')} that both "
        f"{first['experiment_a']} (across) and {first['experiment_b']} (up) trained, averaged over "
        "the networks of a structure: mean absolute difference "
        f"{float(first['mean_absolute_difference_points']):.2f} percentage points, "
        f"{_spearman(first)}, n = {n}. {RELATIONS[str(first['relation'])]} Open marks belong to "
        f"the shared start of the two ({shared}), filled ones do not ({n - shared}); circles were "
        f"trained for the whole budget in both ({full}), triangles were not ({n - full}); the "
        "dashed line is equality."
    )
    if unknown:
        said += f" {counted(unknown, 'structure')} without both accuracies left out."
    values = drawn[["accuracy_a_percent", "accuracy_b_percent"]].to_numpy(dtype=float)
    if AccuracyScale.fitted(values).finer:
        said += f" {SCALE_WORDS}"
    return said


def statistics_lines(drawn: pd.DataFrame) -> tuple[str, ...]:
    """Return the lines that stand beside a plot with room for them."""
    first = drawn.iloc[0]
    difference = float(first["mean_absolute_difference_points"])
    correlation, _, interval = _spearman(first).partition(" (")
    return (
        counted(len(drawn), "structure"),
        f"mean absolute difference {difference:.2f} points",
        correlation,
        *([interval.rstrip(")")] if interval else []),
    )


def _spearman(first: pd.Series) -> str:
    if pd.isna(first["spearman"]):
        return "too few or too equal for a rank correlation"
    said = f"Spearman correlation {float(first['spearman']):.2f}".replace("-", "\N{MINUS SIGN}")
    if pd.isna(first["spearman_low"]):
        return said
    return said + (
        f" ({100 * float(first['confidence']):g} % interval {float(first['spearman_low']):.2f} to "
        f"{float(first['spearman_high']):.2f})"
    ).replace("-", "\N{MINUS SIGN}")
