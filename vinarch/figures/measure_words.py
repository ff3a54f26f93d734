"""What the figures of searches call things: measures of accuracy, numbers and experiments.

Names and numbers in, words out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError
from vinarch.figures.sheet import text_mm
from vinarch.figures.theme import SMALL_PT
from vinarch.parameters import check_choice
from vinarch.summary.figure_frames import TOGETHER, TRAINED
from vinarch.summary.search_frames import MEASURE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.summary.search_frames import Measure

_AXIS = {
    "last_val_accuracy_percent": "validation accuracy of the last epoch (%)",
    "best_val_accuracy_percent": "validation accuracy of the best epoch (%)",
    TRAINED: "validation accuracy (%)",
}


def of_experiment(name: str) -> str:
    """Return whose something is.

    Examples
    --------
    >>> of_experiment("beam_high")
    'of the experiment beam_high'
    >>> of_experiment(TOGETHER)
    'of all chosen experiments'
    """
    return f"of {name}" if name == TOGETHER else f"of the experiment {name}"


def measure_of(frame: pd.DataFrame, where: str) -> str:
    """Return the one measure that a frame's column ``measure`` names.

    Raises
    ------
    ParameterError
        If it names several, or one that is not compared between experiments.
    """
    found = sorted(set(frame["measure"].astype(str)))
    if len(found) != 1 or found[0] not in _AXIS:
        raise ParameterError(
            where,
            "one measure in all rows: " + " or ".join(_AXIS),
            ", ".join(found),
            "Pass the data of an earlier drawing, or a commons.",
        )
    return found[0]


def check_measure(frame: pd.DataFrame, measure: Measure, where: str) -> None:
    """Refuse a measure that was asked for, but is not the one that a frame holds.

    The default asks for nothing: a frame names its own measure.

    Raises
    ------
    ParameterError
    """
    argument = f"{where}, argument measure"
    name = MEASURE_COLUMNS[check_choice(argument, measure, list(MEASURE_COLUMNS))]
    if measure != "last" and "measure" in frame.columns and (frame["measure"] != name).any():
        raise ParameterError(
            argument,
            "the measure of the frame, " + ", ".join(sorted(set(frame["measure"].astype(str)))),
            repr(measure),
            "Leave it out, or pass the commons.",
        )


def of_trained(frame: pd.DataFrame) -> bool:
    """Tell whether a frame's accuracies are those of trained networks, not means over epochs."""
    return "measure" in frame.columns and bool((frame["measure"] == TRAINED).all())


def axis_words(measure: str) -> str:
    """Return what an axis of a measure says."""
    return _AXIS[measure]


def caption_words(measure: str) -> str:
    """Return how a sentence names a measure."""
    return _AXIS[measure].removesuffix(" (%)")


def percent(value: float) -> str:
    """Write an accuracy with two decimals, more only where it would read as 100 but is less.

    Examples
    --------
    >>> percent(98.5828), percent(99.9937), percent(99.998), percent(100.0)
    ('98.58', '99.99', '99.998', '100')
    """
    if value == 100:  # noqa: PLR2004 - all of it
        return "100"
    decimals = 2
    while round(value, decimals) == 100 and decimals < 12:  # noqa: PLR2004 - a double has 15
        decimals += 1
    return f"{value:.{decimals}f}"


def highest_words(accuracy: float, architecture: int, *, short: bool = False) -> str:
    """Say the highest accuracy of a panel, and which architecture has it.

    Examples
    --------
    >>> highest_words(98.5828, 83)
    'highest 98.58 %, no. 83'
    >>> highest_words(98.5828, 83, short=True)
    '98.58 % by no. 83'
    """
    if short:
        return f"{percent(float(accuracy))} % by no. {int(architecture)}"
    return f"highest {percent(float(accuracy))} %, no. {int(architecture)}"


def counted(number: int, word: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "network"), counted(1200, "network")
    ('1 network', '1,200 networks')
    """
    return f"{number:,} {word}" + "s" * (number != 1)


def experiment_names(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return how each archive and experiment of a frame is called, in order of both.

    The archive is told only where there are several.
    """
    found = frame[["archive", "experiment"]].astype(str).drop_duplicates()
    pairs = sorted(found.itertuples(index=False, name=None))
    several = len({archive for archive, _ in pairs}) > 1
    return {(a, name): f"{a} {name}" if several else name for a, name in pairs}


def broken_name(name: str, room: float, size: float = SMALL_PT) -> tuple[str, ...]:
    """Break a name after ``_``, ``-``, ``/`` or a space into lines no wider than `room` mm.

    A piece that is too wide by itself is split.

    Examples
    --------
    >>> broken_name("1gpu_1e14_no_early_termination", room=24)
    ('1gpu_1e14_no_early_', 'termination')
    """
    lines = [""]
    used = 0.0
    for piece in re.findall(r"[^_\-/ ]*[_\-/ ]?", name):
        wide = _advance_mm(piece, size)
        if lines[-1] and used + _advance_mm(piece.rstrip(), size) > room:
            lines.append("")
            used = 0.0
        for letter in piece if wide > room else (piece,):
            step = _advance_mm(letter, size)
            if lines[-1] and used + step > room and wide > room:
                lines.append("")
                used = 0.0
            lines[-1] += letter
            used += step
    return tuple(line.strip() for line in lines)


def fitted_name(name: str, room: float, after: str = "") -> str:
    """Write a name, and what comes after it, in a line of some millimetres: short of its middle.

    Examples
    --------
    >>> fitted_name("early termination", 80), fitted_name("early termination", 12, " (2)")
    ('early termination', 'ear…on (2)')
    """
    fits, too_long = 0, len(name) + 1
    while too_long - fits > 1:
        kept = (fits + too_long) // 2
        if text_mm(_shortened(name, kept) + after, SMALL_PT) <= room:
            fits = kept
        else:
            too_long = kept
    return _shortened(name, fits) + after


def _shortened(name: str, kept: int) -> str:
    """Leave out the middle of a name; both ends tell more."""
    if kept >= len(name):
        return name
    return f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"


def _advance_mm(text: str, size: float) -> float:
    # Letter by letter, since names are broken in many ways until one fits.
    return sum(_letter_mm(letter, size) for letter in text)


@lru_cache(maxsize=1024)
def _letter_mm(letter: str, size: float) -> float:
    # Between two bars, so that a space is as wide as it is.
    return text_mm(f"|{letter}|", size) - text_mm("||", size)
