"""What the network figure draws: phases with their nodes, and edges in drawing order.

The tidy frame of `vinarch.summary.network_edges` enters, checked records leave; nothing is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.errors import ParameterError
from vinarch.figures.drawing import check_columns
from vinarch.genome import Genome, MacroSpace

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "experiment",
    "structure",
    "search_space",
    "genome",
    "start",
    "length",
    "phase",
    "source",
    "target_phase",
    "target",
    "kind",
    "bit",
    "in_subsequence",
)

KINDS = ("connection", "skip", "repair", "flow", "skipped")
POOL = "pool"
LINEAR = "linear"
_STEP = "Pass the frame of vinarch.summary.network_edges, or the data of an earlier drawing."


@dataclass(frozen=True)
class Edge:
    """An edge within a phase, between places 0 (input) to n + 1 (output)."""

    source: int
    target: int
    kind: str
    in_subsequence: bool


@dataclass(frozen=True)
class Phase:
    """A phase: its nodes 1 to n, and its edges; one without edges is skipped."""

    number: int
    nodes: int
    edges: tuple[Edge, ...]

    @property
    def skipped(self) -> bool:
        """Return whether the phase has no connection."""
        return not self.edges

    @property
    def used(self) -> frozenset[int]:
        """Return the places that an edge touches."""
        return frozenset(place for edge in self.edges for place in (edge.source, edge.target))


@dataclass(frozen=True)
class Network:
    """All that is drawn, checked."""

    space: MacroSpace
    genome: Genome
    phases: tuple[Phase, ...]
    run: range
    """Positions of the marked subsequence; empty where none is marked."""
    experiment: str | None
    structure: int | None

    @classmethod
    def of(cls, frame: pd.DataFrame, where: str) -> Network:
        """Check a frame and read the network from it."""
        check_columns(frame, COLUMNS, where)
        constant = [*COLUMNS[:6]]
        if len(frame[constant].drop_duplicates()) != 1:
            raise ParameterError(
                where, "one genome", f"{len(frame[constant].drop_duplicates())} of them", _STEP
            )
        strange = sorted(set(frame["kind"]) - set(KINDS))
        if strange:
            raise ParameterError(where, f"kinds {', '.join(KINDS)}", ", ".join(strange), _STEP)
        first = frame.iloc[0]
        space = MacroSpace.from_name(first["search_space"])
        genome = space.from_flat(first["genome"])
        phases = tuple(
            Phase(number, nodes, _edges(frame[frame["phase"] == number], nodes, where))
            for number, nodes in enumerate(space.nodes, start=1)
        )
        start = 0 if pd.isna(first["start"]) else int(first["start"])
        length = 0 if pd.isna(first["length"]) else int(first["length"])
        return cls(
            space,
            genome,
            phases,
            range(start, start + length),
            None if pd.isna(first["experiment"]) else str(first["experiment"]),
            None if pd.isna(first["structure"]) else int(first["structure"]),
        )

    def edges_of(self, *kinds: str) -> Sequence[Edge]:
        """Return the edges of some kinds, phase by phase."""
        return [edge for phase in self.phases for edge in phase.edges if edge.kind in kinds]


def drawing_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows along the data flow, whatever order they came in."""
    keys = pd.DataFrame(
        {
            "phase": frame["phase"].astype("int64"),
            "source": frame["source"].map(_rank),
            "target": frame["target"].map(_rank),
        }
    )
    return frame.loc[keys.sort_values(["phase", "source", "target"]).index].reset_index(drop=True)


def _rank(place: object) -> int:
    """Return where a place stands along its phase; the pooling node follows all others."""
    return int(place) if isinstance(place, str) and place.isdigit() else 10**6


def _edges(rows: pd.DataFrame, nodes: int, where: str) -> tuple[Edge, ...]:
    inside = drawing_order(rows[rows["kind"].isin(["connection", "skip", "repair"])])
    edges = tuple(
        Edge(_rank(source), _rank(target), str(kind), bool(marked))
        for source, target, kind, marked in zip(
            inside["source"],
            inside["target"],
            inside["kind"],
            inside["in_subsequence"],
            strict=True,
        )
    )
    wrong = [edge for edge in edges if not 0 <= edge.source < edge.target <= nodes + 1]
    if wrong:
        raise ParameterError(
            where,
            f"edges from a place to a later one, 0 to {nodes + 1}",
            f"{wrong[0].source} to {wrong[0].target}",
            _STEP,
        )
    return edges
