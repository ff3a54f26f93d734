"""The prediction engine of a run: chosen and held against the run's epochs; told as JSON and back.

Knows no network and no file.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

from vinarch.errors import ParameterError
from vinarch.prediction import PRESETS, PredictionEngine, find_engine
from vinarch.prediction.families import FAMILIES

_BUDGETS = {"a4nn_2023": 25, "penguin_2022": 20}
"""Epochs that the published trainings had."""

_OWN = "own_function"


def choose_engine(
    given: Any, *, first_record: float, epoch_step: float | None, epoch_budget: float | None
) -> PredictionEngine:
    """Return the engine of a run.

    Parameters
    ----------
    given : PredictionEngine or {"a4nn_2023", "penguin_2022"}
        A published one is moved to the run's epochs; an engine of one's own is taken as it is.
    first_record : float
        Epoch that is logged first.
    epoch_step, epoch_budget : float or None

    Raises
    ------
    ParameterError
        If it is no engine, or counts epochs in another way than the run.

    Examples
    --------
    >>> choose_engine("a4nn_2023", first_record=0, epoch_step=1, epoch_budget=10).last_epoch
    10.0
    >>> choose_engine("a4nn_2023", first_record=1, epoch_step=1, epoch_budget=10).last_epoch
    11.0
    """
    engine = find_engine(given)
    if epoch_budget is None or epoch_step is None:
        raise ParameterError(
            "Recorder(engine=…)",
            "epoch_budget=… and an epoch_step, since the engine predicts the end of a training",
            f"epoch_budget={epoch_budget}, epoch_step={epoch_step}",
            "Pass Recorder(…, epoch_budget=25).",
        )
    last_record = first_record - epoch_step + epoch_budget
    if isinstance(given, str):
        published = PRESETS[given]
        # A4NN predicts one step past the last epoch that it trains, PENGUIN that epoch.
        end = published.first_epoch - published.epoch_step + _BUDGETS[given]
        beyond = (published.last_epoch - end) / published.epoch_step
        return replace(
            published,
            first_epoch=float(first_record),
            epoch_step=float(epoch_step),
            last_epoch=float(last_record + beyond * epoch_step),
        )
    _check(engine, first_record, epoch_step, last_record)
    return engine


def tell_engine(engine: PredictionEngine) -> dict[str, Any]:
    """Return an engine's parameters as JSON holds them; its function by name.

    Examples
    --------
    >>> from vinarch.prediction import a4nn_2023
    >>> engine_of(tell_engine(a4nn_2023)) == a4nn_2023
    True
    """
    told = {one.name: getattr(engine, one.name) for one in fields(engine)}
    record = engine.record
    told["function"] = record.name
    if record not in FAMILIES:
        told[_OWN] = True
    return {name: _told(value) for name, value in told.items()}


def engine_of(told: Any) -> PredictionEngine | None:
    """Return the engine of its parameters, None where its function is one of somebody's own."""
    if told is None or told.get(_OWN):
        return None
    return PredictionEngine(**{name: _read(value) for name, value in told.items()})


def _check(
    engine: PredictionEngine, first_record: float, epoch_step: float, last_record: float
) -> None:
    ends = (last_record, last_record + epoch_step)
    wanted = {"first_epoch": first_record, "epoch_step": epoch_step}
    for name, value in wanted.items():
        if not math.isclose(getattr(engine, name), value):
            _refuse(name, f"{value:g}, as the run's epochs are", getattr(engine, name), value)
    if not any(math.isclose(engine.last_epoch, end) for end in ends):
        expected = f"{ends[0]:g} or {ends[1]:g}, where the epoch budget ends"
        _refuse("last_epoch", expected, engine.last_epoch, ends[1])


def _refuse(name: str, expected: str, got: float, better: float) -> None:
    raise ParameterError(
        f"Recorder(engine=…), {name}",
        expected,
        f"{got:g}",
        f"Pass dataclasses.replace(engine, {name}={better:g}), or mend the recorder's "
        "first_epoch, epoch_step or epoch_budget.",
    )


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_told(part) for part in value]
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(part) for part in value)
    return float(value) if value in ("inf", "-inf") else value
