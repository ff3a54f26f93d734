"""Check what a training loop says of a network: named values in, recorded values out.

Whoever measures has fractions or percentages, NumPy's numbers or a tensor's: the name says which,
and what comes out are percentages, plain numbers and text.
"""

from __future__ import annotations

import contextlib
import difflib
import math
import re
from typing import TYPE_CHECKING, Any, Final

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.run_files import Value

SPLITS: Final = ("train", "val", "test")
PERCENTS: Final = tuple(f"{split}_accuracy_percent" for split in SPLITS)
FRACTIONS: Final = {f"{split}_accuracy": f"{split}_accuracy_percent" for split in SPLITS}
LOSSES: Final = tuple(f"{split}_loss" for split in SPLITS)
TIMES: Final = ("epoch_time_seconds", "training_time_seconds")
OF_NETWORKS: Final = ("mflops", "parameter_count")
_OF_THE_ENGINE = (
    "prediction_percent",
    "prediction_is_inf",
    "converged",
    "engine_time_seconds",
    "fit_parameters",
    "fitted_curve_percent",
)
_KNOWN = (*FRACTIONS, *PERCENTS, *LOSSES, *TIMES, *OF_NETWORKS)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOST_WHOLE = 2**53
_NEAR = 0.93
_SHORT: Final = {
    "acc": "val_accuracy",
    "accuracy": "val_accuracy",
    "loss": "val_loss",
    **{f"{split}_acc": f"{split}_accuracy" for split in SPLITS},
    **{f"validation_{what}": f"val_{what}" for what in ("accuracy", "loss")},
    **{f"valid_{what}": f"val_{what}" for what in ("accuracy", "loss")},
}
"""What people call columns of the histories: as measurements they would be missed there."""


def read_values(where: str, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return values under the names that they are recorded by; None is left out.

    Parameters
    ----------
    where : str
        What messages call the call, ``network.log``.
    given : mapping of str to number or text

    Raises
    ------
    ParameterError
        If a name or a value cannot be.

    Examples
    --------
    >>> read_values("network.log", {"val_accuracy": 0.75, "val_loss": float("nan"), "lr": 0.1})
    {'val_accuracy_percent': 75.0, 'val_loss': 'nan', 'lr': 0.1}
    """
    found: dict[str, Value] = {}
    for name, value in given.items():
        _check_name(where, name)
        if value is None or value == "":
            continue
        place = f"{where}({name}=…)"
        target = FRACTIONS.get(name, name)
        if target in found:
            raise ParameterError(
                place,
                f"either {target.removesuffix('_percent')} or {target}",
                "both",
                "Pass the one that you have.",
            )
        found[target] = _read(place, name, value)
    return found


def _read(place: str, name: str, value: Any) -> Value:
    if name in FRACTIONS:
        share = _within(place, value, 1, "a fraction from 0 to 1", f"{name}_percent")
        return 100 * share
    if name in PERCENTS:
        return _within(place, value, 100, "a percentage from 0 to 100", None)
    if name in LOSSES:
        return _finite_or_text(_number(place, value))
    if name in (*TIMES, "mflops"):
        return _not_negative(place, _number(place, value))
    if name == "parameter_count":
        count = _not_negative(place, _number(place, value))
        if count != int(count):
            raise ParameterError(place, "a whole number", repr(value), "Pass the count itself.")
        return int(count)
    return _free(place, value)


def check_text(place: str, text: str) -> str:
    """Return a text that a file in UTF-8 can hold.

    Raises
    ------
    ParameterError
        If it cannot.
    """
    with contextlib.suppress(UnicodeEncodeError):
        if "\0" not in text and text == text.encode().decode():
            return text
    raise ParameterError(place, "text", ascii(text)[:60], "Leave out what is no character.")


def _free(place: str, value: Any) -> Value:
    """Return a value of which nothing is known: a number, else its text."""
    if isinstance(value, (str, bool)):
        return check_text(place, str(value))
    if isinstance(value, int) and abs(value) > _MOST_WHOLE:
        return str(value)  # a float would not hold its digits
    return _finite_or_text(_number(place, value))


def _within(place: str, value: Any, most: float, expected: str, other: str | None) -> float:
    number = _number(place, value)
    if math.isnan(number) or not 0 <= number <= most:
        hint = "A network whose training went wrong ends by network.fail()."
        if other is not None and most < number <= 100:  # noqa: PLR2004 - a percentage
            hint = f"For percentages pass {other}=…."
        raise ParameterError(place, expected, repr(value), hint)
    return number


def _not_negative(place: str, number: float) -> float:
    if not 0 <= number < math.inf:
        raise ParameterError(place, "a number, 0 or more", f"{number:g}", "Pass one.")
    return number


def _number(place: str, value: Any) -> float:
    got = f"{str(value)[:60]!r} ({type(value).__name__})"
    # Python would read these as numbers, but nobody measured them.
    if isinstance(value, (str, bytes, bool)):
        raise ParameterError(place, "a number", got, "Pass one.")
    try:
        # An integer stays one; NumPy's numbers and tensors of one element become floats.
        return value if type(value) is int else float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise ParameterError(place, "a number", got, "Pass one.") from error


def _finite_or_text(number: float) -> Value:
    return number if math.isfinite(number) else str(number)


def _check_name(where: str, name: str) -> None:
    if name in _OF_THE_ENGINE:
        raise ParameterError(
            where,
            "values that the training loop measured",
            repr(name),
            "The recorder's engine writes its predictions itself: call network.should_stop().",
        )
    if not _NAME.fullmatch(name):
        raise ParameterError(
            where,
            "names of lower-case letters, digits and underscores, a letter first",
            repr(name),
            "Put the unit at the end, like energy_kwh.",
        )
    near = [] if name in _KNOWN else difflib.get_close_matches(name, _KNOWN, 1, _NEAR)
    near = [_SHORT[name]] if name in _SHORT else near
    if near:
        raise ParameterError(
            where,
            f"{near[0]}, or a name that is less like it",
            repr(name),
            f"Did you mean {near[0]!r}?",
        )
