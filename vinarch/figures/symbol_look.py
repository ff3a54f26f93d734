"""How symbols are coloured and named in cells: a frame of cells or a search space in, looks out.

Two symbols are yellow and purple, as VINARCH draws bits; of more each has a colour of its own and,
where there is room, its letter in the cell, so that no reader depends on hue.
Nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb

from vinarch.figures.theme import INK, ONE, ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from vinarch.genome import SearchSpace

COLOURS = (
    *(ZERO, ONE, "#009292", "#ffb6db", "#006ddb", "#db6d00", "#b6dbff", "#004949"),
    *("#b66dff", "#d1d1d1", "#920000", "#24ff24", "#6db6ff", "#924900", "#ff6db6", "#222222"),
)
"""One a symbol, again from the first after the last.

After the two of VINARCH those of Krzywinski's 15 colours for colour blindness that stay apart from
them, neighbours apart in lightness too.
"""

NAMED = ("character", "meaning")
"""Columns of a frame of cells that name its symbols; without them they are bits."""

_DARK = 0.46
"""Lightness below which what is written on a colour is white."""


@dataclass(frozen=True)
class SymbolLook:
    """The symbols of some cells: their numbers, and of each its colour and its words."""

    colours: tuple[str, ...]
    """Of the symbols 0, 1, …; at least two."""
    words: Mapping[int, str]
    """What the legend calls each symbol that occurs, in its order."""
    characters: tuple[str, ...]
    """What stands in a cell of each symbol; empty where cells of bits have none."""

    @classmethod
    def of_cells(cls, cells: pd.DataFrame) -> SymbolLook:
        """Return the look of the symbols of a frame."""
        if not set(NAMED) <= set(cells.columns):
            highest = int(cells["symbol"].max())
            if highest <= 1:
                return BITS
            found = range(highest + 1)
            return cls(_colours(highest + 1), {n: f"symbol {n}" for n in found}, ())
        rows = cells.drop_duplicates("symbol").sort_values("symbol")
        numbers = [int(symbol) for symbol in rows["symbol"]]
        characters = dict(zip(numbers, rows["character"].astype(str), strict=True))
        words = dict(zip(numbers, rows["meaning"].astype(str), strict=True))
        return cls(
            _colours(numbers[-1] + 1),
            {number: _word(characters[number], words[number]) for number in numbers},
            tuple(characters.get(number, "") for number in range(numbers[-1] + 1)),
        )

    @classmethod
    def of_space(cls, space: SearchSpace, flat: str) -> SymbolLook:
        """Return the look of the symbols of a genome."""
        found = [number for number, symbol in enumerate(space.characters) if symbol in flat]
        return cls(
            _colours(len(space.characters)),
            {number: _word(space.characters[number], space.meanings[number]) for number in found},
            tuple(space.characters),
        )

    def surfaces(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the words and the surface of each symbol that the legend tells."""
        return [
            (word, {"facecolor": self.colours[number], "linewidth": 0.4})
            for number, word in self.words.items()
        ]


def ink_on(face: str) -> str:
    """Return the colour of what is written on a colour."""
    return "white" if np.dot(to_rgb(face), (0.2126, 0.7152, 0.0722)) < _DARK else INK


def _colours(count: int) -> tuple[str, ...]:
    return tuple(COLOURS[number % len(COLOURS)] for number in range(max(count, 2)))


def _word(character: str, meaning: str) -> str:
    return meaning if character == meaning else f"{character} {meaning}"


BITS = SymbolLook((ZERO, ONE), {1: "symbol 1", 0: "symbol 0"}, ())
"""Bits, without letters: yellow and purple say it."""
