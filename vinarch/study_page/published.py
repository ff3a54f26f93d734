"""The section of a study's page about a paper: its claims recomputed, its figures redrawn.

What was found in, blocks out; chooses sentences and columns, computes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.report import Link, Paragraph, Ref, table_of
from vinarch.study_page.lines import call_lines, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from vinarch.report import Block, ReportFigure

_COLUMNS = ("place", "claim", "published", "recomputed", "unit", "verdict")
_VERDICTS = {"agrees": ("agrees", "agree"), "differs": ("differs", "differ")}
_NOT_DERIVABLE = "not derivable"
_MOST_REASONS = 3


@dataclass(frozen=True, eq=False)
class PaperFindings:
    """What a study recomputed and redrew of a paper."""

    name: str
    """As the catalog names it."""
    citation: str
    claims: pd.DataFrame
    """What `vinarch.claims` gives."""
    link: Link
    """The file with all columns of the claims."""
    figures: tuple[ReportFigure, ...]
    notes: Mapping[str, str | None]
    """Of each figure's key, what is drawn otherwise than in the paper."""
    left_out: tuple[tuple[str, str], ...]
    """Places of figures that could not be drawn, and why."""


def published_blocks(paper: PaperFindings) -> Iterable[Block]:
    """Tell what a paper claims, what its data give, and how its figures look."""
    yield Paragraph((f"The paper is: {paper.citation}.",))
    yield Paragraph(
        (
            f"{_counted(paper.claims)} ",
            Ref("claims"),
            " sets each published value beside the one that this archive gives.",
        )
    )
    differing = paper.claims[paper.claims["verdict"] == "differs"]
    if len(differing):
        yield Paragraph((_differing(differing),), lead="What differs")
    missing = paper.claims[paper.claims["verdict"] == _NOT_DERIVABLE]
    if len(missing):
        yield Paragraph((_reasons(missing),), lead="What is not derivable")
    yield table_of(
        "claims",
        f"Claims of {paper.name}, and what the archive gives",
        paper.claims[list(_COLUMNS)],
        python=(
            *call_lines("claims = vinarch.claims", "commons", paper=paper.name),
            "claims[",
            "    [",
            *(f"        {literal(name)}," for name in _COLUMNS),
            "    ]",
            "]",
        ),
        note="A claim agrees where both values are equal when rounded to the printed digits. It is "
        "not derivable where there are no two values to compare; the full table gives the reason.",
        link=paper.link,
    )
    if paper.figures:
        said = (
            "The paper's figures follow, redrawn from the archive. No point lies beyond the limits "
            "of an axis."
        )
        yield Paragraph((said,), lead="Figures")
    for figure in paper.figures:
        note = paper.notes.get(figure.key)
        if note:
            yield Paragraph((Ref(figure.key), f": {note}"))
        yield figure
    for place, reason in paper.left_out:
        yield Paragraph((f"{place} is not drawn: {reason}",))


def _counted(claims: pd.DataFrame) -> str:
    counts = claims["verdict"].value_counts()
    parts = []
    for verdict, words in _VERDICTS.items():
        number = int(counts.get(verdict, 0))
        parts.append(f"{number} {words[0] if number == 1 else words[1]}")
    missing = int(counts.get(_NOT_DERIVABLE, 0))
    parts.append(f"{missing} {'is' if missing == 1 else 'are'} {_NOT_DERIVABLE}")
    return f"Of {len(claims)} claims {parts[0]} with the archive, {parts[1]} and {parts[2]}."


def _differing(rows: pd.DataFrame) -> str:
    told = [
        f"{row['claim']} ({row['place']}): published {_number(row['published'], row['decimals'])} "
        f"{row['unit']}, recomputed {_number(row['recomputed'], row['decimals'] + 1)}"
        for row in rows.to_dict("records")
    ]
    return "; ".join(told) + "."


def _reasons(rows: pd.DataFrame) -> str:
    counts = rows["why"].fillna("No reason is on record.").value_counts(sort=False)
    told = [f"{count} {_claims(count)}: {why}" for why, count in counts.head(_MOST_REASONS).items()]
    others = int(counts.iloc[_MOST_REASONS:].sum())
    if others:
        told.append(f"The table gives the reasons of {others} more.")
    return " ".join(told)


def _claims(count: int) -> str:
    return "claim" if count == 1 else "claims"


def _number(value: float, decimals: int) -> str:
    return f"{value:.{int(decimals)}f}"
