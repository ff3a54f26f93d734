"""Fit separable functions to many beginnings of many learning curves at once.

Arrays of curves in; lines, theta and sums of squares out, one a fit.
A grid over theta, on which all beginnings of a curve share their running sums; then, from its best
point, SciPy's bracketing minimiser (one theta) or damped Gauss-Newton steps (two).
Knows no engine, no SciPy `curve_fit` and no frames.

For PENGUIN's function the grid is closer (a fifth of a unit of the logarithm of the rate) than two
valleys of the sum of squares were ever found to lie: the optimum found is the global one within
the bounds, as far as tests on curves of all kinds can tell.
For functions with two thetas no more is claimed than a good minimum within the grid's range.

References
----------
Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems
whose variables separate, SIAM Journal on Numerical Analysis 1973.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.prediction.beginnings import FIXED, Beginnings, SeenPoints
from vinarch.prediction.refining import refine_line, refine_plane
from vinarch.prediction.separable import Lines, Moments, fit_lines

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.prediction.separable import Bounds, Separable

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

FITS = 8_192
"""Fits refined side by side: some MB an array, and few enough calls for each."""

GRID_NUMBERS = 1_500_000
"""Shapes on the grid at a time, about: small enough for the processor's cache."""

_MEAN_COUNT = 25
_LEAST_SPREAD = 1e-11


@dataclass(frozen=True)
class Fitted:
    """What was found for each of p fits; NaN and infinite squares where nothing was."""

    lines: Lines
    thetas: tuple[Floats, ...]


def fit_beginnings(separable: Separable, bounds: Bounds, wanted: Beginnings) -> Fitted:
    """Fit a separable function to beginnings of curves.

    Parameters
    ----------
    separable : Separable
    bounds : pair of tuple of float
        Lower and upper bounds of the function's parameters.
    wanted : Beginnings

    Returns
    -------
    Fitted
        One entry a fit, in the order of `wanted`.
    """
    grid = np.array(list(product(*separable.grids)), dtype=np.float64)
    order = np.lexsort((wanted.count, wanted.curve))
    found = np.empty((FIXED + len(separable.grids), len(order)))
    for some in _pieces(wanted, order, FITS):
        part = _part(wanted, some)
        points = SeenPoints(separable, bounds, part)
        if not separable.grids:
            found[:, some] = points.rows(points.everything, ())
            continue
        squares = np.empty((len(some), len(grid)))
        for few in _pieces(part, points.everything, GRID_NUMBERS // (len(grid) * _MEAN_COUNT)):
            squares[few] = _grid_squares(separable, bounds, _part(part, few), grid)
        refine = refine_line if len(separable.grids) == 1 else refine_plane
        found[:, some] = refine(points, squares, grid, separable.grids)
    return Fitted(Lines(*found[:FIXED]), tuple(found[FIXED:]))


def _pieces(wanted: Beginnings, order: Whole, most: int) -> list[Whole]:
    """Cut fits, in the order of their curves, into runs of whole curves of about `most` fits."""
    if not len(order):
        return []
    piece = np.searchsorted(np.unique(wanted.curve[order]), wanted.curve[order])
    starts = np.flatnonzero(np.diff(piece, prepend=-1))
    fits = np.arange(len(order))[starts] // max(1, most)
    cuts = starts[np.flatnonzero(np.diff(fits, prepend=-1))]
    return [np.asarray(run) for run in np.split(order, cuts[1:])]


def _part(wanted: Beginnings, chosen: Whole) -> Beginnings:
    curves, curve = np.unique(wanted.curve[chosen], return_inverse=True)
    count = wanted.count[chosen]
    most = int(count.max())
    return Beginnings(wanted.x[curves, :most], wanted.fitness[curves, :most], curve, count)


def _grid_squares(separable: Separable, bounds: Bounds, part: Beginnings, grid: Floats) -> Floats:
    """Return the sum of squares of each fit (row) at each point of the grid (column)."""
    if not grid.size:
        return np.zeros((len(part.curve), 1))
    x, fitness = part.x, part.fitness
    # Curves recorded at the same epochs share their shapes.
    same = len(x) > 1 and bool((x == x[0]).all())
    shared = x[:1] if same else x
    first = shared[:, :1, None]
    thetas = [theta[None, None, :] for theta in grid.T]
    with np.errstate(all="ignore"):
        shape = separable.shape(shared[:, :, None], first, *thetas)
        centre = fitness.mean(axis=1, keepdims=True)
        off = fitness - centre
        sums = [
            np.cumsum(terms, axis=1)[0 if terms.shape[0] == 1 else part.curve, part.count - 1]
            for terms in (shape, shape**2, off[:, :, None] * shape, off, off**2)
        ]
        g, gg, yg, y, yy = sums
        n = part.count[:, None].astype(np.float64)
        y, yy = y[:, None], yy[:, None]
        moments = Moments(
            count=n,
            mean_fitness=centre[part.curve] + y / n,
            spread_fitness=yy - y**2 / n,
            mean_shape=g / n,
            spread_shape=_trusted(gg - g**2 / n, gg),
            covariation=yg - g * y / n,
        )
        box = separable.box(*bounds, x[part.curve, :1], *(theta[None, :] for theta in grid.T))
        squares = fit_lines(moments, box, separable.offset).squares
    return np.where(np.isnan(squares), np.inf, squares)


def _trusted(spread: Floats, squares: Floats) -> Floats:
    """Return spreads of shapes, NaN where running sums leave them no digits."""
    return np.where(spread < _LEAST_SPREAD * squares, np.nan, np.maximum(spread, 0.0))


def evaluate(separable: Separable, fitted: Fitted, first: Any, x: Any) -> Any:
    """Return the fitted functions at an x each, from their lines.

    Parameters
    ----------
    separable : Separable
    fitted : Fitted, of p fits
    first : array, shape (p,)
        First x of each curve.
    x : array, shape (p,) or ()

    Returns
    -------
    array, shape (p,)
    """
    with np.errstate(all="ignore"):
        shape = separable.shape(np.asarray(x, dtype=np.float64), first, *fitted.thetas)
        return fitted.lines.intercept + fitted.lines.slope * shape
