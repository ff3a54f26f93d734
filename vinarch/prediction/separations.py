"""How each named function is a line in a shape of x: what the fast solver works on.

One frozen `Separable` a function; no data, no solver.
A shape is written with ``expm1`` where it would otherwise lie close to 1, so that its spread keeps
its digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vinarch.prediction.separable import Box, Separable

_INF = np.inf

# The rates of a - A exp(-k x): below the first the curve is straight within rounding, above the
# last it is flat after the first point within rounding (x in steps between records).
_LOG_RATES = (
    -_INF,
    *np.arange(np.log(1e-7), np.log(1e-3), 1.0).tolist(),
    *np.linspace(np.log(1e-3), np.log(50.0), 56).tolist(),
)
_RATES = tuple(np.geomspace(1e-6, 50.0, 60).tolist())
_SIGNED_RATES = tuple(
    np.concatenate(
        [-np.geomspace(20.0, 1e-6, 40), np.geomspace(1e-6, 20.0, 40)],
    ).tolist()
)
_EXPONENTS = tuple(np.linspace(-8.0, 8.0, 65).tolist())
_FALLING_EXPONENTS = tuple((-np.geomspace(16.0, 1e-4, 50)).tolist())
_LOG_SCALES = tuple(np.linspace(-12.0, 12.0, 25).tolist())
_POWERS = tuple(np.geomspace(0.02, 40.0, 24).tolist())


def _free(*_: Any) -> Box:
    return Box(-_INF, _INF, -_INF, _INF)


def _no_level(*_: Any) -> Box:
    return Box(0.0, 0.0, -_INF, _INF)


def _falling(*_: Any) -> Box:
    return Box(-_INF, _INF, -_INF, -np.finfo(np.float64).tiny)


# a - b^(c - x) = a - B exp(-k (x - first)), k = log b, B = exp(k (c - first)).
def _approach(x: Any, first: Any, log_rate: Any) -> Any:
    return -np.expm1(-np.exp(log_rate) * (x - first))


def _penguin_box(lower: Any, upper: Any, first: Any, log_rate: Any) -> Box:
    rate = np.exp(log_rate)
    with np.errstate(all="ignore"):
        # At rate 0, where b is 1, b^c is 1 whatever c.
        low = np.where(rate > 0, np.exp(rate * (lower[2] - first)), 1.0)
        high = np.where(rate > 0, np.exp(rate * (upper[2] - first)), 1.0)
    return Box(lower[0], upper[0], low, high)


def _penguin_parameters(
    intercept: Any, slope: Any, first: Any, log_rate: Any
) -> tuple[Any, Any, Any]:
    rate = np.exp(log_rate)
    with np.errstate(all="ignore"):
        start = np.where(rate > 0, first + np.log(slope) / rate, 0.0)
    return intercept + slope, np.exp(rate), start


PENGUIN = Separable(
    _approach, (_LOG_RATES,), 1.0, _penguin_box, _penguin_parameters, movable=(0, 2)
)


def _power(x: Any, _first: Any, exponent: Any) -> Any:
    return np.expm1(exponent * np.log(x))


POW2 = Separable(
    _power,
    (_EXPONENTS,),
    -1.0,
    _no_level,
    lambda intercept, slope, _first, b: (slope + 0 * intercept, b),
)
POW3 = Separable(
    _power,
    (_FALLING_EXPONENTS,),
    -1.0,
    _free,
    lambda intercept, slope, _first, b: (slope, b, intercept - slope),
)


# -a x + b = m (x + s) with m = -a > 0, so (-a x + b)^(-d) = (m s)^(-d) (1 + x/s)^(-d).
def _shifted_power(x: Any, _first: Any, log_shift: Any, power: Any) -> Any:
    return np.expm1(-power * np.log1p(x * np.exp(-log_shift)))


def _pow4_parameters(
    intercept: Any, slope: Any, _first: Any, log_shift: Any, power: Any
) -> tuple[Any, Any, Any, Any]:
    start = np.exp(-np.log(-slope) / power)
    return -start * np.exp(-log_shift), start, intercept - slope, power


POW4 = Separable(_shifted_power, (_LOG_SCALES, _POWERS), 0.0, _falling, _pow4_parameters)


def _logarithm(x: Any, _first: Any) -> Any:
    return np.log(x)


LOG2 = Separable(_logarithm, (), 0.0, _free, lambda intercept, slope, _first: (-slope, intercept))
LOG2_RISING = Separable(
    _logarithm, (), 0.0, _free, lambda intercept, slope, _first: (slope, intercept)
)
ILOG2 = Separable(
    lambda x, _first: 1 / np.log(x),
    (),
    0.0,
    _free,
    lambda intercept, slope, _first: (-slope, intercept),
)
LIN2 = Separable(
    lambda x, _first: x, (), 0.0, _free, lambda intercept, slope, _first: (-slope, intercept)
)


def _decay(x: Any, _first: Any, rate: Any) -> Any:
    return np.expm1(-rate * x)


EXP2 = Separable(
    _decay,
    (_SIGNED_RATES,),
    -1.0,
    _no_level,
    lambda intercept, slope, _first, b: (slope + 0 * intercept, b),
)
EXP3 = Separable(
    _decay,
    (_RATES,),
    -1.0,
    _free,
    lambda intercept, slope, _first, b: (slope, b, intercept - slope),
)
EXPD3 = Separable(
    _decay,
    (_RATES,),
    -1.0,
    _free,
    lambda intercept, slope, _first, b: (intercept, b, intercept - slope),
)


def _stretched(x: Any, _first: Any, log_rate: Any, power: Any) -> Any:
    return np.expm1(-np.exp(log_rate) * x**power)


WBL4 = Separable(
    _stretched,
    (_LOG_SCALES, _POWERS),
    0.0,
    _free,
    lambda intercept, slope, _first, log_rate, d: (
        np.exp(log_rate),
        -slope,
        intercept - slope,
        d,
    ),
)
EXP4 = Separable(
    _stretched,
    (_LOG_SCALES, _POWERS),
    0.0,
    _falling,
    lambda intercept, slope, _first, log_rate, d: (
        np.exp(log_rate),
        np.log(-slope),
        intercept - slope,
        d,
    ),
)


def _double_exponential(x: Any, _first: Any, exponent: Any, log_gap: Any) -> Any:
    return np.exp((x - 1 + np.exp(log_gap)) ** exponent)


EXPP3 = Separable(
    _double_exponential,
    (tuple(np.linspace(-6.0, 1.5, 26).tolist()), tuple(np.linspace(-3.0, 6.0, 19).tolist())),
    0.0,
    lambda *_: Box(-_INF, _INF, -1.0, -1.0),
    lambda intercept, slope, _first, a, log_gap: (
        a,
        1 - np.exp(log_gap),
        intercept + 0 * slope,
    ),
)


def _vapour(x: Any, _first: Any, b: Any, c: Any) -> Any:
    return np.exp(b / x + c * np.log(x))


VAP3 = Separable(
    _vapour,
    (tuple(np.linspace(-8.0, 8.0, 25).tolist()), tuple(np.linspace(-3.0, 3.0, 25).tolist())),
    0.0,
    lambda *_: Box(0.0, 0.0, np.finfo(np.float64).tiny, _INF),
    lambda intercept, slope, _first, b, c: (np.log(slope) + 0 * intercept, b, c),
)


def _saturation(x: Any, _first: Any, log_scale: Any, power: Any) -> Any:
    return -1 / (1 + np.exp(log_scale) * x**-power)


MMF4 = Separable(
    _saturation,
    (_LOG_SCALES, _POWERS),
    0.0,
    _free,
    lambda intercept, slope, _first, log_scale, d: (
        intercept,
        np.exp(log_scale),
        intercept - slope,
        d,
    ),
)
