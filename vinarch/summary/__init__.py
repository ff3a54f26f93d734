"""Small tidy frames from a commons: what the figures draw and the reports print.

Functions that take a commons compute: they run the lazy tables of one selection and return pandas
frames; the others work on such frames.
No drawing, no files.
"""

from __future__ import annotations

from vinarch.summary.chosen_row import PUBLISHED_ROW, ChosenRow, default_row
from vinarch.summary.curve_frames import MOST_CHOSEN, curve_points, mark_chosen, with_band
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
    tree_of,
    with_measure,
    without_histories,
)
from vinarch.summary.holder_frames import HOLDER_MEASURE, holder_rows, holders_by_experiment
from vinarch.summary.layered_frames import layered_edges
from vinarch.summary.network_frames import genome_of, network_edges
from vinarch.summary.replication_frames import (
    default_pair,
    overlap_cells,
    paired_points,
    with_agreement,
)
from vinarch.summary.report_tables import (
    distance_digest,
    distance_overview,
    experiments_holding,
    subsequence_table,
)
from vinarch.summary.search_frames import (
    known_costs,
    mark_best,
    mark_fronts,
    order_points,
    pareto_points,
)

__all__ = [
    "HOLDER_MEASURE",
    "MOST_CHOSEN",
    "PUBLISHED_ROW",
    "ChosenRow",
    "cells_of",
    "check_trained",
    "curve_points",
    "default_pair",
    "default_row",
    "distance_digest",
    "distance_overview",
    "distances_of",
    "experiments_holding",
    "genome_of",
    "held_structures",
    "holder_rows",
    "holders_by_experiment",
    "known_costs",
    "layered_edges",
    "mark_best",
    "mark_chosen",
    "mark_fronts",
    "mark_points",
    "network_edges",
    "order_points",
    "overlap_cells",
    "paired_points",
    "pareto_points",
    "structure_cells",
    "structure_distances",
    "structures_of",
    "subsequence_points",
    "subsequence_table",
    "tree_of",
    "with_agreement",
    "with_band",
    "with_measure",
    "without_histories",
]
