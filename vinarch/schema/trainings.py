"""The tables of the networks themselves: architectures and their training histories."""

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


def _measured(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name, pa.float64(), meaning, unit, nullable=True)


ARCHITECTURES = Table(
    "architectures",
    "One row an architecture: its genome, and its training history in brief.",
    ("archive", "experiment", "architecture"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        Column("native_id", pa.string(), "What the source calls it."),
        Column(
            "repeat",
            pa.int64(),
            "Which of several trainings of it, as the source counts them.",
            nullable=True,
        ),
        Column("seed", pa.int64(), "Seed of its training.", nullable=True),
        Column("genome", pa.string(), "Genome as the source prints it, to the letter."),
        Column("sequence", pa.string(), "Flattened genome, one character a symbol."),
        STRUCTURE,
        STRUCTURE_ID,
        Column(
            "canonical_id",
            pa.string(),
            "Key that networks of the same connections share: unconnected nodes and phases left "
            "out, isomorphic phases made equal.",
        ),
        Column("generation", pa.int64(), "Generation of the search, as recorded.", nullable=True),
        Column(
            "search_order",
            pa.int64(),
            "Place in the order in which the search tried them, as recorded.",
            nullable=True,
        ),
        Column(
            "epoch_budget",
            pa.float64(),
            "Epochs that it was to be trained for.",
            "epochs",
            nullable=True,
        ),
        Column(
            "mflops",
            pa.float64(),
            "Floating-point operations of one forward pass.",
            "MFLOPs",
            nullable=True,
        ),
        Column("parameter_count", pa.int64(), "Trainable parameters.", "count", nullable=True),
        Column("history_row_count", pa.int64(), "Rows of its training history.", "count"),
        Column(
            "epochs_trained",
            pa.float64(),
            "Epochs of training that its history tells of: up to its last row, or the budget where "
            "the source gives only the trained network's values.",
            "epochs",
            nullable=True,
        ),
        Column(
            "last_val_accuracy_percent",
            pa.float64(),
            "Validation accuracy of the last epoch trained, or of the trained network where the "
            "source has no history of it.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "best_val_accuracy_percent",
            pa.float64(),
            "Highest validation accuracy of any epoch recorded, one before training included.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "mean_val_accuracy_percent",
            pa.float64(),
            "Mean validation accuracy over its history rows: the epochs recorded.",
            PERCENT,
            nullable=True,
        ),
        Column(
            "last_test_accuracy_percent",
            pa.float64(),
            "Test accuracy of the last epoch trained, or of the trained network where the source "
            "has no history of it.",
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
            "in between, or with rejected rows; `failed`: the source says that the training or "
            "its measurement failed; `not_trained`: no accuracy is known, and the source tells no "
            "status; `lent`: its fitness was taken over from another network; `aggregate`: its "
            "values are means over trainings that are not told apart.",
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
        Column(
            "epoch",
            pa.float64(),
            "Epoch, as the source numbers it; `first_epoch` in `experiments` says from where.",
            "epochs",
        ),
        STRUCTURE,
        STRUCTURE_ID,
        _measured("train_accuracy_percent", "Accuracy on the training data.", PERCENT),
        _measured("val_accuracy_percent", "Accuracy on the validation data.", PERCENT),
        _measured("test_accuracy_percent", "Accuracy on the test data.", PERCENT),
        _measured("train_loss", "Loss on the training data, as the source gives it."),
        _measured("val_loss", "Loss on the validation data, as the source gives it."),
        _measured("test_loss", "Loss on the test data, as the source gives it."),
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
        _measured("epoch_time_seconds", "Wall time of the epoch.", "s"),
        _measured("training_time_seconds", "Time of training up to this epoch.", "s"),
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
