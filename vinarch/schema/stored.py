"""The tables that a commons keeps on disk, each column with its type, unit and meaning."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import (
    ARCHITECTURE,
    ARCHIVE,
    EXPERIMENT,
    FLOATS,
    PERCENT,
    SOURCE_FILE,
    STRUCTURE,
    STRUCTURE_ID,
)

FORMAT_VERSION = 1
"""Version of the tables as written to disk; raised when a reader of old could misread them."""

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
            "wall_time_seconds", pa.float64(), "Wall time of the whole search.", "s", nullable=True
        ),
        Column("architecture_count", pa.int64(), "Architectures in the commons.", "count"),
        Column("structure_count", pa.int64(), "Distinct genomes among them.", "count"),
        Column("history_row_count", pa.int64(), "Rows in `histories`.", "count"),
        Column("rejected_row_count", pa.int64(), "Rows in `rejects`.", "count"),
    ),
)

ARCHITECTURES = Table(
    "architectures",
    "One row an architecture: its genome, and its training history in brief.",
    ("archive", "experiment", "architecture"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        Column("genome", pa.string(), "Genome as the source prints it, to the letter."),
        Column(
            "genome_bits",
            pa.binary(),
            "Flattened genome, eight symbols a byte, first symbol in the highest bit, padded with "
            "zeros.",
        ),
        STRUCTURE,
        STRUCTURE_ID,
        Column(
            "canonical_id",
            pa.string(),
            "Key that networks of the same connections share: unconnected nodes and phases left "
            "out, isomorphic phases made equal.",
        ),
        Column(
            "mflops",
            pa.float64(),
            "Floating-point operations of one forward pass.",
            "MFLOPs",
            nullable=True,
        ),
        Column("epochs_trained", pa.int64(), "Rows of its training history.", "epochs"),
        Column(
            "last_val_accuracy_percent",
            pa.float64(),
            "Validation accuracy of the last epoch trained.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "best_val_accuracy_percent",
            pa.float64(),
            "Highest validation accuracy of any epoch.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "mean_val_accuracy_percent",
            pa.float64(),
            "Mean validation accuracy over all its epochs.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "last_prediction_percent",
            pa.float64(),
            "Prediction made after the last epoch trained; null where no fit was found.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "converged",
            pa.bool_(),
            "Whether the prediction counted as converged after the last epoch trained.",
            nullable=True,
        ),
        SOURCE_FILE,
        Column(
            "source_row",
            pa.int64(),
            "Its first row in the source file, from 0, header not counted.",
        ),
        Column(
            "rejected_rows",
            pa.int64(),
            "Rows of its history that were rejected. A row that does not say whose it is counts "
            "where the rows before and after it agree.",
            "count",
        ),
        Column(
            "status",
            pa.string(),
            "`ok`: trained for the whole budget; `early_stopped`: ended by the prediction engine; "
            "`incomplete`: shorter than the budget for no recorded reason, with an epoch missing "
            "in between, or with rejected rows.",
        ),
    ),
)

HISTORIES = Table(
    "histories",
    "One row an architecture and epoch: the training histories.",
    ("archive", "experiment", "architecture", "epoch"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        Column("epoch", pa.int64(), "Epoch, from 0.", "epochs"),
        STRUCTURE,
        STRUCTURE_ID,
        Column("train_accuracy_percent", pa.float64(), "Accuracy on the training data.", PERCENT),
        Column("val_accuracy_percent", pa.float64(), "Accuracy on the validation data.", PERCENT),
        Column(
            "prediction_percent",
            pa.float64(),
            "The engine's prediction, after this epoch, of the final validation accuracy; null "
            "where the source has `inf`.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "prediction_is_inf",
            pa.bool_(),
            "Whether the source has `inf`: too few epochs for a fit, or no fit found.",
            nullable=True,
        ),
        Column(
            "converged",
            pa.bool_(),
            "Whether the prediction counted as converged after this epoch.",
            nullable=True,
        ),
        Column("epoch_time_seconds", pa.float64(), "Wall time of the epoch.", "s", nullable=True),
        Column(
            "engine_time_seconds",
            pa.float64(),
            "Time that the prediction engine took after the epoch.",
            "s",
            nullable=True,
        ),
        Column(
            "fit_parameters",
            FLOATS,
            "Parameters a, b, c of the fitted function, as printed; inf where no fit was found.",
            nullable=True,
        ),
        Column(
            "fitted_curve_percent",
            FLOATS,
            "The fitted function at the epochs so far, as printed; one inf where no fit was found.",
            PERCENT,
            nullable=True,
        ),
        SOURCE_FILE,
        Column("source_row", pa.int64(), "Row in the source file, from 0, header not counted."),
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

STORED_TABLES = (EXPERIMENTS, ARCHITECTURES, HISTORIES, REJECTS)
"""The tables that a commons keeps on disk, each in a folder of its name."""

ATTRIBUTES = ("gpus", "beam", "early_termination")
"""Columns of `experiments` that a data card's paths can fill."""
