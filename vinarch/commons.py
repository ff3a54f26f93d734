"""The commons as a user holds it: four lazy tables, a small index, and the way to narrow them.

Selecting reads the index, a small table with one row an experiment, and Parquet footers; nothing
is computed until a table is.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import dask.dataframe as dd
import pandas as pd
from pandas.api.types import is_list_like

from vinarch.errors import MixedSpacesError, ParameterError, SelectionError
from vinarch.schema import (
    ARCHITECTURES,
    ATTRIBUTES,
    EXPERIMENTS,
    HISTORIES,
    REJECTS,
    Table,
)
from vinarch.store import Snapshot, open_snapshot, read_piece

if TYPE_CHECKING:
    from pathlib import Path

    from vinarch.provenance import Provenance

By = Literal["experiment"]
"""How structures are grouped: within each experiment; None means across all of them."""

SELECTABLE = ("archive", "experiment", "status", "search_space", *ATTRIBUTES)
"""Columns of `experiments` that `Commons.select` takes."""


@dataclass(frozen=True, repr=False, eq=False)
class Commons:
    """Published records of architecture searches, confined to some experiments or all of them.

    Get one from `vinarch.fetch` or `vinarch.open`, narrow it with `select`.

    Attributes
    ----------
    experiments : dask.dataframe.DataFrame
        One row an experiment: setting, wall time, counts.
    architectures : dask.dataframe.DataFrame
        One row an architecture: genome, structure, training in brief.
    histories : dask.dataframe.DataFrame
        One row an architecture and epoch.
    rejects : dask.dataframe.DataFrame
        One row a source row that could not be read.
    experiment_index : pandas.DataFrame
        The rows of `experiments` at hand, since planning needs them.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> low = commons.select(beam="1e14", early_termination=True)
    >>> low.architectures[["experiment", "architecture", "mflops"]].head(2)
                        experiment  architecture    mflops
    0  1gpu_1e14_early_termination             0  740.0186
    1  1gpu_1e14_early_termination             1  893.3620
    """

    snapshot: Snapshot
    experiment_index: pd.DataFrame
    experiments: dd.DataFrame
    architectures: dd.DataFrame
    histories: dd.DataFrame
    rejects: dd.DataFrame

    def select(self, **attributes: Any) -> Commons:
        """Confine the commons to the experiments that have these attributes.

        Parameters
        ----------
        **attributes
            Columns of `experiments`: ``archive``, ``experiment``, ``status``, ``search_space``,
            ``gpus``, ``beam``, ``early_termination``; each a value, or a list of values any of
            which will do.

        Returns
        -------
        Commons
            Still lazy; row groups that cannot hold such rows are not read.

        Raises
        ------
        SelectionError
            If there is no such attribute, no experiment of the commons has such a value, or none
            has all of them.

        Examples
        --------
        >>> import vinarch
        >>> vinarch.fetch("JS9FR6").select(gpus=1, beam=["1e15", "1e16"])
        Commons of 1 archive (JS9FR6 9.0): 4 experiments, 400 architectures, 8,384 history rows
        """
        index = self.experiment_index
        chosen = pd.Series(data=True, index=index.index)
        for name, wanted in attributes.items():
            chosen &= _matches(index, name, wanted)
        if attributes and not chosen.any():
            raise SelectionError(
                "select",
                "an experiment with all of these attributes",
                ", ".join(f"{name}={wanted!r}" for name, wanted in attributes.items()),
                "`commons.experiment_index` lists the experiments.",
            )
        return from_snapshot(self.snapshot, index[chosen].reset_index(drop=True))

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """Return where each archive of this commons came from."""
        archives = set(self.experiment_index["archive"])
        return tuple(
            record.provenance
            for record in self.snapshot.records
            if record.provenance.archive in archives
        )

    @property
    def rejected_row_count(self) -> int:
        """Return how many source rows could not be read."""
        return int(self.experiment_index["rejected_row_count"].sum())

    def search_space(self) -> str:
        """Return the name of the one search space that all experiments share.

        Raises
        ------
        MixedSpacesError
            If they belong to several; the message names them.
        SelectionError
            If there is no experiment.
        """
        spaces = sorted(set(self.experiment_index["search_space"]))
        if not spaces:
            raise SelectionError(
                "commons", "at least one experiment", "none", "Fetch an archive first."
            )
        if len(spaces) > 1:
            raise MixedSpacesError(
                "commons",
                "experiments of one search space",
                " and ".join(spaces),
                f"Select one: commons.select(search_space={spaces[0]!r}).",
            )
        return str(spaces[0])

    def trained_experiments(self) -> list[tuple[str, str]]:
        """Return archive and name of each experiment that has architectures, in order."""
        index = self.experiment_index
        trained = index[index["architecture_count"] > 0].sort_values(["archive", "experiment"])
        return list(zip(trained["archive"], trained["experiment"], strict=True))

    def __repr__(self) -> str:
        """Say what the commons holds, in one line."""
        index = self.experiment_index
        archives = ", ".join(f"{p.archive} {p.version}" for p in self.provenance)
        silent = int((index["status"] == "no_histories").sum())
        parts = [
            _count(len(index), "experiment") + (f" ({silent} without histories)" if silent else ""),
            _count(int(index["architecture_count"].sum()), "architecture"),
            _count(int(index["history_row_count"].sum()), "history row"),
        ]
        if self.rejected_row_count:
            parts.append(_count(self.rejected_row_count, "rejected row"))
        held = _count(len(self.provenance), "archive")
        return f"Commons of {held} ({archives or 'none'}): " + ", ".join(parts)


def open_commons(root: Path) -> Commons:
    """Open all of the commons in a folder.

    Raises
    ------
    StoreError
        If there is none, or it is damaged.
    NewerFormatError
        If a newer vinarch wrote it.
    """
    snapshot = open_snapshot(root)
    return from_snapshot(snapshot, snapshot.experiment_index())


def from_snapshot(snapshot: Snapshot, index: pd.DataFrame) -> Commons:
    """Build the lazy tables for the experiments of an index; reads Parquet footers only."""
    return Commons(
        snapshot,
        index,
        *(
            _lazy(snapshot, table, index)
            for table in (EXPERIMENTS, ARCHITECTURES, HISTORIES, REJECTS)
        ),
    )


def _lazy(snapshot: Snapshot, table: Table, index: pd.DataFrame) -> dd.DataFrame:
    pieces = snapshot.pieces(table, index)
    if not pieces:
        return dd.from_pandas(table.empty(), npartitions=1)
    return dd.from_map(read_piece, pieces, meta=table.empty(), label=f"read-{table.name}")


def check_commons(value: Any, where: str) -> Commons:
    """Return a value that must be a commons.

    Raises
    ------
    ParameterError
        If it is something else: a frame, a list, a name.
    """
    if not isinstance(value, Commons):
        raise ParameterError(
            where,
            "a Commons",
            f"{type(value).__name__}: {str(value)[:60]!r}",
            'Pass what vinarch.fetch("…"), vinarch.open() or commons.select(…) returns.',
        )
    return value


def _matches(index: pd.DataFrame, name: str, wanted: Any) -> pd.Series:
    if name not in SELECTABLE:
        near = difflib.get_close_matches(name, SELECTABLE, n=1)
        raise SelectionError(
            f"select({name}=…)",
            "an attribute: " + ", ".join(SELECTABLE),
            repr(name),
            f"Did you mean {near[0]}?" if near else "Pass one of these.",
        )
    values = [_plain(value) for value in (wanted if is_list_like(wanted) else [wanted])]
    known = index[name].dropna().unique().tolist()
    strange = [value for value in values if not any(_same(value, has) for has in known)]
    if strange or not values:
        raise SelectionError(
            f"select({name}=…)",
            "one of " + (", ".join(repr(has) for has in sorted(known)) or "nothing: none is known"),
            repr(strange[0]) if strange else "an empty list",
            _hint(strange, known),
        )
    return index[name].isin(values).fillna(value=False).astype(bool)


def _hint(strange: list[Any], known: list[Any]) -> str:
    for value in strange[:1]:
        for has in known:
            # 1e14 and "1" are what people type for the texts and numbers that an archive has.
            if str(has) == str(value) or (type(value) is float and str(has) == _short(value)):
                return f"Did you mean {has!r}?"
        # A short name of an experiment is half of its long one; difflib asks for 0.6 by default.
        words = {str(has).lower(): has for has in known}
        near = difflib.get_close_matches(str(value).lower(), words, n=1, cutoff=0.4)
        if near:
            return f"Did you mean {words[near[0]]!r}?"
    return "Pass one of these, or a list of them."


def _short(value: float) -> str:
    return f"{value:.0e}".replace("e+", "e")


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _same(value: Any, known: Any) -> bool:
    # In Python 1 == True; as an attribute 1 GPU is not "with early termination".
    return isinstance(value, bool) == isinstance(known, bool) and bool(value == known)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + "s" * (number != 1)
