"""Read a CSV file as columns of text, with the line that each row begins in.

Every row of the file comes out: those with the wrong number of cells as refused rows.
What is no CSV table at all is an error.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from vinarch.dialects.file_bytes import BOM, read_text
from vinarch.dialects.rows import Refusal, shorten
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NEXT_STEP = "See docs/how-to/mend-a-file.md; if the archive is right, fetch it again."


@dataclass(frozen=True)
class TextTable:
    """The cells of a CSV file as text.

    Attributes
    ----------
    columns : dict of str to pyarrow.Array
        One array of strings a column, n rows each.
    source_rows : ndarray of int64, shape (n,)
        Position of each row in the file, from 0, header not counted.
    lines : ndarray of int64, shape (n,)
        Line in which each row begins, from 1.
    cut_off : bool
        Whether the last row lacks its line end or its last quote, so that its last cell may be cut.
    refused : tuple of (source_row, line, Refusal)
        Rows with the wrong number of cells.
    """

    columns: dict[str, pa.Array]
    source_rows: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]
    cut_off: bool
    refused: tuple[tuple[int, int, Refusal], ...]

    def __len__(self) -> int:
        """Return the number of rows with the right number of cells."""
        return len(self.source_rows)


def read_text_table(
    local: Path, path: str, required: Sequence[str], optional: Sequence[str] = ()
) -> TextTable:
    """Read a CSV file whose columns are known.

    Parameters
    ----------
    local : Path
        Where the file is.
    path : str
        Its path inside the archive, for messages.
    required, optional : sequence of str
        Column names that must and may stand in the header, in any order.

    Raises
    ------
    DialectError
        If the file is empty, is no UTF-8 text, lacks a required column, has one that is not known
        or has no row.
    """
    return text_table_of(read_text(local, path, "a CSV table"), path, required, optional)


def text_table_of(
    data: bytes,
    path: str,
    required: Sequence[str],
    optional: Sequence[str] | None = (),
    delimiter: str = ",",
) -> TextTable:
    """Read the bytes of a CSV file, which `read_text` has checked.

    Parameters
    ----------
    data : bytes
    path : str
        The file's path inside the archive, for messages.
    required, optional : sequence of str
        As for `read_text_table`; with None for `optional` any column may stand in the header.
    delimiter : str, default ","
        What stands between two cells.
    """
    header = _check_header(data, path, required, optional, delimiter)
    bad: list[pacsv.InvalidRow] = []

    def keep_bad(row: pacsv.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(data),
            # One block and one thread: only then are row numbers known and quoted line ends safe.
            read_options=pacsv.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_bad,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise DialectError(path, "a CSV table", str(error).splitlines()[0], _NEXT_STEP) from error
    if table.column_names != header:
        raise DialectError(
            f"{path}, line 1",
            "a header of one line",
            "a quote that is not closed in it",
            _NEXT_STEP,
        )
    columns = {name: _flat(table.column(name)) for name in header}
    text = _with_places(columns, bad, data)
    if not len(text) and not text.refused:
        raise DialectError(path, "rows below the header", "none", _NEXT_STEP)
    return text


def _check_header(
    data: bytes,
    path: str,
    required: Sequence[str],
    optional: Sequence[str] | None,
    delimiter: str,
) -> list[str]:
    first = data.removeprefix(BOM).splitlines()[0].decode("utf-8")
    try:
        header = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        # A line far too long for a header: its start is shown as the one column there is.
        header = [first]
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in {*required, *(optional or ())}]
    repeated = sorted({name for name in header if header.count(name) > 1})
    where = f"{path}, line 1"
    if missing:
        near = {name: difflib.get_close_matches(name, unknown, n=1, cutoff=0.5) for name in missing}
        renamed = [f"{found[0]!r} in place of {name!r}?" for name, found in near.items() if found]
        raise DialectError(
            where,
            "the columns " + ", ".join(missing),
            "a header without them: " + shorten(first, 160),
            " ".join(["Was a column renamed,", *renamed, _NEXT_STEP] if renamed else [_NEXT_STEP]),
        )
    if unknown and optional is not None:
        raise DialectError(
            where,
            "no columns but " + ", ".join([*required, *optional]),
            ", ".join(map(repr, unknown)),
            f"A column that is not known would be lost. {_NEXT_STEP}",
        )
    if repeated:
        raise DialectError(
            where, "each column once", ", ".join(map(repr, repeated)) + " twice", _NEXT_STEP
        )
    return header


def _with_places(
    columns: dict[str, pa.Array], bad: list[pacsv.InvalidRow], data: bytes
) -> TextTable:
    """Work out where each row stood, counting the line ends inside cells and the rows refused."""
    good_rows = len(next(iter(columns.values())))
    total = good_rows + len(bad)
    # Arrow counts rows from 1 and the header as one.
    bad_places = np.array([row.number - 2 for row in bad], dtype=np.int64)
    good_places = np.setdiff1d(np.arange(total, dtype=np.int64), bad_places)
    extra_lines = np.zeros(total, dtype=np.int64)
    line_end = r"\r\n|\r|\n" if b"\r" in data else r"\n"
    for column in columns.values():
        extra_lines[good_places] += pc.count_substring_regex(column, line_end).to_numpy()
    for place, row in zip(bad_places, bad, strict=True):
        extra_lines[place] = len(re.findall(line_end, row.text))
    lines = 2 + np.arange(total, dtype=np.int64)
    lines[1:] += np.cumsum(extra_lines)[:-1]

    blank = np.ones(good_rows, dtype=bool)
    for column in columns.values():
        blank &= pc.equal(column, "").to_numpy(zero_copy_only=False)
    if blank.any():
        # To Arrow a row of nothing but commas looks the same; it is a row, and a bad one.
        printed = data.splitlines()
        blank &= [not printed[line - 1] for line in lines[good_places]]
    kept = np.flatnonzero(~blank)
    row_number = np.cumsum(~np.isin(np.arange(total), good_places[blank])) - 1
    refused = tuple(
        (
            int(row_number[place]),
            int(lines[place]),
            Refusal(
                f"{row.expected_columns} cells", f"{row.actual_columns} cells: {shorten(row.text)}"
            ),
        )
        for place, row in zip(bad_places, bad, strict=True)
    )
    # A row that was refused for its cells needs no second reason for its missing line end.
    last_is_read = len(kept) > 0 and int(good_places[kept[-1]]) == total - 1
    return TextTable(
        {name: column.take(pa.array(kept)) for name, column in columns.items()},
        row_number[good_places[kept]],
        lines[good_places[kept]],
        last_is_read and _is_cut_off(next(reversed(columns.values()))[-1].as_py(), data),
        refused,
    )


def _is_cut_off(last_cell: str, data: bytes) -> bool:
    if not data.endswith((b"\n", b"\r")):
        return True
    # A line end inside the last cell is the file's last one only if no quote closes the cell.
    return last_cell.endswith(("\n", "\r")) and not data.rstrip().endswith(b'"')


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
