"""What a reader of the explorer has chosen, as plain values, and how it changes.

Nothing here knows Bokeh, frames or files: tests drive it, views subscribe to it, and a URL says
all of it.
"""

from __future__ import annotations

from vinarch.explorer.state.address import from_query, to_query
from vinarch.explorer.state.known import Known, KnownExperiment, KnownSpace
from vinarch.explorer.state.moves import (
    Arrange,
    ChooseArchive,
    ChooseExperiments,
    ChooseNetworks,
    ChooseStructure,
    DropRun,
    Follow,
    Frame,
    Join,
    Match,
    Measure,
    Move,
    ShowIn,
    Slide,
    Tap,
    Turn,
)
from vinarch.explorer.state.parts import (
    Box,
    EngineChoice,
    Matching,
    NetworkKey,
    Run,
    State,
)
from vinarch.explorer.state.settling import Settled, settle
from vinarch.explorer.state.store import Change, Store

__all__ = [
    "Arrange",
    "Box",
    "Change",
    "ChooseArchive",
    "ChooseExperiments",
    "ChooseNetworks",
    "ChooseStructure",
    "DropRun",
    "EngineChoice",
    "Follow",
    "Frame",
    "Join",
    "Known",
    "KnownExperiment",
    "KnownSpace",
    "Match",
    "Matching",
    "Measure",
    "Move",
    "NetworkKey",
    "Run",
    "Settled",
    "ShowIn",
    "Slide",
    "State",
    "Store",
    "Tap",
    "Turn",
    "from_query",
    "settle",
    "to_query",
]
