"""The parts of a search by name: settings in; a strategy, an evaluator and an engine out.

A part is imported when it is asked for, so that a search over a table needs no framework.
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import json
from dataclasses import asdict, fields, is_dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError
from vinarch.prediction import PRESETS, PredictionEngine
from vinarch.recording.engines import choose_engine
from vinarch.running.config import HOW_TO
from vinarch.running.evaluators import Evaluator
from vinarch.searching import strategy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vinarch.genome import SearchSpace
    from vinarch.running.config import SearchConfig, Settings
    from vinarch.searching import Strategy

EVALUATORS = {
    "training": "vinarch.training:TrainingEvaluator",
    "table": "vinarch.running.tables:TableEvaluator",
}
"""Where each is."""

_ENGINE = tuple(
    one.name for one in fields(PredictionEngine) if one.name not in ("first_epoch", "epoch_step")
)


def make_strategy(config: SearchConfig, space: SearchSpace) -> Strategy:
    """Return the strategy that the settings name.

    Raises
    ------
    ParameterError
        If there is none of that name, or a setting cannot be.
    MissingLibraryError
        If it needs a library that is not installed.
    """
    settings = dict(config.strategy)
    with _placed(config, "strategy"):
        return strategy_of(
            settings.pop("name"),
            space=space,
            objectives=config.objectives,
            seed=config.seed,
            **settings,
        )


def make_evaluator(config: SearchConfig) -> Evaluator:
    """Return the evaluator that the settings name.

    Raises
    ------
    ParameterError
        If there is none of that name, or a setting cannot be.
    MissingLibraryError
        If it needs a library that is not installed.
    """
    settings = dict(config.evaluator)
    name = settings.pop("name")
    with _placed(config, "evaluator"):
        make = _found(name)
        _check_settings(name, _parameters_of(make, name), settings)
        return check_evaluator(make(**settings))


def check_evaluator(given: Any) -> Evaluator:
    """Return an evaluator that somebody gave, if it is one.

    Raises
    ------
    ParameterError
        If it has not the two methods.
    """
    if isinstance(given, Evaluator) and not isinstance(given, type):
        return given
    raise ParameterError(
        "evaluator", "something with the methods costs and train", repr(given)[:60], HOW_TO
    )


def make_engine(config: SearchConfig, **epochs: Any) -> tuple[PredictionEngine | None, bool]:
    """Return the prediction engine that the settings name, and whether it ends trainings.

    `epochs` are ``first_record``, ``epoch_step`` and ``epoch_budget`` of the run.

    Raises
    ------
    ParameterError
        If there is no such engine, or a parameter cannot be.
    """
    if config.engine is None:
        return None, False
    settings = dict(config.engine)
    with _placed(config, "engine"):
        name = settings.pop("name")
        if name not in PRESETS:
            raise ParameterError("engine", ", ".join(PRESETS), repr(name), HOW_TO)
        ends = settings.pop("early_termination", True)
        if not isinstance(ends, bool):
            raise ParameterError("engine, early_termination", "true or false", repr(ends), HOW_TO)
        _refuse_strangers("engine", ("early_termination", *_ENGINE), settings)
        engine = choose_engine(name, **epochs)
        given: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in settings.items()
        }
        return replace(engine, **given), ends


def tell_part(part: object) -> Settings:
    """Return what the record keeps of a part that came as an object.

    Where it is from, and the fields of a dataclass as far as JSON holds them.
    """
    kind = type(part)
    told: Settings = {"name": f"{kind.__module__}:{kind.__qualname__}"}
    if is_dataclass(part) and not isinstance(part, type):
        for name, value in asdict(part).items():
            with contextlib.suppress(TypeError, ValueError):
                told[name] = json.loads(json.dumps(value, allow_nan=False))
    return told


@contextlib.contextmanager
def _placed(config: SearchConfig, section: str) -> Iterator[None]:
    """Say of an error where in the settings the part stands."""
    try:
        yield
    except ParameterError as error:
        near = [name for name in getattr(config, section) if name != "name" and name in str(error)]
        key = near[0] if near else "name"
        place = config.places.of(key, section)
        where = f"{place}: {error.where}"
        raise ParameterError(where, error.expected, error.got, error.next_step) from error


def _found(name: str) -> Callable[..., Any]:
    path = EVALUATORS.get(name, name)
    module, _, attribute = path.partition(":")
    if not (module and attribute) or module.startswith("."):
        near = difflib.get_close_matches(name, EVALUATORS, n=1)
        raise ParameterError(
            "evaluator",
            f"{', '.join(EVALUATORS)} or one of your own as module:Name",
            repr(name),
            f"Did you mean {near[0]!r}?" if near else HOW_TO,
        )
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise ParameterError(
            "evaluator",
            "a module that can be imported",
            f"{module!r} ({error})",
            "Start from the folder that it is in, or set PYTHONPATH.",
        ) from error
    make: Any = getattr(found, attribute, None)
    if not callable(make):
        raise ParameterError(
            "evaluator", f"a class or function of {module}", repr(attribute), HOW_TO
        )
    return make  # type: ignore[no-any-return]


def _parameters_of(make: Callable[..., Any], name: str) -> Any:
    try:
        return inspect.signature(make).parameters
    except ValueError as error:
        raise ParameterError("evaluator", "a class or function of Python", name, HOW_TO) from error


def _check_settings(name: str, known: Any, settings: Settings) -> None:
    if not any(one.kind is one.VAR_KEYWORD for one in known.values()):
        _refuse_strangers(f"evaluator {name}", tuple(known), settings)
    empty = inspect.Parameter.empty
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = [key for key, one in known.items() if one.default is empty and one.kind in kinds]
    missing = [key for key in needed if key not in settings]
    if missing:
        raise ParameterError(
            f"evaluator {name}", f"a value of {', '.join(missing)}", "none", "Set it."
        )


def _refuse_strangers(where: str, known: Sequence[str], settings: Settings) -> None:
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ParameterError(
                where,
                f"settings among {', '.join(known)}" if known else "no settings",
                repr(name),
                f"Did you mean {near[0]!r}?" if near else HOW_TO,
            )
