"""How learning curves are laid out on a screen: frames of records in, columns of marks out.

No models and no state of the page; which networks are heavy is decided here, and only here.
"""

from __future__ import annotations

from itertools import product
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.explorer.state import NetworkKey
from vinarch.explorer.state.settling import MOST_NETWORKS
from vinarch.figures.curve_labels import apart
from vinarch.figures.theme import INK, SERIES

if TYPE_CHECKING:
    import numpy.typing as npt

    from vinarch.explorer.state import State

MOST_HEAVY = MOST_NETWORKS
"""More curves nobody tells apart."""

_ALPHA, _CROWD = 0.45, 20
"""A crowd of curves fades, a few do not."""

MOST_FAINT = 200
"""Curves behind the heavy ones; beyond, every so-manieth by last accuracy is drawn."""

_NETWORK = ["experiment", "architecture"]
_RECORDED = (*_NETWORK, "structure", "epoch", "accuracy_percent", "held")
_DASHES = ("solid", "dashed", "dotted")
_DARK = (INK, SERIES[0], SERIES[1], SERIES[2])
LOOKS = tuple((colour, dash) for dash, colour in product(_DASHES, _DARK))
"""Colour and dash of the heavy curves: no two share both, and each bears its number."""

_SAMPLE = (0.02, 0.05)
"""Where the piece of line before a number begins and ends, in widths of the plot past its end."""

_ROOM = 0.09
"""Room for pieces of line and numbers."""

_LABEL_GAP = 0.055
"""Between two labels, as a share of the height."""

_POINTS = ("epoch", "value", "colour", "fill", "experiment", "architecture", "structure")


def chosen_of(recorded: pd.DataFrame, state: State) -> pd.DataFrame:
    """Return the records of the heavy curves, highest last accuracy first, `MOST_HEAVY` at most.

    Those of the chosen networks; where none is chosen, of the networks that hold the subsequence.
    """
    if state.networks:
        mine = of_networks(recorded, state.networks)
    else:
        mine = recorded[recorded["held"].to_numpy(dtype=bool)]
    ranked = last_of(mine).sort_values(
        ["accuracy_percent", *_NETWORK], ascending=[False, True, True], kind="stable"
    )
    best = ranked[_NETWORK].head(MOST_HEAVY).assign(rank=range(min(len(ranked), MOST_HEAVY)))
    found = mine.merge(best, on=_NETWORK, how="inner").sort_values(["rank", "epoch"])
    return found.reset_index(drop=True)


def slim(answer: pd.DataFrame) -> pd.DataFrame:
    """Return the records of an answer with what is looked at only, names of experiments as codes.

    All that is chosen, sorted and counted on every tap takes a third of the time so.
    """
    recorded = answer.loc[(answer["series"] == "recorded").to_numpy(), [*_RECORDED]]
    return recorded.astype({"experiment": "category"})


def of_networks(recorded: pd.DataFrame, networks: tuple[NetworkKey, ...]) -> pd.DataFrame:
    """Return the records of networks."""
    there = np.zeros(len(recorded), dtype=bool)
    for key in networks:
        mine = (recorded["architecture"] == key.architecture).to_numpy()
        there |= mine & (recorded["experiment"] == key.experiment).to_numpy()
    return recorded[there]


def last_of(recorded: pd.DataFrame) -> pd.DataFrame:
    """Return the last record of each network."""
    return recorded.drop_duplicates(_NETWORK, keep="last")


def point_columns(heavy: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return one row a record of a heavy curve; filled up to a convergence, hollow after it."""
    if heavy is None or heavy.empty:
        return {name: [] for name in _POINTS}
    colours = [LOOKS[rank % len(LOOKS)][0] for rank in heavy["rank"]]
    return {
        "epoch": heavy["epoch"].to_numpy(dtype=float),
        "value": heavy["accuracy_percent"].to_numpy(dtype=float),
        "colour": colours,
        "fill": colours,
        "experiment": heavy["experiment"].astype(str).tolist(),
        "architecture": heavy["architecture"].astype(int).tolist(),
        "structure": heavy["structure"].astype(int).tolist(),
    }


def hollow_after(columns: dict[str, Any], end: float) -> dict[str, Any]:
    """Leave records after the convergence hollow, as the figure for print does."""
    if isnan(end):
        return columns
    pairs = zip(columns["epoch"], columns["fill"], strict=True)
    return {**columns, "fill": ["white" if epoch > end else fill for epoch, fill in pairs]}


def heavy_columns(heavy: pd.DataFrame) -> dict[str, Any]:
    """Return one row a heavy curve."""
    looks = [LOOKS[int(rank) % len(LOOKS)] for rank in last_of(heavy)["rank"]]
    return {
        **_lines(heavy),
        "colour": [colour for colour, _ in looks],
        "dash": [dash for _, dash in looks],
    }


def faint_columns(
    recorded: pd.DataFrame, heavy: pd.DataFrame
) -> tuple[dict[str, npt.NDArray[np.float64]], float]:
    """Return one line for all faint curves, with gaps between them, and its opacity.

    They are the other networks of the experiments that are shown. Were each curve a line of its
    own, each would go to the browser in messages of its own.
    """
    if len(heavy):
        recorded = recorded[recorded["experiment"].isin(heavy["experiment"].unique())]
        own = pd.MultiIndex.from_frame(heavy[_NETWORK].drop_duplicates())
        recorded = recorded[~pd.MultiIndex.from_frame(recorded[_NETWORK]).isin(own)]
    lasts = last_of(recorded).sort_values("accuracy_percent", kind="stable")
    if len(lasts) > MOST_FAINT:
        every = np.linspace(0, len(lasts) - 1, MOST_FAINT).round().astype(int)
        lasts = lasts.iloc[every]
        kept = pd.MultiIndex.from_frame(lasts[_NETWORK])
        recorded = recorded[pd.MultiIndex.from_frame(recorded[_NETWORK]).isin(kept)]
    gaps = _starts(recorded)
    columns = {"x": recorded["epoch"], "y": recorded["accuracy_percent"]}
    lines = {
        name: np.insert(values.to_numpy(dtype=float), gaps, np.nan)
        for name, values in columns.items()
    }
    return lines, _ALPHA if len(lasts) > _CROWD else 1.0


def _starts(recorded: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return where each network but the first begins: the records of a network stand together."""
    return np.flatnonzero(~recorded.duplicated(_NETWORK).to_numpy())[1:]


def _lines(recorded: pd.DataFrame) -> dict[str, list[Any]]:
    columns = {"xs": recorded["epoch"], "ys": recorded["accuracy_percent"]}
    if recorded.empty:
        return {name: [] for name in columns}
    starts = _starts(recorded)
    # Lists of numbers: each array would be a message of its own.
    return {
        name: [part.tolist() for part in np.split(values.to_numpy(dtype=float), starts)]
        for name, values in columns.items()
    }


def label_columns(
    heavy: pd.DataFrame, last: float, wide: float, up: tuple[float, float]
) -> dict[str, Any]:
    """Return the numbers of the heavy networks, right of all curves, moved apart.

    Parameters
    ----------
    heavy : DataFrame
        As `chosen_of` returns it.
    last, wide : float
        Where the epochs end, and how many there are.
    up : tuple of float
        Range of accuracies on the screen.
    """
    ends = last_of(heavy)
    wanted = ends["accuracy_percent"].to_numpy(dtype=float).tolist()
    looks = [LOOKS[int(rank) % len(LOOKS)] for rank in ends["rank"]]
    count, gap = len(ends), (up[1] - up[0]) * _LABEL_GAP
    return {
        "left": [last + _SAMPLE[0] * wide] * count,
        "right": [last + _SAMPLE[1] * wide] * count,
        "y": apart(wanted, gap, up[0] + gap / 2, up[1] - gap / 2) if count else [],
        "text": ends["architecture"].astype(str).tolist(),
        "colour": [colour for colour, _ in looks],
        "dash": [dash for _, dash in looks],
    }


def shown_range(
    answer: pd.DataFrame, heavy: pd.DataFrame
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges of epochs and accuracies that hold what is heavy and what is predicted.

    Predictions beyond 0 and 100 % do not stretch the axis; the fitted function begins below it.
    """
    epochs = answer["epoch"].to_numpy(dtype=float)
    foretold = answer[answer["series"] == "prediction"]["accuracy_percent"]
    mine = heavy if len(heavy) else answer[answer["series"] == "recorded"]
    values = np.concatenate(
        [
            mine["accuracy_percent"].to_numpy(dtype=float),
            foretold[foretold.between(0, 100)].to_numpy(dtype=float),
        ]
    )
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = max((high - low) * 0.06, 0.05)
    first, last = float(epochs.min()), float(epochs.max())
    wide = max(last - first, 1.0)
    return (first - 0.02 * wide, last + _ROOM * wide), (low - margin, high + margin)


def nearest_curve(
    recorded: pd.DataFrame, at: tuple[float, float], pixels: tuple[float, float], reach: float
) -> NetworkKey | None:
    """Return the network of the record nearest to a tap; None where none is within reach.

    Parameters
    ----------
    recorded : DataFrame
        Columns ``experiment, architecture, epoch, accuracy_percent``.
    at : tuple of float
        Epoch and accuracy that were tapped.
    pixels : tuple of float
        Pixels of one unit of each.
    reach : float
        Pixels that a tap may miss by.
    """
    across = (recorded["epoch"].to_numpy(dtype=float) - at[0]) * pixels[0]
    up = (recorded["accuracy_percent"].to_numpy(dtype=float) - at[1]) * pixels[1]
    away = np.hypot(across, up)
    if not len(away) or not away.min() <= reach:
        return None
    row = recorded.iloc[int(away.argmin())]
    return NetworkKey(str(row["experiment"]), int(row["architecture"]))
