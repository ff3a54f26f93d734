"""Learning curves as they come from a user: checked, or refused with what is wrong.

Array-likes in, float arrays out; knows no engine and no function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_FRACTION_RISE = 0.05
"""A curve within 0 and 1 that moves by more is one of fractions: a network below 1 % accuracy that
moves does so by hundredths of a point."""


def check_curve(
    epochs: npt.ArrayLike, fitness: npt.ArrayLike, first_epoch: float, *, fractions: bool
) -> tuple[Floats, Floats]:
    """Return epochs and fitness as arrays, or say why they are no learning curve.

    Raises
    ------
    ParameterError
        If they differ in length or are no numbers, the epochs do not rise or begin too early, or
        (with `fractions`) the fitness looks like fractions.

    Examples
    --------
    >>> check_curve([0, 2, 1], [50, 60, 70], 0, fractions=True)
    Traceback (most recent call last):
    vinarch.errors.ParameterError: epochs: expected rising epochs, got 1.0 after 2.0.
    Sort the curve by epoch, each epoch once.
    """
    known, values = _array("epochs", epochs), _array("fitness", fitness)
    if known.shape != values.shape:
        raise ParameterError(
            "fitness",
            f"{len(known)} values, one for each epoch",
            str(len(values)),
            "Pass the two side by side.",
        )
    if not len(known):
        return known, values
    steps = np.diff(known)
    if not np.isfinite(known).all() or (steps <= 0).any():
        place = int(np.argmax(~(steps > 0)))
        raise ParameterError(
            "epochs",
            "rising epochs",
            f"{known[place + 1]} after {known[place]}" if len(steps) else str(known[0]),
            "Sort the curve by epoch, each epoch once.",
        )
    if known[0] < first_epoch:
        raise ParameterError(
            "epochs",
            f"epochs from {first_epoch:g} on, the engine's first_epoch",
            f"{known[0]:g}",
            "Pass first_epoch=… to the engine.",
        )
    seen = values[np.isfinite(values)]
    inside = len(seen) > 1 and seen.min() >= 0 and seen.max() <= 1
    if fractions and inside and np.ptp(seen) > _FRACTION_RISE:
        raise ParameterError(
            "fitness",
            "percent",
            f"values from {seen.min():g} to {seen.max():g}, which look like fractions",
            "Multiply by 100, or pass refuse_fractions=False to the engine.",
        )
    return known, values


def check_numbers(
    where: str,
    above: Mapping[str, tuple[Any, float]],
    ordered: Sequence[tuple[str, Any, str, Any]],
) -> None:
    """Refuse numbers that are not above a limit, or pairs that are not in order."""
    for name, (value, limit) in above.items():
        if not _is_number(value) or not value > limit:
            raise ParameterError(
                f"{where}({name}=…)", f"a number above {limit:g}", repr(value), "Pass such a one."
            )
    for low_name, low, high_name, high in ordered:
        if not _is_number(low) or not _is_number(high) or not low < high:
            raise ParameterError(
                f"{where}({low_name}=…, {high_name}=…)",
                "two numbers, the first below the second",
                f"{low!r} and {high!r}",
                "Pass them in order.",
            )


def _is_number(value: Any) -> bool:
    plain = isinstance(value, (int, float, np.integer, np.floating))
    return plain and not isinstance(value, bool) and bool(np.isfinite(value))


def _array(name: str, values: npt.ArrayLike) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(name, "numbers", repr(values)[:60], "Pass a list or array.") from error
    if array.ndim != 1:
        raise ParameterError(
            name, "one dimension", f"shape {array.shape}", "Pass one network at a time."
        )
    return array
