"""Check what is asked of runs: start and symbols, the shortest length, whether phases bound them.

Arguments of public functions in, the same or a `ParameterError` out. Nothing is matched here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import ParameterError
from vinarch.genome import MacroSpace, flatten_nested, search_space
from vinarch.parameters import check_truth, check_whole

if TYPE_CHECKING:
    from vinarch.commons import Commons
    from vinarch.genome import SearchSpace


def check_reach(
    where: str, space: SearchSpace, min_length: int, *, within_phase: bool
) -> tuple[int, tuple[tuple[int, int], ...] | None]:
    """Return the shortest length, and start and stop of each phase if phases bound runs.

    Raises
    ------
    ParameterError
        If no genome of the space has such a run, or no phases.

    Examples
    --------
    >>> from vinarch.genome import search_space
    >>> check_reach("match", search_space("nsga-net-macro-2x4"), 5, within_phase=True)
    (5, ((0, 7), (7, 14)))
    """
    inside = check_truth(f"{where}(within_phase=…)", within_phase)
    spans = check_phases(space) if inside else None
    longest = max(stop - start for start, stop in spans) if spans else space.symbol_count
    return check_whole(f"{where}(min_length=…)", min_length, 1, longest, "symbols"), spans


def check_subsequence(commons: Commons, start: int, subsequence: str) -> str:
    """Return a subsequence as plain symbols, or say why it cannot stand at `start`."""
    flat = flatten_nested(subsequence) if isinstance(subsequence, str) else ""
    space = search_space(commons.search_space())
    if not flat or set(flat) - set(space.characters):
        raise ParameterError(
            "subsequence",
            f"symbols {_listed(space.characters)} as text",
            repr(subsequence),
            "Write it as '10110' or '[1,0,1,1,0]'."
            if space.characters == "01"
            else "; ".join(map("{} is {}".format, space.characters, space.meanings)) + ".",
        )
    symbols = space.symbol_count
    last = None if symbols is None else symbols - 1
    check_whole("start", start, 0, last, "start index, symbols")
    if symbols is not None and start + len(flat) > symbols:
        raise ParameterError(
            "subsequence",
            f"start index and length within the {symbols} symbols of a genome",
            f"start {start}, length {len(flat)}",
            "Start indices count from 0.",
        )
    return flat


def _listed(characters: str) -> str:
    return " and ".join(filter(None, [", ".join(characters[:-1]), characters[-1]]))


def check_phases(space: SearchSpace) -> tuple[tuple[int, int], ...]:
    """Return start and stop of each phase of a search space, or say that it has none."""
    if not isinstance(space, MacroSpace):
        raise ParameterError(
            "within_phase",
            f"False, since genomes of {space.name} have no phases",
            "True",
            "Leave it out: runs are matched in whole genomes.",
        )
    return space.phase_spans
