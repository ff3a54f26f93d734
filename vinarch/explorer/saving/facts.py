"""What a saved page says of itself: a state and a commons in, names with values out.

The archive, its version and DOI, what is chosen, when it was saved, how to cite and to reopen it.
No HTML.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from vinarch import __version__
from vinarch.catalog import find_archive
from vinarch.errors import VinarchError
from vinarch.explorer.state import to_query
from vinarch.report.shown import doi_url

if TYPE_CHECKING:
    from vinarch.commons import Commons
    from vinarch.explorer.state import Matching, State


@dataclass(frozen=True)
class Fact:
    """A name and what it is, with an address where there is one."""

    name: str
    value: str
    address: str = ""


def title_of(state: State) -> str:
    """Return the title of the page.

    Examples
    --------
    >>> from vinarch.explorer.state import Run, State
    >>> title_of(State(archive="A", experiments=("one",), run=Run("one", 3, "10110")))
    'A: 10110 at start 3'
    >>> title_of(State(archive="A", experiments=("one", "two")))
    'A: 2 experiments'
    """
    if state.run is not None:
        return f"{state.archive}: {state.run.symbols} at start {state.run.start}"
    names = state.experiments
    return f"{state.archive}: {names[0] if len(names) == 1 else f'{len(names)} experiments'}"


def facts_of(state: State, commons: Commons) -> tuple[Fact, ...]:
    """Return what the page says of itself, in the order to read it."""
    return (*_choice(state), *_origin(state, commons), *_saved(state))


def reopening(state: State) -> str:
    """Return the command that opens the explorer where the page was saved.

    Examples
    --------
    >>> from vinarch.explorer.state import State
    >>> reopening(State(archive="JS9FR6", experiments=("1gpu_1e14_early_termination",)))
    "vinarch explore JS9FR6 --link '?archive=JS9FR6&experiment=1gpu_1e14_early_termination'"
    """
    try:
        named = find_archive(str(state.archive)).name
    except VinarchError:
        # It lies in a folder, whose path is nobody's business.
        named = "COMMONS"
    return f"vinarch explore {shlex.quote(named)} --link {shlex.quote('?' + to_query(state))}"


def _choice(state: State) -> tuple[Fact, ...]:
    names = state.experiments
    facts = [
        Fact("experiment" if len(names) == 1 else "experiments", ", ".join(names)),
        Fact("matching", matching_words(state.matching)),
    ]
    if state.run is not None:
        where = f"start {state.run.start}, {len(state.run.symbols)} symbols"
        of = f", of {state.run.experiment}" if state.run.experiment is not None else ""
        facts.append(Fact("subsequence", f"{state.run.symbols}, {where}{of}"))
    if state.box is not None:
        box = state.box
        facts.append(
            Fact(
                "box",
                f"lengths {box.length_low:.4g} to {box.length_high:.4g}, "
                f"{box.accuracy_low:.4g} to {box.accuracy_high:.4g} %",
            )
        )
    return tuple(facts)


def matching_words(matching: Matching) -> str:
    """Return how subsequences are matched.

    Examples
    --------
    >>> from vinarch.explorer.state import Matching
    >>> matching_words(Matching())
    'runs of 5 symbols or more, each experiment alone'
    """
    within = " within one phase" if matching.within_phase else ""
    alone = "all experiments together" if matching.across else "each experiment alone"
    plural = "s" * (matching.min_length != 1)
    return f"runs of {matching.min_length} symbol{plural} or more{within}, {alone}"


def _origin(state: State, commons: Commons) -> tuple[Fact, ...]:
    rows = commons.archives.compute()
    mine = rows[rows["archive"] == state.archive]
    facts = [Fact("archive", str(state.archive))]
    for _, row in mine.head(1).iterrows():
        facts += [Fact("title", str(row["title"])), Fact("version", str(row["version"]))]
        if not pd.isna(row["doi"]):
            facts.append(Fact("DOI", str(row["doi"]), doi_url(str(row["doi"]))))
        elif not pd.isna(row["url"]):
            url = str(row["url"])
            facts.append(Fact("address", url, url if url.startswith(("https:", "http:")) else ""))
        facts += [Fact("licence", str(row["licence"])), Fact("cite it as", str(row["citation"]))]
    return tuple(facts)


def _saved(state: State) -> tuple[Fact, ...]:
    today = datetime.now(tz=UTC).date().isoformat()
    return (
        Fact("saved", f"{today}, by vinarch {__version__}"),
        Fact("to go on from here", reopening(state)),
    )
