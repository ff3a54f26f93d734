"""What the figure of a layered network draws: nodes and edges, checked.

The tidy frame of `vinarch.summary.layered_edges` enters, records leave; nothing is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.errors import ParameterError
from vinarch.figures.drawing import check_columns
from vinarch.genome import Genome, search_space

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

COLUMNS = (
    "experiment",
    "structure",
    "search_space",
    "genome",
    "start",
    "length",
    "part",
    "source",
    "source_operation",
    "source_rank",
    "source_position",
    "target",
    "target_operation",
    "target_rank",
    "target_position",
    "operation",
    "position",
    "in_subsequence",
)

_CONSTANT = COLUMNS[:6]
_STEP = "Pass the frame of vinarch.summary.layered_edges, or the data of an earlier drawing."


@dataclass(frozen=True)
class Node:
    """A node: its number, the text in it, its column, the position of its symbol."""

    number: int
    operation: str
    rank: int
    position: int | None
    part: str


@dataclass(frozen=True)
class Edge:
    """An edge between two nodes by their numbers; the position of its symbol."""

    source: int
    target: int
    operation: str
    position: int | None


@dataclass(frozen=True)
class Graph:
    """All that is drawn, checked."""

    genome: Genome
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    run: range
    """Positions of the marked subsequence; empty where none is marked."""
    experiment: str | None
    structure: int | None

    @classmethod
    def of(cls, frame: pd.DataFrame, where: str) -> Graph:
        """Check a frame and read the network from it."""
        check_columns(frame, COLUMNS, where)
        genomes = frame[list(_CONSTANT)].drop_duplicates()
        if len(genomes) != 1:
            raise ParameterError(where, "one genome", f"{len(genomes)} of them", _STEP)
        first = frame.iloc[0]
        rows = drawing_order(frame)
        ends = [
            row
            for which in ("source", "target")
            for row in rows.loc[rows[which].notna(), [*_end_columns(which), "part"]]
            .set_axis(["number", "operation", "rank", "position", "part"], axis=1)
            .to_dict("records")
        ]
        nodes = {int(row["number"]): _node(row) for row in ends}
        edges = tuple(
            Edge(
                int(row["source"]),
                int(row["target"]),
                str(row["operation"]),
                _whole(row["position"]),
            )
            for row in rows[rows["target"].notna()].to_dict("records")
        )
        wrong = [edge for edge in edges if nodes[edge.source].rank >= nodes[edge.target].rank]
        if wrong:
            raise ParameterError(
                where,
                "edges from a node to one of a later rank",
                f"{wrong[0].source} to {wrong[0].target}",
                _STEP,
            )
        start, length = _whole(first["start"]) or 0, _whole(first["length"]) or 0
        return cls(
            search_space(str(first["search_space"])).from_flat(str(first["genome"])),
            tuple(nodes[number] for number in sorted(nodes)),
            edges,
            range(start, start + length),
            None if pd.isna(first["experiment"]) else str(first["experiment"]),
            _whole(first["structure"]),
        )

    def marked(self, part: Node | Edge) -> bool:
        """Return whether the symbol of a node or edge is in the subsequence."""
        return part.position is not None and part.position in self.run


def drawing_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows along the data flow, whatever order they came in."""
    return frame.sort_values(["source", "target"], ignore_index=True)


def _end_columns(which: str) -> list[str]:
    return [which, *(f"{which}_{name}" for name in ("operation", "rank", "position"))]


def _node(row: Mapping[Hashable, object]) -> Node:
    return Node(
        int(str(row["number"])),
        str(row["operation"]),
        int(str(row["rank"])),
        _whole(row["position"]),
        "" if pd.isna(row["part"]) else str(row["part"]),  # type: ignore[call-overload]
    )


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]
