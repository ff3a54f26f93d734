"""Figures of published papers, redrawn from the published data.

``vinarch study ARCHIVE --paper NAME`` draws those that the paper's file in the catalog names.
Each function takes a commons, or the tidy frame of an earlier drawing, and returns a `Drawing`, as
the functions of `vinarch.figures` do.

Nothing is hidden by the limits of an axis; where the original's limits hid something, the paper's
file says so.

Examples
--------
>>> import vinarch
>>> from vinarch.figures import papers
>>> drawing = papers.wall_times(vinarch.fetch("JS9FR6").select(beam="1e16"))
>>> drawing.data[["experiment", "wall_time_hours"]].round(2)
                       experiment  wall_time_hours
0  1gpu_1e16_no_early_termination            48.64
1     1gpu_1e16_early_termination            32.30
2  4gpu_1e16_no_early_termination            13.89
3     4gpu_1e16_early_termination             9.46
"""

from __future__ import annotations

from vinarch.figures.paper_networks import convergence_epochs, fitness_fronts, fitted_curve
from vinarch.figures.paper_searches import claimed_values, epochs_trained, wall_times

__all__ = [
    "claimed_values",
    "convergence_epochs",
    "epochs_trained",
    "fitness_fronts",
    "fitted_curve",
    "wall_times",
]
