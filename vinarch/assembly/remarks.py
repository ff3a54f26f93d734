"""Give measurements and lineage their architectures: rows by native id in, stored tables out.

A row about a network that the experiment does not hold is handed back, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from vinarch.schema import LINEAGE, MEASUREMENTS, Table

_STRANGER = ["source_file", "line", "expected", "got"]


@dataclass(frozen=True)
class Identities:
    """Which architecture each native id (and repeat) of an experiment is."""

    frame: pd.DataFrame

    @classmethod
    def of(cls, architectures: pa.Table) -> Identities:
        """Read them from the experiment's architectures."""
        columns = ["native_id", "repeat", "architecture"]
        return cls(_frame(architectures.select(columns)))

    def of_names(self, names: pd.Series) -> pd.Series:
        """Return the architecture of each native id, of several trainings the first."""
        first = self.frame.drop_duplicates("native_id").set_index("native_id")["architecture"]
        return names.map(first).astype("Int64")

    def of_rows(self, rows: pd.DataFrame) -> pd.Series:
        """Return the architecture of each native id and repeat; of an id alone, the first."""
        exact = rows[["native_id", "repeat"]].merge(
            self.frame, on=["native_id", "repeat"], how="left", validate="m:1"
        )["architecture"]
        alone = rows["repeat"].isna().to_numpy()
        found = exact.astype("Int64").set_axis(rows.index)
        return found.where(~alone, self.of_names(rows["native_id"]))


def measurement_table(
    who: dict[str, str], rows: pa.Table, identities: Identities
) -> tuple[pa.Table, pd.DataFrame]:
    """Return the stored measurements, and the rows about networks that are not there.

    Parameters
    ----------
    who : dict of str
        Archive and experiment.
    rows : pyarrow.Table
        Of the schema `vinarch.dialects.rows.MEASUREMENT_ROWS`.
    identities : Identities

    Returns
    -------
    measurements : pyarrow.Table
        Of the schema `vinarch.schema.MEASUREMENTS`.
    strangers : pandas.DataFrame
        Columns source_file, line, expected, got.
    """
    frame = _frame(rows)
    frame["architecture"] = identities.of_rows(frame)
    lost = frame["architecture"].isna()
    strangers = frame[lost].assign(
        line=frame["source_row"][lost] + 1,
        expected="a measurement of a network that could be read",
        got=frame["source_name"][lost] + " of " + frame["native_id"][lost].fillna("none"),
    )
    return _stored(MEASUREMENTS, who, frame[~lost]), strangers[_STRANGER]


def lineage_table(
    who: dict[str, str], rows: pa.Table, identities: Identities
) -> tuple[pa.Table, pd.DataFrame]:
    """Return the stored lineage, and the rows with a child or parent that is not there."""
    frame = _frame(rows)
    named = frame.assign(
        child=identities.of_names(frame["child"]), parent=identities.of_names(frame["parent"])
    )
    lost = named["child"].isna() | named["parent"].isna()
    strangers = frame[lost].assign(
        expected="a child and a parent that could be read",
        got=frame["child"][lost].fillna("none") + " from " + frame["parent"][lost].fillna("none"),
    )
    return _stored(LINEAGE, who, named[~lost]), strangers[_STRANGER]


def _frame(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def _stored(table: Table, who: dict[str, str], rows: pd.DataFrame) -> pa.Table:
    keys = [name for name in table.sort_key if name not in who]
    ordered = rows.sort_values(keys, kind="stable", na_position="first")
    columns: dict[str, Any] = {name: [text] * len(ordered) for name, text in who.items()}
    columns |= {
        name: pa.Array.from_pandas(ordered[name]) for name in table.names if name in ordered
    }
    return table.arrow_table(columns, len(ordered))
