"""Beginnings of learning curves, laid side by side: which points each fit sees, and its residuals.

Arrays in, arrays out; the best line of each fit at a given theta, but no search for theta.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinarch.prediction.separable import Lines, Moments, fit_lines

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.prediction.separable import Bounds, Separable

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

FIXED = 3
"""Rows that come before the thetas: intercept, slope and squares."""

NOTHING = np.array([np.nan, np.nan, np.inf, np.nan, np.nan])
"""What stands in these rows where there is no fit."""


@dataclass(frozen=True)
class Beginnings:
    """Which beginnings of which curves are to be fitted.

    Attributes
    ----------
    x, fitness : array, shape (n curves, m points)
        Past the end of a curve anything finite.
    curve, count : array of int, shape (p,)
        Of each fit its curve, and how many of the first points it sees.
    """

    x: Floats
    fitness: Floats
    curve: Whole
    count: Whole


class SeenPoints:
    """The points of each fit side by side, so that residuals can be taken without running sums."""

    def __init__(self, separable: Separable, bounds: Bounds, part: Beginnings) -> None:
        self.separable, self.bounds = separable, bounds
        self.everything = np.arange(len(part.curve))
        self.count = part.count.astype(np.float64)
        self.seen = np.arange(part.x.shape[1]) < part.count[:, None]
        self.x = part.x[part.curve]
        self.first = self.x[:, 0]
        fitness = np.where(self.seen, part.fitness[part.curve], 0.0)
        self.mean = fitness.sum(axis=1) / self.count
        self.off = np.where(self.seen, fitness - self.mean[:, None], 0.0)
        self.spread = (self.off**2).sum(axis=1)

    def lines(self, fit: Whole, thetas: tuple[Floats, ...]) -> Lines:
        """Return the best line of some fits, each at its own theta."""
        return self.residuals(fit, thetas)[0]

    def residuals(self, fit: Whole, thetas: tuple[Floats, ...]) -> tuple[Lines, Floats]:
        """Return the same, and the residuals: one row a fit, 0 past the points that it sees."""
        with np.errstate(all="ignore"):
            count = self.count[fit]
            most = int(count.max(initial=1))
            seen, off = self.seen[fit, :most], self.off[fit, :most]
            shape = self.separable.shape(
                self.x[fit, :most], self.first[fit, None], *(theta[:, None] for theta in thetas)
            )
            shape = np.where(seen, shape, 0.0)
            mean_shape = shape.sum(axis=1) / count
            shape -= mean_shape[:, None]
            shape *= seen
            moments = Moments(
                count=count,
                mean_fitness=self.mean[fit],
                spread_fitness=self.spread[fit],
                mean_shape=mean_shape,
                spread_shape=np.einsum("ij,ij->i", shape, shape),
                covariation=np.einsum("ij,ij->i", shape, off),
            )
            box = self.separable.box(*self.bounds, self.first[fit], *thetas)
            found = fit_lines(moments, box, self.separable.offset)
            # By the residuals: the difference of sums above has no digits left for a good fit.
            shape *= -found.slope[:, None]
            shape += off
            shift = self.mean[fit] - found.intercept - found.slope * mean_shape
            squares = np.einsum("ij,ij->i", shape, shape) + count * shift**2
            shape += shift[:, None]
            shape *= seen
        lost = ~np.isfinite(found.squares) | ~np.isfinite(squares)
        return Lines(found.intercept, found.slope, np.where(lost, np.inf, squares)), shape

    def rows(self, fit: Whole, thetas: tuple[Floats, ...]) -> Floats:
        """Return intercept, slope, squares and thetas of some fits, NaN where there is none."""
        lines = self.lines(fit, thetas)
        found = np.array([lines.intercept, lines.slope, lines.squares, *thetas])
        return np.where(np.isfinite(lines.squares), found, NOTHING[: len(found), None])
