"""Prediction engines replayed over recorded training histories: a commons in, tables out.

What an engine would have saved and at what error, for which settings, whether it would have found
the best networks, and which function foretells learning curves best.
"""

from __future__ import annotations

from vinarch.replaying.choosing import compare_functions, function_summary
from vinarch.replaying.replays import replay
from vinarch.replaying.summaries import replay_ranking, replay_summary
from vinarch.replaying.sweeping import replay_sweep

__all__ = [
    "compare_functions",
    "function_summary",
    "replay",
    "replay_ranking",
    "replay_summary",
    "replay_sweep",
]
