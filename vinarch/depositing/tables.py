"""Write the tables of an experiment as CSV: frames of the commons in, bytes and columns out.

Numbers are printed so that they read back the same; columns without any value are left out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from vinarch.depositing.records import WrittenTable
from vinarch.dialects.vinarch_csv_columns import LEFT_OUT
from vinarch.schema import HISTORIES
from vinarch.schema.keys import FLOATS

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.schema import Table

_OF_ARCHITECTURES = {HISTORIES: ("structure", "structure_id")}
"""Columns that say again what stands in ``architectures.csv``."""

_KEPT = ("genome", "native_id", "epoch", "unit")


def csv_of(table: Table, frame: pd.DataFrame, path: str) -> tuple[bytes, WrittenTable]:
    """Return a table as CSV, and what it holds.

    Parameters
    ----------
    table : Table
    frame : pandas.DataFrame
        Its rows of one experiment.
    path : str
        Where the file will stand in the deposit.
    """
    left_out = {*LEFT_OUT, *_OF_ARCHITECTURES.get(table, ())}
    names = [name for name in table.names if name not in left_out]
    names = [name for name in names if name in _KEPT or frame[name].notna().any()]
    shown = frame[names].copy()
    for name in names:
        if table.column(name).type == FLOATS:
            shown[name] = [_printed(values) for values in frame[name]]
    # repr of a float is the shortest text that reads back as the same number.
    text = shown.to_csv(index=False, lineterminator="\n")
    data = text.encode()
    digest = hashlib.sha256(data).hexdigest()
    return data, WrittenTable(path, table, tuple(names), len(frame), len(data), digest)


def _printed(values: object) -> str | None:
    if values is None or not hasattr(values, "__iter__"):
        return None
    return "[" + ", ".join(repr(float(value)) for value in values) + "]"
