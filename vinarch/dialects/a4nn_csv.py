"""The tables of the A4NN deposit: one CSV a search, one row an architecture and epoch.

The deposit has three column sets; what a table lacks is null.
A file in, source rows out; no experiment, no Parquet, no Dask.

References
----------
Channing et al., ICPP 2023; doi:10.7910/DVN/JS9FR6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.cells import (
    Mask,
    read_booleans,
    read_float_lists,
    read_floats,
    read_integers,
)
from vinarch.dialects.csv_text import TextTable, read_text_table
from vinarch.dialects.rows import (
    SOURCE_ROWS,
    Reading,
    Records,
    Refusal,
    SourceFile,
    WallTime,
    shorten,
    table_of,
)
from vinarch.errors import DialectError, GenomeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.genome import SearchSpace


@dataclass(frozen=True)
class _Cells:
    """How one source column is read, and what a reader is told when a cell cannot be."""

    source: str
    target: str
    reader: Callable[[pa.Array], tuple[pa.Array, Mask]]
    expected: str
    required: bool = True
    low: float = -np.inf
    high: float = np.inf


_PERCENT = "a percentage from 0 to 100"
_SECONDS = "seconds, 0 or more"
_COLUMNS = (
    _Cells("epoch", "epoch", read_integers, "an epoch from 0", low=0, high=1e9),
    _Cells("arch", "architecture", read_integers, "an architecture number from 0", low=0),
    _Cells("train_accs", "train_accuracy_percent", read_floats, _PERCENT, low=0, high=100),
    _Cells("val_accs", "val_accuracy_percent", read_floats, _PERCENT, low=0, high=100),
    _Cells("predictions", "prediction_percent", read_floats, "a number or inf", required=False),
    _Cells("converged", "converged", read_booleans, "True or False"),
    _Cells("flops", "mflops", read_floats, "MFLOPs, 0 or more", low=0, high=1e15),
    _Cells(
        "epoch_times", "epoch_time_seconds", read_floats, _SECONDS, required=False, low=0, high=1e12
    ),
    _Cells(
        "penguin_times",
        "engine_time_seconds",
        read_floats,
        _SECONDS,
        required=False,
        low=0,
        high=1e12,
    ),
    _Cells("params", "fit_parameters", read_float_lists, "an array of numbers", required=False),
    _Cells(
        "function", "fitted_curve_percent", read_float_lists, "an array of numbers", required=False
    ),
)
_REQUIRED = (
    "epoch", "train_accs", "val_accs", "predictions", "converged", "genome", "flops", "arch",
)  # fmt: skip
_OPTIONAL = ("epoch_times", "params", "function", "penguin_times", "architecture")


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read the training histories of one search.

    Parameters
    ----------
    files : sequence of SourceFile
        Its tables, in order.
    reading : Reading

    Returns
    -------
    Records
        One row a source row, in source order.

    Raises
    ------
    DialectError
        If a file is no such table at all.
    """
    return Records(pa.concat_tables([_read_table(file, reading.space) for file in files]))


def _read_table(file: SourceFile, space: SearchSpace) -> pa.Table:
    path = file.path
    text = read_text_table(file.local, path, _REQUIRED, _OPTIONAL)
    columns: dict[str, Any] = {}
    refusals: dict[int, Refusal] = {}
    for cells in _COLUMNS:
        if cells.source in text.columns:
            columns[cells.target] = _read_column(text.columns[cells.source], cells, refusals)
    _split_infinite_predictions(columns)
    genomes = _read_genomes(text, space, refusals)
    columns |= {
        "source_row": text.source_rows,
        "line": text.lines,
        "genome": text.columns["genome"],
        "flat": genomes.flat,
        "genome_refused": genomes.refused,
    }
    if text.cut_off:
        _refuse_cut_cell(text, columns, refusals)
    columns |= {
        "expected": [_slot(refusals, row, "expected") for row in range(len(text))],
        "got": [_slot(refusals, row, "got") for row in range(len(text))],
    }
    return _source_rows(columns, len(text), text, path)


def read_wall_times(file: SourceFile) -> tuple[WallTime, ...]:
    """Read the wall times of the deposit's searches.

    Raises
    ------
    DialectError
        If any row cannot be read, or a search has two: the file is a handful of rows, all needed.
    """
    path = file.path
    names = ("gpu", "dataset", "stopping", "total_seconds")
    text = read_text_table(file.local, path, names, ("time", "total_time"))
    for _, line, refusal in text.refused:
        raise DialectError(f"{path}, line {line}", refusal.expected, refusal.got, "Mend the row.")
    if text.cut_off:
        cut = _cut_cell(text)
        raise DialectError(
            f"{path}, line {text.lines[-1]}", cut.expected, cut.got, "Fetch the file again."
        )
    readers = (read_integers, read_integers, read_booleans, read_floats)
    values = []
    for name, reader in zip(names, readers, strict=True):
        array, refused = reader(text.columns[name])
        refused |= pc.is_null(array).to_numpy(zero_copy_only=False)
        if name == "total_seconds":
            # NaN compares false, so that it is refused too.
            possible = pc.and_(pc.greater_equal(array, 0), pc.is_finite(array))
            refused |= ~pc.fill_null(possible, fill_value=False).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(refused):
            raise DialectError(
                f"{path}, line {text.lines[row]}",
                f"a {name} that can be read",
                shorten(text.columns[name][row].as_py()),
                "Mend the row.",
            )
        values.append(array.to_pylist())
    searches = list(zip(*values[:-1], strict=True))
    for place, search in enumerate(searches):
        if searches.index(search) < place:
            raise DialectError(
                f"{path}, line {text.lines[place]}",
                "one wall time a search",
                f"a second; the first is in line {text.lines[searches.index(search)]}",
                "Mend the row.",
            )
    return tuple(
        WallTime(gpus, f"1e{beam}", stopping, seconds)
        for gpus, beam, stopping, seconds in zip(*values, strict=True)
    )


@dataclass(frozen=True)
class _Genomes:
    flat: list[str | None]
    refused: list[bool]


def _read_column(text: pa.Array, cells: _Cells, refusals: dict[int, Refusal]) -> pa.Array:
    values, refused = cells.reader(text)
    if cells.required:
        refused |= pc.is_null(values).to_numpy(zero_copy_only=False)
    if np.isfinite(cells.low):
        # NaN compares false, so that it is refused too.
        inside = pc.and_(
            pc.greater_equal(values, cells.low),
            pc.less_equal(values, min(cells.high, np.iinfo(np.int64).max)),
        )
        refused |= ~pc.fill_null(inside, fill_value=True).to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(refused):
        refusals.setdefault(
            int(row),
            Refusal(f"{cells.source}: {cells.expected}", shorten(text[int(row)].as_py())),
        )
    if not refused.any():
        return values
    return pc.if_else(pa.array(refused), pa.scalar(None, values.type), values)


def _refuse_cut_cell(
    text: TextTable, columns: dict[str, Any], refusals: dict[int, Refusal]
) -> None:
    """Refuse the last row of a file that ends inside it, and forget its last cell.

    Cut short, 51 reads 5: the row must not be laid to another architecture's account, nor may an
    unfinished genome reject an architecture whole.
    """
    source = next(reversed(text.columns))
    row = len(text) - 1
    refusals[row] = _cut_cell(text)
    if source in {"genome", "architecture"}:
        columns["flat"][row], columns["genome_refused"][row] = None, False
    for cells in _COLUMNS:
        if cells.source == source:
            values = columns[cells.target]
            columns[cells.target] = pa.concat_arrays([values[:-1], pa.nulls(1, values.type)])


def _cut_cell(text: TextTable) -> Refusal:
    source = next(reversed(text.columns))
    cell = text.columns[source][-1].as_py()
    return Refusal(
        "a line end after the last row", f"the end of the file after {source} {shorten(cell)}"
    )


def _split_infinite_predictions(columns: dict[str, Any]) -> None:
    predictions = columns["prediction_percent"]
    infinite = pc.fill_null(pc.is_inf(predictions), fill_value=False)
    unknown = pc.or_(infinite, pc.fill_null(pc.is_nan(predictions), fill_value=False))
    columns["prediction_is_inf"] = infinite
    columns["prediction_percent"] = pc.if_else(unknown, pa.scalar(None, pa.float64()), predictions)


def _read_genomes(text: TextTable, space: SearchSpace, refusals: dict[int, Refusal]) -> _Genomes:
    """Parse each distinct genome once; where the table prints it split by node, hold both equal."""
    printed = text.columns["genome"].to_pylist()
    split = text.columns.get("architecture")
    pairs = list(zip(printed, split.to_pylist() if split is not None else printed, strict=True))
    read: dict[tuple[str, str], str | Refusal] = {
        pair: _read_genome(pair, space) for pair in dict.fromkeys(pairs)
    }
    flat: list[str | None] = []
    for row, pair in enumerate(pairs):
        found = read[pair]
        if isinstance(found, Refusal):
            refusals[row] = found
            flat.append(None)
        else:
            flat.append(found)
    return _Genomes(flat, [found is None for found in flat])


def _read_genome(pair: tuple[str, str], space: SearchSpace) -> str | Refusal:
    try:
        flat, split = (space.parse(text).flat for text in pair)
    except GenomeError as error:
        return Refusal(f"{error.where}: {error.expected}", error.got)
    if flat != split:
        return Refusal(f"architecture: the bits of the genome, {flat}", split)
    return flat


def _slot(refusals: dict[int, Refusal], row: int, slot: str) -> str | None:
    found = refusals.get(row)
    return None if found is None else str(getattr(found, slot))


def _source_rows(columns: dict[str, Any], rows: int, text: TextTable, path: str) -> pa.Table:
    def table(given: dict[str, Any], count: int) -> pa.Table:
        # The deposit numbers the epochs by whole numbers; the commons also holds half epochs.
        return table_of(SOURCE_ROWS, given | {"source_file": [path] * count}, count)

    read = table(columns, rows)
    if not text.refused:
        return read
    places, lines, refusals = zip(*text.refused, strict=True)
    refused = {
        "source_row": places,
        "line": lines,
        "expected": [refusal.expected for refusal in refusals],
        "got": [refusal.got for refusal in refusals],
        "genome_refused": [False] * len(refusals),
    }
    both = pa.concat_tables([read, table(refused, len(refusals))])
    return both.sort_by("source_row")
