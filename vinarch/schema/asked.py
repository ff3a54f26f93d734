"""The table that `Commons.curves` gives: learning curves in long form."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import ARCHITECTURE, ARCHIVE, EXPERIMENT

CURVES = Table(
    "curves",
    "One row a network, measure and epoch: learning curves in long form.",
    ("archive", "experiment", "architecture", "measure", "epoch"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        Column("measure", pa.string(), "What the curve shows: a column of `histories`."),
        Column("epoch", pa.float64(), "Epoch, as the source numbers it.", "epochs"),
        Column(
            "epochs_done",
            pa.float64(),
            "Epochs of training done at that point, which is the same count in all archives.",
            "epochs",
        ),
        Column("value", pa.float64(), "The value.", "unit"),
        Column("unit", pa.string(), "Unit of the value; empty for a plain number."),
    ),
)
