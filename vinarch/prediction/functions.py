"""What a parametric function of learning curves is: a frozen record, or one made of a callable.

Names, bounds and a callable in; a `ParametricFunction` out.
Knows no data, no solver and no engine; the functions by name are in `vinarch.prediction.families`.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from vinarch.prediction.separable import Separable

    Floats = npt.NDArray[np.float64]

HOW_TO = "See docs/how-to/predict-with-your-own-function.md."


class Curve(Protocol):
    """A function of epochs and parameters, such as ``def f(x, a, b): return a * x**b``."""

    def __call__(self, x: Floats, /, *parameters: Any) -> Any:
        """Return the values at `x`, one each."""


@dataclass(frozen=True)
class ParametricFunction:
    """A function that is fitted to learning curves.

    Attributes
    ----------
    name : str
    formula : str
        As text, for tables and legends.
    call : callable
        ``call(x, *parameters)``: the values at an array of x, one each. The parameters are named
        one by one, since SciPy counts them by the signature.
    parameters : tuple of str
        Their names, in order.
    lower_bounds, upper_bounds : tuple of float
        One a parameter; infinite where there is none.
    first_x : float
        Where its x start: the x of the first epoch. Logarithms and negative powers cannot take 0.
    domain : str
        Which x and parameters it can take, in words.
    separable : Separable, optional
        How the fast solver sees it; without, that solver starts SciPy's from several places.
    """

    name: str
    formula: str
    call: Callable[..., Any]
    parameters: tuple[str, ...]
    lower_bounds: tuple[float, ...]
    upper_bounds: tuple[float, ...]
    first_x: float
    domain: str
    separable: Separable | None = None

    def __post_init__(self) -> None:
        """Refuse bounds that do not fit the parameters."""
        check_bounds(self, self.lower_bounds, self.upper_bounds)


def function_of(call: Callable[..., Any]) -> ParametricFunction:
    """Make a record of a user's callable: unbounded parameters, named by its signature.

    Parameters
    ----------
    call : callable
        ``call(x, a, b, …)``; x comes as an array and starts at 1.

    Returns
    -------
    ParametricFunction

    Raises
    ------
    ParameterError
        If its parameters cannot be counted, or there is none.

    Examples
    --------
    >>> from vinarch.prediction import function_of
    >>> def hyperbola(x, a, b):
    ...     return a - b / x
    >>> function_of(hyperbola).parameters
    ('a', 'b')
    """
    name = getattr(call, "__name__", type(call).__name__)
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"function {name!r}", "a signature such as (x, a, b)", "none", HOW_TO
        ) from error
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = tuple(given.name for given in signature.parameters.values() if given.kind in plain)[1:]
    if not names or any(given.kind not in plain for given in signature.parameters.values()):
        raise ParameterError(
            f"function {name!r}",
            "x and one named argument a parameter, such as (x, a, b)",
            f"{name}{signature}",
            HOW_TO,
        )
    return ParametricFunction(
        name,
        f"{name}(x, {', '.join(names)})",
        call,
        names,
        (-np.inf,) * len(names),
        (np.inf,) * len(names),
        first_x=1.0,
        domain="not known: the user's own function",
    )


def check_bounds(
    function: ParametricFunction, lower: tuple[float, ...], upper: tuple[float, ...]
) -> None:
    """Refuse bounds that are not one pair a parameter, the lower below the upper."""
    fits = len(lower) == len(upper) == len(function.parameters)
    if not fits or not all(low < high for low, high in zip(lower, upper, strict=True)):
        raise ParameterError(
            f"bounds of {function.name}",
            f"a lower bound below an upper one for each of {', '.join(function.parameters)}",
            f"{lower} and {upper}",
            "Leave them out for the function's own.",
        )


def guarded(function: ParametricFunction) -> Callable[..., Any]:
    """Return the callable, so that what goes wrong in a user's function is told as such.

    Raises
    ------
    ParameterError
        When called: if the function raises, or returns another number of values.
    """
    if function.separable is not None:
        return function.call

    @functools.wraps(function.call)
    def call(x: Floats, *parameters: float) -> Floats:
        # Whatever a user's code raises is the user's to see, with the arguments that led there.
        try:
            values = np.asarray(function.call(x, *parameters), dtype=np.float64)
        except Exception as error:
            raise ParameterError(
                f"function {function.name!r} at parameters {_shown(parameters)}",
                "a value for each x",
                f"{type(error).__name__}: {error}",
                HOW_TO,
            ) from error
        if values.shape != np.shape(x):
            raise ParameterError(
                f"function {function.name!r} at parameters {_shown(parameters)}",
                f"{np.size(x)} values, one for each x",
                f"an array of shape {values.shape}",
                HOW_TO,
            )
        return values

    return call


def _shown(parameters: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{value:.6g}" for value in parameters) + ")"
