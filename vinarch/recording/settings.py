"""Settle what a run has in common: the recorder's arguments in, a description out.

A run that is there already keeps what it was started with; arguments that say otherwise are
refused.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict

from vinarch.catalog import Setting
from vinarch.errors import ParameterError
from vinarch.genome import SearchSpace, search_space
from vinarch.recording.engines import choose_engine, tell_engine
from vinarch.recording.machine import libraries, machine
from vinarch.run_files import RunDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from vinarch.prediction import PredictionEngine

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OBJECTIVE = re.compile(r"(max|min) [a-z][a-z0-9_]*")
_TEXTS = ("strategy", "task_data", "hardware", "protocol")


class About(TypedDict, total=False):
    """What a run can say of all its networks."""

    name: str
    engine: PredictionEngine | str | None
    early_termination: bool
    epoch_budget: float | None
    first_epoch: float
    epoch_step: float | None
    strategy: str
    task_data: str
    hardware: str
    protocol: str
    objectives: Sequence[str]
    attributes: Mapping[str, bool | int | float | str]
    configuration: Any


def describe(
    folder: Path, space: str | SearchSpace | None, about: Mapping[str, Any]
) -> RunDescription:
    """Describe a new run.

    Raises
    ------
    ParameterError
        If an argument cannot be.
    GenomeError
        If there is no such search space.
    """
    _check(about)
    if space is None:
        raise ParameterError(
            "Recorder(space=…)",
            "a search space, since the run is new",
            "none",
            "Pass one like space='nsga-net-macro-3x4'; see docs/reference/search-spaces.md.",
        )
    plain = _plain(about)
    engine = plain.pop("engine", None)
    plain.setdefault("name", re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name).strip("-._") or "run")
    now = time.time()
    found = RunDescription(
        run_id=secrets.token_hex(8),
        search_space=_space_name(space),
        started_at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        started_time=now,
        machine=machine(),
        libraries=libraries(),
        **{"early_termination": engine is not None} | plain,
    )
    if engine is None:
        if found.early_termination:
            raise ParameterError(
                "Recorder(early_termination=…)", "an engine to end trainings by", "none",
                "Pass engine='a4nn_2023' and an epoch_budget.",
            )  # fmt: skip
        return found
    return RunDescription(**{**vars(found), "engine": tell_engine(_engine(engine, found))})


def refuse_changes(
    found: RunDescription, space: str | SearchSpace | None, about: Mapping[str, Any]
) -> None:
    """Refuse arguments that say something else than the run was started with.

    Raises
    ------
    ParameterError
        If one does; the message has both.
    """
    _check(about)
    plain = _plain(about)
    if space is not None:
        plain["search_space"] = _space_name(space)
    if plain.get("engine") is not None:
        plain["engine"] = tell_engine(_engine(plain["engine"], found))
    told = json.loads(json.dumps(asdict(found)))
    for name, value in plain.items():
        if json.loads(json.dumps(value)) != told[name]:
            raise ParameterError(
                f"Recorder({'space' if name == 'search_space' else name}=…)",
                f"{told[name]!r}, as the run {found.name} was started with",
                repr(value),
                "Leave it out to go on with the run, or record into another folder.",
            )


def _engine(given: Any, run: RunDescription) -> PredictionEngine:
    return choose_engine(
        given,
        first_record=run.first_record,
        epoch_step=run.epoch_step,
        epoch_budget=run.epoch_budget,
    )


def _space_name(space: str | SearchSpace) -> str:
    if isinstance(space, SearchSpace):
        return space.name
    if isinstance(space, str):
        return search_space(space).name
    raise ParameterError(
        "Recorder(space=…)", "a search space or its name", repr(space)[:60], "Pass one."
    )


def _plain(about: Mapping[str, Any]) -> dict[str, Any]:
    plain = dict(about)
    if "objectives" in plain:
        plain["objectives"] = tuple(plain["objectives"])
    for name in ("epoch_budget", "first_epoch", "epoch_step"):
        if plain.get(name) is not None:
            plain[name] = float(plain[name])
    return plain


def _check(about: Mapping[str, Any]) -> None:
    known = tuple(About.__annotations__)
    for name, value in about.items():
        where = f"Recorder({name}=…)"
        if name not in known:
            raise ParameterError("Recorder", "arguments among " + ", ".join(known), repr(name), "")
        if name in _TEXTS and not (isinstance(value, str) and value.strip()):
            raise ParameterError(where, "text", repr(value), "Leave it out if there is none.")
        if name in _NUMBERS and not _NUMBERS[name](value):
            raise ParameterError(where, "a number above zero", repr(value), "Pass one.")
    if "name" in about and not (isinstance(about["name"], str) and _NAME.fullmatch(about["name"])):
        raise ParameterError(
            "Recorder(name=…)",
            "letters, digits, dots, hyphens and underscores, a letter or digit first",
            repr(about["name"]),
            "It becomes the name of the experiment.",
        )
    _check_objectives(about.get("objectives", ()))
    _check_attributes(about.get("attributes", {}))
    _check_configuration(about.get("configuration"))


def _check_objectives(objectives: Any) -> None:
    texts = list(objectives) if isinstance(objectives, (list, tuple)) else [None]
    for text in texts:
        if not isinstance(text, str) or not _OBJECTIVE.fullmatch(text):
            raise ParameterError(
                "Recorder(objectives=…)",
                "a list such as ['max val_accuracy_percent', 'min mflops']",
                repr(objectives)[:80],
                "Pass one.",
            )


def _check_attributes(attributes: Any) -> None:
    taken = {*Setting.__dataclass_fields__, "early_termination"}
    if isinstance(attributes, dict) and all(
        isinstance(name, str)
        and _NAME.fullmatch(name)
        and name not in taken
        and isinstance(value, (bool, int, float, str))
        for name, value in attributes.items()
    ):
        return
    raise ParameterError(
        "Recorder(attributes=…)",
        "plain values by name, of names that no other argument has",
        repr(attributes)[:80],
        "Pass further settings that networks can be selected by, like {'seed': 1}.",
    )


def _check_configuration(configuration: Any) -> None:
    try:
        json.dumps(configuration, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ParameterError(
            "Recorder(configuration=…)", "what JSON can hold", str(error),
            "Pass dicts, lists, numbers and text.",
        ) from error  # fmt: skip


def _is_number(value: Any) -> bool:
    # A comparison with NaN is false, and so refuses it.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9  # noqa: PLR2004


_NUMBERS: dict[str, Callable[[Any], bool]] = {
    "epoch_budget": lambda value: value is None or (_is_number(value) and value > 0),
    "first_epoch": lambda value: _is_number(value) and value >= 0,
    "epoch_step": lambda value: value is None or (_is_number(value) and value > 0),
}
