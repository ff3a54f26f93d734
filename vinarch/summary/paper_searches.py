"""The frames behind bars of epochs and hours: one row a search.

A commons in, pandas frames out; they are made of the index of experiments and of one column.
No drawing, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import SelectionError
from vinarch.schema.published import EPOCHS_TRAINED, WALL_TIMES
from vinarch.summary.paper_settings import searches_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.schema import Table

_SECONDS_PER_HOUR = 3600
_SEARCH = ["archive", "experiment"]


def epochs_of_searches(
    commons: Commons, experiments: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Return how many epochs each search trained its networks for, and what share that saved.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All that have histories and an epoch budget by default.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.published.EPOCHS_TRAINED`.

    Raises
    ------
    SelectionError
        If there is no such search, or its setting, histories or budget are not on record.
    """
    searches = searches_of(commons, experiments)
    searches = _with(searches, "epoch_budget", "an epoch budget", experiments)
    mine = commons.select(experiment=searches["experiment"].tolist())
    networks = mine.architectures[[*_SEARCH, "epochs_trained"]].compute()
    trained = networks.groupby(_SEARCH, observed=True)["epochs_trained"].sum()
    counts = searches["architecture_count"].astype("int64")
    budgeted = searches["epoch_budget"].astype("int64") * counts
    epochs = trained.loc[[*searches[_SEARCH].itertuples(index=False, name=None)]].to_numpy()
    return _declared(
        searches.assign(
            network_count=counts,
            epochs_budgeted=budgeted,
            epochs_trained=epochs,
            saved_percent=100 * (1 - epochs / budgeted),
        ),
        EPOCHS_TRAINED,
    )


def hours_of_searches(
    commons: Commons, experiments: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the wall time of each search, also of those without histories.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str, optional
        All whose wall time is on record by default.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.published.WALL_TIMES`.

    Raises
    ------
    SelectionError
        If there is no such search, or its setting or wall time is not on record.
    """
    searches = searches_of(commons, experiments, trained=False)
    searches = _with(searches, "wall_time_seconds", "a wall time", experiments)
    hours = searches["wall_time_seconds"] / _SECONDS_PER_HOUR
    return _declared(searches.assign(wall_time_hours=hours), WALL_TIMES)


def _with(
    searches: pd.DataFrame, column: str, what: str, experiments: str | Sequence[str] | None
) -> pd.DataFrame:
    """Return the searches that have a number; all must that were asked for by name."""
    known = searches[column].notna()
    if not known.any() or (experiments is not None and not known.all()):
        raise SelectionError(
            "experiments",
            f"searches with {what} on record",
            ", ".join(searches.loc[~known, "experiment"]),
            "`commons.experiment_index` tells what each experiment has.",
        )
    return searches[known].reset_index(drop=True)


def _declared(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame[list(table.names)].astype(table.empty().dtypes.to_dict())
