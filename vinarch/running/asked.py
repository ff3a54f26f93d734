"""What a strategy and an evaluator of somebody's own answer, held to what was agreed.

Their answers in, checked ones out; nothing is trained and nothing written.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError
from vinarch.genome import Genome, SearchSpace
from vinarch.parameters import check_whole
from vinarch.running.config import HOW_TO
from vinarch.searching import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.running.evaluators import Evaluator
    from vinarch.searching import Strategy

_RECORDED = (
    "val_accuracy_percent",
    "test_accuracy_percent",
    "train_accuracy_percent",
    "val_loss",
    "test_loss",
    "train_loss",
    "mflops",
    "parameter_count",
    "epoch_time_seconds",
)
_NEAR = 0.8
"""From which likeness on a name is a mistyped one, and no measure of somebody's own."""


def asked_of(strategy: Strategy, space: SearchSpace) -> tuple[Candidate, ...]:
    """Return the next generation that a strategy asks for.

    Raises
    ------
    ParameterError
        If it is no sequence of candidates of the search space.
    """
    answer: Any = strategy.ask()
    try:
        candidates = tuple(answer)
    except TypeError:
        raise _refused("a sequence of candidates, empty at the end", answer) from None
    for candidate in candidates:
        _check(candidate, space)
    return candidates


def costs_of(evaluator: Evaluator, genome: Genome) -> dict[str, Any]:
    """Return what an evaluator says that a network costs.

    Raises
    ------
    ParameterError
        If it is no mapping of names to values.
    """
    costs: Any = evaluator.costs(genome)
    if isinstance(costs, Mapping) and all(isinstance(name, str) for name in costs):
        return dict(costs)
    raise ParameterError(
        "evaluator.costs(genome)",
        "a mapping such as {'mflops': 1.5}, empty if nothing is known",
        repr(costs)[:60],
        HOW_TO,
    )


def refuse_mistyped(objectives: Sequence[str], costs: Mapping[str, Any], where: str) -> None:
    """Refuse an objective that is nearly the name of what is recorded; others may be logged yet.

    Raises
    ------
    ParameterError
        If one is; the message has the name.
    """
    known = (*_RECORDED, *costs)
    for objective in objectives:
        column = objective.split()[-1]
        near = difflib.get_close_matches(column, known, n=1, cutoff=_NEAR)
        if column not in known and near:
            raise ParameterError(
                where,
                f"a measure such as {', '.join(_RECORDED)}",
                repr(column),
                f"Did you mean {near[0]!r}?",
            )


def _check(candidate: Any, space: SearchSpace) -> None:
    if not isinstance(candidate, Candidate):
        raise _refused("candidates, each a vinarch.searching.Candidate", candidate)
    genome: Any = candidate.genome
    if not isinstance(genome, Genome):
        raise _refused("candidates whose genome is a Genome", genome)
    if genome.space != space:
        raise _refused(f"genomes of {space.name}", f"one of {genome.space.name}")
    for name in ("number", "generation", "repeat"):
        value = getattr(candidate, name)
        check_whole(f"strategy.ask(): {name} of a candidate", value, 0, None, "whole numbers")
    parents: Any = candidate.parents
    if not isinstance(parents, (tuple, list)):
        raise _refused("candidates whose parents are a tuple of numbers", parents)


def _refused(expected: str, got: Any) -> ParameterError:
    return ParameterError("strategy.ask()", expected, repr(got)[:60], HOW_TO)
