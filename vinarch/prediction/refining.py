"""From points of a grid down to the minimum: one theta by brackets, two by Gauss-Newton steps.

Points of fits and their sums of squares on the grid in; one column a fit out: intercept, slope,
squares and thetas.

References
----------
Chandrupatla, An efficient quadratic fit-sectioning algorithm for minimization without
derivatives, Computer Methods in Applied Mechanics and Engineering 1998.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import elementwise

from vinarch.prediction.beginnings import FIXED, NOTHING, SeenPoints

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Grids = tuple[tuple[float, ...], ...]

STARTS = 2
"""Grid points from which a minimum over two thetas is sought, some ranks apart."""

STEPS = 80
"""Downhill steps in two thetas at most; most fits settle after ten or twenty."""

_TOLERANCES = {"xatol": 1e-8, "xrtol": 1e-10, "fatol": 1e-14, "frtol": 1e-13}
_FIRST_DAMPING, _MOST_DAMPING = 1e-2, 1e8
_DIFFERENCE = 1e-7  # of a theta's range: where rounding and curvature spoil a derivative equally
_SETTLED = 1e-12
_APART = 7  # ranks between two starts on the grid, so that they are no neighbours


def refine_line(points: SeenPoints, squares: Floats, every: Floats, _: Grids) -> Floats:
    """Go down from the best point of the grid, within the points beside it."""
    grid = every[:, 0]
    column, last = squares.argmin(axis=1), len(grid) - 1
    best = points.rows(points.everything, (grid[column],))
    at_end = (column == 0) | (column == last) | ~np.isfinite(grid[np.maximum(column - 1, 0)])
    # Beside an end of the grid there is no bracket: the end and its neighbour are looked at.
    end = np.flatnonzero(at_end)
    _keep_better(best, end, points.rows(end, (grid[np.minimum(column[end] + 1, last)],)))
    inner = np.flatnonzero(~at_end)
    _keep_better(best, inner, _minimum(points, inner, grid, column[inner]))
    return best


def _minimum(points: SeenPoints, fit: Whole, grid: Floats, column: Whole) -> Floats:
    if not len(fit):
        return np.empty((FIXED + 1, 0))

    def squares(theta: Floats, which: Whole) -> Floats:
        return points.lines(fit[which.astype(np.int64)], (theta,)).squares

    bracket = (grid[column - 1], grid[column], grid[column + 1])
    with np.errstate(all="ignore"):
        found = elementwise.find_minimum(
            squares, bracket, args=(np.arange(len(fit)),), tolerances=_TOLERANCES, maxiter=60
        )
    # Where rounding made the bracket none, the grid's own point stands.
    theta = np.where(np.isfinite(found.x), found.x, grid[column])
    return points.rows(fit, (theta,))


def _keep_better(best: Floats, fit: Whole, found: Floats) -> None:
    better = found[2] < best[2, fit]
    best[:, fit[better]] = found[:, better]


def refine_plane(points: SeenPoints, squares: Floats, grid: Floats, grids: Grids) -> Floats:
    """Go downhill from the best grid points by damped Gauss-Newton steps in both thetas.

    A step solves (J'J + damping) step = J'r, with J the change of the residuals by theta once the
    line is fitted anew.
    """
    low = np.array([axis[0] for axis in grids])
    high = np.array([axis[-1] for axis in grids])
    starts = np.argsort(squares, axis=1, kind="stable")[:, : STARTS * _APART : _APART]
    best = np.repeat(NOTHING[: FIXED + 2, None], len(squares), axis=1)
    for start in starts.T:
        found = _downhill(points, grid[start].T, low, high)
        _keep_better(best, points.everything, found)
    return best


def _downhill(points: SeenPoints, start: Floats, low: Floats, high: Floats) -> Floats:
    every = points.everything
    theta = start.copy()
    lines, residuals = points.residuals(every, tuple(theta))
    squares = lines.squares
    damping = np.full(len(every), _FIRST_DAMPING)
    width = (high - low) * _DIFFERENCE
    active = np.isfinite(squares)
    for _ in range(STEPS):
        fit = np.flatnonzero(active)
        if not len(fit):
            break
        change = []
        for axis in range(2):
            beside = theta[:, fit].copy()
            # Towards the middle, so that a theta at its border stays within.
            inward = np.where(beside[axis] > (low[axis] + high[axis]) / 2, -1.0, 1.0)
            beside[axis] += inward * width[axis]
            there = points.residuals(fit, tuple(beside))[1]
            here = residuals[fit, : there.shape[1]]
            change.append((there - here) / (inward * width[axis])[:, None])
        with np.errstate(all="ignore"):
            aa, ab, bb = (
                np.einsum("ij,ij->i", one, other)
                for one, other in ((change[0], change[0]), (change[0], change[1]), (change[1],) * 2)
            )
            ar, br = (np.einsum("ij,ij->i", one, here) for one in change)
            aa, bb = aa * (1 + damping[fit]), bb * (1 + damping[fit])
            area = aa * bb - ab**2
            step = np.array([ab * br - bb * ar, ab * ar - aa * br]) / area
        step = np.where(np.isfinite(step), step, 0.0)
        moved = np.clip(theta[:, fit] + step, low[:, None], high[:, None])
        tried, left = points.residuals(fit, tuple(moved))
        better = tried.squares < squares[fit]
        gain = squares[fit] - np.where(better, tried.squares, squares[fit])
        kept = fit[better]
        theta[:, kept] = moved[:, better]
        residuals[kept, : left.shape[1]] = left[better]
        damping[fit] = np.where(better, damping[fit] / 5, damping[fit] * 4)
        settled = better & (gain <= _SETTLED * squares[fit])
        squares[kept] = tried.squares[better]
        active[fit[settled | (damping[fit] > _MOST_DAMPING)]] = False
    return points.rows(every, tuple(theta))
