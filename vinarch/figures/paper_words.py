"""What the figures of papers call their searches: settings in, words and looks out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.figures.measure_words import counted
from vinarch.figures.theme import SERIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

MARKERS = ("o", "^", "D", "s", "v")
"""Marks that go with `SERIES`, so that points need no colour at all."""


def beam_words(beam: str) -> str:
    """Name the task data of a search.

    Examples
    --------
    >>> beam_words("1e14")
    'beam 1e14'
    """
    return f"beam {beam}"


def search_words(gpus: int, *, ended: bool) -> str:
    """Name how a search ran.

    Examples
    --------
    >>> search_words(4, ended=True), search_words(1, ended=False)
    ('4 GPUs, with engine', '1 GPU, without engine')
    """
    return f"{counted(gpus, 'GPU')}, {'with' if ended else 'without'} engine"


def with_search_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the column ``search``, how their search ran, in words."""
    pairs = zip(frame["gpus"], frame["early_termination"], strict=True)
    return frame.assign(search=[search_words(int(gpus), ended=bool(e)) for gpus, e in pairs])


def named_experiments(frame: pd.DataFrame) -> str:
    """Say which archives and how many experiments rows are of."""
    pairs = frame[["archive", "experiment"]].drop_duplicates()
    if len(pairs) == 1:
        return str(pairs["experiment"].iloc[0])
    archives = ", ".join(sorted(pairs["archive"].astype(str).unique()))
    return f"{counted(len(pairs), 'experiment')} of {archives}"


def looks_of(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the colour and the mark of each series, in order.

    More series than there are colours begin again with the next mark.
    """
    return {
        name: {
            "colour": SERIES[place % len(SERIES)],
            "marker": MARKERS[(place + place // len(SERIES)) % len(MARKERS)],
        }
        for place, name in enumerate(names)
    }
