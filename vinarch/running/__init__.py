"""Run a search: a strategy asks, an evaluator trains, the recorder keeps it; a commons comes out.

The strategy, the evaluator, the recorder and the prediction engine know nothing of each other;
they meet here. Trainings run in this process or on the workers of a Dask cluster, and a search
that was interrupted goes on where it was. Knows no framework: what trains is named, and imported
when it is needed.
"""

from vinarch.running.config import SearchConfig
from vinarch.running.evaluators import Evaluator
from vinarch.running.planning import Plan, plan
from vinarch.running.searches import run
from vinarch.running.states import SearchProgress, SearchState
from vinarch.running.tables import TableEvaluator

__all__ = [
    "Evaluator",
    "Plan",
    "SearchConfig",
    "SearchProgress",
    "SearchState",
    "TableEvaluator",
    "plan",
    "run",
]
