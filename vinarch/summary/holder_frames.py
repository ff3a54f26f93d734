"""The frame behind the view of one subsequence in every experiment: who holds it, and how well.

`holders_by_experiment` takes a commons and runs its lazy tables; `holder_rows` works on frames.
No drawing, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.describing import NETWORK_COLUMNS, check_groups, describe
from vinarch.genome import flat_of, search_space
from vinarch.intervals import CONFIDENCE
from vinarch.matching import members
from vinarch.run_arguments import check_reach, check_subsequence
from vinarch.schema import HOLDERS
from vinarch.subsequence import MIN_LENGTH, is_maximal
from vinarch.summary.figure_frames import check_trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.commons import Commons

HOLDER_MEASURE = "last_val_accuracy_percent"
"""What experiments are compared by: the mean over epochs follows the length of a training."""

_KEY = ["archive", "experiment"]
_MEAN = ["n", "mean", "mean_low", "mean_high"]
_COUNTS = ["structure_count", "network_count", "n", "own_n", "own_network_count"]


def holders_by_experiment(
    commons: Commons,
    start: int,
    subsequence: str,
    *,
    min_length: int = MIN_LENGTH,
    within_phase: bool = False,
) -> pd.DataFrame:
    """Return who holds a subsequence in each experiment, and how accurate they are.

    Parameters
    ----------
    commons : Commons
        One search space.
    start : int
        Start index in the flattened genome, from 0.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``.
    min_length : int, default 5
        As `vinarch.match` takes it: a shorter run is no row of it.
    within_phase : bool, default False
        As `vinarch.match` takes it.

    Returns
    -------
    DataFrame
        The columns of `vinarch.schema.HOLDERS` for each experiment with networks, and ``start,
        subsequence``.

    Raises
    ------
    SelectionError, ParameterError, MixedSpacesError
        As `vinarch.members`; if no experiment has networks; within phases where there are none.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.summary import holders_by_experiment
    >>> commons = vinarch.fetch("JS9FR6").select(gpus=1, beam="1e14")
    >>> rows = holders_by_experiment(commons, 0, "10110110101010")
    >>> rows[["structure_count", "network_count", "matched"]].to_numpy().tolist()
    [[5, 6, True], [0, 0, False]]
    """
    check_trained(commons)
    space = search_space(commons.search_space())
    flat = check_subsequence(commons, start, subsequence)
    min_length, spans = check_reach(
        "subsequence_holders", space, min_length, within_phase=within_phase
    )
    columns = ["archive", "experiment", "structure_id", HOLDER_MEASURE]
    held = members(commons, start, flat)[columns].compute()
    own = commons.statistics()
    index = commons.experiment_index
    trained = index[index["architecture_count"] > 0]
    mine = own[own["measure"] == HOLDER_MEASURE]
    run = (start, start + len(flat))
    rows = holder_rows(held, mine, trained, run, min_length=min_length, spans=spans or ())
    return rows.assign(start=start, subsequence=flat)


def holder_rows(
    held: pd.DataFrame,
    own: pd.DataFrame,
    experiments: pd.DataFrame,
    run: tuple[int, int],
    *,
    min_length: int = MIN_LENGTH,
    spans: Sequence[tuple[int, int]] = (),
) -> pd.DataFrame:
    """Return one row an experiment, from the networks that hold a run and from all of them.

    Parameters
    ----------
    held : DataFrame
        The networks that hold it: ``archive, experiment, structure_id`` and `HOLDER_MEASURE`.
    own : DataFrame
        The rows of `commons.statistics()` of `HOLDER_MEASURE`.
    experiments : DataFrame
        Rows of `commons.experiment_index`, in the order wanted.
    run : tuple of int
        Where it starts, from 0, and the first position after it.
    min_length : int, default 5
        A shorter run is no row of `vinarch.match`.
    spans : sequence of (start, stop), optional
        The phases, if runs end where these do.

    Returns
    -------
    DataFrame
        The columns of `vinarch.schema.HOLDERS`. The accuracy is that of the last epoch; means and
        intervals are those of `commons.statistics`.
    """
    here = experiments.reset_index(drop=True)
    # Intervals of measures that nobody asks for would take most of the time.
    asked = held[[*_KEY, "structure_id", HOLDER_MEASURE]].reindex(columns=list(NETWORK_COLUMNS))
    found = describe(asked, here, check_groups("experiment"), CONFIDENCE)
    mine = found[found["measure"] == HOLDER_MEASURE].set_index(_KEY)
    holders = held.groupby(_KEY)["structure_id"]
    counts = pd.DataFrame({"structure_count": holders.nunique(), "network_count": holders.size()})
    table = (
        here[_KEY]
        .join(counts, on=_KEY)
        .join(mine[_MEAN], on=_KEY)
        .join(own.set_index(_KEY)[[*_MEAN, "network_count"]].add_prefix("own_"), on=_KEY)
    )
    table[_COUNTS] = table[_COUNTS].fillna(0).astype("int64")
    genomes = {key: [*map(flat_of, ids.unique())] for key, ids in holders}
    matched = [
        run[1] - run[0] >= min_length
        and any(is_maximal(genomes.get(key, []), *run, span) for span in spans or (None,))
        for key in zip(here["archive"], here["experiment"], strict=True)
    ]
    told = table.assign(matched=matched)[list(HOLDERS.names)]
    return told.astype(HOLDERS.empty().dtypes.to_dict())
