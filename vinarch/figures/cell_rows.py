"""Which structures the cell plot draws, where its cells stand, and the checks of its frame.

A tidy long frame enters, the frame to draw, its row labels and the places of its cells leave;
nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = ("structure", "position", "symbol", "shared", "mean_val_accuracy_percent", "phase")

MOST_STRUCTURES = 60
"""Rows that fit one page column with a caption below, at a size that can be read."""

NO_ACCURACY = "n/a"
"""Stands where a structure has no recorded accuracy."""

PHASE_GAP = 0.35
"""White between two phases, in widths of a cell."""


@dataclass(frozen=True)
class Rows:
    """The structures drawn, from the lowest accuracy to the highest, one entry a row."""

    structures: tuple[str, ...]
    accuracies: tuple[str, ...]
    found: int


@dataclass(frozen=True)
class Places:
    """Where the cells of a row stand, in widths of a cell: all are one wide, gaps part phases."""

    lefts: tuple[float, ...]
    phases: tuple[tuple[str, int, int], ...]
    """Name, first and last position of each run of a phase; one without a name where none is."""

    @classmethod
    def of(cls, drawn: pd.DataFrame) -> Places:
        """Return the places of the positions of a frame."""
        row = drawn.drop_duplicates("position").sort_values("position")
        names = ["" if pd.isna(phase) else str(phase) for phase in row["phase"]]
        borders = [at for at, (one, other) in enumerate(pairwise(names), start=1) if one != other]
        edges = pairwise([0, *borders, len(names)])
        phases = tuple((names[first], first, end - 1) for first, end in edges)
        lefts = tuple(
            position + PHASE_GAP * gaps
            for gaps, (_, first, last) in enumerate(phases)
            for position in range(first, last + 1)
        )
        return cls(lefts, phases)

    @property
    def width(self) -> float:
        """Return the width of a row."""
        return self.lefts[-1] + 1

    @property
    def named_phases(self) -> tuple[tuple[str, int, int], ...]:
        """Return the phases that have a name."""
        return tuple(phase for phase in self.phases if phase[0])

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Return the left edge of one cell and the right edge of another."""
        return self.lefts[first], self.lefts[last] + 1


def check_grid(cells: pd.DataFrame, where: str) -> None:
    """Check that every structure has every position once, up to its end where it has no phases."""
    sizes = cells.groupby("structure")["position"].agg(["size", "nunique", "min", "max"])
    positions = int(cells["position"].max()) + 1
    own = sizes["max"] + 1 if cells["phase"].isna().all() else positions
    wrong = sizes[
        (sizes["size"] != own)
        | (sizes["nunique"] != own)
        | (sizes["max"] + 1 != own)
        | (sizes["min"] != 0)
    ]
    if len(wrong):
        raise ParameterError(
            where,
            f"every position from 0 to {positions - 1} once for each structure",
            f"{int(wrong['size'].iloc[0])} rows for structure {wrong.index[0]}",
            "Pass one row for every structure and position.",
        )


def symbol_rows(drawn: pd.DataFrame, positions: int) -> NDArray[np.float64]:
    """Return the symbols of the rows drawn, NaN past the end of a shorter one.

    Returns
    -------
    ndarray of float64, shape (structures, positions)
    """
    rows = pd.factorize(drawn["structure"])[0]
    symbols = np.full((int(rows.max()) + 1, positions), np.nan)
    symbols[rows, drawn["position"].to_numpy(dtype=np.int64)] = drawn["symbol"]
    return symbols


def check_shared(cells: pd.DataFrame, start: int, length: int) -> None:
    """Check that the shared cells are those that start and length name."""
    inside = cells["position"].between(start, start + length - 1)
    positions = int(cells["position"].max()) + 1
    if not 0 <= start < start + length <= positions:
        raise ParameterError(
            "draw_structures, arguments start and length",
            f"a run within the positions 0 to {positions - 1}",
            f"start {start}, length {length}",
            "Take both from one row of the matches.",
        )
    short = cells["phase"].isna().all() and _shortest(cells) < start + length
    if short or (cells["shared"].astype(bool) != inside).any():
        shared = sorted(cells.loc[cells["shared"].astype(bool), "position"].unique())
        raise ParameterError(
            "draw_structures, column shared",
            f"true at the positions {start} to {start + length - 1} of every structure only",
            f"true at {', '.join(map(str, shared)) or 'none'}",
            "Take start, length and cells from one row of the matches.",
        )


def _shortest(cells: pd.DataFrame) -> int:
    return int(cells.groupby("structure")["position"].max().min()) + 1


def choose_rows(cells: pd.DataFrame) -> tuple[pd.DataFrame, Rows]:
    """Sort the structures by accuracy and keep those that fit a page column."""
    # Unknown accuracies stand first, so that a cut spares the known ones.
    order = (
        cells.drop_duplicates("structure")
        .sort_values(["mean_val_accuracy_percent", "structure"], na_position="first")
        .tail(MOST_STRUCTURES)
        .reset_index(drop=True)
    )
    row_of = {structure: row for row, structure in enumerate(order["structure"])}
    drawn = cells[cells["structure"].isin(row_of)]
    drawn = (
        drawn.assign(row=drawn["structure"].map(row_of))
        .sort_values(["row", "position"], ignore_index=True)
        .drop(columns="row")
    )
    accuracies = order["mean_val_accuracy_percent"]
    rows = Rows(
        structures=tuple(str(structure) for structure in order["structure"]),
        accuracies=tuple(
            f"{float(value):.2f}" if known else NO_ACCURACY
            for value, known in zip(accuracies, accuracies.notna(), strict=True)
        ),
        found=int(cells["structure"].nunique()),
    )
    return drawn, rows
