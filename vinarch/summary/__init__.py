"""Small tidy frames from a commons: what the figures draw and the reports print.

Functions that take a commons compute: they run the lazy tables of one selection and return pandas
frames; the others work on such frames.
No drawing, no files.
"""

from __future__ import annotations

from vinarch.summary.chosen_row import PUBLISHED_ROW, ChosenRow, default_row
from vinarch.summary.figure_frames import (
    cells_of,
    check_trained,
    distances_of,
    held_structures,
    mark_points,
    structure_cells,
    structure_distances,
    structures_of,
    subsequence_points,
)
from vinarch.summary.report_tables import distance_digest, distance_overview, subsequence_table

__all__ = [
    "PUBLISHED_ROW",
    "ChosenRow",
    "cells_of",
    "check_trained",
    "default_row",
    "distance_digest",
    "distance_overview",
    "distances_of",
    "held_structures",
    "mark_points",
    "structure_cells",
    "structure_distances",
    "structures_of",
    "subsequence_points",
    "subsequence_table",
]
