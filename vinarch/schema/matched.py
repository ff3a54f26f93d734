"""The tables of matching subsequences and of distances, which vinarch computes."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import INTS, PERCENT

MATCHES = Table(
    "matches",
    "One row a distinct matching subsequence: start index and symbols.",
    ("archive", "experiment", "start", "length", "subsequence"),
    (
        Column("archive", pa.string(), "Archive; null across experiments.", nullable=True),
        Column("experiment", pa.string(), "Experiment; null across experiments.", nullable=True),
        Column("subsequence", pa.string(), "The shared symbols, one character each."),
        Column("length", pa.int64(), "Symbols in the subsequence.", "symbols"),
        Column("start", pa.int64(), "Start index in the flattened genome, from 0.", "symbols"),
        Column(
            "structures",
            INTS,
            "Numbers of the structures that hold it at this start; null across experiments, where "
            "numbers clash: ask `vinarch.members`.",
            nullable=True,
        ),
        Column("count", pa.int64(), "How many structures hold it at this start.", "count"),
        Column(
            "network_count", pa.int64(), "How many trained networks have these genomes.", "count"
        ),
        Column(
            "experiment_count", pa.int64(), "In how many experiments they were trained.", "count"
        ),
        Column(
            "epoch_row_count",
            pa.int64(),
            "Values that the mean is taken over: one an epoch row with a validation accuracy, and "
            "one a network without a history whose single accuracy is known.",
            "count",
        ),
        Column(
            "mean_val_accuracy_percent",
            pa.float64(),
            "Mean validation accuracy over all epoch rows of all networks with these genomes, a "
            "network without a history counting with its single accuracy; null where none is "
            "known.",
            PERCENT,
            nullable=True,
        ),
    ),
)


def _mean(prefix: str, whose: str) -> tuple[Column, ...]:
    """Return the columns that tell the accuracy of networks."""
    told = (
        ("mean", f"Mean validation accuracy of the last epoch, of {whose}; null if unknown."),
        ("mean_low", "Lower end of its 95 % bootstrap interval; null of too few networks."),
        ("mean_high", "Upper end of its 95 % bootstrap interval; null of too few networks."),
    )
    return (
        Column(f"{prefix}n", pa.int64(), f"Networks of {whose} with a known accuracy.", "count"),
        *(
            Column(f"{prefix}{name}", pa.float64(), meaning, PERCENT, nullable=True)
            for name, meaning in told
        ),
    )


HOLDERS = Table(
    "holders",
    "One row an experiment: who holds one subsequence there, and how well they do.",
    ("archive", "experiment"),
    (
        Column("archive", pa.string(), "Archive."),
        Column("experiment", pa.string(), "Experiment."),
        Column("structure_count", pa.int64(), "Structures that hold it.", "count"),
        Column("network_count", pa.int64(), "Networks that hold it.", "count"),
        *_mean("", "those that hold it"),
        *_mean("own_", "the experiment"),
        Column("own_network_count", pa.int64(), "Trained networks of the experiment.", "count"),
        Column(
            "matched",
            pa.bool_(),
            "Whether it is maximal for a pair of these structures and long enough, and so a row of "
            "`vinarch.match`.",
        ),
    ),
)

DISTANCES = Table(
    "distances",
    "One row a pair of structures.",
    ("archive", "experiment", "structure_id_a", "structure_id_b"),
    (
        Column("archive", pa.string(), "Archive; null across experiments.", nullable=True),
        Column("experiment", pa.string(), "Experiment; null across experiments.", nullable=True),
        Column(
            "structure_a",
            pa.int64(),
            "Number of the first structure; null across experiments.",
            nullable=True,
        ),
        Column(
            "structure_b",
            pa.int64(),
            "Number of the second structure; null across experiments.",
            nullable=True,
        ),
        Column("structure_id_a", pa.string(), "First structure."),
        Column("structure_id_b", pa.string(), "Second structure."),
        Column(
            "distance",
            pa.float64(),
            "Distance between the flattened genomes: city block in symbols that differ, Euclidean "
            "in the root of symbols, Hamming as a share of the longer one's positions.",
        ),
    ),
)
