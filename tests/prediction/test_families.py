from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vinarch.errors import ParameterError
from vinarch.prediction import FAMILIES, FUNCTION_NAMES, ParametricFunction, find_function

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "prediction.md"
BY_NAME = pytest.mark.parametrize("function", FAMILIES, ids=FUNCTION_NAMES)


def bounds_in_words(function):
    words = []
    for name, low, high in zip(
        function.parameters, function.lower_bounds, function.upper_bounds, strict=True
    ):
        if np.isfinite(low) and np.isfinite(high):
            words.append(f"{name} from {low:g} to {high:g}")
        elif np.isfinite(low):
            words.append(f"{name} ≥ {low:g}")
        elif np.isfinite(high):
            words.append(f"{name} ≤ {high:g}")
    return "; ".join(words) or "none"


@BY_NAME
def test_the_page_has_every_function_as_it_is(function):
    row = (
        f"| `{function.name}` | `{function.formula}` | {function.domain} | {function.first_x:g} "
        f"| {bounds_in_words(function)} |"
    )
    assert row in PAGE.read_text(encoding="utf-8").splitlines()


@BY_NAME
def test_the_docstring_says_formula_domain_origin_and_bounds(function):
    said = " ".join(function.call.__doc__.split())
    assert said == (
        f"Return {function.formula}. Domain: {function.domain}; x from {function.first_x:g}; "
        f"bounds: {bounds_in_words(function)}."
    )


@BY_NAME
def test_a_formula_is_what_is_computed(function):
    x = function.first_x + np.arange(4.0)
    values = dict(zip(function.parameters, (0.5, 0.7, 0.3, 0.4), strict=False))
    names = values | {"x": x, "log": np.log, "exp": np.exp}
    if function.name == "pow4":
        values["a"] = names["a"] = -0.5
    if function.name == "penguin":
        values["b"] = names["b"] = 1.7
    by_formula = eval(function.formula.replace("^", "**"), {}, names)
    np.testing.assert_allclose(function.call(x, **values), by_formula, rtol=1e-12)
    assert np.isfinite(by_formula).all()


def test_bounds_must_fit_the_parameters():
    with pytest.raises(ParameterError, match="a lower bound below an upper one for each of a, b"):
        ParametricFunction("f", "f", np.add, ("a", "b"), (0.0,), (1.0,), 1.0, "any x")


def test_a_record_is_taken_as_it_is():
    assert find_function(FAMILIES[3]) is FAMILIES[3]
    assert FAMILIES[0].name == "penguin"
