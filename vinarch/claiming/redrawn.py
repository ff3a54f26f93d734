"""Which figures of a paper are redrawn: sections of its file in, frozen records out.

Knows no function that draws: who draws looks the name up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vinarch.claiming.card_reading import check_keys, is_of, refuse, shown, take

_KEYS = ("place", "figure", "title", "experiments", "parameters", "note")


@dataclass(frozen=True)
class RedrawnFigure:
    """A figure or table of a paper, and what draws it from the archive.

    Attributes
    ----------
    place : str
        As the paper calls it, such as ``"Fig. 7"``.
    name : str
        Function of `vinarch.figures.papers`.
    title : str
        What it shows, in a few words.
    experiments : tuple of str
        What it is about; empty where the function chooses.
    parameters : tuple of (str, value)
        What else the function takes by name.
    note : str or None
        What is drawn otherwise than in the paper, and why.
    """

    place: str
    name: str
    title: str
    experiments: tuple[str, ...]
    parameters: tuple[tuple[str, Any], ...]
    note: str | None

    @property
    def stem(self) -> str:
        """Return the place as the stem of a file.

        Examples
        --------
        >>> from vinarch.claiming.redrawn import RedrawnFigure
        >>> RedrawnFigure("Fig. 6a, 6b", "fitness_fronts", "Fronts", (), (), None).stem
        'fig_6a_6b'
        """
        return re.sub(r"[^a-z0-9]+", "_", self.place.lower()).strip("_")


def read_figures(where: str, listed: Any) -> tuple[RedrawnFigure, ...]:
    """Read the ``[[figures]]`` sections of a paper's file.

    Raises
    ------
    CardError
        If one lacks a key, or two would have one file.
    """
    if not isinstance(listed, list) or not all(isinstance(raw, dict) for raw in listed):
        refuse(f"{where}, key figures", "[[figures]] sections", shown(listed))
    figures = tuple(
        _read_figure(f"{where}, figure {n}", raw) for n, raw in enumerate(listed, start=1)
    )
    stems = [figure.stem for figure in figures]
    for number, stem in enumerate(stems, start=1):
        if not stem or stem in stems[: number - 1]:
            expected = "letters or digits, other than those of the figures before it"
            refuse(f"{where}, figure {number}, key place", expected, shown(stem))
    return figures


def _read_figure(where: str, raw: dict[str, Any]) -> RedrawnFigure:
    check_keys(where, raw, _KEYS)
    experiments = raw.get("experiments", [])
    if not is_of(experiments, list[str]):
        refuse(f"{where}, key experiments", "a list of text", shown(experiments))
    parameters = take(where, raw, "parameters", dict, needed=False) or {}
    return RedrawnFigure(
        take(where, raw, "place", str),
        take(where, raw, "figure", str),
        take(where, raw, "title", str),
        tuple(experiments),
        tuple((k, float(v) if isinstance(v, Decimal) else v) for k, v in parameters.items()),
        take(where, raw, "note", str, needed=False),
    )
