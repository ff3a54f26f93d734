"""The distributed matcher: lazy tables in, a lazy table of matching subsequences out.

Each partition is reduced to a state with one row a genome and experiment (networks, epoch rows,
sum of accuracies); states are merged in a tree, and the kernel runs on the genomes of each
experiment, or once on those of all.

The sum is kept as a whole number of 2**-60 percent in two int64 columns, so that no order and no
partitioning shows in it, and the mean is the correctly rounded quotient.
A state a window would count a genome twice that occurs in two partitions; a state a genome
cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import numpy as np
import numpy.typing as npt
import pandas as pd

from vinarch.errors import ParameterError
from vinarch.genome import MacroSpace, flatten_nested, symbol_matrix
from vinarch.schema import ARCHITECTURES, HISTORIES, MATCHES
from vinarch.subsequence import MIN_LENGTH, shared_windows

if TYPE_CHECKING:
    from vinarch.commons import By, Commons

_KEY = ["archive", "experiment", "structure_id", "structure"]
_SUMS = ["network_count", "epoch_row_count", "accuracy_high", "accuracy_low"]
# High words count 2**-28 percent and low words 2**-60: 100 % in 3e8 rows of one genome still fits.
_HIGH_SCALE = 2.0**28
_LOW_BITS = 32
_SPLIT_EVERY = 16


def match(
    commons: Commons, by: By | None = "experiment", min_length: int = MIN_LENGTH
) -> dd.DataFrame:
    """Find the subsequences that structures share at the same place in their genomes.

    For every pair of structures the maximal runs of positions where both agree are found; each
    distinct run (start and symbols) gives one row, with all structures that hold it there.

    Parameters
    ----------
    commons : Commons
        What to match; one search space.
    by : {"experiment", None}, default "experiment"
        Match within each experiment, or across all of them, each ``structure_id`` once.
    min_length : int, default 5
        Shortest run to keep, in symbols.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy, of the schema `vinarch.schema.MATCHES`; one partition an experiment (one in all for
        ``by=None``), sorted by start, length and symbols.

    Raises
    ------
    MixedSpacesError
        If the experiments belong to several search spaces.
    ParameterError
        If `by` or `min_length` cannot be.

    References
    ----------
    An et al., VINARCH, IEEE Cluster 2023.

    Examples
    --------
    >>> import vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> matches = vinarch.match(low).compute()
    >>> columns = ["length", "start", "structures", "count", "mean_val_accuracy_percent"]
    >>> matches[matches["subsequence"] == "10110110101010"][columns].round(2)
        length  start            structures  count  mean_val_accuracy_percent
    65      14      0  [11 29 30 43 49]      5                      89.66
    """
    if by not in {"experiment", None}:
        raise ParameterError("match(by=…)", "'experiment' or None", repr(by), "")
    symbols = MacroSpace.from_name(commons.search_space()).symbol_count
    if not 1 <= min_length <= symbols:
        raise ParameterError(
            "match(min_length=…)", f"a whole number from 1 to {symbols}", repr(min_length), ""
        )
    state = genome_states(commons)
    if by is None:
        return _tables(state, None, min_length)
    experiments = commons.trained_experiments()
    if not experiments:
        return dd.from_pandas(MATCHES.empty(), npartitions=1)
    return dd.concat([_tables(state, experiment, min_length) for experiment in experiments])


def members(commons: Commons, start: int, subsequence: str) -> dd.DataFrame:
    """Return the architectures that hold a subsequence at a start index.

    Parameters
    ----------
    commons : Commons
    start : int
        Start index in the flattened genome, from 0.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``.

    Returns
    -------
    dask.dataframe.DataFrame
        The rows of `commons.architectures` that hold it; lazy.

    Raises
    ------
    ParameterError
        If the subsequence does not fit into a genome.

    Examples
    --------
    >>> import vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> held = vinarch.members(low, 0, "10110110101010")
    >>> held[["architecture", "structure", "mean_val_accuracy_percent"]].compute().round(2)
        architecture  structure  mean_val_accuracy_percent
    12            12         49                      90.55
    17            17         29                      89.61
    67            67         43                      90.98
    79            79         30                      86.93
    84            84         30                      91.45
    94            94         11                      88.11
    """
    flat = check_subsequence(commons, start, subsequence)
    space = commons.search_space()
    return commons.architectures.map_partitions(
        _holders, len(space) + 1 + start, flat, meta=ARCHITECTURES.empty()
    )


def check_subsequence(commons: Commons, start: int, subsequence: str) -> str:
    """Return a subsequence as plain symbols, or say why it cannot stand at `start`."""
    flat = flatten_nested(subsequence)
    symbols = MacroSpace.from_name(commons.search_space()).symbol_count
    if not flat or set(flat) - {"0", "1"}:
        raise ParameterError("subsequence", "symbols 0 and 1", repr(subsequence), "")
    if start < 0 or start + len(flat) > symbols:
        raise ParameterError(
            "subsequence",
            f"start index and length within the {symbols} symbols of a genome",
            f"start {start}, length {len(flat)}",
            "Start indices count from 0.",
        )
    return flat


def genome_states(commons: Commons) -> dd.DataFrame:
    """Return one row a genome and experiment, in one lazy partition sorted by both.

    Columns: the key, ``network_count``, ``epoch_row_count`` and the two words of the sum of
    validation accuracies.
    """
    meta = _state_meta()
    columns = ["archive", "experiment", "structure_id", "structure"]
    networks = commons.architectures[columns].map_partitions(_network_state, meta=meta)
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
    merged = state.groupby(_KEY, sort=True, as_index=False)[_SUMS].sum()
    carry = merged["accuracy_low"] // 2**_LOW_BITS
    merged["accuracy_low"] -= carry * 2**_LOW_BITS
    merged["accuracy_high"] += carry
    return merged.astype(_state_meta().dtypes.to_dict())


def mean_of_states(state: pd.DataFrame) -> list[float | None]:
    """Return the correctly rounded mean validation accuracy, in percent, of each row of a state."""
    sums = _genome_sums(state, np.arange(len(state)), len(state))
    return [sums.mean(np.array([row])) for row in range(len(state))]


def match_table(
    state: pd.DataFrame, experiment: tuple[str, str] | None, min_length: int
) -> pd.DataFrame:
    """Match the genomes of one experiment, or of all (None), from their merged states."""
    if experiment is not None:
        archive, name = experiment
        state = state[(state["archive"] == archive) & (state["experiment"] == name)]
    ids, genome_of = np.unique(state["structure_id"].to_numpy(dtype=object), return_inverse=True)
    flats = [str(structure_id).partition(":")[2] for structure_id in ids]
    sums = _genome_sums(state, genome_of, len(ids))
    rows: list[dict[str, Any]] = []
    if flats:
        numbers = np.full(len(ids), -1, dtype=np.int64)
        if experiment is not None:
            numbers[genome_of] = state["structure"].to_numpy()
        membership = _experiments_of(state, genome_of, len(ids))
        for window in shared_windows(symbol_matrix(flats), min_length):
            stop = window.start_in_genome + window.length
            rows += [
                {
                    "subsequence": flats[group[0]][window.start_in_genome : stop],
                    "length": window.length,
                    "start": window.start_in_genome,
                    "structures": np.sort(numbers[group]) if experiment else None,
                    "count": len(group),
                    "network_count": int(sums.networks[group].sum()),
                    "experiment_count": int(membership[group].any(axis=0).sum()),
                    "epoch_row_count": int(sums.epoch_rows[group].sum()),
                    "mean_val_accuracy_percent": sums.mean(group),
                }
                for group in window.groups()
            ]
    rows.sort(key=lambda row: (row["start"], row["length"], row["subsequence"]))
    columns: dict[str, Any] = {
        name: [row[name] for row in rows] for name in (rows[0] if rows else ())
    }
    if experiment is not None:
        columns |= {"archive": [archive] * len(rows), "experiment": [name] * len(rows)}
    if not rows:
        return MATCHES.empty()
    return MATCHES.frame(MATCHES.arrow_table(columns, len(rows)))


class _GenomeSums:
    """Networks, epoch rows and exact accuracy sums of each genome."""

    def __init__(
        self,
        networks: npt.NDArray[np.int64],
        epoch_rows: npt.NDArray[np.int64],
        accuracy: list[int],
    ) -> None:
        self.networks = networks
        self.epoch_rows = epoch_rows
        self._accuracy = np.array(accuracy, dtype=object)

    def mean(self, group: npt.NDArray[np.int64]) -> float | None:
        """Return the correctly rounded mean accuracy of a group's epoch rows."""
        rows = int(self.epoch_rows[group].sum())
        if rows == 0:
            return None
        total = int(self._accuracy[group].sum())
        # Python divides whole numbers with one rounding, whatever their size.
        return total / (rows * (int(_HIGH_SCALE) << _LOW_BITS))


def _genome_sums(
    state: pd.DataFrame, genome_of: npt.NDArray[np.int64], genomes: int
) -> _GenomeSums:
    networks = np.zeros(genomes, dtype=np.int64)
    epoch_rows = np.zeros(genomes, dtype=np.int64)
    np.add.at(networks, genome_of, state["network_count"].to_numpy())
    np.add.at(epoch_rows, genome_of, state["epoch_row_count"].to_numpy())
    accuracy = [0] * genomes
    for genome, high, low in zip(
        genome_of, state["accuracy_high"], state["accuracy_low"], strict=True
    ):
        accuracy[genome] += (int(high) << _LOW_BITS) + int(low)
    return _GenomeSums(networks, epoch_rows, accuracy)


def _experiments_of(
    state: pd.DataFrame, genome_of: npt.NDArray[np.int64], genomes: int
) -> npt.NDArray[np.bool_]:
    experiment = state.groupby(["archive", "experiment"], sort=False).ngroup().to_numpy()
    membership = np.zeros((genomes, int(experiment.max(initial=-1)) + 1), dtype=bool)
    membership[genome_of, experiment] = True
    return membership


def _tables(
    state: dd.DataFrame, experiment: tuple[str, str] | None, min_length: int
) -> dd.DataFrame:
    return state.map_partitions(match_table, experiment, min_length, meta=MATCHES.empty())


def _state_meta() -> pd.DataFrame:
    key = HISTORIES.empty()[_KEY]
    return key.assign(**{name: pd.Series([], dtype="int64") for name in _SUMS})


def _network_state(architectures: pd.DataFrame) -> pd.DataFrame:
    state = architectures[_KEY].assign(
        network_count=1, epoch_row_count=0, accuracy_high=0, accuracy_low=0
    )
    return merge_states(state)


def _epoch_state(histories: pd.DataFrame) -> pd.DataFrame:
    known = histories[histories["val_accuracy_percent"].notna()]
    scaled = known["val_accuracy_percent"].to_numpy(dtype=np.float64) * _HIGH_SCALE
    high = np.floor(scaled)
    # Scaling by a power of two and taking the floor's remainder are exact in floating point.
    low = np.rint((scaled - high) * 2.0**_LOW_BITS)
    state = known[_KEY].assign(
        network_count=0,
        epoch_row_count=1,
        accuracy_high=high.astype(np.int64),
        accuracy_low=low.astype(np.int64),
    )
    return merge_states(state)


def _holders(architectures: pd.DataFrame, first: int, flat: str) -> pd.DataFrame:
    there = architectures["structure_id"].str.slice(first, first + len(flat))
    return architectures[there == flat]
