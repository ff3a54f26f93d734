"""What an engine answers: one prediction, or why there is none; a frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vinarch.prediction.solving import Method

Reason = Literal["", "too_few_epochs", "fitness_not_finite", "no_fit"]
"""Why there is no prediction; empty where there is one."""


@dataclass(frozen=True)
class Prediction:
    """What an engine expects, after some epochs, of the fitness at the end of the training."""

    value_percent: float
    """Infinite where there is no prediction, as A4NN records it."""
    parameters: tuple[float, ...]
    """Of the fitted function; empty where there is none."""
    fitted_percent: tuple[float, ...]
    """The fitted function at the epochs seen; empty where there is none."""
    ok: bool
    reason: Reason
    method: Method
    clears: bool = False
    """Whether the fit lies at its upper bound, so that it and those before do not count."""
