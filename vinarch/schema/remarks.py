"""The tables of what else a source tells: measurements, lineage and unreadable rows."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import ARCHITECTURE, ARCHIVE, EXPERIMENT, SOURCE_FILE

MEASUREMENTS = Table(
    "measurements",
    "One row a value that belongs to no column of the other tables: values of trained networks, "
    "energy, times, devices.",
    ("archive", "experiment", "architecture", "measure", "split", "epoch", "source_name"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        Column("measure", pa.string(), "What was measured, unit at the end: `energy_kwh`."),
        Column("split", pa.string(), "`train`, `val` or `test`.", nullable=True),
        Column(
            "epoch",
            pa.float64(),
            "Epoch after which it was measured; null for the trained network.",
            "epochs",
            nullable=True,
        ),
        Column(
            "statistic",
            pa.string(),
            "`mean`, `sd` and the like where the value is one of several; null for a single one.",
            nullable=True,
        ),
        Column("n", pa.int64(), "Of how many values.", "count", nullable=True),
        Column("device", pa.string(), "On which device.", nullable=True),
        Column("value", pa.float64(), "The value, where it is a number.", "unit", nullable=True),
        Column("text", pa.string(), "The value, where it is none.", nullable=True),
        Column("unit", pa.string(), "Unit of the value; empty for a plain number or a text."),
        Column("source_name", pa.string(), "What the source calls it, with the path to it."),
        SOURCE_FILE,
        Column("source_row", pa.int64(), "Row or line in the source file, from 0."),
    ),
)

LINEAGE = Table(
    "lineage",
    "One row a child and parent.",
    ("archive", "experiment", "child", "parent_number"),
    (
        ARCHIVE,
        EXPERIMENT,
        Column("child", pa.int64(), "Architecture that was made."),
        Column("parent", pa.int64(), "Architecture that it was made from."),
        Column("parent_number", pa.int64(), "1 for the first parent, 2 for the second."),
        Column("operator", pa.string(), "`crossover`, `mutation` and the like.", nullable=True),
        Column(
            "cut",
            pa.int64(),
            "Where the parent's genome was cut, as the source counts.",
            nullable=True,
        ),
        SOURCE_FILE,
        Column("source_row", pa.int64(), "Row in the source file, from 0."),
    ),
)

REJECTS = Table(
    "rejects",
    "One row a source row that could not be read: where, what was expected, what came.",
    ("archive", "source_file", "line"),
    (
        ARCHIVE,
        Column("experiment", pa.string(), "Experiment that the file belongs to.", nullable=True),
        Column(
            "architecture",
            pa.int64(),
            "Architecture that the row belongs to, where that much could be read or the rows "
            "before and after it agree.",
            nullable=True,
        ),
        SOURCE_FILE,
        Column("line", pa.int64(), "Line in the source file where the row begins, from 1."),
        Column("expected", pa.string(), "What would have been right."),
        Column("got", pa.string(), "What stands there, shortened."),
    ),
)
