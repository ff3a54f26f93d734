"""The dialects: how each archive writes its tables.

A frozen table of parsers; a data card names one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from vinarch.dialects import a4nn_csv
from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from vinarch.dialects.rows import WallTime
    from vinarch.genome import MacroSpace


@dataclass(frozen=True)
class Dialect:
    """The parsers of one dialect, and a revision that is raised when they read differently."""

    revision: int
    parse_histories: Callable[[Path, str, MacroSpace], pa.Table]
    parse_wall_times: Callable[[Path, str], tuple[WallTime, ...]]


DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {"a4nn-csv": Dialect(1, a4nn_csv.parse_histories, a4nn_csv.parse_wall_times)}
)


def find_dialect(name: str) -> Dialect:
    """Return the dialect that a data card names.

    Raises
    ------
    CardError
        If there is none of that name.
    """
    if name not in DIALECTS:
        raise CardError("dialect", "one of " + ", ".join(DIALECTS), repr(name), "Mend the card.")
    return DIALECTS[name]
