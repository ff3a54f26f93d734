"""The dialect `vinarch-csv`: CSV tables with the columns of the commons, as a deposit has them.

A folder an experiment: ``architectures.csv``, ``histories.csv``, ``measurements.csv`` and
``lineage.csv``, of which the first must be there; each may be packed, with ``.gz`` behind.
What follows from other columns (keys of structures, sums over histories) is for other readers: it
is computed anew and not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.columns_targets import (
    DERIVED_STATUSES,
    SOURCE_STATUSES,
    Target,
    Unit,
)
from vinarch.dialects.columns_values import read_cells
from vinarch.dialects.csv_text import read_text_table
from vinarch.dialects.rows import (
    LINEAGE_ROWS,
    MEASUREMENT_ROWS,
    SOURCE_ROWS,
    Reading,
    Records,
    Refusal,
    SourceFile,
    shorten,
    table_of,
)
from vinarch.dialects.vinarch_csv_columns import (
    LEFT_OUT,
    OF_EPOCHS,
    OF_LINEAGE,
    OF_MEASUREMENTS,
    OF_NETWORKS,
    TABLES,
)
from vinarch.errors import DialectError, GenomeError
from vinarch.schema import ARCHITECTURES, HISTORIES, LINEAGE, MEASUREMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.dialects.csv_text import TextTable
    from vinarch.genome import SearchSpace
    from vinarch.schema import Table

_KEPT_GENOMES = 2**16


@dataclass
class _Read:
    """A file's rows: values by column, and the reasons of those that were refused."""

    path: str
    text: TextTable
    columns: dict[str, pa.Array]
    expected: list[str | None]
    got: list[str | None]

    def __len__(self) -> int:
        return len(self.text)

    @property
    def good(self) -> pa.Array:
        return pc.is_null(pa.array(self.expected, pa.string()))

    def refuse(self, row: int, expected: str, got: str) -> None:
        if self.expected[row] is None:
            self.expected[row], self.got[row] = expected, got

    def places(self) -> dict[str, Any]:
        return {
            "source_file": pa.repeat(self.path, len(self)),
            "source_row": pa.array(self.text.source_rows),
            "line": pa.array(self.text.lines),
        }

    def source_rows(self, **further: Any) -> pa.Table:
        """Return all rows, with their reasons where they were refused."""
        told = {"expected": self.expected, "got": self.got}
        columns = {
            "genome_refused": pa.repeat(pa.scalar(value=False), len(self)),
            **self.columns,
            **self.places(),
            **told,
            **further,
        }
        return pa.concat_tables([table_of(SOURCE_ROWS, columns, len(self)), self._none_of_it()])

    def refused_rows(self) -> pa.Table:
        """Return the refused rows only."""
        rows = table_of(
            SOURCE_ROWS,
            {
                **self.places(),
                "architecture": self.columns.get("architecture"),
                "expected": self.expected,
                "got": self.got,
                "genome_refused": pa.repeat(pa.scalar(value=False), len(self)),
            },
            len(self),
        )
        return pa.concat_tables([rows.filter(pc.invert(self.good)), self._none_of_it()])

    def _none_of_it(self) -> pa.Table:
        refused = self.text.refused
        columns = {
            "source_file": [self.path] * len(refused),
            "source_row": [place for place, _, _ in refused],
            "line": [line for _, line, _ in refused],
            "expected": [why.expected for _, _, why in refused],
            "got": [why.got for _, _, why in refused],
            "genome_refused": [False] * len(refused),
        }
        return table_of(SOURCE_ROWS, columns, len(refused))


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read the tables of one experiment.

    Parameters
    ----------
    files : sequence of SourceFile
    reading : Reading

    Returns
    -------
    Records

    Raises
    ------
    DialectError
        If a file is none of these tables, or ``architectures.csv`` is missing.
    """
    named = _by_name(files)
    if "architectures.csv" not in named:
        raise DialectError(
            files[0].path, "architectures.csv beside it", "none", "Copy the deposit whole."
        )
    networks = _read(named["architectures.csv"], ARCHITECTURES, OF_NETWORKS)
    genomes = _genomes(networks, reading.space)
    rows = [networks.source_rows(**genomes, status=_statuses(networks))]
    numbers = networks.columns["architecture"].to_pylist()
    if "histories.csv" in named:
        epochs = _read(named["histories.csv"], HISTORIES, OF_EPOCHS)
        flat_of = dict(zip(numbers, genomes["flat"], strict=True))
        mine = epochs.columns["architecture"].to_pylist()
        for row, number in enumerate(mine):
            if number not in flat_of:
                epochs.refuse(row, "a network that architectures.csv lists", str(number))
        flats = [flat_of.get(number) for number in mine]
        rows.append(epochs.source_rows(flat=flats))
    names = dict(
        zip(
            numbers,
            zip(
                networks.columns["native_id"].to_pylist(),
                networks.columns.get("repeat", pa.nulls(len(networks))).to_pylist(),
                strict=True,
            ),
            strict=True,
        )
    )
    measurements, lineage = MEASUREMENT_ROWS.empty_table(), LINEAGE_ROWS.empty_table()
    if "measurements.csv" in named:
        read = _read(named["measurements.csv"], MEASUREMENTS, OF_MEASUREMENTS)
        measurements = _measurements(read, names)
        rows.append(read.refused_rows())
    if "lineage.csv" in named:
        read = _read(named["lineage.csv"], LINEAGE, OF_LINEAGE)
        lineage = _lineage(read, names)
        rows.append(read.refused_rows())
    return Records(pa.concat_tables(rows), measurements, lineage)


def _by_name(files: Sequence[SourceFile]) -> dict[str, SourceFile]:
    named: dict[str, SourceFile] = {}
    for file in files:
        full = PurePosixPath(file.path).name
        name = full.removesuffix(".gz")
        if name not in TABLES:
            raise DialectError(
                file.path, "one of " + ", ".join(TABLES), repr(full), "Mend the data card's globs."
            )
        if name in named:
            raise DialectError(
                file.path,
                f"one {name} of an experiment, packed or not",
                f"{named[name].path} as well",
                "Mend the data card's globs.",
            )
        named[name] = file
    return named


def _read(file: SourceFile, table: Table, targets: Sequence[Target]) -> _Read:
    known = [name for name in table.names if name not in LEFT_OUT]
    required = [target.name for target in targets if target.required]
    text = read_text_table(file.local, file.path, required, known)
    size = len(text)
    read = _Read(file.path, text, {}, [None] * size, [None] * size)
    if text.cut_off and size:
        read.refuse(size - 1, "a line end after the last row", "the end of the file")
    for target in targets:
        if target.name not in text.columns:
            continue
        cells = text.columns[target.name]
        unit = next(iter(target.units.values()), Unit())
        found = read_cells(cells, target, unit, ())
        for row in np.flatnonzero(found.refused):
            cell = cells[row].as_py()
            got = shorten(cell) if cell else "an empty cell"
            read.refuse(int(row), f"{target.name}: {target.expected}", got)
        read.columns[target.name] = found.values
    return read


def _genomes(read: _Read, space: SearchSpace) -> dict[str, Any]:
    flats: list[str | None] = []
    refused = []
    for row, genome in enumerate(read.columns["genome"].to_pylist()):
        found = Refusal("a genome", "none") if genome is None else _parse(genome, space)
        bad = isinstance(found, Refusal)
        if isinstance(found, Refusal):
            read.refuse(row, f"genome: {found.expected}", found.got)
        flats.append(None if isinstance(found, Refusal) else found)
        refused.append(bad)
    return {"flat": flats, "genome_refused": refused}


@lru_cache(maxsize=_KEPT_GENOMES)
def _parse(genome: str, space: SearchSpace) -> str | Refusal:
    try:
        return space.parse(genome).flat
    except GenomeError as error:
        return Refusal(f"{error.where}: {error.expected}", error.got)


def _statuses(read: _Read) -> list[str | None]:
    """Return what only the source can tell; the others follow from the histories.

    ``incomplete`` stays: that a training was not finished shows nowhere else where the epoch
    budget is not known.
    """
    known = (*SOURCE_STATUSES, *DERIVED_STATUSES)
    told = read.columns.get("status", pa.nulls(len(read), pa.string())).to_pylist()
    for row, status in enumerate(told):
        if status is not None and status not in known:
            read.refuse(row, "status: one of " + ", ".join(known), shorten(status))
    kept = {*SOURCE_STATUSES, "incomplete"}
    return [status if status in kept else None for status in told]


def _measurements(read: _Read, names: Mapping[int, tuple[str, int | None]]) -> pa.Table:
    numbers = read.columns["architecture"].to_pylist()
    whose = [names.get(number, (str(number), None)) for number in numbers]
    columns = {
        **{name: read.columns.get(name) for name in MEASUREMENT_ROWS.names},
        **{name: column for name, column in read.places().items() if name != "line"},
        "native_id": [name for name, _ in whose],
        "repeat": [repeat for _, repeat in whose],
        "unit": pc.fill_null(read.columns.get("unit", pa.nulls(len(read), pa.string())), ""),
    }
    return table_of(MEASUREMENT_ROWS, columns, len(read)).filter(read.good)


def _lineage(read: _Read, names: Mapping[int, tuple[str, int | None]]) -> pa.Table:
    def named(column: str) -> list[str]:
        numbers = read.columns[column].to_pylist()
        return [names.get(number, (str(number), None))[0] for number in numbers]

    columns = {
        **{name: read.columns.get(name) for name in LINEAGE_ROWS.names},
        **read.places(),
        "child": named("child"),
        "parent": named("parent"),
    }
    return table_of(LINEAGE_ROWS, columns, len(read)).filter(read.good)
