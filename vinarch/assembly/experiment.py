"""Assemble one experiment from its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from vinarch.assembly.numbering import number_architectures, number_structures
from vinarch.assembly.refusing import place_by_neighbours, refuse_contradictions
from vinarch.assembly.remarks import Identities, lineage_table, measurement_table
from vinarch.assembly.trainings import TrainingTerms, architecture_table
from vinarch.dialects.rows import concat_records
from vinarch.schema import HISTORIES, REJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.dialects.rows import Records
    from vinarch.genome import SearchSpace

_COLUMNS = [
    "source_file", "source_row", "line", "architecture", "native_id", "repeat", "search_order",
    "epoch", "flat", "mflops", "parameter_count", "expected", "got", "genome_refused",
]  # fmt: skip


@dataclass(frozen=True)
class ExperimentKey:
    """Which experiment is assembled, and what its trainings share."""

    archive: str
    experiment: str
    terms: TrainingTerms


@dataclass(frozen=True)
class AssembledExperiment:
    """The tables of one experiment, each of its declared schema and sort order."""

    architectures: pa.Table
    histories: pa.Table
    measurements: pa.Table
    lineage: pa.Table
    rejects: pa.Table
    configurations: Mapping[str, str]


def assemble(
    key: ExperimentKey, records: Sequence[Records], space: SearchSpace
) -> AssembledExperiment:
    """Turn the records of one experiment into its tables.

    Parameters
    ----------
    key : ExperimentKey
    records : sequence of Records
        Block after block.
    space : SearchSpace
        Search space of the genomes.

    Returns
    -------
    AssembledExperiment
    """
    every = concat_records(records)
    source = every.rows.combine_chunks()
    rows = source.select(_COLUMNS).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    number_architectures(rows)
    place_by_neighbours(rows)
    refuse_contradictions(rows)
    good = rows["expected"].isna().to_numpy()
    whole = rows["architecture"].notna() & rows["flat"].notna() & ~rows["genome_rejected"]
    numbering = number_structures(rows[whole])
    who = {"archive": key.archive, "experiment": key.experiment}
    architectures = architecture_table(who, key.terms, source, rows, whole, numbering, space)
    identities = Identities.of(architectures)
    measurements, no_network = measurement_table(who, every.measurements, identities)
    lineage, no_parents = lineage_table(who, every.lineage, identities)
    refused = [_rejects(who, rows[~good]), _strangers(who, no_network), _strangers(who, no_parents)]
    return AssembledExperiment(
        architectures,
        _histories(who, source, rows, good & rows["epoch"].notna().to_numpy(), numbering, space),
        measurements,
        lineage,
        pa.concat_tables(refused).sort_by([(n, "ascending") for n in ("source_file", "line")]),
        every.configurations,
    )


def _histories(
    who: dict[str, str],
    source: pa.Table,
    rows: pd.DataFrame,
    good: npt.NDArray[np.bool_],
    numbering: pd.DataFrame,
    space: SearchSpace,
) -> pa.Table:
    ordered = rows[good].sort_values(["architecture", "epoch"], kind="stable")
    kept = source.take(pa.array(ordered.index.to_numpy(), pa.int64()))
    mine = numbering.loc[ordered["architecture"]]
    columns: dict[str, Any] = {
        name: kept[name] for name in kept.column_names if name in HISTORIES.names
    }
    columns |= {name: [text] * len(kept) for name, text in who.items()}
    columns |= {
        "architecture": ordered["architecture"].to_numpy(dtype=np.int64),
        "structure": mine["structure"].to_numpy(),
        "structure_id": (space.name + ":" + mine["flat"].astype(str)).to_numpy(),
    }
    return HISTORIES.arrow_table(columns, len(kept))


def _rejects(who: dict[str, str], rows: pd.DataFrame) -> pa.Table:
    ordered = rows.sort_values(["source_file", "line"], kind="stable")
    columns: dict[str, Any] = {name: [text] * len(ordered) for name, text in who.items()}
    columns |= {
        "architecture": pa.Array.from_pandas(ordered["architecture"]),
        "source_file": ordered["source_file"].to_numpy(),
        "line": ordered["line"].to_numpy(dtype=np.int64),
        "expected": ordered["expected"].to_numpy(),
        "got": ordered["got"].to_numpy(),
    }
    return REJECTS.arrow_table(columns, len(ordered))


def _strangers(who: dict[str, str], rows: pd.DataFrame) -> pa.Table:
    columns: dict[str, Any] = {name: [text] * len(rows) for name, text in who.items()}
    columns |= {name: rows[name] for name in ("source_file", "line", "expected", "got")}
    return REJECTS.arrow_table(columns, len(rows))
