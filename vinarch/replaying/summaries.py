"""Summarise replays: rows of networks in, small tidy frames out.

These functions compute, and say so; they know no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import numpy as np
import pandas as pd

from vinarch.errors import ParameterError
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.parameters import check_whole
from vinarch.replaying.ranking import ranking
from vinarch.replaying.shares import shares
from vinarch.schema import REPLAY_RANKING, REPLAY_SUMMARY, REPLAYED_NETWORKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.schema import Table

_EXPERIMENT = ["archive", "experiment"]
_MOST_TOP = 1_000_000


def replay_summary(
    networks: dd.DataFrame | pd.DataFrame, *, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Say of each experiment what an engine would have saved, and at what error.

    Computes where the networks are a lazy table.

    Parameters
    ----------
    networks : dask.dataframe.DataFrame or pandas.DataFrame
        What `vinarch.replay` returns.
    confidence : float, default 0.95
        Level of the bootstrap interval of the mean absolute error.

    Returns
    -------
    pandas.DataFrame
        One row an experiment, of the schema `vinarch.schema.REPLAY_SUMMARY`. Shares of epochs and
        errors are those of the full histories only.

    Raises
    ------
    ParameterError
        If it is no such table, or `confidence` is not between 0 and 1.

    Notes
    -----
    Of a search that an engine cut, the full histories are those that it could not end: what they
    save and err is no sample of the search. Take searches that trained to the end.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.replaying import replay, replay_summary
    >>> full = vinarch.fetch("JS9FR6").select(gpus=1, early_termination=False)
    >>> found = replay_summary(replay(full))
    >>> found[["network_count", "converged_count", "epochs_saved_share"]].round(3)
       network_count  converged_count  epochs_saved_share
    0            100               64               0.150
    1            100               74               0.362
    2            100               62               0.367
    """
    check_confidence("replay_summary(confidence=…)", confidence)
    rows = []
    for key, mine in _by_experiment(_computed(networks, "replay_summary")):
        recorded = _floats(mine, "recorded_convergence_epoch")
        epoch = _floats(mine, "convergence_epoch")
        same = (recorded == epoch) | (np.isnan(recorded) & np.isnan(epoch))
        numbers = shares(
            (mine["history"] == "full").to_numpy(dtype=bool),
            epoch,
            _floats(mine, "error_points"),
            _floats(mine, "epochs_saved"),
            _floats(mine, "epochs_trained"),
            confidence,
        )
        rows.append(
            key
            | numbers
            | {
                "recorded_converged_count": int(np.isfinite(recorded).sum()),
                "same_convergence_count": int(same.sum()),
            }
        )
    return small_frame(REPLAY_SUMMARY, rows)


def replay_ranking(
    networks: dd.DataFrame | pd.DataFrame,
    top_k: Sequence[int] = (1, 5, 10),
    *,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Say whether a search that trusts the engine would have found the best networks.

    The fitness of a network is its prediction where that converged, else its last accuracy; it is
    compared with the last accuracy. Computes where the networks are a lazy table.

    Parameters
    ----------
    networks : dask.dataframe.DataFrame or pandas.DataFrame
        What `vinarch.replay` returns; only full histories count.
    top_k : sequence of int, default (1, 5, 10)
        How many of the best by fitness are taken; ks above the number of networks are left out.
    confidence : float, default 0.95
        Level of the percentile bootstrap intervals over networks.

    Returns
    -------
    pandas.DataFrame
        One row an experiment and k, of the schema `vinarch.schema.REPLAY_RANKING`.

    Raises
    ------
    ParameterError
        If it is no such table, or a k or `confidence` cannot be.

    References
    ----------
    Kendall, A new measure of rank correlation, Biometrika 1938.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.replaying import replay, replay_ranking
    >>> full = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_no_early_termination")
    >>> replay_ranking(replay(full), [5])[["n", "kendall", "top_k", "top_overlap"]].round(2)
         n  kendall  top_k  top_overlap
    0  ...
    """
    check_confidence("replay_ranking(confidence=…)", confidence)
    wanted = sorted(
        {check_whole("replay_ranking(top_k=…)", k, 1, _MOST_TOP, "networks") for k in top_k}
    )
    rows = []
    for key, mine in _by_experiment(_computed(networks, "replay_ranking")):
        full = mine[mine["history"] == "full"].sort_values("architecture")
        fitness, truth = (
            _floats(full, n) for n in ("fitness_percent", "last_val_accuracy_percent")
        )
        known = np.isfinite(fitness) & np.isfinite(truth)
        if known.any():
            rows += [key | row for row in ranking(fitness[known], truth[known], wanted, confidence)]
    return small_frame(REPLAY_RANKING, rows)


def small_frame(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame of a declared table, sorted by its key."""
    frame = pd.DataFrame(rows, columns=list(table.names)).astype(table.empty().dtypes.to_dict())
    return frame.sort_values(list(table.sort_key), ignore_index=True)


def _computed(networks: Any, where: str) -> pd.DataFrame:
    needed = [name for name in REPLAYED_NETWORKS.names if name != "structure_id"]
    columns = getattr(networks, "columns", ())
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ParameterError(
            f"{where}(networks=…)",
            "the table that vinarch.replay returns",
            f"{type(networks).__name__} without {', '.join(missing[:3])}",
            "Pass it whole: vinarch.replay(commons).",
        )
    chosen = networks[needed]
    frame: pd.DataFrame = chosen.compute() if isinstance(chosen, dd.DataFrame) else chosen
    return frame


def _by_experiment(
    networks: pd.DataFrame,
) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    grouped = networks.groupby(_EXPERIMENT, sort=True)
    return [(dict(zip(_EXPERIMENT, key, strict=True)), mine) for key, mine in grouped]


def _floats(frame: pd.DataFrame, name: str) -> Any:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
