"""Fronts and crowding of the rows of a frame: named columns with directions in, two columns out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.errors import ParameterError
from vinarch.fronts.vectors import UNKNOWN, crowding_distance, front_numbers
from vinarch.parameters import check_choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from vinarch.fronts.vectors import Direction

_DIRECTIONS: dict[str, Direction] = {
    "maximise": "maximise",
    "minimise": "minimise",
    "max": "maximise",
    "min": "minimise",
}


def rank_fronts(
    frame: pd.DataFrame,
    objectives: Mapping[str, str],
    *,
    by: str | Sequence[str] = (),
) -> pd.DataFrame:
    """Tell the front of each row of a frame, and how crowded it lies there.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a candidate.
    objectives : mapping of str to {"maximise", "minimise", "max", "min"}
        Column of numbers and its direction, at least one.
    by : str or sequence of str, optional
        Columns whose groups are ranked each by itself, such as ``["archive", "experiment"]``;
        all rows together by default.

    Returns
    -------
    pandas.DataFrame
        The frame with the columns ``front`` (from 0; missing where an objective is) and
        ``crowding`` (within the front, from 0 to the number of objectives or infinite; NaN where
        an objective is missing); rows and index stay as they are.

    Raises
    ------
    ParameterError
        If no objective is named, a column is missing or holds no numbers, or a direction is none.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.fronts import rank_fronts
    >>> networks = vinarch.fetch("JS9FR6").select(beam="1e16").architectures.compute()
    >>> wanted = {"last_val_accuracy_percent": "max", "mflops": "min"}
    >>> ranked = rank_fronts(networks, wanted, by="experiment")
    >>> ranked.groupby("experiment")["front"].agg(["min", "max"])
                                    min  max
    experiment
    1gpu_1e16_early_termination       0   25
    1gpu_1e16_no_early_termination    0   38
    4gpu_1e16_early_termination       0   27
    """
    groups = [by] if isinstance(by, str) else list(by)
    directions = _named_directions(frame, objectives, groups)
    values = frame[list(objectives)].to_numpy(dtype=np.float64, na_value=np.nan)
    front = np.full(len(frame), UNKNOWN, dtype=np.int64)
    crowding = np.full(len(frame), np.nan)
    for rows in _groups(frame, groups):
        front[rows] = front_numbers(values[rows], directions)
        for number in range(front[rows].max(initial=UNKNOWN) + 1):
            mine = rows[front[rows] == number]
            crowding[mine] = crowding_distance(values[mine], directions)
    numbers = pd.array(front, dtype="Int64")
    numbers[front == UNKNOWN] = pd.NA
    return frame.assign(front=numbers, crowding=crowding)


def _named_directions(
    frame: pd.DataFrame, objectives: Mapping[str, str], groups: Sequence[str]
) -> list[Direction]:
    missing = [name for name in [*objectives, *groups] if name not in frame.columns]
    texts = [name for name in objectives if name not in missing]
    texts = [name for name in texts if not pd.api.types.is_numeric_dtype(frame[name])]
    if not objectives or missing or texts:
        raise ParameterError(
            "rank_fronts(objectives=…, by=…)",
            "columns of the frame, those of objectives of numbers: "
            + ", ".join(map(str, frame.columns)),
            ", ".join(map(repr, missing or texts)) or "no objective",
            'Name columns, such as {"val_accuracy_percent": "max", "mflops": "min"}.',
        )
    return [
        _DIRECTIONS[check_choice(f"rank_fronts, objective {name}", direction, [*_DIRECTIONS])]
        for name, direction in objectives.items()
    ]


def _groups(frame: pd.DataFrame, groups: list[str]) -> list[npt.NDArray[np.intp]]:
    """Return the places of the rows of each group; a missing value is a group of its own."""
    if not groups:
        return [np.arange(len(frame))]
    numbers = frame.groupby(groups, dropna=False, sort=False, observed=True).ngroup().to_numpy()
    return [np.flatnonzero(numbers == number) for number in range(numbers.max(initial=-1) + 1)]
