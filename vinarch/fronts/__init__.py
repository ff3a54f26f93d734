"""Pareto fronts: which candidates no other beats in every objective, and how they rank.

Candidates and the direction of each objective in, one value a candidate out; of `hypervolume` one
for all of them.
Knows no measure of any archive: what is to be minimised must be told.
"""

from __future__ import annotations

from vinarch.fronts.frames import rank_fronts
from vinarch.fronts.vectors import Direction, crowding_distance, front_numbers, non_dominated
from vinarch.fronts.volumes import hypervolume

__all__ = [
    "Direction",
    "crowding_distance",
    "front_numbers",
    "hypervolume",
    "non_dominated",
    "rank_fronts",
]
