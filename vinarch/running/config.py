"""The settings of a search: a TOML file, a mapping or keywords in, one checked record out.

Every key is checked here; what a strategy, an evaluator or an engine can be told, each knows best
and checks when it is made. Nothing is made and nothing is written here.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from vinarch.catalog.keys import NUMBER, POSITIVE, SECTION, SOME_TEXTS, TEXT, WHOLE, Kind, shown
from vinarch.errors import ParameterError
from vinarch.parameters import check_choice
from vinarch.running.config_places import Places
from vinarch.searching import Objectives

Settings = dict[str, Any]
"""The section of a part, as TOML can say it: a `name`, and what else that part takes."""

OnError = Literal["raise", "fail"]
ON_ERROR: tuple[OnError, ...] = ("raise", "fail")

HOW_TO = "See docs/how-to/run-a-search.md."

_PART = Kind("a name, or a section with one", lambda value: isinstance(value, (str, dict)))
_PLACE = Kind("a folder", lambda value: isinstance(value, (str, os.PathLike)) and bool(str(value)))
_SEED = Kind("a whole number, zero or more", WHOLE.fits)
_WORKERS = Kind("a whole number, 1 or more", lambda value: WHOLE.fits(value) and value > 0)
_KINDS: dict[str, Kind] = {
    "folder": _PLACE,
    "space": TEXT,
    "objectives": SOME_TEXTS,
    "strategy": _PART,
    "evaluator": _PART,
    "engine": _PART,
    "epoch_budget": POSITIVE,
    "first_epoch": NUMBER,
    "epoch_step": POSITIVE,
    "seed": _SEED,
    "workers": _WORKERS,
    "on_error": TEXT,
    "name": TEXT,
    "task_data": TEXT,
    "hardware": TEXT,
    "protocol": TEXT,
    "attributes": SECTION,
}
_PARTS = ("strategy", "evaluator", "engine")
_HOW_IT_RUNS = ("folder", "workers", "on_error", "places")
"""What may differ from one start of a search to the next: the networks do not depend on it."""


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """The settings of a search; `read` takes them from a TOML file or a mapping.

    Parameters
    ----------
    folder : path-like
        Of the run; relative to the folder where Python or the command was started.
    space : str
        Search space, such as ``"nsga-net-macro-3x4"``.
    objectives : sequence of str
        What is made high or low; default ``max val_accuracy_percent`` and ``min mflops``.
        ``val_accuracy_percent`` means the fitness: the prediction where the engine ended the
        training, else the last validation accuracy.
    strategy : str or mapping, default "nsga2"
        ``name`` and settings. The name is ``nsga2``, ``random``, ``layer-evolution``,
        ``exhaustive``, or ``"module:Name"`` for one of your own.
    evaluator : str or mapping, default "training"
        ``name`` and settings. The name is ``training``, ``table``, or ``"module:Name"``.
    engine : str or mapping, optional
        ``name`` of a published prediction engine (``a4nn_2023``, ``penguin_2022``),
        ``early_termination`` (default true: it ends trainings), and any parameter of
        `vinarch.prediction.PredictionEngine`.
    epoch_budget : float, optional
        Epochs of a training; the evaluator's own or 25 by default.
    first_epoch, epoch_step : float, optional
        The number of the end of the first epoch, and epochs from one log to the next; the
        evaluator's own or 0 and 1 by default.
    seed : int, default 0
        Of the strategy and, with the number of each candidate, of the trainings.
    workers : int, default 1
        Processes that train; 1 trains in this one.
    on_error : {"raise", "fail"}, default "raise"
        What becomes of a network whose training raises an error: ``"raise"`` leaves it unfinished
        and raises once the generation is over, ``"fail"`` records it as failed and goes on.
    name, task_data, hardware, protocol : str, optional
        For the record, as in `vinarch.Recorder`.
    attributes : mapping, optional
        Further attributes of the experiment to select by; ``seed`` is always one.

    Raises
    ------
    ParameterError
        If a setting cannot be.

    Examples
    --------
    >>> from vinarch.running import SearchConfig
    >>> config = SearchConfig.read({"folder": "runs/one", "space": "chain-layers", "seed": 3})
    >>> config.strategy, config.objectives
    ({'name': 'nsga2'}, ('max val_accuracy_percent', 'min mflops'))
    >>> SearchConfig.read({"folder": "runs/one", "space": "chain-layers", "sed": 3})
    Traceback (most recent call last):
    vinarch.errors.ParameterError: a mapping: expected keys among folder, space, ..., got 'sed'.
    Did you mean seed? See docs/how-to/run-a-search.md.
    """

    folder: str
    space: str
    objectives: tuple[str, ...] = ("max val_accuracy_percent", "min mflops")
    strategy: Settings = field(default_factory=lambda: {"name": "nsga2"})
    evaluator: Settings = field(default_factory=lambda: {"name": "training"})
    engine: Settings | None = None
    epoch_budget: float | None = None
    first_epoch: float | None = None
    epoch_step: float | None = None
    seed: int = 0
    workers: int = 1
    on_error: OnError = "raise"
    name: str | None = None
    task_data: str | None = None
    hardware: str | None = None
    protocol: str | None = None
    attributes: Settings = field(default_factory=dict)
    places: Places = field(default=Places("SearchConfig"), repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check each setting, and bring it to one form."""
        for name, kind in _KINDS.items():
            value = getattr(self, name)
            if value is None and name not in ("folder", "space"):
                continue
            listed = list(value) if isinstance(value, tuple) else value
            if not kind.fits(listed):
                self._refuse(name, kind.words, shown(value))
        if "seed" in self.attributes:
            self._refuse(
                "attributes", "attributes other than seed, which is a setting of its own", "seed"
            )
        check_choice(f"{self.places.of('on_error')}, on_error", self.on_error, ON_ERROR)
        Objectives.read(self.places.of("objectives"), list(self.objectives))
        settled: dict[str, Any] = {
            "folder": os.fspath(self.folder),
            "objectives": tuple(self.objectives),
            **{name: self._part(name, getattr(self, name)) for name in _PARTS},
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @classmethod
    def read(cls, given: Any) -> SearchConfig:
        """Read the settings of a search.

        Parameters
        ----------
        given : path-like, mapping or SearchConfig
            A path is that of a TOML file.

        Raises
        ------
        ParameterError
            If the file cannot be read, or a key is unknown, missing or of another type; the
            message has the file's line.
        """
        if isinstance(given, SearchConfig):
            return given
        if isinstance(given, Mapping):
            return cls._of(dict(given), Places("a mapping"))
        if isinstance(given, (str, os.PathLike)) and str(given).strip():
            return cls._of(*_read_toml(Path(given).expanduser()))
        raise ParameterError(
            "run(config)", "a TOML file, a mapping or a SearchConfig", shown(given), HOW_TO
        )

    @classmethod
    def _of(cls, raw: Mapping[str, Any], places: Places) -> SearchConfig:
        known = list(_KINDS)
        for name in raw:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                raise ParameterError(
                    places.of(str(name)),
                    "keys among " + ", ".join(known),
                    repr(name),
                    (f"Did you mean {near[0]}? " if near else "") + HOW_TO,
                )
        for name in ("folder", "space"):
            if name not in raw:
                raise ParameterError(
                    places.source, f"the key {name} ({_KINDS[name].words})", "none", HOW_TO
                )
        return cls(**raw, places=places)

    @property
    def configuration(self) -> dict[str, Any]:
        """Return what the record of the search keeps: all that its networks depend on."""
        names = [one.name for one in fields(self) if one.name not in _HOW_IT_RUNS]
        told = {name: getattr(self, name) for name in names}
        return dict(json.loads(json.dumps(told)))

    def _part(self, name: str, given: Any) -> Settings | None:
        if given is None or isinstance(given, str):
            return None if given is None else {"name": given}
        where = f"{self.places.of(name)}, {name}"
        if not TEXT.fits(given.get("name")):
            raise ParameterError(where, "its name", shown(given.get("name")), HOW_TO)
        try:
            settled = json.loads(json.dumps(given, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise ParameterError(
                where, "numbers, text, true, false and lists of them", str(error), HOW_TO
            ) from error
        return dict(settled)

    def _refuse(self, name: str, expected: str, got: str) -> None:
        raise ParameterError(f"{self.places.of(name)}, {name}", expected, got, HOW_TO)


def _read_toml(path: Path) -> tuple[dict[str, Any], Places]:
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), Places(str(path), text)
    except OSError as error:
        raise ParameterError(
            str(path), "a file of settings", error.strerror or str(error), HOW_TO
        ) from error
    except ValueError as error:
        raise ParameterError(str(path), "TOML in UTF-8", str(error), HOW_TO) from error
