"""The frame behind the network figure of all spaces but the macro space: one row an edge.

A genome enters, a small pandas frame leaves: what `vinarch.decoding.decode` tells of the nodes and
edges, with the symbols that make them.
No drawing, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.decoding import decode
from vinarch.summary.network_frames import marked_run

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from vinarch.genome import Genome

_DTYPES = {
    "experiment": "str",
    "structure": "Int64",
    "search_space": "str",
    "genome": "str",
    "start": "Int64",
    "length": "Int64",
    "part": "str",
    "source": "int64",
    "source_operation": "str",
    "source_rank": "int64",
    "source_position": "Int64",
    "target": "Int64",
    "target_operation": "str",
    "target_rank": "Int64",
    "target_position": "Int64",
    "operation": "str",
    "position": "Int64",
    "in_subsequence": "bool",
}


def layered_edges(
    genome: Genome,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    experiment: str | None = None,
    structure: int | None = None,
) -> pd.DataFrame:
    """Return the network of a genome, one row an edge, those of a subsequence marked.

    Parameters
    ----------
    genome : Genome
        Of any space but the NSGA-Net macro space, which `vinarch.summary.network_edges` takes.
    start, subsequence : int and str, optional
        The run to mark: start index in the flattened genome from 0, and symbols; both or none.
    experiment, structure : str and int, optional
        Where the genome comes from.

    Returns
    -------
    DataFrame
        Columns ``experiment, structure, search_space, genome`` (flattened), ``start, length`` (of
        the run), ``part`` (the cell, where a network has several), ``source, target`` (numbers of
        nodes, rank by rank), their operations, ranks (columns along the data flow, from 0) and
        positions (of their symbols in the flattened genome, null where no symbol makes them),
        ``operation, position`` of the edge itself, and ``in_subsequence`` (whether the edge's
        symbol is in the run). A node without edges has a row without a target.

    Raises
    ------
    ParameterError
        If `start` or `subsequence` comes alone, or is no run of symbols within the genome.
    SelectionError
        If the genome has other symbols there.

    Examples
    --------
    >>> from vinarch.genome import search_space
    >>> edges = layered_edges(search_space("nas-bench-101").from_flat("c111"), 0, "c1")
    >>> edges[["source", "target", "target_operation", "position", "in_subsequence"]]
       source  target target_operation  position  in_subsequence
    0       0       1  conv3x3-bn-relu         1            True
    1       0       2           output         2           False
    2       1       2           output         3           False
    """
    run = marked_run(genome, start, subsequence)
    network = decode(genome)
    nodes: Mapping[Hashable, Mapping[str, Any]] = dict(network.nodes(data=True))
    parts = list(dict.fromkeys(node.get("cell", "") for node in nodes.values()))
    ordered = sorted(
        nodes, key=lambda name: (parts.index(nodes[name].get("cell", "")), nodes[name]["rank"])
    )
    numbers = {name: number for number, name in enumerate(ordered)}
    rows: list[dict[str, Any]] = [
        {
            **_end("source", numbers[source], nodes[source]),
            **_end("target", numbers[target], nodes[target]),
            "part": nodes[source].get("cell"),
            "operation": edge["operation"],
            "position": edge["position"],
            "in_subsequence": edge["position"] in run,
        }
        for source, target, edge in network.edges(data=True)
    ]
    joined = {end for edge in network.edges for end in edge}
    rows += [
        {
            **_end("source", numbers[name], nodes[name]),
            "part": nodes[name].get("cell"),
            "operation": "",
            "in_subsequence": False,
        }
        for name in ordered
        if name not in joined
    ]
    frame = pd.DataFrame(rows).assign(
        experiment=experiment,
        structure=structure,
        search_space=genome.space.name,
        genome=genome.flat,
        start=run.start if run else None,
        length=len(run) if run else None,
    )
    typed: pd.DataFrame = frame.reindex(columns=list(_DTYPES)).astype(_DTYPES)
    return typed.sort_values(["source", "target"], ignore_index=True)


def _end(which: str, number: int, node: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: node[name] for name in ("operation", "rank", "position")}
    return {which: number, **{f"{which}_{name}": value for name, value in told.items()}}
