"""What a study leaves out, and why: what an archive does not hold, or what would be too much.

A commons and what was found in it enter, sentences for the page leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.measuring import pair_count
from vinarch.studies.tables import MOST_PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vinarch.commons import Commons
    from vinarch.study_page import Findings


@dataclass(frozen=True)
class LeftOut:
    """A figure or table that a study does not have, and the sentence that says why."""

    key: str
    sentence: str


def told(
    commons: Commons, found: Findings, figures: Iterable[LeftOut]
) -> tuple[tuple[str, str], ...]:
    """Return the keys and sentences that `Findings.left_out` takes.

    Parameters
    ----------
    commons : Commons
    found : Findings
    figures : iterable of LeftOut
        Figures that are not drawn.

    Returns
    -------
    tuple of (str, str)
    """
    there = (*_unmatched(found), *figures, *_unmeasured(commons))
    return tuple((one.key, one.sentence) for one in there)


def _unmatched(found: Findings) -> Iterator[LeftOut]:
    if found.matches.empty:
        yield LeftOut(
            "matches",
            f"No two structures of an experiment share a run of {found.min_length} symbols or "
            "more at the same start index: matching subsequences and their figures are left out.",
        )


def _unmeasured(commons: Commons) -> Iterator[LeftOut]:
    pairs = pair_count(commons)
    if pairs > MOST_PAIRS:
        yield LeftOut(
            "distances",
            f"The distances of {pairs:,} pairs of structures are left out, which would fill a "
            "large file: `vinarch.distances` gives them piece by piece.",
        )
