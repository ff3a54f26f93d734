"""The mergeable state of a commons: lazy tables in, one row a genome and experiment out.

Each partition is reduced to networks, recorded validation accuracies and their sum of each
genome; states are added up in a tree.
A network has one accuracy an epoch; one without a history counts with the single accuracy that
its source gives, so that a mean is defined for archives without learning curves.

The sum is kept as a whole number of 2**-60 percent in two int64 columns, so that no order and no
partitioning shows in it, and the mean is the correctly rounded quotient.
A state a window would count a genome twice that occurs in two partitions; a state a genome
cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dask.dataframe as dd
import numpy as np
import pandas as pd

from vinarch.schema import HISTORIES

if TYPE_CHECKING:
    from vinarch.commons import Commons

_KEY = ["archive", "experiment", "structure_id", "structure"]
SUMS = ["network_count", "epoch_row_count", "accuracy_high", "accuracy_low"]
# High words count 2**-28 percent and low words 2**-60: the sum over the 3e8 epoch rows of a
# selection still fits at 100 %.
_HIGH_SCALE = 2.0**28
_LOW_BITS = 32
_SPLIT_EVERY = 16


def genome_states(commons: Commons) -> dd.DataFrame:
    """Return one row a genome and experiment, in one lazy partition sorted by both.

    Columns: the key, ``network_count``, ``epoch_row_count`` and the two words of the sum of
    validation accuracies.
    """
    meta = _state_meta()
    columns = ["archive", "experiment", "structure_id", "structure"]
    single = ["history_row_count", "last_val_accuracy_percent"]
    networks = commons.architectures[[*columns, *single]].map_partitions(_network_state, meta=meta)
    epochs = commons.histories[[*columns, "val_accuracy_percent"]].map_partitions(
        _epoch_state, meta=meta
    )
    return dd.concat([networks, epochs]).reduction(
        chunk=merge_states,
        combine=merge_states,
        aggregate=merge_states,
        meta=meta,
        split_every=_SPLIT_EVERY,
    )


def merge_states(state: pd.DataFrame) -> pd.DataFrame:
    """Add up the rows of each genome and experiment; the order of rows does not show."""
    merged = state.groupby(_KEY, sort=True, as_index=False)[SUMS].sum()
    carry = merged["accuracy_low"] // 2**_LOW_BITS
    merged["accuracy_low"] -= carry * 2**_LOW_BITS
    merged["accuracy_high"] += carry
    return merged.astype(_state_meta().dtypes.to_dict())


def mean_of_states(state: pd.DataFrame) -> list[float | None]:
    """Return the correctly rounded mean validation accuracy, in percent, of each row of a state."""
    words = (state[name].tolist() for name in ("accuracy_high", "accuracy_low", "epoch_row_count"))
    return [mean_of_words(high, low, rows) for high, low, rows in zip(*words, strict=True)]


def mean_of_words(high: int, low: int, rows: int) -> float | None:
    """Return the mean of a sum of accuracies in its two words, in percent, rounded once."""
    # Python divides whole numbers with one rounding, whatever their size.
    total = (high << _LOW_BITS) + low
    return total / (rows * (int(_HIGH_SCALE) << _LOW_BITS)) if rows else None


def _state_meta() -> pd.DataFrame:
    key = HISTORIES.empty()[_KEY]
    return key.assign(**{name: pd.Series([], dtype="int64") for name in SUMS})


def _network_state(architectures: pd.DataFrame) -> pd.DataFrame:
    state = architectures[_KEY].assign(
        network_count=1, epoch_row_count=0, accuracy_high=0, accuracy_low=0
    )
    untold = architectures[architectures["history_row_count"] == 0]
    return merge_states(pd.concat([state, _accuracies(untold, "last_val_accuracy_percent")]))


def _epoch_state(histories: pd.DataFrame) -> pd.DataFrame:
    return merge_states(_accuracies(histories, "val_accuracy_percent"))


def _accuracies(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return one row of a state for each row that has an accuracy."""
    known = rows[rows[name].notna()]
    scaled = known[name].to_numpy(dtype=np.float64) * _HIGH_SCALE
    high = np.floor(scaled)
    # Scaling by a power of two and taking the floor's remainder are exact in floating point.
    low = np.rint((scaled - high) * 2.0**_LOW_BITS)
    return known[_KEY].assign(
        network_count=0,
        epoch_row_count=1,
        accuracy_high=high.astype(np.int64),
        accuracy_low=low.astype(np.int64),
    )
