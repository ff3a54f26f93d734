"""The tables of PENGUIN's deposit: a text file a network, a row every half epoch.

Cells are separated by single blanks; what describes the network stands in the first row only.
There are thousands of small files, so that those of the usual form are joined and parsed at once;
whatever is not of that form is read by `penguin_careful`, which finds the fault.
Files in, source rows and measurements out; no experiment, no Parquet, no Dask.

References
----------
Keller Rorabaugh et al., High frequency accuracy and loss data of random neural networks trained on
image datasets, Data in Brief 2022; doi:10.7910/DVN/ZXTCGF.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.file_bytes import read_bytes
from vinarch.dialects.penguin_careful import read_carefully
from vinarch.dialects.penguin_cells import read_curves, read_texts
from vinarch.dialects.penguin_columns import (
    COLUMNS,
    CURVE,
    NUMBERS,
    flatten_structures,
    print_structures,
    setting_measurements,
)
from vinarch.dialects.rows import SOURCE_ROWS, Records, concat_records, table_of
from vinarch.errors import GenomeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.dialects.rows import Reading, SourceFile
    from vinarch.genome import SearchSpace

_HEADER = (" ".join(COLUMNS) + "\n").encode()
_LAST_EPOCH = 1e9
_SMALL = 2**15
"""Bytes read at once: a table has about 7,000."""
_BINARY = getattr(os, "O_BINARY", 0)
"""Windows would change line ends."""


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read the tables of networks.

    Parameters
    ----------
    files : sequence of SourceFile
        One a network.
    reading : Reading

    Returns
    -------
    Records
        One source row a row, in source order; how each network was trained as measurements.

    Raises
    ------
    DialectError
        If a file cannot be read. One that is no such table is a refused row.
    """
    tables = [_read_small(file) for file in files]
    return concat_records(_read(files, tables, reading.space))


def _read_small(file: SourceFile) -> bytes:
    """Return the bytes of a file, without what `open` adds: that takes as long as the reading."""
    try:
        opened = os.open(file.local, os.O_RDONLY | _BINARY)
    except OSError:
        # Says what is wrong.
        return read_bytes(file.local, file.path)
    try:
        data = os.read(opened, _SMALL)
        while more := os.read(opened, _SMALL):
            data += more
    except OSError:
        return read_bytes(file.local, file.path)
    finally:
        os.close(opened)
    return data


def _read(
    files: Sequence[SourceFile], tables: Sequence[bytes], space: SearchSpace
) -> list[Records]:
    together = _read_together(files, tables, space)
    if together is not None:
        return [together]
    if len(files) == 1:
        return [read_carefully(files[0], space)]
    half = len(files) // 2
    return [
        *_read(files[:half], tables[:half], space),
        *_read(files[half:], tables[half:], space),
    ]


def _read_together(
    files: Sequence[SourceFile], tables: Sequence[bytes], space: SearchSpace
) -> Records | None:
    """Read tables of the usual form; None if any of them may not be of it."""
    joined = _join(tables)
    if joined is None:
        return None
    texts = read_texts(joined.first_rows, len(COLUMNS))
    later = read_curves(joined.later_rows, len(COLUMNS) - len(CURVE))
    if texts is None or later is None or len(texts[0]) != len(files):
        return None
    firsts = dict(zip(COLUMNS, texts, strict=True))
    structures = print_structures(firsts)
    try:
        numbers = {name: firsts[name].cast(pa.float64()) for name in (*CURVE, *NUMBERS)}
        flats = flatten_structures(firsts["layer_types"], space)
        seeds = firsts["random_seed"].cast(pa.int64())
    except (pa.ArrowInvalid, GenomeError):
        return None
    # A table's first row is not among the later ones.
    counts = np.diff(np.searchsorted(later.line_ends, joined.later_ends), prepend=0) + 1
    series = _series(numbers, later.numbers, counts)
    if (
        not _possible(series)
        or not all(np.isfinite(numbers[name].to_numpy()).all() for name in NUMBERS)
        or structures.null_count
        or pc.any(pc.equal(firsts["ID"], "")).as_py()
    ):
        return None
    paths = pa.array([file.path for file in files])
    networks = _Networks(paths, firsts["ID"], seeds, structures, flats)
    return Records(
        _rows(series, counts, networks),
        setting_measurements(firsts, numbers, paths, firsts["ID"]),
    )


@dataclass(frozen=True)
class _Joined:
    """The first rows of all tables, their other rows, and where those of each table end."""

    first_rows: bytes
    later_rows: bytes
    later_ends: npt.NDArray[np.int64]


def _join(tables: Sequence[bytes]) -> _Joined | None:
    firsts, laters = [], []
    for data in tables:
        first_end = data.find(b"\n", len(_HEADER)) + 1
        if not first_end or not data.startswith(_HEADER) or not data.endswith(b"\n"):
            return None
        firsts.append(data[len(_HEADER) : first_end])
        laters.append(data[first_end:])
    ends = np.cumsum([len(later) for later in laters])
    return _Joined(b"".join(firsts), b"".join(laters), ends)


def _series(
    firsts: Mapping[str, pa.Array],
    later: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
) -> dict[str, npt.NDArray[np.float64]]:
    """Put the first row of each table before its others."""
    first = np.cumsum(counts) - counts
    is_later = np.ones(int(counts.sum()), dtype=bool)
    is_later[first] = False
    series = {}
    for column, name in enumerate(CURVE):
        values = np.empty(len(is_later))
        values[first] = firsts[name].to_numpy()
        values[is_later] = later[:, column]
        series[name] = values
    return series


def _possible(series: Mapping[str, npt.NDArray[np.float64]]) -> bool:
    """Return whether all numbers can be what they are called."""
    if not all(np.isfinite(values).all() for values in series.values()):
        return False
    accuracy, epochs = series["valAcc"], series["epochs"]
    percent = accuracy.min() >= 0 and accuracy.max() <= 100  # noqa: PLR2004
    return bool(percent and epochs.min() >= 0 and epochs.max() <= _LAST_EPOCH)


@dataclass(frozen=True)
class _Networks:
    """What belongs to the network, one entry a table."""

    paths: pa.Array
    names: pa.Array
    seeds: pa.Array
    structures: pa.Array
    flats: pa.Array


def _rows(
    series: Mapping[str, npt.NDArray[np.float64]],
    counts: npt.NDArray[np.int64],
    networks: _Networks,
) -> pa.Table:
    total = int(counts.sum())
    table = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(total) - (np.cumsum(counts) - counts)[table]
    of_row = pa.array(table)
    # The verbatim genome is long: it stands in a network's first row only.
    of_first = pa.array(table, mask=row > 0)
    return table_of(
        SOURCE_ROWS,
        {
            "source_file": networks.paths.take(of_row),
            "source_row": row,
            "line": row + 2,
            "native_id": networks.names.take(of_row),
            "seed": networks.seeds.take(of_first),
            "genome": networks.structures.take(of_first),
            "flat": networks.flats.take(of_row),
            "epoch": series["epochs"],
            "train_loss": series["trainLoss"],
            "val_loss": series["valLoss"],
            "val_accuracy_percent": series["valAcc"],
            "genome_refused": np.zeros(total, dtype=bool),
        },
        total,
    )
