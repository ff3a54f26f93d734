"""Hold a state to what a commons knows: a wish in, a state that can be shown and notices out.

Nothing raises: what cannot be is replaced by the nearest that can, or left out, and a notice says
so in a sentence.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from vinarch.explorer.state.parts import ORDERS, PAGES, Box, EngineChoice, Matching, State

if TYPE_CHECKING:
    from vinarch.explorer.state.known import Known, KnownExperiment, KnownSpace
    from vinarch.explorer.state.parts import Run

MOST_NETWORKS = 12
"""More curves than that nobody tells apart."""

PREDICTIONS_NEEDED = (1, 20)
MINIMUM_EPOCHS = (1, 50)
THRESHOLD_POINTS = (0.01, 20.0)
"""Bounds of the engine's sliders, both included."""

_SHOWN = 60
"""Characters of a text from outside that a notice quotes."""


@dataclass(frozen=True)
class Settled:
    """A state that can be shown, and what had to be changed for it."""

    state: State
    notices: tuple[str, ...] = ()


def settle(wish: State, known: Known) -> Settled:
    """Return the nearest state that can be shown.

    Examples
    --------
    >>> from vinarch.explorer.state.known import Known, KnownExperiment, KnownSpace
    >>> bits = KnownSpace("toy", "01", 4)
    >>> known = Known((KnownExperiment("A", "one", bits, 3, 9),))
    >>> found = settle(State(archive="A", experiments=("one", "two"), matching=Matching(3)), known)
    >>> found.state.experiments, found.notices
    (('one',), ("A has no experiment 'two' that can be shown: it was left out.",))
    """
    notices: list[str] = []
    archive = _archive(wish.archive, known, notices)
    if wish.archive is not None and archive != wish.archive:
        # Names of experiments and structures are those of the archive.
        wish = replace(
            wish,
            experiments=first_experiment(archive, known),
            run=None,
            box=None,
            networks=(),
            structure=None,
        )
    experiments = _experiments(wish.experiments, archive, known, notices)
    space = known.space_of(archive, experiments)
    matching = _matching(wish.matching, space, notices)
    run = _run(wish.run, experiments, matching, space, notices)
    state = State(
        page=_choice(wish.page, PAGES, "page", notices),
        archive=archive,
        experiments=experiments,
        matching=matching,
        run=run,
        box=_box(wish.box, notices),
        networks=_networks(wish, experiments, notices),
        engine=_engine(wish.engine, known, notices),
        metric=_choice(wish.metric, known.metrics, "distance", notices),
        linkage=_choice(wish.linkage, known.linkages, "linkage", notices),
        order=_choice(wish.order, ORDERS, "order", notices),
        structure=_structure(wish, run, space, notices),
    )
    return Settled(state, tuple(dict.fromkeys(notices)))


def first_experiment(archive: str | None, known: Known) -> tuple[str, ...]:
    """Return what is chosen of an archive where nothing is said: its first experiment."""
    return tuple(experiment.name for experiment in known.of(archive)[:1])


def quoted(text: Any) -> str:
    """Return a text from outside in quotes, cut to what a sentence can hold."""
    shown = str(text)
    return repr(shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…")


def _archive(wish: str | None, known: Known, notices: list[str]) -> str | None:
    if wish in known.archives:
        return wish
    first = next(iter(known.archives), None)
    if wish is not None:
        instead = "nothing is shown" if first is None else f"{first} is shown"
        notices.append(f"There is no archive {quoted(wish)} here: {instead}.")
    return first


def _experiments(
    wish: tuple[str, ...], archive: str | None, known: Known, notices: list[str]
) -> tuple[str, ...]:
    offered = known.of(archive)
    names = {experiment.name for experiment in offered}
    notices += [
        f"{archive} has no experiment {quoted(name)} that can be shown: it was left out."
        for name in dict.fromkeys(wish)
        if name not in names
    ]
    chosen = [experiment for experiment in offered if experiment.name in wish]
    return tuple(experiment.name for experiment in _of_one_space(chosen, notices))


def _of_one_space(chosen: list[KnownExperiment], notices: list[str]) -> list[KnownExperiment]:
    kept = [experiment for experiment in chosen if experiment.space == chosen[0].space]
    if len(kept) < len(chosen):
        left = ", ".join(one.name for one in chosen if one.space != chosen[0].space)
        notices.append(
            f"Experiments of different search spaces cannot be matched: those of "
            f"{chosen[0].space.name} are kept, {left} left out."
        )
    return kept


def _matching(wish: Matching, space: KnownSpace | None, notices: list[str]) -> Matching:
    if space is None:
        return wish if wish.min_length >= 1 else replace(wish, min_length=1)
    within = wish.within_phase
    if within and not space.phase_starts:
        notices.append(f"{space.name} has no phases: subsequences are matched in whole genomes.")
        within = False
    longest = max(stop - start for start, stop in space.phases) if within else space.longest
    length = min(max(wish.min_length, 1), longest)
    if length != wish.min_length:
        notices.append(
            f"The minimum length must be from 1 to {longest} symbols: {length} is taken in place "
            f"of {wish.min_length}."
        )
    return replace(wish, min_length=length, within_phase=within)


def _run(
    wish: Run | None,
    experiments: tuple[str, ...],
    matching: Matching,
    space: KnownSpace | None,
    notices: list[str],
) -> Run | None:
    if wish is None:
        return None
    if wish.experiment is None and not matching.across and len(experiments) == 1:
        # A link that somebody wrote need not name the only one twice.
        wish = replace(wish, experiment=experiments[0])
    reason = _against(wish, experiments, matching, space)
    if reason:
        notices.append(
            f"The chosen subsequence {quoted(wish.symbols)} was dropped: {reason}. "
            "Choose another point."
        )
        return None
    return wish


def _against(
    run: Run, experiments: tuple[str, ...], matching: Matching, space: KnownSpace | None
) -> str:
    """Say why a subsequence cannot be one of the selection; nothing where it can."""
    if space is None:
        return "no experiment is chosen"
    if matching.across != (run.experiment is None):
        return "experiments are now matched " + ("together" if matching.across else "one by one")
    if run.experiment is not None and run.experiment not in experiments:
        return f"its experiment {quoted(run.experiment)} is not chosen"
    return _against_genomes(run, space) or _against_matching(run, matching, space)


def _against_genomes(run: Run, space: KnownSpace) -> str:
    if not run.symbols or set(run.symbols) - set(space.characters):
        return f"it is no run of the symbols {space.characters} of {space.name}"
    if run.start < 0:
        return "it starts before the first symbol"
    if space.symbol_count is not None and run.stop > space.symbol_count:
        return f"it does not fit into the {space.symbol_count} symbols of a genome"
    return ""


def _against_matching(run: Run, matching: Matching, space: KnownSpace) -> str:
    if len(run.symbols) < matching.min_length:
        return f"it is shorter than {matching.min_length} symbols"
    inside = any(start <= run.start and run.stop <= stop for start, stop in space.phases)
    return "it crosses phases" if matching.within_phase and not inside else ""


def _structure(
    wish: State, run: Run | None, space: KnownSpace | None, notices: list[str]
) -> str | None:
    genome = wish.structure
    if genome is None or (run is None and wish.run is not None):
        # It goes with its subsequence, and one notice is enough.
        return None
    reason = ""
    if run is None or space is None:
        reason = "no subsequence is chosen"
    elif set(genome) - set(space.characters) or len(genome) != (space.symbol_count or len(genome)):
        reason = f"it is no genome of {space.name}"
    elif not run.within(genome):
        reason = "it does not hold the chosen subsequence"
    if reason:
        notices.append(f"The chosen structure {quoted(genome)} was dropped: {reason}.")
        return None
    return genome


def _box(wish: Box | None, notices: list[str]) -> Box | None:
    if wish is None:
        return None
    if not all(map(isfinite, astuple(wish))):
        notices.append("A side of the box is no number: the box is left out.")
        return None
    lengths = sorted((wish.length_low, wish.length_high))
    accuracies = sorted((wish.accuracy_low, wish.accuracy_high))
    return Box(*(round(side, _BOX_DECIMALS) for side in (*lengths, *accuracies)))


_BOX_DECIMALS = 4
"""A screen has fewer pixels than that."""


def _networks(wish: State, experiments: tuple[str, ...], notices: list[str]) -> tuple[Any, ...]:
    asked = tuple(dict.fromkeys(wish.networks))
    kept = [key for key in asked if key.experiment in experiments and key.architecture >= 0]
    if len(kept) < len(asked):
        dropped = len(asked) - len(kept)
        notices.append(
            f"{dropped} chosen network{'s' * (dropped != 1)} of other experiments "
            f"{'were' if dropped != 1 else 'was'} dropped."
        )
    if len(kept) > MOST_NETWORKS:
        notices.append(f"The first {MOST_NETWORKS} of {len(kept)} chosen networks are shown.")
    return tuple(kept[:MOST_NETWORKS])


def _engine(wish: EngineChoice, known: Known, notices: list[str]) -> EngineChoice:
    usual = EngineChoice()
    threshold = wish.threshold if isfinite(wish.threshold) else usual.threshold
    low, high = THRESHOLD_POINTS
    engine = EngineChoice(
        function=_choice(wish.function, known.functions, "function", notices),
        predictions_needed=_within(wish.predictions_needed, PREDICTIONS_NEEDED),
        threshold=min(max(threshold, low), high),
        minimum_epochs=_within(wish.minimum_epochs, MINIMUM_EPOCHS),
    )
    if replace(engine, function=wish.function) != wish:
        notices.append("A parameter of the prediction engine was out of its bounds: it was moved.")
    return engine


def _within(value: int, bounds: tuple[int, int]) -> int:
    return min(max(value, bounds[0]), bounds[1])


def _choice(wish: str, choices: tuple[str, ...], what: str, notices: list[str]) -> str:
    if wish in choices or not choices:
        return wish
    notices.append(f"There is no {what} {quoted(wish)}: {choices[0]} is taken.")
    return choices[0]
