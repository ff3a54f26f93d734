"""Replay an engine over whole curves: after every epoch of every network, all at once.

Arrays of curves in, predictions and verdicts out; no Dask, no frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinarch.prediction.beginnings import Beginnings
from vinarch.prediction.convergence import converged_after

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.prediction.convergence import ConvergenceRule
    from vinarch.prediction.engine import PredictionEngine

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Curves:
    """Learning curves of n networks side by side.

    Attributes
    ----------
    epochs, fitness : array, shape (n, m)
        In order of epoch; past the end of a curve anything finite.
    count : array of int, shape (n,)
        How many records each network has.
    """

    epochs: Floats
    fitness: Floats
    count: Whole


@dataclass(frozen=True)
class Replayed:
    """What an engine would have said after each record.

    Attributes
    ----------
    predictions : array, shape (n, m)
        In percent; NaN where there is none.
    parameters : array, shape (n, m, number of parameters)
    clears : array of bool, shape (n, m)
    tried : array of bool, shape (n, m)
        Where a fit was tried at all.
    """

    predictions: Floats
    parameters: Floats
    clears: Flags
    tried: Flags


def replay_curves(engine: PredictionEngine, curves: Curves) -> Replayed:
    """Predict after each record of each network.

    Parameters
    ----------
    engine : PredictionEngine
    curves : Curves
        Records past the engine's last epoch are not for it to see: leave them out before.

    Returns
    -------
    Replayed

    Examples
    --------
    >>> import numpy as np
    >>> from vinarch.prediction import a4nn_2023
    >>> from vinarch.prediction.prefixes import Curves, replay_curves
    >>> curve = np.array([[60.0, 75.0, 82.5, 86.25, 88.125]])
    >>> curves = Curves(np.arange(5.0)[None, :], curve, np.array([5]))
    >>> replay_curves(a4nn_2023, curves).predictions.round(3)
    array([[nan, nan, nan, 90., 90.]])
    """
    shape = curves.fitness.shape
    place = np.arange(shape[1])
    known = np.logical_and.accumulate(np.isfinite(curves.fitness), axis=1)
    tried = known & (place < curves.count[:, None]) & (place >= engine.minimum_epochs)
    predictions = np.full(shape, np.nan)
    parameters = np.full((*shape, len(engine.record.parameters)), np.nan)
    curve, last = np.nonzero(tried)
    if len(curve):
        solved = engine.solve(
            Beginnings(
                engine.x_of(curves.epochs),
                np.where(np.isfinite(curves.fitness), curves.fitness, 0.0),
                curve,
                last + 1,
            )
        )
        found = np.isfinite(solved.predictions)
        predictions[curve[found], last[found]] = solved.predictions[found]
        parameters[curve[found], last[found]] = solved.parameters[found]
    return Replayed(predictions, parameters, engine.clearing(parameters), tried)


def first_convergence(rule: ConvergenceRule, replayed: Replayed, minimum_epochs: int = 0) -> Whole:
    """Return the place of the first record after which a network has converged, -1 for none.

    Parameters
    ----------
    rule : ConvergenceRule
    replayed : Replayed
    minimum_epochs : int, default 0
        Records before which predictions are taken as not made.

    Returns
    -------
    array of int, shape (n,)
    """
    late = np.arange(replayed.predictions.shape[1]) >= minimum_epochs
    predictions = np.where(late, replayed.predictions, np.nan)
    verdicts = converged_after(rule, predictions, replayed.clears)
    return np.where(verdicts.any(axis=1), verdicts.argmax(axis=1), -1)
