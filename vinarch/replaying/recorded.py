"""What a search knew of its networks: recorded predictions in, convergences and fitness out.

Small pandas frames; no engine is run, no Dask, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import SelectionError
from vinarch.replaying.whole_networks import NETWORK

if TYPE_CHECKING:
    import pandas as pd


def first_convergences(epochs: pd.DataFrame) -> pd.DataFrame:
    """Return of each network the row after whose epoch its prediction first converged.

    Parameters
    ----------
    epochs : pandas.DataFrame
        Rows of `histories`: ``archive, experiment, architecture, epoch, converged`` and others.

    Returns
    -------
    pandas.DataFrame
        Some of these rows, in order of their key; none of networks that never converged.

    Raises
    ------
    SelectionError
        If no row says whether a prediction converged.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.replaying.recorded import first_convergences
    >>> epochs = pd.DataFrame({"archive": "toy", "experiment": "one", "architecture": [4, 4, 4],
    ...     "epoch": [5, 6, 7], "converged": [False, True, True]})
    >>> first_convergences(epochs)["epoch"].tolist()
    [6]
    """
    if epochs["converged"].isna().all():
        raise SelectionError(
            "histories",
            "a record of whether predictions converged",
            "none",
            "Choose experiments whose histories have one.",
        )
    there = epochs[epochs["converged"].fillna(value=False).astype(bool)]
    return there.sort_values([*NETWORK, "epoch"]).drop_duplicates([*NETWORK])


def with_fitness(
    networks: pd.DataFrame, epochs: pd.DataFrame, experiments: pd.DataFrame
) -> pd.DataFrame:
    """Return networks with the fitness that the search had of them.

    Where the engine ended trainings, it is the prediction of a network whose prediction converged;
    else, and in every search without the engine, the last validation accuracy.

    Parameters
    ----------
    networks : pandas.DataFrame
        Rows of `architectures`, with ``last_val_accuracy_percent``.
    epochs : pandas.DataFrame
        Their rows of `histories`, with ``prediction_percent`` and ``converged``.
    experiments : pandas.DataFrame
        Rows of `experiments`: ``archive, experiment, early_termination``.

    Returns
    -------
    pandas.DataFrame
        With the columns ``fitness_percent`` and ``predicted``, in the order given.

    Raises
    ------
    SelectionError
        If the engine ended trainings, and no row says whether a prediction converged.

    References
    ----------
    Channing et al., ICPP 2023, Figures 6a and 6b, as their published analysis draws them
    (github.com/TauferLab/Reproducibility_A4NN_ICPP23).

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.replaying.recorded import with_fitness
    >>> experiments = pd.DataFrame({"archive": "toy", "experiment": ["fast", "slow"],
    ...     "early_termination": [True, False]})
    >>> networks = pd.DataFrame({"archive": "toy", "experiment": ["fast", "slow"],
    ...     "architecture": 0, "last_val_accuracy_percent": [90.0, 91.0]})
    >>> epochs = networks.assign(epoch=5, converged=True, prediction_percent=95.0)
    >>> with_fitness(networks, epochs, experiments)["fitness_percent"].tolist()
    [95.0, 91.0]
    """
    ended = experiments["early_termination"].fillna(value=False).astype(bool)
    mine = experiments.loc[ended, ["archive", "experiment"]]
    predicting = epochs.merge(mine, on=["archive", "experiment"])
    # Of an empty frame there is no record to miss.
    found = first_convergences(predicting) if len(mine) else predicting.iloc[:0]
    found = found[[*NETWORK, "prediction_percent"]].rename(
        columns={"prediction_percent": "predicted_percent"}
    )
    told = networks.merge(
        found.assign(predicted=True), on=NETWORK, how="left", validate="one_to_one"
    )
    predicted = told["predicted"].notna()
    # Not `fillna`: a prediction that converged but is unknown must not pass for the last accuracy.
    fitness = told["last_val_accuracy_percent"].where(~predicted, told["predicted_percent"])
    return told.assign(fitness_percent=fitness, predicted=predicted).drop(
        columns="predicted_percent"
    )
