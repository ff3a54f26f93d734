"""Sweep an engine's settings over recorded histories: a commons in, one small tidy frame out.

Fits depend on the function only, so that each function is fitted once, and each N, threshold and
C_min is a rule applied to the same predictions.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.commons import check_commons
from vinarch.errors import ParameterError
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.prediction import PredictionEngine, a4nn_2023, find_engine
from vinarch.prediction.prefixes import first_convergence, replay_curves
from vinarch.replaying.network_table import histories_of, outcome_of
from vinarch.replaying.replays import over_networks
from vinarch.replaying.shares import shares
from vinarch.replaying.summaries import small_frame
from vinarch.schema import REPLAY_SWEEP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vinarch.commons import Commons
    from vinarch.prediction import ParametricFunction

_SETTING = {
    "archive": "object",
    "experiment": "object",
    "setting": "int64",
    "full": "bool",
    "convergence_epoch": "float64",
    "error_points": "float64",
    "epochs_saved": "float64",
    "epochs_trained": "float64",
}


def replay_sweep(
    commons: Commons,
    engine: PredictionEngine | str = a4nn_2023,
    *,
    functions: Sequence[str | ParametricFunction | Callable[..., Any]] | None = None,
    predictions_needed: Sequence[int] | None = None,
    thresholds: Sequence[float] | None = None,
    minimum_epochs: Sequence[int] | None = None,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Replay an engine under every combination of some settings.

    Computes: one row a network and setting is gathered before it is averaged, some 60 bytes each.

    Parameters
    ----------
    commons : Commons
    engine : PredictionEngine or {"a4nn_2023", "penguin_2022"}, default `a4nn_2023`
        Gives all settings that are not swept.
    functions : sequence, optional
        Names, records or callables; each with its own bounds and x.
    predictions_needed, thresholds, minimum_epochs : sequence, optional
        Values of N, threshold and C_min.
    confidence : float, default 0.95

    Returns
    -------
    pandas.DataFrame
        One row an experiment and combination, of the schema `vinarch.schema.REPLAY_SWEEP`.

    Raises
    ------
    ParameterError
        If a setting cannot be, or a list of them is empty.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.replaying import replay_sweep
    >>> full = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e15_no_early_termination")
    >>> found = replay_sweep(full, thresholds=[0.25, 0.5, 1.0])
    >>> found[["threshold", "epochs_saved_share", "mean_absolute_error_points"]].round(3)
       threshold  epochs_saved_share  mean_absolute_error_points
    0       0.25  ...
    """
    check_commons(commons, "replay_sweep")
    check_confidence("replay_sweep(confidence=…)", confidence)
    base = find_engine(engine)
    engines = [
        with_function(base, function) for function in _asked(functions, "functions", base.function)
    ]
    settings = [
        replace(one, predictions_needed=n, threshold=threshold, minimum_epochs=least)
        for one, n, threshold, least in product(
            engines,
            _asked(predictions_needed, "predictions_needed", base.predictions_needed),
            _asked(thresholds, "thresholds", base.threshold),
            _asked(minimum_epochs, "minimum_epochs", base.minimum_epochs),
        )
    ]
    meta = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in _SETTING.items()})
    rows = over_networks(commons, _sweep_table, meta, settings).compute()
    found = []
    for (archive, experiment, number), mine in rows.groupby(["archive", "experiment", "setting"]):
        one = settings[number]
        numbers = shares(
            mine["full"].to_numpy(),
            mine["convergence_epoch"].to_numpy(),
            mine["error_points"].to_numpy(),
            mine["epochs_saved"].to_numpy(),
            mine["epochs_trained"].to_numpy(),
            confidence,
        )
        setting = {
            "archive": archive,
            "experiment": experiment,
            "function": one.record.name,
            "method": one.method,
            "predictions_needed": one.predictions_needed,
            "threshold": one.threshold,
            "threshold_kind": one.threshold_kind,
            "minimum_epochs": one.minimum_epochs,
        }
        found.append(setting | numbers)
    return small_frame(REPLAY_SWEEP, found)


def with_function(engine: PredictionEngine, function: Any) -> PredictionEngine:
    """Return the engine with another function, and that one's own bounds, origin and start."""
    if function == engine.function:
        return engine
    # Bounds, guess and origin are those of a function; the engine's belong to another one.
    return replace(
        engine,
        function=function,
        lower_bounds=None,
        upper_bounds=None,
        initial_guess=None,
        first_x=None,
        clear_from_percent=None,
    )


def _asked(values: Sequence[Any] | None, name: str, default: Any) -> list[Any]:
    if values is None:
        return [default]
    if isinstance(values, str) or not np.iterable(values) or not len(values):
        raise ParameterError(
            f"replay_sweep({name}=…)", "a list of values", repr(values), "Pass at least one."
        )
    return list(dict.fromkeys(values))


def _sweep_table(
    records: pd.DataFrame, statuses: pd.DataFrame, settings: list[PredictionEngine]
) -> pd.DataFrame:
    frames = []
    if not records.empty:
        histories = histories_of(records, statuses, settings[0])
        keys = histories.keys[["archive", "experiment"]].astype("object")
        end = histories.at(histories.curves.epochs, histories.last)
        fitted: dict[Any, Any] = {}
        for number, one in enumerate(settings):
            name = one.record
            if name not in fitted:
                least = min(s.minimum_epochs for s in settings)
                fitted[name] = replay_curves(replace(one, minimum_epochs=least), histories.curves)
            replayed = fitted[name]
            place = first_convergence(one.rule, replayed, one.minimum_epochs)
            found = outcome_of(histories, replayed, place)
            frames.append(
                keys.assign(
                    setting=number,
                    full=histories.history == "full",
                    convergence_epoch=found.convergence_epoch,
                    error_points=found.error,
                    epochs_saved=found.saved,
                    epochs_trained=end - one.first_epoch + one.epoch_step,
                )
            )
    if not frames:
        return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in _SETTING.items()})
    return pd.concat(frames, ignore_index=True).astype(_SETTING)
