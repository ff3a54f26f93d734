"""Read one of PENGUIN's tables that is not of the usual form, and find what is wrong with it.

Columns may stand in any order, lines may end as on Windows.
A file in, source rows and measurements out, what cannot be read as refused rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.cells import read_floats, read_integers
from vinarch.dialects.csv_text import text_table_of
from vinarch.dialects.file_bytes import read_text
from vinarch.dialects.penguin_columns import (
    COLUMNS,
    CURVE,
    NUMBERS,
    STRUCTURE,
    TEXTS,
    flatten_structures,
    print_structures,
    setting_measurements,
)
from vinarch.dialects.rows import SOURCE_ROWS, Records, Refusal, shorten, table_of
from vinarch.errors import DialectError, GenomeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.dialects.csv_text import TextTable
    from vinarch.dialects.rows import SourceFile
    from vinarch.genome import SearchSpace

_TARGETS = {
    "epochs": ("epoch", "an epoch from 0", 0, 1e9),
    "trainLoss": ("train_loss", "a number", -np.inf, np.inf),
    "valLoss": ("val_loss", "a number", -np.inf, np.inf),
    "valAcc": ("val_accuracy_percent", "a percentage from 0 to 100", 0, 100),
}
"""Of the columns of curves: vinarch's column, what is expected, lowest and highest."""


def read_carefully(file: SourceFile, space: SearchSpace) -> Records:
    """Read the table of one network.

    Parameters
    ----------
    file : SourceFile
    space : SearchSpace

    Returns
    -------
    Records
        One row a source row; a file that is no such table is one refused row.
    """
    try:
        data = read_text(file.local, file.path, "a table")
        text = text_table_of(data, file.path, COLUMNS, delimiter=" ")
    except DialectError as error:
        return _refused_file(file.path, error)
    refusals: dict[int, Refusal] = {}
    columns = _read_curves(text, refusals)
    first = _read_first(text, space)
    if isinstance(first, Refusal):
        refusals[0] = first
    _refuse_later_settings(text, refusals)
    if text.cut_off:
        got = "the end of the file after " + shorten(_last_cell(text))
        refusals[len(text) - 1] = Refusal("a line end after the last row", got)
    # The only row of a file that ends inside it may lack a part of its structure.
    known = None if isinstance(first, Refusal) or (text.cut_off and len(text) == 1) else first
    name = PurePosixPath(file.path).stem if known is None else known.name
    lost = known is None
    columns |= {
        "source_file": [file.path] * len(text),
        "source_row": text.source_rows,
        "line": text.lines,
        "native_id": [name] * len(text),
        "expected": [_slot(refusals, row, "expected") for row in range(len(text))],
        "got": [_slot(refusals, row, "got") for row in range(len(text))],
        "genome_refused": [lost] * len(text),
    }
    if not lost:
        for column in ("seed", "genome", "flat"):
            columns[column] = [getattr(known, column)] * len(text)
    good = table_of(SOURCE_ROWS, columns, len(text))
    rows = pa.concat_tables([good, _wrong_cells(text, file.path, name, lost)]).sort_by("source_row")
    if lost:
        return Records(rows)
    cells = {column: array[:1] for column, array in text.columns.items()}
    numbers = {column: read_floats(cells[column])[0] for column in NUMBERS}
    told = setting_measurements(cells, numbers, pa.array([file.path]), pa.array([name]))
    return Records(rows, told)


@dataclass(frozen=True)
class _First:
    """What the first row tells of the network."""

    name: str
    seed: int
    genome: str
    flat: str


def _refused_file(path: str, error: DialectError) -> Records:
    line = re.search(r", line (\d+)$", error.where)
    columns = {
        "source_file": [path],
        "source_row": [0],
        "line": [int(line[1]) if line else 1],
        "native_id": [PurePosixPath(path).stem],
        "expected": [error.expected],
        "got": [error.got],
        "genome_refused": [True],
    }
    return Records(table_of(SOURCE_ROWS, columns, 1))


def _read_curves(text: TextTable, refusals: dict[int, Refusal]) -> dict[str, Any]:
    columns = {}
    for name in CURVE:
        target, expected, low, high = _TARGETS[name]
        values, refused = read_floats(text.columns[name])
        numbers = values.to_numpy(zero_copy_only=False)
        # NaN compares false, so that it is refused too; so is a missing cell.
        refused |= ~(np.isfinite(numbers) & (numbers >= low) & (numbers <= high))
        for row in np.flatnonzero(refused):
            got = shorten(text.columns[name][int(row)].as_py())
            refusals.setdefault(int(row), Refusal(f"{name}: {expected}", got))
        columns[target] = pc.if_else(pa.array(refused), pa.scalar(None, pa.float64()), values)
    return columns


def _read_first(text: TextTable, space: SearchSpace) -> _First | Refusal:
    """Read what only the first row has, or say which of its cells cannot be read."""
    if not len(text) or text.source_rows[0] != 0:
        return Refusal("a first row with the network's structure", "none that could be read")
    cells = {name: text.columns[name][:1] for name in COLUMNS}
    whole = read_integers(cells["random_seed"])[0][0].as_py()
    if whole is None:
        return Refusal("random_seed: a whole number", shorten(cells["random_seed"][0].as_py()))
    for name in NUMBERS:
        value = read_floats(cells[name])[0][0].as_py()
        if value is None or not np.isfinite(value):
            return Refusal(f"{name}: a number", shorten(cells[name][0].as_py()))
    name = cells["ID"][0].as_py()
    genome = print_structures(cells)[0].as_py()
    if not name or genome is None:
        got = shorten(" ".join(cells[column][0].as_py() for column in ("ID", *STRUCTURE)))
        return Refusal("an ID, and structures in numbers and hyphens", got)
    try:
        flat = flatten_structures(cells["layer_types"], space)[0].as_py()
    except GenomeError as error:
        return Refusal(f"layer_types: {error.expected}", error.got)
    return _First(name, whole, genome, flat)


def _refuse_later_settings(text: TextTable, refusals: dict[int, Refusal]) -> None:
    """Refuse the rows after the first that tell of a structure or a setting: it would be lost."""
    for name in ("ID", "random_seed", *TEXTS, *NUMBERS, *STRUCTURE):
        filled: npt.NDArray[np.bool_] = pc.not_equal(text.columns[name], "").to_numpy(
            zero_copy_only=False
        )
        for row in np.flatnonzero(filled & (text.source_rows > 0)):
            got = shorten(text.columns[name][int(row)].as_py())
            refusals.setdefault(int(row), Refusal(f"{name}: nothing after the first row", got))


def _wrong_cells(text: TextTable, path: str, name: str, lost: bool) -> pa.Table:  # noqa: FBT001
    count = len(text.refused)
    places, lines, refusals = zip(*text.refused, strict=True) if count else ((), (), ())
    columns = {
        "source_file": [path] * count,
        "source_row": places,
        "line": lines,
        "native_id": [name] * count,
        "expected": [refusal.expected for refusal in refusals],
        "got": [refusal.got for refusal in refusals],
        "genome_refused": [lost] * count,
    }
    return table_of(SOURCE_ROWS, columns, count)


def _last_cell(text: TextTable) -> str:
    return str(next(reversed(text.columns.values()))[-1].as_py())


def _slot(refusals: dict[int, Refusal], row: int, slot: str) -> str | None:
    found = refusals.get(row)
    return None if found is None else str(getattr(found, slot))
