"""The frames behind fronts of fitness and epochs of convergence: one row a network.

Functions that take a commons run its lazy tables and return pandas frames.
No drawing, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.fronts import rank_fronts
from vinarch.replaying.recorded import first_convergences, with_fitness
from vinarch.schema.published import CONVERGENCE_EPOCHS, NETWORK_FITNESS
from vinarch.summary.paper_settings import SETTING, searches_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.schema import Table

_NETWORK = ["archive", "experiment", "architecture"]


def fitness_points(
    commons: Commons, experiments: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Return fitness and MFLOPs of the networks, those on their search's front marked.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All that have histories by default.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.published.NETWORK_FITNESS`.

    Raises
    ------
    SelectionError
        If there is no such search, or its setting or its histories are not on record.
    """
    searches = searches_of(commons, experiments)
    mine = commons.select(experiment=searches["experiment"].tolist())
    networks = mine.architectures[[*_NETWORK, "mflops", "last_val_accuracy_percent"]].compute()
    columns = [*_NETWORK, "epoch", "prediction_percent", "converged"]
    told = with_fitness(networks, mine.histories[columns].compute(), searches)
    return mark_fitness_fronts(_settled(told, searches).assign(on_front=False))


def mark_fitness_fronts(networks: pd.DataFrame) -> pd.DataFrame:
    """Return networks with the column ``on_front``, as `fitness_points` does.

    The front of each search: fitness is maximised, MFLOPs are minimised. Networks that are equal
    in both are all on it or none; one that lacks either is not.
    """
    objectives = {"fitness_percent": "maximise", "mflops": "minimise"}
    ranked = rank_fronts(networks, objectives, by=["archive", "experiment"])
    front = (ranked["front"] == 0).fillna(value=False).to_numpy(dtype=bool)
    return _declared(networks.assign(on_front=front), NETWORK_FITNESS)


def convergence_points(
    commons: Commons, experiments: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Return whether and when the recorded prediction of each network first converged.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All whose trainings the engine could end by default.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.published.CONVERGENCE_EPOCHS`.

    Raises
    ------
    SelectionError
        If there is no such search, or its setting, its histories or an engine are not on record.
    """
    searches = searches_of(commons, experiments, ended=True)
    mine = commons.select(experiment=searches["experiment"].tolist())
    found = first_convergences(mine.histories[[*_NETWORK, "epoch", "converged"]].compute())
    networks = mine.architectures[_NETWORK].compute()
    told = networks.merge(
        found[[*_NETWORK, "epoch"]].rename(columns={"epoch": "convergence_epoch"}),
        on=_NETWORK,
        how="left",
        validate="one_to_one",
    )
    return _declared(
        _settled(told.assign(converged=told["convergence_epoch"].notna()), searches),
        CONVERGENCE_EPOCHS,
    )


def _settled(networks: pd.DataFrame, searches: pd.DataFrame) -> pd.DataFrame:
    """Return networks with the setting of their search, in the order of the searches."""
    ranked = searches[SETTING].assign(_place=range(len(searches)))
    told = networks.merge(ranked, on=["archive", "experiment"], validate="many_to_one")
    return told.sort_values(["_place", "architecture"], ignore_index=True)


def _declared(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame[list(table.names)].astype(table.empty().dtypes.to_dict())
