"""What an overlap matrix says in words: its scopes, its caption.

The frame that is drawn in, sentences out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.figures.measure_words import counted
from vinarch.figures.overlap_layout import numbered_names

if TYPE_CHECKING:
    import pandas as pd

SCOPES = ("all", "without_shared_start")
"""Below and above the diagonal."""


def chance_words(drawn: pd.DataFrame) -> list[str]:
    """Say what a frame around a cell means; nothing where the overlap by chance is not known."""
    known = drawn[drawn["chance_jaccard"].notna() & drawn["jaccard"].notna()]
    if known.empty:
        return []
    above = int((known["jaccard"] > known["chance_jaccard"]).sum())
    return ["framed: more than by chance"] if above else ["no overlap is more than by chance"]


def overlap_caption(drawn: pd.DataFrame, names: dict[tuple[str, str], str]) -> str:
    """Say what a matrix shows: the ranges of both triangles, chance, and who is who."""
    of = str(drawn["of"].iloc[0])
    what = "matching subsequences" if of == "subsequences" else "structures"
    archives = ", ".join(sorted({archive for archive, _ in names}))
    said = (
        f"Jaccard overlap of the {what} of {counted(len(names), 'experiment')} of {archives} in "
        f"percent: below the diagonal of all, {_span(drawn, SCOPES[0], 'jaccard')}; above it "
        "without the structures of the start that the two share, "
        f"{_span(drawn, SCOPES[1], 'jaccard')}."
    )
    if drawn["chance_jaccard"].notna().any():
        said += (
            f" By chance, with the symbols at each position dealt anew, it would be "
            f"{_span(drawn, SCOPES[0], 'chance_jaccard')} below the diagonal and "
            f"{_span(drawn, SCOPES[1], 'chance_jaccard')} above it."
        )
        both = drawn[drawn["chance_jaccard"].notna() & drawn["jaccard"].notna()]
        above = both["jaccard"] > both["chance_jaccard"]
        said += (
            f" {int(above.sum())} of {counted(len(above), 'overlap')} "
            f"{'is' if above.sum() == 1 else 'are'} greater than by chance"
        )
        said += " (framed)." if above.any() else "."
    unknown = int(drawn["jaccard"].isna().sum())
    if unknown:
        said += f" {counted(unknown, 'overlap')} {'is' if unknown == 1 else 'are'} not known."
    numbers = ", ".join(numbered_names(list(names.values())))
    return f"{said} Experiments: {numbers}."


def _span(drawn: pd.DataFrame, scope: str, column: str) -> str:
    values = 100 * drawn.loc[drawn["scope"] == scope, column].dropna().to_numpy(dtype=float)
    if not len(values):
        return "not known"
    low, high = f"{values.min():.1f}", f"{values.max():.1f}"
    return f"{low} %" if low == high else f"{low} to {high} %"
