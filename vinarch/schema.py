"""Every column of the commons, declared once: name, Arrow type, unit, meaning.

What writes, reads, checks or documents a table takes it from here.
The records are frozen and the registry is a tuple: nothing adds a column at run time.
This module knows no paths, no Dask and no archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from vinarch.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT_VERSION = 1
"""Version of the tables as written to disk; raised when a reader of old could misread them."""

_FLOATS = pa.list_(pa.float64())
_INTS = pa.list_(pa.int64())


@dataclass(frozen=True)
class Column:
    """One column: what it is called, what it holds, in which unit, and what it means."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False

    @property
    def pandas_dtype(self) -> Any:
        """Return the dtype that the column has in a pandas or Dask frame.

        Missing numbers are NaN, missing integers and booleans are ``pd.NA``.
        """
        if pa.types.is_string(self.type):
            return pd.StringDtype("pyarrow")
        if pa.types.is_floating(self.type):
            return "float64"
        if pa.types.is_boolean(self.type):
            return "boolean" if self.nullable else "bool"
        if pa.types.is_integer(self.type):
            return "Int64" if self.nullable else "int64"
        return pd.ArrowDtype(self.type)


@dataclass(frozen=True)
class Table:
    """A table of the commons, or one that vinarch computes from it.

    Examples
    --------
    >>> from vinarch import schema
    >>> schema.HISTORIES.names[:4]
    ('archive', 'experiment', 'architecture', 'epoch')
    >>> schema.HISTORIES.column("val_accuracy_percent").unit
    '%'
    """

    name: str
    meaning: str
    sort_key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return one column's declaration."""
        return {column.name: column for column in self.columns}[name]

    def arrow(self) -> pa.Schema:
        """Return the Arrow schema."""
        return pa.schema(
            [pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns],
        )

    def empty(self) -> pd.DataFrame:
        """Return the frame without rows: what Dask calls meta."""
        return pd.DataFrame(
            {c.name: pd.Series([], dtype=c.pandas_dtype) for c in self.columns},
        )

    def arrow_table(self, columns: Mapping[str, Any], rows: int) -> pa.Table:
        """Build an Arrow table of this schema; a column that is not given is null.

        Parameters
        ----------
        columns : mapping of str to array
            Arrow arrays or sequences of length `rows`.
        rows : int
            Number of rows.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        StoreError
            If a column that must not be null is missing or holds a null.
        """
        arrays = []
        for column in self.columns:
            given = columns.get(column.name)
            if given is None:
                array = pa.nulls(rows, column.type)
            elif isinstance(given, (pa.Array, pa.ChunkedArray)):
                array = given.cast(column.type)
            else:
                array = pa.array(given, type=column.type)
            if array.null_count and not column.nullable:
                raise StoreError(
                    f"table {self.name}, column {column.name}",
                    "no nulls",
                    f"{array.null_count} nulls in {rows} rows",
                    "This is a fault in the dialect that made the table.",
                )
            arrays.append(array)
        return pa.Table.from_arrays(arrays, schema=self.arrow())

    def frame(self, table: pa.Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Turn an Arrow table of this schema into a frame with the declared dtypes.

        Parameters
        ----------
        table : pyarrow.Table
            A table that holds at least the columns asked for.
        columns : sequence of str, optional
            Which columns, in order; all by default.

        Returns
        -------
        pandas.DataFrame
        """
        chosen = self.names if columns is None else tuple(columns)
        return pd.DataFrame({name: self._series(table.column(name), name) for name in chosen})

    def _series(self, array: pa.ChunkedArray, name: str) -> pd.Series:
        dtype = self.column(name).pandas_dtype
        arrow = array.combine_chunks()
        if dtype in {"float64", "int64", "bool"}:
            plain: pd.Series = pd.Series(arrow.to_numpy(zero_copy_only=False), dtype=dtype)
            return plain
        # NumPy has no missing integers or booleans, so these go by pandas' Arrow arrays.
        nullable: pd.Series = pd.Series(arrow, dtype=pd.ArrowDtype(arrow.type)).astype(dtype)
        return nullable


_ARCHIVE = Column(
    "archive", pa.string(), "Archive that the row comes from: its name in the catalog."
)
_EXPERIMENT = Column(
    "experiment", pa.string(), "Experiment: one search under one setting; unique in its archive."
)
_ARCHITECTURE = Column(
    "architecture",
    pa.int64(),
    "Architecture: one trained network, as its source numbers it; unique in its experiment.",
)
_SOURCE_FILE = Column("source_file", pa.string(), "Path of the source file inside the archive.")
_STRUCTURE = Column(
    "structure",
    pa.int64(),
    "Number of the structure: each distinct genome of an experiment, 0 upwards, by first "
    "appearance in the source.",
)
_STRUCTURE_ID = Column(
    "structure_id",
    pa.string(),
    "Search space, a colon and the flattened genome: the key of a structure across experiments.",
)
_PERCENT = "%"

EXPERIMENTS = Table(
    "experiments",
    "One row an experiment: its setting and how much of it is known.",
    ("archive", "experiment"),
    (
        _ARCHIVE,
        _EXPERIMENT,
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
        _ARCHIVE,
        _EXPERIMENT,
        _ARCHITECTURE,
        Column("genome", pa.string(), "Genome as the source prints it, to the letter."),
        Column(
            "genome_bits",
            pa.binary(),
            "Flattened genome, eight symbols a byte, first symbol in the highest bit, padded with "
            "zeros.",
        ),
        _STRUCTURE,
        _STRUCTURE_ID,
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
            _PERCENT,
            nullable=True,
        ),
        Column(
            "best_val_accuracy_percent",
            pa.float64(),
            "Highest validation accuracy of any epoch.",
            _PERCENT,
            nullable=True,
        ),
        Column(
            "mean_val_accuracy_percent",
            pa.float64(),
            "Mean validation accuracy over all its epochs.",
            _PERCENT,
            nullable=True,
        ),
        Column(
            "last_prediction_percent",
            pa.float64(),
            "Prediction made after the last epoch trained; null where no fit was found.",
            _PERCENT,
            nullable=True,
        ),
        Column(
            "converged",
            pa.bool_(),
            "Whether the prediction counted as converged after the last epoch trained.",
            nullable=True,
        ),
        _SOURCE_FILE,
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
        _ARCHIVE,
        _EXPERIMENT,
        _ARCHITECTURE,
        Column("epoch", pa.int64(), "Epoch, from 0.", "epochs"),
        _STRUCTURE,
        _STRUCTURE_ID,
        Column("train_accuracy_percent", pa.float64(), "Accuracy on the training data.", _PERCENT),
        Column("val_accuracy_percent", pa.float64(), "Accuracy on the validation data.", _PERCENT),
        Column(
            "prediction_percent",
            pa.float64(),
            "The engine's prediction, after this epoch, of the final validation accuracy; null "
            "where the source has `inf`.",
            _PERCENT,
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
            _FLOATS,
            "Parameters a, b, c of the fitted function, as printed; inf where no fit was found.",
            nullable=True,
        ),
        Column(
            "fitted_curve_percent",
            _FLOATS,
            "The fitted function at the epochs so far, as printed; one inf where no fit was found.",
            _PERCENT,
            nullable=True,
        ),
        _SOURCE_FILE,
        Column("source_row", pa.int64(), "Row in the source file, from 0, header not counted."),
    ),
)

REJECTS = Table(
    "rejects",
    "One row a source row that could not be read: where, what was expected, what came.",
    ("archive", "source_file", "line"),
    (
        _ARCHIVE,
        Column("experiment", pa.string(), "Experiment that the file belongs to.", nullable=True),
        Column(
            "architecture",
            pa.int64(),
            "Architecture that the row belongs to, where that much could be read or the rows "
            "before and after it agree.",
            nullable=True,
        ),
        _SOURCE_FILE,
        Column("line", pa.int64(), "Line in the source file where the row begins, from 1."),
        Column("expected", pa.string(), "What would have been right."),
        Column("got", pa.string(), "What stands there, shortened."),
    ),
)

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
            _INTS,
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
        Column("epoch_row_count", pa.int64(), "Epoch rows that the mean is taken over.", "count"),
        Column(
            "mean_val_accuracy_percent",
            pa.float64(),
            "Mean validation accuracy over all epoch rows of all networks with these genomes; "
            "null where there is no row.",
            _PERCENT,
            nullable=True,
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
            "Distance between the flattened genomes: city block in symbols, Euclidean in the root "
            "of symbols, Hamming as a share of positions.",
        ),
    ),
)

STORED_TABLES = (EXPERIMENTS, ARCHITECTURES, HISTORIES, REJECTS)
"""The tables that a commons keeps on disk, each in a folder of its name."""

RESULT_TABLES = (MATCHES, DISTANCES)
"""The tables that vinarch computes."""

ATTRIBUTES = ("gpus", "beam", "early_termination")
"""Columns of `experiments` that a data card's paths can fill."""
