"""Narrow a commons to some of its networks: row groups out that can hold their rows.

A condition is looked up in `architectures`, reading only the columns that it names, of the row
groups whose statistics leave it open; the other tables follow by the numbers of the networks.
Nothing is written here, and no condition is read from text.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow.fs import LocalFileSystem

from vinarch.errors import StoreError
from vinarch.schema import ARCHITECTURES, LINEAGE, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vinarch.conditions import Condition
    from vinarch.store.snapshots import Piece, Snapshot

NETWORK = ("archive", "experiment", "architecture")
"""The key of a network."""

Known = tuple[tuple[str, Any], ...]
"""Values that all networks of an experiment share, by column."""


@dataclass(frozen=True, eq=False)
class KeptPiece:
    """One row group, and the networks whose rows are wanted of it."""

    piece: Piece
    networks: tuple[tuple[str, npt.NDArray[np.int64]], ...]
    """Experiment and the ascending numbers of its architectures that the row group can hold."""


def matching_networks(
    snapshot: Snapshot, index: pd.DataFrame, condition: Condition, known: Mapping[Any, Known]
) -> pd.DataFrame:
    """Return the networks for which a condition is true.

    Parameters
    ----------
    snapshot : Snapshot
    index : DataFrame
        The experiments looked at, of the schema `vinarch.schema.EXPERIMENTS`.
    condition : Condition
    known : mapping of (archive, experiment) to pairs of name and value
        What the condition asks for that is no column of `architectures`.

    Returns
    -------
    DataFrame
        One row a network, in the order of the tables: ``archive, experiment, architecture,
        structure, history_row_count``.

    Raises
    ------
    StoreError
        If a file is gone or damaged.
    """
    columns = ["experiment", "architecture", "structure", "history_row_count"]
    frames = [pd.DataFrame({name: ARCHITECTURES.empty()[name] for name in ("archive", *columns)})]
    for archive, mine in index.groupby("archive", sort=True):
        groups: dict[Known, list[str]] = {}
        for name in mine["experiment"]:
            groups.setdefault(known.get((archive, name), ()), []).append(str(name))
        wanted = reduce(
            or_,
            (
                pc.field("experiment").isin(names) & _without_archive(condition, archive, values)
                for values, names in groups.items()
            ),
        )
        for piece in snapshot.pieces(ARCHITECTURES, mine):
            fragment = _fragment(piece, wanted)
            if fragment is not None:
                table = _rows(piece, fragment, columns, wanted)
                frames.append(_with_archive(piece, table, ["archive", *columns]))
    return pd.concat(frames, ignore_index=True)


def kept_pieces(
    snapshot: Snapshot, table: Table, index: pd.DataFrame, networks: pd.DataFrame
) -> list[KeptPiece]:
    """List the row groups of a table that can hold rows of some networks.

    Only Parquet footers are read: row-group statistics decide.

    Parameters
    ----------
    snapshot : Snapshot
    table : Table
        One with a row or more a network; of `vinarch.schema.LINEAGE` a network has the rows in
        which it is the child.
    index : DataFrame with columns archive and experiment
        The experiments of the networks.
    networks : DataFrame with the columns `NETWORK`
    """
    numbers = {
        key: np.unique(rows["architecture"].to_numpy(dtype=np.int64))
        for key, rows in networks.groupby(["archive", "experiment"], sort=True)
    }
    found = []
    for piece in snapshot.pieces(table, index):
        mine = tuple(
            (str(name), kept)
            for (archive, name), kept in numbers.items()
            if archive == piece.archive
        )
        mine = _in_reach(piece, table, mine)
        if mine:
            found.append(KeptPiece(piece, mine))
    return found


def read_kept(kept: KeptPiece, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read the rows of a row group that belong to the networks wanted.

    Parameters
    ----------
    kept : KeptPiece
    columns : sequence of str, optional
        Which columns; Dask asks for no more than a computation needs.

    Raises
    ------
    StoreError
        If the file is gone or damaged.
    """
    piece = kept.piece
    names = list(piece.table.names if columns is None else columns)
    wanted = _of_networks(piece.table, kept.networks)
    # Columns of the key come first where none else is asked for, so that the rows are counted.
    stored = [name for name in names if name != "archive"] or ["experiment"]
    fragment = _fragment(piece, wanted)
    if fragment is None:
        return piece.table.empty()[names]
    return _with_archive(piece, _rows(piece, fragment, stored, wanted), names)


def kept_row_counts(
    snapshot: Snapshot, table: Table, index: pd.DataFrame, networks: pd.DataFrame
) -> pd.Series:
    """Count the rows of a table that belong to some networks.

    Returns
    -------
    Series
        Of int, by archive and experiment; experiments without such rows are left out.
    """
    frames = [
        read_kept(kept, ["archive", "experiment"])
        for kept in kept_pieces(snapshot, table, index, networks)
    ]
    rows = pd.concat([table.empty()[["archive", "experiment"]], *frames], ignore_index=True)
    counts: pd.Series = rows.groupby(["archive", "experiment"]).size()
    return counts


def _key(table: Table) -> str:
    return "child" if table is LINEAGE or table.name == LINEAGE.name else "architecture"


def _of_networks(
    table: Table, networks: Sequence[tuple[str, npt.NDArray[np.int64]]]
) -> pc.Expression:
    key = pc.field(_key(table))
    parts = []
    for name, numbers in networks:
        # A whole run of numbers is told by its ends, which is what a large selection mostly is.
        low, high = int(numbers[0]), int(numbers[-1])
        if high - low + 1 == len(numbers):
            mine = (key >= low) & (key <= high)
        else:
            mine = key.isin(pa.array(numbers))
        parts.append((pc.field("experiment") == name) & mine)
    return reduce(or_, parts)


def _in_reach(
    piece: Piece, table: Table, networks: tuple[tuple[str, npt.NDArray[np.int64]], ...]
) -> tuple[tuple[str, npt.NDArray[np.int64]], ...]:
    """Leave out the networks that the row group cannot hold, going by its statistics."""
    with _disk_errors(piece):
        statistics = _whole_fragment(piece).row_groups[0].statistics or {}
    names, keys = statistics.get("experiment"), statistics.get(_key(table))
    kept = []
    for name, numbers in networks:
        if names is not None and not names["min"] <= name <= names["max"]:
            continue
        mine = numbers
        if keys is not None:
            mine = numbers[(numbers >= keys["min"]) & (numbers <= keys["max"])]
        if len(mine):
            kept.append((name, mine))
    return tuple(kept)


def _without_archive(condition: Condition, archive: Any, values: Known) -> pc.Expression:
    return condition.expression({"archive": str(archive), **dict(values)})


def _whole_fragment(piece: Piece) -> ds.ParquetFileFragment:
    fragment = ds.ParquetFileFormat().make_fragment(piece.path, LocalFileSystem())
    return fragment.subset(row_group_ids=[piece.row_group])


def _fragment(piece: Piece, wanted: pc.Expression) -> ds.ParquetFileFragment | None:
    """Return the row group, or None if its statistics say that it holds no such row."""
    with _disk_errors(piece):
        fragment = _whole_fragment(piece).subset(filter=wanted)
        return fragment if fragment.row_groups else None


def _rows(
    piece: Piece, fragment: ds.ParquetFileFragment, columns: list[str], wanted: pc.Expression
) -> pa.Table:
    with _disk_errors(piece):
        return fragment.to_table(columns=columns, filter=wanted)


def _with_archive(piece: Piece, table: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    table = table.append_column("archive", pa.array([piece.archive] * len(table), pa.string()))
    return piece.table.frame(table, names)


@contextlib.contextmanager
def _disk_errors(piece: Piece) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            piece.path,
            "a Parquet file of the commons",
            str(error).splitlines()[0],
            "It may have been replaced since this commons was opened: open it again.",
        ) from error
