"""The dialect `columns`: tables of any columns, read by the mapping that a data card gives.

Most archives need no dialect of their own: a CSV, JSON-lines or Parquet table and a mapping of its
columns are enough.
Files and a mapping in; source rows, measurements and lineage out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.dialects.columns_card import read_mapping
from vinarch.dialects.columns_mapping import check_columns, complete_mapping
from vinarch.dialects.columns_plausible import refuse_fractions
from vinarch.dialects.columns_remarks import lineage_rows, measurement_rows
from vinarch.dialects.columns_rows import read_rows
from vinarch.dialects.rows import Reading, Records, SourceFile, concat_records
from vinarch.dialects.source_tables import SourceTable, read_source_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.dialects.columns_mapping import ColumnMapping
    from vinarch.genome import SearchSpace


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    r"""Read the tables of one experiment.

    Parameters
    ----------
    files : sequence of SourceFile
        CSV, JSON lines or Parquet, in order; see `vinarch.dialects.source_tables`.
    reading : Reading
        Its `columns` are the mapping.

    Returns
    -------
    Records
        One row a source row. Rows of a table without epochs tell of trained networks.

    Raises
    ------
    CardError
        If the mapping cannot be read, or does not say which column holds the genomes.
    DialectError
        If a file is no table, lacks a column that the mapping names, or holds fractions where
        percentages are said to be.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from vinarch.genome import search_space
    >>> local = Path(tempfile.mkdtemp()) / "found.csv"
    >>> _ = local.write_text("layers,acc,energy\nc m c,0.5,7.25\n", encoding="utf-8")
    >>> accuracy = {"column": "acc", "unit": "fraction"}
    >>> mapping = {"genome": "layers", "val_accuracy_percent": accuracy}
    >>> reading = Reading(search_space("chain-layers"), mapping)
    >>> records = read_records([SourceFile("found.csv", local)], reading)
    >>> records.rows["last_val_accuracy_percent"].to_pylist()
    [50.0]
    >>> records.measurements.select(["measure", "value"]).to_pylist()
    [{'measure': 'energy', 'value': 7.25}]
    """
    mapping = read_mapping(reading.columns)
    read = []
    settled = mapping
    for table in read_source_tables(files, mapping.separator):
        check_columns(mapping, table.columns, table.paths[0])
        settled = complete_mapping(mapping, table.columns, table.paths[0])
        read.append(_records(table, settled, reading.space))
    records = concat_records(read)
    refuse_fractions(records, settled, files[0].path)
    return records


def _records(table: SourceTable, mapping: ColumnMapping, space: SearchSpace) -> Records:
    rows = read_rows(table, mapping, space)
    return Records(
        rows.source_rows(table),
        measurement_rows(table, rows, mapping),
        lineage_rows(table, rows),
    )
