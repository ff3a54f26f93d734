from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from vinarch.errors import ParameterError
from vinarch.prediction import (
    PredictionEngine,
    a4nn_2023,
    find_engine,
    penguin_2022,
)

HALVING = [60.0, 75.0, 82.5, 86.25]
"""90 - 30 / 2^x: each epoch halves what is missing to 90."""


def test_a_curve_of_the_function_itself_is_foretold_exactly():
    found = a4nn_2023.predict(range(4), HALVING)
    assert found.ok
    assert found.reason == ""
    assert found.value_percent == pytest.approx(90 - 30 / 2**25, abs=1e-6)
    a, b, c = found.parameters
    assert (a, b) == pytest.approx((90, 2), abs=1e-6)
    assert b**c == pytest.approx(30, abs=1e-4)
    assert found.fitted_percent == pytest.approx(HALVING, abs=1e-6)


@pytest.mark.parametrize("solver", ["fast", "reference"])
def test_too_few_epochs_give_no_prediction(solver):
    engine = replace(a4nn_2023, solver=solver)
    for count in range(4):
        found = engine.predict(range(count), HALVING[:count])
        assert (found.ok, found.value_percent, found.reason) == (False, np.inf, "too_few_epochs")
        assert found.parameters == found.fitted_percent == ()


def test_a_constant_curve_is_foretold_as_it_is():
    found = a4nn_2023.predict(range(5), [42.0] * 5)
    assert found.value_percent == pytest.approx(42)
    assert found.parameters == pytest.approx((43, 1, 0))


def test_a_falling_curve_is_foretold_at_its_mean_since_the_function_cannot_fall():
    found = a4nn_2023.predict(range(4), [80.0, 70.0, 60.0, 50.0])
    assert found.value_percent == pytest.approx(65)


@pytest.mark.parametrize("solver", ["fast", "reference"])
@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_a_fitness_that_is_not_finite_gives_no_prediction(solver, hole):
    found = replace(a4nn_2023, solver=solver).predict(range(4), [60.0, hole, 82.5, 86.25])
    assert (found.ok, found.reason) == (False, "fitness_not_finite")


def test_fractions_are_refused_unless_allowed():
    fractions = [value / 100 for value in HALVING]
    with pytest.raises(ParameterError, match=r"values from 0\.6 to 0\.8625, which look like frac"):
        a4nn_2023.predict(range(4), fractions)
    assert replace(a4nn_2023, refuse_fractions=False).predict(range(4), fractions).ok


def test_a_network_that_never_leaves_one_percent_is_no_fraction():
    assert a4nn_2023.predict(range(4), [0.98, 1.0, 0.99, 1.0]).ok


@pytest.mark.parametrize("epochs", [[0, 2, 1, 3], [0, 1, 1, 2], [0, np.nan, 2, 3]])
def test_epochs_must_rise(epochs):
    with pytest.raises(ParameterError, match="expected rising epochs"):
        a4nn_2023.predict(epochs, HALVING)


def test_epochs_and_fitness_must_be_of_one_length_and_begin_in_time():
    with pytest.raises(ParameterError, match="expected 4 values, one for each epoch, got 3"):
        a4nn_2023.predict(range(4), HALVING[:3])
    with pytest.raises(
        ParameterError, match=r"epochs from 0\.5 on, the engine's first_epoch, got 0"
    ):
        penguin_2022.predict(range(4), HALVING)
    with pytest.raises(ParameterError, match="one dimension"):
        a4nn_2023.predict([[0, 1]], [[60, 70]])
    with pytest.raises(ParameterError, match="expected numbers"):
        a4nn_2023.predict(["a"], [60])


def test_sparse_epochs_are_fitted_where_they_lie():
    epochs = np.array([0, 1, 3, 8])
    found = a4nn_2023.predict(epochs, 90 - 30 / 2.0**epochs)
    assert found.parameters[:2] == pytest.approx((90, 2), abs=1e-5)


def test_half_epochs_begin_at_one_and_step_by_one():
    assert penguin_2022.x_of([0.5, 1.0, 20.0]).tolist() == [1, 2, 40]


def test_logarithms_see_the_first_epoch_as_one():
    engine = PredictionEngine(function="log2_rising")
    epochs = np.arange(5)
    found = engine.predict(epochs, 10 * np.log(epochs + 1) + 50)
    assert found.parameters == pytest.approx((10, 50))
    assert found.value_percent == pytest.approx(10 * np.log(26) + 50)


def test_predictions_converge_when_the_last_three_lie_close():
    assert a4nn_2023.converged([np.inf, 90.0, 90.4, 90.2])
    assert a4nn_2023.converged([50.0, 90.0, 90.5, 91.0])
    assert not a4nn_2023.converged([90.0, 90.5, 91.1])
    assert not a4nn_2023.converged([90.0, 90.1])
    assert not a4nn_2023.converged([])


def test_a_prediction_beyond_the_possible_does_not_converge():
    assert not a4nn_2023.converged([99.9, 100.0, 100.1])
    assert a4nn_2023.converged([99.9, 100.0, 100.0])
    assert a4nn_2023.converged([0.0, 0.0, 0.0])
    assert not penguin_2022.converged([0.0, 0.0, 0.0])
    # In 2022 only the latest was asked.
    assert penguin_2022.converged([100.1, 100.0, 99.9])


@pytest.mark.parametrize("missing", [np.inf, np.nan, None])
def test_an_epoch_without_a_fit_breaks_the_run_in_2023_and_is_left_out_in_2022(missing):
    values = [90.0, 90.1, missing, 90.2]
    assert not a4nn_2023.converged(values)
    assert penguin_2022.converged(values)
    assert not penguin_2022.converged([90.0, 90.1, 90.2, missing])


def test_a_fit_at_its_bound_makes_those_before_it_forgotten():
    rising = penguin_2022.predict([0.5, 1, 1.5], [10.0, 20.0, 30.0])
    assert rising.parameters[0] >= 199.99
    assert rising.clears
    assert not penguin_2022.converged([50.0, 50.1, rising, 50.2])
    assert penguin_2022.converged([rising, 50.0, 50.1, 50.2])


def test_thresholds_count_points_percent_or_go_by_accuracy():
    close = [50.0, 50.4, 49.6]
    assert PredictionEngine(threshold=0.4).converged(close)
    assert not PredictionEngine(threshold=0.4, threshold_kind="percent").converged(close)
    assert PredictionEngine(threshold=0.81, threshold_kind="percent").converged(close)
    by_accuracy = PredictionEngine(threshold_kind="by_accuracy")
    # At 50 the line gives 2 - 1.9 / 85 * 45 = 0.994 %, so 0.497 points; at 90 0.1 %, 0.09 points.
    assert by_accuracy.converged([50.0, 50.49, 49.51])
    assert not by_accuracy.converged([50.0, 50.5, 49.5])
    assert by_accuracy.converged([90.0, 90.089, 89.911])
    assert not by_accuracy.converged([90.0, 90.091, 89.9])


def test_a_network_that_never_learns_waits_until_its_loss_has_stopped_falling():
    engine = PredictionEngine(loss_patience_epochs=5)
    epochs = np.arange(8)
    falling = 5.0 - 0.1 * epochs
    stuck = np.array([5.0, 4.9, 4.8, 4.8, 4.8, 4.9, 4.9, 4.9])
    weak, strong = [1.0] * 8, [60.0] * 8
    assert not engine.converged(weak, epochs, falling)
    assert engine.converged(weak, epochs, stuck)
    assert not engine.converged(weak[:7], epochs[:7], stuck[:7])
    assert engine.converged(strong)
    with pytest.raises(ParameterError, match="epochs and losses, since the engine has"):
        engine.converged(weak)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"predictions_needed": 0}, "whole number from 1"),
        ({"minimum_epochs": -1}, "whole number from 0"),
        ({"threshold": 0}, "a number above 0"),
        ({"threshold": "0.5"}, "a number above 0"),
        ({"epoch_step": 0}, "a number above 0"),
        ({"threshold_kind": "share"}, "points"),
        ({"solver": "quick"}, "'fast' or 'reference'"),
        ({"last_epoch": 0}, "the first below the second"),
        ({"fitness_low_percent": 100}, "the first below the second"),
        ({"function": "pengiun"}, "Did you mean 'penguin'"),
        ({"function": 3}, "or a function of your own"),
        ({"lower_bounds": (0.5, 1.0)}, "for each of a, b, c"),
        ({"lower_bounds": (300.0, 1.0, 0.0)}, "a lower bound below an upper one"),
        ({"initial_guess": (10.0, 0.5, 1.0)}, "a value within bounds for each of a, b, c"),
        ({"initial_guess": (10.0, 2.0)}, "a value within bounds for each of a, b, c"),
    ],
)
def test_what_an_engine_cannot_be_is_refused_when_it_is_made(wrong, said):
    with pytest.raises(ParameterError, match=said):
        PredictionEngine(**wrong)


def test_an_engine_is_frozen_and_survives_pickling():
    with pytest.raises(FrozenInstanceError):
        a4nn_2023.threshold = 1
    assert pickle.loads(pickle.dumps(penguin_2022)) == penguin_2022


def test_engines_are_found_by_name():
    assert find_engine("penguin_2022") is penguin_2022
    assert find_engine(a4nn_2023) is a4nn_2023
    with pytest.raises(
        ParameterError, match="a PredictionEngine or one of a4nn_2023, penguin_2022"
    ):
        find_engine("a4nn")


def straight(x, a, b):
    return a * x + b


@pytest.mark.parametrize("solver", ["fast", "reference"])
def test_a_function_of_the_users_own_is_fitted(solver):
    engine = PredictionEngine(function=straight, solver=solver)
    found = engine.predict(range(4), [50.0, 52.0, 54.0, 56.0])
    assert found.value_percent == pytest.approx(100, abs=1e-4)
    assert found.parameters == pytest.approx((2, 48), abs=1e-4)
    assert found.method == {"fast": "multi_start", "reference": "curve_fit"}[solver]


@pytest.mark.parametrize("solver", ["fast", "reference"])
def test_a_function_that_raises_is_told_with_its_parameters(solver):
    def faulty(x, a, b):
        raise ZeroDivisionError("by x")

    engine = PredictionEngine(function=faulty, solver=solver)
    with pytest.raises(
        ParameterError, match=r"function 'faulty' at parameters .*ZeroDivisionError: by x"
    ) as caught:
        engine.predict(range(4), HALVING)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("solver", ["fast", "reference"])
def test_a_function_of_nan_gives_no_fit(solver):
    engine = PredictionEngine(function=lambda x, a, b: x * a * b * np.nan, solver=solver)
    found = engine.predict(range(4), HALVING)
    assert (found.ok, found.reason) == (False, "no_fit")


def test_a_function_of_the_wrong_length_is_told():
    engine = PredictionEngine(function=lambda x, a: a)
    with pytest.raises(
        ParameterError, match="expected 4 values, one for each x, got an array of shape"
    ):
        engine.predict(range(4), HALVING)


@pytest.mark.parametrize("call", [lambda x: x, lambda *x: x[0], lambda x, *rest: x, min])
def test_a_function_whose_parameters_cannot_be_counted_is_refused(call):
    with pytest.raises(ParameterError, match="See docs/how-to/predict-with-your-own-function"):
        PredictionEngine(function=call)


def read_zxtcgf(archives, network):
    path = archives / "ZXTCGF" / "data-CIFAR100" / "models" / f"{network}.txt"
    rows = [line.split(" ") for line in path.read_text().splitlines()[1:]]
    return (np.array([float(row[column]) for row in rows]) for column in (0, 3))


@pytest.mark.parametrize(
    ("network", "stops", "predicted", "actual"),
    [
        ("2021_02_15_13_56_59_917381", 3.0, 1.1887354107299024, 1.125989044430919),
        ("2021_02_15_13_55_26_539263", 4.0, 25.712058774260818, 26.99),
        ("2021_02_15_14_01_32_105932", 8.5, 22.819695012835464, 16.842105263157894),
    ],
)
def test_penguin_2022_stops_where_its_authors_say(archives, network, stops, predicted, actual):
    epochs, fitness = read_zxtcgf(archives, network)
    seen = epochs <= penguin_2022.last_epoch
    epochs, fitness = epochs[seen], fitness[seen]
    assert fitness[-1] == actual
    predictions = []
    for count in range(1, len(epochs) + 1):
        predictions.append(penguin_2022.predict(epochs[:count], fitness[:count]))
        if penguin_2022.converged(predictions):
            break
    assert epochs[count - 1] == stops
    assert predictions[-1].value_percent == pytest.approx(predicted, abs=1e-4)
