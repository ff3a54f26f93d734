"""The prediction engine: learning curves in, predictions of their end and verdicts out.

An engine is plain parameters; it holds nothing of any network, so that one engine serves a whole
search and any record of one.
No Dask, no frames, no files.

References
----------
Keller Rorabaugh et al., Building High-Throughput Neural Architecture Search Workflows via a
Decoupled Fitness Prediction Engine, IEEE TPDS 2022.
Channing et al., Composable Workflow for Accelerating Neural Architecture Search Using In Situ
Analytics for Protein Characterization, ICPP 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.parameters import check_choice, check_whole
from vinarch.prediction.answers import Prediction, Reason
from vinarch.prediction.beginnings import Beginnings
from vinarch.prediction.convergence import (
    THRESHOLD_KINDS,
    ConvergenceRule,
    ThresholdKind,
    converged_after,
)
from vinarch.prediction.curves import check_curve, check_numbers
from vinarch.prediction.families import find_function
from vinarch.prediction.functions import check_bounds, guarded
from vinarch.prediction.solving import SOLVERS, Method, SolverName, method_of, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from vinarch.prediction.functions import ParametricFunction
    from vinarch.prediction.separable import Bounds
    from vinarch.prediction.solving import Solved

    Floats = npt.NDArray[np.float64]

_MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class PredictionEngine:
    """A prediction engine: which function is fitted, when, and when its predictions have converged.

    The defaults are those of A4NN (`a4nn_2023`).

    Parameters
    ----------
    function : str, ParametricFunction or callable, default "penguin"
        A name of `vinarch.prediction.FAMILIES`, a record, or ``f(x, a, b, …)`` of your own.
    predictions_needed : int, default 3
        N: how many of the last predictions must agree.
    threshold : float, default 0.5
        How far each may lie from their median.
    threshold_kind : {"points", "percent", "by_accuracy"}, default "points"
        What the threshold counts: percentage points, percent of the median, or PENGUIN's line by
        accuracy, which needs no threshold.
    minimum_epochs : int, default 3
        C_min: records that must be known before the one after which the first fit is made.
    lower_bounds, upper_bounds : tuple of float, optional
        Bounds of the parameters; the function's own by default.
    initial_guess : tuple of float, optional
        Where SciPy's solvers start.
    first_epoch : float, default 0
        Epoch of the first record of a training.
    last_epoch : float, default 25
        Epoch at which the fitted function is evaluated.
    epoch_step : float, default 1
        Epochs from one record to the next: one step of x.
    first_x : float, optional
        The x of the first epoch; the function's own by default.
    fitness_low_percent, fitness_high_percent : float, default 0 and 100
        Which predictions are possible.
    lowest_counts : bool, default True
        Whether a prediction of exactly the lowest is possible.
    all_in_range : bool, default True
        Whether all N predictions must be possible, or only the latest.
    skip_failed : bool, default False
        Whether epochs without a fit are left out, or break the run of N predictions.
    clear_from_percent : float, optional
        A fit whose first parameter reaches it is not kept, and those before it are forgotten.
    loss_patience_epochs : float, optional
        L: a network that is predicted to stay at or below `never_learns_percent` converges only
        once its loss has not fallen for so long.
    never_learns_percent : float, default 10
    refuse_fractions : bool, default True
        Whether curves that lie within 0 and 1 are refused as fractions.
    solver : {"fast", "reference"}, default "fast"
        See `docs/explanation/prediction.md`.

    Raises
    ------
    ParameterError
        If a parameter cannot be.

    Examples
    --------
    >>> from vinarch.prediction import PredictionEngine
    >>> engine = PredictionEngine(last_epoch=25)
    >>> curve = [62.0, 78.2, 86.1, 90.0, 91.9, 92.8]
    >>> found = engine.predict(range(6), curve)
    >>> round(found.value_percent, 2)
    93.7
    >>> values = [engine.predict(range(m), curve[:m]).value_percent for m in range(1, 7)]
    >>> engine.converged(values)
    True
    """

    function: str | ParametricFunction | Callable[..., Any] = "penguin"
    predictions_needed: int = 3
    threshold: float = 0.5
    threshold_kind: ThresholdKind = "points"
    minimum_epochs: int = 3
    lower_bounds: tuple[float, ...] | None = None
    upper_bounds: tuple[float, ...] | None = None
    initial_guess: tuple[float, ...] | None = None
    first_epoch: float = 0.0
    last_epoch: float = 25.0
    epoch_step: float = 1.0
    first_x: float | None = None
    fitness_low_percent: float = 0.0
    fitness_high_percent: float = 100.0
    lowest_counts: bool = True
    all_in_range: bool = True
    skip_failed: bool = False
    clear_from_percent: float | None = None
    loss_patience_epochs: float | None = None
    never_learns_percent: float = 10.0
    refuse_fractions: bool = True
    solver: SolverName = "fast"

    def __post_init__(self) -> None:
        """Refuse what cannot be, before anything is fitted."""
        where = "PredictionEngine"
        check_whole(f"{where}(predictions_needed=…)", self.predictions_needed, 1, _MOST, "N")
        check_whole(f"{where}(minimum_epochs=…)", self.minimum_epochs, 0, _MOST, "records")
        check_choice(f"{where}(threshold_kind=…)", self.threshold_kind, THRESHOLD_KINDS)
        check_choice(f"{where}(solver=…)", self.solver, SOLVERS)
        check_numbers(
            where,
            above={"epoch_step": (self.epoch_step, 0.0), "threshold": (self.threshold, 0.0)},
            ordered=(
                ("first_epoch", self.first_epoch, "last_epoch", self.last_epoch),
                (
                    "fitness_low_percent",
                    self.fitness_low_percent,
                    "fitness_high_percent",
                    self.fitness_high_percent,
                ),
            ),
        )
        check_bounds(self.record, *self.bounds)
        self._check_guess()

    def _check_guess(self) -> None:
        guess = self.initial_guess
        if guess is None:
            return
        names = self.record.parameters
        within = zip(self.bounds[0], guess, self.bounds[1], strict=False)
        if len(guess) != len(names) or not all(low <= value <= high for low, value, high in within):
            raise ParameterError(
                "PredictionEngine(initial_guess=…)",
                f"a value within bounds for each of {', '.join(names)}",
                repr(guess),
                "Leave it out for SciPy's own choice.",
            )

    @property
    def record(self) -> ParametricFunction:
        """Return the record of the function."""
        return find_function(self.function)

    @property
    def bounds(self) -> Bounds:
        """Return lower and upper bounds of the parameters."""
        record = self.record
        lower = record.lower_bounds if self.lower_bounds is None else self.lower_bounds
        upper = record.upper_bounds if self.upper_bounds is None else self.upper_bounds
        return tuple(lower), tuple(upper)

    @property
    def rule(self) -> ConvergenceRule:
        """Return the rule by which predictions converge."""
        return ConvergenceRule(
            self.predictions_needed,
            self.threshold,
            self.threshold_kind,
            self.fitness_low_percent,
            self.fitness_high_percent,
            self.lowest_counts,
            self.all_in_range,
            self.skip_failed,
        )

    @property
    def method(self) -> Method:
        """Return how its function is really fitted."""
        return method_of(self.record, self.bounds, self.solver)

    def x_of(self, epochs: npt.ArrayLike) -> Any:
        """Return the x at which the function sees epochs.

        Examples
        --------
        >>> from vinarch.prediction import penguin_2022
        >>> float(penguin_2022.x_of(0.5)), float(penguin_2022.x_of(20.0))
        (1.0, 40.0)
        """
        first_x = self.record.first_x if self.first_x is None else self.first_x
        return first_x + (np.asarray(epochs, dtype=np.float64) - self.first_epoch) / self.epoch_step

    def predict(self, epochs: npt.ArrayLike, fitness: npt.ArrayLike) -> Prediction:
        """Predict the fitness at the last epoch from those known so far.

        Parameters
        ----------
        epochs : array-like, shape (m,)
            Epochs seen, rising.
        fitness : array-like, shape (m,)
            Fitness after each, in percent.

        Returns
        -------
        Prediction
            Not `ok`, with the reason, where too few epochs are known, a fitness is not finite, or
            no fit was found.

        Raises
        ------
        ParameterError
            If the two differ in length, the epochs do not rise or begin before `first_epoch`, the
            fitness looks like fractions, or a user's function raises.
        """
        known, values = check_curve(
            epochs, fitness, self.first_epoch, fractions=self.refuse_fractions
        )
        if len(known) <= self.minimum_epochs:
            return self._none("too_few_epochs")
        if not np.isfinite(values).all():
            return self._none("fitness_not_finite")
        x = self.x_of(known)[None, :]
        solved = self.solve(Beginnings(x, values[None, :], np.array([0]), np.array([len(known)])))
        value, parameters = float(solved.predictions[0]), solved.parameters[0]
        if not np.isfinite(value):
            return self._none("no_fit")
        with np.errstate(all="ignore"):
            fitted = guarded(self.record)(x[0], *parameters)
        return Prediction(
            value,
            tuple(parameters.tolist()),
            tuple(np.asarray(fitted, dtype=np.float64).tolist()),
            ok=True,
            reason="",
            method=self.method,
            clears=bool(self.clearing(solved.parameters)[0]),
        )

    def converged(
        self,
        predictions: Sequence[Prediction | float | None],
        epochs: npt.ArrayLike | None = None,
        losses: npt.ArrayLike | None = None,
    ) -> bool:
        """Tell whether the latest predictions have converged.

        Parameters
        ----------
        predictions : sequence of Prediction or float
            One after each epoch so far, those without a fit included (infinite, NaN or None).
        epochs, losses : array-like, shape (m,), optional
            Needed where the engine has `loss_patience_epochs`: validation losses so far.

        Returns
        -------
        bool

        Raises
        ------
        ParameterError
            If the engine needs the losses and they are not given.
        """
        if not len(predictions):
            return False
        pairs = [
            (item.value_percent, item.clears) if isinstance(item, Prediction) else (item, False)
            for item in predictions
        ]
        values = np.array([np.nan if value is None else value for value, _ in pairs], dtype=float)
        clears = np.array([flag for _, flag in pairs], dtype=bool)
        agree = bool(converged_after(self.rule, values[None, :], clears[None, :])[0, -1])
        patience = self.loss_patience_epochs
        if not agree or patience is None or values[-1] > self.never_learns_percent:
            return agree
        if epochs is None or losses is None:
            raise ParameterError(
                "converged(losses=…)",
                "epochs and losses, since the engine has loss_patience_epochs",
                "none",
                "Pass the epochs so far and the validation loss after each.",
            )
        seen, fallen = check_curve(epochs, losses, self.first_epoch, fractions=False)
        return bool(seen[-1] - seen[np.argmin(fallen)] >= patience)

    def solve(self, wanted: Beginnings) -> Solved:
        """Fit beginnings of curves, whose x are already those of `x_of`."""
        last_x = float(self.x_of(self.last_epoch))
        return solve(self.record, self.bounds, self.initial_guess, self.solver, wanted, last_x)

    def clearing(self, parameters: Floats) -> npt.NDArray[np.bool_]:
        """Tell of fits, one a row of parameters, whether they clear those before them."""
        if self.clear_from_percent is None:
            return np.zeros(parameters.shape[:-1], dtype=bool)
        return np.asarray(parameters[..., 0] >= self.clear_from_percent)

    def _none(self, reason: Reason) -> Prediction:
        return Prediction(float("inf"), (), (), ok=False, reason=reason, method=self.method)
