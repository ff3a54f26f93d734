"""Assemble an experiment: source rows in, its architectures, histories and rejects out.

What one row cannot tell is settled here: an unreadable genome rejects its architecture whole,
an architecture has one genome and one row an epoch, structures are numbered by first appearance.
Every source row comes out exactly once, as a history row or as a reject.
No Dask, no paths, no dialect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from vinarch.schema import ARCHITECTURES, HISTORIES, REJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.genome import MacroSpace


@dataclass(frozen=True)
class ExperimentKey:
    """Which experiment is assembled, and what its architectures share."""

    archive: str
    experiment: str
    early_termination: bool | None
    epoch_budget: int


@dataclass(frozen=True)
class AssembledExperiment:
    """The tables of one experiment, each of its declared schema and sort order."""

    architectures: pa.Table
    histories: pa.Table
    rejects: pa.Table


def assemble(
    key: ExperimentKey, tables: Sequence[pa.Table], space: MacroSpace
) -> AssembledExperiment:
    """Turn the source rows of one experiment into its tables.

    Parameters
    ----------
    key : ExperimentKey
    tables : sequence of pyarrow.Table
        Source rows (`vinarch.dialects.rows.SOURCE_ROWS`), file after file.
    space : MacroSpace
        Search space of the genomes.

    Returns
    -------
    AssembledExperiment
    """
    source = pa.concat_tables(tables).combine_chunks()
    rows = source.select(
        [
            "source_file", "source_row", "line", "architecture", "epoch", "flat", "mflops",
            "expected", "got", "genome_refused",
        ]
    ).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)  # fmt: skip
    _place_by_neighbours(rows)
    _reject_unreadable_architectures(rows)
    _reject_contradictions(rows, "flat", "genome")
    _reject_contradictions(rows, "mflops", "flops")
    _reject_repeated_epochs(rows)
    good = rows["expected"].isna().to_numpy()
    whole = rows["architecture"].notna() & rows["flat"].notna() & ~rows["genome_rejected"]
    flat_of, structure_of = _structures(rows[whole])
    numbering = pd.DataFrame(
        {"flat": flat_of, "structure": flat_of.map(structure_of)}, index=flat_of.index
    )
    histories = _histories(key, source, rows, good, numbering, space)
    return AssembledExperiment(
        _architectures(
            key,
            source,
            rows[whole],
            good[whole.to_numpy()],
            rows[~good].groupby("architecture").size(),
            numbering,
            space,
        ),
        histories,
        _rejects(key, rows[~good]),
    )


def _place_by_neighbours(rows: pd.DataFrame) -> None:
    """Give a refused row the architecture of the rows before and after it, where they agree."""
    of_file = rows.groupby("source_file", sort=False)["architecture"]
    before, after = of_file.ffill(), of_file.bfill()
    lost = rows["architecture"].isna() & rows["expected"].notna() & (before == after)
    rows.loc[lost, "architecture"] = before[lost]


def _reject_unreadable_architectures(rows: pd.DataFrame) -> None:
    refused = rows[rows["genome_refused"].fillna(value=False).astype(bool)]
    rows["genome_rejected"] = False
    known = refused.dropna(subset=["architecture"]).drop_duplicates("architecture")
    for line, architecture in zip(known["line"], known["architecture"], strict=True):
        members = (rows["architecture"] == architecture).fillna(value=False)
        rows.loc[members, "genome_rejected"] = True
        unexplained = members & rows["expected"].isna()
        rows.loc[unexplained, "expected"] = (
            f"a readable genome in every row of architecture {architecture}"
        )
        rows.loc[unexplained, "got"] = f"one in line {line} that cannot be read"


def _reject_contradictions(rows: pd.DataFrame, column: str, word: str) -> None:
    """Reject the rows that disagree with most rows of their architecture, or with its first."""
    candidates = rows[rows["expected"].isna()]
    counts = candidates.groupby("architecture")[column].nunique()
    for architecture in counts.index[counts > 1]:
        mine = candidates[candidates["architecture"] == architecture]
        seen = mine[column].value_counts()
        often = seen.index[seen == seen.max()]
        usual = mine[column][mine[column].isin(often)].iloc[0]
        which = "most rows" if len(often) == 1 else "the first row"
        odd = mine.index[(mine[column] != usual) & mine[column].notna()]
        rows.loc[odd, "expected"] = f"{word}: {usual}, as in {which} of architecture {architecture}"
        rows.loc[odd, "got"] = rows.loc[odd, column].astype(str)


def _reject_repeated_epochs(rows: pd.DataFrame) -> None:
    candidates = rows[rows["expected"].isna()]
    key = ["architecture", "epoch"]
    repeated = candidates[candidates.duplicated(key)]
    if repeated.empty:
        return
    first = candidates.drop_duplicates(key).set_index(key)[["source_file", "line"]]
    for index, architecture, epoch, file in zip(
        repeated.index,
        repeated["architecture"],
        repeated["epoch"],
        repeated["source_file"],
        strict=True,
    ):
        there, line = first.loc[(architecture, epoch)]
        place = f"line {line}" if there == file else f"{there}, line {line}"
        rows.loc[index, "expected"] = f"one row for epoch {epoch} of architecture {architecture}"
        rows.loc[index, "got"] = f"another; the first is in {place}"


def _structures(rows: pd.DataFrame) -> tuple[pd.Series, dict[str, int]]:
    """Return each architecture's genome, and each genome's number by first appearance."""
    usual = rows[rows["expected"].isna()].drop_duplicates("architecture")
    # An architecture whose every row was refused for something else still shows its genome.
    first = pd.concat([usual, rows.drop_duplicates("architecture")]).drop_duplicates("architecture")
    flat_of = first.set_index("architecture")["flat"]
    appearance = rows.drop_duplicates("architecture")["architecture"]
    numbers = {flat: number for number, flat in enumerate(dict.fromkeys(flat_of[appearance]))}
    return flat_of, numbers


def _histories(
    key: ExperimentKey,
    source: pa.Table,
    rows: pd.DataFrame,
    good: npt.NDArray[np.bool_],
    numbering: pd.DataFrame,
    space: MacroSpace,
) -> pa.Table:
    places = rows[good].sort_values(["architecture", "epoch"], kind="stable").index.to_numpy()
    kept = source.take(pa.array(places, pa.int64()))
    mine = numbering.loc[kept["architecture"].to_pandas()]
    columns: dict[str, Any] = {
        name: kept[name] for name in kept.column_names if name in HISTORIES.names
    }
    columns |= {
        "archive": [key.archive] * len(kept),
        "experiment": [key.experiment] * len(kept),
        "structure": mine["structure"].to_numpy(),
        "structure_id": (space.name + ":" + mine["flat"].astype(str)).to_numpy(),
    }
    return HISTORIES.arrow_table(columns, len(kept))


def _architectures(
    key: ExperimentKey,
    source: pa.Table,
    rows: pd.DataFrame,
    good: npt.NDArray[np.bool_],
    rejected: pd.Series,
    numbering: pd.DataFrame,
    space: MacroSpace,
) -> pa.Table:
    by_architecture = rows.groupby("architecture", sort=True)
    first = by_architecture.head(1).sort_values("architecture")
    names = first["architecture"].to_numpy(dtype=np.int64)
    measured = (
        source.select(["val_accuracy_percent", "prediction_percent", "converged"])
        .take(pa.array(rows.index.to_numpy()[good], pa.int64()))
        .to_pandas()
        .assign(
            architecture=rows["architecture"].to_numpy(dtype=np.int64)[good],
            epoch=rows["epoch"][good].to_numpy(dtype=np.int64),
        )
        .sort_values(["architecture", "epoch"])
        .groupby("architecture")
    )
    accuracy = measured["val_accuracy_percent"]
    # `last` of pandas skips missing values; the last epoch's own value is wanted.
    last = measured.nth(-1).set_index("architecture")
    # A refused row may have its cells in the wrong places: its numbers are not to be trusted.
    mflops = rows[good].drop_duplicates("architecture")
    brief = pd.DataFrame(
        {
            "epochs_trained": accuracy.size(),
            "last_val_accuracy_percent": last["val_accuracy_percent"],
            "best_val_accuracy_percent": accuracy.max(),
            "mean_val_accuracy_percent": accuracy.mean(),
            "last_prediction_percent": last["prediction_percent"],
            "converged": last["converged"],
            "mflops": mflops.set_index("architecture")["mflops"],
            "last_epoch": measured["epoch"].max(),
            "rejected_rows": rejected,
        }
    ).reindex(names)
    for name in ("epochs_trained", "rejected_rows"):
        brief[name] = brief[name].fillna(0).astype(int)
    mine = numbering.loc[names]
    genomes = [space.from_flat(flat) for flat in mine["flat"]]
    columns: dict[str, Any] = {
        str(name): pa.Array.from_pandas(values)
        for name, values in brief.items()
        if name in ARCHITECTURES.names
    }
    columns |= {
        "archive": [key.archive] * len(names),
        "experiment": [key.experiment] * len(names),
        "architecture": names,
        "genome": _printed_genomes(source, rows, numbering),
        "genome_bits": [genome.packed for genome in genomes],
        "structure": mine["structure"].to_numpy(),
        "structure_id": [genome.structure_id for genome in genomes],
        "canonical_id": [genome.canonical_id for genome in genomes],
        "source_file": first["source_file"].to_numpy(),
        "source_row": first["source_row"].to_numpy(dtype=np.int64),
        "status": _statuses(key, brief),
    }
    return ARCHITECTURES.arrow_table(columns, len(names))


def _printed_genomes(source: pa.Table, rows: pd.DataFrame, numbering: pd.DataFrame) -> list[str]:
    usual = rows[rows["flat"].to_numpy() == numbering.loc[rows["architecture"], "flat"].to_numpy()]
    first = usual.drop_duplicates("architecture").sort_values("architecture")
    printed: list[str] = source["genome"].take(pa.array(first.index.to_numpy())).to_pylist()
    return printed


def _statuses(key: ExperimentKey, brief: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Say of each history whether it is whole; one with a gap has lost epochs somewhere."""
    gapless = brief["last_epoch"] + 1 == brief["epochs_trained"]
    whole = gapless & (brief["rejected_rows"] == 0)
    spent = brief["epochs_trained"] >= key.epoch_budget
    stopped = brief["converged"].astype("boolean").fillna(value=False) & bool(key.early_termination)
    return np.select([whole & spent, whole & stopped], ["ok", "early_stopped"], "incomplete")


def _rejects(key: ExperimentKey, rows: pd.DataFrame) -> pa.Table:
    ordered = rows.sort_values(["source_file", "line"], kind="stable")
    columns: dict[str, Any] = {
        "archive": [key.archive] * len(ordered),
        "experiment": [key.experiment] * len(ordered),
        "architecture": pa.Array.from_pandas(ordered["architecture"]),
        "source_file": ordered["source_file"].to_numpy(),
        "line": ordered["line"].to_numpy(dtype=np.int64),
        "expected": ordered["expected"].to_numpy(),
        "got": ordered["got"].to_numpy(),
    }
    return REJECTS.arrow_table(columns, len(ordered))
