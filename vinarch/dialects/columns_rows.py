"""Fill the columns of source rows from a table and its mapping, row by row refused or read.

A table and a settled mapping in; values by vinarch's column and the reasons of refused rows out.
Knows no file's form and no experiment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.columns_targets import (
    DERIVED_STATUSES,
    SOURCE_STATUSES,
    TARGETS,
    Unit,
)
from vinarch.dialects.columns_values import read_cells
from vinarch.dialects.plain_columns import as_text
from vinarch.dialects.rows import SOURCE_ROWS, Refusal, shorten, table_of
from vinarch.errors import GenomeError

if TYPE_CHECKING:
    from vinarch.dialects.columns_mapping import ColumnMapping, ColumnSource
    from vinarch.dialects.source_tables import SourceTable
    from vinarch.genome import SearchSpace

_KEPT_GENOMES = 2**16


@dataclass
class ReadRows:
    """What the rows of a table say, and which were refused.

    Attributes
    ----------
    columns : dict of str to pyarrow.Array
        By vinarch's column, n rows each.
    good : ndarray of bool, shape (n,)
        Which rows were not refused.
    expected, got : ndarray of object, shape (n,)
        Why a row was refused; None where it was not.
    genome_refused : ndarray of bool, shape (n,)
    """

    columns: dict[str, pa.Array]
    good: npt.NDArray[np.bool_]
    expected: npt.NDArray[np.object_]
    got: npt.NDArray[np.object_]
    genome_refused: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, size: int) -> ReadRows:
        """Return rows of which nothing is read yet."""
        return cls(
            {},
            np.ones(size, dtype=bool),
            np.full(size, None, dtype=object),
            np.full(size, None, dtype=object),
            np.zeros(size, dtype=bool),
        )

    def refuse(self, where: npt.NDArray[np.bool_], expected: str, cells: pa.Array) -> None:
        """Refuse rows that are not refused yet, and quote their cells."""
        rows = np.flatnonzero(where & self.good)
        self.expected[rows] = expected
        self.got[rows] = [_quote(cells[row].as_py()) for row in rows]
        self.good[rows] = False

    def read_genomes(
        self, texts: pa.Array, name: str, space: SearchSpace, *, optional: bool
    ) -> None:
        """Parse each distinct genome once, and refuse the rows of those that cannot be read."""
        distinct = texts.dictionary_encode()
        indices = pc.fill_null(distinct.indices, -1).to_numpy()
        read = [_parse(text, space) for text in distinct.dictionary.to_pylist()]
        flats = [None if isinstance(found, Refusal) else found for found in read]
        self.columns["genome"] = texts
        self.columns["flat"] = pa.array(flats, pa.string()).take(distinct.indices)
        if not optional:
            empty = indices < 0
            self.genome_refused |= empty & self.good
            self.refuse(empty, f"{name}: a genome", texts)
        unreadable = np.array([isinstance(found, Refusal) for found in read] + [False])[indices]
        self.genome_refused |= unreadable
        for row in np.flatnonzero(unreadable & self.good):
            found = read[indices[row]]
            self.expected[row] = f"{name}: {found.expected}"
            self.got[row] = found.got
        self.good &= ~unreadable

    def source_rows(self, table: SourceTable) -> pa.Table:
        """Return all rows of the table, those that are none of it too, in source order."""
        columns: dict[str, Any] = dict(self.columns)
        columns |= {
            "source_file": table.row_paths,
            "source_row": table.source_rows,
            "line": table.lines,
            "expected": self.expected,
            "got": self.got,
            "genome_refused": self.genome_refused,
        }
        read = table_of(SOURCE_ROWS, columns, len(table))
        if not table.refused:
            return read
        places, lines, refusals = zip(*table.refused, strict=True)
        refused = {
            "source_file": [table.paths[0]] * len(places),
            "source_row": places,
            "line": lines,
            "expected": [refusal.expected for refusal in refusals],
            "got": [refusal.got for refusal in refusals],
            "genome_refused": [False] * len(places),
        }
        both = pa.concat_tables([read, table_of(SOURCE_ROWS, refused, len(places))])
        return both.sort_by("source_row")


# The experiments of one archive often train the same networks.
@lru_cache(maxsize=_KEPT_GENOMES)
def _parse(text: str, space: SearchSpace) -> str | Refusal:
    try:
        return space.parse(text).flat
    except GenomeError as error:
        return Refusal(f"{error.where}: {error.expected}", error.got)


def read_rows(table: SourceTable, mapping: ColumnMapping, space: SearchSpace) -> ReadRows:
    """Read the rows of a table.

    Parameters
    ----------
    table : SourceTable
    mapping : ColumnMapping
        Settled for this table.
    space : SearchSpace
        Search space of the genomes.
    """
    rows = ReadRows.of(len(table))
    given = _refuse_cut_cell(rows, table)
    epochs = "epoch" in mapping.targets
    named = bool(mapping.targets & {"native_id", "architecture"})
    said_missing = pa.nulls(len(table), pa.string())
    for source in mapping.sources:
        column = _joined(source, given)
        target = TARGETS[source.target]
        unit = target.units[source.unit or next(iter(target.units))] if target.units else Unit()
        cells = read_cells(column, target, unit, (*mapping.null, *source.null))
        values, refused = cells.values, cells.refused
        if source.target == "genome":
            # A history may show its genome in one row only, if each row says whose it is.
            optional = epochs and named
            rows.read_genomes(values, _name(source), space, optional=optional)
            continue
        if source.target == "status":
            values, refused = _statuses(source, values)
        rows.refuse(refused, f"{_name(source)}: {_expected(source)}", column)
        if source.null_means is not None:
            said = pa.scalar(source.null_means, pa.string())
            said_missing = pc.if_else(pa.array(cells.declared_missing), said, said_missing)
        rows.columns[source.target] = values
    told = rows.columns.get("status", pa.nulls(len(table), pa.string()))
    rows.columns["status"] = pc.coalesce(told, said_missing)
    _split_infinite_predictions(rows.columns)
    rows.columns["native_id"] = _names(rows.columns, table, epochs=epochs)
    return rows


def _refuse_cut_cell(rows: ReadRows, table: SourceTable) -> dict[str, pa.Array]:
    """Refuse a last row that may be cut, and forget its last cell.

    Cut short, 51 reads 5: the row must not be laid to another network's account, nor may an
    unfinished genome reject a network whole.
    """
    if not table.cut_off:
        return table.columns
    name, column = next(reversed(table.columns.items()))
    rows.good[-1] = False
    rows.expected[-1] = "a line end after the last row"
    rows.got[-1] = f"the end of the file after {name} {_quote(column[-1].as_py())}"
    return table.columns | {name: pa.concat_arrays([column[:-1], pa.nulls(1, column.type)])}


def _joined(source: ColumnSource, table: dict[str, pa.Array]) -> pa.Array:
    columns = [table[name] for name in source.columns]
    if len(columns) == 1:
        return columns[0]
    texts = [as_text(column) for column in columns]
    given = [pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text) for text in texts]
    return pc.binary_join_element_wise(*given, source.join)


def _statuses(source: ColumnSource, words: pa.Array) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Translate the source's words; what vinarch finds out itself becomes null."""
    meant = dict(source.words) or {word: word for word in (*SOURCE_STATUSES, *DERIVED_STATUSES)}
    place = pc.index_in(words, value_set=pa.array(list(meant), pa.string()))
    told = [None if status in DERIVED_STATUSES else status for status in meant.values()]
    refused = pc.and_(pc.is_valid(words), pc.is_null(place)).to_numpy(zero_copy_only=False)
    return pa.array(told, pa.string()).take(place), refused


def _expected(source: ColumnSource) -> str:
    target = TARGETS[source.target]
    if source.target == "status":
        words = [word for word, _ in source.words] or [*SOURCE_STATUSES, *DERIVED_STATUSES]
        return "one of " + ", ".join(words)
    if source.unit == "fraction":
        return "a fraction from 0 to 1"
    return target.expected


def _names(columns: dict[str, pa.Array], table: SourceTable, *, epochs: bool) -> pa.Array:
    """Return what the networks are called.

    Where the source has no names, those of a history go by genome and each row of trained
    networks is one of its own, named by its place.
    """
    if "native_id" in columns:
        return columns["native_id"]
    if "architecture" in columns:
        return as_text(columns["architecture"])
    if epochs:
        return columns["genome"]
    places = pc.cast(pa.array(table.source_rows), pa.string())
    return pc.binary_join_element_wise(table.row_paths, places, ":")


def _split_infinite_predictions(columns: dict[str, pa.Array]) -> None:
    if "prediction_percent" not in columns:
        return
    predictions = columns["prediction_percent"]
    columns["prediction_is_inf"] = pc.fill_null(pc.is_inf(predictions), fill_value=False)
    finite = pc.is_finite(predictions)
    columns["prediction_percent"] = pc.if_else(finite, predictions, pa.scalar(None, pa.float64()))


def _name(source: ColumnSource) -> str:
    return source.join.join(source.columns) if source.join else ", ".join(source.columns)


def _quote(cell: Any) -> str:
    return "an empty cell" if cell is None or cell == "" else shorten(str(cell))
