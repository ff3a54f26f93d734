"""The experiments of an archive: their attributes, counts and wall times in, one table out.

An experiment that is known by its wall time only gets a row too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vinarch.schema import EXPERIMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.catalog import Archive, AttributeValue
    from vinarch.dialects.rows import WallTime

_COUNTS = ("architecture_count", "structure_count", "history_row_count", "rejected_row_count")


@dataclass(frozen=True)
class ExperimentCounts:
    """How much one experiment brought."""

    experiment: str
    architectures: int
    structures: int
    history_rows: int
    rejected_rows: int
    first_reject: str


def experiment_table(
    archive: Archive,
    attributes: Mapping[str, Mapping[str, AttributeValue]],
    counts: Sequence[ExperimentCounts],
    wall_times: Sequence[WallTime],
) -> pa.Table:
    """Put together the rows of an archive's experiments.

    Parameters
    ----------
    archive : Archive
    attributes : mapping of str to mapping
        Attributes of each experiment that has training histories.
    counts : sequence of ExperimentCounts
        One for each experiment that has training histories.
    wall_times : sequence of WallTime
        Those that the archive tells.

    Returns
    -------
    pyarrow.Table
        Of the schema `vinarch.schema.EXPERIMENTS`, sorted by experiment.
    """
    rows: dict[str, dict[str, Any]] = {
        count.experiment: {
            **attributes[count.experiment],
            "status": "ok",
            "architecture_count": count.architectures,
            "structure_count": count.structures,
            "history_row_count": count.history_rows,
            "rejected_row_count": count.rejected_rows,
        }
        for count in counts
    }
    for time in wall_times:
        values: Mapping[str, AttributeValue] = {
            "gpus": time.gpus,
            "beam": time.beam,
            "early_termination": time.early_termination,
        }
        silent = {**values, **dict.fromkeys(_COUNTS, 0), "status": "no_histories"}
        row = rows.setdefault(archive.experiment_id(values), silent)
        row["wall_time_seconds"] = time.wall_time_seconds
    names = sorted(rows)
    columns: dict[str, Any] = {
        column.name: pa.array([rows[name].get(column.name) for name in names], column.type)
        for column in EXPERIMENTS.columns
    }
    columns |= {
        "archive": [archive.name] * len(names),
        "experiment": names,
        "search_space": [archive.search_space] * len(names),
        "epoch_budget": [archive.epoch_budget] * len(names),
    }
    return EXPERIMENTS.arrow_table(columns, len(names))
