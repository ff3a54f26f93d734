"""A state as the query of a URL, and back: what is usual is left out.

Any text can come in; what is not understood gives a notice, never an error.
"""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from vinarch.explorer.state.parts import Box, EngineChoice, Matching, NetworkKey, Run, State
from vinarch.explorer.state.settling import Settled, first_experiment, quoted, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.explorer.state.known import Known

MOST_CHARACTERS = 16_000
"""Longer queries are no links of ours."""

_YES = "yes"


def to_query(state: State) -> str:
    """Return the query of a state, without the question mark.

    Examples
    --------
    >>> to_query(State(archive="A", experiments=("one",), run=Run("one", 0, "10110")))
    'archive=A&experiment=one&of=one&start=0&subsequence=10110'
    """
    usual = State()
    parts: list[tuple[str, str]] = []
    if state.archive is not None:
        parts.append(("archive", state.archive))
    parts += [("experiment", name) for name in state.experiments or ("",)]
    parts += [
        (name, value)
        for name, value, left_out in (
            ("page", state.page, usual.page),
            ("min_length", str(state.matching.min_length), str(usual.matching.min_length)),
            ("metric", state.metric, usual.metric),
            ("linkage", state.linkage, usual.linkage),
            ("order", state.order, usual.order),
            ("function", state.engine.function, usual.engine.function),
            ("n", str(state.engine.predictions_needed), str(usual.engine.predictions_needed)),
            ("threshold", repr(state.engine.threshold), repr(usual.engine.threshold)),
            ("c_min", str(state.engine.minimum_epochs), str(usual.engine.minimum_epochs)),
        )
        if value != left_out
    ]
    if state.matching.within_phase:
        parts.append(("within_phase", _YES))
    if state.matching.across:
        parts.append(("across", _YES))
    if state.run is not None:
        if state.run.experiment is not None:
            parts.append(("of", state.run.experiment))
        parts += [("start", str(state.run.start)), ("subsequence", state.run.symbols)]
    if state.structure is not None:
        parts.append(("structure", state.structure))
    if state.box is not None:
        parts.append(("box", ",".join(map(repr, astuple(state.box)))))
    parts += [("network", f"{key.architecture}@{key.experiment}") for key in state.networks]
    return urlencode(parts)


def from_query(query: str, known: Known) -> Settled:
    """Return the state that a query names, held to what is known.

    Examples
    --------
    >>> from vinarch.explorer.state.known import Known, KnownExperiment, KnownSpace
    >>> known = Known((KnownExperiment("A", "one", KnownSpace("toy", "01", 8), 3, 9),))
    >>> from_query("min_length=six", known).notices
    ("The link's min_length is 'six', which is no whole number: 5 is taken.",)
    """
    notices: list[str] = []
    named: dict[str, list[str]] = {}
    if len(query) > MOST_CHARACTERS:
        notices.append(f"The link is longer than {MOST_CHARACTERS:,} characters: it was ignored.")
        query = ""
    for name, value in parse_qsl(query.removeprefix("?"), keep_blank_values=True, errors="replace"):
        if name in _NAMES:
            named.setdefault(name, []).append(value)
        else:
            notices.append(f"The link names {quoted(name)}, which the explorer does not know.")
    settled = settle(_state(named, known, notices), known)
    return Settled(settled.state, tuple(dict.fromkeys((*notices, *settled.notices))))


_NAMES = frozenset(
    {
        *("archive", "experiment", "page", "min_length", "within_phase", "across"),
        *("of", "start", "subsequence", "box", "network"),
        *("metric", "linkage", "order", "structure", "function", "n", "threshold", "c_min"),
    }
)


def _state(named: dict[str, list[str]], known: Known, notices: list[str]) -> State:
    usual = State()

    def text(name: str, instead: str) -> str:
        return named.get(name, [instead])[-1]

    def number(name: str, instead: float, read: Callable[[str], float], kind: str) -> float:
        value = text(name, str(instead))
        try:
            return read(value)
        except ValueError:
            notices.append(
                f"The link's {name} is {quoted(value)}, which is no {kind}: {instead} is taken."
            )
            return instead

    def whole(name: str, instead: int) -> int:
        return int(number(name, instead, _whole, "whole number"))

    archive = named.get("archive", [None])[-1]
    engine = usual.engine
    state = State(
        page=text("page", usual.page),
        archive=archive,
        matching=Matching(
            whole("min_length", usual.matching.min_length),
            text("within_phase", "") == _YES,
            text("across", "") == _YES,
        ),
        networks=tuple(_networks(named.get("network", []), notices)),
        engine=EngineChoice(
            text("function", engine.function),
            whole("n", engine.predictions_needed),
            number("threshold", engine.threshold, float, "number"),
            whole("c_min", engine.minimum_epochs),
        ),
        metric=text("metric", usual.metric),
        linkage=text("linkage", usual.linkage),
        order=text("order", usual.order),
        structure=named.get("structure", [None])[-1],
    )
    if "subsequence" in named:
        of = named.get("of", [None])[-1]
        state = replace(state, run=Run(of, whole("start", 0), text("subsequence", "")))
    if "box" in named:
        state = replace(state, box=_box(text("box", ""), notices))
    if "experiment" in named:
        return replace(state, experiments=tuple(filter(None, named["experiment"])))
    shown = archive if archive in known.archives else next(iter(known.archives), None)
    return replace(state, experiments=first_experiment(shown, known))


def _whole(text: str) -> int:
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > _MOST_DIGITS:
        raise ValueError(text)
    return int(text)


_MOST_DIGITS = 12


def _box(text: str, notices: list[str]) -> Box | None:
    try:
        low, high, worst, best = map(float, text.split(","))
    except ValueError:
        notices.append(
            f"The link's box is {quoted(text)}, which is no four numbers: it is left out."
        )
        return None
    return Box(low, high, worst, best)


def _networks(texts: list[str], notices: list[str]) -> list[NetworkKey]:
    keys = []
    for text in texts:
        number, _, experiment = text.partition("@")
        try:
            keys.append(NetworkKey(experiment, _whole(number)))
        except ValueError:
            notices.append(f"The link names a network {quoted(text)}: it was left out.")
    return keys
