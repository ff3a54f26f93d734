"""The architectures of an experiment: their source rows in, one row a network out.

What is known of the network itself is taken from the first of its rows that knows it; its training
is told in brief.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from vinarch.schema import ARCHITECTURES

if TYPE_CHECKING:
    from vinarch.genome import SearchSpace

_MEASURED = [
    "val_accuracy_percent", "test_accuracy_percent", "prediction_percent", "converged",
]  # fmt: skip
_KNOWN = [
    "seed", "generation", "epoch_budget", "status", "last_val_accuracy_percent",
    "last_test_accuracy_percent",
]  # fmt: skip
"""Columns of the source rows that belong to the network, beside those of `_COLUMNS`."""


@dataclass(frozen=True)
class TrainingTerms:
    """How the networks of an experiment are trained, and how their epochs are numbered.

    Attributes
    ----------
    early_termination : bool or None
    epoch_budget : float or None
        Epochs that a network is trained for unless it is ended early.
    first_epoch : float
        Number that the source gives to the end of the first epoch.
    epoch_step : float or None
        Distance of two rows of a history; None where the epochs recorded are few.
    """

    early_termination: bool | None = None
    epoch_budget: float | None = None
    first_epoch: float = 0
    epoch_step: float | None = 1


def architecture_table(
    who: dict[str, str],
    terms: TrainingTerms,
    source: pa.Table,
    rows: pd.DataFrame,
    whole: pd.Series,
    numbering: pd.DataFrame,
    space: SearchSpace,
) -> pa.Table:
    """Return the rows of `vinarch.schema.ARCHITECTURES` of one experiment.

    Parameters
    ----------
    who : dict of str
        Archive and experiment.
    terms : TrainingTerms
    source : pyarrow.Table
        All source rows.
    rows : pandas.DataFrame
        The same with their architectures and the reasons of refused ones.
    whole : Series of bool
        Which rows have an architecture and a genome.
    numbering : pandas.DataFrame
        Genome and structure number of each architecture.
    space : SearchSpace
    """
    mine = rows[whole]
    first = mine.drop_duplicates("architecture").sort_values("architecture")
    names = first["architecture"].to_numpy(dtype=np.int64)
    good = mine["expected"].isna()
    # A refused row may have its cells in the wrong places: its numbers are not to be trusted.
    trusted = (
        source.select([*_MEASURED, *_KNOWN])
        .take(pa.array(mine.index[good].to_numpy(), pa.int64()))
        .to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    )
    for name in ("architecture", "epoch", "repeat", "search_order", "mflops", "parameter_count"):
        trusted[name] = mine[name][good].to_numpy()
    brief = _brief(terms, trusted).reindex(names)
    refused = rows[rows["expected"].notna()].groupby("architecture").size()
    brief["rejected_rows"] = refused.reindex(names).fillna(0).astype(int)
    brief["history_row_count"] = brief["history_row_count"].fillna(0).astype(int)
    genomes = numbering.loc[names]
    read = {flat: space.from_flat(flat) for flat in genomes["flat"].unique()}
    columns: dict[str, Any] = {
        str(name): pa.Array.from_pandas(values)
        for name, values in brief.items()
        if name in ARCHITECTURES.names
    }
    columns |= {name: [text] * len(names) for name, text in who.items()}
    columns |= {
        "architecture": names,
        "native_id": pa.Array.from_pandas(first["native_id"], type=pa.string()),
        "repeat": pa.Array.from_pandas(first["repeat"]),
        "genome": _printed_genomes(source, mine, numbering),
        "sequence": genomes["flat"].tolist(),
        "structure": genomes["structure"].to_numpy(),
        "structure_id": [read[flat].structure_id for flat in genomes["flat"]],
        "canonical_id": genomes["flat"]
        .map({flat: genome.canonical_id for flat, genome in read.items()})
        .tolist(),
        "source_file": first["source_file"].to_numpy(),
        "source_row": first["source_row"].to_numpy(dtype=np.int64),
        "status": _statuses(terms, brief),
    }
    return ARCHITECTURES.arrow_table(columns, len(names))


def _brief(terms: TrainingTerms, trusted: pd.DataFrame) -> pd.DataFrame:
    known = trusted.groupby("architecture")
    epochs = trusted[trusted["epoch"].notna()].sort_values(["architecture", "epoch"])
    measured = epochs.groupby("architecture")
    accuracy = measured["val_accuracy_percent"]
    # `last` of pandas skips missing values; the last epoch's own value is wanted.
    last = measured.nth(-1).set_index("architecture")
    brief = known[[*_KNOWN, "search_order", "mflops", "parameter_count"]].first()
    brief["history_row_count"] = accuracy.size()
    brief["last_epoch"] = last["epoch"]
    brief["epochs_trained"] = last["epoch"] - terms.first_epoch + 1
    for name in ("val_accuracy_percent", "test_accuracy_percent"):
        brief[f"last_{name}"] = (
            last[name]
            .reindex(brief.index)
            .where(brief["last_epoch"].notna(), brief[f"last_{name}"])
        )
    brief["best_val_accuracy_percent"] = accuracy.max()
    brief["mean_val_accuracy_percent"] = accuracy.mean()
    brief["last_prediction_percent"] = last["prediction_percent"]
    brief["converged"] = last["converged"]
    budget = brief["epoch_budget"].astype("float64")
    brief["epoch_budget"] = (
        budget if terms.epoch_budget is None else budget.fillna(terms.epoch_budget)
    )
    brief["valued"] = (
        brief[["last_val_accuracy_percent", "last_test_accuracy_percent"]].notna().any(axis=1)
    )
    spent = brief["last_epoch"].isna() & brief["valued"]
    brief["epochs_trained"] = brief["epochs_trained"].where(~spent, brief["epoch_budget"])
    return brief


def _printed_genomes(source: pa.Table, rows: pd.DataFrame, numbering: pd.DataFrame) -> list[str]:
    printed_there = source["genome"].is_valid().to_numpy()[rows.index]
    mine = rows["flat"].to_numpy() == numbering.loc[rows["architecture"], "flat"].to_numpy()
    usual = rows[mine & printed_there]
    first = usual.drop_duplicates("architecture").sort_values("architecture")
    printed: list[str] = source["genome"].take(pa.array(first.index.to_numpy())).to_pylist()
    return printed


def _statuses(terms: TrainingTerms, brief: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Say of each training what the source says, else whether its history is whole.

    A history with a gap has lost epochs somewhere.
    """
    gapless = pd.Series(data=True, index=brief.index)
    if terms.epoch_step is not None:
        start = terms.first_epoch - 1 + terms.epoch_step
        rows = (brief["last_epoch"] - start) / terms.epoch_step + 1
        gapless = brief["last_epoch"].isna() | np.isclose(rows, brief["history_row_count"])
    known = brief["last_epoch"].notna() | brief["valued"].astype("boolean").fillna(value=False)
    intact = gapless & (brief["rejected_rows"] == 0)
    spent = ~(brief["epochs_trained"] < brief["epoch_budget"])
    stopped = brief["converged"].astype("boolean").fillna(value=False) & bool(
        terms.early_termination
    )
    derived = np.select(
        [intact & known & spent, intact & known & stopped, intact & ~known],
        ["ok", "early_stopped", "not_trained"],
        "incomplete",
    )
    return np.where(brief["status"].notna(), brief["status"].astype(object), derived)
