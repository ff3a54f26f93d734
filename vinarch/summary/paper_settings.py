"""The searches that a paper's figure is about, with their settings: a commons in, a frame out.

Reads the index of experiments only; computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import SelectionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.commons import Commons

SETTING = ["archive", "experiment", "gpus", "beam", "early_termination"]
"""What tells one search of a figure from another."""


def searches_of(
    commons: Commons,
    experiments: str | Sequence[str] | None,
    *,
    trained: bool = True,
    ended: bool = False,
) -> pd.DataFrame:
    """Return the rows of the index of the searches that a figure shows.

    Parameters
    ----------
    commons : Commons
    experiments : str or sequence of str or None
        By name; by default all that have what the figure needs.
    trained : bool
        Whether training histories are needed.
    ended : bool
        Whether the engine must have been able to end trainings.

    Returns
    -------
    pandas.DataFrame
        By beam, GPUs, and without the engine before with it.

    Raises
    ------
    SelectionError
        If there is no such experiment, or a search lacks what is needed: GPUs, beam and early
        termination on record, and what is asked for.
    """
    mine = commons if experiments is None else commons.select(experiment=experiments)
    index = mine.experiment_index
    fits = index[SETTING].notna().all(axis=1)
    if trained:
        fits &= index["architecture_count"] > 0
    if ended:
        fits &= index["early_termination"].fillna(value=False).astype(bool)
    if not fits.any() or (experiments is not None and not fits.all()):
        needs = ["GPUs, beam and early termination on record"]
        needs += ["training histories"] * trained + ["an engine that ended trainings"] * ended
        raise SelectionError(
            "experiments",
            "searches with " + ", ".join(needs),
            ", ".join(index.loc[~fits, "experiment"]) or "none",
            "`commons.experiment_index` tells what each experiment has.",
        )
    order = ["beam", "gpus", "early_termination", "archive", "experiment"]
    return index[fits].sort_values(order, ignore_index=True)
