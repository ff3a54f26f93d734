"""Points of several experiments: the colour and the mark of each, and their key.

Names in, looks and paths of marks out; nothing is drawn here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.markers import MarkerStyle

from vinarch.figures.key_row import Key
from vinarch.figures.measure_words import fitted_name
from vinarch.figures.paper_words import looks_of
from vinarch.figures.theme import SERIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.path import Path

MOST_SERIES = len(SERIES)
"""Of more experiments the marks cannot be told apart: all points look alike."""

ALPHA = 0.6
"""Marks let each other through, since they are not darker where they coincide."""

_MARK_PT = 5.0
_LABEL_ROOM_MM = 3.4
_HINTED = 0.98
"""A long line of letters, each moved to whole pixels, may be wider than its outlines."""


def series_looks(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return colour and mark of each experiment; none where they cannot be told apart.

    Examples
    --------
    >>> from vinarch.figures.scatter_series import series_looks
    >>> series_looks(["a", "b"])
    {'a': {'colour': '#0b2a5b', 'marker': 'o'}, 'b': {'colour': '#b5532a', 'marker': '^'}}
    >>> series_looks(["a"]), series_looks(list("abcdef"))
    ({}, {})
    """
    return looks_of(names) if 1 < len(names) <= MOST_SERIES else {}


def mark_path(marker: str) -> Path:
    """Return the outline of a mark, of the area that the round one has at its size.

    Examples
    --------
    >>> from vinarch.figures.scatter_series import mark_path
    >>> [round(float(area(mark_path(marker))), 2) for marker in "o^Ds"]
    [0.78, 0.78, 0.78, 0.78]
    """
    path = _outline(marker)
    scale = (area(_outline("o")) / area(path)) ** 0.5
    return type(path)(path.vertices * scale, path.codes)


def area(path: Path) -> float:
    """Return the area within an outline."""
    x, y = np.asarray(path.to_polygons(closed_only=True)[0]).T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def series_keys(
    looks: Mapping[str, Mapping[str, str]], rim: str, edge: float, room: float
) -> list[Key]:
    """Return the key of the experiments, names shortened to some millimetres."""
    return [
        Key(
            fitted_name(name, _HINTED * room - _LABEL_ROOM_MM),
            {
                "linestyle": "none",
                "marker": look["marker"],
                "color": look["colour"],
                "markersize": _MARK_PT,
                "markeredgecolor": rim,
                "markeredgewidth": edge,
            },
        )
        for name, look in looks.items()
    ]


def _outline(marker: str) -> Path:
    style = MarkerStyle(marker)
    return style.get_path().transformed(style.get_transform())
