"""Open a commons, and tell one from what it is not.

Reads the pointer of a commons and its small index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.commons.selecting import Commons
from vinarch.errors import ParameterError
from vinarch.store import Snapshot, open_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def open_commons(root: Path) -> Commons:
    """Open all of the commons in a folder; one of an older format is brought to this one.

    Raises
    ------
    StoreError
        If there is none, it is damaged, or it is of an older format and cannot be written.
    NewerFormatError
        If a newer vinarch wrote it.
    """
    snapshot = open_snapshot(root)
    return from_snapshot(snapshot, snapshot.experiment_index())


def from_snapshot(snapshot: Snapshot, index: pd.DataFrame) -> Commons:
    """Return the commons of the experiments of an index."""
    return Commons(snapshot, index)


def check_commons(value: Any, where: str) -> Commons:
    """Return a value that must be a commons.

    Raises
    ------
    ParameterError
        If it is something else: a frame, a list, a name.
    """
    if not isinstance(value, Commons):
        raise ParameterError(
            where,
            "a Commons",
            f"{type(value).__name__}: {str(value)[:60]!r}",
            'Pass what vinarch.fetch("…"), vinarch.open() or commons.select(…) returns.',
        )
    return value
