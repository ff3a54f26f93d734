"""Bounded least squares in closed form: moments in, intercepts and slopes out.

A separable function is ``intercept + slope * shape(x; theta)``: once theta is known, the rest is
a least-squares line, here with a box around its slope and around one level of it.
Works on arrays of any shape at once; knows no solver over theta and no function in particular.

References
----------
Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems
whose variables separate, SIAM Journal on Numerical Analysis 1973.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bounds = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Box:
    """Bounds of the slope, and of the level ``intercept + offset * slope``."""

    level_low: Any
    level_high: Any
    slope_low: Any
    slope_high: Any


@dataclass(frozen=True)
class Separable:
    """How a function is a line in a shape of x that depends on theta.

    Attributes
    ----------
    shape : callable
        ``shape(x, first, *theta)``, where ``first`` is the first x of the curve.
    grids : tuple of tuple of float
        Where each theta is looked for; none for a function that is linear in its parameters.
    offset : float
        Which level is bounded: ``intercept + offset * slope``.
    box : callable
        ``box(lower, upper, first, *theta)``: the bounds that those of the parameters mean.
    to_parameters : callable
        ``to_parameters(intercept, slope, first, *theta)``: one array a parameter.
    movable : tuple of int
        The parameters whose bounds may be others than the function's own.
    """

    shape: Callable[..., Any]
    grids: tuple[tuple[float, ...], ...]
    offset: float
    box: Callable[..., Box]
    to_parameters: Callable[..., tuple[Any, ...]]
    movable: tuple[int, ...] = ()


@dataclass(frozen=True)
class Moments:
    """Sums over the points of a curve; n points of shapes g and fitness y."""

    count: Any
    mean_fitness: Any
    spread_fitness: Any
    """Sum of squared deviations of y."""
    mean_shape: Any
    spread_shape: Any
    """Sum of squared deviations of g."""
    covariation: Any
    """Sum of products of the two deviations."""


@dataclass(frozen=True)
class Lines:
    """Least-squares lines within their box."""

    intercept: Floats
    slope: Floats
    squares: Floats
    """Sum of squared residuals; infinite where no line exists."""


def fit_lines(moments: Moments, box: Box, offset: float) -> Lines:
    """Fit the best line within a box to each set of moments.

    The sum of squares is a convex bowl over level and slope. Where its bottom lies outside the
    box, the best point lies on an edge, and on an edge it is a clipped parabola.

    Parameters
    ----------
    moments : Moments
        Arrays that broadcast to one shape of at least one dimension.
    box : Box
        Same.
    offset : float

    Returns
    -------
    Lines
    """
    off = moments.mean_shape - offset
    with np.errstate(all="ignore"):
        slope = np.asarray(moments.covariation / moments.spread_shape)
        level = moments.mean_fitness - slope * off
        inside = (slope >= box.slope_low) & (slope <= box.slope_high)
        inside &= (level >= box.level_low) & (level <= box.level_high)
        squares = np.maximum(moments.spread_fitness - slope * moments.covariation, 0.0)
        if not inside.all():
            outside = np.nonzero(~inside)
            there = [_at(values, slope.shape, outside) for values in _values(moments)]
            edges = [_at(values, slope.shape, outside) for values in _values(box)]
            line = _on_edges(Moments(*there), Box(*edges), off[outside])
            level[outside], slope[outside], squares[outside] = line
    return Lines(level - offset * slope, slope, squares)


def _values(record: Moments | Box) -> list[Any]:
    return [getattr(record, field.name) for field in fields(record)]


def _at(values: Any, shape: tuple[int, ...], where: tuple[Any, ...]) -> Any:
    return values if np.ndim(values) == 0 else np.broadcast_to(values, shape)[where]


def _on_edges(moments: Moments, box: Box, off: Any) -> tuple[Any, Any, Any]:
    squares = np.full(off.shape, np.inf)
    level, slope = np.full(off.shape, np.nan), np.full(off.shape, np.nan)
    for at_level, at_slope in _edges(moments, box, off):
        there = _squares(moments, off, at_level, at_slope)
        better = there < squares
        level = np.where(better, at_level, level)
        slope = np.where(better, at_slope, slope)
        squares = np.where(better, there, squares)
    return level, slope, squares


def _squares(moments: Moments, off: Any, level: Any, slope: Any) -> Any:
    spread = moments.spread_fitness - slope * (
        2 * moments.covariation - slope * moments.spread_shape
    )
    shift = moments.mean_fitness - level - slope * off
    return np.maximum(spread, 0.0) + moments.count * shift**2


def _edges(moments: Moments, box: Box, off: Any) -> list[tuple[Any, Any]]:
    found = []
    for slope in (box.slope_low, box.slope_high):
        if np.isfinite(slope).any():
            level = np.clip(moments.mean_fitness - slope * off, box.level_low, box.level_high)
            found.append((level, slope))
    for level in (box.level_low, box.level_high):
        if np.isfinite(level).any():
            pull = moments.covariation + moments.count * off * (moments.mean_fitness - level)
            weight = moments.spread_shape + moments.count * off**2
            found.append((level, np.clip(pull / weight, box.slope_low, box.slope_high)))
    return found
