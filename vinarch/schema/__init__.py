"""Every column of the commons, declared once: name, Arrow type, unit, meaning.

What writes, reads, checks or documents a table takes it from here.
The records are frozen and the registry is a tuple: nothing adds a column at run time.
This package knows no paths, no Dask and no archive.
"""

from __future__ import annotations

from vinarch.schema.asked import CURVES
from vinarch.schema.claimed import CLAIMS
from vinarch.schema.compared import (
    EXPERIMENT_PAIRS,
    REPLICATED_STRUCTURES,
    SHARED_STARTS,
    STATISTICS,
    TRAINING_NOISE,
)
from vinarch.schema.declarations import Column, Table
from vinarch.schema.matched import DISTANCES, HOLDERS, MATCHES
from vinarch.schema.origins import ARCHIVES, EXPERIMENTS
from vinarch.schema.predicted import (
    FUNCTION_ERRORS,
    NETWORK_FUNCTIONS,
    REPLAY_RANKING,
    REPLAY_SUMMARY,
    REPLAY_SWEEP,
    REPLAYED_NETWORKS,
)
from vinarch.schema.progressed import SEARCH_DIFFERENCES, SEARCH_OUTCOMES, SEARCH_PROGRESS
from vinarch.schema.published import PUBLISHED_TABLES
from vinarch.schema.remarks import LINEAGE, MEASUREMENTS, REJECTS
from vinarch.schema.stored import ATTRIBUTES, FORMAT_VERSION, STORED_TABLES
from vinarch.schema.trainings import ARCHITECTURES, HISTORIES

__all__ = [
    "ARCHITECTURES",
    "ARCHIVES",
    "ATTRIBUTES",
    "CLAIMS",
    "CURVES",
    "DISTANCES",
    "EXPERIMENTS",
    "EXPERIMENT_PAIRS",
    "FORMAT_VERSION",
    "FUNCTION_ERRORS",
    "HISTORIES",
    "HOLDERS",
    "LINEAGE",
    "MATCHES",
    "MEASUREMENTS",
    "NETWORK_FUNCTIONS",
    "PUBLISHED_TABLES",
    "REJECTS",
    "REPLAYED_NETWORKS",
    "REPLAY_RANKING",
    "REPLAY_SUMMARY",
    "REPLAY_SWEEP",
    "REPLICATED_STRUCTURES",
    "RESULT_TABLES",
    "SEARCH_DIFFERENCES",
    "SEARCH_OUTCOMES",
    "SEARCH_PROGRESS",
    "SHARED_STARTS",
    "STATISTICS",
    "STORED_TABLES",
    "TRAINING_NOISE",
    "Column",
    "Table",
]

RESULT_TABLES = (
    MATCHES,
    HOLDERS,
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
    CURVES,
    SEARCH_PROGRESS,
    SEARCH_OUTCOMES,
    SEARCH_DIFFERENCES,
)
"""The tables that vinarch computes."""
