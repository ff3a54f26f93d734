"""Conditions on networks, as text: ``"mflops < 500 and status == 'ok'"``.

The text is parsed into a small tree and never run; the tree becomes an Arrow expression that
Parquet's readers and row-group statistics understand.
Knows no paths, no Dask and no archive: which columns there are must be told.
"""

from __future__ import annotations

from vinarch.conditions.parsing import parse_condition
from vinarch.conditions.trees import Condition, Kind, kind_of_type, kind_of_values

__all__ = ["Condition", "Kind", "kind_of_type", "kind_of_values", "parse_condition"]
