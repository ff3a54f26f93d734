"""The dialects: how each archive writes its tables.

A frozen table of parsers; a data card names one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from vinarch.dialects import (
    a4nn_csv,
    a4nn_hdf5,
    columns,
    ec_nas_json,
    evovis_folder,
    nasbench101_json,
    penguin_txt,
    recorded_run,
    vinarch_csv,
)
from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vinarch.dialects.rows import Reading, Records, SourceFile, WallTime


@dataclass(frozen=True)
class Dialect:
    """The parsers of one dialect, and a revision that is raised when they read differently.

    Attributes
    ----------
    revision : int
    read_records : callable
        The files of one block, all of one experiment, and what the card says of them in; source
        rows, measurements and lineage out.
    read_wall_times : callable, optional
        A file of the role ``wall_times`` in, the times out; None where the dialect has none.
    """

    revision: int
    read_records: Callable[[Sequence[SourceFile], Reading], Records]
    read_wall_times: Callable[[SourceFile], tuple[WallTime, ...]] | None = None


DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "a4nn-csv": Dialect(2, a4nn_csv.read_records, a4nn_csv.read_wall_times),
        "a4nn-hdf5": Dialect(1, a4nn_hdf5.read_records),
        "columns": Dialect(1, columns.read_records),
        "ec-nas-json": Dialect(1, ec_nas_json.read_records),
        "evovis-folder": Dialect(2, evovis_folder.read_records),
        "nasbench101-json": Dialect(1, nasbench101_json.read_records),
        "penguin-txt": Dialect(1, penguin_txt.read_records),
        "recorded-run": Dialect(1, recorded_run.read_records),
        "vinarch-csv": Dialect(1, vinarch_csv.read_records),
    }
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
