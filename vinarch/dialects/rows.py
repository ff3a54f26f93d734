"""What every dialect gives: source rows, read or refused, none left out.

A dialect turns a file into one Arrow table of this schema.
A row that cannot be read stays in it, with what was expected and what came: nothing is dropped
here, so that rows in equals histories plus rejects out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

FLOATS = pa.list_(pa.float64())

SOURCE_ROWS = pa.schema(
    [
        pa.field("source_file", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("line", pa.int64()),
        pa.field("architecture", pa.int64()),
        pa.field("epoch", pa.int64()),
        pa.field("genome", pa.string()),
        pa.field("flat", pa.string()),
        pa.field("mflops", pa.float64()),
        pa.field("train_accuracy_percent", pa.float64()),
        pa.field("val_accuracy_percent", pa.float64()),
        pa.field("prediction_percent", pa.float64()),
        pa.field("prediction_is_inf", pa.bool_()),
        pa.field("converged", pa.bool_()),
        pa.field("epoch_time_seconds", pa.float64()),
        pa.field("engine_time_seconds", pa.float64()),
        pa.field("fit_parameters", FLOATS),
        pa.field("fitted_curve_percent", FLOATS),
        pa.field("expected", pa.string()),
        pa.field("got", pa.string()),
        pa.field("genome_refused", pa.bool_()),
    ]
)
"""One row a source row; `expected` and `got` are set where the row was refused.

`genome_refused` marks the faults that reject the whole architecture.
"""


@dataclass(frozen=True)
class WallTime:
    """The wall time of one experiment, named by its attributes."""

    gpus: int
    beam: str
    early_termination: bool
    wall_time_seconds: float


@dataclass(frozen=True)
class Refusal:
    """Why a row was refused."""

    expected: str
    got: str


def shorten(text: str, limit: int = 80) -> str:
    """Quote a cell for a message; a long one is cut in the middle of nothing but its tail.

    Examples
    --------
    >>> shorten("abc"), shorten("a" * 100, limit=5)
    ("'abc'", "'aaaa…'")
    """
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
