"""Two solvers, one meaning: beginnings of curves in, parameters and predictions out.

Chooses between the reference solver, the fast one and its multi-start; knows no rule of
convergence and no engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from vinarch.prediction.fast import evaluate, fit_beginnings
from vinarch.prediction.functions import guarded
from vinarch.prediction.scipy_fits import multistart_fit, reference_fit

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.prediction.beginnings import Beginnings
    from vinarch.prediction.functions import ParametricFunction
    from vinarch.prediction.separable import Bounds

    Floats = npt.NDArray[np.float64]

SolverName = Literal["fast", "reference"]
SOLVERS = ("fast", "reference")

Method = Literal["variable_projection", "multi_start", "curve_fit"]
"""What a solver really does for a function."""


@dataclass(frozen=True)
class Solved:
    """What was found for each of p fits; NaN where nothing was."""

    parameters: Floats
    """Shape (p, number of parameters)."""
    predictions: Floats
    """Shape (p,): the fitted functions at the x asked for."""


def method_of(function: ParametricFunction, bounds: Bounds, solver: SolverName) -> Method:
    """Return how a function is fitted.

    The fast solver knows the named functions within their own bounds (PENGUIN's also within other
    bounds of a and c); for all others it starts SciPy from several places, which is slow.
    """
    if solver == "reference":
        return "curve_fit"
    separable = function.separable
    if separable is None:
        return "multi_start"
    moved = {
        place
        for place in range(len(function.parameters))
        if (bounds[0][place], bounds[1][place])
        != (function.lower_bounds[place], function.upper_bounds[place])
    }
    return "variable_projection" if moved <= set(separable.movable) else "multi_start"


def solve(
    function: ParametricFunction,
    bounds: Bounds,
    initial_guess: tuple[float, ...] | None,
    solver: SolverName,
    wanted: Beginnings,
    last_x: float,
) -> Solved:
    """Fit a function to beginnings of curves and evaluate it at one x.

    Parameters
    ----------
    function : ParametricFunction
    bounds : pair of tuple of float
    initial_guess : tuple of float, optional
        Used by SciPy's solvers only; the fast one needs none.
    solver : {"fast", "reference"}
    wanted : Beginnings
        Of p fits.
    last_x : float
        Where the fitted functions are evaluated.

    Returns
    -------
    Solved

    Raises
    ------
    ParameterError
        If a user's function raises, or returns another number of values.
    """
    method = method_of(function, bounds, solver)
    if method == "variable_projection":
        return _by_projection(function, bounds, wanted, last_x)
    fit = reference_fit if method == "curve_fit" else multistart_fit
    call = guarded(function)
    parameters = np.full((len(wanted.curve), len(function.parameters)), np.nan)
    predictions = np.full(len(wanted.curve), np.nan)
    for place, (curve, count) in enumerate(zip(wanted.curve, wanted.count, strict=True)):
        x, fitness = wanted.x[curve, :count], wanted.fitness[curve, :count]
        found = fit(function, bounds, initial_guess, x, fitness)
        if found is not None:
            parameters[place] = found
            with np.errstate(all="ignore"):
                predictions[place] = call(np.array([last_x]), *found)[0]
    return Solved(parameters, predictions)


def _by_projection(
    function: ParametricFunction, bounds: Bounds, wanted: Beginnings, last_x: float
) -> Solved:
    separable = function.separable
    assert separable is not None  # noqa: S101 - `method_of` has asked
    first = wanted.x[wanted.curve, 0]
    fitted = fit_beginnings(separable, bounds, wanted)
    predictions = evaluate(separable, fitted, first, last_x)
    with np.errstate(all="ignore"):
        columns = separable.to_parameters(
            fitted.lines.intercept, fitted.lines.slope, first, *fitted.thetas
        )
    # Rounding may leave a bound by a last digit.
    parameters = np.clip(np.stack(np.broadcast_arrays(*columns), axis=-1), *bounds)
    lost = ~np.isfinite(fitted.lines.squares)
    return Solved(np.where(lost[:, None], np.nan, parameters), np.where(lost, np.nan, predictions))
