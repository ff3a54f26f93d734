"""Neural-network archaeology: the published records of architecture searches, and what they share.

Importing vinarch touches nothing: each name below loads what it needs when it is first used.

Examples
--------
>>> import vinarch
>>> vinarch.fetch("JS9FR6").select(beam="1e14", early_termination=True)
Commons of 1 archive (JS9FR6 9.0): 2 experiments, 200 architectures, 4,268 history rows
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vinarch import figures, prediction
    from vinarch.access import archives, cite, fetch, open  # noqa: A004 - users write vinarch.open()
    from vinarch.claiming import claims
    from vinarch.commons import Commons
    from vinarch.comparing import compare_searches, search_differences, search_outcomes
    from vinarch.depositing import deposit
    from vinarch.explorer import explore, save_explorer
    from vinarch.genome import search_space
    from vinarch.matching import match, members
    from vinarch.measuring import distance_matrix, distances
    from vinarch.own_records import ingest
    from vinarch.recording import Recorder
    from vinarch.replaying import (
        compare_functions,
        function_summary,
        replay,
        replay_ranking,
        replay_summary,
        replay_sweep,
    )
    from vinarch.reproducing import Reproducibility, reproducibility
    from vinarch.running import run
    from vinarch.studies import study

__version__ = "0.1.0"

__all__ = [
    "Commons",
    "Recorder",
    "Reproducibility",
    "__version__",
    "archives",
    "cite",
    "claims",
    "compare_functions",
    "compare_searches",
    "deposit",
    "distance_matrix",
    "distances",
    "explore",
    "fetch",
    "figures",
    "function_summary",
    "ingest",
    "match",
    "members",
    "open",
    "prediction",
    "replay",
    "replay_ranking",
    "replay_summary",
    "replay_sweep",
    "reproducibility",
    "run",
    "save_explorer",
    "search_differences",
    "search_outcomes",
    "search_space",
    "study",
]

_HOME_OF = {
    "Commons": "commons",
    "Recorder": "recording",
    "Reproducibility": "reproducing",
    "archives": "access",
    "cite": "access",
    "claims": "claiming",
    "compare_functions": "replaying",
    "compare_searches": "comparing",
    "deposit": "depositing",
    "distance_matrix": "measuring",
    "distances": "measuring",
    "explore": "explorer",
    "fetch": "access",
    "function_summary": "replaying",
    "ingest": "own_records",
    "match": "matching",
    "members": "matching",
    "open": "access",
    "replay": "replaying",
    "replay_ranking": "replaying",
    "replay_summary": "replaying",
    "replay_sweep": "replaying",
    "reproducibility": "reproducing",
    "run": "running",
    "save_explorer": "explorer",
    "search_differences": "comparing",
    "search_outcomes": "comparing",
    "search_space": "genome",
    "study": "studies",
}


_MODULES = ("figures", "prediction")


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _MODULES:
        return import_module(f"vinarch.{name}")
    if name in _HOME_OF:
        value = getattr(import_module(f"vinarch.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    message = f"module 'vinarch' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
