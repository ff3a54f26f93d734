"""The tables behind the figures of papers that are redrawn, which vinarch computes."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.claimed import CLAIMS
from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import ARCHITECTURE, ARCHIVE, EXPERIMENT, PERCENT
from vinarch.schema.origins import EXPERIMENTS
from vinarch.schema.trainings import ARCHITECTURES

_EPOCHS = "epochs"
_SETTING = (
    Column("gpus", pa.int64(), "GPUs that the search trained on.", "count"),
    EXPERIMENTS.column("beam"),
    Column("early_termination", pa.bool_(), "Whether a prediction engine could end a training."),
)
_NETWORKS = Column("network_count", pa.int64(), "Networks of the search.", "count")

FITTED_CURVES = Table(
    "fitted_curves",
    "One network's record and the function that the engine fitted when its prediction first "
    "converged: one row a point.",
    ("archive", "experiment", "architecture", "series", "epoch"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        Column(
            "series",
            pa.string(),
            "`recorded`: validation accuracy after the epoch; `fitted`: the function; "
            "`prediction`: the recorded prediction, at the epoch that it is for.",
        ),
        Column("epoch", pa.float64(), "Epoch, from 0.", _EPOCHS),
        Column("accuracy_percent", pa.float64(), "Accuracy of the series there.", PERCENT),
        Column("avoidable", pa.bool_(), "Whether it lies after the epoch of convergence."),
        Column("convergence_epoch", pa.int64(), "Epoch of convergence, from 0.", _EPOCHS),
        Column("engine", pa.string(), "Preset of the engine whose function was fitted again."),
    ),
)

NETWORK_FITNESS = Table(
    "network_fitness",
    "One row a network: the fitness that the search had of it, and its cost.",
    ("archive", "experiment", "architecture"),
    (
        ARCHIVE,
        EXPERIMENT,
        *_SETTING,
        ARCHITECTURE,
        ARCHITECTURES.column("mflops"),
        Column(
            "fitness_percent",
            pa.float64(),
            "The prediction where the engine ended trainings and it converged, else the last "
            "validation accuracy.",
            PERCENT,
            nullable=True,
        ),
        Column("predicted", pa.bool_(), "Whether the fitness is a prediction."),
        Column(
            "on_front",
            pa.bool_(),
            "Whether no other network of the search beats it in fitness and MFLOPs.",
        ),
    ),
)

CONVERGENCE_EPOCHS = Table(
    "convergence_epochs",
    "One row a network of a search with the engine: whether and when its prediction converged.",
    ("archive", "experiment", "architecture"),
    (
        ARCHIVE,
        EXPERIMENT,
        *_SETTING,
        ARCHITECTURE,
        Column("converged", pa.bool_(), "Whether the recorded prediction converged."),
        Column(
            "convergence_epoch",
            pa.int64(),
            "Epoch, from 0, after which it first did; null where it did not.",
            _EPOCHS,
            nullable=True,
        ),
    ),
)

EPOCHS_TRAINED = Table(
    "epochs_trained",
    "One row a search: the epochs that its networks were trained for, and what that saved.",
    ("archive", "experiment"),
    (
        ARCHIVE,
        EXPERIMENT,
        *_SETTING,
        _NETWORKS,
        Column("epochs_budgeted", pa.int64(), "Epoch budget of all its networks.", _EPOCHS),
        Column("epochs_trained", pa.int64(), "Epochs that they were trained for.", _EPOCHS),
        Column("saved_percent", pa.float64(), "Share of the budget that was not trained.", PERCENT),
    ),
)

WALL_TIMES = Table(
    "wall_times",
    "One row a search: its wall time.",
    ("archive", "experiment"),
    (
        ARCHIVE,
        EXPERIMENT,
        *_SETTING,
        Column("wall_time_hours", pa.float64(), "Wall time of the whole search.", "h"),
    ),
)

CLAIMED_VALUES = Table(
    "claimed_values",
    "One row a published value of one place of a paper, beside what the commons gives.",
    ("paper", "number"),
    tuple(
        CLAIMS.column(name)
        for name in (
            *("paper", "number", "place", "claim", "unit", "published", "decimals", "recomputed"),
            *("verdict", "why"),
        )
    ),
)

PUBLISHED_TABLES = (
    FITTED_CURVES,
    NETWORK_FITNESS,
    CONVERGENCE_EPOCHS,
    EPOCHS_TRAINED,
    WALL_TIMES,
    CLAIMED_VALUES,
)
"""The tables that a study writes into the folder of a paper."""
