"""What a search will do: its settings in, its parts and what is recorded already out.

All that can be refused is refused here, and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vinarch.errors import GenomeError, ParameterError
from vinarch.genome import SearchSpace, search_space
from vinarch.recording import RecordedNetwork, Recorder, read_networks
from vinarch.recording.run_folder import absolute_folder
from vinarch.recording.settings import describe
from vinarch.run_files import is_run, read_description
from vinarch.running.asked import asked_of, costs_of, refuse_mistyped
from vinarch.running.config import HOW_TO, SearchConfig
from vinarch.running.parts import (
    check_evaluator,
    make_engine,
    make_evaluator,
    make_strategy,
    tell_part,
)
from vinarch.searching import Candidate, Strategy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from vinarch.running.evaluators import Evaluator

_PUBLISHED_BUDGET = 25.0
_BACK = "Set it back to go on with that run, or name another folder."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A search that can be run.

    Attributes
    ----------
    config : SearchConfig
        With the epochs and parts that count.
    folder : Path
        Of the run, absolute.
    space : SearchSpace
    strategy : Strategy
    evaluator : Evaluator
    first : tuple of Candidate
        The first generation, which the strategy was asked for.
    about : mapping
        What the recorder is told of the run.
    recorded : tuple of RecordedNetwork
        Networks of an earlier start of this search; none where the run is new.
    resumes : bool
        Whether the run is there already.
    """

    config: SearchConfig
    folder: Path
    space: SearchSpace
    strategy: Strategy
    evaluator: Evaluator
    first: tuple[Candidate, ...]
    about: Mapping[str, Any]
    recorded: tuple[RecordedNetwork, ...]
    resumes: bool

    @property
    def networks(self) -> int | None:
        """Return how many networks the strategy asks for at most, None where it does not say."""
        found = getattr(self.strategy, "networks", None)
        return found if isinstance(found, int) else None

    def open_recorder(self) -> Recorder:
        """Return the recorder of the run, which is made if it is new.

        Raises
        ------
        StoreError
            If the disk refuses, or the folder holds something else.
        """
        if self.resumes:
            return Recorder(self.folder)
        return Recorder(self.folder, space=self.space, **self.about)


def plan(config: Any, *, strategy: Any = None, evaluator: Any = None) -> Plan:
    """Plan a search; nothing is written.

    Parameters
    ----------
    config, strategy, evaluator
        As `vinarch.run` takes them.

    Returns
    -------
    Plan

    Raises
    ------
    VinarchError
        As `vinarch.run`.
    """
    wanted = SearchConfig.read(config)
    space = _space_of(wanted)
    made = make_evaluator(wanted) if evaluator is None else check_evaluator(evaluator)
    searching = make_strategy(wanted, space) if strategy is None else _checked(strategy)
    told: dict[str, Any] = {"space": space.name, **_epochs(wanted, made)}
    if evaluator is not None:
        told["evaluator"] = tell_part(evaluator)
    if strategy is not None:
        told["strategy"] = tell_part(strategy)
    settled = replace(wanted, **told)
    _check_space(settled, space, made)
    folder = absolute_folder(settled.folder)
    about = _about(settled, made)
    resumes = is_run(folder)
    if resumes:
        _refuse_changes(settled, folder)
    else:
        # What the recorder would refuse, it refuses here.
        describe(folder, space, about)
    first = asked_of(searching, space)
    if not first:
        raise ParameterError(
            "strategy", "a first generation", "none: ask() gave no candidates", HOW_TO
        )
    # What an evaluator first looks at when it is used, such as its data, it looks at here.
    costs = costs_of(made, first[0].genome)
    refuse_mistyped(settled.objectives, costs, settled.places.of("objectives"))
    return Plan(
        config=settled,
        folder=folder,
        space=space,
        strategy=searching,
        evaluator=made,
        first=first,
        about=about,
        recorded=read_networks(folder) if resumes else (),
        resumes=resumes,
    )


def _space_of(config: SearchConfig) -> SearchSpace:
    try:
        return search_space(config.space)
    except GenomeError as error:
        where = f"{config.places.of('space')}: {error.where}"
        raise ParameterError(where, error.expected, error.got, error.next_step) from error


def _checked(strategy: Any) -> Strategy:
    if isinstance(strategy, Strategy) and not isinstance(strategy, type):
        return strategy
    raise ParameterError(
        "strategy", "something with the methods ask and tell", repr(strategy)[:60], HOW_TO
    )


def _epochs(config: SearchConfig, evaluator: Evaluator) -> dict[str, float | None]:
    """Return how epochs are counted: as the settings say, else the evaluator, else as published."""
    usual = {"epoch_budget": _PUBLISHED_BUDGET, "first_epoch": 0.0, "epoch_step": 1.0}
    found: dict[str, float | None] = {}
    for name, value in usual.items():
        given = getattr(config, name)
        # An evaluator may know that its epochs have no step: then None is what it says.
        found[name] = getattr(evaluator, name, value) if given is None else float(given)
    return found


def _check_space(config: SearchConfig, space: SearchSpace, evaluator: Evaluator) -> None:
    known = getattr(evaluator, "search_space", None)
    if known is not None and known != space.name:
        raise ParameterError(
            f"{config.places.of('space')}, space",
            f"{known!r}, whose networks the evaluator knows",
            repr(space.name),
            "Name that one, or another evaluator.",
        )


def _about(config: SearchConfig, evaluator: Evaluator) -> dict[str, Any]:
    budget, step, first = config.epoch_budget, config.epoch_step, config.first_epoch or 0.0
    first_record = first - 1 + (1 if step is None else step)
    engine, ends = make_engine(
        config, first_record=first_record, epoch_step=step, epoch_budget=budget
    )
    texts = {
        "name": config.name,
        "strategy": str(config.strategy["name"]),
        "task_data": config.task_data or getattr(evaluator, "task_data", None),
        "hardware": config.hardware,
        "protocol": config.protocol or getattr(evaluator, "protocol", None),
    }
    about: dict[str, Any] = {
        "epoch_budget": budget,
        "first_epoch": first,
        "epoch_step": step,
        "objectives": config.objectives,
        "attributes": {**config.attributes, "seed": config.seed},
        "configuration": config.configuration,
        **{name: text for name, text in texts.items() if text},
    }
    return about if engine is None else {**about, "engine": engine, "early_termination": ends}


def _refuse_changes(config: SearchConfig, folder: Path) -> None:
    """Refuse settings that are not those that the run was started with, by what differs."""
    known = read_description(folder).configuration
    wanted = config.configuration
    if not isinstance(known, dict) or not {"strategy", "evaluator", "seed"} <= set(known):
        raise ParameterError(
            f"{config.places.of('folder')}, folder",
            "a new folder, or the run of a search that vinarch.run started",
            f"another run in {folder}",
            "Name another folder.",
        )
    usual = SearchConfig(folder=str(folder), space=config.space).configuration
    for name, value in wanted.items():
        before = known.get(name, usual[name])
        if value == before:
            continue
        section, key, mine, theirs = "", name, value, before
        if isinstance(value, dict) and isinstance(before, dict):
            section = name
            missing = object()
            key = next(
                k for k in (*before, *value) if before.get(k, missing) != value.get(k, missing)
            )
            mine, theirs = value.get(key), before.get(key)
        places = config.places
        place = places.of(key, section) if places.text else places.source
        raise ParameterError(
            f"{place}, {f'{section}.' if section else ''}{key}",
            f"{_said(theirs)}, as the run in {folder} was started with",
            _said(mine),
            _BACK,
        )


def _said(value: Any) -> str:
    return "none" if value is None else repr(value)
