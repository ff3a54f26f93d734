"""The parametric functions by name: PENGUIN's own and those of the learning-curve literature.

A table of frozen records; no data and no solver.
Formulas and signs are those of PENGUIN's papers and code, the bounds of its default function too.
Bounds of the others are not published; here they keep a function real, and one with an asymptote
from running away from it.

References
----------
Keller Rorabaugh et al., Building High-Throughput Neural Architecture Search Workflows via a
Decoupled Fitness Prediction Engine, IEEE TPDS 2022.
Domhan, Springenberg and Hutter, Speeding up automatic hyperparameter optimization of deep neural
networks by extrapolation of learning curves, IJCAI 2015.
Viering and Loog, The shape of learning curves: a review, IEEE TPAMI 2022.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.prediction import separations
from vinarch.prediction.functions import HOW_TO, ParametricFunction, function_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.prediction.separable import Separable

_ANY = (-np.inf, np.inf)
_POSITIVE = (0.0, np.inf)
_NEGATIVE = (-np.inf, 0.0)


def penguin(x: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a - b^(c - x).

    Domain: any x; x from 0; bounds: a from 0.5 to 200; b ≥ 1; c ≥ 0.
    """
    return a - b ** (c - x)


def pow2(x: Any, a: Any, b: Any) -> Any:
    """Return a*x^b.

    Domain: x > 0; x from 1; bounds: none.
    """
    return a * x**b


def pow3(x: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a*x^b + c.

    Domain: x > 0; x from 1; bounds: b ≤ 0.
    """
    return a * x**b + c


def pow4(x: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return c - (-a*x + b)^(-d).

    Domain: -a*x + b > 0; x from 1; bounds: a ≤ 0; b ≥ 0; d ≥ 0.
    """
    return c - (-a * x + b) ** (-d)


def log2(x: Any, a: Any, c: Any) -> Any:
    """Return -a*log(x) + c.

    Domain: x > 0; x from 1; bounds: none.
    """
    return -a * np.log(x) + c


def log2_rising(x: Any, a: Any, b: Any) -> Any:
    """Return a*log(x) + b.

    Domain: x > 0; x from 1; bounds: none.
    """
    return a * np.log(x) + b


def ilog2(x: Any, a: Any, c: Any) -> Any:
    """Return c - a/log(x).

    Domain: x > 1; x from 2; bounds: none.
    """
    return c - a / np.log(x)


def lin2(x: Any, a: Any, b: Any) -> Any:
    """Return -a*x + b.

    Domain: any x; x from 0; bounds: none.
    """
    return -a * x + b


def exp2(x: Any, a: Any, b: Any) -> Any:
    """Return a*exp(-b*x).

    Domain: any x; x from 0; bounds: none.
    """
    return a * np.exp(-b * x)


def exp3(x: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a*exp(-b*x) + c.

    Domain: any x; x from 0; bounds: b ≥ 0.
    """
    return a * np.exp(-b * x) + c


def exp4(x: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return c - exp(-a*x^d + b).

    Domain: x >= 0; x from 1; bounds: a ≥ 0; d ≥ 0.
    """
    return c - np.exp(-a * x**d + b)


def expp3(x: Any, a: Any, b: Any, c: Any) -> Any:
    """Return c - exp((x - b)^a).

    Domain: x > b; x from 1; bounds: b ≤ 1.
    """
    return c - np.exp((x - b) ** a)


def expd3(x: Any, a: Any, b: Any, c: Any) -> Any:
    """Return c - (c - a)*exp(-b*x).

    Domain: any x; x from 0; bounds: b ≥ 0.
    """
    return c - (c - a) * np.exp(-b * x)


def vap3(x: Any, a: Any, b: Any, c: Any) -> Any:
    """Return exp(a + b/x + c*log(x)).

    Domain: x > 0; x from 1; bounds: none.
    """
    return np.exp(a + b / x + c * np.log(x))


def mmf4(x: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return (a*b + c*x^d)/(b + x^d).

    Domain: x >= 0; x from 1; bounds: b ≥ 0; d ≥ 0.
    """
    return (a * b + c * x**d) / (b + x**d)


def wbl4(x: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return c - b*exp(-a*x^d).

    Domain: x >= 0; x from 1; bounds: a ≥ 0; d ≥ 0.
    """
    return c - b * np.exp(-a * x**d)


def _family(
    call: Callable[..., Any],
    formula: str,
    parameters: str,
    bounds: tuple[tuple[float, float], ...],
    domain: str,
    separable: Separable,
) -> ParametricFunction:
    return ParametricFunction(
        call.__name__,
        formula,
        call,
        tuple(parameters.split()),
        tuple(low for low, _ in bounds),
        tuple(high for _, high in bounds),
        first_x=_FIRST_X.get(call.__name__, 1.0),
        domain=domain,
        separable=separable,
    )


_FIRST_X = {"penguin": 0.0, "lin2": 0.0, "exp2": 0.0, "exp3": 0.0, "expd3": 0.0, "ilog2": 2.0}
"""Where the x of a function start, where not at 1."""

FAMILIES = (
    _family(
        penguin,
        "a - b^(c - x)",
        "a b c",
        ((0.5, 200.0), (1.0, np.inf), _POSITIVE),
        "any x",
        separations.PENGUIN,
    ),
    _family(pow2, "a*x^b", "a b", (_ANY, _ANY), "x > 0", separations.POW2),
    _family(pow3, "a*x^b + c", "a b c", (_ANY, _NEGATIVE, _ANY), "x > 0", separations.POW3),
    _family(
        pow4,
        "c - (-a*x + b)^(-d)",
        "a b c d",
        (_NEGATIVE, _POSITIVE, _ANY, _POSITIVE),
        "-a*x + b > 0",
        separations.POW4,
    ),
    _family(log2, "-a*log(x) + c", "a c", (_ANY, _ANY), "x > 0", separations.LOG2),
    _family(log2_rising, "a*log(x) + b", "a b", (_ANY, _ANY), "x > 0", separations.LOG2_RISING),
    _family(ilog2, "c - a/log(x)", "a c", (_ANY, _ANY), "x > 1", separations.ILOG2),
    _family(lin2, "-a*x + b", "a b", (_ANY, _ANY), "any x", separations.LIN2),
    _family(exp2, "a*exp(-b*x)", "a b", (_ANY, _ANY), "any x", separations.EXP2),
    _family(exp3, "a*exp(-b*x) + c", "a b c", (_ANY, _POSITIVE, _ANY), "any x", separations.EXP3),
    _family(
        exp4,
        "c - exp(-a*x^d + b)",
        "a b c d",
        (_POSITIVE, _ANY, _ANY, _POSITIVE),
        "x >= 0",
        separations.EXP4,
    ),
    _family(
        expp3,
        "c - exp((x - b)^a)",
        "a b c",
        (_ANY, (-np.inf, 1.0), _ANY),
        "x > b",
        separations.EXPP3,
    ),
    _family(
        expd3, "c - (c - a)*exp(-b*x)", "a b c", (_ANY, _POSITIVE, _ANY), "any x", separations.EXPD3
    ),
    _family(
        vap3, "exp(a + b/x + c*log(x))", "a b c", (_ANY, _ANY, _ANY), "x > 0", separations.VAP3
    ),
    _family(
        mmf4,
        "(a*b + c*x^d)/(b + x^d)",
        "a b c d",
        (_ANY, _POSITIVE, _ANY, _POSITIVE),
        "x >= 0",
        separations.MMF4,
    ),
    _family(
        wbl4,
        "c - b*exp(-a*x^d)",
        "a b c d",
        (_POSITIVE, _ANY, _ANY, _POSITIVE),
        "x >= 0",
        separations.WBL4,
    ),
)
"""All functions that have a name; the first is the default."""

FUNCTION_NAMES = tuple(function.name for function in FAMILIES)


def find_function(function: Any) -> ParametricFunction:
    """Return the record of a function given by name, as a record or as a callable.

    Raises
    ------
    ParameterError
        If there is no such name, or it is none of these.

    Examples
    --------
    >>> from vinarch.prediction import find_function
    >>> found = find_function("penguin")
    >>> found.formula, found.lower_bounds, found.upper_bounds
    ('a - b^(c - x)', (0.5, 1.0, 0.0), (200.0, inf, inf))
    """
    if isinstance(function, ParametricFunction):
        return function
    if isinstance(function, str) and function in FUNCTION_NAMES:
        return FAMILIES[FUNCTION_NAMES.index(function)]
    if callable(function):
        return function_of(function)
    near = difflib.get_close_matches(str(function), FUNCTION_NAMES, n=1)
    raise ParameterError(
        "PredictionEngine(function=…)",
        f"one of {', '.join(FUNCTION_NAMES)}, or a function of your own",
        repr(function),
        f"Did you mean {near[0]!r}?" if near else HOW_TO,
    )
