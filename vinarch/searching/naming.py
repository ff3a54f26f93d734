"""Strategies by name: a name and settings in, the strategy out; one's own as ``module:Name``."""

from __future__ import annotations

import difflib
import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError
from vinarch.searching.candidates import Strategy
from vinarch.searching.genomes import space_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vinarch.genome import SearchSpace

STRATEGIES = {
    "nsga2": "vinarch.searching.nsga2:NSGA2",
    "random": "vinarch.searching.random_search:RandomSearch",
    "layer-evolution": "vinarch.searching.layer_evolution:LayerEvolution",
    "exhaustive": "vinarch.searching.exhaustive:Exhaustive",
}
"""Where each is; imported when it is asked for, since NSGA-II needs pymoo."""

_GIVEN = ("space", "objectives", "seed")
"""What a search gives its strategy, as far as the strategy takes it."""

_WHERE = "strategy"


def strategy_of(
    name: str,
    *,
    space: SearchSpace | str,
    objectives: Sequence[str],
    seed: int = 0,
    **settings: Any,
) -> Strategy:
    """Return a strategy by name.

    Parameters
    ----------
    name : str
        ``nsga2``, ``random``, ``layer-evolution``, ``exhaustive``, or one's own as
        ``module:Name``: a class or function whose result has ``ask`` and ``tell``.
    space : SearchSpace or str
    objectives : sequence of str
    seed : int, optional
        These three are passed on by name, as far as the strategy takes them; the space as a
        `SearchSpace`.
    **settings
        Of the strategy, such as ``networks=100, population=10``.

    Returns
    -------
    Strategy

    Raises
    ------
    ParameterError
        If there is no such strategy, or it has no such setting.
    GenomeError
        If there is no such search space.
    MissingLibraryError
        If it needs a library that is not installed.

    Examples
    --------
    >>> search = strategy_of("random", space="chain-layers", objectives=["min mflops"], networks=5)
    >>> len(search.ask())
    5
    >>> strategy_of("random", space="chain-layers", objectives=["min mflops"], network=5)
    Traceback (most recent call last):
    vinarch.errors.ParameterError: strategy random: expected settings of networks, batch, longest,
    got 'network'. Did you mean 'networks'?
    """
    make = _found(name)
    known = _settings_of(name, make)
    _check_settings(name, known, settings)
    given = {"space": space_of(space), "objectives": list(objectives), "seed": seed}
    any_name = any(one.kind is one.VAR_KEYWORD for one in known.values())
    taken = {key: value for key, value in given.items() if any_name or key in known}
    strategy = make(**taken, **settings)
    if not isinstance(strategy, Strategy):
        raise ParameterError(
            f"{_WHERE} {name}",
            "something with the methods ask and tell",
            f"{type(strategy).__name__}",
            "docs/how-to/run-a-search.md shows a strategy of one's own.",
        )
    return strategy


def _found(name: str) -> Callable[..., Any]:
    path = STRATEGIES.get(name, name) if isinstance(name, str) else ""
    module, _, attribute = path.partition(":")
    # A name that begins with a dot is relative, and there is nothing that it is relative to.
    if not module or module.startswith(".") or not attribute:
        near = difflib.get_close_matches(str(name), STRATEGIES, n=1)
        raise ParameterError(
            _WHERE,
            f"{', '.join(STRATEGIES)} or one's own as module:Name",
            repr(name),
            f"Did you mean {near[0]!r}?" if near else "Name one of them.",
        )
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise ParameterError(
            _WHERE,
            "a module that can be imported",
            f"{module!r} ({error})",
            "Start from the folder that it is in, or set PYTHONPATH.",
        ) from error
    make: Any = getattr(found, attribute, None)
    if not callable(make):
        there = [key for key, value in vars(found).items() if inspect.isclass(value)]
        raise ParameterError(
            _WHERE,
            f"a class or function of {module}" + (f": {', '.join(there)}" if there else ""),
            repr(attribute),
            "Name one that takes the settings and has ask and tell.",
        )
    return make  # type: ignore[no-any-return]


def _settings_of(name: str, make: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(make).parameters
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"{_WHERE} {name}",
            "a class or function that tells what it takes",
            str(error),
            "Name a class or function written in Python.",
        ) from error


def _check_settings(name: str, known: Any, settings: dict[str, Any]) -> None:
    """Refuse settings that a strategy does not have, and the lack of those that it needs."""
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    own = [key for key in known if key not in _GIVEN]
    strange = [key for key in settings if key not in own]
    if strange:
        near = difflib.get_close_matches(strange[0], own, n=1)
        raise ParameterError(
            f"{_WHERE} {name}",
            f"settings of {', '.join(own)}" if own else "no settings",
            ", ".join(map(repr, strange)),
            f"Did you mean {near[0]!r}?" if near else "Leave it out, or choose another strategy.",
        )
    missing = [
        key
        for key in own
        if known[key].default is inspect.Parameter.empty
        and known[key].kind is not inspect.Parameter.VAR_POSITIONAL
        and key not in settings
    ]
    if missing:
        raise ParameterError(
            f"{_WHERE} {name}", f"a value of {', '.join(missing)}", "none", "Set it."
        )
