"""Read a table of any columns: CSV, JSON lines or Parquet in, columns of four plain types out.

Each column comes out as text, whole numbers, floats or booleans, so that the same table gives the
same cells whatever the form of its file.
Knows no column's meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from vinarch.dialects.csv_text import text_table_of
from vinarch.dialects.file_bytes import BOM, read_bytes, read_text
from vinarch.dialects.json_lines import json_rows
from vinarch.dialects.plain_columns import plain_column
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Sized

    from vinarch.dialects.rows import Refusal, SourceFile

_NEXT_STEP = "See docs/how-to/add-an-archive.md."
_SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON_LINES = {".jsonl", ".ndjson", ".json"}
_PARQUET = {".parquet", ".pq"}


@dataclass(frozen=True)
class SourceTable:
    """The cells of a table.

    Attributes
    ----------
    paths : tuple of str
        Paths of its files inside the archive; mostly it is one.
    columns : dict of str to pyarrow.Array
        One array a column, n rows each: strings, int64, double or bool.
    files : ndarray of int64, shape (n,)
        Number of each row's file.
    source_rows : ndarray of int64, shape (n,)
        Position of each row in the table, from 0.
    lines : ndarray of int64, shape (n,)
        Line in which each row begins, from 1; where there are no lines, the row's number from 1.
    cut_off : bool
        Whether the last cell of the last row may be cut.
    refused : tuple of (source_row, line, Refusal)
        Rows that are none of the table.
    """

    paths: tuple[str, ...]
    columns: dict[str, pa.Array]
    files: npt.NDArray[np.int64]
    source_rows: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]
    cut_off: bool = False
    refused: tuple[tuple[int, int, Refusal], ...] = ()

    def __len__(self) -> int:
        """Return the number of rows that are of the table."""
        return len(self.source_rows)

    @property
    def row_paths(self) -> pa.Array:
        """Return the path of each row's file."""
        return pa.array(self.paths).take(pa.array(self.files))


def read_source_tables(
    files: Sequence[SourceFile], separator: str | None = None
) -> Iterator[SourceTable]:
    """Read tables one after the other; small CSV files of the same header together.

    Parameters
    ----------
    files, separator
        As for `read_source_table`.

    Yields
    ------
    SourceTable
        All rows of all files, in their order.
    """
    alike: list[_PlainCsv] = []
    for file in files:
        plain = None if len(files) == 1 else _plain_csv(file, separator)
        if alike and (plain is None or plain.header != alike[0].header):
            yield from _read_together(alike, separator)
            alike = []
        if plain is None:
            yield read_source_table(file, separator)
        else:
            alike.append(plain)
    yield from _read_together(alike, separator)


def read_source_table(file: SourceFile, separator: str | None = None) -> SourceTable:
    """Read a table; the ending of its path says its form.

    Parameters
    ----------
    file : SourceFile
        ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, ``.json`` (one object a line) or
        ``.parquet``; each also with ``.gz`` behind.
    separator : str, optional
        What stands between two cells of a CSV file, if not what the ending says.

    Raises
    ------
    DialectError
        If it is no such table, or has no row.
    """
    path = file.path
    ending = _ending_of(path)
    if ending in _PARQUET:
        return _read_parquet(read_bytes(file.local, path), path)
    if ending in _JSON_LINES:
        return _read_json(read_text(file.local, path, "JSON lines"), path)
    if ending in _SEPARATORS or separator is not None:
        data = read_text(file.local, path, "a CSV table")
        return _read_csv(data, path, separator or _SEPARATORS[ending])
    raise DialectError(
        path,
        "a name that ends in " + ", ".join([*_SEPARATORS, *sorted(_JSON_LINES | _PARQUET)]),
        ending or "no ending",
        'For another CSV file, say in the data card what separates its cells: separator = ",".',
    )


@dataclass(frozen=True)
class _PlainCsv:
    """A CSV file in which a line is a row, whatever stands in it."""

    file: SourceFile
    header: bytes
    body: bytes


def _plain_csv(file: SourceFile, separator: str | None) -> _PlainCsv | None:
    """Return a file that can be read together with others, else None."""
    ending = _ending_of(file.path)
    if ending not in _SEPARATORS and separator is None:
        return None
    try:
        data = read_bytes(file.local, file.path)
    except DialectError:
        return None
    header, _, body = data.partition(b"\n")
    odd = (b'"', b"\r", b"\0", b"\n\n", BOM)
    if any(mark in data for mark in odd) or not header or not body.endswith(b"\n"):
        return None
    return _PlainCsv(file, ending.encode() + header, body)


def _read_together(files: Sequence[_PlainCsv], separator: str | None) -> Iterator[SourceTable]:
    table = _joined(files, separator) if len(files) > 1 else None
    if table is not None:
        yield table
    else:
        # One by one, the files tell what is wrong with which of them.
        for one in files:
            yield read_source_table(one.file, separator)


def _joined(files: Sequence[_PlainCsv], separator: str | None) -> SourceTable | None:
    ending = _ending_of(files[0].file.path)
    data = files[0].header.removeprefix(ending.encode()) + b"\n" + b"".join(f.body for f in files)
    try:
        data.decode("utf-8")
        whole = _read_csv(data, files[0].file.path, separator or _SEPARATORS[ending])
    except (UnicodeDecodeError, DialectError):
        return None
    counts = np.array([one.body.count(b"\n") for one in files])
    if whole.refused or len(whole) != counts.sum():
        return None
    number = np.repeat(np.arange(len(files)), counts)
    rows = np.arange(len(whole)) - np.repeat(np.cumsum(counts) - counts, counts)
    # The header is line 1 of each file.
    paths = tuple(one.file.path for one in files)
    return SourceTable(paths, whole.columns, number, rows, rows + 2)


def _ending_of(path: str) -> str:
    return PurePosixPath(path.removesuffix(".gz")).suffix.lower()


def _read_csv(data: bytes, path: str, separator: str) -> SourceTable:
    text = text_table_of(data, path, (), None, separator)
    columns = dict(zip(_named(list(text.columns)), text.columns.values(), strict=True))
    return SourceTable(
        (path,), columns, _one_file(text), text.source_rows, text.lines, text.cut_off, text.refused
    )


def _read_json(data: bytes, path: str) -> SourceTable:
    rows, places, lines, refused = json_rows(data)
    if not rows and not refused:
        raise DialectError(path, "one JSON object a line", "none", _NEXT_STEP)
    if not rows:
        _, line, why = refused[0]
        raise DialectError(f"{path}, line {line}", why.expected, why.got, _NEXT_STEP)
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: plain_column([row.get(name) for row in rows]) for name in names}
    return SourceTable(
        (path,),
        columns,
        _one_file(rows),
        np.array(places),
        np.array(lines),
        refused=tuple(refused),
    )


def _read_parquet(data: bytes, path: str) -> SourceTable:
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (OSError, pa.ArrowException) as error:
        raise DialectError(
            path, "a Parquet file", str(error).splitlines()[0], _NEXT_STEP
        ) from error
    repeated = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if repeated:
        raise DialectError(path, "each column once", f"{repeated} twice", _NEXT_STEP)
    if not len(table):
        raise DialectError(path, "rows", "none", _NEXT_STEP)
    columns = {
        name: plain_column(table.column(place))
        for place, name in enumerate(_named(table.column_names))
    }
    rows = np.arange(len(table), dtype=np.int64)
    return SourceTable((path,), columns, _one_file(table), rows, rows + 1)


def _one_file(rows: Sized) -> npt.NDArray[np.int64]:
    return np.zeros(len(rows), dtype=np.int64)


def _named(names: Sequence[str]) -> list[str]:
    """Strip the names; a column without one, such as the index that pandas writes, gets one."""
    bare = [name.strip() or f"column {place}" for place, name in enumerate(names, start=1)]
    return bare if len(set(bare)) == len(bare) else list(names)
