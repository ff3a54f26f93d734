"""Every column of the commons, declared once: name, Arrow type, unit, meaning.

What writes, reads, checks or documents a table takes it from here.
The records are frozen and the registry is a tuple: nothing adds a column at run time.
This package knows no paths, no Dask and no archive.
"""

from __future__ import annotations

from vinarch.schema.claimed import CLAIMS
from vinarch.schema.compared import (
    EXPERIMENT_PAIRS,
    REPLICATED_STRUCTURES,
    SHARED_STARTS,
    STATISTICS,
    TRAINING_NOISE,
)
from vinarch.schema.declarations import Column, Table
from vinarch.schema.matched import DISTANCES, MATCHES
from vinarch.schema.predicted import (
    FUNCTION_ERRORS,
    NETWORK_FUNCTIONS,
    REPLAY_RANKING,
    REPLAY_SUMMARY,
    REPLAY_SWEEP,
    REPLAYED_NETWORKS,
)
from vinarch.schema.stored import (
    ARCHITECTURES,
    ATTRIBUTES,
    EXPERIMENTS,
    FORMAT_VERSION,
    HISTORIES,
    REJECTS,
    STORED_TABLES,
)

__all__ = [
    "ARCHITECTURES",
    "ATTRIBUTES",
    "CLAIMS",
    "DISTANCES",
    "EXPERIMENTS",
    "EXPERIMENT_PAIRS",
    "FORMAT_VERSION",
    "FUNCTION_ERRORS",
    "HISTORIES",
    "MATCHES",
    "NETWORK_FUNCTIONS",
    "REJECTS",
    "REPLAYED_NETWORKS",
    "REPLAY_RANKING",
    "REPLAY_SUMMARY",
    "REPLAY_SWEEP",
    "REPLICATED_STRUCTURES",
    "RESULT_TABLES",
    "SHARED_STARTS",
    "STATISTICS",
    "STORED_TABLES",
    "TRAINING_NOISE",
    "Column",
    "Table",
]

RESULT_TABLES = (
    MATCHES,
    DISTANCES,
    STATISTICS,
    REPLICATED_STRUCTURES,
    EXPERIMENT_PAIRS,
    SHARED_STARTS,
    TRAINING_NOISE,
    REPLAYED_NETWORKS,
    REPLAY_SUMMARY,
    REPLAY_SWEEP,
    REPLAY_RANKING,
    NETWORK_FUNCTIONS,
    FUNCTION_ERRORS,
    CLAIMS,
)
"""The tables that vinarch computes."""
