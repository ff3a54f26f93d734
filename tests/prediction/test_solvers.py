from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from vinarch.prediction import FAMILIES, FUNCTION_NAMES, find_function, separations
from vinarch.prediction.beginnings import Beginnings
from vinarch.prediction.fast import fit_beginnings
from vinarch.prediction.scipy_fits import reference_fit
from vinarch.prediction.separable import Box, Moments, fit_lines
from vinarch.prediction.solving import method_of, solve

PENGUIN = find_function("penguin")
BOUNDS = (PENGUIN.lower_bounds, PENGUIN.upper_bounds)


def fit_all(x, fitness, first_count=3, bounds=BOUNDS):
    """Fit every beginning of every curve with the fast solver; one row of parameters each."""
    curve, count = np.array(
        [(c, n) for c in range(len(x)) for n in range(first_count, x.shape[1] + 1)]
    ).T
    wanted = Beginnings(x, fitness, curve, count)
    return wanted, solve(PENGUIN, bounds, None, "fast", wanted, 25.0)


def squares(function, parameters, x, fitness):
    with np.errstate(all="ignore"):
        return float(((function.call(x, *parameters) - fitness) ** 2).sum())


def rounding(fitness):
    return 1e-9 + 1e-10 * float((fitness**2).sum())


@st.composite
def curves(draw):
    """Learning curves that rise, jump, fall, stay, or are noise; epochs regular or sparse."""
    length = draw(st.integers(3, 14))
    seed = draw(st.integers(0, 2**32 - 1))
    kind = draw(st.sampled_from(["rise", "noise", "steps", "line", "constant"]))
    random = np.random.default_rng(seed)
    start = draw(st.sampled_from([0.0, 1.0]))
    gaps = random.integers(1, 4, length) if draw(st.booleans()) else np.ones(length)
    x = start + np.concatenate([[0.0], np.cumsum(gaps[1:])])
    noise = random.normal(0, draw(st.sampled_from([0.0, 0.01, 1.0, 10.0])), length)
    values = {
        "rise": 95 - random.uniform(1, 80) * np.exp(-random.uniform(0.01, 3) * x),
        "noise": random.uniform(0, 100, length),
        "steps": np.where(x < random.choice(x), 12.5, 87.5),
        "line": 50 + random.uniform(-3, 3) * x,
        "constant": np.full(length, random.uniform(0, 100)),
    }[kind]
    return x, np.clip(values + noise, 0, 100)


@settings(max_examples=40, deadline=None)
@given(curves())
def test_fast_is_never_worse_than_the_reference_and_stays_within_bounds(curve):
    x, fitness = curve
    wanted, solved = fit_all(x[None, :], fitness[None, :])
    assert np.isfinite(solved.predictions).all()
    assert (solved.parameters >= BOUNDS[0]).all()
    assert (solved.parameters <= BOUNDS[1]).all()
    for place in {0, len(wanted.count) // 2, len(wanted.count) - 1}:
        count, parameters = wanted.count[place], solved.parameters[place]
        seen = x[:count], fitness[:count]
        reference = reference_fit(PENGUIN, BOUNDS, None, *seen)
        if reference is not None:
            mine, theirs = (squares(PENGUIN, p, *seen) for p in (parameters, reference))
            assert mine <= theirs + rounding(fitness)


@settings(max_examples=20, deadline=None)
@given(curves())
def test_no_rate_on_a_close_grid_is_better(curve):
    x, fitness = curve
    wanted = Beginnings(x[None, :], fitness[None, :], np.array([0]), np.array([len(x)]))
    fitted = fit_beginnings(separations.PENGUIN, BOUNDS, wanted)
    u = x - x[0]
    best = np.inf
    for rate in np.geomspace(1e-6, 50, 250):
        shape = -np.expm1(-rate * u)
        low = max(np.exp(-rate * x[0]), 0.0)
        # intercept = a - B and slope = B, as a least-squares problem in (a, B) within its box.
        matrix = np.stack([np.ones(len(x)), shape - 1], axis=1)
        found = lsq_linear(matrix, fitness, ([0.5, low], [200, np.inf]), method="bvls")
        best = min(best, float((found.fun**2).sum()))
    assert fitted.lines.squares[0] <= best + rounding(fitness)


def test_beginnings_do_not_depend_on_what_is_fitted_beside_them():
    random = np.random.default_rng(5)
    x = np.tile(np.arange(12.0), (40, 1))
    fitness = np.clip(90 - 50 * np.exp(-0.3 * x) + random.normal(0, 2, x.shape), 0, 100)
    wanted, together = fit_all(x, fitness)
    shuffled = random.permutation(len(wanted.curve))
    mixed = solve(
        PENGUIN,
        BOUNDS,
        None,
        "fast",
        Beginnings(x, fitness, wanted.curve[shuffled], wanted.count[shuffled]),
        25.0,
    )
    np.testing.assert_allclose(mixed.predictions, together.predictions[shuffled], atol=1e-6)
    for row in (0, 100, 399):
        curve, count = wanted.curve[row], wanted.count[row]
        alone = Beginnings(
            x[[curve], :count], fitness[[curve], :count], np.array([0]), np.array([count])
        )
        found = solve(PENGUIN, BOUNDS, None, "fast", alone, 25.0)
        assert found.predictions[0] == pytest.approx(together.predictions[row], abs=1e-6)


def test_other_bounds_of_a_and_c_hold():
    x = np.arange(8.0)[None, :]
    fitness = 90 - 60 * np.exp(-0.3 * x)
    bounds = ((0.5, 1.0, 2.0), (80.0, np.inf, 9.0))
    assert method_of(PENGUIN, bounds, "fast") == "variable_projection"
    wanted, solved = fit_all(x, fitness, 4, bounds)
    assert (solved.parameters >= bounds[0]).all()
    assert (solved.parameters <= bounds[1]).all()
    for count, parameters in zip(wanted.count, solved.parameters, strict=True):
        seen = x[0, :count], fitness[0, :count]
        reference = reference_fit(PENGUIN, bounds, None, *seen)
        assert squares(PENGUIN, parameters, *seen) <= squares(PENGUIN, reference, *seen) + 1e-6


def test_bounds_that_the_fast_solver_does_not_know_go_to_the_multi_start():
    bounds = ((0.5, 1.0, 0.0), (200.0, 1.5, np.inf))
    assert method_of(PENGUIN, bounds, "fast") == "multi_start"
    x = np.arange(6.0)
    wanted = Beginnings(x[None, :], (90 - 30 / 2**x)[None, :], np.array([0]), np.array([6]))
    found = solve(PENGUIN, bounds, None, "fast", wanted, 25.0)
    assert found.parameters[0, 1] == pytest.approx(1.5, abs=1e-6)


TRUE = {
    "penguin": (90.0, 2.0, 5.0),
    "pow2": (40.0, 0.2),
    "pow3": (-40.0, -0.7, 92.0),
    "pow4": (-0.5, 0.3, 95.0, 1.2),
    "log2": (-8.0, 60.0),
    "log2_rising": (8.0, 60.0),
    "ilog2": (20.0, 95.0),
    "lin2": (-2.0, 40.0),
    "exp2": (30.0, -0.05),
    "exp3": (-40.0, 0.3, 90.0),
    "exp4": (0.5, 4.0, 93.0, 0.8),
    "expp3": (-0.8, 0.7, 92.0),
    "expd3": (20.0, 0.4, 88.0),
    "vap3": (4.4, -0.4, 0.02),
    "mmf4": (10.0, 3.0, 95.0, 1.4),
    "wbl4": (0.4, 60.0, 93.0, 0.9),
}


def test_every_function_has_a_case():
    assert set(TRUE) == set(FUNCTION_NAMES)


@pytest.mark.parametrize("function", FAMILIES, ids=lambda function: function.name)
def test_every_function_finds_itself(function):
    x = function.first_x + np.arange(12.0)
    truth = np.array(TRUE[function.name])
    fitness = function.call(x, *truth)
    wanted = Beginnings(x[None, :], fitness[None, :], np.array([0]), np.array([len(x)]))
    bounds = (function.lower_bounds, function.upper_bounds)
    found = solve(function, bounds, None, "fast", wanted, x[-1] + 6)
    expected = function.call(np.array([x[-1] + 6]), *truth)[0]
    assert found.predictions[0] == pytest.approx(expected, abs=1e-3)
    assert function.call(x, *found.parameters[0]) == pytest.approx(fitness, abs=1e-3)
    # What the parameters say is what the line says.
    by_parameters = function.call(np.array([x[-1] + 6]), *found.parameters[0])[0]
    assert by_parameters == pytest.approx(found.predictions[0], abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0, -1.0]))
def test_a_line_in_a_box_is_the_one_that_a_general_solver_finds(seed, offset):
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 9))
    shape, fitness = random.normal(size=n), 5 * random.normal(size=n)
    low, high = np.sort(random.normal(0, 3, (2, 2)), axis=0)
    box = Box(low[0], high[0], low[1], high[1])
    off, out = shape - shape.mean(), fitness - fitness.mean()
    sums = (n, fitness.mean(), out @ out, shape.mean(), off @ off, off @ out)
    moments = Moments(*(np.array([value]) for value in sums))
    found = fit_lines(moments, box, offset)
    # level = intercept + offset * slope, so fitness = level + slope * (shape - offset).
    matrix = np.stack([np.ones(n), shape - offset], axis=1)
    general = lsq_linear(matrix, fitness, (low, high), method="bvls")
    assert float(found.squares[0]) == pytest.approx(2 * general.cost, rel=1e-6, abs=1e-9)
    left = fitness - found.intercept - found.slope * shape
    assert float((left**2).sum()) == pytest.approx(float(found.squares[0]), rel=1e-6, abs=1e-9)


def test_the_reference_gives_up_where_scipy_does():
    assert reference_fit(PENGUIN, BOUNDS, None, np.arange(4.0), np.full(4, np.nan)) is None


STRIDE = 120


def recorded_fits(real_commons):
    """Every so many-th recorded epoch: its points, and what the archive predicts there."""
    columns = ["experiment", "architecture", "epoch", "val_accuracy_percent", "prediction_percent"]
    rows = real_commons.histories[columns].compute().reset_index(drop=True)
    position = rows.groupby(["experiment", "architecture"]).cumcount()
    for place in range(7, len(rows), STRIDE):
        start = place - position[place]
        fitness = rows["val_accuracy_percent"].to_numpy()[start : place + 1]
        if len(fitness) > 3:
            yield fitness, rows["prediction_percent"][place]


def test_the_reference_reproduces_a_sample_of_the_recorded_predictions(real_commons):
    close = same_failure = finite = fits = 0
    for fitness, recorded in recorded_fits(real_commons):
        x = np.arange(float(len(fitness)))
        found = reference_fit(PENGUIN, BOUNDS, None, x, fitness)
        fits += 1
        same_failure += (found is None) == bool(np.isnan(recorded))
        if found is not None and not np.isnan(recorded):
            finite += 1
            close += abs(PENGUIN.call(25.0, *found) - recorded) <= 0.01
            wanted = Beginnings(x[None, :], fitness[None, :], np.array([0]), np.array([len(x)]))
            fast = solve(PENGUIN, BOUNDS, None, "fast", wanted, 25.0).parameters[0]
            mine, theirs = (squares(PENGUIN, p, x, fitness) for p in (fast, found))
            assert mine <= theirs + rounding(fitness)
    assert fits > 100
    assert close >= 0.99 * finite
    assert same_failure >= 0.99 * fits
