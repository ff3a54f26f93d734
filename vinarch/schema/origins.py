"""The tables of what was read and under which setting: archives and experiments."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import ARCHIVE, EXPERIMENT

_CHECKSUMS = pa.list_(
    pa.struct([("path", pa.string()), ("size_bytes", pa.int64()), ("sha256", pa.string())])
)

ARCHIVES = Table(
    "archives",
    "One row an archive: where it came from, how it is cited, and what exactly was read.",
    ("archive",),
    (
        ARCHIVE,
        Column("title", pa.string(), "Its title."),
        Column("doi", pa.string(), "Its DOI.", nullable=True),
        Column(
            "url",
            pa.string(),
            "Address that is pinned to one state, for an archive without a DOI.",
            nullable=True,
        ),
        Column("version", pa.string(), "Version or commit that was read."),
        Column("licence", pa.string(), "Its licence."),
        Column("citation", pa.string(), "How it is cited."),
        Column("source", pa.string(), "Which place gave the files."),
        Column("fetched_at", pa.string(), "When, as UTC in ISO 8601."),
        Column("vinarch_version", pa.string(), "The vinarch that read it."),
        Column(
            "checksums",
            _CHECKSUMS,
            "Path, size and SHA-256 of each file that was read.",
        ),
    ),
)

EXPERIMENTS = Table(
    "experiments",
    "One row an experiment: its setting and how much of it is known.",
    ("archive", "experiment"),
    (
        ARCHIVE,
        EXPERIMENT,
        Column(
            "status",
            pa.string(),
            "`ok`, or `no_histories` where the archive tells no more than the wall time.",
        ),
        Column("search_space", pa.string(), "Search space that the genomes belong to."),
        Column("strategy", pa.string(), "Strategy that chose the networks.", nullable=True),
        Column("task_data", pa.string(), "What the networks were trained on.", nullable=True),
        Column("hardware", pa.string(), "What they were trained with.", nullable=True),
        Column(
            "objectives",
            pa.string(),
            "What the search looked for, each with its direction, joined by `; `: "
            "`max val_accuracy_percent; min mflops`.",
            nullable=True,
        ),
        Column("protocol", pa.string(), "How a network is trained.", nullable=True),
        Column("gpus", pa.int64(), "GPUs that the search trained on.", "count", nullable=True),
        Column(
            "beam",
            pa.string(),
            "Beam intensity of the simulated diffraction images (the task data): 1e14, 1e15, 1e16.",
            "photons/µm²/pulse",
            nullable=True,
        ),
        Column(
            "early_termination",
            pa.bool_(),
            "Whether a prediction engine could end a training early.",
            nullable=True,
        ),
        Column(
            "epoch_budget",
            pa.int64(),
            "Epochs that a network is trained for unless it is ended early.",
            "epochs",
            nullable=True,
        ),
        Column(
            "first_epoch",
            pa.float64(),
            "Number that the source gives to the end of the first epoch: 0, or 1 where the numbers "
            "count epochs done; null where there is no history.",
            "epochs",
            nullable=True,
        ),
        Column(
            "epoch_step",
            pa.float64(),
            "Distance of two rows of a training history; null where the epochs recorded are few.",
            "epochs",
            nullable=True,
        ),
        Column(
            "wall_time_seconds", pa.float64(), "Wall time of the whole search.", "s", nullable=True
        ),
        Column(
            "setting",
            pa.string(),
            "Further attributes that the data card's paths give, as a JSON object; null if none.",
            nullable=True,
        ),
        Column(
            "configuration",
            pa.string(),
            "The search's own configuration, to the letter; of several files, a JSON object of "
            "their texts by name; null where none is published.",
            nullable=True,
        ),
        Column("architecture_count", pa.int64(), "Architectures in the commons.", "count"),
        Column("structure_count", pa.int64(), "Distinct genomes among them.", "count"),
        Column("history_row_count", pa.int64(), "Rows in `histories`.", "count"),
        Column("measurement_count", pa.int64(), "Rows in `measurements`.", "count"),
        Column("lineage_count", pa.int64(), "Rows in `lineage`.", "count"),
        Column("rejected_row_count", pa.int64(), "Rows in `rejects`.", "count"),
    ),
)
