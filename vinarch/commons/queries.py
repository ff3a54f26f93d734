"""Ask the tables of a commons in SQL: which files and rows each table of a query stands for.

The query itself runs in `vinarch.asking.querying`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vinarch.asking.querying import View, run_query
from vinarch.commons.tables import FOLLOWING, CommonsTables
from vinarch.schema import EXPERIMENTS, LINEAGE, STORED_TABLES
from vinarch.store import NETWORK

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.schema import Table


class Queries(CommonsTables):
    """What a commons answers in SQL."""

    def sql(self, query: str, /, **parameters: Any) -> pd.DataFrame:
        """Ask the tables of this commons in SQL, by DuckDB.

        The tables are ``archives``, ``experiments``, ``architectures``, ``histories``,
        ``measurements``, ``lineage`` and ``rejects``, confined to what is selected. The query
        reads these and nothing else: no other file, no network, nothing written.

        Parameters
        ----------
        query : str
            One ``SELECT``; ``$name`` stands for the parameter of that name.
        **parameters
            Values of the parameters.

        Returns
        -------
        pandas.DataFrame
            Columns that bear the name and the type of a declared one have its dtype.

        Raises
        ------
        ParameterError
            If the query cannot be run, is not one that reads, its answer has more than 1 GiB, or
            DuckDB is not installed (``pip install "vinarch[sql]"``).

        Examples
        --------
        >>> import vinarch
        >>> commons = vinarch.fetch("JS9FR6")
        >>> commons.sql(
        ...     "SELECT gpus, count(*) AS networks FROM architectures "
        ...     "JOIN experiments USING (archive, experiment) WHERE beam = $beam "
        ...     "GROUP BY gpus ORDER BY gpus", beam="1e14")
           gpus  networks
        0     1       200
        1     4       100
        """
        keys = ["archive", "experiment"]
        return run_query(
            query,
            parameters,
            [self._view(table) for table in STORED_TABLES],
            _arrow(self.experiment_index[keys]),
            None if self.networks is None else _arrow(self.networks[list(NETWORK)]),
        )

    def _view(self, table: Table) -> View:
        if table is EXPERIMENTS:
            # Its counts are those of the selection, which no file has.
            return View(table, rows=_arrow(self.experiment_index))
        pieces = self.snapshot.pieces(table, self.experiment_index)
        followed = self.networks is not None and table in FOLLOWING
        key = "child" if table is LINEAGE else "architecture"
        return View(
            table,
            files=tuple(dict.fromkeys(piece.path for piece in pieces)),
            some_experiments=any(piece.experiments is not None for piece in pieces),
            key=key if followed else "",
        )


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)
