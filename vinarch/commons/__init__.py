"""The commons as a user holds it: lazy tables, a small index, ways to narrow and to ask them.

Selecting by attributes reads the index, a small table with one row an experiment, and Parquet
footers; selecting by a condition also reads the columns that it names, of one row a network.
No Dask graph runs until a table is computed, but for the methods that return small pandas frames.
"""

from __future__ import annotations

from vinarch.commons.opening import check_commons, from_snapshot, open_commons
from vinarch.commons.selecting import Commons
from vinarch.commons.tables import By

__all__ = ["By", "Commons", "check_commons", "from_snapshot", "open_commons"]
