"""The columns and units that several tables share."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column

FLOATS = pa.list_(pa.float64())
INTS = pa.list_(pa.int64())

ARCHIVE = Column(
    "archive", pa.string(), "Archive that the row comes from: its name in the catalog."
)
EXPERIMENT = Column(
    "experiment", pa.string(), "Experiment: one search under one setting; unique in its archive."
)
ARCHITECTURE = Column(
    "architecture",
    pa.int64(),
    "Architecture: one trained network, as its source numbers it; unique in its experiment.",
)
SOURCE_FILE = Column("source_file", pa.string(), "Path of the source file inside the archive.")
STRUCTURE = Column(
    "structure",
    pa.int64(),
    "Number of the structure: each distinct genome of an experiment, 0 upwards, by first "
    "appearance in the source.",
)
STRUCTURE_ID = Column(
    "structure_id",
    pa.string(),
    "Search space, a colon and the flattened genome: the key of a structure across experiments.",
)
PERCENT = "%"
