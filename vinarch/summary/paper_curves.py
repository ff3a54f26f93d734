"""The frame behind one network's fitted curve: its record, the function, the prediction.

A commons in, a pandas frame out; one network's history is read, one function is fitted.
No drawing, no files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.errors import SelectionError
from vinarch.parameters import check_choice
from vinarch.prediction import PRESETS, PredictionEngine, find_function
from vinarch.replaying.recorded import first_convergences
from vinarch.schema.published import FITTED_CURVES

if TYPE_CHECKING:
    from vinarch.commons import Commons

_POINTS_AN_EPOCH = 4
"""Points of the function for each record, so that it looks smooth."""

_NETWORK = ["archive", "experiment", "architecture"]


def fitted_points(
    commons: Commons, experiment: str, architecture: int, engine: str = "a4nn_2023"
) -> pd.DataFrame:
    """Return one network's record, and what the engine made of its beginning.

    The record keeps the prediction, but not always the function behind it: that is fitted again,
    by the reference solver, to the epochs up to the one of convergence.

    Parameters
    ----------
    commons : Commons
    experiment : str
    architecture : int
    engine : str, default "a4nn_2023"
        Preset of the engine that the search ran, a name of `vinarch.prediction.PRESETS`.

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.published.FITTED_CURVES`.

    Raises
    ------
    SelectionError
        If there is no such experiment or network, or its prediction never converged.
    ParameterError
        If there is no such preset.
    """
    check_choice("argument engine", engine, sorted(PRESETS))
    chosen = replace(PRESETS[engine], solver="reference")
    columns = [*_NETWORK, "epoch", "val_accuracy_percent", "prediction_percent", "converged"]
    rows = commons.select(experiment=experiment).histories[columns].compute()
    mine = rows[rows["architecture"] == architecture].sort_values("epoch")
    if mine.empty:
        raise SelectionError(
            "argument architecture",
            f"a network of {experiment}: {rows['architecture'].min()} to "
            f"{rows['architecture'].max()}"
            if len(rows)
            else f"an experiment with histories, unlike {experiment}",
            repr(architecture),
            "`commons.architectures` lists them.",
        )
    found = first_convergences(mine)
    if found.empty:
        raise SelectionError(
            f"{experiment}, architecture {architecture}",
            "a prediction that converged",
            "none in its record",
            "`vinarch.replay` tells which networks have one.",
        )
    last = found.iloc[0]
    seen = mine[mine["epoch"] <= last["epoch"]]
    fitted = chosen.predict(seen["epoch"], seen["val_accuracy_percent"])
    if not fitted.ok:
        raise SelectionError(
            f"{experiment}, architecture {architecture}",
            f"epochs that {engine} can fit",
            fitted.reason,
            "Name the engine that the search ran.",
        )
    epochs, accuracies = function_points(chosen, fitted.parameters)
    series = pd.concat(
        [
            _series("recorded", mine["epoch"], mine["val_accuracy_percent"]),
            _series("fitted", epochs, accuracies),
            _series("prediction", [chosen.last_epoch], [last["prediction_percent"]]),
        ],
        ignore_index=True,
    )
    told = series.assign(
        archive=str(last["archive"]),
        experiment=experiment,
        architecture=architecture,
        avoidable=series["epoch"] > last["epoch"],
        convergence_epoch=int(last["epoch"]),
        engine=engine,
    )
    return told[list(FITTED_CURVES.names)].astype(FITTED_CURVES.empty().dtypes.to_dict())


def function_points(
    engine: PredictionEngine, parameters: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return a fitted function over the whole training: epochs, and its values there.

    Examples
    --------
    >>> from vinarch.prediction import a4nn_2023
    >>> epochs, accuracies = function_points(a4nn_2023, (90.0, 2.0, 4.0))
    >>> float(epochs[-1]), float(accuracies[0]), len(epochs)
    (25.0, 74.0, 101)
    """
    function = find_function(engine.function)
    steps = round((engine.last_epoch - engine.first_epoch) / engine.epoch_step)
    records = np.linspace(0, steps, steps * _POINTS_AN_EPOCH + 1)
    first_x = function.first_x if engine.first_x is None else engine.first_x
    values = np.asarray(function.call(records + first_x, *parameters), dtype=float)
    return engine.first_epoch + records * engine.epoch_step, values


def _series(name: str, epochs: object, accuracies: object) -> pd.DataFrame:
    points = {
        "epoch": np.asarray(epochs, dtype=float),
        "accuracy_percent": np.asarray(accuracies, dtype=float),
    }
    return pd.DataFrame(points).assign(series=name)
