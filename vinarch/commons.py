"""The commons as a user holds it: four lazy tables, a small index, and the way to narrow them.

Selecting reads the index, a small table with one row an experiment, and Parquet footers; nothing
is computed until a table is, but for `Commons.statistics`, which returns a small frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import dask.dataframe as dd
import pandas as pd

from vinarch.describing import NETWORK_COLUMNS, check_groups, describe
from vinarch.errors import MixedSpacesError, ParameterError, SelectionError
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.schema import (
    ARCHITECTURES,
    EXPERIMENTS,
    HISTORIES,
    REJECTS,
    Table,
)
from vinarch.selection import matching_experiments
from vinarch.store import Snapshot, open_snapshot, read_piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vinarch.describing import GroupName
    from vinarch.provenance import Provenance

By = Literal["experiment"]
"""How structures are grouped: within each experiment; None means across all of them."""


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
            chosen &= matching_experiments(index, name, wanted)
        if attributes and not chosen.any():
            raise SelectionError(
                "select",
                "an experiment with all of these attributes",
                ", ".join(f"{name}={wanted!r}" for name, wanted in attributes.items()),
                "`commons.experiment_index` lists the experiments.",
            )
        return from_snapshot(self.snapshot, index[chosen].reset_index(drop=True))

    def statistics(
        self,
        by: GroupName | Sequence[GroupName] | None = "experiment",
        *,
        confidence: float = CONFIDENCE,
    ) -> pd.DataFrame:
        """Describe the networks of each experiment, of other groups, or of all together.

        Reads one row a network and computes; the result is small.

        Parameters
        ----------
        by : {"experiment", "archive", "gpus", "beam", "early_termination"}, list or None
            What a group shares: by default the experiment, None for all networks as one group.
        confidence : float, default 0.95
            Level of the bootstrap intervals of mean and median, which take the networks of a
            group as drawn independently.

        Returns
        -------
        pandas.DataFrame
            One row a group and measure, of the schema `vinarch.schema.STATISTICS`; of the
            columns of the group only those asked for. Measures are epochs trained, last, best
            and mean validation accuracy, last prediction, MFLOPs, and the wall time of
            experiments.

        Raises
        ------
        ParameterError
            If there is no such group, or `confidence` is not between 0 and 1.

        Notes
        -----
        The mean over epochs (``mean_val_accuracy_percent``) follows the number of epochs, which
        early termination shortens: compare experiments by the last or the best accuracy.

        Examples
        --------
        >>> import vinarch
        >>> commons = vinarch.fetch("JS9FR6").select(gpus=1, beam="1e14")
        >>> found = commons.statistics(by="early_termination").round(2)
        >>> last = found[found["measure"] == "last_val_accuracy_percent"]
        >>> last[["early_termination", "n", "mean", "mean_low", "mean_high", "maximum"]]
           early_termination    n   mean  mean_low  mean_high  maximum
        1              False  100  96.23     95.73      96.70    98.68
        8               True  100  94.89     93.94      95.61    98.58
        """
        groups = check_groups(by)
        check_confidence("statistics(confidence=…)", confidence)
        networks = self.architectures[list(NETWORK_COLUMNS)].compute()
        return describe(networks, self.experiment_index, groups, confidence)

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


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + "s" * (number != 1)
