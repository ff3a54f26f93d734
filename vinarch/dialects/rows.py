"""What every dialect gives: source rows, read or refused, none left out.

A dialect turns the files of a block into Arrow tables of these schemas.
A row that cannot be read stays in it, with what was expected and what came: nothing is dropped
here, so that rows in equals rows stored plus rejects out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from vinarch.genome import SearchSpace

FLOATS = pa.list_(pa.float64())

SOURCE_ROWS = pa.schema(
    [
        pa.field("source_file", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("line", pa.int64()),
        pa.field("architecture", pa.int64()),
        pa.field("native_id", pa.string()),
        pa.field("repeat", pa.int64()),
        pa.field("seed", pa.int64()),
        pa.field("generation", pa.int64()),
        pa.field("search_order", pa.int64()),
        pa.field("epoch_budget", pa.float64()),
        pa.field("status", pa.string()),
        pa.field("genome", pa.string()),
        pa.field("flat", pa.string()),
        pa.field("mflops", pa.float64()),
        pa.field("parameter_count", pa.int64()),
        pa.field("last_val_accuracy_percent", pa.float64()),
        pa.field("last_test_accuracy_percent", pa.float64()),
        pa.field("epoch", pa.float64()),
        pa.field("train_accuracy_percent", pa.float64()),
        pa.field("val_accuracy_percent", pa.float64()),
        pa.field("test_accuracy_percent", pa.float64()),
        pa.field("train_loss", pa.float64()),
        pa.field("val_loss", pa.float64()),
        pa.field("test_loss", pa.float64()),
        pa.field("prediction_percent", pa.float64()),
        pa.field("prediction_is_inf", pa.bool_()),
        pa.field("converged", pa.bool_()),
        pa.field("epoch_time_seconds", pa.float64()),
        pa.field("training_time_seconds", pa.float64()),
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

Whose row it is: `architecture` where the source numbers its networks, else `native_id` and, where
there are several trainings of it, `repeat`.
What belongs to the architecture and not to the epoch (`repeat` to `last_test_accuracy_percent`)
may stand in any of its rows; of several, the first known value counts, and those of `flat` and
`mflops` must agree.
A row without an `epoch` tells of its architecture only and becomes no history row: then
`last_val_accuracy_percent` and `last_test_accuracy_percent` hold the trained network's values.
A `status` is one that the source tells (failed, not_trained, lent, aggregate); null otherwise.
"""

MEASUREMENT_ROWS = pa.schema(
    [
        pa.field("source_file", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("native_id", pa.string()),
        pa.field("repeat", pa.int64()),
        pa.field("measure", pa.string()),
        pa.field("split", pa.string()),
        pa.field("epoch", pa.float64()),
        pa.field("statistic", pa.string()),
        pa.field("n", pa.int64()),
        pa.field("device", pa.string()),
        pa.field("value", pa.float64()),
        pa.field("text", pa.string()),
        pa.field("unit", pa.string()),
        pa.field("source_name", pa.string()),
    ]
)
"""One row a value that belongs to no column of the source rows; see `schema.MEASUREMENTS`.

`native_id` (and `repeat`, where the source rows have one) say whose it is.
"""

LINEAGE_ROWS = pa.schema(
    [
        pa.field("source_file", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("line", pa.int64()),
        pa.field("child", pa.string()),
        pa.field("parent", pa.string()),
        pa.field("parent_number", pa.int64()),
        pa.field("operator", pa.string()),
        pa.field("cut", pa.int64()),
    ]
)
"""One row a child and parent, both by native id."""


@dataclass(frozen=True)
class SourceFile:
    """One fetched file: its path inside the archive, and where it is."""

    path: str
    local: Path


@dataclass(frozen=True)
class Reading:
    """What a dialect is told of the files that it reads.

    Attributes
    ----------
    space : SearchSpace
        Search space of the genomes.
    columns : mapping
        The data card's section ``[tables.columns]``, for dialects that take one.
    side : tuple of SourceFile
        Files of the role ``genomes`` that belong to the archive: genomes by native id.
    """

    space: SearchSpace
    columns: Mapping[str, Any] = field(default_factory=dict)
    side: tuple[SourceFile, ...] = ()


@dataclass(frozen=True)
class Records:
    """What a dialect read: tables of the schemas above."""

    rows: pa.Table
    measurements: pa.Table = field(default_factory=MEASUREMENT_ROWS.empty_table)
    lineage: pa.Table = field(default_factory=LINEAGE_ROWS.empty_table)
    configurations: Mapping[str, str] = field(default_factory=dict)
    """Texts of the search's own configuration to the letter, by the name of the file."""


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


def table_of(schema: pa.Schema, columns: Mapping[str, Any], rows: int) -> pa.Table:
    """Build a table of one of the schemas above; a column that is not given is null."""
    arrays = []
    # Columns of one type share their nulls, which costs little where tables are many and small.
    nulls: dict[pa.DataType, pa.Array] = {}
    for column in schema:
        given = columns.get(column.name)
        if given is None:
            if column.type not in nulls:
                nulls[column.type] = pa.nulls(rows, column.type)
            arrays.append(nulls[column.type])
        elif isinstance(given, (pa.Array, pa.ChunkedArray)):
            arrays.append(given.cast(column.type))
        else:
            arrays.append(pa.array(given, type=column.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def concat_records(records: Sequence[Records]) -> Records:
    """Put records below each other, in order."""
    return Records(
        pa.concat_tables([record.rows for record in records]),
        pa.concat_tables([record.measurements for record in records]),
        pa.concat_tables([record.lineage for record in records]),
        {name: text for record in records for name, text in record.configurations.items()},
    )


def shorten(text: str, limit: int = 80) -> str:
    """Quote a cell for a message; a long one is cut in the middle of nothing but its tail.

    Examples
    --------
    >>> shorten("abc"), shorten("a" * 100, limit=5)
    ("'abc'", "'aaaa…'")
    """
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
