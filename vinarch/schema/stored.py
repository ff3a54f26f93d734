"""The tables that a commons keeps on disk, and the version of their form."""

from __future__ import annotations

from vinarch.schema.origins import ARCHIVES, EXPERIMENTS
from vinarch.schema.remarks import LINEAGE, MEASUREMENTS, REJECTS
from vinarch.schema.trainings import ARCHITECTURES, HISTORIES

FORMAT_VERSION = 2
"""Version of the tables as written to disk; raised when a reader of old could misread them."""

STORED_TABLES = (
    ARCHIVES,
    EXPERIMENTS,
    ARCHITECTURES,
    HISTORIES,
    MEASUREMENTS,
    LINEAGE,
    REJECTS,
)
"""The tables that a commons keeps on disk, each in a folder of its name."""

ATTRIBUTES = ("gpus", "beam", "early_termination")
"""Columns of `experiments` that a data card's paths can fill; what else they tell is `setting`."""
