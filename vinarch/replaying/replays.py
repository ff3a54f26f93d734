"""Replay a prediction engine over recorded training histories: a commons in, a lazy table out.

Builds a Dask graph and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.commons import check_commons
from vinarch.prediction import a4nn_2023, find_engine
from vinarch.replaying.network_table import RECORD_COLUMNS, STATUS_COLUMNS, replay_table
from vinarch.replaying.whole_networks import whole_networks
from vinarch.schema import REPLAYED_NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable

    import dask.dataframe as dd
    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.prediction import PredictionEngine


def replay(commons: Commons, engine: PredictionEngine | str = a4nn_2023) -> dd.DataFrame:
    """Replay a prediction engine over every recorded training history.

    After each record of a history the engine sees what it would have seen then.

    Parameters
    ----------
    commons : Commons
        What to replay.
    engine : PredictionEngine or {"a4nn_2023", "penguin_2022"}, default `a4nn_2023`
        `a4nn_2023` uses the fast solver; ``replace(a4nn_2023, solver="reference")`` reproduces
        the recorded predictions.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy, one row a network, of the schema `vinarch.schema.REPLAYED_NETWORKS`, in the order of
        the histories. Only histories that ran to the end say what was saved and at what error.

    Raises
    ------
    ParameterError
        If `commons` or `engine` is none; when computed, if a history begins before the engine's
        first epoch, or a user's function raises.

    Notes
    -----
    `loss_patience_epochs` is not applied: the commons keeps no losses.

    Examples
    --------
    What early termination would have saved a search that trained without it:

    >>> import vinarch
    >>> from vinarch.replaying import replay
    >>> full = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e15_no_early_termination")
    >>> networks = replay(full).compute()
    >>> columns = ["architecture", "convergence_epoch", "prediction_percent", "epochs_saved"]
    >>> networks.loc[[38], columns].round(2)
        architecture  convergence_epoch  prediction_percent  epochs_saved
    38            38               11.0               99.61          13.0
    """
    check_commons(commons, "replay")
    return over_networks(commons, replay_table, REPLAYED_NETWORKS.empty(), find_engine(engine))


def over_networks(
    commons: Commons, table: Callable[..., pd.DataFrame], meta: pd.DataFrame, *arguments: Any
) -> dd.DataFrame:
    """Apply a function to whole histories: ``table(records, statuses, *arguments)``.

    The statuses are those of all networks of the commons, in one partition: some 100 bytes a
    network.
    """
    records = whole_networks(commons.histories, RECORD_COLUMNS)
    statuses = commons.architectures[STATUS_COLUMNS].repartition(npartitions=1)
    return records.map_partitions(table, statuses, *arguments, meta=meta, align_dataframes=False)
