"""Fit one beginning of one learning curve with SciPy: the reference solver, and the multi-start.

A function record, its bounds and points in; parameters out, None where there is no fit.
Knows no engine and nothing of other curves.

References
----------
Channing et al., Composable Workflow for Accelerating Neural Architecture Search Using In Situ
Analytics for Protein Characterization, ICPP 2023.
"""

from __future__ import annotations

import warnings
from itertools import product
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit, least_squares

from vinarch.prediction.functions import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from vinarch.prediction.functions import ParametricFunction
    from vinarch.prediction.separable import Bounds

    Floats = npt.NDArray[np.float64]

_FAILURES = (RuntimeError, ValueError, TypeError, np.linalg.LinAlgError)
"""What SciPy raises for no convergence, values that are not finite, and too few points."""

_ONE_AT_A_TIME = Lock()
"""Python's warning filters belong to the process; SciPy holds the interpreter anyway."""

_STARTS = 3
"""Places a parameter from which the multi-start begins: at most 81 for four parameters."""

_MOST_STARTS = 81


def reference_fit(
    function: ParametricFunction,
    bounds: Bounds,
    initial_guess: tuple[float, ...] | None,
    x: Floats,
    fitness: Floats,
) -> Floats | None:
    """Fit as A4NN and PENGUIN published it: one `scipy.optimize.curve_fit` within bounds.

    Parameters
    ----------
    function : ParametricFunction
    bounds : pair of tuple of float
    initial_guess : tuple of float, optional
        Where to start; without, SciPy's own choice within the bounds.
    x, fitness : array, shape (m,)

    Returns
    -------
    array, shape (number of parameters,), or None
        None where SciPy raises: it gave up, or met a value that is not finite.

    Raises
    ------
    ParameterError
        If a user's function raises, or returns another number of values.
    """
    call = guarded(function)
    with _ONE_AT_A_TIME, np.errstate(all="ignore"), warnings.catch_warnings():
        # The covariance, which it may miss, is of no interest here.
        warnings.simplefilter("ignore", OptimizeWarning)
        try:
            found, _ = curve_fit(call, x, fitness, p0=initial_guess, bounds=bounds)
        except _FAILURES as error:
            if _is_the_users(error):
                raise
            return None
    return np.asarray(found, dtype=np.float64)


def multistart_fit(
    function: ParametricFunction,
    bounds: Bounds,
    initial_guess: tuple[float, ...] | None,
    x: Floats,
    fitness: Floats,
) -> Floats | None:
    """Fit from several places within the bounds and keep the best; no claim to a global optimum.

    Parameters and returns are those of `reference_fit`.

    Raises
    ------
    ParameterError
        If a user's function raises, or returns another number of values.
    """
    call = guarded(function)
    best, squares = None, np.inf
    with np.errstate(all="ignore"):
        for start in _starts(bounds, initial_guess):
            try:
                found = least_squares(
                    _residuals, start, bounds=bounds, x_scale="jac", args=(call, x, fitness)
                )
            except _FAILURES as error:
                if _is_the_users(error):
                    raise
                continue
            if np.isfinite(found.cost) and found.cost < squares:
                best, squares = np.asarray(found.x, dtype=np.float64), float(found.cost)
    return best


def _residuals(parameters: Floats, call: Callable[..., Any], x: Floats, fitness: Floats) -> Floats:
    return np.asarray(call(x, *parameters) - fitness, dtype=np.float64)


def _starts(bounds: Bounds, initial_guess: tuple[float, ...] | None) -> list[Floats]:
    places = [_places(low, high) for low, high in zip(*bounds, strict=True)]
    starts = [np.array(start) for start in product(*places)][:_MOST_STARTS]
    return starts if initial_guess is None else [np.array(initial_guess, dtype=float), *starts]


def _places(low: float, high: float) -> tuple[float, ...]:
    """Return places inside an interval that may be infinite: on both sides and several scales."""
    if np.isfinite(low) and np.isfinite(high):
        return tuple(low + (high - low) * share for share in (0.1, 0.5, 0.9))[:_STARTS]
    if np.isfinite(low):
        return (low + 0.1, low + 1.0, low + 30.0)
    if np.isfinite(high):
        return (high - 0.1, high - 1.0, high - 30.0)
    return (1.0, -0.5, 50.0)


def _is_the_users(error: Exception) -> bool:
    # A ParameterError is a ValueError too, so that it would pass for one of SciPy's.
    return hasattr(error, "next_step")
