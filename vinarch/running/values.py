"""The values that a strategy is told: objectives and a network's results in, numbers out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.recording import NetworkResults

_FITNESS = "val_accuracy_percent"


def objective_values(objectives: Sequence[str], found: NetworkResults) -> tuple[float, ...]:
    """Return the value of each objective.

    Parameters
    ----------
    objectives : sequence of str
        Like ``"max val_accuracy_percent"``, which is the fitness of the network.
    found : NetworkResults

    Returns
    -------
    tuple of float
        One an objective; empty where the training failed or a value is not finite.

    Raises
    ------
    ParameterError
        If a network that did not fail has no such value.
    """
    if found.failed:
        return ()
    values = [_value(text.partition(" ")[2], text, found) for text in objectives]
    return tuple(values) if all(map(math.isfinite, values)) else ()


def _value(name: str, objective: str, found: NetworkResults) -> float:
    value = found.fitness_percent if name == _FITNESS else found.values.get(name)
    try:
        # A loss that is not finite is recorded as a text, which float() reads.
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        known = sorted(name for name, one in found.values.items() if not isinstance(one, str))
        raise ParameterError(
            f"objective {objective!r}, network {found.network}",
            "a number that is recorded of it: " + (", ".join(known) or "nothing is"),
            "none" if value is None else repr(value),
            "Name one of these, or let the evaluator log it.",
        ) from None
