"""What a commons holds: lazy tables of one snapshot, and what its index alone can tell.

Nothing is chosen or computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import dask.dataframe as dd
import pandas as pd

from vinarch.asking.shown import Held, html_of, text_of
from vinarch.errors import MixedSpacesError, SelectionError
from vinarch.parameters import check_choice
from vinarch.schema import (
    ARCHITECTURES,
    ARCHIVES,
    HISTORIES,
    LINEAGE,
    MEASUREMENTS,
    REJECTS,
    STORED_TABLES,
    Table,
)
from vinarch.store import Snapshot, kept_pieces, read_kept, read_piece

if TYPE_CHECKING:
    from pathlib import Path

    from vinarch.provenance import Provenance

By = Literal["experiment"]
"""How structures are grouped: within each experiment; None means across all of them."""

FOLLOWING = (ARCHITECTURES, HISTORIES, MEASUREMENTS, LINEAGE)
"""Tables of which some networks have their own rows."""


@dataclass(frozen=True, repr=False, eq=False)
class CommonsTables:
    """The tables of a commons; `vinarch.Commons` says what they are."""

    snapshot: Snapshot
    experiment_index: pd.DataFrame
    networks: pd.DataFrame | None = None
    """The networks that a condition left, ``archive, experiment, architecture``; None for all."""

    @cached_property
    def archives(self) -> dd.DataFrame:
        """One row an archive: source, licence, citation, checksums."""
        return self._lazy(ARCHIVES)

    @cached_property
    def experiments(self) -> dd.DataFrame:
        """One row an experiment: setting, wall time, counts."""
        return dd.from_pandas(self.experiment_index, npartitions=1, sort=False)

    @cached_property
    def architectures(self) -> dd.DataFrame:
        """One row an architecture: genome, structure, training in brief."""
        return self._lazy(ARCHITECTURES)

    @cached_property
    def histories(self) -> dd.DataFrame:
        """One row an architecture and epoch."""
        return self._lazy(HISTORIES)

    @cached_property
    def measurements(self) -> dd.DataFrame:
        """One row a value that is no curve."""
        return self._lazy(MEASUREMENTS)

    @cached_property
    def lineage(self) -> dd.DataFrame:
        """One row a child and parent."""
        return self._lazy(LINEAGE)

    @cached_property
    def rejects(self) -> dd.DataFrame:
        """One row a source row that could not be read."""
        return self._lazy(REJECTS)

    def path(self, table: str) -> Path:
        """Return the folder of a table, which any reader of Parquet can read.

        It is Parquet with hive partitioning (``archive=…``) and never changes: a later
        ingestion writes another snapshot, with another path. The current snapshot and the one
        before are kept.

        Parameters
        ----------
        table : str
            ``archives``, ``experiments``, ``architectures``, ``histories``, ``measurements``,
            ``lineage`` or ``rejects``.

        Returns
        -------
        pathlib.Path
            The folder holds all of the snapshot, also where this commons is a selection of it.

        Raises
        ------
        ParameterError
            If there is no such table.

        Examples
        --------
        >>> import vinarch
        >>> import pyarrow.dataset
        >>> commons = vinarch.fetch("JS9FR6")
        >>> pyarrow.dataset.dataset(commons.path("histories"), partitioning="hive").count_rows()
        18290
        """
        names = [stored.name for stored in STORED_TABLES]
        return self.snapshot.folder / str(check_choice("path(table)", table, names))

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
        """Say what the commons holds: in one line, or one line an archive."""
        return text_of(self.experiment_index, self._held())

    def _repr_html_(self) -> str:
        """Say what the commons holds, for a notebook."""
        names = [name for name in ARCHIVES.names if name != "checksums"]
        pieces = self.snapshot.pieces(ARCHIVES, self.experiment_index)
        frames = [read_piece(piece, names) for piece in pieces]
        archives = pd.concat([ARCHIVES.empty()[names], *frames], ignore_index=True)
        return html_of(self.experiment_index, self._held(), archives)

    def _held(self) -> list[Held]:
        return [Held(record.archive, record.version) for record in self.provenance]

    def _lazy(self, table: Table) -> dd.DataFrame:
        pieces = self.snapshot.pieces(table, self.experiment_index)
        if self.networks is not None and table in FOLLOWING:
            kept = kept_pieces(self.snapshot, table, self.experiment_index, self.networks)
            if kept:
                return dd.from_map(read_kept, kept, meta=table.empty(), label=f"read-{table.name}")
            pieces = []
        if not pieces:
            return dd.from_pandas(table.empty(), npartitions=1)
        return dd.from_map(read_piece, pieces, meta=table.empty(), label=f"read-{table.name}")
