"""Which structures the map of distances draws, in which order, and the checks of its frame.

A tidy long frame enters, a square matrix and its labels leave; nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vinarch.errors import ParameterError
from vinarch.figures.cell_rows import MOST_STRUCTURES
from vinarch.figures.heat_words import LAST_OF_ORDER, Order
from vinarch.figures.measure_words import of_trained
from vinarch.linkage import Tree

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

SortedBy = Literal["frame", "accuracy", "trained", "number"]

COLUMNS = ("structure_a", "structure_b", "distance")
ACCURACIES = ("mean_val_accuracy_percent_a", "mean_val_accuracy_percent_b")


@dataclass(frozen=True)
class Square:
    """The structures drawn, their distances, and how many structures the frame has."""

    structures: list[Any]
    matrix: NDArray[np.float64]
    found: int
    some: str
    """What those drawn are called where others are left out, else nothing."""
    by: SortedBy = "frame"
    """What sorts them, or sorted them before a tree did."""
    unknown: int = 0
    """Drawn structures without a recorded accuracy, where others have one."""

    @classmethod
    def of(cls, pairs: pd.DataFrame, order: Order | Tree, where: str) -> Square:
        """Check a frame and bring its structures into an order."""
        found = _ordered(pairs, order)
        matrix = _matrix(pairs, found, where)
        shown = found[-MOST_STRUCTURES:]
        if isinstance(order, Tree):
            shown = list(order.leaves)
            if not set(shown) <= set(found):
                raise ParameterError(
                    where,
                    "the structures of the tree",
                    f"none of {sorted(set(shown) - set(found))}",
                    "Make the tree from the same pairs: vinarch.summary.tree_of(pairs).",
                )
        at = [found.index(structure) for structure in shown]
        by = _sorted_by(pairs, order)
        some = "the " + LAST_OF_ORDER.get(by, "{}").format(len(shown))
        unknown = 0
        if by in {"accuracy", "trained"}:
            firsts = pairs.drop_duplicates("structure_a").set_index("structure_a")
            unknown = int(firsts.loc[shown, ACCURACIES[0]].isna().sum())
        some = some if len(shown) < len(found) else ""
        return cls(shown, matrix[np.ix_(at, at)], len(found), some, by, unknown)

    def rows_of(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Return the pairs drawn, row by row of the map."""
        row_of = {structure: row for row, structure in enumerate(self.structures)}
        inside = pairs["structure_a"].isin(row_of) & pairs["structure_b"].isin(row_of)
        drawn = pairs[inside]
        rows = drawn["structure_a"].map(row_of) * len(row_of) + drawn["structure_b"].map(row_of)
        return drawn.iloc[np.argsort(rows.to_numpy())].reset_index(drop=True)


def _sorted_by(pairs: pd.DataFrame, order: Order | Tree) -> SortedBy:
    if order == "frame":
        return "frame"
    if ACCURACIES[0] not in pairs.columns:
        return "number"
    if pairs[ACCURACIES[0]].isna().all():
        return "number"
    return "trained" if of_trained(pairs) else "accuracy"


def _ordered(pairs: pd.DataFrame, order: Order | Tree) -> list[Any]:
    firsts = pairs.drop_duplicates("structure_a")
    if order == "accuracy":
        keys = [ACCURACIES[0], "structure_a"]
        firsts = firsts.sort_values(keys, na_position="first")
    return list(firsts["structure_a"])


def _matrix(pairs: pd.DataFrame, found: list[Any], where: str) -> NDArray[np.float64]:
    step = "Pass every ordered pair once, each structure with itself too."
    expected = f"a row for each of the {len(found)} by {len(found)} pairs"
    if pairs.duplicated(["structure_a", "structure_b"]).any() or len(pairs) != len(found) ** 2:
        raise ParameterError(where, expected, f"{len(pairs)} rows, not each pair once", step)
    wide = pairs.pivot(index="structure_a", columns="structure_b", values="distance")  # noqa: PD010
    matrix = wide.reindex(index=found, columns=found).to_numpy(dtype=np.float64)
    if not np.isfinite(matrix).all():
        raise ParameterError(where, expected, "pairs without a finite distance", step)
    if not np.allclose(matrix, matrix.T):
        one, other = np.argwhere(~np.isclose(matrix, matrix.T))[0]
        raise ParameterError(
            where,
            "the same distance in both directions",
            f"{matrix[one, other]:g} from {found[one]} to {found[other]} "
            f"and {matrix[other, one]:g} back",
            "Pass distances, which are symmetric.",
        )
    return matrix
