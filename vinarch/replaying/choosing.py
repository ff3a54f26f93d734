"""Which function foretells learning curves best: a commons in, held-out errors out.

Each function is fitted to the first records of a full history and compared with its last ones,
beside two baselines that fit nothing.

References
----------
Viering and Loog, The shape of learning curves: a review, IEEE TPAMI 2022.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import numpy as np

from vinarch.commons import check_commons
from vinarch.errors import ParameterError
from vinarch.intervals import CONFIDENCE, check_confidence, mean_interval
from vinarch.parameters import check_whole
from vinarch.prediction import FUNCTION_NAMES, PredictionEngine, a4nn_2023, find_engine
from vinarch.prediction.beginnings import Beginnings
from vinarch.prediction.functions import guarded
from vinarch.replaying.network_table import histories_of
from vinarch.replaying.replays import over_networks
from vinarch.replaying.summaries import small_frame
from vinarch.replaying.sweeping import with_function
from vinarch.replaying.whole_networks import NETWORK
from vinarch.schema import FUNCTION_ERRORS, NETWORK_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.prediction import ParametricFunction
    from vinarch.replaying.network_table import Histories

    Floats = npt.NDArray[np.float64]

_MOST = 100_000


def compare_functions(
    commons: Commons,
    engine: PredictionEngine | str = a4nn_2023,
    *,
    seen_count: int = 10,
    held_out_count: int = 5,
    functions: Sequence[str | ParametricFunction | Callable[..., Any]] = FUNCTION_NAMES,
) -> dd.DataFrame:
    """Fit functions to the first records of each full history; compare with its last ones.

    Parameters
    ----------
    commons : Commons
    engine : PredictionEngine or {"a4nn_2023", "penguin_2022"}, default `a4nn_2023`
        Gives solver, spacing and first and last epoch.
    seen_count : int, default 10
        First records that the functions are fitted to.
    held_out_count : int, default 5
        Last records that they are compared with; none of them is among the first.
    functions : sequence, default all that have a name
        Names, records or callables.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy, one row a network and function or baseline, of the schema
        `vinarch.schema.NETWORK_FUNCTIONS`. Histories that were cut, or have too few records, have
        no row.

    Raises
    ------
    ParameterError
        If an argument cannot be.

    Examples
    --------
    >>> import vinarch
    >>> full = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e15_no_early_termination")
    >>> errors = vinarch.compare_functions(full, functions=["penguin"]).compute()
    >>> sorted(errors["function"].unique())
    ['best_so_far', 'last_value', 'penguin']
    """
    check_commons(commons, "compare_functions")
    where = "compare_functions"
    seen = check_whole(f"{where}(seen_count=…)", seen_count, 1, _MOST, "records")
    held = check_whole(f"{where}(held_out_count=…)", held_out_count, 1, _MOST, "records")
    if isinstance(functions, str) or not len(functions):
        raise ParameterError(
            f"{where}(functions=…)", "a list of functions", repr(functions), "Pass at least one."
        )
    base = find_engine(engine)
    engines = [with_function(base, function) for function in functions]
    return over_networks(commons, _errors_table, NETWORK_FUNCTIONS.empty(), engines, seen, held)


def function_summary(
    errors: dd.DataFrame | pd.DataFrame, *, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Average the errors of functions over the networks of each experiment, and over all.

    Computes where the errors are a lazy table.

    Parameters
    ----------
    errors : dask.dataframe.DataFrame or pandas.DataFrame
        What `compare_functions` returns.
    confidence : float, default 0.95

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.FUNCTION_ERRORS`; the rows across experiments have none.

    Raises
    ------
    ParameterError
        If `confidence` is not between 0 and 1.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.replaying import compare_functions, function_summary
    >>> full = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e15_no_early_termination")
    >>> errors = compare_functions(full, functions=["penguin", "exp3"])
    >>> found = function_summary(errors)
    >>> found[found["experiment"].isna()][["function", "mean_absolute_error_points"]].round(2)
          function  mean_absolute_error_points
    ...
    """
    check_confidence("function_summary(confidence=…)", confidence)
    table = errors.compute() if isinstance(errors, dd.DataFrame) else errors
    every = table.assign(archive=None, experiment=None)
    rows = []
    for part in (table, every):
        grouped = part.groupby(["archive", "experiment", "function"], dropna=False, sort=False)
        for (archive, experiment, function), mine in grouped:
            values = mine["mean_absolute_error_points"].to_numpy(dtype=np.float64)
            known = np.sort(values[np.isfinite(values)])
            interval = mean_interval(known, confidence)
            rows.append(
                {
                    "archive": archive,
                    "experiment": experiment,
                    "function": function,
                    **{n: mine[n].iloc[0] for n in ("method", "seen_count", "held_out_count")},
                    "network_count": len(mine),
                    "failed_count": len(values) - len(known),
                    "mean_absolute_error_points": known.mean() if len(known) else np.nan,
                    "mean_absolute_error_low": interval.low,
                    "mean_absolute_error_high": interval.high,
                    "median_absolute_error_points": np.median(known) if len(known) else np.nan,
                    "best_count": int(mine["best"].sum()),
                }
            )
    return small_frame(FUNCTION_ERRORS, rows)


def _errors_table(
    records: pd.DataFrame,
    statuses: pd.DataFrame,
    engines: list[PredictionEngine],
    seen: int,
    held: int,
) -> pd.DataFrame:
    if records.empty:
        return NETWORK_FUNCTIONS.empty()
    histories = histories_of(records, statuses, engines[0])
    enough = (histories.history == "full") & (histories.curves.count >= seen + held)
    enough &= np.isfinite(histories.curves.fitness).all(axis=1)
    chosen = np.flatnonzero(enough)
    if not len(chosen):
        return NETWORK_FUNCTIONS.empty()
    place = histories.curves.count[chosen, None] - held + np.arange(held)
    epochs = histories.curves.epochs[chosen[:, None], place]
    truth = histories.curves.fitness[chosen[:, None], place]
    first = histories.curves.fitness[chosen, :seen]
    foretold = {
        "last_value": ("baseline", first[:, -1:]),
        "best_so_far": ("baseline", first.max(axis=1, keepdims=True)),
        **{
            one.record.name: (one.method, _foretold(one, histories, chosen, seen, epochs))
            for one in engines
        },
    }
    errors = np.stack(
        [np.abs(values - truth).mean(axis=1) for _, values in foretold.values()], axis=1
    )
    errors = np.where(np.isfinite(errors), errors, np.nan)
    least = np.nanmin(errors, axis=1, keepdims=True)
    count = len(foretold)
    keys = histories.keys[NETWORK].iloc[np.repeat(chosen, count)].reset_index(drop=True)
    columns: dict[str, Any] = {
        "function": list(foretold) * len(chosen),
        "method": [method for method, _ in foretold.values()] * len(chosen),
        "seen_count": seen,
        "held_out_count": held,
        "mean_absolute_error_points": errors.ravel(),
        "best": (errors == least).ravel(),
    }
    return keys.assign(**columns).astype(NETWORK_FUNCTIONS.empty().dtypes.to_dict())


def _foretold(
    engine: PredictionEngine, histories: Histories, chosen: Any, seen: int, epochs: Floats
) -> Floats:
    """Return what a function, fitted to the first records, says of others: one row a network."""
    n = len(chosen)
    x = engine.x_of(histories.curves.epochs[chosen, :seen])
    fitness = histories.curves.fitness[chosen, :seen]
    solved = engine.solve(Beginnings(x, fitness, np.arange(n), np.full(n, seen)))
    call = guarded(engine.record)
    found = np.full(epochs.shape, np.nan)
    with np.errstate(all="ignore"):
        for row in range(n):
            if np.isfinite(solved.predictions[row]):
                found[row] = call(engine.x_of(epochs[row]), *solved.parameters[row])
    return found
