"""Gather the structures that more than one experiment trained: experiments in, one table out.

What their differences mean depends on the task data and is said elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.reproducing.searches import BEST, LAST
from vinarch.schema import REPLICATED_STRUCTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from vinarch.reproducing.searches import Experiment

_SPREADS = {LAST: "last_spread_points", BEST: "best_spread_points"}


def replicate_table(
    experiments: Sequence[Experiment], lengths: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Return the accuracies of each structure in each of the experiments that trained it.

    Parameters
    ----------
    experiments : sequence of Experiment
        By archive and name.
    lengths : ndarray of int64, shape (m, m)
        Lengths of shared starts, from `vinarch.reproducing.starts.shared_lengths`.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.REPLICATED_STRUCTURES`.
    """
    parts = []
    for experiment, shared in zip(experiments, lengths, strict=True):
        started = experiment.order[: int(shared.max())]
        structures = experiment.structures.reset_index()
        parts.append(
            structures.assign(
                archive=experiment.archive,
                experiment=experiment.name,
                task_data=experiment.task_data,
                in_shared_start=structures["structure_id"].isin(started).to_numpy(dtype=bool),
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    rows["experiment_count"] = rows.groupby("structure_id")["archive"].transform("size")
    rows = rows[rows["experiment_count"] > 1].sort_values(list(REPLICATED_STRUCTURES.sort_key))
    same = rows.groupby(["structure_id", "task_data"])
    # Where the task data are unknown pandas puts the row into no group.
    rows["same_data_count"] = same["archive"].transform("size").fillna(0).astype("int64")
    for measure, spread in _SPREADS.items():
        values = same[measure]
        rows[spread] = (values.transform("max") - values.transform("min")).where(
            values.transform("count") > 1
        )
    return REPLICATED_STRUCTURES.frame(
        REPLICATED_STRUCTURES.arrow_table(
            {str(name): values for name, values in rows.items()}, len(rows)
        )
    )


def same_data_comparisons(structures: pd.DataFrame) -> pd.DataFrame:
    """Return each structure in every two experiments that trained it on the same task data.

    Parameters
    ----------
    structures : DataFrame
        Of the schema `vinarch.schema.REPLICATED_STRUCTURES`.

    Returns
    -------
    DataFrame
        One row a structure and pair of experiments whose last accuracies are known:
        ``structure_id``, and for either experiment ``full_a, last_a`` and ``full_b, last_b``:
        whether all networks were trained for the whole budget, and the last accuracy.
    """
    known = structures[structures["task_data"].notna() & structures[LAST].notna()]
    side = pd.DataFrame(
        {
            "structure_id": known["structure_id"],
            "task_data": known["task_data"],
            "full": known["full_budget_count"] == known["network_count"],
            "last": known[LAST],
            # The rows are sorted by structure, archive and experiment.
            "place": range(len(known)),
        }
    )
    both = side.merge(side, on=["structure_id", "task_data"], suffixes=("_a", "_b"))
    both = both[both["place_a"] < both["place_b"]]
    return both[["structure_id", "full_a", "last_a", "full_b", "last_b"]].reset_index(drop=True)
